"""The command that reports all problems of predictions."""

from __future__ import annotations

import typer

from dragoman.cli.options import Against, HowRead, Json, Predictions, with_groups


@with_groups
def validate(predictions: Predictions, against: Against, how: HowRead, as_json: Json = False) -> None:
    """Report all problems of a predictions file at once."""
    gold = against.gold(how)
    from dragoman.cli import show
    from dragoman.scoring.api import examine

    found = examine(how.file(predictions), gold, split=against.split, **how.rules)
    errors = sum(problem.severity == "error" for problem in found.problems)
    show.validation(found, errors, as_json=as_json)
    raise typer.Exit(int(bool(errors)))
