"""The command that says everything that is wrong with predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dragoman.cli.options import (
    IN_ORDER,
    CleanText,
    Columns,
    Data,
    From,
    IgnoreUnknownFields,
    Json,
    Labels,
    Predictions,
    Quotes,
    labelled,
)


def validate(
    predictions: Predictions,
    reference: Annotated[
        Path | None,
        typer.Option(help="check against this file or folder instead of a benchmark: any labels", metavar="GOLD.jsonl"),
    ] = None,
    data: Data = None,
    split: Annotated[str | None, typer.Option(help="split that a line may be of; default: any")] = None,
    quotes: Quotes = IN_ORDER,
    ignore_unknown_fields: IgnoreUnknownFields = False,
    read: From = None,
    columns: Columns = None,
    labels: Labels = None,
    clean_text: CleanText = False,
    as_json: Json = False,
) -> None:
    """Say everything that is wrong with a predictions file, all at once."""
    if reference is not None and data is not None:
        raise typer.BadParameter("give --reference or --data, not both")
    if reference is not None and split is not None:
        raise typer.BadParameter("a reference has no splits: leave --split out")
    from dragoman.benchmark import load
    from dragoman.cli import show
    from dragoman.scoring.api import examine

    told = {"columns": columns or (), "labels": labels or (), "clean_text": clean_text}
    found = examine(
        labelled(predictions, read, **told),
        load(data) if reference is None else reference,
        split=split,
        quotes=quotes.value,
        ignore_unknown_fields=ignore_unknown_fields,
    )
    errors = sum(problem.severity == "error" for problem in found.problems)
    show.validation(found, errors, as_json=as_json)
    raise typer.Exit(int(bool(errors)))
