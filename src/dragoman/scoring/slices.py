"""Scores on parts: of the documents, of the items of a type, of gold items of a kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dragoman.measures.catalogue import Measure
from dragoman.measures.counting import FScore
from dragoman.measures.spans import nested
from dragoman.schema.columns import JOINER, Annotations, Claims, Dates, Entities
from dragoman.scoring.counted import Counted, count
from dragoman.scoring.gold import Gold
from dragoman.statistics import bootstrap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Resampling:
    """How error bars are made: number of resamples (0 for none) and seed of the generator."""

    resamples: int = bootstrap.RESAMPLES
    seed: int = bootstrap.SEED


USUAL = Resampling()
NO_INTERVALS = Resampling(0)


def finished(measure: Measure, rows: Ints, resampling: Resampling) -> dict[str, Any]:
    """Micro scores of the sum of some rows, macro ones (means over documents where defined), and the error bars."""
    micro = {leaf: _number(value) for leaf, value in measure.score.finish(rows.sum(axis=0)).items()}
    single = measure.score.finish(rows)
    macro = {leaf: _number(_mean(values[~np.isnan(values)])) for leaf, values in single.items()}
    return {**micro, "macro": macro, "interval": interval(measure, rows, resampling)}


def interval(measure: Measure, rows: Ints, resampling: Resampling) -> list[float] | None:
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


def document_slices(
    measure: Measure, counted: Counted, gold: Gold, resampling: Resampling
) -> Iterable[tuple[str, dict[str, Any]]]:
    """Scores on parts of the documents: by language, kind and page."""
    for facet, everywhere in gold.facets.items():
        values = [everywhere[i] for i in counted.documents.tolist()]
        for value in sorted({v for v in values if v is not None}):
            rows = counted.rows[np.array([v == value for v in values])]
            yield f"{measure.name}[{facet}={value}]", finished(measure, rows, resampling)


def type_slices(
    measure: Measure, predicted: Annotations, gold: Annotations, counted: Counted, resampling: Resampling
) -> Iterable[tuple[str, dict[str, Any]]]:
    """Scores on the items of one type alone, on both sides."""
    if measure.layer not in {"entities", "dates"} or not measure.by_type:
        return
    for label in sorted(getattr(counted.gold, measure.layer).type.labels):
        part = count(measure, of_type(predicted, measure.layer, label), of_type(gold, measure.layer, label))
        if part is not None:
            yield f"{measure.name}[type={label}]", finished(measure, part.rows, resampling)


def of_type(annotations: Annotations, layer: str, label: str) -> Annotations:
    """Keep the items of one type in a layer; the measure is then taken on these alone."""
    spans: Entities | Dates = getattr(annotations, layer)
    keep = np.flatnonzero(spans.type.codes == (spans.type.labels.index(label) if label in spans.type.labels else -2))
    part: dict[str, Any] = {layer: spans.take(keep)}
    return replace(annotations, **part)


def recalls(measure: Measure, counted: Counted) -> Iterable[tuple[str, dict[str, Any]]]:
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
