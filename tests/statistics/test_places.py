"""Places follow scores; ranges follow tests, and are only widened."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.measures.scores import FScore
from dragoman.statistics import places
from dragoman.statistics.places import BOOTSTRAP, PERMUTATION, compare_pairs

FINISH = FScore().finish
scores = st.lists(st.sampled_from([0.1, 0.25, 0.25 + 1e-13, 0.5, 0.75, 1.0]), min_size=1, max_size=9)


def test_places_by_hand():
    assert places.places([0.5, 0.9, 0.5, 0.1]) == [2, 1, 2, 4]
    assert places.places([0.7]) == [1]
    assert places.places([0.3, 0.3 + 1e-13, 0.3 + 1e-11]) == [2, 2, 1]


def test_ranges_by_hand():
    # Nothing was told apart: all could stand anywhere.
    assert places.ranges([0.9, 0.8, 0.7], []) == [(1, 3)] * 3
    # All were told apart.
    assert places.ranges([0.9, 0.8, 0.7], [(0, 1), (0, 2), (1, 2)]) == [(1, 1), (2, 2), (3, 3)]
    # The second, and not the first, is better than the third: 1-3, 1-2, 2-3. The first scores more than the second, so
    # that its last place may not be worse: the second goes to 3, and so does nothing else.
    assert places.ranges([0.9, 0.8, 0.7], [(1, 2)]) == [(1, 3), (1, 3), (2, 3)]
    # The last is told from the first alone; equal scores have equal ranges.
    assert places.ranges([0.9, 0.7, 0.7], [(0, 2)]) == [(1, 2), (1, 3), (1, 3)]


@given(scores, st.randoms(use_true_random=False))
def test_places_and_ranges_of_random_systems(values, rng):
    number = len(values)
    higher = [
        (a, b) if values[a] > values[b] else (b, a)
        for a, b in combinations(range(number), 2)
        if abs(values[a] - values[b]) >= 1e-12
    ]
    better = [pair for pair in higher if rng.random() < 0.5]
    place, spread = places.places(values), places.ranges(values, better)
    for a in range(number):
        assert place[a] == 1 + sum(other >= values[a] + 1e-12 for other in values)
        low, high = spread[a]
        # Only widened: never narrower than what was tested, and the place lies inside.
        assert 1 <= low <= 1 + sum(loser == a for _, loser in better)
        assert number - sum(winner == a for winner, _ in better) <= high <= number
        assert low <= place[a] <= high
        for b in range(number):
            if values[a] >= values[b] - 1e-12:
                assert low <= spread[b][0]
                assert high <= spread[b][1]


@given(scores, st.randoms(use_true_random=False))
def test_ranges_are_widened_no_further_than_they_must_be(values, rng):
    number = len(values)
    order = sorted(range(number), key=lambda i: -values[i])
    cut = rng.randrange(number + 1)
    top, rest = order[:cut], order[cut:]
    better = [(a, b) for a in top for b in rest if values[a] >= values[b] + 1e-12]
    if len(better) < len(top) * len(rest):  # a tie across the cut
        return
    # Two groups, every one of the first better than every one of the second: nothing needs to be widened.
    expected = dict.fromkeys(top, (1, cut)) | dict.fromkeys(rest, (cut + 1, number))
    assert places.ranges(values, better) == [expected[i] for i in range(number)]


def test_what_has_a_place():
    assert places.placed(0.1, 6)
    assert not places.placed(0.1, 5)
    assert not places.placed(0.0, 31)
    assert not places.placed(None, 31)


def systems(shares, documents=31, seed=1):
    """Systems that find some share of the labels, on the same documents."""
    rng = np.random.Generator(np.random.PCG64(seed))
    gold = 5 + rng.poisson(8, documents)
    return [np.stack([rng.binomial(gold, share), gold, gold], axis=1) for share in shares]


def of(rows):
    return [float(FINISH(each.sum(axis=0))["f1"]) for each in rows]


@pytest.mark.parametrize("number", [2, 31, 100])
def test_a_clear_difference_is_found_among_any_number(number):
    made = systems([0.9] + [0.4] * (number - 1))
    tests = compare_pairs(made, lambda total: {"f1": FScore().main(total)}, "f1")
    assert len(tests) == number * (number - 1) // 2
    winners = places.winners(tests)
    assert {(0, other) for other in range(1, number)} <= set(winners)
    assert places.places(of(made))[0] == 1
    assert places.ranges(of(made), winners)[0] == (1, 1)
    assert places.not_told_from_best(places.places(of(made)), tests) == [True] + [False] * (number - 1)


def test_copies_share_place_and_range_and_are_not_told_apart():
    one, other = systems([0.9, 0.4])
    made = [one, one, other]
    tests = compare_pairs(made, FINISH, "f1")
    assert (tests[0].difference, tests[0].p, tests[0].p_holm, tests[0].better) == (0.0, 1.0, 1.0, None)
    assert tests[0].failed == (PERMUTATION, BOOTSTRAP)
    assert places.places(of(made)) == [1, 1, 3]
    assert places.ranges(of(made), places.winners(tests)) == [(1, 2), (1, 2), (3, 3)]
    assert places.not_told_from_best(places.places(of(made)), tests) == [True, True, False]


def test_which_test_fails_is_said_and_the_document_that_a_difference_hangs_on():
    # All hits of the first lie in one document: the outputs cannot be exchanged (it predicts much less elsewhere, too),
    # and a resample without that document has nothing of the difference.
    gold = np.full(31, 10)
    first = np.stack([np.where(np.arange(31) == 7, 10, 0), gold, np.full(31, 10)], axis=1)
    second = np.stack([np.where(np.arange(31) == 3, 1, 0), gold, np.full(31, 10)], axis=1)
    (test,) = compare_pairs([first, second], FINISH, "f1")
    assert test.difference == pytest.approx(9 / 310)
    assert test.better is None
    assert BOOTSTRAP in test.failed
    assert test.document == 7


def test_a_difference_that_all_documents_share_hangs_on_none():
    (test,) = compare_pairs(systems([0.9, 0.4]), FINISH, "f1")
    assert (test.better, test.failed, test.document) == (0, (), None)
    assert 0 < test.interval[0] < test.difference < test.interval[1]


def test_documents_that_are_alike_make_nobody_better():
    first, second = (np.array([[right, 2, 2]] * 20) for right in (2, 1))
    (test,) = compare_pairs([first, second], FINISH, "f1")
    assert test.p == pytest.approx(2 / 2**20, abs=2e-4)
    assert (test.interval, test.better, test.failed) == (None, None, (BOOTSTRAP,))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([0.3, 0.5, 0.55, 0.9]), min_size=2, max_size=4), st.integers(0, 5))
def test_better_takes_both_tests_and_follows_the_scores(shares, seed):
    made = systems(shares, documents=12, seed=seed)
    for test in compare_pairs(made, FINISH, "f1"):
        both = test.p_holm < 0.05 and test.interval is not None and not test.interval[0] <= 0 <= test.interval[1]
        assert (test.better is not None) == both == (not test.failed)
        if test.better is not None:
            assert of(made)[test.better] == max(of(made)[test.first], of(made)[test.second])


def test_one_system_alone_is_first():
    assert compare_pairs(systems([0.5]), FINISH, "f1") == []
    assert places.ranges([0.5], []) == [(1, 1)]
