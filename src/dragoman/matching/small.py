"""Small assignment problems, many at once: every way to pair a few items with a few is tried on all of them together.

Nested spans make groups of three against three by the hundred thousand; solving them one by one would cost a hundred
times as much as finding them.
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

MOST_ITEMS = 7
"""Items of the larger side of a problem that is small."""
MOST_WAYS = 210
"""Ways of pairing that are tried."""
_CELLS = 2_000_000


def solve(component: Ints, gold: Ints, predicted: Ints, weight: Ints) -> tuple[Ints, Bools]:
    """Solve the problems that are small.

    Args:
        component: problem of each candidate pair, numbered from 0 without gaps, shape (k,).
        gold: gold item of each candidate, shape (k,).
        predicted: predicted item, shape (k,).
        weight: what a pair is worth, positive; sums over a problem must fit 62 bits, shape (k,).

    Returns:
        Indices of the chosen candidates, and which candidates are of problems that are not small, shape (k,). Of
        equally good ways that one is taken in which the first item has the first partner, and so on.

    """
    row, rows = _ranks(component, gold)
    column, columns = _ranks(component, predicted)
    turned = rows > columns
    short, long = np.where(turned, columns, rows), np.where(turned, rows, columns)
    row, column = np.where(turned[component], column, row), np.where(turned[component], row, column)
    large = np.ones(len(rows), bool)
    chosen: list[Ints] = [np.zeros(0, np.int64)]
    shape_of = short * (MOST_ITEMS + 1) + long
    for code in np.unique(shape_of[long <= MOST_ITEMS]).tolist():
        height, width = divmod(code, MOST_ITEMS + 1)
        ways = np.array(list(permutations(range(width), height)), np.int64)
        if len(ways) > MOST_WAYS:
            continue
        mine = np.flatnonzero((shape_of == code) & (long <= MOST_ITEMS))
        large[mine] = False
        step = max(1, _CELLS // (len(ways) * height))
        chosen += [
            _tried(mine[at : at + step], ways, (height, width), component, row, column, weight)
            for at in range(0, len(mine), step)
        ]
    return np.concatenate(chosen), large[component]


def _tried(
    problems: Ints, ways: Ints, shape: tuple[int, int], component: Ints, row: Ints, column: Ints, weight: Ints
) -> Ints:
    """Try all ways on problems of one shape; give the candidates of the best one."""
    place = np.full(int(component.max()) + 1, -1, np.int64)
    place[problems] = np.arange(len(problems))
    candidates = np.flatnonzero(place[component] >= 0)
    worth = np.zeros((len(problems), *shape), np.int64)
    which = np.full(worth.shape, -1, np.int64)
    cell = (place[component[candidates]], row[candidates], column[candidates])
    worth[cell], which[cell] = weight[candidates], candidates
    items = np.arange(shape[0])
    best = worth[:, items, ways].sum(axis=2).argmax(axis=1)
    taken: Ints = which[np.arange(len(problems))[:, None], items, ways[best]].ravel()
    return taken[taken >= 0]


def _ranks(component: Ints, item: Ints) -> tuple[Ints, Ints]:
    """Place of each candidate's item among the items of its problem, and the number of items of each problem."""
    pairs = component * (int(item.max()) + 1) + item
    distinct, place = np.unique(pairs, return_inverse=True)
    owner = distinct // (int(item.max()) + 1)
    first = np.searchsorted(owner, np.arange(int(component.max()) + 1))
    return place - first[component], np.bincount(owner)
