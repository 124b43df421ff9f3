"""Score a submission: match, count, finish, and put it all into a result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dragoman import benchmark as benchmarks
from dragoman import files
from dragoman.measures.catalogue import HEADLINE, HEADLINE_SPLIT, MEASURES, Measure, select, without_singletons
from dragoman.schema import result as results
from dragoman.schema.columns import LAYERS, Annotations
from dragoman.scoring.counted import count
from dragoman.scoring.gold import Gold, from_benchmark, from_bytes
from dragoman.scoring.slices import (
    NO_INTERVALS,
    USUAL,
    Resampling,
    Types,
    document_slices,
    finished,
    interval,
    recalls,
)
from dragoman.scoring.validation import duplicates
from dragoman.statistics import bootstrap
from dragoman.submission.read import Parsed, Reading, read_bytes, read_file, read_parsed
from dragoman.version import __version__

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.benchmark import Benchmark

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


def score(
    predictions: Path | str | bytes | Parsed | Annotations,
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
        predictions: a JSONL file, plain or gzip, or its bytes, or what was parsed or read of one already.
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
    elif isinstance(predictions, Parsed):
        reading, name = read_parsed(predictions, gold.target), Path(predictions.name).name
    elif isinstance(predictions, bytes):
        reading, name = read_bytes(predictions, gold.target), "predictions"
    else:
        reading, name = read_file(predictions, gold.target), Path(predictions).name
    annotations = reading.checked().of(gold.annotations.documents)
    chosen = tuple(measures) if singletons else without_singletons(measures)
    result = _result(annotations, gold, chosen, system or name, resampling)
    result.coverage.quotes = {way: number for way, number in reading.tally.items() if number}
    if not singletons:
        result.signature += "|singletons:dropped"
    return result


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


def _result(
    predicted: Annotations, gold: Gold, measures: tuple[Measure, ...], system: str, resampling: Resampling
) -> results.Result:
    scores: dict[str, Any] = {}
    slices: dict[str, Any] = {}
    counts: dict[str, results.Counts] = {}
    types = Types()
    for measure in measures:
        layer = scores.setdefault(measure.layer, {})
        name = measure.name.partition(".")[2]
        counted = count(measure, predicted, gold.annotations)
        if counted is None:
            layer[name] = None
            continue
        layer[name] = finished(measure, counted.rows, resampling)
        if "page" in gold.facets and resampling.resamples:
            pages = [gold.facets["page"][i] for i in counted.documents.tolist()]
            layer[name]["interval_by_page"] = interval(measure, bootstrap.grouped(counted.rows, pages), resampling)
        counts[measure.name] = results.Counts(
            list(measure.score.columns), measure.score.full, counted.documents.tolist(), counted.rows.tolist()
        )
        slices |= dict(document_slices(measure, counted, gold, resampling))
        slices |= dict(types.slices(measure, counted, resampling))
        slices |= dict(recalls(measure, counted))
    _add_gap(scores)
    return results.Result(
        schema_version=results.SCHEMA_VERSION,
        signature=_signature(gold.data, measures, resampling),
        system=results.System(system),
        data=gold.data,
        scores={"headline": _headline(scores, gold.data), **scores},
        slices=slices,
        coverage=_coverage(predicted, gold.annotations),
        counts=counts,
    )


def _add_gap(scores: dict[str, Any]) -> None:
    """Say how much of the strict error is segmentation: F1 of entities.clitic less that of entities.strict."""
    entities = scores.get("entities") or {}
    strict, clitic = entities.get("strict"), entities.get("clitic")
    if strict and clitic:
        known = strict["f1"] is not None and clitic["f1"] is not None
        clitic["gap"] = clitic["f1"] - strict["f1"] if known else None


def _headline(scores: dict[str, Any], data: results.Data) -> float | None:
    """Mean of the micro F1 of the headline measures on the test split; None unless all are there and defined."""
    if data.split != HEADLINE_SPLIT:
        return None
    parts: list[float] = []
    for name in HEADLINE:
        layer, _, measure = name.partition(".")
        found = (scores.get(layer) or {}).get(measure)
        if not found or found["f1"] is None:
            return None
        parts.append(found["f1"])
    return sum(parts) / len(parts)


def _coverage(predicted: Annotations, gold: Annotations) -> results.Coverage:
    missing = [gold.documents[i] for i in np.flatnonzero(~predicted.given)]
    return results.Coverage(
        documents=len(gold.documents),
        missing=len(missing),
        missing_documents=missing[:100],
        attempted={layer: predicted.attempts(layer) for layer in LAYERS},
        annotated={layer: int(gold.has(layer).sum()) for layer in LAYERS},
        duplicates=duplicates(predicted),
    )


def _signature(data: results.Data, measures: tuple[Measure, ...], resampling: Resampling) -> str:
    names = (
        "all"
        if [m.name for m in measures] == [m.name for m in MEASURES]
        else ",".join(measure.name for measure in measures)
    )
    version = f"{data.version or '-'}@{data.fingerprint[:8]}"
    boot = f"boot:{resampling.resamples}" + (f"|seed:{resampling.seed}" if resampling.resamples else "")
    return f"{names}|data:{version}|split:{data.split or '-'}|{boot}|v:{__version__}"
