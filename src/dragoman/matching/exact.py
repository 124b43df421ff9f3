"""Items that are equal: pairs by key, each item used once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def equal_pairs(gold: Sequence[Ints], predicted: Sequence[Ints]) -> tuple[Ints, Ints]:
    """Pair items whose keys are equal; of n equal gold items and m equal predicted ones, min(n, m) are paired.

    Args:
        gold: key columns, each of shape (g,); a negative value in any of them equals nothing of the other side
            unless the other side has the same one.
        predicted: the same key columns of the other side, each of shape (p,).

    Returns:
        Indices of the gold and of the predicted item of each pair, shape (k,) each, in gold order.

    """
    g_key, p_key = _packed(gold, predicted)
    g_order, p_order = np.argsort(g_key, kind="stable"), np.argsort(p_key, kind="stable")
    g_sorted, p_sorted = g_key[g_order], p_key[p_order]
    at = np.searchsorted(g_sorted, p_sorted, side="left") + _copies(p_sorted)
    hit = np.flatnonzero(at < len(g_sorted))
    hit = hit[g_sorted[at[hit]] == p_sorted[hit]]
    g_index, p_index = g_order[at[hit]], p_order[hit]
    order = np.argsort(g_index, kind="stable")
    return g_index[order], p_index[order]


def _copies(keys: Ints) -> Ints:
    """How many equal keys stand before each one of a sorted column.

    The i-th copy of a key pairs with the i-th copy on the other side, i places into that key's run.
    """
    place = np.arange(len(keys))
    first = np.ones(len(keys), bool)
    first[1:] = keys[1:] != keys[:-1]
    copies: Ints = place - np.maximum.accumulate(np.where(first, place, 0)) if len(keys) else place
    return copies


def _packed(gold: Sequence[Ints], predicted: Sequence[Ints]) -> tuple[Ints, Ints]:
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
        g_key, p_key = g_key * width + (g - low), p_key * width + (p - low)
        used *= width
    return g_key, p_key
