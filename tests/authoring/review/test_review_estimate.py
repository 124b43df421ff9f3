"""The share of labels that are right, worked by hand."""

import pytest

from dragoman.authoring.review.estimate import Judged, agreement, share, shares, verdict, wilson
from dragoman.authoring.review.kit import Stratum

AGREE, DIFFER = ("claims", "agree"), ("claims", "differ")
STRATA = [
    Stratum(layer="claims", passes="agree", cards=90, labels=90),
    Stratum(layer="claims", passes="differ", cards=10, labels=10),
]


def cards(stratum, *verdicts, labels=1, document="d"):
    return [Judged(document, stratum, labels, right) for right in verdicts]


def test_strata_are_weighted_by_their_labels():
    judged = cards(AGREE, *[1] * 9, 0) + cards(DIFFER, 1, 0)
    # (90 × 9/10 + 10 × 1/2) / 100
    assert share(judged, STRATA).share == pytest.approx(0.86)
    # a census of the cards that were judged, as if there were no strata, would say 10/12


def test_cards_are_weighted_by_the_labels_that_they_stand_for():
    judged = cards(AGREE, 1, labels=3) + cards(AGREE, 0)
    assert share(judged, STRATA[:1]).share == pytest.approx(0.75)


def test_what_nobody_judged_is_on_neither_side_and_is_said():
    found = share(cards(DIFFER, 1, 0), STRATA)
    assert (found.share, found.cards, found.labels, found.labels_covered) == (0.5, 2, 100, 10)
    nothing = share([], STRATA)
    assert (nothing.share, nothing.interval, nothing.labels_covered) == (None, None, 0)


def test_split_readers_count_half():
    assert share(cards(AGREE, 1, 0.5), STRATA[:1]).share == 0.75
    assert [verdict(v) for v in (["right"], ["wrong", "unsure"], ["right", "wrong"], ["unsure"], [])] == [
        1,
        0,
        0.5,
        None,
        None,
    ]


def test_all_right_has_the_interval_of_wilson():
    # n/(n + z²) with n = 10, z = 1.96
    found = share(cards(AGREE, *[1] * 10), STRATA[:1])
    assert found.interval == pytest.approx((10 / (10 + 1.959964**2), 1.0), abs=1e-6)
    # Wilson 1927: 5 of 10 is 0.2366 to 0.7634
    assert wilson(0.5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)


def test_unequal_weights_count_as_fewer_cards():
    # Kish: (3 + 1 + 1 + 1)² / (9 + 1 + 1 + 1) = 3 cards
    judged = cards(AGREE, 1, labels=3) + cards(AGREE, 1, 1, 1)
    assert share(judged, STRATA[:1]).interval == pytest.approx(wilson(1, 3))


def test_labels_that_are_wrong_together_in_documents_widen_the_interval():
    together = [Judged(f"d{i}", AGREE, 1, float(i % 2)) for i in range(8) for _ in range(10)]
    mixed = [Judged(f"d{i}", AGREE, 1, float(j % 2)) for i in range(8) for j in range(10)]
    wide, narrow = share(together, STRATA[:1]), share(mixed, STRATA[:1])
    assert wide.share == narrow.share == 0.5
    assert narrow.interval == pytest.approx(wilson(0.5, 80))
    assert wide.interval[0] < narrow.interval[0] < narrow.interval[1] < wide.interval[1]


def test_layers_and_all_of_them():
    strata = [*STRATA, Stratum(layer="dates", passes="agree", cards=100, labels=100)]
    found = shares(cards(AGREE, 1) + cards(DIFFER, 1) + cards(("dates", "agree"), 0), strata)
    assert {name: each.share for name, each in found.items()} == {"dates": 0, "claims": 1, "all": 0.5}


def test_agreement_counts_pairs_who_both_judge():
    votes = {"q1": ["right", "right", "wrong"], "q2": ["wrong", "unsure"], "q3": ["wrong", "wrong"]}
    assert agreement(votes) == (2, 4)
