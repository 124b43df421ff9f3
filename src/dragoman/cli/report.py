"""The command that writes an error report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dragoman.cli.options import Against, HowRead, Json, with_groups


@with_groups
def report(
    run: Annotated[
        Path, typer.Argument(help="a run's folder, or predictions in any form that score takes", metavar="RUN")
    ],
    out: Annotated[Path, typer.Option(help="the page to write", metavar="FILE.html")],
    against: Against,
    how: HowRead,
    other: Annotated[
        Path | None, typer.Argument(help="a second run, to compare both on the same text", metavar="RUN")
    ] = None,
    mistakes: Annotated[
        Path | None,
        typer.Option(help="also write the errors of the first run to this file", metavar="FILE.csv|FILE.json"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write one page that shows every error of a run, or compares two runs on the same text."""
    from dragoman.cli import show
    from dragoman.reports.report import report as write

    page = write(
        how.file(run),
        against.gold(how),
        out=out,
        split=against.split,
        other=None if other is None else how.file(other),
        mistakes=mistakes,
        **how.rules,
    )
    if as_json:
        made = {"page": str(page)} | ({} if mistakes is None else {"mistakes": str(mistakes)})
        show.summary(made, as_json=True)
    else:
        typer.echo(str(page))
