"""Measures on the values of dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dragoman import timex
from dragoman.annotations import NULL, Coded
from dragoman.matching.assignment import assign
from dragoman.measures.spans import SCALE, equal, equal_and_given, matched, only, overlaps, relaxed_where

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Dates
    from dragoman.measures.pair import Pair
    from dragoman.measures.scores import Match

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


def canonical(values: Coded) -> Coded:
    """Bring values into canonical form; a value outside the TIMEX3 grammar is left as written."""
    return Coded(*_merged(values.codes, [_canonical_or_raw(label) for label in values.labels]))


def _canonical_or_raw(value: str) -> str:
    try:
        return timex.canonical(value)
    except timex.TimexError:
        return value


def _merged(codes: NDArray[np.int32], labels: list[str]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Merge the codes of equal labels, since different values can have the same canonical form."""
    distinct = tuple(dict.fromkeys(labels))
    place = {label: i for i, label in enumerate(distinct)}
    table = np.array([place[label] for label in labels] + [-1], np.int32)
    return table[codes], distinct


def value(pair: Pair) -> Match:
    """Match spans that share a character and have canonically equal values; an external value of gold is right as well.

    A missing value is right where gold has none.
    """
    external = canonical(pair.gold.dates.external)
    right = _equal_values(pair) | equal_and_given(external, _given(pair), overlaps(pair, "dates")[:2])
    return relaxed_where(pair, "dates", right)


def _given(pair: Pair) -> Coded:
    """Predicted values in canonical form."""
    return pair.memo.get("canonical values", lambda: canonical(pair.pred.dates.value))


def _equal_values(pair: Pair) -> Bools:
    """Whether the values of each overlapping pair are canonically equal or both missing, shape (k,)."""
    return pair.memo.get(
        "equal values",
        lambda: equal(canonical(pair.gold.dates.value), _given(pair), overlaps(pair, "dates")[:2]),
    )


def value_string(pair: Pair) -> Match:
    """Match spans that share a character and have equal value strings (TempEval-3, UzZaman et al. 2013)."""
    right = equal(pair.gold.dates.value, pair.pred.dates.value, overlaps(pair, "dates")[:2])
    return relaxed_where(pair, "dates", right)


def interval(pair: Pair) -> Match:
    """Credit the Jaccard coefficient of the days denoted; where gold denotes no days, equal value and mod.

    A date denotes days if its value, mod and type define a closed interval. Where gold has an external value, the
    better of the two counts. A date that lacks a value, mod or type that gold has earns nothing.
    """
    gold, pred = pair.gold.dates, pair.pred.dates
    g, p, shared = overlaps(pair, "dates")
    given = days(pred, pred.value)[p]
    inside, outside = days(gold, gold.value)[g], days(gold, gold.external)[g]
    credit = np.maximum(jaccard(inside, given), jaccard(outside, given))
    # Without days on both sides values are compared by canonical form: references, durations, sets, open intervals.
    no_days = (inside[:, 0] < 0) & (given[:, 0] < 0)
    same = _equal_values(pair) & equal(gold.mod, pred.mod, (g, p))
    credit[no_days & same] = SCALE
    for gold_field, pred_field in ((gold.value, pred.value), (gold.mod, pred.mod), (gold.type, pred.type)):
        credit[(gold_field.codes[g] != NULL) & (pred_field.codes[p] == NULL)] = 0
    g, p, shared, credit = only(credit > 0, g, p, shared, credit)
    chosen = assign(g, p, (credit, shared))
    return matched(gold, pred, (g[chosen], p[chosen]), credit[chosen], full=SCALE)


def days(dates: Dates, values: Coded) -> Ints:
    """First and last day of each date as proleptic Gregorian ordinals, -1 where it denotes no days; shape (n, 2)."""
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
    """First and last day of a value as proleptic Gregorian ordinals, -1 where it denotes no closed interval of days."""
    try:
        meant = None if value is None else timex.interval(value, mod, type_)
    except timex.TimexError:
        meant = None
    if meant is None or meant.earliest is None or meant.latest is None:
        return -1, -1
    return meant.earliest.toordinal(), meant.latest.toordinal()


def jaccard(gold: Ints, pred: Ints) -> Ints:
    """Jaccard coefficient of intervals of days, shape (k,), in units of 1/:data:`SCALE`; 0 if one has no days."""
    common = np.minimum(gold[:, 1], pred[:, 1]) - np.maximum(gold[:, 0], pred[:, 0]) + 1
    union = np.maximum(gold[:, 1], pred[:, 1]) - np.minimum(gold[:, 0], pred[:, 0]) + 1
    known = (gold[:, 0] >= 0) & (pred[:, 0] >= 0) & (common > 0)
    return np.where(known, common * SCALE // np.maximum(union, 1), 0)
