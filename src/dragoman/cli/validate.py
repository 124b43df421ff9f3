"""The command that says everything that is wrong with predictions."""

from __future__ import annotations

import typer

from dragoman.cli.options import Data, Json, Predictions


def validate(predictions: Predictions, data: Data = None, as_json: Json = False) -> None:
    """Say everything that is wrong with a predictions file, all at once."""
    from dragoman.benchmark import load
    from dragoman.cli import show
    from dragoman.scoring.api import validate as check

    problems = check(predictions, load(data))
    failed = any(problem.severity == "error" for problem in problems)
    if not problems and not as_json:
        typer.echo("No problem found.")
    show.problems(problems, as_json=as_json, most=None)
    raise typer.Exit(int(failed))
