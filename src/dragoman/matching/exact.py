"""Exact matching: one-to-one pairs of items with equal keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Integers = NDArray[np.integer]


def equal_pairs(gold: Sequence[Integers], predicted: Sequence[Integers]) -> tuple[Ints, Ints]:
    """Pair items whose keys are equal; of n equal gold items and m equal predicted ones, min(n, m) are paired.

    Args:
        gold: key columns, each of shape (g,), integers, negative ones included.
        predicted: the same key columns for the predicted items, each of shape (p,).

    Returns:
        Indices of the gold and of the predicted item of each pair, shape (k,) each, in gold order.

    Example:
        >>> import numpy as np
        >>> equal_pairs((np.array([1, 1, 2]),), (np.array([2, 1, 3]),))
        (array([0, 2]), array([1, 0]))

    """
    g_key, p_key = packed(gold, predicted)
    # Items are mostly sorted already; then sorting and its inverse can be skipped.
    g_order, p_order = _order(g_key), _order(p_key)
    g_key = g_key if g_order is None else g_key[g_order]
    p_key = p_key if p_order is None else p_key[p_order]
    at = np.searchsorted(g_key, p_key, side="left")
    repeated = p_key[1:] == p_key[:-1]
    if repeated.any():
        at += _copies(repeated)
    same = at < len(g_key)
    if len(g_key):
        same &= g_key.take(at, mode="clip") == p_key
    p_index = np.flatnonzero(same)
    g_index = at[p_index]
    if p_order is not None:
        p_index = p_order[p_index]
    if g_order is None:
        return g_index, p_index
    g_index = g_order[g_index]
    order = np.argsort(g_index, kind="stable")
    return g_index[order], p_index[order]


def _order(keys: Ints) -> Ints | None:
    """Return the stable order that sorts the keys; None if they are sorted."""
    return None if (keys[1:] >= keys[:-1]).all() else np.argsort(keys, kind="stable")


def _copies(repeated: Bools) -> Ints:
    """Return, for each key of a sorted column, how many equal keys precede it.

    The i-th copy of a key is paired with the i-th copy on the other side, at offset i within that key's run.
    """
    place = np.arange(len(repeated) + 1)
    first = np.append(True, ~repeated)
    copies: Ints = place - np.maximum.accumulate(np.where(first, place, 0))
    return copies


def packed(gold: Sequence[Integers], predicted: Sequence[Integers]) -> tuple[Ints, Ints]:
    """Pack the columns into one integer per row, equal where all columns are; shifted if 63 bits are enough, else
    ranked.
    """
    g_key: Ints = np.zeros(len(gold[0]), np.int64)
    p_key: Ints = np.zeros(len(predicted[0]), np.int64)
    used = 1
    for g, p in zip(gold, predicted, strict=True):
        low = min(int(g.min(initial=0)), int(p.min(initial=0)))
        width = max(int(g.max(initial=0)), int(p.max(initial=0))) - low + 1
        if used > (2**63 - 1) // width:
            _, ranks = np.unique(np.concatenate([g_key, p_key]), return_inverse=True)
            g_key, p_key = ranks[: len(g_key)].astype(np.int64), ranks[len(g_key) :].astype(np.int64)
            used = int(ranks.max(initial=0)) + 1
        for key, column in ((g_key, g), (p_key, p)):  # in place: allocating costs more than the arithmetic
            np.multiply(key, width, out=key)
            np.add(key, column, out=key)
            np.subtract(key, low, out=key)
        used *= width
    return g_key, p_key
