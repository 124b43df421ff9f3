"""The command that shows the contents of a benchmark, and the available measures."""

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
    """Show the contents of the benchmark, or every measure with its definition and source."""
    from dragoman.benchmark import load
    from dragoman.cli import show

    if measures:
        show.catalogue(as_json=as_json)
    else:
        show.benchmark(load(data), as_json=as_json)
