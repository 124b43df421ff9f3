"""Make the screenshots in README and docs from the real pages, and check that they are up to date.

    python scripts/pictures.py               # make docs/images/*.png again, from the committed runs
    python scripts/pictures.py --labelling   # make those of labelling and review, from a Label Studio started for it
    python scripts/pictures.py --check       # list the pictures of pages that have changed; write nothing

Needs Chromium, and for labelling `make label-studio`. A picture is out of date if the source of its page has changed:
`docs/images/pictures.json` holds the SHA-256 of each source.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
SUMS = IMAGES / "pictures.json"
RUN = "korean_rules"
"""The system of the report in the picture."""


@dataclass(frozen=True)
class Picture:
    """A screenshot of a page.

    Attributes:
        name: file name.
        page: path of the page in the site; ``REPORT`` is that of the report.
        width: width of the window, in CSS pixels.
        height: height of the window, in CSS pixels.

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
    """Make or check the pictures; return the exit code, 1 if a picture is out of date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="say what is out of date and write nothing")
    parser.add_argument("--labelling", action="store_true", help="make those of labelling and review, and no others")
    parser.add_argument("--runs", type=Path, default=ROOT / "eval" / "runs", help="runs to show", metavar="DIR")
    parser.add_argument("--out", type=Path, default=IMAGES, help="folder of the pictures", metavar="DIR")
    options = parser.parse_args(arguments)
    from dragoman import files, json_text  # noqa: PLC0415 - after the arguments are read

    labelling = _labelling()
    with tempfile.TemporaryDirectory() as folder:
        sums = {} if options.labelling else _pages(Path(folder), options.runs)
        sums |= labelling.digests() if options.labelling or options.check else {}
        sums_file = options.out / SUMS.name
        known = files.read_json(sums_file, dict[str, str]) if sums_file.exists() else {}
        if options.check:
            old = [name for name, digest in sums.items() if known.get(name) != digest]
            for name in old:
                how = "" if name in {each.name for each in PICTURES} else " --labelling"
                print(f"{name} is out of date: run scripts/pictures.py{how}")
            return int(bool(old))
        for name, image in _shots(None if options.labelling else Path(folder), labelling):
            files.write(options.out / name, image)
            print(name)
        files.write(sums_file, json_text.pretty(known | sums))
    return 0


def _pages(folder: Path, runs: Path) -> dict[str, str]:
    """Build the leaderboard and a report; return the SHA-256 of the page of each picture."""
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


def _labelling() -> ModuleType:
    """Load ``labelling_pictures.py`` by its path, since this script may be loaded by its path as well."""
    name = "labelling_pictures"
    found = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module  # dataclasses look their module up there
    found.loader.exec_module(module)
    return module


def _shots(folder: Path | None, labelling: ModuleType) -> Iterator[tuple[str, bytes]]:
    """Yield file name and PNG of the pictures of a site in a folder, or without one of labelling and review."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        if folder is None:
            yield from labelling.shots(browser)
        for each in PICTURES if folder is not None else ():
            size = {"width": each.width, "height": each.height}
            page = browser.new_page(viewport=size, color_scheme="light")  # type: ignore[arg-type]
            assert folder is not None
            page.goto((folder / "site" / each.page).as_uri())
            page.wait_for_load_state("networkidle")
            yield each.name, page.screenshot()
            page.close()
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
