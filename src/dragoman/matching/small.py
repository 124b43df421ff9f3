"""Batched solver for small assignment problems: dynamic programming over subsets of the shorter side.

Nested spans yield hundreds of thousands of 3 x 3 problems; solving them one by one would cost a hundred times as much
as finding them. The items of the longer side are processed in turn; for each subset of the items of the shorter side
the best total so far is stored (Bellman 1962, doi:10.1145/321105.321111; Held and Karp 1962, doi:10.1137/0110015). All
problems of the same shape are solved together.
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
"""Maximum number of items on the shorter side of a small problem."""
MAX_LONG = 24
"""Maximum number of items on the longer side of a small problem."""
_CELLS = 2_000_000


class Problems:
    """The small problems among connected components, prepared for solving with any weights.

    Args:
        component: connected component of each candidate pair, numbered from 0 without gaps, shape (k,).
        gold: gold item of each candidate, shape (k,).
        predicted: predicted item of each candidate, shape (k,).

    Attributes:
        large: whether each candidate belongs to a problem that is not small, shape (k,).

    """

    def __init__(self, component: Ints, gold: Ints, predicted: Ints) -> None:
        row, rows = _ranks(component, gold)
        column, columns = _ranks(component, predicted)
        turned = columns > rows
        short, long = np.where(turned, rows, columns), np.where(turned, columns, rows)
        item = np.where(turned[component], column, row)
        partner = np.where(turned[component], row, column)
        small = (short <= MAX_SHORT) & (long <= MAX_LONG)
        self.large: Bools = ~small[component]
        shape_of = np.where(small, short * (MAX_LONG + 1) + long, 0)
        self._batches: list[tuple[tuple[int, int], int, Ints, tuple[Ints, Ints, Ints]]] = []
        for code in np.unique(shape_of[small]).tolist():
            width, height = divmod(code, MAX_LONG + 1)
            problems = np.flatnonzero(shape_of == code)
            place = np.full(len(shape_of), -1, np.int64)
            step = max(1, _CELLS // (height * 2**width))
            for at in range(0, len(problems), step):
                some = problems[at : at + step]
                place[:] = -1
                place[some] = np.arange(len(some))
                candidates = np.flatnonzero(place[component] >= 0)
                cell = item[candidates], partner[candidates], place[component[candidates]]
                self._batches.append(((height, width), len(some), candidates, cell))

    def solve(self, weight: Ints) -> Ints:
        """Choose candidates.

        Args:
            weight: positive weight of each pair, shape (k,); sums over a problem must fit 62 bits.

        Returns:
            Indices of the chosen candidates. Ties are broken lexicographically: the first item of the longer side (of
            gold, if both have the same length) gets the earliest partner, and so on.

        """
        chosen: list[Ints] = [np.zeros(0, np.int64)]
        for shape, number, candidates, cell in self._batches:
            worth = np.zeros((*shape, number), np.int64)
            which = np.full(worth.shape, -1, np.int64)
            worth[cell], which[cell] = weight[candidates], candidates
            chosen.append(_solved(worth, which))
        return np.concatenate(chosen)


def _solved(worth: Ints, which: Ints) -> Ints:
    """Solve all problems of one shape; return the chosen candidates.

    Args:
        worth: weight of each cell, 0 where there is no candidate, shape (long side, short side, problems).
        which: candidate of each cell, or -1, same shape.

    """
    height, width, number = worth.shape
    sets = np.arange(2**width)
    # Backward induction: the first item is decided last, so that ties favour its earliest partner.
    best: Ints = np.zeros((len(sets), number), np.int64)
    took = np.full((height, len(sets), number), width, np.int8)
    for i in reversed(range(height)):
        earned = best.copy()
        for j in reversed(range(width)):
            free = sets[sets >> j & 1 == 1]
            with_it = best[free ^ (1 << j)] + worth[i, j]
            better = (worth[i, j] > 0) & (with_it >= earned[free])
            earned[free] = np.where(better, with_it, earned[free])
            took[i, free] = np.where(better, np.int8(j), took[i, free])
        best = earned
    left: Ints = np.full(number, len(sets) - 1)
    at = np.arange(number)
    chosen = np.full((height, number), -1, np.int64)
    for i in range(height):
        j = took[i, left, at].astype(np.int64)
        taken = j < width
        chosen[i, taken] = which[i, j[taken], at[taken]]
        left = np.where(taken, left ^ (1 << np.minimum(j, width - 1)), left)
    return chosen[chosen >= 0]


def _ranks(component: Ints, item: Ints) -> tuple[Ints, Ints]:
    """Return the rank of each candidate's item among the items of its problem, and the number of items of
    each problem.
    """
    items, place = distinct(item)
    owner = np.empty(len(items), np.int64)
    owner[place] = component  # an item is in one problem only
    number = np.bincount(owner, minlength=int(component.max()) + 1)
    first = np.cumsum(number) - number
    if (owner[1:] >= owner[:-1]).all():
        rank = np.arange(len(items)) - first[owner]
    else:
        order = np.argsort(owner, kind="stable")
        rank = np.empty(len(items), np.int64)
        rank[order] = np.arange(len(items)) - first[owner[order]]
    return rank[place], number
