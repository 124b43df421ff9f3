"""The command that runs a system."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dragoman.cli.options import Data, Json


def run(
    system: Annotated[
        str,
        typer.Argument(
            help="path.py:function, pkg.module:function, cmd:PROGRAM, hf:MODEL or spacy:PIPELINE", metavar="SYSTEM"
        ),
    ],
    out: Annotated[Path, typer.Option(help="the run's folder; an interrupted run is resumed", metavar="RUN")],
    data: Data = None,
    jobs: Annotated[int, typer.Option(min=1, max=256, help="documents under way at once")] = 1,
    timeout: Annotated[float, typer.Option(min=0.01, help="seconds that a program's answer may take")] = 600.0,
    card: Annotated[
        Path | None, typer.Option(help="description of the system (dragoman schema system)", metavar="system.toml")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run a system on every document and keep its predictions."""
    from dragoman.benchmark import load as load_benchmark
    from dragoman.cli import show
    from dragoman.running.run import run as run_system
    from dragoman.systems.loading import load, read_card
    from dragoman.systems.protocol import Options

    options = Options(timeout, None if card is None else read_card(card))
    summary = run_system(load(system, options), load_benchmark(data), out, show.progress, jobs=jobs)
    show.summary(summary, as_json=as_json)
    raise typer.Exit(int(bool(summary["failed"])))
