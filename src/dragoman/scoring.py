"""Score a submission: match, count, finish, and put it all into a result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import dragoman
from dragoman import benchmark as benchmarks
from dragoman import files
from dragoman.measures.catalogue import HEADLINE, HEADLINE_SPLIT, MEASURES, Measure
from dragoman.problems import Problem, error
from dragoman.schema import result as results
from dragoman.schema.columns import LAYERS, Annotations, Dates, Entities
from dragoman.submission.read import read_bytes, read_file
from dragoman.submission.target import Target

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.benchmark import Benchmark

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Gold:
    """What is scored against: labels, and what is known of the documents.

    Attributes:
        annotations: the gold labels; ``annotations.has(layer)`` says which documents have gold.
        data: how the result names the data.
        target: what submissions are read against; lines of documents that are not scored are checked and left aside.
        facets: values by which documents are sliced, such as the language, one a document.

    """

    annotations: Annotations
    data: results.Data
    target: Target
    facets: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)


def from_benchmark(benchmark: Benchmark, split: str) -> Gold:
    """Gold of a split of a benchmark.

    Raises:
        DragomanError: E702 unknown split, E703 when no document of the split has gold.

    """
    documents = benchmark.split(split)
    annotations = benchmark.gold(split)
    if not annotations.present.any():
        others = [name for name in benchmark.splits if any(d.layers_annotated for d in benchmark.split(name))]
        mend = f"Splits with gold: {', '.join(others) or 'none'}."
        raise error(
            "E703", f"no document of the split {split!r} of {benchmark.name} {benchmark.version} has gold.", mend
        )
    names = [document.id for document in documents]
    return Gold(
        annotations,
        results.Data(benchmark.name, benchmark.version, benchmark.fingerprint, split, names),
        benchmark.target(),
        {
            "language": tuple(document.language for document in documents),
            "kind": tuple(document.kind for document in documents),
            "page": tuple(document.page for document in documents),
        },
    )


def from_file(path: Path | str) -> Gold:
    """Gold from a file in the form of a submission, with any labels, with texts or without.

    A document whose line lacks a layer's key has no gold for that layer.

    Raises:
        DragomanError: for everything that is wrong with the file; E703 when it holds no labels.

    """
    data = files.read_bytes(path)
    reading = read_bytes(data, Target(), str(path))
    annotations = reading.checked()
    if not annotations.present.any():
        mend = "A reference has documents with entities, dates or claims."
        raise error("E703", "the reference holds no labels.", mend, file=str(path))
    return Gold(
        annotations,
        results.Data("reference", None, files.sha256(data), None, list(annotations.documents)),
        Target(documents=annotations.documents),
    )


def validate(predictions: Path | str, benchmark: Benchmark | None = None, split: str | None = None) -> list[Problem]:
    """Say everything that is wrong with a submission.

    Args:
        predictions: a JSONL file, plain or gzip.
        benchmark: what it is for; the bundled one if None.
        split: the documents that a line may be of; those of all splits if None.

    Returns:
        Errors and warnings in the order in which they stand; empty when all is well.

    """
    target = (benchmark or benchmarks.load()).target(split)
    reading = read_file(predictions, target)
    if reading.annotations is None:
        return list(reading.problems)
    return [*reading.problems, *_warnings(reading.annotations, str(predictions))]


def _warnings(annotations: Annotations, name: str) -> Iterable[Problem]:
    missing = np.flatnonzero(~annotations.given)
    if len(missing) and annotations.given.any():
        some = ", ".join(annotations.documents[i] for i in missing[:5]) + (" …" if len(missing) > 5 else "")
        what = f"{len(missing)} of {len(annotations.documents)} documents are left out: {some}."
        yield Problem(code="W902", what=what, mend="They score as empty.", file=name)
    for layer, count in duplicates(annotations).items():
        if count:
            what = f"{count} predictions in {layer} repeat another one exactly."
            yield Problem(code="W901", what=what, mend="Each counts as spurious.", file=name)


def duplicates(annotations: Annotations) -> dict[str, int]:
    """Count predictions with the same span and type as an earlier one, by layer."""
    found = {}
    for layer in ("entities", "dates"):
        spans = getattr(annotations, layer)
        rows = np.stack([spans.doc, spans.start, spans.end, spans.type.codes.astype(np.int64)], axis=1)
        # Items are in canonical order, so that copies are neighbours.
        found[layer] = int((rows[1:] == rows[:-1]).all(axis=1).sum()) if len(rows) else 0
    return found


def score(
    predictions: Path | str | Annotations,
    gold: Gold | Benchmark | None = None,
    *,
    split: str = "test",
    measures: Iterable[Measure] = MEASURES,
    system: str | None = None,
) -> results.Result:
    """Score a submission.

    Args:
        predictions: a JSONL file, plain or gzip, or labels that were read already.
        gold: a benchmark (the bundled one if None), or gold from :func:`from_file`.
        split: split of the benchmark.
        measures: what to compute, from the catalogue.
        system: what to call the system; the file's name if None.

    Raises:
        DragomanError: for everything that is wrong with the submission or the gold.

    """
    if not isinstance(gold, Gold):
        gold = from_benchmark(gold or benchmarks.load(), split)
    if isinstance(predictions, Annotations):
        annotations, name = predictions, system or "gold"
    else:
        annotations, name = read_file(predictions, gold.target).checked(), system or Path(predictions).name
    return _result(annotations.of(gold.annotations.documents), gold, tuple(measures), name)


def _result(predicted: Annotations, gold: Gold, measures: tuple[Measure, ...], system: str) -> results.Result:
    scores: dict[str, Any] = {}
    slices: dict[str, Any] = {}
    counts: dict[str, results.Counts] = {}
    for measure in measures:
        layer = scores.setdefault(measure.layer, {})
        name = measure.name.partition(".")[2]
        rows, scored = _rows(measure, predicted, gold.annotations)
        if rows is None:
            layer[name] = None
            continue
        layer[name] = _finished(measure, rows[scored])
        counts[measure.name] = results.Counts(
            list(measure.score.columns),
            getattr(measure.score, "full", 1),
            scored.nonzero()[0].tolist(),
            rows[scored].tolist(),
        )
        slices |= dict(_slices(measure, predicted, gold, rows, scored))
    return results.Result(
        schema_version=results.SCHEMA_VERSION,
        signature=_signature(gold.data, measures),
        system=results.System(system),
        data=gold.data,
        scores={"headline": _headline(scores, gold.data), **scores},
        slices=slices,
        coverage=_coverage(predicted, gold.annotations),
        counts=counts,
    )


def _rows(measure: Measure, predicted: Annotations, gold: Annotations) -> tuple[Ints | None, Bools]:
    """Count by measure, one row a document, and say which documents have gold; None where there is nothing to score."""
    scored = gold.has(measure.layer)
    if not scored.any() or not predicted.attempts(measure.layer):
        return None, scored
    return measure.score.counts(measure.match(gold, predicted), len(gold.documents)), scored


def _finished(measure: Measure, rows: Ints) -> dict[str, Any]:
    """Micro scores of the sum of some rows, and macro ones: their means over the documents where they are defined."""
    micro = {leaf: _number(value) for leaf, value in measure.score.finish(rows.sum(axis=0)).items()}
    single = measure.score.finish(rows)
    macro = {leaf: _number(_mean(values[~np.isnan(values)])) for leaf, values in single.items()}
    return {**micro, "macro": macro, "interval": None}


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def _slices(
    measure: Measure, predicted: Annotations, gold: Gold, rows: Ints, scored: Bools
) -> Iterable[tuple[str, dict[str, Any]]]:
    """Scores of a measure on parts of the documents, and on the items of one type."""
    for facet, values in gold.facets.items():
        for value in sorted({v for v in values if v is not None}):
            mask = scored & np.array([v == value for v in values])
            if mask.any():
                yield f"{measure.name}[{facet}={value}]", _finished(measure, rows[mask])
    if measure.layer == "claims":
        return
    for label in sorted(getattr(gold.annotations, measure.layer).type.labels):
        part, _ = _rows(
            measure, of_type(predicted, measure.layer, label), of_type(gold.annotations, measure.layer, label)
        )
        if part is not None:
            yield f"{measure.name}[type={label}]", _finished(measure, part[scored])


def of_type(annotations: Annotations, layer: str, label: str) -> Annotations:
    """Keep the items of one type in a layer; the measure is then taken on these alone."""
    spans: Entities | Dates = getattr(annotations, layer)
    keep = np.flatnonzero(spans.type.codes == (spans.type.labels.index(label) if label in spans.type.labels else -2))
    part: dict[str, Any] = {layer: spans.take(keep)}
    return replace(annotations, **part)


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


def _signature(data: results.Data, measures: tuple[Measure, ...]) -> str:
    names = "all" if measures == MEASURES else ",".join(measure.name for measure in measures)
    version = f"{data.version or '-'}@{data.fingerprint[:8]}"
    return f"{names}|data:{version}|split:{data.split or '-'}|v:{dragoman.__version__}"
