"""The step that publishes a release on the Hub."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dragoman.cli.options import Json


class Gate(StrEnum):
    """How readers are let in."""

    auto = "auto"
    manual = "manual"
    no = "no"


def publish(
    folder: Annotated[
        Path,
        typer.Argument(
            help="release folder (release --out, --standoff), or a site of `dragoman leaderboard`", metavar="DIR"
        ),
    ],
    repository: Annotated[
        str, typer.Argument(help="repository of the data set or Space; made if need be", metavar="OWNER/NAME")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show what would be done, and change nothing")] = False,
    private: Annotated[
        bool | None,
        typer.Option("--private/--no-private", help="only its owners see it (default: as it is; a new one: the Hub's)"),
    ] = None,
    gated: Annotated[Gate | None, typer.Option(help="readers must ask, and are let in by itself or by hand")] = None,
    as_json: Json = False,
) -> None:
    """Publish a release folder on the Hugging Face Hub, as one commit and a tag, and load it back to compare.

    It may be run again at any time: what is done already is not done twice, what is missing is completed, and a tag is
    never moved. A leaderboard's site becomes a static Space, which has no tag. --dry-run shows every step with its size
    and changes nothing.

    The token is never an argument: log in with `hf auth login`, or set HF_TOKEN. HF_ENDPOINT names another Hub.

    Exit codes: 0 done, 1 something is wrong or was refused (with a number), 2 wrong usage.
    """
    from dragoman.authoring.publishing.hub_repository import Repository
    from dragoman.authoring.publishing.plan import Settings
    from dragoman.authoring.publishing.upload import publish as publish_release
    from dragoman.cli import show
    from dragoman.release import hub
    from dragoman.text import visible

    address = hub.address(repository)
    if address is None or address.revision:
        raise typer.BadParameter("give the repository as OWNER/NAME; the tag is the release's version")
    gates = {None: None, Gate.auto: "auto", Gate.manual: "manual", Gate.no: False}
    settings = Settings(private, gates[gated])  # type: ignore[arg-type]
    outcome = publish_release(folder, Repository(address.repository), settings, dry_run=dry_run, announce=_announce)
    if not as_json:
        for line in outcome.pop("plan", []):
            sys.stdout.write(visible(line) + "\n")
        outcome.pop("steps", None)
    show.summary(outcome, as_json=as_json, most=None)


def _announce(step: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(step + "\n")
