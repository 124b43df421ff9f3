"""Measures on the page layer: segmentation of the document and document time, where a system predicts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dragoman.annotations import NULL, Coded
from dragoman.measures import spans
from dragoman.measures.date_values import canonical, jaccard, ordinals
from dragoman.measures.scores import Match
from dragoman.measures.spans import SCALE, equal, equal_and_given

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.measures.pair import Pair

    Ints = NDArray[np.int64]


def kinds(pair: Pair) -> Match:
    """Match each gold segment with itself; credited if exactly one predicted segment has its bounds, and its kind."""
    gold, pred = pair.gold.segments, pair.pred.segments
    pairs = spans.strict(pair, "segments")
    lines = np.arange(len(gold))
    right = np.zeros(len(lines), np.int64)
    _, place, count = np.unique(
        np.stack([pred.doc, pred.start, pred.end], axis=1), axis=0, return_inverse=True, return_counts=True
    )
    right[pairs.gold] = count[place.reshape(-1)][pairs.pred] == 1
    return Match(lines, lines, right, 1, gold.doc, gold.doc)


def boundaries(pair: Pair) -> Match:
    """Pair segments with the same bounds, whatever their kinds."""
    return spans.exact(pair, "segments")


def published(pair: Pair) -> Match:
    """Credit canonically equal document times, among documents with a document time in gold (internal or external).

    If gold has only an external one, predicting none is right as well: the page does not state it.
    """
    at = _timed(pair)
    return _of_documents(at, _equal_times(pair, at).astype(np.int64), 1)


def published_overlap(pair: Pair) -> Match:
    """Credit the Jaccard coefficient of the days of document times, among documents whose gold denotes days.

    Documents whose gold denotes no closed interval of days, such as ``2024/..``, are left out, unless the other of
    internal and external time does: then equality with the first is right as well.
    """
    at = _timed(pair)
    inside, outside = _time_days(pair.gold.published)[at], _time_days(pair.gold.published_external)[at]
    known = (inside[:, 0] >= 0) | (outside[:, 0] >= 0)
    at, inside, outside = at[known], inside[known], outside[known]
    given = _time_days(pair.pred.published)[at]
    credit = np.maximum(jaccard(inside, given), jaccard(outside, given))
    credit[_equal_times(pair, at)] = SCALE
    return _of_documents(at, credit, SCALE)


def _equal_times(pair: Pair, at: Ints) -> NDArray[np.bool_]:
    """Whether the document time equals one of the two of gold, shape (n,); never a missing internal one."""
    gold, given = pair.gold, canonical(pair.pred.published)
    right = equal(canonical(gold.published), given, (at, at))
    return right | equal_and_given(canonical(gold.published_external), given, (at, at))


def _timed(pair: Pair) -> Ints:
    gold = pair.gold
    return np.flatnonzero((gold.published.codes != NULL) | (gold.published_external.codes != NULL))


def _of_documents(at: Ints, credit: Ints, full: int) -> Match:
    """Pair each of the given documents with itself."""
    items = np.arange(len(at))
    return Match(items, items, credit, full, at, at)


def _time_days(values: Coded) -> Ints:
    table = [ordinals(label, None, "DATE") for label in values.labels] + [(-1, -1)]
    return np.array(table, np.int64)[values.codes]
