"""Optimal one-to-one assignment by lexicographic criteria (credit, then overlap, then equal types), independent of
input order.
"""

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
"""Maximum number of cells (eight bytes each) of the dense matrix of one assignment problem."""
_DENSE_CELLS = 10_000
"""Number of cells up to which a problem is solved as a dense matrix, however few candidates it has."""


def assign(gold: Ints, predicted: Ints, weights: Sequence[Ints]) -> Ints:
    """Choose pairs that use each item at most once and maximise the weights lexicographically.

    The total of the first weight is maximal; among the assignments that reach it, the total of the second is, and so on
    (the assignment problem, Kuhn 1955, doi:10.1002/nav.3800020109; solved with SciPy's implementation of the
    Jonker-Volgenant algorithm). Remaining ties are broken by position, so items must come in a canonical order. A
    candidate whose first weight is zero may be left out of the assignment.

    Args:
        gold: gold item of each candidate pair, shape (k,).
        predicted: predicted item of each candidate pair, shape (k,); a pair occurs once.
        weights: non-negative integers, shape (k,) each, the most important criterion first.

    Returns:
        Indices of the chosen candidates, ascending.

    Example:
        >>> assign(np.array([0, 0, 1]), np.array([0, 1, 0]), [np.array([3, 2, 2])])
        array([1, 2])

    """
    return Graph(gold, predicted).assign(weights)


class Graph:
    """Bipartite graph of candidate pairs (edges between gold and predicted items), for one or more assignments.

    What depends on the edges only (which of them compete, and which connected components are small) is computed once
    and reused for every set of weights.
    """

    def __init__(self, gold: Ints, predicted: Ints) -> None:
        self._gold, self._predicted = gold, predicted

    def assign(self, weights: Sequence[Ints]) -> Ints:
        """Choose pairs by weights; see :func:`assign`."""
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
        """Partition the edges: isolated ones, stars (with the column of their centers), and all others."""
        gold, predicted = self._gold, self._predicted
        g_alone, p_alone = (np.bincount(gold) == 1)[gold], (np.bincount(predicted) == 1)[predicted]
        alone = g_alone & p_alone
        rest = np.flatnonzero(~alone)
        # Star components: all edges share one item and nothing else, so the heaviest edge is optimal.
        g_star = ~_any(gold[rest], ~p_alone[rest])
        p_star = ~_any(predicted[rest], ~g_alone[rest]) & ~g_star
        return alone, ((rest[g_star], gold), (rest[p_star], predicted)), rest[~(g_star | p_star)]

    @cached_property
    def _problems(self) -> tuple[Ints, small.Problems]:
        """Problem of each contested edge, and the problems that are small.

        A problem is a block of neighbouring edges, of which no other block has an item; or, of blocks that are not
        small, a connected component.
        """
        contested = self._competition[2]
        gold, predicted = self._gold[contested], self._predicted[contested]
        block = blocks(gold, predicted)
        problems = small.Problems(block, gold, predicted)
        if not problems.large.any():
            return block, problems
        rest = np.flatnonzero(problems.large)
        block[rest] = int(block.max()) + 1 + components(gold[rest], predicted[rest])
        component = distinct(block)[1]
        return component, small.Problems(component, gold, predicted)

    def _contested(self, weights: Sequence[Ints]) -> list[Ints]:
        """Solve the contested edges component by component, the small ones in batches; indices into the contested
        edges.
        """
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


def _any(item: Ints, mask: Bools) -> Bools:
    """Whether the item of each edge has an edge in a mask, shape (k,)."""
    found = np.zeros(int(item.max(initial=-1)) + 1, bool)
    found[item[mask]] = True
    return found[item]


def _best(candidates: Ints, center: Ints, weights: Sequence[Ints]) -> Ints:
    """Return the heaviest candidate of each center, the first one among ties; indices into all candidates."""
    order = candidates[
        np.lexsort([candidates, *(-weight[candidates] for weight in reversed(weights)), center[candidates]])
    ]
    first = np.ones(len(order), bool)
    first[1:] = center[order][1:] != center[order][:-1]
    best: Ints = order[first]
    return best


def blocks(gold: Ints, predicted: Ints) -> Ints:
    """Divide edges into runs that share no item.

    A run consists of whole connected components. Unlike these, runs are found in one pass; spans that overlap are near
    each other, so that most runs are one component.

    Args:
        gold: gold item of each candidate pair, shape (k,).
        predicted: predicted item of each candidate pair, shape (k,); the larger, the later in the document.

    Returns:
        Run of each candidate, numbered from 0 without gaps, shape (k,): a single run if ``gold`` is not sorted.

    """
    block: Ints = np.zeros(len(gold), np.int64)
    if (gold[1:] >= gold[:-1]).all():
        before = np.maximum.accumulate(predicted)[:-1]
        after = np.minimum.accumulate(predicted[::-1])[::-1][1:]
        np.cumsum((gold[1:] != gold[:-1]) & (before < after), out=block[1:])
    return block


def components(gold: Ints, predicted: Ints) -> Ints:
    """Find the connected components of the bipartite graph of candidates.

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
    # Label propagation: each item points to an item of its component, until all point to the lowest (FastSV: Zhang,
    # Azad and Hu 2020). SciPy implements it too, but importing SciPy takes longer than this.
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
    """Solve the assignment of one component; indices into its candidates."""
    rows, row = np.unique(gold, return_inverse=True)
    columns, column = np.unique(predicted, return_inverse=True)
    cells = len(rows) * len(columns)
    # Doubles hold integers up to 2**53 exactly, and the solver only adds and subtracts.
    combined = _combined(weights, min(len(rows), len(columns)), 53)[0].astype(np.float64)
    if cells > _DENSE_CELLS and 4 * len(gold) < cells:
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
    # Cells without a candidate weigh nothing; the solver may use them to complete the assignment.
    return chosen[chosen >= 0]


def _solve_sparse(row: Ints, column: Ints, weight: NDArray[np.float64]) -> Ints:
    """Solve the assignment of a sparse component with at most as many rows as columns."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - see _solve
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # noqa: PLC0415

    rows, columns, top = int(row.max()) + 1, int(column.max()) + 1, weight.max() + 1
    # The solver must match every row: each gets a dummy column of weight zero.
    aside = np.arange(rows)
    cost = np.concatenate([top - weight, np.full(rows, top)])
    # Places of 32 bits: what solves it takes no others in older versions of scipy.
    place = tuple(np.concatenate(at).astype(np.int32) for at in ((row, aside), (column, columns + aside)))
    taken = min_weight_full_bipartite_matching(csr_array((cost, place), shape=(rows, columns + rows)))
    return np.flatnonzero(np.isin(row * columns + column, (taken[0] * columns + taken[1])[taken[1] < columns]))


def _combined(weights: Sequence[Ints], pairs: int, bits: int) -> tuple[Ints, bool]:
    """Combine all criteria into one integer per pair, an earlier criterion always outweighing the later ones together.

    Args:
        weights: the criteria, shape (k,) each.
        pairs: maximum number of pairs in an assignment.
        bits: sums over that many pairs stay below two to this power. Later criteria that would not fit are left out:
            ties are then broken by position, which is canonical too.

    Returns:
        The integers, shape (k,), and whether they include all criteria.

    """
    combined: Ints = np.zeros(len(weights[0]), np.int64)
    for weight in weights:
        span = pairs * int(weight.max(initial=0)) + 1
        if pairs * span * (int(combined.max(initial=0)) + 1) >= 2**bits:
            return combined, False
        combined = combined * span + weight
    return combined, True
