"""The minimum detectable difference: a difference of that size is found four times in five by the test itself."""

import numpy as np
import pytest

from dragoman.measures.scores import Accuracy, FScore
from dragoman.statistics import paired
from dragoman.statistics.power import detectable

FINISH = FScore().finish
ACCURACY = Accuracy().finish


def accuracies(rng, documents, difference=0.0):
    """Two systems with a share right of every document that varies, the first better by a difference everywhere."""
    first, second = (np.stack([rng.integers(0, 1000, documents), np.full(documents, 2000)], axis=1) for _ in range(2))
    first[:, 0] += round(difference * 2000)
    return first, second


def f_scores(rng, documents, difference=0.0):
    """Two systems that find labels of documents of different size and difficulty, the first more of them."""
    gold = 1 + rng.poisson(8, documents)
    quality = 0.75 * rng.beta(6, 4, documents)
    found = [rng.binomial(gold, np.minimum(quality + more, 1)) for more in (difference, 0)]
    return [np.stack([right, gold, right + rng.poisson(0.35 * gold)], axis=1) for right in found]


@pytest.mark.parametrize("documents", [15, 31, 100])
@pytest.mark.parametrize(
    ("made", "finish", "leaf"), [(accuracies, ACCURACY, "accuracy"), (f_scores, FINISH, "f1")], ids=["accuracy", "f1"]
)
def test_it_is_detected_four_times_in_five(made, finish, leaf, documents):
    rng = np.random.Generator(np.random.PCG64(documents))
    claimed = float(np.mean([detectable(*made(rng, documents), finish, leaf) for _ in range(100)]))
    # What to raise the first system by, so that the difference of very many documents is what was claimed.
    raised = np.linspace(0, 0.4, 9)
    apart = [
        float(finish(a.sum(axis=0))[leaf] - finish(b.sum(axis=0))[leaf])
        for a, b in (made(rng, 100_000, more) for more in raised)
    ]
    more = float(np.interp(claimed, apart, raised))
    found = [
        paired.permutation(*made(rng, documents, more), finish, leaf, permutations=400, seed=seed) < 0.05
        for seed in range(250)
    ]
    assert 0.7 <= np.mean(found) <= 0.92  # 250 samples: one standard deviation is .025


def test_many_documents_are_taken_as_normal():
    # (1.96 + 0.84) standard errors of a mean of numbers whose spread is known, but for what the documents are finite.
    first, second = accuracies(np.random.Generator(np.random.PCG64(2)), 4_000)
    error = ((first - second)[:, 0] / 2000).std() / 4_000**0.5
    assert detectable(first, second, ACCURACY, "accuracy") == pytest.approx(2.801585 * error, rel=0.01)


def test_few_and_many_documents_agree_where_they_meet():
    rng = np.random.Generator(np.random.PCG64(3))
    of = {n: np.mean([detectable(*f_scores(rng, n), FINISH, "f1") for _ in range(40)]) * n**0.5 for n in (200, 201)}
    assert of[200] == pytest.approx(of[201], rel=0.05)


def test_it_is_not_known_where_nothing_can_be():
    same = np.array([[1, 2, 2]] * 10)
    nothing = np.zeros((10, 3), np.int64)
    few = np.array([[i, 5, 5] for i in range(5)])
    assert detectable(same, same * [2, 1, 1], FINISH, "f1") is None  # documents alike
    assert detectable(same, same, FINISH, "f1") is None
    assert detectable(nothing, same, FINISH, "f1") is None
    assert detectable(few, few[::-1], FINISH, "f1") is None  # five documents: no p is below 2/32
    lonely = np.vstack([[[1, 1, 1]], np.zeros((9, 3), np.int64)])
    assert detectable(lonely, lonely * [1, 2, 1], FINISH, "f1") is None  # undefined without one document


def test_it_is_the_same_in_any_order_of_systems():
    first, second = f_scores(np.random.Generator(np.random.PCG64(4)), 31)
    there, back = (detectable(*pair, FINISH, "f1") for pair in ((first, second), (second, first)))
    assert there == pytest.approx(back, rel=0.05)
