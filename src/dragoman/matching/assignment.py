"""The best one-to-one assignment: most credit, then most overlap, then most equal types, never by order of input."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from dragoman.matching import small
from dragoman.matching.distinct import distinct
from dragoman.problems import error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


MAX_CELLS = 25_000_000
"""Bound on the size of one assignment problem, in cells (eight bytes each): those of the matrix where it is full."""
_SMALL = 10_000
"""So many cells are solved as a matrix however few of them are candidates."""


def assign(gold: Ints, predicted: Ints, weights: Sequence[Ints]) -> Ints:
    """Choose pairs so that each item is used at most once and the weights are as large as can be, in their order.

    The first weight's total is maximal; among the assignments that reach it, the second's is, and so on
    (Kuhn 1955, the assignment problem, here by Jonker and Volgenant's algorithm as in SciPy). Items that stay tied
    after that are told apart by their position, so items are to be given in an order that means something. A candidate
    earns something by the first weight: one of zero may be left out.

    Args:
        gold: gold item of each candidate pair, shape (k,).
        predicted: predicted item of each candidate pair, shape (k,); a pair occurs once.
        weights: non-negative integers, shape (k,) each.

    Returns:
        Indices of the chosen candidates, ascending.

    """
    return Graph(gold, predicted).assign(weights)


class Graph:
    """Candidate pairs, the edges between gold and predicted items, for one assignment or for several by other weights.

    What follows from the pairs alone (which of them compete, and which groups of them are small) is found once.
    """

    def __init__(self, gold: Ints, predicted: Ints) -> None:
        self._gold, self._predicted = gold, predicted

    def assign(self, weights: Sequence[Ints]) -> Ints:
        """Choose pairs by weights: see :func:`assign`."""
        if not len(self._gold):
            return np.zeros(0, np.int64)
        alone, stars, contested = self._competition
        taken = alone.copy()
        for star, center in stars:
            taken[_best(star, center, weights)] = True
        for chosen in self._contested(weights) if len(contested) else ():
            taken[contested[chosen]] = True
        return np.flatnonzero(taken)

    @cached_property
    def _competition(self) -> tuple[Bools, tuple[tuple[Ints, Ints], ...], Ints]:
        """Pairs that compete with none, those that compete for one item alone (with that item), and all others."""
        gold, predicted = self._gold, self._predicted
        g_alone, p_alone = (np.bincount(gold) == 1)[gold], (np.bincount(predicted) == 1)[predicted]
        alone = g_alone & p_alone
        rest = np.flatnonzero(~alone)
        # Where all that competes for an item competes for nothing else, the best of it is taken.
        g_star = np.bincount(gold[rest], ~p_alone[rest])[gold[rest]] == 0
        p_star = (np.bincount(predicted[rest], ~g_alone[rest])[predicted[rest]] == 0) & ~g_star
        return alone, ((rest[g_star], gold), (rest[p_star], predicted)), rest[~(g_star | p_star)]

    @cached_property
    def _problems(self) -> tuple[Ints, small.Problems]:
        """Component of each contested pair, and those components that are small."""
        contested = self._competition[2]
        gold, predicted = self._gold[contested], self._predicted[contested]
        component = components(gold, predicted)
        return component, small.Problems(component, gold, predicted)

    def _contested(self, weights: Sequence[Ints]) -> list[Ints]:
        """Solve component by component, and those that are small all at once; indices into the contested pairs."""
        contested = self._competition[2]
        gold, predicted = self._gold[contested], self._predicted[contested]
        weights = [weight[contested] for weight in weights]
        component, problems = self._problems
        left: Bools = np.ones(len(component), bool)
        chosen: list[Ints] = []
        worth, complete = _combined(weights, small.MAX_SHORT, 62)
        if complete:
            chosen.append(problems.solve(worth))
            left = problems.large
        order = np.flatnonzero(left)[np.argsort(component[left], kind="stable")]
        parts = np.split(order, np.flatnonzero(np.diff(component[order])) + 1) if len(order) else []
        return chosen + [
            part[_solve(gold[part], predicted[part], [weight[part] for weight in weights])] for part in parts
        ]


def _best(candidates: Ints, center: Ints, weights: Sequence[Ints]) -> Ints:
    """Heaviest candidate of each center, and of equal ones the first; indices into all candidates."""
    order = candidates[
        np.lexsort([candidates, *(-weight[candidates] for weight in reversed(weights)), center[candidates]])
    ]
    first = np.ones(len(order), bool)
    first[1:] = center[order][1:] != center[order][:-1]
    best: Ints = order[first]
    return best


def components(gold: Ints, predicted: Ints) -> Ints:
    """Split candidates into groups that do not compete: the connected components of the bipartite graph.

    Args:
        gold: gold item of each candidate pair, shape (k,).
        predicted: predicted item of each candidate pair, shape (k,).

    Returns:
        Component of each candidate, numbered from 0 without gaps, shape (k,).

    """
    if not len(gold):
        return np.zeros(0, np.int64)
    gold_items, g = distinct(gold)
    pred_items, p = distinct(predicted)
    p += len(gold_items)
    # Each item points to one of its component; pointers go down until all are at the lowest (Zhang, Azad and Hu 2020,
    # FastSV). SciPy has this too, and takes longer to be imported than this takes.
    pointer = np.arange(len(gold_items) + len(pred_items))
    while True:
        above = pointer[pointer]
        before = above.copy()
        for one, other in ((g, p), (p, g)):
            np.minimum.at(pointer, pointer[one], above[other])
            np.minimum.at(pointer, one, above[other])
        pointer = np.minimum(pointer, above)
        if np.array_equal(pointer[pointer], before):
            break
    return distinct(pointer[g])[1]


def _solve(gold: Ints, predicted: Ints, weights: list[Ints]) -> Ints:
    """Best assignment of one component; indices into its candidates."""
    rows, row = np.unique(gold, return_inverse=True)
    columns, column = np.unique(predicted, return_inverse=True)
    cells = len(rows) * len(columns)
    # Doubles hold integers up to 2**53 exactly, and the solver only adds and subtracts.
    combined = _combined(weights, min(len(rows), len(columns)), 53)[0].astype(np.float64)
    if cells > _SMALL and 4 * len(gold) < cells:
        return (
            _solve_sparse(row, column, combined) if len(rows) <= len(columns) else _solve_sparse(column, row, combined)
        )
    if cells > MAX_CELLS:
        what = f"{len(rows):,} gold and {len(columns):,} predicted items compete with each other."
        raise error("E106", what, "Spans are nested or repeated too deeply; split or clean the documents.")
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415

    matrix = np.zeros((len(rows), len(columns)), np.float64)
    edge = np.full(matrix.shape, -1, np.int64)
    matrix[row, column] = combined
    edge[row, column] = np.arange(len(gold))
    chosen: Ints = edge[linear_sum_assignment(matrix, maximize=True)]
    # A cell without a candidate weighs nothing; the solver may fill it to complete the assignment.
    return chosen[chosen >= 0]


def _solve_sparse(row: Ints, column: Ints, weight: NDArray[np.float64]) -> Ints:
    """Best assignment where few of the cells are candidates; there are no more rows than columns."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - see _solve
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # noqa: PLC0415

    rows, columns, top = int(row.max()) + 1, int(column.max()) + 1, weight.max() + 1
    # Every row must get something: a column of its own that is worth nothing stands by.
    aside = np.arange(rows)
    cost = np.concatenate([top - weight, np.full(rows, top)])
    # Places of 32 bits: what solves it takes no others in older versions of scipy.
    place = tuple(np.concatenate(at).astype(np.int32) for at in ((row, aside), (column, columns + aside)))
    taken = min_weight_full_bipartite_matching(csr_array((cost, place), shape=(rows, columns + rows)))
    return np.flatnonzero(np.isin(row * columns + column, (taken[0] * columns + taken[1])[taken[1] < columns]))


def _combined(weights: Sequence[Ints], pairs: int, bits: int) -> tuple[Ints, bool]:
    """One number for all criteria, an earlier one always outweighing the later ones together.

    Args:
        weights: the criteria, shape (k,) each.
        pairs: most pairs that are chosen together.
        bits: sums over so many pairs stay below two to this power. A later criterion that would not fit is left out:
            the tie is then broken by position, which is canonical too.

    Returns:
        The numbers, shape (k,), and whether all criteria are in them.

    """
    combined: Ints = np.zeros(len(weights[0]), np.int64)
    for weight in weights:
        span = pairs * int(weight.max(initial=0)) + 1
        if pairs * span * (int(combined.max(initial=0)) + 1) >= 2**bits:
            return combined, False
        combined = combined * span + weight
    return combined, True
