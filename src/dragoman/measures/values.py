"""Measures on the values of dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dragoman import timex
from dragoman.measures.spans import equal, overlaps, relaxed_where
from dragoman.schema.columns import Coded

if TYPE_CHECKING:
    from dragoman.measures.counting import Match
    from dragoman.schema.columns import Dates


def canonical(values: Coded) -> Coded:
    """Bring the values into canonical form; one outside the grammar stays as it was written."""
    return Coded(*_merged(values.codes, [_canonical_or_raw(label) for label in values.labels]))


def _canonical_or_raw(value: str) -> str:
    try:
        return timex.canonical(value)
    except timex.TimexError:
        return value


def _merged(codes: np.ndarray, labels: list[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Give equal labels one code: canonical forms of different values can be the same."""
    distinct = tuple(dict.fromkeys(labels))
    place = {label: i for i, label in enumerate(distinct)}
    table = np.array([place[label] for label in labels] + [-1], np.int32)
    return table[codes], distinct


def value(gold: Dates, predicted: Dates) -> Match:
    """Spans that share a character, with canonically equal values; where gold has an external value either is right."""
    pairs = overlaps(gold, predicted)
    given = canonical(predicted.value)
    right = equal(canonical(gold.value), given, pairs[:2]) | equal(canonical(gold.external), given, pairs[:2])
    return relaxed_where(gold, predicted, pairs, right)


def value_string(gold: Dates, predicted: Dates) -> Match:
    """Spans that share a character, with values equal as strings (TempEval-3, UzZaman et al. 2013)."""
    pairs = overlaps(gold, predicted)
    return relaxed_where(gold, predicted, pairs, equal(gold.value, predicted.value, pairs[:2]))
