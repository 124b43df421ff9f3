"""Paired tests: exact where they can be, level where nothing differs, and corrected for how many there are."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.measures.clusters import ClusterScore
from dragoman.measures.scores import Accuracy, FScore
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
    for test in (paired.permutation, paired.bootstrap):
        assert test(some, nothing, FINISH, "f1") is None
        assert test(nothing, nothing, FINISH, "f1") is None


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


@pytest.mark.parametrize("test", [paired.permutation, paired.bootstrap], ids=["permutation", "bootstrap"])
def test_p_is_level_where_nothing_differs(test):
    rng = np.random.Generator(np.random.PCG64(11))
    found = np.array([test(*null(rng), FINISH, "f1", **{_NUMBER[test]: 400}, seed=i) for i in range(400)])
    # 400 samples: one standard deviation is .011 at .05 and .025 at .5.
    assert 0.02 <= (found <= 0.05).mean() <= 0.09
    assert 0.42 <= (found <= 0.5).mean() <= 0.58
    assert 0.05 <= (found > 0.9).mean() <= 0.16


_NUMBER = {paired.permutation: "permutations", paired.bootstrap: "resamples"}


def test_a_large_difference_is_found():
    rng = np.random.Generator(np.random.PCG64(11))
    first, second = null(rng, 60)
    second[:, 0] //= 2
    for test in (paired.permutation, paired.bootstrap):
        assert test(first, second, FINISH, "f1") < 0.001


def test_the_detectable_difference_is_2_80_standard_errors():
    # The mean over documents of one number: its standard error is known.
    rng = np.random.Generator(np.random.PCG64(2))
    first, second = (np.stack([rng.integers(0, 100, 50), np.full(50, 100)], axis=1) for _ in range(2))
    error = ((first - second)[:, 0] / 100).std() / 50**0.5
    found = paired.detectable(first, second, Accuracy().finish, "accuracy")
    assert found == pytest.approx((1.959964 + 0.841621) * error, rel=0.03)


def test_the_detectable_difference_is_detected_four_times_in_five():
    rng = np.random.Generator(np.random.PCG64(8))
    finish = Accuracy().finish
    sizes, found = [], 0
    for _ in range(60):
        first, second = (np.stack([rng.integers(0, 100, 60), np.full(60, 100)], axis=1) for _ in range(2))
        sizes.append(paired.detectable(first, second, finish, "accuracy", resamples=500))
    shift = round(float(np.mean(sizes)) * 100)
    for number in range(300):
        first, second = (np.stack([rng.integers(0, 100, 60), np.full(60, 100)], axis=1) for _ in range(2))
        first[:, 0] += shift
        found += paired.permutation(first, second, finish, "accuracy", permutations=300, seed=number) <= 0.05
    assert 0.7 <= found / 300 <= 0.9


def test_the_detectable_difference_is_undefined_where_nothing_can_vary():
    assert paired.detectable(np.array([[1, 2, 2]]), np.array([[2, 2, 2]]), FINISH, "f1") is None
    nothing = np.zeros((3, 3), np.int64)
    assert paired.detectable(nothing, nothing, FINISH, "f1") is None


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
    finish = FScore().finish
    found = paired.all_bootstraps(systems, finish, "f1")
    for (i, j), both in found.items():
        alone = paired.bootstrap(systems[i], systems[j], finish, "f1")
        assert both.p == pytest.approx(alone, abs=0.03)
        assert both.detectable == pytest.approx(paired.detectable(systems[i], systems[j], finish, "f1"), rel=0.1)
    assert found[0, 2].p < 0.01 < found[0, 1].p
