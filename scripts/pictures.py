"""Make the pictures of README and docs from the real pages, so that they never age.

    python scripts/pictures.py              # docs/images/*.png anew, from the committed runs
    python scripts/pictures.py --check      # say which pictures are of pages that have changed; write nothing

Needs Chromium. A picture is out of date when the HTML of its page has changed: `docs/images/pictures.json` holds the
SHA-256 of each. Pictures of the labelling server are not made here.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
SUMS = IMAGES / "pictures.json"
RUN = "korean_rules"
"""The system whose report is shown."""


@dataclass(frozen=True)
class Picture:
    """A picture of a page.

    Attributes:
        name: its file.
        page: the page, below the site; ``REPORT`` is that of the report.
        width: of the window, in CSS pixels.
        height: of the picture.

    """

    name: str
    page: str
    width: int = 1280
    height: int = 960


REPORT = "report.html"
PICTURES = (
    Picture("leaderboard.png", "index.html", height=1060),
    Picture("leaderboard-phenomena.png", "phenomena.html", height=760),
    Picture("leaderboard-phone.png", "index.html", width=390, height=1000),
    Picture("report.png", REPORT),
)


def main(arguments: list[str] | None = None) -> int:
    """Do what is asked for and give the exit code: 1 where a picture is out of date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="say what is out of date and write nothing")
    parser.add_argument("--runs", type=Path, default=ROOT / "eval" / "runs", help="runs to show", metavar="DIR")
    parser.add_argument("--out", type=Path, default=IMAGES, help="folder of the pictures", metavar="DIR")
    options = parser.parse_args(arguments)
    from dragoman import files  # noqa: PLC0415 - after the arguments are read

    with tempfile.TemporaryDirectory() as folder:
        sums = _pages(Path(folder), options.runs)
        sums_file = options.out / SUMS.name
        if options.check:
            known = files.read_json(sums_file, dict[str, str]) if sums_file.exists() else {}
            old = [name for name, digest in sums.items() if known.get(name) != digest]
            for name in old:
                print(f"{name} is out of date: run scripts/pictures.py")
            return int(bool(old))
        for name, image in _shots(Path(folder)):
            files.write(options.out / name, image)
            print(name)
        files.write(sums_file, files.pretty_json(sums))
    return 0


def _pages(folder: Path, runs: Path) -> dict[str, str]:
    """Make the board and a report; give the SHA-256 of the page of each picture."""
    import dragoman  # noqa: PLC0415
    from dragoman import files  # noqa: PLC0415
    from dragoman.leaderboard import isolation  # noqa: PLC0415
    from dragoman.leaderboard.site import build  # noqa: PLC0415
    from dragoman.reports.report import report  # noqa: PLC0415

    isolation.start_server()
    benchmark = dragoman.load()
    build(runs, folder / "site", benchmark, lambda items, _: items, reports=False)
    report(runs / RUN / benchmark.version, benchmark, out=folder / "site" / REPORT)
    return {each.name: files.sha256((folder / "site" / each.page).read_bytes()) for each in PICTURES}


def _shots(folder: Path) -> Iterator[tuple[str, bytes]]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for each in PICTURES:
            size = {"width": each.width, "height": each.height}
            page = browser.new_page(viewport=size, color_scheme="light")  # type: ignore[arg-type]
            page.goto((folder / "site" / each.page).as_uri())
            page.wait_for_load_state("networkidle")
            yield each.name, page.screenshot()
            page.close()
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
