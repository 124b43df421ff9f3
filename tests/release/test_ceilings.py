"""Ceilings: the largest set of gold spans without overlap, worked by hand and against all subsets."""

from itertools import combinations
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.release.ceilings import Ceiling, ceilings, most_disjoint


@pytest.mark.parametrize(
    ("spans", "most"),
    [
        ([], 0),
        ([(0, 3)], 1),
        ([(0, 3), (3, 5)], 2),  # what touches does not overlap
        ([(0, 3), (0, 3)], 1),  # the same span twice
        ([(0, 9), (0, 3), (4, 6), (7, 9)], 3),  # the inner ones, not the outermost
        ([(0, 4), (3, 6), (5, 9)], 2),  # not the one in the middle
        ([(0, 2), (1, 9), (3, 4), (5, 6), (5, 9)], 3),
        ([(0, 5), (1, 3), (2, 5)], 1),
    ],
)
def test_the_largest_set_by_hand(spans, most):
    assert most_disjoint(spans) == most


spans = st.tuples(st.integers(0, 12), st.integers(1, 6)).map(lambda pair: (pair[0], sum(pair)))


def disjoint(chosen):
    return all(a[1] <= b[0] or b[1] <= a[0] for a, b in combinations(chosen, 2))


@given(st.lists(spans, max_size=8))
def test_no_subset_without_overlap_is_larger(listed):
    subsets = (chosen for size in range(len(listed) + 1) for chosen in combinations(listed, size))
    assert most_disjoint(listed) == max(len(chosen) for chosen in subsets if disjoint(chosen))


def document(text, spans, *, dates=(), claims=(), layers=("entities", "dates", "claims")):
    return SimpleNamespace(
        id="d",
        text=text,
        entities=[SimpleNamespace(start=s, end=e, type="ORG") for s, e in spans],
        dates=[SimpleNamespace(start=s, end=e, type="DATE") for s, e in dates],
        claims=[
            SimpleNamespace(content=[SimpleNamespace(start=s, end=e) for s, e in fragments]) for fragments in claims
        ],
        layers_annotated=layers,
    )


# 조선중앙통신이 평양 김일성광장에서
TEXT = "조선중앙통신이 평양 김일성광장에서"


def test_a_tagger_of_words_cannot_cut_a_particle_off():
    # 조선중앙통신 is fused with 이; 평양 is a word; 평양 김일성광장 ends inside of one, 김일성 and 김일성광장 too.
    found = ceilings([document(TEXT, [(0, 6), (8, 10), (8, 16), (11, 14), (11, 16)])])["entities"]
    # Flat: 통신, 평양, one of the two in 김일성광장. Words: 평양 alone.
    assert (found.gold, found.flat, found.words) == (5, 3, 1)
    assert found.f1(found.flat) == pytest.approx(6 / 8)
    assert found.f1(found.words) == pytest.approx(2 / 6)


def test_what_a_conversion_keeps_is_less_than_the_optimum():
    # The converter takes the outermost of (8, 16), which hides two that do not overlap.
    found = ceilings([document(TEXT, [(8, 16), (8, 10), (11, 14)])])["entities"]
    assert (found.flat, found.conll_characters) == (2, 1)
    assert (found.words, found.conll) == (1, 1)


def test_layers_are_counted_where_they_were_annotated():
    both = [document(TEXT, [(8, 10)], dates=[(8, 10)]), document(TEXT, [(8, 10)], layers=("dates",))]
    both[1].id = "other"
    found = ceilings(both)
    assert found["entities"].gold == 1
    assert (found["dates"].gold, found["dates"].flat, found["dates"].words) == (1, 1, 1)
    assert found["claims"] == Ceiling(0, 0, 0, 0, 0)
    assert found["claims"].f1(0) is None


def test_a_claim_in_fragments_is_found_by_no_tagger():
    found = ceilings([document(TEXT, [], claims=[[(0, 7)], [(0, 2), (8, 10)]])])["claims"]
    assert (found.gold, found.flat, found.words) == (2, 1, 1)


def test_ceilings_of_the_benchmark_stand_in_its_summary(benchmark):
    said = benchmark.to_dict()["ceilings"]["dev"]["entities"]
    own = benchmark.ceilings["dev"]["entities"]
    assert said["gold"] == benchmark.to_dict()["splits"]["dev"]["entities"]
    assert said["flat_f1"] == pytest.approx(2 * own.flat / (own.gold + own.flat))
    assert own.gold >= own.flat >= own.words
    assert own.flat >= own.conll_characters
    assert "ceilings" in repr(benchmark)
