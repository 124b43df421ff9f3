"""Resampling: exact in distribution, the same in any order, and as honest as it says."""

from collections import Counter
from itertools import product
from math import factorial, prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.measures.scores import FScore
from dragoman.statistics import bootstrap

FINISH = FScore().finish
row = st.tuples(st.integers(0, 2), st.integers(2, 4), st.integers(2, 4))
tables = st.lists(row, min_size=1, max_size=6).map(lambda rows: np.array(rows, np.int64))


def exact(rows):
    """Probability of each sum of a resample, by going through all of them."""
    found = Counter(
        tuple(rows[list(choice)].sum(axis=0).tolist()) for choice in product(range(len(rows)), repeat=len(rows))
    )
    return {total: times / len(rows) ** len(rows) for total, times in found.items()}


@pytest.mark.parametrize(
    "rows",
    [
        [[1, 2, 3], [0, 1, 1], [2, 2, 2], [5, 9, 7], [3, 3, 8]],
        [[1, 2, 3], [1, 2, 3], [1, 2, 3], [0, 1, 1], [0, 1, 1]],
        [[4, 4, 4]] * 3,
    ],
    ids=["all different", "collapsed", "all equal"],
)
@pytest.mark.parametrize("few", [0, 200], ids=["by distinct rows", "one by one"])
def test_sums_have_the_distribution_of_a_plain_resampling(rows, few, monkeypatch):
    monkeypatch.setattr(bootstrap, "MAX_FEW", few)
    rows = np.array(rows, np.int64)
    times = 40_000
    drawn = Counter(map(tuple, bootstrap.totals(rows, times, 7).tolist()))
    expected = exact(rows)
    assert set(drawn) <= set(expected)
    for total, probability in expected.items():
        spread = (probability * (1 - probability) / times) ** 0.5
        assert abs(drawn[total] / times - probability) <= 5 * spread + 1e-12


def test_the_number_of_ways_is_what_a_multinomial_says():
    # What collapsing rests on: two of one row and one of another, of 3 documents, 3!/(2! 1!) (2/3)^2 (1/3).
    rows = np.array([[1], [1], [10]])
    ways = factorial(3) / prod(map(factorial, (2, 1))) * (2 / 3) ** 2 * (1 / 3)
    assert exact(rows)[12,] == pytest.approx(ways)


@settings(max_examples=40)
@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_documents_does_not_matter(rows, rng):
    order = list(range(len(rows)))
    rng.shuffle(order)
    assert np.array_equal(bootstrap.totals(rows, 50, 3), bootstrap.totals(rows[order], 50, 3))


def test_another_seed_gives_another_draw():
    rows = np.arange(30).reshape(10, 3)
    assert not np.array_equal(bootstrap.totals(rows, 100, 3), bootstrap.totals(rows, 100, 4))
    assert np.array_equal(bootstrap.totals(rows, 100), bootstrap.totals(rows, 100, bootstrap.SEED))


def test_intervals_are_percentiles_of_the_resampled_scores():
    rows = np.array([[1, 2, 3], [0, 1, 1], [2, 2, 2], [5, 9, 7], [3, 3, 8]])
    drawn = FINISH(bootstrap.totals(rows, 2_000, 5))
    for leaf in drawn:
        low, high = bootstrap.interval(rows, FINISH, leaf, resamples=2_000, seed=5, level=0.8)
        assert low == np.quantile(drawn[leaf], 0.1)
        assert high == np.quantile(drawn[leaf], 0.9)


@pytest.mark.parametrize("rows", [[[1, 2, 3]], [[3, 3, 3], [5, 5, 5]], [[0, 3, 3], [0, 5, 1]], [[1, 2, 4], [2, 4, 8]]])
def test_a_score_that_no_resample_changes_has_no_interval(rows):
    assert bootstrap.interval(np.array(rows), FINISH, "f1", resamples=100) is None
    assert bootstrap.interval(np.array([*rows, [1, 1, 2]]), FINISH, "f1", resamples=100) is not None


def test_a_score_that_is_often_undefined_has_no_interval():
    # Two documents of twenty have predictions: precision is 0/0 where none is drawn, (9/10)^20 = .12 of the time.
    rows = np.array([[0, 1, 0]] * 18 + [[0, 1, 1], [1, 1, 1]])
    assert bootstrap.interval(rows, FINISH, "precision", resamples=2000) is None
    assert bootstrap.interval(rows[14:], FINISH, "precision", resamples=2000) is not None  # (2/3)^6 = .09
    assert bootstrap.interval(rows, FINISH, "recall", resamples=500) is not None
    # With nine of ten it is undefined in (1/10)^10 of the resamples.
    often = np.array([[1, 1, 1]] * 8 + [[1, 1, 2], [0, 1, 0]])
    assert bootstrap.interval(often, FINISH, "precision", resamples=500) is not None


def test_groups_are_summed():
    rows = np.array([[1, 2], [3, 4], [5, 6], [7, 8]])
    assert bootstrap.grouped(rows, ["b", "a", "b", "a"]).tolist() == [[10, 12], [6, 8]]
    assert bootstrap.grouped(rows, [None, "a", None, "a"]).sum(axis=0).tolist() == [16, 20]


def test_resampling_groups_is_wider_where_documents_of_a_group_are_alike():
    rows = np.repeat([[9, 10, 10], [1, 10, 10], [5, 10, 10], [6, 10, 10]], 10, axis=0)
    pages = [str(i // 10) for i in range(40)]
    narrow = bootstrap.interval(rows, FINISH, "f1", resamples=2_000)
    wide = bootstrap.interval(bootstrap.grouped(rows, pages), FINISH, "f1", resamples=2_000)
    assert wide[1] - wide[0] > 2 * (narrow[1] - narrow[0])


def a_sample(rng, documents):
    """Counts of documents of a known population; the quality varies from one to the next, as it does."""
    gold = 1 + rng.poisson(8, documents)
    right = rng.binomial(gold, rng.beta(6, 4, documents))
    return np.stack([right, gold, right + rng.poisson(3, documents)], axis=1)


TRUE_F1 = 2 * (9 * 0.6) / (9 + 9 * 0.6 + 3)
"""Of that population: 9 gold items on average, 6 of 10 right, and 3 spurious."""


def coverage(documents, samples, resamples, seed):
    """How often the interval holds the true score."""
    rng = np.random.Generator(np.random.PCG64(seed))
    hits = 0
    for number in range(samples):
        low, high = bootstrap.interval(a_sample(rng, documents), FINISH, "f1", resamples=resamples, seed=number)
        hits += low <= TRUE_F1 <= high
    return hits / samples


@pytest.mark.parametrize(("documents", "least", "most"), [(100, 0.91, 0.98), (30, 0.89, 0.98), (5, 0.72, 0.90)])
def test_intervals_hold_the_true_score_about_as_often_as_they_say(documents, least, most):
    # Nominally .95. Of 10,000 samples with 1,000 resamples each it is .941 for 100 documents, .936 for 30, .904 for 10
    # and .834 for 5: so few documents say too little about how they vary.
    assert least <= coverage(documents, 400, 400, documents) <= most


@pytest.mark.parametrize("documents", [8, 300])
def test_counts_near_the_largest_integer_have_the_interval_of_small_ones(documents):
    rng = np.random.Generator(np.random.PCG64(6))
    small = np.stack([rng.integers(0, 3, documents), np.full(documents, 4), np.full(documents, 4)], axis=1)
    options = {"condensed": FScore().condensed, "resamples": 2_000}
    low, high = bootstrap.interval(small, FINISH, "f1", **options)
    found = bootstrap.interval(small * 2**60, FINISH, "f1", **options)
    assert found == pytest.approx((low, high), abs=0.01)
    assert 0 < found[0] < FINISH(bootstrap.summed(small * 2**60))["f1"] < found[1] < 1


@pytest.mark.parametrize("rows", [[[1, 2, 2]], [[1, 2, 2]] * 9])
def test_documents_that_are_alike_have_no_interval(rows):
    assert bootstrap.interval(np.array(rows), FINISH, "f1") is None
