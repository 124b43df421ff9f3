"""Of equally good assignments the one in which most pairs count, against all that there are."""

import random
from itertools import combinations

import numpy as np
import pytest

from dragoman.matching.assignment import assign
from dragoman.matching.equals import MAX_CANDIDATES, NEVER, ROOT, best_of_equals


def assignments(edges):
    """All sets of edges that use no item twice."""
    for size in range(len(edges) + 1):
        for chosen in combinations(range(len(edges)), size):
            golds, preds = {edges[e][0] for e in chosen}, {edges[e][1] for e in chosen}
            if len(golds) == len(preds) == size:
                yield chosen


def counting(chosen, needs):
    """How many of the chosen ones count."""
    found = 0
    for edge in chosen:
        at = edge
        while at >= 0 and at in chosen:
            at = needs[at]
        found += at == ROOT
    return found


def problem(seed):
    rng = random.Random(seed)
    edges = sorted(rng.sample([(g, p) for g in range(4) for p in range(4)], rng.randint(1, 9)))
    weight = [rng.choice([3, 3, 3, 4]) for _ in edges]
    needs = [rng.choice([ROOT, NEVER, *range(e), *range(e)]) for e in range(len(edges))]
    return edges, weight, needs


@pytest.mark.parametrize("seed", range(150))
def test_the_best_of_equals_is_the_best_of_all(seed):
    edges, weight, needs = problem(seed)
    g, p = np.array(edges).T
    weights = np.array(weight)
    first = assign(g, p, (weights,))
    found = best_of_equals(g, p, weights, np.array(needs), first).tolist()
    every = list(assignments(edges))
    top = max(sum(weight[e] for e in chosen) for chosen in every)
    assert tuple(found) in every
    assert sum(weight[e] for e in found) == top
    best = max(counting(chosen, needs) for chosen in every if sum(weight[e] for e in chosen) == top)
    assert counting(found, needs) == best


def test_what_is_worth_more_goes_before_what_counts():
    """The pair 0-0 is worth 4 and never counts; 0-1 is worth 3 and would."""
    found = best_of_equals(np.array([0, 0]), np.array([0, 1]), np.array([4, 3]), np.array([NEVER, ROOT]), np.array([0]))
    assert found.tolist() == [0]


def test_a_problem_that_is_too_large_keeps_the_assignment():
    number = MAX_CANDIDATES // 2 + 1
    g, p = np.repeat(np.arange(number), 2), np.tile([0, 1], number) + 2 * np.repeat(np.arange(number), 2)
    first = np.arange(0, 2 * number, 2)
    found = best_of_equals(g, p, np.ones(2 * number, np.int64), np.tile([NEVER, ROOT], number), first[::-1])
    assert found.tolist() == first.tolist()
