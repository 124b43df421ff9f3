"""Publish a release folder on the Hugging Face Hub, as one commit and a tag, and load it back to compare.

It may be run again at any time: what is done already is not done twice, what is missing is completed, and a tag is
never moved. --dry-run shows every step with its size and changes nothing.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, BooleanOptionalAction
from pathlib import Path

from dragoman.authoring import script
from dragoman.authoring.publishing.hub_repository import Repository
from dragoman.authoring.publishing.plan import Settings
from dragoman.authoring.publishing.upload import publish
from dragoman.release import hub
from dragoman.text import visible

EPILOG = """\
The token is never an argument: log in with `hf auth login`, or set HF_TOKEN. HF_ENDPOINT names another Hub.

Exit codes: 0 done, 1 something is wrong or was refused (with a number), 2 wrong usage.
"""
GATES = {"auto": "auto", "manual": "manual", "no": False}


def parser() -> ArgumentParser:
    """Make the parser."""
    made = script.bare_parser(__doc__, EPILOG)
    made.add_argument(
        "folder", type=Path, metavar="DIR", help="release folder, as scripts/release.py --out or --standoff writes it"
    )
    made.add_argument("repository", metavar="OWNER/NAME", help="repository of the data set; made if need be")
    made.add_argument("--dry-run", action="store_true", help="show what would be done, and change nothing")
    made.add_argument(
        "--private",
        action=BooleanOptionalAction,
        help="only its owners see it (default: as it is; a new one: the Hub's)",
    )
    made.add_argument("--gated", choices=GATES, help="readers must ask, and are let in by itself or by hand")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    made = parser()
    options = made.parse_args(arguments)
    where = hub.address(options.repository)
    if where is None or where.revision:
        made.error("give the repository as OWNER/NAME; the tag is the release's version")
    settings = Settings(options.private, None if options.gated is None else GATES[options.gated])

    def said(step: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(step + "\n")

    def work() -> tuple[dict[str, object], int]:
        repository = Repository(where.repository)
        outcome = publish(options.folder, repository, settings, dry_run=options.dry_run, said=said)
        if not options.json:
            for line in outcome.pop("plan", []):
                sys.stdout.write(visible(line) + "\n")
            outcome.pop("steps", None)
        return outcome, 0

    return script.execute(work, as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())
