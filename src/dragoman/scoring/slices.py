"""Scores on parts: of the documents, of the items of a type, of gold items of a kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dragoman.annotations import JOINER, Annotations, Claims, Coded, Dates, Entities
from dragoman.measures.catalogue import Measure
from dragoman.measures.memo import kept
from dragoman.measures.scores import FScore
from dragoman.measures.spans import nested
from dragoman.scoring.counts import Counted
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
    score = measure.score
    found = bootstrap.interval(
        rows,
        score.finish,
        score.headline,
        condensed=score.condensed,
        resamples=resampling.resamples,
        seed=resampling.seed,
    )
    return None if found is None else list(found)


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


class Types:
    """Scores on the items of each type alone; what measures of a layer have in common is worked out once."""

    def __init__(self) -> None:
        self._split: dict[str, tuple[_Sides, _Sides]] = {}

    def rows(self, measure: Measure, counted: Counted) -> Iterable[tuple[str, Ints]]:
        """Give the rows of the items of each type of the gold, on both sides, by type."""
        if measure.layer not in {"entities", "dates"} or not measure.by_type:
            return
        ours, theirs = getattr(counted.gold, measure.layer), getattr(counted.predicted, measure.layer)
        labels: tuple[str, ...] = ours.type.labels
        if not labels:
            return
        number = len(labels) + 1  # the last one is for types that gold does not have
        if measure.alone is not None:
            own = measure.alone is measure.match
            match = counted.match if own else measure.alone(counted.gold, counted.predicted)
            match = replace(
                match,
                gold_doc=_split(match.gold_doc, ours.type, labels),
                predicted_doc=_split(match.predicted_doc, theirs.type, labels),
            )
        else:
            match = measure.match(*self._by_type(measure.layer, counted, labels))
        rows = measure.score.counts(match, len(counted.documents) * number)
        rows = rows.reshape(len(counted.documents), number, -1)
        for label in sorted(labels):
            yield label, rows[:, labels.index(label)]

    def _by_type(self, layer: str, counted: Counted, labels: tuple[str, ...]) -> tuple[Annotations, Annotations]:
        held = self._split.get(layer)
        if held is None or not _same(held[0], counted):
            sides = (counted.gold, counted.predicted)
            self._split[layer] = held = (sides, (by_type(sides[0], layer, labels), by_type(sides[1], layer, labels)))
        return held[1]


_Sides = tuple[Annotations, Annotations]


def _same(sides: _Sides, counted: Counted) -> bool:
    return sides[0] is counted.gold and sides[1] is counted.predicted


def _split(doc: Ints, types: Coded, labels: tuple[str, ...]) -> Ints:
    """Give each type of each document a number; types that are not among the labels share the last one."""

    def split() -> Ints:
        codes = types.recode(labels)
        numbers: Ints = doc * (len(labels) + 1)
        numbers += np.where(codes < 0, len(labels), codes)
        return numbers

    return kept("split", (doc, types.codes), split, types.labels, labels)


def by_type(annotations: Annotations, layer: str, labels: tuple[str, ...]) -> Annotations:
    """Split each document into one a type, so that one match is a match of each type alone.

    Args:
        annotations: labels of some documents.
        layer: the layer that has the types.
        labels: the types; items of others go together into one document more.

    Returns:
        The items of the layer in ``len(labels) + 1`` documents for each document, one after the other. The order of
        items and all else stays.

    """
    spans: Entities | Dates = getattr(annotations, layer)
    doc = _split(spans.doc, spans.type, labels)
    order = np.argsort(doc, kind="stable")
    part: dict[str, Any] = {layer: replace(spans, doc=doc).take(order)}
    texts = np.array([*annotations.texts, None], object)[:-1]  # an array of objects, also where all are None
    spoken = annotations.languages
    return replace(
        annotations,
        texts=tuple(np.repeat(texts, len(labels) + 1).tolist()),
        languages=spoken and replace(spoken, codes=np.repeat(spoken.codes, len(labels) + 1)),
        **part,
    )


def recalls(measure: Measure, counted: Counted) -> dict[str, tuple[int, int]] | None:
    """Tell what gold items earn of one form, with one phenomenon, nested or not, and how many there are.

    Recall follows, and nothing else: predictions have none of these. Taken on the match of all items, and only where
    every gold item is an item of the match; else None.
    """
    items = getattr(counted.gold, measure.layer, None)
    if not isinstance(measure.score, FScore) or items is None or len(counted.match.gold_doc) != len(items):
        return None
    earned = np.zeros(len(items), np.int64)
    earned[counted.match.gold] = counted.match.credit
    return {
        f"{facet}={value}": (int(earned[mask].sum()), int(mask.sum()))
        for facet, value, mask in _facets(items)
        if mask.any()
    }


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
