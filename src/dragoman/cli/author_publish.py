"""The step that publishes a release on the Hub."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dragoman.cli.options import Json


class Gate(StrEnum):
    """How access is granted."""

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
        str, typer.Argument(help="repository of the data set or Space; created if missing", metavar="OWNER/NAME")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show the steps, and change nothing")] = False,
    private: Annotated[
        bool | None,
        typer.Option(
            "--private/--no-private",
            help="visible to its owners only (default: unchanged; for a new repository, the Hub's default)",
        ),
    ] = None,
    gated: Annotated[
        Gate | None, typer.Option(help="readers must request access, which is granted automatically (auto) or manually")
    ] = None,
    as_json: Json = False,
) -> None:
    """Publish a release folder on the Hugging Face Hub, as one commit and a tag, and download it again to compare.

    The command is idempotent: steps that are done are skipped, missing ones are completed, and a tag is never moved. A
    leaderboard's site becomes a static Space, which has no tag. --dry-run shows every step with its size and changes
    nothing.

    The token is never an argument: log in with `hf auth login`, or set HF_TOKEN. HF_ENDPOINT names another Hub.

    Exit codes: 0 done, 1 invalid or refused (with a numbered problem), 2 wrong usage.
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
