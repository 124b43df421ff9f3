"""Build a release from corpus and gold: parquet, the card with its YAML, and a manifest with the fingerprint.

With --bundle, the same rows are also written as JSONL into the package, so that they travel in the wheel, and the
numbers in the card are renewed.

Gold never changes under a version. What is built is compared with the release before it, and refused, with every
label that differs, unless the version grew by what the changes need. The release before it is the one that --since
names, or else, for this repository's own data, what travels in the package. --changes writes the section of the change
log that names every changed label.

With --standoff, labels and offsets are written without any text; dragoman rehydrate puts the texts back.
"""

from __future__ import annotations

import sys
from pathlib import Path

from dragoman import files
from dragoman.authoring import changelog, release_folder, script
from dragoman.benchmark import load
from dragoman.release import bundle, source_root
from dragoman.release.content import Release

ROOT = Path(__file__).resolve().parent.parent
BUNDLE = ROOT / "src" / "dragoman" / "data"


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    parser = script.parser(__doc__, ROOT)
    parser.add_argument("--out", type=Path, metavar="DIR", help="the release folder to write")
    parser.add_argument("--bundle", action="store_true", help="renew src/dragoman/data and the numbers in the card")
    parser.add_argument("--standoff", type=Path, metavar="DIR", help="the folder for a release without texts")
    parser.add_argument("--since", type=Path, metavar="OLD", help="the release before: a folder, or a source root")
    parser.add_argument("--changes", type=Path, metavar="FILE", help="the change log to write a section into")
    options = parser.parse_args(arguments)
    if not (options.out or options.standoff or options.bundle or options.changes):
        parser.error("give --out DIR, --standoff DIR, --bundle, --changes FILE, or several of them")
    if options.changes is not None and options.since is None:
        parser.error("--changes needs --since OLD")
    if options.bundle and options.root.resolve() != ROOT:
        parser.error("--bundle renews what travels in this package, and goes with this repository's own data alone")

    def work() -> tuple[dict[str, object], int]:
        release = source_root.assemble(options.root)
        outcome: dict[str, object] = {"name": release.name, "version": release.version}
        before = _before(options.root, options.since)
        found = None if before is None else changelog.checked(before, release)
        if options.changes is not None and found is not None:
            log = changelog.with_section(files.read_text(options.changes), found)
            outcome["changes_changed"] = files.write(options.changes, log.encode())
        if options.out is not None:
            release_folder.write(release, options.root, options.out)
            outcome["written"] = str(options.out)
        if options.standoff is not None:
            release_folder.write_standoff(release, options.root, options.standoff)
            outcome["without_texts"] = str(options.standoff)
        if options.bundle:
            card = release_folder.current_card(options.root, release)
            outcome["bundle_changed"] = bundle.write(release, BUNDLE)
            outcome["card_changed"] = files.write(options.root / "DATASET_CARD.md", card.encode())
        return outcome | {"fingerprint": release.fingerprint}, 0

    return script.execute(work, as_json=options.json)


def _before(root: Path, since: Path | None) -> Release | None:
    """Give the release that the new one follows, if there is one."""
    if since is not None:
        return load(since).release
    here = root.resolve() == ROOT and (BUNDLE / "manifest.json").is_file()
    return bundle.read(BUNDLE) if here else None


if __name__ == "__main__":
    sys.exit(main())
