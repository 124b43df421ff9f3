"""The command that writes an error report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dragoman.cli.options import IN_ORDER, Data, IgnoreUnknownFields, Json, Quotes


def report(
    run: Annotated[Path, typer.Argument(help="a run's folder, or a file of predictions", metavar="RUN")],
    out: Annotated[Path, typer.Option(help="the page to write", metavar="FILE.html")],
    other: Annotated[
        Path | None, typer.Argument(help="a second run, to see what each found over the same text", metavar="RUN")
    ] = None,
    reference: Annotated[
        Path | None,
        typer.Option(help="lay it over this file instead of a benchmark: any labels", metavar="GOLD.jsonl"),
    ] = None,
    data: Data = None,
    split: Annotated[str | None, typer.Option(help="split to score; default: test")] = None,
    quotes: Quotes = IN_ORDER,
    ignore_unknown_fields: IgnoreUnknownFields = False,
    mistakes: Annotated[
        Path | None,
        typer.Option(help="also write the mistakes of the first run to this file", metavar="FILE.csv|FILE.json"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write one page that shows every mistake of a run, or what two runs make of one text."""
    from dragoman.benchmark import load
    from dragoman.cli import show
    from dragoman.reports.report import report as write

    if reference is not None and data is not None:
        raise typer.BadParameter("give --reference or --data, not both")
    if reference is not None and split is not None:
        raise typer.BadParameter("a reference has no splits: leave --split out")
    page = write(
        run,
        load(data) if reference is None else reference,
        out=out,
        split=split,
        quotes=quotes.value,
        ignore_unknown_fields=ignore_unknown_fields,
        other=other,
        mistakes=mistakes,
    )
    if as_json:
        made = {"page": str(page)} | ({} if mistakes is None else {"mistakes": str(mistakes)})
        show.summary(made, as_json=True)
    else:
        typer.echo(str(page))
