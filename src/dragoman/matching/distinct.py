"""``np.unique`` for small non-negative integers, by counting instead of sorting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def distinct(values: Ints) -> tuple[Ints, Ints]:
    """Return the same as ``np.unique`` with ``return_inverse``, for integers that are not much larger than their
    number.

    Args:
        values: non-negative integers, at least one, shape (n,).

    Returns:
        The distinct values, ascending, shape (d,), and the index of each value among them, shape (n,).

    """
    known = np.zeros(int(values.max()) + 1, bool)
    known[values] = True
    place = np.cumsum(known)
    place -= 1
    return np.flatnonzero(known), place[values]
