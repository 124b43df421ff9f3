"""Measures on the values of dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dragoman import timex
from dragoman.annotations import NULL, Coded
from dragoman.matching.assignment import assign
from dragoman.matching.overlap import overlapping_pairs
from dragoman.measures.scores import Match
from dragoman.measures.spans import SCALE, equal, equal_and_given, overlaps, relaxed_where

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Dates
    from dragoman.measures.pair import Pair

    Ints = NDArray[np.int64]


def canonical(values: Coded) -> Coded:
    """Bring the values into canonical form; one outside the grammar stays as it was written."""
    return Coded(*_merged(values.codes, [_canonical_or_raw(label) for label in values.labels]))


def _canonical_or_raw(value: str) -> str:
    try:
        return timex.canonical(value)
    except timex.TimexError:
        return value


def _merged(codes: NDArray[np.int32], labels: list[str]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Give equal labels one code: canonical forms of different values can be the same."""
    distinct = tuple(dict.fromkeys(labels))
    place = {label: i for i, label in enumerate(distinct)}
    table = np.array([place[label] for label in labels] + [-1], np.int32)
    return table[codes], distinct


def value(pair: Pair) -> Match:
    """Spans that share a character, with canonically equal values; where gold has an external value either is right.

    No value is right where gold says that there is none.
    """
    gold, pairs = pair.gold.dates, overlaps(pair, "dates")[:2]
    given = canonical(pair.pred.dates.value)
    right = equal(canonical(gold.value), given, pairs) | equal_and_given(canonical(gold.external), given, pairs)
    return relaxed_where(pair, "dates", right)


def value_string(pair: Pair) -> Match:
    """Spans that share a character, with values equal as strings (TempEval-3, UzZaman et al. 2013)."""
    right = equal(pair.gold.dates.value, pair.pred.dates.value, overlaps(pair, "dates")[:2])
    return relaxed_where(pair, "dates", right)


def interval(pair: Pair) -> Match:
    """Credit the Jaccard coefficient of the days meant, among dates that mean days on both sides.

    A date means days if its value, mod and type give a closed interval; the others are left out on either side. Where
    gold has an external value the better of the two counts. A gold date that means days by its external value alone
    need not be found, since the text does not say them: it counts where a prediction earns credit for it.
    """
    gold = pair.gold.dates
    inside, outside = days(gold, gold.value), days(gold, gold.external)
    given = days(pair.pred.dates, pair.pred.dates.value)
    known = np.flatnonzero(given[:, 0] >= 0)
    pred, given = pair.pred.dates.take(known), given[known]
    g, p, shared = overlapping_pairs(gold.doc, gold.start, gold.end, pred.doc, pred.start, pred.end)
    credit = np.maximum(jaccard(inside[g], given[p]), jaccard(outside[g], given[p]))
    useful = credit > 0
    g, p, shared, credit = g[useful], p[useful], shared[useful], credit[useful]
    needed = inside[:, 0] >= 0
    chosen = assign(g, p, (credit, needed[g].astype(np.int64), shared))
    counted = needed.copy()
    counted[g[chosen]] = True
    place = np.cumsum(counted) - 1
    return Match(place[g[chosen]], p[chosen], credit[chosen], SCALE, gold.doc[counted], pred.doc)


def days(dates: Dates, values: Coded) -> Ints:
    """First and last day of each date as proleptic Gregorian ordinals, -1 where it means no days; shape (n, 2)."""
    columns = np.stack([values.codes, dates.mod.codes, dates.type.codes], axis=1)
    distinct, place = np.unique(columns, axis=0, return_inverse=True)
    table = [
        ordinals(
            *(
                None if code == NULL else coded.labels[code]
                for coded, code in zip((values, dates.mod, dates.type), row, strict=True)
            )
        )
        for row in distinct.tolist()
    ]
    return np.array(table, np.int64).reshape(-1, 2)[place.reshape(-1)]


def ordinals(value: str | None, mod: str | None, type_: str | None) -> tuple[int, int]:
    """First and last day of a value as proleptic Gregorian ordinals, -1 where it means no closed interval of days."""
    try:
        meant = None if value is None else timex.interval(value, mod, type_)
    except timex.TimexError:
        meant = None
    if meant is None or meant.earliest is None or meant.latest is None:
        return -1, -1
    return meant.earliest.toordinal(), meant.latest.toordinal()


def jaccard(gold: Ints, pred: Ints) -> Ints:
    """Jaccard coefficient of closed intervals of days, in parts of :data:`SCALE`; 0 where one means no days."""
    common = np.minimum(gold[:, 1], pred[:, 1]) - np.maximum(gold[:, 0], pred[:, 0]) + 1
    union = np.maximum(gold[:, 1], pred[:, 1]) - np.minimum(gold[:, 0], pred[:, 0]) + 1
    known = (gold[:, 0] >= 0) & (pred[:, 0] >= 0) & (common > 0)
    return np.where(known, common * SCALE // np.maximum(union, 1), 0)
