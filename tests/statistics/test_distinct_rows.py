"""Distinct rows, against plain Python."""

import numpy as np
import pytest

from dragoman.statistics.distinct_rows import distinct_rows


@pytest.mark.parametrize("high", [3, 2**40])  # rows that fit into one number, and rows that do not
@pytest.mark.parametrize("number", [0, 1, 200])
def test_rows_are_told_apart_as_tuples_are(number, high):
    rows = np.random.default_rng(1).integers(-3, 3, (number, 4)) * high
    kinds, place = distinct_rows(rows)
    assert kinds.tolist() == sorted(map(list, {tuple(row) for row in rows.tolist()}))
    assert kinds[place].tolist() == rows.tolist()
