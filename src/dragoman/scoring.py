"""Score a submission: match, count, finish, and put it all into a result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dragoman import benchmark as benchmarks
from dragoman import files
from dragoman.measures.catalogue import HEADLINE, HEADLINE_SPLIT, MEASURES, Measure
from dragoman.measures.counting import FScore, Match
from dragoman.measures.spans import nested
from dragoman.problems import Problem, error
from dragoman.schema import result as results
from dragoman.schema.columns import JOINER, LAYERS, NULL, Annotations, Claims, Dates, Entities
from dragoman.statistics import bootstrap
from dragoman.submission.read import read_bytes, read_file
from dragoman.submission.target import Target
from dragoman.version import __version__

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
        Target(
            documents=annotations.documents,
            texts={
                name: text
                for name, text in zip(annotations.documents, annotations.texts, strict=True)
                if text is not None
            },
        ),
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


@dataclass(frozen=True)
class Resampling:
    """How error bars are made: number of resamples (0 for none) and seed of the generator."""

    resamples: int = bootstrap.RESAMPLES
    seed: int = bootstrap.SEED


NO_INTERVALS = Resampling(0)


def score(
    predictions: Path | str | Annotations,
    gold: Gold | Benchmark | None = None,
    *,
    split: str = "test",
    measures: Iterable[Measure] = MEASURES,
    system: str | None = None,
    resampling: Resampling = Resampling(),
) -> results.Result:
    """Score a submission.

    Args:
        predictions: a JSONL file, plain or gzip, or labels that were read already.
        gold: a benchmark (the bundled one if None), or gold from :func:`from_file`.
        split: split of the benchmark.
        measures: what to compute, from the catalogue.
        system: what to call the system; the file's name if None.
        resampling: how error bars are made.

    Raises:
        DragomanError: for everything that is wrong with the submission or the gold.

    """
    if not isinstance(gold, Gold):
        gold = from_benchmark(gold or benchmarks.load(), split)
    if isinstance(predictions, Annotations):
        annotations, name = predictions, system or "gold"
    else:
        annotations, name = read_file(predictions, gold.target).checked(), system or Path(predictions).name
    return _result(annotations.of(gold.annotations.documents), gold, tuple(measures), name, resampling)


@dataclass(frozen=True)
class Counted:
    """Counts of a measure.

    Attributes:
        rows: one row a document that was scored.
        documents: positions of these documents among all, ascending.
        match: the match behind the rows; its documents are positions in :attr:`documents`.
        gold: the gold annotations of these documents.

    """

    rows: Ints
    documents: Ints
    match: Match
    gold: Annotations


def count(measure: Measure, predicted: Annotations, gold: Annotations) -> Counted | None:
    """Count a measure on the documents that have gold for it.

    Args:
        measure: from the catalogue.
        predicted: labels of a system.
        gold: gold labels of the same documents.

    Returns:
        The counts, or None where no document has gold or the system did not attempt the layer.

    """
    scored = _has_gold(measure.layer, gold)
    if not _attempts(measure.layer, predicted):
        return None
    if measure.defined is not None:
        scored = scored & measure.defined(gold, predicted)
    at = np.flatnonzero(scored)
    if not len(at):
        return None
    names = tuple(gold.documents[i] for i in at.tolist())
    ours, theirs = gold.of(names), predicted.of(names)
    match = measure.match(ours, theirs)
    return Counted(measure.score.counts(match, len(at)), at, match, ours)


def _has_gold(layer: str, gold: Annotations) -> Bools:
    if layer == "pages":
        known: Bools = (gold.published.codes != NULL) | (gold.published_external.codes != NULL)
        return known
    return gold.has(layer)


def _attempts(layer: str, predicted: Annotations) -> bool:
    if layer == "pages":
        return bool((predicted.published.codes != NULL).any())
    return predicted.attempts(layer)


def _result(
    predicted: Annotations, gold: Gold, measures: tuple[Measure, ...], system: str, resampling: Resampling
) -> results.Result:
    scores: dict[str, Any] = {}
    slices: dict[str, Any] = {}
    counts: dict[str, results.Counts] = {}
    for measure in measures:
        layer = scores.setdefault(measure.layer, {})
        name = measure.name.partition(".")[2]
        counted = count(measure, predicted, gold.annotations)
        if counted is None:
            layer[name] = None
            continue
        layer[name] = _finished(measure, counted.rows, resampling)
        if "page" in gold.facets and resampling.resamples:
            pages = [gold.facets["page"][i] for i in counted.documents.tolist()]
            layer[name]["interval_by_page"] = _interval(measure, bootstrap.grouped(counted.rows, pages), resampling)
        counts[measure.name] = results.Counts(
            list(measure.score.columns), measure.score.full, counted.documents.tolist(), counted.rows.tolist()
        )
        slices |= dict(_document_slices(measure, counted, gold, resampling))
        slices |= dict(_type_slices(measure, predicted, gold.annotations, counted, resampling))
        slices |= dict(_recalls(measure, counted))
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


def _finished(measure: Measure, rows: Ints, resampling: Resampling) -> dict[str, Any]:
    """Micro scores of the sum of some rows, macro ones (means over documents where defined), and the error bars."""
    micro = {leaf: _number(value) for leaf, value in measure.score.finish(rows.sum(axis=0)).items()}
    single = measure.score.finish(rows)
    macro = {leaf: _number(_mean(values[~np.isnan(values)])) for leaf, values in single.items()}
    return {**micro, "macro": macro, "interval": _interval(measure, rows, resampling)}


def _interval(measure: Measure, rows: Ints, resampling: Resampling) -> list[float] | None:
    """Interval of the measure's main score."""
    if not resampling.resamples:
        return None
    finish, leaf = measure.score.finish, measure.score.headline
    found = bootstrap.intervals(rows, finish, resamples=resampling.resamples, seed=resampling.seed)[leaf]
    return None if found is None else list(found)


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def _document_slices(
    measure: Measure, counted: Counted, gold: Gold, resampling: Resampling
) -> Iterable[tuple[str, dict[str, Any]]]:
    """Scores on parts of the documents: by language, kind and page."""
    for facet, everywhere in gold.facets.items():
        values = [everywhere[i] for i in counted.documents.tolist()]
        for value in sorted({v for v in values if v is not None}):
            rows = counted.rows[np.array([v == value for v in values])]
            yield f"{measure.name}[{facet}={value}]", _finished(measure, rows, resampling)


def _type_slices(
    measure: Measure, predicted: Annotations, gold: Annotations, counted: Counted, resampling: Resampling
) -> Iterable[tuple[str, dict[str, Any]]]:
    """Scores on the items of one type alone, on both sides."""
    if measure.layer not in {"entities", "dates"} or not measure.by_type:
        return
    for label in sorted(getattr(counted.gold, measure.layer).type.labels):
        part = count(measure, of_type(predicted, measure.layer, label), of_type(gold, measure.layer, label))
        if part is not None:
            yield f"{measure.name}[type={label}]", _finished(measure, part.rows, resampling)


def of_type(annotations: Annotations, layer: str, label: str) -> Annotations:
    """Keep the items of one type in a layer; the measure is then taken on these alone."""
    spans: Entities | Dates = getattr(annotations, layer)
    keep = np.flatnonzero(spans.type.codes == (spans.type.labels.index(label) if label in spans.type.labels else -2))
    part: dict[str, Any] = {layer: spans.take(keep)}
    return replace(annotations, **part)


def _recalls(measure: Measure, counted: Counted) -> Iterable[tuple[str, dict[str, Any]]]:
    """Recall on gold items of one form, with one phenomenon, nested or not: predictions have none of these.

    Taken on the match of all items, and only where every gold item is an item of the match.
    """
    items = getattr(counted.gold, measure.layer, None)
    if not isinstance(measure.score, FScore) or items is None or len(counted.match.gold_doc) != len(items):
        return
    earned = np.zeros(len(items), np.int64)
    earned[counted.match.gold] = counted.match.credit
    for facet, value, mask in _facets(items):
        if mask.any():
            recall = float(earned[mask].sum() / (measure.score.full * mask.sum()))
            yield f"{measure.name}[{facet}={value}]", {"recall": recall, "gold": int(mask.sum())}


def _facets(items: Entities | Dates | Claims) -> Iterable[tuple[str, str, Bools]]:
    """Facets of gold items, with their values and which items have each."""
    phenomena = [set(label.split(JOINER)) for label in items.phenomena.labels]
    for value in sorted(set().union(*phenomena)):
        yield "phenomenon", value, np.array([*(value in tags for tags in phenomena), False])[items.phenomena.codes]
    if isinstance(items, Entities):
        for value in sorted(items.form.labels):
            yield "form", value, items.form.codes == items.form.labels.index(value)
        inside = nested(items)
        yield "nesting", "inside", inside
        yield "nesting", "outermost", ~inside


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
    names = "all" if measures == MEASURES else ",".join(measure.name for measure in measures)
    version = f"{data.version or '-'}@{data.fingerprint[:8]}"
    boot = f"boot:{resampling.resamples}" + (f"|seed:{resampling.seed}" if resampling.resamples else "")
    return f"{names}|data:{version}|split:{data.split or '-'}|{boot}|v:{__version__}"
