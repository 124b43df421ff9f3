"""The command that says everything that is wrong with predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dragoman.cli.options import Data, Json, Predictions


def validate(
    predictions: Predictions,
    reference: Annotated[
        Path | None, typer.Option(help="check against this file or folder instead of a benchmark", metavar="GOLD.jsonl")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Say everything that is wrong with a predictions file, all at once, and what it holds."""
    if reference is not None and data is not None:
        raise typer.BadParameter("give --reference or --data, not both")
    from dragoman.benchmark import load
    from dragoman.cli import show
    from dragoman.scoring.api import examine

    found = examine(predictions, load(data) if reference is None else reference)
    errors = sum(problem.severity == "error" for problem in found.problems)
    show.validation(found, errors, as_json=as_json)
    raise typer.Exit(int(bool(errors)))
