"""Scores of slices: of documents, of items of a type, and of subsets of gold items."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dragoman.annotations import JOINER, Claims, Dates, Entities
from dragoman.measures.measure import Measure
from dragoman.measures.scores import FScore, Match
from dragoman.measures.spans import nested
from dragoman.schema.layers import TYPED
from dragoman.statistics import bootstrap
from dragoman.statistics.resampling import Resampling

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.measures.pair import Pair

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


def resampling_of(intervals: bool | Resampling) -> Resampling:
    """Return options of the confidence intervals: default, none, or as given."""
    if isinstance(intervals, Resampling):
        return intervals
    return Resampling() if intervals else Resampling(0)


def finished(measure: Measure, rows: Ints, resampling: Resampling) -> dict[str, Any]:
    """Compute micro scores of the sum of rows, macro scores with the number of their documents, and the interval.

    A macro score is the mean over the documents with at least one gold label, which are the same for all systems; for
    precision, over those of them with a prediction. For a measure without counts of gold labels (accuracy among matched
    pairs), it is over documents with a pair.
    """
    micro = {leaf: _number(value) for leaf, value in measure.score.finish(rows.sum(axis=0)).items()}
    # Each column stays in one piece of memory: computing on columns of selected rows takes three times as long.
    single = measure.score.finish(np.take(rows.T, np.flatnonzero(with_gold(measure, rows)), axis=1).T)
    macro: dict[str, Any] = {leaf: _number(_mean(values)) for leaf, values in single.items()}
    macro["documents"] = int((~np.isnan(single[measure.score.headline])).sum())
    return {**micro, "macro": macro, "interval": interval(measure, rows, resampling)}


def with_gold(measure: Measure, rows: Ints) -> Bools:
    """Mask of the documents with a gold label that the measure counts, shape (documents,)."""
    names = measure.score.columns
    counted = [at for at, name in enumerate(names) if name in {"gold", "matched"} or name.endswith("recall_total")]
    return np.asarray(rows[:, counted].any(axis=1)) if counted else np.ones(len(rows), bool)


def size(measure: Measure, rows: Ints) -> dict[str, int]:
    """Sample size of a score: labels of both sides if they are counted, and documents with a gold label."""
    sums = dict(zip(measure.score.columns, rows.sum(axis=0).tolist(), strict=True))
    labels: dict[str, int] = {name: sums[name] for name in ("gold", "predicted", "matched") if name in sums}
    return {**labels, "documents": int(with_gold(measure, rows).sum())}


def interval(measure: Measure, rows: Ints, resampling: Resampling) -> list[float] | None:
    """Confidence interval of the measure's main score, or None."""
    if not resampling.resamples:
        return None
    score = measure.score
    ends = bootstrap.interval(
        rows,
        score.finish,
        score.headline,
        condensed=score.condensed,
        resamples=resampling.resamples,
        seed=resampling.seed,
    )
    return None if ends is None else list(ends)


def _mean(values: NDArray[np.float64]) -> float:
    """Mean of the values that are defined; nan if none is."""
    undefined = np.isnan(values)
    defined = values[~undefined] if undefined.any() else values
    return float(defined.mean()) if len(defined) else float("nan")


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def rows_by_type(measure: Measure, match: Match, pair: Pair) -> tuple[tuple[str, ...], Ints]:
    """Count the items of each type.

    Args:
        measure: which measure.
        match: its match of all items.
        pair: gold and predicted annotations.

    Returns:
        The types, ascending, and the counts of each, shape (documents, types + 1, columns); the last ones are of items
        without a type. No types if the measure is not computed by type.

    """
    labels: tuple[str, ...] = ()
    if measure.layer in TYPED and measure.by_type and (len(match.gold_doc) or len(match.pred_doc)):
        sides = [getattr(side, measure.layer).type.labels for side in (pair.gold, pair.pred)]
        labels = tuple(sorted({*sides[0], *sides[1]}))
    if not labels:
        return labels, np.zeros((len(pair), 1, len(measure.score.columns)), np.int64)
    if measure.match_by_type is not None:
        typed = match if measure.match_by_type is measure.match else measure.match_by_type(pair)
        gold_doc, pred_doc = pair.split(measure.layer, labels)
        typed = replace(typed, gold_doc=gold_doc, pred_doc=pred_doc)
    else:
        typed = measure.match(pair.by_type(measure.layer, labels))
    number = len(labels) + 1
    return labels, measure.counts(typed, len(pair) * number).reshape(len(pair), number, -1)


class _Part(NamedTuple):
    """A subset of gold items, by form, phenomenon or nesting: mask, number of items, and number of documents."""

    name: str
    mask: Bools
    number: int
    documents: int


def recalls(measure: Measure, match: Match, pair: Pair) -> dict[str, tuple[int, int, int]] | None:
    """Compute credit, number of items and number of documents of gold items by form, phenomenon and nesting.

    Only recall can be computed, since predictions do not have these properties. Uses the match of all items; None if
    not every gold item is an item of the match.
    """
    items = getattr(pair.gold, measure.layer, None)
    if not isinstance(measure.score, FScore) or items is None or len(match.gold_doc) != len(items):
        return None
    parts = pair.memo.get(("parts by recall", measure.layer), lambda: list(_parts(items)))
    earned = np.zeros(len(items), np.int64)
    earned[match.gold] = match.credit
    return {part.name: (int((earned * part.mask).sum()), part.number, part.documents) for part in parts}


def _parts(items: Entities | Dates | Claims) -> Iterable[_Part]:
    for facet, value, mask in _facets(items):
        if mask.any():
            documents = np.count_nonzero(np.bincount(items.doc[mask]))
            yield _Part(f"{facet}={value}", mask, int(mask.sum()), int(documents))


def _facets(items: Entities | Dates | Claims) -> Iterable[tuple[str, str, Bools]]:
    """Yield facets of gold items, with values and masks."""
    phenomena = [set(label.split(JOINER)) for label in items.phenomena.labels]
    for value in sorted(set().union(*phenomena)):
        yield "phenomenon", value, np.array([*(value in tags for tags in phenomena), False])[items.phenomena.codes]
    if isinstance(items, Entities):
        for value in sorted(items.form.labels):
            yield "form", value, items.form.codes == items.form.labels.index(value)
        inside = nested(items)
        yield "nesting", "inside", inside
        yield "nesting", "outermost", ~inside
