"""Sums of documents drawn with replacement: exactly multinomial, by whichever way they are drawn."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dragoman.statistics import multinomial

DRAWS = 40_000


def generator(seed=1):
    return np.random.Generator(np.random.PCG64(seed))


def of_kinds(*counts):
    """Documents of some kinds, so many of each; a draw's sum says how many of each it has."""
    return np.repeat(np.eye(len(counts), dtype=np.int64), counts, axis=0)


def fits(drawn, distribution, least=5):
    """Chi-square test of drawn numbers against a distribution, rare numbers put together at both ends."""
    low, high = (int(distribution.ppf(p)) for p in (least / len(drawn), 1 - least / len(drawn)))
    numbers = np.arange(low, high + 1)
    expected = np.concatenate([[distribution.cdf(low - 1)], distribution.pmf(numbers), [distribution.sf(high)]])
    seen = np.bincount(np.clip(drawn.astype(np.int64), low - 1, high + 1) - (low - 1), minlength=len(expected))
    kept = expected > 0
    assert seen[~kept].sum() == 0
    return stats.chisquare(seen[kept], expected[kept] / expected.sum() * len(drawn)).pvalue


@pytest.mark.parametrize("mean", [0.01, 0.3, 1.0, 7.5, 90.0, 599.9, 600.1, 5000.0])
def test_numbers_of_one_kind_are_poisson(mean):
    drawn = multinomial._poisson(mean, 200_000, generator()).astype(np.int64)
    assert fits(drawn, stats.poisson(mean)) > 1e-4


def test_the_test_can_fail():
    drawn = generator().poisson(7.6, 200_000)
    assert fits(drawn, stats.poisson(7.5)) < 1e-4


@pytest.mark.parametrize(
    "counts",
    [(30, 70), (60, 40, 1), (1, 1, 1, 97), (5,) * 20, (1,) * 40, (2000, 30, *(1,) * 40, *(2,) * 10)],
    ids=lambda counts: f"{len(counts)} of {sum(counts)}",
)
def test_each_kind_is_drawn_as_often_as_a_binomial_says(counts):
    drawn = multinomial.sums(of_kinds(*counts), DRAWS, generator())
    documents = sum(counts)
    assert (drawn.sum(axis=1) == documents).all()
    assert (drawn >= 0).all()
    for kind in {0, len(counts) // 2, len(counts) - 1}:
        assert fits(drawn[:, kind], stats.binom(documents, counts[kind] / documents)) > 1e-4


@pytest.mark.parametrize("counts", [(30, 70), (10, 20, 30, 40, 50), (1,) * 30])
def test_kinds_vary_together_as_in_a_multinomial(counts):
    drawn = multinomial.sums(of_kinds(*counts), DRAWS, generator()).astype(float)
    share = np.array(counts) / sum(counts)
    covariance = sum(counts) * (np.diag(share) - np.outer(share, share))
    spread = np.sqrt((np.outer(covariance.diagonal(), covariance.diagonal()) + covariance**2) / DRAWS)
    assert (np.abs(np.cov(drawn.T) - covariance) < 5 * spread).all()


def test_draws_do_not_depend_on_each_other():
    drawn = multinomial.sums(of_kinds(10, 20, 30, 40, 50), DRAWS, generator())[:, 2]
    for apart in (1, 2, 7):
        assert abs(np.corrcoef(drawn[apart:], drawn[:-apart])[0, 1]) < 5 / DRAWS**0.5


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(-2, 2), st.integers(0, 1)), min_size=1, max_size=60),
    st.randoms(use_true_random=False),
)
def test_order_does_not_matter_nor_do_large_numbers(rows, rng):
    table = np.array(rows, np.int64)
    rng.shuffle(rows)
    found = multinomial.sums(table, 30, generator())
    assert np.array_equal(found, multinomial.sums(np.array(rows, np.int64), 30, generator()))
    # Rows whose columns do not go into one number of 64 bits are told apart in another way.
    large = np.array([1, 2**40, 2**40])
    assert np.array_equal(multinomial.sums(table * large, 30, generator()), found * large)


def test_there_are_as_many_draws_as_asked_for_even_if_it_is_one():
    for seed in range(200):
        found = multinomial.sums(of_kinds(1, 2, 3), 1, generator(seed))
        assert found.shape == (1, 3)
        assert found.sum() == 6


def test_memory_is_bounded():
    rows = np.stack([np.arange(5000), np.arange(5000)], axis=1)
    tracemalloc.start()
    multinomial.sums(rows, 3000, generator())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6  # all at once were 120 MB a table
