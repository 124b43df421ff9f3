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


class Problems:
    """The problems that are small, for weights of any kind.

    Args:
        component: problem of each candidate pair, numbered from 0 without gaps, shape (k,).
        gold: gold item of each candidate, shape (k,).
        predicted: predicted item, shape (k,).

    Attributes:
        large: which candidates are of problems that are not small, shape (k,).

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
        self._alike: list[tuple[tuple[int, int], int, Ints, tuple[Ints, Ints, Ints]]] = []
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
                self._alike.append(((height, width), len(some), candidates, cell))

    def solve(self, weight: Ints) -> Ints:
        """Choose candidates.

        Args:
            weight: what a pair is worth, positive; sums over a problem must fit 62 bits, shape (k,).

        Returns:
            Indices of the chosen candidates. Of equally good ways that one is taken in which the first item of the
            longer side (of gold, if both are equally long) has the first partner, and so on.

        """
        chosen: list[Ints] = [np.zeros(0, np.int64)]
        for shape, number, candidates, cell in self._alike:
            worth = np.zeros((*shape, number), np.int64)
            which = np.full(worth.shape, -1, np.int64)
            worth[cell], which[cell] = weight[candidates], candidates
            chosen.append(_solved(worth, which))
        return np.concatenate(chosen)


def _solved(worth: Ints, which: Ints) -> Ints:
    """Solve problems of one shape; give the candidates that are chosen.

    Args:
        worth: what each cell is worth, 0 where there is no candidate, shape (long side, short side, problems).
        which: candidate of each cell, or -1, likewise.

    """
    height, width, number = worth.shape
    sets = np.arange(2**width)
    # The last item first, so that the first one chooses last, knowing the best of all that follows.
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
    """Place of each candidate's item among the items of its problem, and the number of items of each problem."""
    items, place = distinct(item)
    owner = np.empty(len(items), np.int64)
    owner[place] = component  # an item is in one problem only
    order = np.argsort(owner, kind="stable")
    number = np.bincount(owner, minlength=int(component.max()) + 1)
    rank = np.empty(len(items), np.int64)
    rank[order] = np.arange(len(items)) - (np.cumsum(number) - number)[owner[order]]
    return rank[place], number
