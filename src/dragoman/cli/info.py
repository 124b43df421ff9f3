"""The command that shows what a benchmark holds, and which measures there are."""

from __future__ import annotations

from typing import Annotated

import typer

from dragoman.cli.options import Data, Json


def info(
    measures: Annotated[
        bool, typer.Option("--measures", help="list every measure with its definition and source")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show what this benchmark holds, or every measure with its definition and source."""
    from dragoman.benchmark import load
    from dragoman.cli import show

    if measures:
        show.catalogue(as_json=as_json)
    else:
        show.benchmark(load(data), as_json=as_json)
