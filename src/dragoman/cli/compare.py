"""The command that compares systems."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dragoman.cli.options import Json


def compare(
    results: Annotated[
        list[Path], typer.Argument(help="results of `dragoman score --out`, two or more", metavar="RESULT")
    ],
    measures: Annotated[
        list[str] | None,
        typer.Option(help="measures to compare, repeatable; default: those of the headline that all results have"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare systems with paired significance tests, from stored counts; gold is not needed."""
    from dragoman.cli import show
    from dragoman.scoring.comparison import compare as compare_results

    show.comparison(compare_results(*results, measures=measures), as_json=as_json)
