"""Cut the pages of a corpus into segments and documents: corpus/pages → corpus/documents, one JSON file a page."""

from __future__ import annotations

import argparse
import collections
import sys
from pathlib import Path
from typing import Any

from dragoman import files
from dragoman.authoring import curation
from dragoman.problems import DragomanError
from dragoman.text import visible

EPILOG = """\
Reads corpus/sources.toml, corpus/profiles/*.toml and corpus/pages/. Every page is checked and cut before anything is
written; a file that would not change is left alone. How to declare pages of your own: corpus/profiles/README.md.

Exit codes: 0 done, 1 a page, a profile or the source table is wrong, or --check found a difference, 2 wrong usage.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--root",
        type=Path,
        default=Path(__file__).resolve().parent.parent,
        metavar="DIR",
        help="the folder that holds corpus/ (default: this repository)",
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if anything would change")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    options = parser.parse_args(arguments)
    try:
        curated = curation.curate(options.root)
        changes = (curation.compare if options.check else curation.write)(options.root, curated)
    except DragomanError as cause:
        if options.json:
            print(files.pretty_json({"problems": cause.problems}).decode(), end="")
        for problem in cause.problems:
            print(visible(str(problem)), file=sys.stderr)
        return 1
    splits = [split for page in curated for split in page.splits.values()]
    outcome: dict[str, Any] = {
        "pages": len(curated),
        "segments": sum(len(page.segments) for page in curated),
        "documents": len(splits),
        "splits": dict(collections.Counter(splits)),
        "changed": [path.name for path in changes.changed],
        "unchanged": [path.name for path in changes.unchanged],
        "stale": [path.name for path in changes.stale],
        "problems": [],
    }
    report(outcome, check=options.check, as_json=options.json)
    return int(options.check and bool(changes.changed or changes.stale))


def report(outcome: dict[str, Any], *, check: bool, as_json: bool) -> None:
    """Print what was done: the outcome on stdout, what somebody has to see to on stderr."""
    if as_json:
        print(files.pretty_json(outcome).decode(), end="")
    else:
        splits = ", ".join(f"{count} {split}" for split, count in sorted(outcome["splits"].items()))
        verb = "would change" if check else "written"
        print(f"{outcome['pages']} pages, {outcome['segments']} segments, {outcome['documents']} documents ({splits})")
        print(f"{len(outcome['changed'])} files {verb}, {len(outcome['unchanged'])} unchanged")
    if check:
        for name in outcome["changed"]:
            print(f"corpus/documents/{visible(name)} is not up to date: run scripts/curate.py.", file=sys.stderr)
    for name in outcome["stale"]:
        print(f"corpus/documents/{visible(name)} belongs to no page: remove it.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
