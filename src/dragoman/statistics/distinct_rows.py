"""Distinct rows of a table of counts: many documents have few that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def distinct_rows(rows: Ints) -> tuple[Ints, Ints]:
    """Return the distinct rows, and which of them each row is.

    Args:
        rows: integers, shape (n, columns).

    Returns:
        The distinct rows, ascending, shape (d, columns), and the index of each row among them, shape (n,).

    Example:
        >>> import numpy as np
        >>> distinct_rows(np.array([[2, 1], [0, 3], [2, 1]]))
        (array([[0, 3],
               [2, 1]]), array([1, 0, 1]))

    """
    least = rows.min(axis=0, initial=0)
    spread = rows.max(axis=0, initial=0) - least + 1
    if np.prod(spread.astype(np.float64)) < 2**62:  # then a row can be packed into one number, which is sorted faster
        radix = np.append(np.cumprod(spread[:0:-1])[::-1], 1)
        _, first, place = np.unique((rows - least) @ radix, return_index=True, return_inverse=True)
        return rows[first], place
    kinds, place = np.unique(rows, axis=0, return_inverse=True)
    return kinds, place.reshape(-1)
