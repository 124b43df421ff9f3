from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dragoman.matching.assignment import assign

edges = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 4)), st.tuples(st.integers(1, 2), st.integers(0, 5), st.integers(0, 1))
)


def best(candidates):
    """The largest total, by trying every way to give gold items to predicted ones."""
    gold = sorted({g for g, _ in candidates})
    slots = sorted({p for _, p in candidates}) + [None] * len(gold)
    totals = [(0, 0, 0)]
    for choice in set(permutations(slots, len(gold))):
        weights = [candidates[pair] for pair in zip(gold, choice, strict=True) if pair in candidates]
        totals.append(tuple(sum(w[i] for w in weights) for i in range(3)))
    return max(totals)


@given(edges.filter(lambda e: len({g for g, _ in e}) <= 4 and len({p for _, p in e}) <= 4))
def test_the_totals_are_the_best_in_their_order(candidates):
    pairs = sorted(candidates)
    gold, predicted = (np.array([pair[i] for pair in pairs], np.int64) for i in range(2))
    weights = [np.array([candidates[pair][i] for pair in pairs], np.int64) for i in range(3)]
    chosen = assign(gold, predicted, weights)
    assert len(set(gold[chosen].tolist())) == len(chosen) == len(set(predicted[chosen].tolist()))
    assert tuple(int(w[chosen].sum()) for w in weights) == best(candidates)


def test_two_halves_are_worth_more_than_one_greedy_choice():
    # Greedy by overlap takes (0, 0), after which 1 has no partner; the best assignment pairs both.
    gold, predicted = np.array([0, 0, 1]), np.array([0, 1, 0])
    chosen = assign(gold, predicted, [np.array([1, 1, 1]), np.array([9, 1, 1])])
    assert chosen.tolist() == [1, 2]


def test_weights_too_large_for_a_double_keep_the_first_criterion():
    gold, predicted = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    huge = np.array([2**50, 0, 0, 2**50])
    chosen = assign(gold, predicted, [np.array([1, 2, 2, 1]), huge])
    assert chosen.tolist() == [1, 2]
