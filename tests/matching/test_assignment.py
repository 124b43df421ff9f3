from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dragoman.matching.assignment import assign, blocks, components

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


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 12), st.floats(0.1, 1))
def test_the_totals_are_those_of_scipy_whatever_the_size(seed, rows, columns, share):
    from scipy.optimize import linear_sum_assignment

    random = np.random.default_rng(seed)
    worth = random.integers(1, 50, (rows, columns)) * (random.random((rows, columns)) < share)
    gold, predicted = np.nonzero(worth)
    chosen = assign(gold, predicted, [worth[gold, predicted]])
    assert len(set(gold[chosen].tolist())) == len(chosen) == len(set(predicted[chosen].tolist()))
    assert worth[gold, predicted][chosen].sum() == worth[linear_sum_assignment(worth, maximize=True)].sum()


def test_of_equally_good_ways_the_first_items_get_the_first_partners():
    gold, predicted = (axis.ravel() for axis in np.indices((3, 3)))
    chosen = assign(gold, predicted, [np.ones(9, np.int64)])
    assert [(int(gold[i]), int(predicted[i])) for i in chosen] == [(0, 0), (1, 1), (2, 2)]


def test_of_equally_good_ways_the_first_items_of_the_longer_side_choose():
    # Two ways are as good as each other: 0-1, 1-2, 2-0 and 0-2, 1-0, 2-1. Gold's first item has its first partner in
    # the one, the predicted first item in the other. A fourth item, worth little, makes its side the longer one.
    ring = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    for shorter, way in ((0, {(0, 2), (1, 0), (2, 1)}), (1, {(0, 1), (1, 2), (2, 0)})):
        pairs = sorted([*ring, (0, 3) if shorter == 0 else (3, 0)])
        gold, pred = np.array(pairs).T
        weight = np.where((gold == 3) | (pred == 3), 1, 10)
        assert {pairs[i] for i in assign(gold, pred, [weight])} == way


def test_many_problems_at_once_are_solved_as_each_alone():
    random = np.random.default_rng(5)
    parts = []
    for at in range(300):
        gold, predicted = np.nonzero(random.random((random.integers(1, 9), random.integers(1, 9))) < 0.6)
        parts.append((gold + 20 * at, predicted + 20 * at, random.integers(1, 4, len(gold))))
    together = assign(
        *(np.concatenate([part[i] for part in parts]) for i in range(2)), [np.concatenate([p[2] for p in parts])]
    )
    alone, offset = [], 0
    for gold, predicted, weight in parts:
        alone += (assign(gold - gold.min(initial=0), predicted - predicted.min(initial=0), [weight]) + offset).tolist()
        offset += len(gold)
    assert together.tolist() == alone


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.floats(0.5, 3))
def test_components_are_those_of_scipy(seed, items, density):
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    random = np.random.default_rng(seed)
    gold, predicted = random.integers(0, items, (2, max(1, int(density * items))))
    places = (gold.astype(np.int32), (predicted + items).astype(np.int32))  # older scipy takes no others
    graph = coo_array((np.ones(len(gold)), places), shape=(2 * items, 2 * items))
    _, expected = connected_components(graph, directed=False)
    found = components(gold, predicted)
    assert len(np.unique(found)) == found.max() + 1
    pairs = {(a, b) for a, b in zip(found.tolist(), expected[gold].tolist(), strict=True)}
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def test_a_long_chain_is_one_component():
    place = np.arange(20_000)
    order = np.random.default_rng(1).permutation(39_999)
    gold, predicted = np.repeat(place, 2)[:-1][order], np.repeat(place, 2)[1:][order]
    assert not components(gold, predicted).any()


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(0, 6), st.booleans())
def test_blocks_share_no_item_and_are_the_smallest_such_runs(seed, number, reach, is_sorted):
    random = np.random.default_rng(seed)
    gold = random.integers(0, number, number)
    predicted = np.maximum(gold + random.integers(-reach, reach + 1, number), 0)
    order = np.lexsort([predicted, gold]) if is_sorted else np.arange(number)
    gold, predicted = gold[order], predicted[order]
    found = blocks(gold, predicted).tolist()
    if (np.diff(gold) < 0).any():
        assert not any(found)
        return
    cuts = [
        at
        for at in range(1, number)
        if gold[at - 1] != gold[at] and max(predicted[:at]) < min(predicted[at:])  # nothing goes across
    ]
    assert found == [sum(cut <= at for cut in cuts) for at in range(number)]
    for items in (gold, predicted):
        assert len({*zip(items.tolist(), found, strict=True)}) == len({*items.tolist()})
