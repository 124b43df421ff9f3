"""Measures on what is known of a document before its labels: its lines and its time, where a system gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dragoman.annotations import NULL, Coded
from dragoman.measures import spans
from dragoman.measures.date_values import SCALE, canonical, jaccard, ordinals
from dragoman.measures.scores import Match
from dragoman.measures.spans import equal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Annotations

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


def kinds(gold: Annotations, predicted: Annotations) -> Match:
    """Judge each line of gold: right if just one predicted segment has its bounds, and that has its kind."""
    ours, theirs = gold.segments, predicted.segments
    found = spans.strict(ours, theirs)
    lines = np.arange(len(ours))
    right = np.zeros(len(lines), np.int64)
    _, place, count = np.unique(
        np.stack([theirs.doc, theirs.start, theirs.end], axis=1), axis=0, return_inverse=True, return_counts=True
    )
    right[found.gold] = count[place.reshape(-1)][found.predicted] == 1
    return Match(lines, lines, right, 1, gold.segments.doc, gold.segments.doc)


def boundaries(gold: Annotations, predicted: Annotations) -> Match:
    """Pair segments with the same bounds, whatever their kinds."""
    return spans.exact(gold.segments, predicted.segments)


def published(gold: Annotations, predicted: Annotations) -> Match:
    """Document times that are canonically equal, among documents where both sides give one."""
    given = canonical(predicted.published)
    at = _both(gold, predicted)
    pairs = (at, at)
    right = equal(canonical(gold.published), given, pairs) | equal(canonical(gold.published_external), given, pairs)
    return _of_documents(at, right.astype(np.int64), 1)


def published_overlap(gold: Annotations, predicted: Annotations) -> Match:
    """Jaccard coefficient of the days of document times, among documents where both sides give one.

    Document times of gold that mean no closed interval of days, such as ``2024/..``, are left out.
    """
    at = _both(gold, predicted)
    ours, outside = _time_days(gold.published)[at], _time_days(gold.published_external)[at]
    kept = (ours[:, 0] >= 0) | (outside[:, 0] >= 0)
    at, ours, outside = at[kept], ours[kept], outside[kept]
    theirs = _time_days(predicted.published)[at]
    return _of_documents(at, np.maximum(jaccard(ours, theirs), jaccard(outside, theirs)), SCALE)


def _both(gold: Annotations, predicted: Annotations) -> Ints:
    known = (gold.published.codes != NULL) | (gold.published_external.codes != NULL)
    return np.flatnonzero(known & (predicted.published.codes != NULL))


def _of_documents(at: Ints, credit: Ints, full: int) -> Match:
    """Pair each of some documents with itself."""
    items = np.arange(len(at))
    return Match(items, items, credit, full, at, at)


def _time_days(values: Coded) -> Ints:
    table = [ordinals(label, None, "DATE") for label in values.labels] + [(-1, -1)]
    return np.array(table, np.int64)[values.codes]
