"""The command that says everything that is wrong with predictions."""

from __future__ import annotations

import typer

from dragoman.cli.options import CleanText, Columns, Data, From, Json, Labels, Predictions, labelled


def validate(
    predictions: Predictions,
    data: Data = None,
    read: From = None,
    columns: Columns = None,
    labels: Labels = None,
    clean_text: CleanText = False,
    as_json: Json = False,
) -> None:
    """Say everything that is wrong with a predictions file, all at once."""
    from dragoman.benchmark import load
    from dragoman.cli import show
    from dragoman.scoring.api import validate as check

    told = {"columns": columns or (), "labels": labels or (), "clean_text": clean_text}
    problems = check(labelled(predictions, read, **told), load(data))
    failed = any(problem.severity == "error" for problem in problems)
    if not problems and not as_json:
        typer.echo("No problem found.")
    show.problems(problems, as_json=as_json, most=None)
    raise typer.Exit(int(failed))
