"""Measures on the values of dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dragoman import timex
from dragoman.annotations import NULL, Coded
from dragoman.matching.assignment import assign
from dragoman.measures.scores import Match
from dragoman.measures.spans import equal, overlaps, relaxed_where, same

SCALE = 1_000_000
"""Similarities are held as integers: parts of a million."""

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Dates

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


def value(gold: Dates, predicted: Dates) -> Match:
    """Spans that share a character, with canonically equal values; where gold has an external value either is right.

    No value is right where gold says that there is none.
    """
    pairs = overlaps(gold, predicted)
    given = canonical(predicted.value)
    right = same(canonical(gold.value), given, pairs[:2]) | equal(canonical(gold.external), given, pairs[:2])
    return relaxed_where(gold, predicted, pairs, right)


def value_string(gold: Dates, predicted: Dates) -> Match:
    """Spans that share a character, with values equal as strings (TempEval-3, UzZaman et al. 2013)."""
    pairs = overlaps(gold, predicted)
    return relaxed_where(gold, predicted, pairs, same(gold.value, predicted.value, pairs[:2]))


def interval(gold: Dates, predicted: Dates) -> Match:
    """Credit the Jaccard coefficient of the days meant, among dates that mean days on both sides.

    A date means days if its value, mod and type give a closed interval; the others are left out on either side. Where
    gold has an external value the better of the two counts. A gold date that means days by its external value alone
    need not be found, since the text does not say them: it counts where a prediction earns credit for it.
    """
    inside, outside = days(gold, gold.value), days(gold, gold.external)
    given = days(predicted, predicted.value)
    p_kept = np.flatnonzero(given[:, 0] >= 0)
    p_dates = predicted.take(p_kept)
    g, p, shared = overlaps(gold, p_dates)
    theirs = given[p_kept][p]
    credit = np.maximum(jaccard(inside[g], theirs), jaccard(outside[g], theirs))
    useful = credit > 0
    g, p, shared, credit = g[useful], p[useful], shared[useful], credit[useful]
    needed = inside[:, 0] >= 0
    chosen = assign(g, p, (credit, needed[g].astype(np.int64), shared))
    counted = needed.copy()
    counted[g[chosen]] = True
    place = np.cumsum(counted) - 1
    return Match(place[g[chosen]], p[chosen], credit[chosen], SCALE, gold.doc[counted], p_dates.doc)


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
        found = None if value is None else timex.interval(value, mod, type_)
    except timex.TimexError:
        found = None
    if found is None or found.earliest is None or found.latest is None:
        return -1, -1
    return found.earliest.toordinal(), found.latest.toordinal()


def jaccard(ours: Ints, theirs: Ints) -> Ints:
    """Jaccard coefficient of closed intervals of days, in parts of :data:`SCALE`; 0 where one means no days."""
    common = np.minimum(ours[:, 1], theirs[:, 1]) - np.maximum(ours[:, 0], theirs[:, 0]) + 1
    union = np.maximum(ours[:, 1], theirs[:, 1]) - np.minimum(ours[:, 0], theirs[:, 0]) + 1
    known = (ours[:, 0] >= 0) & (theirs[:, 0] >= 0) & (common > 0)
    return np.where(known, common * SCALE // np.maximum(union, 1), 0)
