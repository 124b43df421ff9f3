"""The distinct ones among small numbers, without sorting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def distinct(values: Ints) -> tuple[Ints, Ints]:
    """Give what ``np.unique`` gives with its inverse, of numbers that are not much larger than how many they are.

    Args:
        values: non-negative integers, at least one, shape (n,).

    Returns:
        The distinct values, ascending, and the position of each value among them, shape (n,).

    """
    known = np.zeros(int(values.max()) + 1, bool)
    known[values] = True
    place = np.cumsum(known)
    place -= 1
    return np.flatnonzero(known), place[values]
