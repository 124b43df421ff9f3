"""Settled pairs: every match that settles them first gives what it gives without."""

import random

import pytest

from dragoman.measures import settled_pairs, spans
from dragoman.measures.pair import Pair
from dragoman.reading.read import read_lines
from dragoman.reading.target import Target
from dragoman.schema.submission import PredictedEntity, Submission

MATCHES = (spans.strict, spans.exact, spans.relaxed, spans.overlap_and_type, spans.partial, spans.partial_of_type)
TYPES = ("PER", "ORG")


def annotations(documents):
    lines = [
        Submission(
            id=f"d{number}",
            entities=[PredictedEntity(start=start, end=end, type=type_) for start, end, type_ in spans_],
        )
        for number, spans_ in enumerate(documents)
    ]
    return read_lines(lines, Target(documents=tuple(line.id for line in lines)))


def pair_of(gold, pred):
    return Pair(annotations(gold), annotations(pred))


def credit_of(match):
    """Credit of each document of a match, whose pairs are checked to be one to one."""
    assert len(set(match.gold.tolist())) == len(set(match.pred.tolist())) == len(match.gold)
    totals = {}
    for gold, credit in zip(match.gold_doc[match.gold].tolist(), match.credit.tolist(), strict=True):
        totals[gold] = totals.get(gold, 0) + credit
    return totals


def some_spans(rng, near=()):
    """Spans, partly nested and doubled; most of those that are given are among them, some with a moved end."""
    made = []
    for start, end, type_ in near:
        made += [
            [(start, end, type_)],
            [(start, end, rng.choice(TYPES))],
            [(start, end + 1, type_)],
            [(start, start + 1, type_), (start + 1, end + 1, type_)],
        ][rng.choice((0, 0, 0, 1, 2, 3))]
    for _ in range(rng.randint(0, 5)):
        start = rng.randrange(12)
        made.append((start, start + rng.randint(1, 4), rng.choice(TYPES)))
    return made


@pytest.mark.parametrize("match", MATCHES, ids=lambda match: match.__name__)
def test_a_match_earns_the_same_without_settled_pairs(match):
    rng = random.Random(11)
    plain = match
    while hasattr(plain, "__wrapped__"):
        plain = plain.__wrapped__
    assert plain is not match
    gold = [some_spans(rng) for _ in range(400)]
    pred = [some_spans(rng, near) for near in gold]
    assert credit_of(match(pair_of(gold, pred), "entities")) == credit_of(plain(pair_of(gold, pred), "entities"))


def test_what_is_settled():
    apart, nested, inside = (0, 3, "PER"), (5, 9, "PER"), (6, 8, "ORG")
    pair = pair_of([[apart, nested, inside], [apart]], [[apart, nested, inside], [(0, 3, "ORG")]])
    isolated = settled_pairs.isolated(pair, "entities")
    assert (isolated.gold.tolist(), isolated.pred.tolist()) == ([0, 3], [0, 3])
    assert isolated.same_type.tolist() == [True, False]
    assert isolated.gold_rest.tolist() == isolated.pred_rest.tolist() == [1, 2]
    # Nothing of the same type overlaps them; without regard to type they are chosen for their credit.
    assert settled_pairs.isolated_of_type(pair, "entities").gold.tolist() == [0, 1, 2]
    assert settled_pairs.dominant(pair, "entities").gold.tolist() == [0, 1, 2, 3]


def test_equal_bounds_are_not_settled_where_two_others_divide_them():
    # Pairing 0-4 with 0-2, and 2-4 with 0-4, earns as much and shares as many characters as pairing 0-4 with 0-4.
    pair = pair_of([[(0, 4, "PER"), (2, 4, "PER")]], [[(0, 2, "PER"), (0, 4, "PER")]])
    assert settled_pairs.dominant(pair, "entities") is None
    assert settled_pairs.isolated(pair, "entities") is None


def test_spans_are_not_settled_where_the_other_side_has_something_else_of_their_type():
    # A tie: 1-4 could be paired with either.
    pair = pair_of([[(0, 6, "PER"), (1, 4, "PER")]], [[(1, 4, "PER")]])
    assert settled_pairs.isolated_of_type(pair, "entities") is None
    assert settled_pairs.isolated(pair, "entities") is None


def test_doubled_spans_are_not_settled():
    pair = pair_of([[(0, 4, "PER"), (0, 4, "ORG")]], [[(0, 4, "PER")]])
    assert settled_pairs.isolated(pair, "entities") is None


@pytest.mark.parametrize("number", [settled_pairs._NEAR - 1, settled_pairs._NEAR, 3 * settled_pairs._NEAR])
def test_a_span_around_very_many_others_costs_only_time(number):
    inner = [(2 * at, 2 * at + 1, "PER") for at in range(number)]
    pair = pair_of([[(0, 2 * number, "ORG"), *inner]], [inner])
    plain = spans.partial.__wrapped__.__wrapped__
    assert credit_of(spans.partial(pair, "entities")) == credit_of(plain(pair, "entities")) == {0: 2 * number}
    assert settled_pairs.isolated(pair, "entities") is None
