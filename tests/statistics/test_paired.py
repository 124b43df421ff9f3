"""Paired tests: exact where they can be, level where nothing differs, and corrected for how many there are."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.measures.clusters import ClusterScore
from dragoman.measures.scores import FScore
from dragoman.statistics import paired

FINISH = FScore().finish
row = st.tuples(st.integers(0, 3), st.integers(3, 5), st.integers(3, 5))
pairs_of_tables = st.lists(st.tuples(row, row), min_size=1, max_size=7).map(
    lambda rows: tuple(np.array(side, np.int64) for side in zip(*rows, strict=True))
)


def f1(rows):
    credit, gold, predicted = rows.sum(axis=0)
    return 2 * credit / (gold + predicted)


def by_brute_force(first, second):
    """Share of all ways to exchange the two that differ at least as much as they do."""
    observed = abs(f1(first) - f1(second))
    extreme = 0
    for swap in product([False, True], repeat=len(first)):
        mask = np.array(swap)[:, None]
        a, b = np.where(mask, second, first), np.where(mask, first, second)
        extreme += abs(f1(a) - f1(b)) >= observed - 1e-12
    return extreme / 2 ** len(first)


@settings(max_examples=80)
@given(pairs_of_tables)
def test_few_documents_are_gone_through_exactly(tables):
    first, second = tables
    p = paired.permutation(first, second, FINISH, "f1")
    assert p == pytest.approx(by_brute_force(first, second))
    assert p == paired.permutation(second, first, FINISH, "f1")
    assert 0 < p <= 1


def test_a_worked_example():
    # Two documents, one better in both by one: of the four exchanges two are as far apart. p = 1/2.
    first, second = np.array([[2, 3, 3], [2, 3, 3]]), np.array([[1, 3, 3], [1, 3, 3]])
    assert paired.permutation(first, second, FINISH, "f1") == 0.5
    # Documents on which they do not differ change nothing.
    same = np.array([[1, 5, 5]] * 50)
    assert paired.permutation(np.vstack([first, same]), np.vstack([second, same]), FINISH, "f1") == 0.5


def test_random_exchanges_come_near_to_all_of_them():
    rng = np.random.Generator(np.random.PCG64(3))
    gold = rng.integers(3, 9, 12)
    first, second = (np.stack([rng.binomial(gold, 0.6), gold, gold], axis=1) for _ in range(2))
    whole = paired.permutation(first, second, FINISH, "f1", permutations=4_096)
    some = paired.permutation(first, second, FINISH, "f1", permutations=4_000)
    assert whole == pytest.approx(by_brute_force(first, second))
    assert some == pytest.approx(whole, abs=0.04)


def test_memory_is_bounded_and_the_bound_changes_nothing(monkeypatch):
    rng = np.random.Generator(np.random.PCG64(3))
    gold = rng.integers(3, 9, 50)
    first, second = (np.stack([rng.binomial(gold, 0.6), gold, gold], axis=1) for _ in range(2))
    whole = paired.permutation(first, second, FINISH, "f1", permutations=1_000)
    monkeypatch.setattr(paired, "_CELLS", 333)
    assert paired.permutation(first, second, FINISH, "f1", permutations=1_000) == whole


def test_undefined_scores_have_no_p():
    some, nothing = np.array([[1, 2, 2]] * 3), np.zeros((3, 3), np.int64)
    for other in (some, nothing):
        assert paired.permutation(other, nothing, FINISH, "f1") is None
        assert paired.bootstrap(other, nothing, FINISH, "f1") == (None, None)


def test_a_resample_where_the_score_is_undefined_counts_as_extreme():
    # Precision is defined for both, but not for one of the two when documents are exchanged or drawn again.
    first, second = np.array([[1, 1, 1], [0, 1, 0]]), np.array([[0, 1, 0], [0, 1, 1]])
    assert paired.permutation(first, second, FINISH, "precision") == 1.0


def null(rng, documents=30):
    """Two systems that are equally good, on the same documents, alike as two systems are."""
    gold = 1 + rng.poisson(8, documents)
    quality = rng.beta(6, 4, documents)
    return [
        np.stack([right := rng.binomial(gold, quality), gold, right + rng.poisson(3, documents)], axis=1)
        for _ in range(2)
    ]


def bootstrapped(*arguments, **options):
    return paired.bootstrap(*arguments, **options).p


@pytest.mark.parametrize("test", [paired.permutation, bootstrapped], ids=["permutation", "bootstrap"])
def test_p_is_level_where_nothing_differs(test):
    rng = np.random.Generator(np.random.PCG64(11))
    found = np.array([test(*null(rng), FINISH, "f1", **{_NUMBER[test]: 400}, seed=i) for i in range(400)])
    # 400 samples: one standard deviation is .011 at .05 and .025 at .5.
    assert 0.02 <= (found <= 0.05).mean() <= 0.09
    assert 0.42 <= (found <= 0.5).mean() <= 0.58
    assert 0.05 <= (found > 0.9).mean() <= 0.16


_NUMBER = {paired.permutation: "permutations", bootstrapped: "resamples"}


def test_a_large_difference_is_found():
    rng = np.random.Generator(np.random.PCG64(11))
    first, second = null(rng, 60)
    second[:, 0] //= 2
    for test in (paired.permutation, bootstrapped):
        assert test(first, second, FINISH, "f1") < 0.001
    low, high = paired.bootstrap(first, second, FINISH, "f1").interval
    assert 0 < low < f1(first) - f1(second) < high


@pytest.mark.parametrize("documents", [1, 3, 10])
def test_documents_that_are_alike_say_nothing_of_others(documents):
    # Every resample is what was observed: neither a p of 1/10001 nor an interval without width follows from that.
    first, second = np.array([[2, 2, 2]] * documents), np.array([[1, 2, 1]] * documents)
    assert paired.bootstrap(first, second, FINISH, "f1") == (None, None)
    assert paired.permutation(first, second, FINISH, "f1") == 2 / 2**documents


def test_who_answers_one_document_alone_is_told_apart_by_the_permutation_test_alone():
    # The first answers one document of 30, all right; the second all of them, all wrong. Who answered what cannot be
    # exchanged without its being noticed; what the difference would be elsewhere hangs on that one document.
    gold, only = np.full(30, 10), (np.arange(30) == 0) * 10
    first, second = np.stack([only, gold, only], axis=1), np.stack([0 * gold, gold, gold], axis=1)
    assert f1(first) == pytest.approx(20 / 310)
    assert paired.permutation(first, second, FINISH, "f1") < 0.001
    low, high = paired.bootstrap(first, second, FINISH, "f1").interval
    assert low == 0 < high


def test_large_counts_are_rounded_and_not_wrapped_around():
    large = np.array([[2**58, 2**59, 2**59]] * 3 + [[0, 2**57, 2**57]])
    small = large // 2**57
    for second, scale in ((large // [2, 1, 1], 1), (small // [2, 1, 1], 2**57)):
        first = large // scale
        assert paired.permutation(first, second, FINISH, "f1") == 0.25
        low, high = paired.bootstrap(first, second, FINISH, "f1").interval
        assert (low, high) == pytest.approx(tuple(paired.bootstrap(small, small // [2, 1, 1], FINISH, "f1").interval))


def test_cluster_measures_are_tested_on_the_same_rows():
    finish = ClusterScore("b_cubed").finish
    first = np.array([[10**9, 2 * 10**9, 10**9, 10**9]] * 6)
    second = first - [5 * 10**8, 0, 0, 0]
    assert paired.permutation(first, second, finish, "f1") == 2 / 2**6


def test_holm_by_hand():
    # Sorted .005 .01 .03 .04, times 4 3 2 1: .02 .03 .06 .04; none below the one before it: .02 .03 .06 .06.
    assert paired.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert paired.holm([0.6, None, 0.7]) == [1.0, None, 1.0]
    assert paired.holm([]) == []
    assert paired.holm([0.03]) == [0.03]


@given(st.lists(st.none() | st.floats(0.0001, 1), max_size=8), st.randoms(use_true_random=False))
def test_holm_is_the_step_down_procedure(values, rng):
    adjusted = paired.holm(values)
    given_ = [p for p in values if p is not None]
    assert [a is None for a in adjusted] == [p is None for p in values]
    for level in (0.01, 0.05, 0.2):
        rejected = set()
        for step, p in enumerate(sorted(given_)):  # by the book: go on until one is above level / (number left)
            if p * (len(given_) - step) > level:
                break
            rejected.add(p)
        assert {p for p, a in zip(values, adjusted, strict=True) if p is not None and a <= level} == rejected
    for p, a in zip(values, adjusted, strict=True):
        assert p is None or p <= a <= min(1, p * len(given_))  # never above Bonferroni
    order = list(range(len(values)))
    rng.shuffle(order)
    again = paired.holm([values[i] for i in order])
    assert [again[order.index(i)] for i in range(len(values))] == adjusted


def test_a_pair_has_the_p_that_it_has_alone_whatever_the_company():
    random = np.random.default_rng(3)
    gold = random.integers(1, 9, 40)
    systems = [np.stack([random.binomial(gold, share), gold, gold], axis=1) for share in (0.5, 0.55, 0.8, 0.5)]
    finish = FScore().finish
    together = paired.all_permutations(systems, finish, "f1")
    assert set(together) == {(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)}
    for (i, j), p in together.items():
        assert p == paired.permutation(systems[i], systems[j], finish, "f1")
    assert len(set(together.values())) > 3


def test_all_pairs_are_bootstrapped_on_the_same_resamples():
    random = np.random.default_rng(4)
    gold = random.integers(1, 9, 40)
    systems = [np.stack([random.binomial(gold, share), gold, gold], axis=1) for share in (0.5, 0.52, 0.9)]
    found = paired.all_bootstraps(systems, FINISH, "f1")
    for (i, j), both in found.items():
        alone = paired.bootstrap(systems[i], systems[j], FINISH, "f1")
        assert both.p == pytest.approx(alone.p, abs=0.03)
        assert both.interval == pytest.approx(alone.interval, abs=0.02)
    assert found[0, 2].p < 0.01 < found[0, 1].p


def test_pairs_at_the_floor_of_their_p_get_more_draws_and_others_keep_theirs():
    random = np.random.default_rng(5)
    gold = random.integers(5, 9, 40)
    systems = [np.stack([random.binomial(gold, share), gold, gold], axis=1) for share in (0.5, 0.55, 0.95)]
    alone = paired.all_permutations(systems, FINISH, "f1", permutations=500)
    more = paired.all_permutations(systems, FINISH, "f1", permutations=500, family=100)
    assert alone[0, 2] == 1 / 501
    assert more[0, 2] == 1 / 4001  # 40 draws a pair of the family
    assert more[0, 1] == alone[0, 1] > 1 / 501


def test_more_draws_never_make_a_p_that_is_too_small():
    # Few draws a round, so that many pairs are at the floor by chance: what they get then is the p of all draws.
    rng, found = np.random.Generator(np.random.PCG64(12)), []
    for seed in range(600):
        p = paired.all_permutations(null(rng), FINISH, "f1", permutations=20, family=20, seed=seed)[0, 1]
        found.append(p)
    # At .01 and .05 of 600: standard deviations .004 and .009.
    assert (np.array(found) <= 0.01).mean() <= 0.02
    assert 0.02 <= (np.array(found) <= 0.05).mean() <= 0.075


def test_where_all_arrangements_are_fewer_than_the_draws_the_p_is_exact():
    # 12 documents: 4,096 arrangements, more than 1,000 draws and fewer than the 20,000 of a large family.
    gold = np.full(12, 10)
    first, second = (np.stack([np.full(12, right), gold, gold + np.arange(12)], axis=1) for right in (9, 3))
    p = paired.all_permutations([first, second], FINISH, "f1", permutations=1000, family=500)[0, 1]
    assert p == by_brute_force(first, second) == 2 / 2**12
