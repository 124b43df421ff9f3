"""Small assignment problems, many at once: dynamic programming over the sets of items that are taken.

Nested spans make groups of three against three by the hundred thousand; solving them one by one would cost a hundred
times as much as finding them. The items of the longer side are taken in turn; for each set of items of the shorter side
the most that it can earn so far is kept (Bellman 1962, Held and Karp 1962). All problems of one shape go together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dragoman.matching.distinct import distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

MAX_SHORT = 8
"""Items of the shorter side of a problem that is small."""
MAX_LONG = 24
"""Items of the longer side."""
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
        equally good ways that one is taken in which the first item of the longer side (of gold, if both are equally
        long) has the first partner, and so on.

    """
    row, rows = _ranks(component, gold)
    column, columns = _ranks(component, predicted)
    turned = columns > rows
    short, long = np.where(turned, rows, columns), np.where(turned, columns, rows)
    item = np.where(turned[component], column, row)
    partner = np.where(turned[component], row, column)
    small = (short <= MAX_SHORT) & (long <= MAX_LONG)
    shape_of = short * (MAX_LONG + 1) + long
    chosen: list[Ints] = [np.zeros(0, np.int64)]
    for code in np.unique(shape_of[small]).tolist():
        width, height = divmod(code, MAX_LONG + 1)
        problems = np.flatnonzero(small & (shape_of == code))
        step = max(1, _CELLS // (height * 2**width))
        chosen += [
            _solved(problems[at : at + step], (height, width), component, item, partner, weight)
            for at in range(0, len(problems), step)
        ]
    return np.concatenate(chosen), ~small[component]


def _solved(problems: Ints, shape: tuple[int, int], component: Ints, item: Ints, partner: Ints, weight: Ints) -> Ints:
    """Solve problems of one shape; give the candidates that are chosen."""
    place = np.full(int(component.max()) + 1, -1, np.int64)
    place[problems] = np.arange(len(problems))
    candidates = np.flatnonzero(place[component] >= 0)
    worth = np.zeros((*shape, len(problems)), np.int64)
    which = np.full(worth.shape, -1, np.int64)
    cell = (item[candidates], partner[candidates], place[component[candidates]])
    worth[cell], which[cell] = weight[candidates], candidates
    height, width = shape
    sets = np.arange(2**width)
    # The last item first, so that the first one chooses last, knowing the best of all that follows.
    best: Ints = np.zeros((len(sets), len(problems)), np.int64)
    took = np.full((height, len(sets), len(problems)), width, np.int8)
    for i in reversed(range(height)):
        earned = best.copy()
        for j in reversed(range(width)):
            free = sets[sets >> j & 1 == 1]
            with_it = best[free ^ (1 << j)] + worth[i, j]
            better = (worth[i, j] > 0) & (with_it >= earned[free])
            earned[free] = np.where(better, with_it, earned[free])
            took[i, free] = np.where(better, np.int8(j), took[i, free])
        best = earned
    left: Ints = np.full(len(problems), len(sets) - 1)
    at = np.arange(len(problems))
    chosen = np.full((height, len(problems)), -1, np.int64)
    for i in range(height):
        j = took[i, left, at].astype(np.int64)
        taken = j < width
        chosen[i, taken] = which[i, j[taken], at[taken]]
        left = np.where(taken, left ^ (1 << np.minimum(j, width - 1)), left)
    return chosen[chosen >= 0]


def _ranks(component: Ints, item: Ints) -> tuple[Ints, Ints]:
    """Place of each candidate's item among the items of its problem, and the number of items of each problem."""
    items, place = distinct(item)
    owner = np.empty(len(items), np.int64)
    owner[place] = component  # an item is in one problem only
    order = np.argsort(owner, kind="stable")
    number = np.bincount(owner, minlength=int(component.max()) + 1)
    rank = np.empty(len(items), np.int64)
    rank[order] = np.arange(len(items)) - (np.cumsum(number) - number)[owner[order]]
    return rank[place], number
