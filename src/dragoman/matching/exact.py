"""Items that are equal: pairs by key, each item used once."""

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
        gold: key columns, each of shape (g,); a negative value in any of them equals nothing of the other side
            unless the other side has the same one.
        predicted: the same key columns of the other side, each of shape (p,).

    Returns:
        Indices of the gold and of the predicted item of each pair, shape (k,) each, in gold order.

    """
    g_key, p_key = packed(gold, predicted)
    # Items mostly come in order; then nothing need be sorted, and nothing put back.
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
    """Order that sorts keys, equal ones as they come; None where they are sorted."""
    return None if (keys[1:] >= keys[:-1]).all() else np.argsort(keys, kind="stable")


def _copies(repeated: Bools) -> Ints:
    """How many equal keys stand before each one of a sorted column, from which ones repeat the one before them.

    The i-th copy of a key pairs with the i-th copy on the other side, i places into that key's run.
    """
    place = np.arange(len(repeated) + 1)
    first = np.append(True, ~repeated)
    copies: Ints = place - np.maximum.accumulate(np.where(first, place, 0))
    return copies


def packed(gold: Sequence[Integers], predicted: Sequence[Integers]) -> tuple[Ints, Ints]:
    """One integer a row, equal where all columns are; by shifting where 63 bits are enough, else by ranking."""
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
        for key, column in ((g_key, g), (p_key, p)):  # in place: memory that is new costs more than the sums
            np.multiply(key, width, out=key)
            np.add(key, column, out=key)
            np.subtract(key, low, out=key)
        used *= width
    return g_key, p_key
