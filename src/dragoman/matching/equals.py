"""Choice among equally good assignments by a criterion that depends on several pairs at once.

:func:`dragoman.matching.assignment.assign` breaks ties by a weight of each pair. If a pair counts only together with
others, the optimal assignments have to be searched: by complementary slackness they are exactly those that use only
edges without slack in one optimal dual solution, and cover every item with a positive price (Kuhn 1955; Schrijver 2003,
Combinatorial Optimization, chapter 17). An integer program chooses among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

MAX_CANDIDATES = 2_000
"""Maximum number of candidates; larger problems keep the given assignment."""
MAX_NODES = 1_000
"""Maximum number of branch-and-bound nodes; beyond it, the best solution found so far is used."""
ROOT, NEVER = -1, -2
"""Values of ``needs``: a pair that depends on no other one, and a pair that never counts."""


def best_of_equals(gold: Ints, pred: Ints, weight: Ints, needs: Ints, chosen: Ints) -> Ints:
    """Choose, among all assignments with the same total weight as the given one, one in which the most pairs count.

    A pair counts if it is chosen, and the pair that it needs counts too.

    Args:
        gold: gold item of each candidate pair, shape (k,).
        pred: predicted item of each candidate pair, shape (k,); a pair occurs once.
        weight: positive weight of each pair, shape (k,).
        needs: index of the candidate that each one needs, or :data:`ROOT` or :data:`NEVER`, shape (k,); acyclic.
        chosen: indices of an assignment with the largest total weight.

    Returns:
        Indices of the chosen candidates, ascending; ``chosen`` where there are more than :data:`MAX_CANDIDATES`.

    """
    if len(gold) > MAX_CANDIDATES:
        return np.sort(chosen)
    _, g = np.unique(gold, return_inverse=True)
    _, p = np.unique(pred, return_inverse=True)
    g_price, p_price = _prices(g, p, weight, chosen)
    usable = g_price[g] + p_price[p] == weight
    # A pair that transitively needs one that cannot be chosen never counts.
    counts = usable & (needs != NEVER)
    while (lost := counts & (needs >= 0) & ~counts[np.maximum(needs, 0)]).any():
        counts &= ~lost
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - rarely needed
    from scipy.sparse import csr_array  # noqa: PLC0415

    edges, pairs = np.flatnonzero(usable), np.flatnonzero(counts)
    column = np.full(len(gold), -1)
    column[pairs] = len(edges) + np.arange(len(pairs))
    place = np.full(len(gold), -1)
    place[edges] = np.arange(len(edges))
    below = pairs[needs[pairs] >= 0]
    items = len(g_price) + len(p_price)
    rows = items + np.arange(len(pairs) + len(below))
    # Each item at most once, items with a positive price exactly once; a pair that counts is chosen, and the pair it
    # needs counts.
    entries: list[tuple[Any, Any, float]] = [
        (g[edges], place[edges], 1.0),
        (len(g_price) + p[edges], place[edges], 1.0),
        (rows, np.concatenate([column[pairs], column[below]]), 1.0),
        (rows, np.concatenate([place[pairs], column[needs[below]]]), -1.0),
    ]
    # 32-bit indices: the solver of older SciPy versions accepts no others.
    at, which = (np.concatenate([entry[i] for entry in entries]).astype(np.int32) for i in (0, 1))
    values = np.concatenate([np.full(len(entry[0]), entry[2]) for entry in entries])
    variables = len(edges) + len(pairs)
    matrix = csr_array((values, (at, which)), shape=(items + len(rows), variables))
    least = np.concatenate([np.concatenate([g_price, p_price]) > 0, np.full(len(rows), -np.inf)])
    most = np.concatenate([np.ones(items), np.zeros(len(rows))])
    found = milp(
        np.repeat([0.0, -1.0], [len(edges), len(pairs)]),
        integrality=np.ones(variables),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, least, most),
        options={"node_limit": MAX_NODES},
    )
    if found.x is None:
        return np.sort(chosen)
    best: Ints = edges[found.x[: len(edges)] > 0.5]
    return best


def _prices(g: Ints, p: Ints, weight: Ints, chosen: Ints) -> tuple[Ints, Ints]:
    """Compute an optimal dual solution: a price of each item, such that no pair weighs more than its two prices.

    Of all solutions, the one with the lowest gold prices, in integers: an unassigned item has price 0, and the two
    prices of a chosen pair add up to its weight.
    """
    g_price = np.zeros(int(g.max()) + 1, np.int64)
    worth = np.zeros(int(p.max()) + 1, np.int64)
    partner = np.full(len(worth), -1)
    worth[p[chosen]], partner[p[chosen]] = weight[chosen], g[chosen]
    while True:
        before = g_price.copy()
        p_price = worth - np.where(partner < 0, 0, g_price[partner])
        np.maximum.at(g_price, g, weight - p_price[p])
        if np.array_equal(g_price, before):
            return g_price, p_price
