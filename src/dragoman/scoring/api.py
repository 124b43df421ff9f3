"""Score a submission: match, count, finish, and put it all into a result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dragoman import benchmark as benchmarks
from dragoman import files
from dragoman.annotations import Annotations
from dragoman.measures.catalogue import MEASURES, Measure, select, without_singletons
from dragoman.reading.read import Reading, read_bytes, read_file
from dragoman.schema import result as results
from dragoman.scoring.assemble import assemble, coverage_of
from dragoman.scoring.gold import Gold, from_benchmark, from_bytes
from dragoman.scoring.partials import tallies_in_parts
from dragoman.scoring.slices import NO_INTERVALS, USUAL, Resampling

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark


def score(
    predictions: Path | str | bytes | Reading | Annotations,
    gold: Gold | Benchmark | None = None,
    *,
    split: str = "test",
    measures: Iterable[Measure] = MEASURES,
    system: str | None = None,
    resampling: Resampling = USUAL,
    singletons: bool = True,
) -> results.Result:
    """Score a submission.

    Args:
        predictions: a JSONL file, plain or gzip, or its bytes, or what was read of one already.
        gold: a benchmark (the bundled one if None), or gold from :func:`from_file`.
        split: split of the benchmark.
        measures: what to compute, from the catalogue.
        system: what to call the system; the file's name if None.
        resampling: how error bars are made.
        singletons: whether clusters of one mention count in cluster measures.

    Raises:
        DragomanError: for everything that is wrong with the submission or the gold.

    """
    if not isinstance(gold, Gold):
        gold = from_benchmark(gold or benchmarks.load(), split)
    if isinstance(predictions, Annotations):
        reading, name = Reading(predictions, ()), "gold"
    elif isinstance(predictions, Reading):
        reading, name = predictions, "predictions"
    elif isinstance(predictions, bytes):
        reading, name = read_bytes(predictions, gold.target), "predictions"
    else:
        reading, name = read_file(predictions, gold.target), Path(predictions).name
    annotations = reading.checked().of(gold.annotations.documents)
    chosen = tuple(measures) if singletons else without_singletons(measures)
    coverage = coverage_of(annotations, gold.annotations)
    coverage.quotes = {way: number for way, number in reading.tally.items() if number}
    pa.default_memory_pool().release_unused()  # the rows are columns by now, and measures need the memory
    return assemble(
        tallies_in_parts(chosen, annotations, gold.annotations),
        data=gold.data,
        system=system or name,
        resampling=resampling,
        coverage=coverage,
        facets=gold.facets,
        singletons=singletons,
    )


def score_documents(
    predictions: Iterable[Mapping[str, Any]], references: Iterable[Mapping[str, Any]], measures: list[str] | None = None
) -> dict[str, float | None]:
    """Score documents that are held as dictionaries, in the form of a submission's lines, against others.

    Args:
        predictions: documents of a system; fields that are None count as absent.
        references: documents with gold.
        measures: names of measures or layers; all if None.

    Returns:
        Micro scores by name, as in ``entities.strict.f1``; None where undefined. Measures that could not be taken are
        left out.

    Raises:
        DragomanError: for everything that is wrong with the documents, by line: the first document is line 1.

    """
    gold = from_bytes(_lines(references), "references")
    result = score(_lines(predictions), gold, measures=select(measures), resampling=NO_INTERVALS)
    return {
        f"{layer}.{name}.{leaf}": value
        for layer, of_layer in result.scores.items()
        if layer != "headline"
        for name, leaves in of_layer.items()
        if leaves is not None
        for leaf, value in leaves.items()
        if leaf not in {"macro", "interval"}
    }


def _lines(documents: Iterable[Mapping[str, Any]]) -> bytes:
    return files.json_lines(_without_null(document) for document in documents)


def _without_null(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_null(inner) for key, inner in value.items() if inner is not None}
    return [_without_null(inner) for inner in value] if isinstance(value, list | tuple) else value
