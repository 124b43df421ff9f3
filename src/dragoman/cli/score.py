"""The command that scores."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    Quotes,
    labelled,
    mapped,
)

if TYPE_CHECKING:
    from dragoman.schema.system_card import SystemCard


class Engine(StrEnum):
    """Where a scoring is done."""

    local = "local"
    dask = "dask"


class By(StrEnum):
    """What scores are shown by."""

    type = "type"
    language = "language"
    kind = "kind"
    document = "document"
    phenomenon = "phenomenon"
    page = "page"
    form = "form"
    nesting = "nesting"


def score(
    predictions: Annotated[
        Path | None,
        typer.Argument(
            help="predictions: JSONL or parquet, compressed or not, one document a line; any format that convert "
            "reads; a folder of these; a log of inspect_ai (.eval); or - for standard input",
            metavar="PREDICTIONS.jsonl",
        ),
    ] = None,
    gold: Annotated[
        bool, typer.Option("--gold", help="score the gold against itself: a self-test, 1 throughout")
    ] = False,
    reference: Annotated[
        Path | None,
        typer.Option(help="score against this file or folder instead of a benchmark: any labels", metavar="GOLD.jsonl"),
    ] = None,
    data: Data = None,
    split: Annotated[str | None, typer.Option(help="split to score; default: test")] = None,
    read: From = None,
    read_reference: Annotated[
        str | None, typer.Option("--reference-from", help="the same of the reference", metavar="FORMAT")
    ] = None,
    columns: Columns = None,
    labels: Labels = None,
    clean_text: CleanText = False,
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
    no_intervals: Annotated[bool, typer.Option("--no-intervals", help="leave the error bars out")] = False,
    resamples: Annotated[int, typer.Option(min=100, max=1_000_000, help="resamples of the bootstrap")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="seed of the bootstrap")] = 1,
    no_singletons: Annotated[
        bool, typer.Option("--no-singletons", help="leave clusters of one mention out of the cluster measures")
    ] = False,
    quotes: Quotes = IN_ORDER,
    ignore_unknown_fields: IgnoreUnknownFields = False,
    engine: Annotated[
        Engine, typer.Option(help="where to score files or folders of shards against --reference")
    ] = Engine.local,
    scheduler: Annotated[
        str | None, typer.Option(help="dask: a running scheduler, which is trusted; default: start one", metavar="ADDR")
    ] = None,
    by: Annotated[
        list[By] | None, typer.Option(help="also show scores by this; repeatable (phenomenon: recall only)")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="also write all scores, slices included, as CSV to this file", metavar="FILE")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="also write the result, as JSON, to this file", metavar="FILE")
    ] = None,
    as_json: Json = False,
) -> None:
    """Score predictions against the benchmark's test split, or one file against another."""
    if gold == (predictions is not None):
        raise typer.BadParameter("give PREDICTIONS.jsonl, or --gold")
    if reference is not None and data is not None:
        raise typer.BadParameter("give --reference or --data, not both")
    if reference is not None and split is not None:
        raise typer.BadParameter("a reference has no splits: leave --split out")
    if scheduler is not None and engine is not Engine.dask:
        raise typer.BadParameter("a scheduler needs --engine dask")
    if engine is Engine.dask and (predictions is None or reference is None):
        raise typer.BadParameter("an engine needs PREDICTIONS and --reference")
    from dragoman import files
    from dragoman.benchmark import load
    from dragoman.scoring.api import score as score_labels
    from dragoman.statistics.resampling import Resampling

    renamed = mapped(label_map)
    told = {"columns": columns or (), "labels": labels or (), "clean_text": clean_text}
    result = score_labels(
        load(data) if predictions is None else labelled(predictions, read, **told),
        load(data) if data is not None else labelled(reference, read_reference, **told),
        split=split,
        measures=measures,
        by=[facet.value for facet in by or ()],
        intervals=not no_intervals and Resampling(resamples, seed),
        engine=engine.value,
        scheduler=scheduler,
        system=None if predictions is None else _system(predictions),
        singletons=not no_singletons,
        map=renamed,
        quotes=quotes.value,
        ignore_unknown_fields=ignore_unknown_fields,
    )
    from dragoman.cli import show

    if out is not None:
        result.save(out)
    if csv is not None:
        files.write(csv, result.csv())
    show.result(result, as_json=as_json)


def _system(predictions: Path) -> str | SystemCard | None:
    """Give the card beside the predictions if there is one, else the name of the file; None where it says its own."""
    from dragoman.reading.source import is_log

    if str(predictions) == "-" or is_log(predictions):  # a log names its model
        return None
    card = (predictions if predictions.is_dir() else predictions.parent) / "system.toml"
    if not card.is_file():
        return predictions.name
    from dragoman.systems.loading import read_card

    return read_card(card)
