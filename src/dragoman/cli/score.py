"""The command that scores predictions."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dragoman.cli.options import Against, HowRead, Json, PredictionsIfAny, mapped, with_groups

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark
    from dragoman.schema.system_card import SystemCard


class Engine(StrEnum):
    """Where scoring runs."""

    local = "local"
    dask = "dask"


class By(StrEnum):
    """Facets by which scores can be broken down."""

    type = "type"
    language = "language"
    kind = "kind"
    document = "document"
    phenomenon = "phenomenon"
    page = "page"
    form = "form"
    nesting = "nesting"


@with_groups
def score(
    against: Against,
    how: HowRead,
    predictions: PredictionsIfAny = None,
    gold: Annotated[
        bool, typer.Option("--gold", help="score the gold against itself: a self-test, in which all scores are 1")
    ] = False,
    measures: Annotated[
        list[str] | None,
        typer.Option(help="measures or layers, such as entities.strict or dates; repeatable"),
    ] = None,
    label_map: Annotated[
        list[str] | None,
        typer.Option(
            "--map", help="read a type of the predictions as one of gold: person=PER; repeatable", metavar="TYPE=GOLD"
        ),
    ] = None,
    no_intervals: Annotated[bool, typer.Option("--no-intervals", help="skip the confidence intervals")] = False,
    resamples: Annotated[int, typer.Option(min=100, max=1_000_000, help="number of bootstrap resamples")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="random seed of the bootstrap")] = 1,
    no_singletons: Annotated[
        bool,
        typer.Option("--no-singletons", help="exclude singletons (clusters of one mention) from the cluster measures"),
    ] = False,
    engine: Annotated[
        Engine, typer.Option(help="where to score files or folders of shards against --reference")
    ] = Engine.local,
    scheduler: Annotated[
        str | None,
        typer.Option(help="dask: address of a running, trusted scheduler; default: start one", metavar="ADDR"),
    ] = None,
    by: Annotated[
        list[By] | None, typer.Option(help="also break scores down by this facet; repeatable (phenomenon: recall only)")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="also write all scores, breakdowns included, to this CSV file", metavar="FILE")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="also write the result to this JSON file", metavar="FILE")] = None,
    as_json: Json = False,
) -> None:
    """Score predictions against the benchmark's test split, or one file against another."""
    if gold == (predictions is not None):
        raise typer.BadParameter("give PREDICTIONS.jsonl, or --gold")
    if scheduler is not None and engine is not Engine.dask:
        raise typer.BadParameter("a scheduler needs --engine dask")
    if engine is Engine.dask and (predictions is None or against.reference is None):
        raise typer.BadParameter("an engine needs PREDICTIONS and --reference")
    from dragoman import files
    from dragoman.scoring.api import score as score_labels
    from dragoman.statistics.resampling import Resampling

    renamed = mapped(label_map)
    target = against.gold(how)
    result = score_labels(
        _gold_of(against.data) if predictions is None else how.file(predictions),
        target,
        split=against.split,
        measures=measures,
        by=[facet.value for facet in by or ()],
        intervals=not no_intervals and Resampling(resamples, seed),
        engine=engine.value,
        scheduler=scheduler,
        system=None if predictions is None else _system(predictions),
        singletons=not no_singletons,
        map=renamed,
        **how.rules,
    )
    from dragoman.cli import show

    if out is not None:
        result.save(out)
    if csv is not None:
        files.write(csv, result.csv())
    show.result(result, as_json=as_json)


def _gold_of(data: Path | None) -> Benchmark:
    from dragoman.benchmark import load  # not needed to score files: these are parsed while other modules are imported

    return load(data)


def _system(predictions: Path) -> str | SystemCard | None:
    """Return the system card beside the predictions, else the name of the file; None for inputs that name
    their system.
    """
    from dragoman.reading.source import is_log

    if str(predictions) == "-" or is_log(predictions):  # a log names its model
        return None
    card = (predictions if predictions.is_dir() else predictions.parent) / "system.toml"
    if not card.is_file():
        return predictions.name
    from dragoman.systems.loading import read_card

    return read_card(card)
