"""The best one-to-one assignment: most credit, then most overlap, then most equal types, never by order of input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dragoman.problems import error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


MOST_CELLS = 25_000_000
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
    if not len(gold):
        return np.zeros(0, np.int64)
    alone = (np.bincount(gold)[gold] == 1) & (np.bincount(predicted)[predicted] == 1)
    contested = np.flatnonzero(~alone)
    chosen = [np.flatnonzero(alone)]
    parts = [contested[part] for part in components(gold[contested], predicted[contested])]
    chosen += [part[_solve(gold[part], predicted[part], [weight[part] for weight in weights])] for part in parts]
    return np.sort(np.concatenate(chosen))


def components(gold: Ints, predicted: Ints) -> list[Ints]:
    """Split candidates into groups that do not compete: the connected components of the bipartite graph.

    Args:
        gold: gold item of each candidate pair, shape (k,).
        predicted: predicted item of each candidate pair, shape (k,).

    Returns:
        Indices of the candidates of each component.

    """
    if not len(gold):
        return []
    from scipy.sparse import coo_array  # noqa: PLC0415 - only where items compete
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    size = int(gold.max()) + 1 + int(predicted.max()) + 1
    graph = coo_array((np.ones(len(gold), np.int8), (gold, predicted + int(gold.max()) + 1)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    component = label[gold]
    order = np.argsort(component, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(component[order])) + 1)


def _solve(gold: Ints, predicted: Ints, weights: list[Ints]) -> Ints:
    """Best assignment of one component; indices into its candidates."""
    rows, row = np.unique(gold, return_inverse=True)
    columns, column = np.unique(predicted, return_inverse=True)
    if len(rows) == 1 or len(columns) == 1:
        # Everything competes for one item: the heaviest candidate, and of equal ones the first.
        best: Ints = np.lexsort([-np.arange(len(gold)), *reversed(weights)])[-1:]
        return best
    cells = len(rows) * len(columns)
    combined = _combined(weights, min(len(rows), len(columns)))
    if cells > _SMALL and 4 * len(gold) < cells:
        return (
            _solve_sparse(row, column, combined) if len(rows) <= len(columns) else _solve_sparse(column, row, combined)
        )
    if cells > MOST_CELLS:
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
    place = (np.concatenate([row, aside]), np.concatenate([column, columns + aside]))
    taken = min_weight_full_bipartite_matching(csr_array((cost, place), shape=(rows, columns + rows)))
    return np.flatnonzero(np.isin(row * columns + column, (taken[0] * columns + taken[1])[taken[1] < columns]))


def _combined(weights: list[Ints], pairs: int) -> NDArray[np.float64]:
    """One number for all criteria, an earlier one always outweighing the later ones together.

    Doubles hold integers up to 2**53 exactly, and the solver only adds and subtracts. A later criterion that
    would not fit is left out: the tie is then broken by position, which is canonical too.
    """
    combined: Ints = np.zeros(len(weights[0]), np.int64)
    room = 2**53
    for weight in weights:
        span = pairs * int(weight.max()) + 1
        if room // span < 1 or (combined.any() and int(combined.max()) * pairs * span >= 2**53):
            break
        combined = combined * span + weight
        room //= span
    return combined.astype(np.float64)
