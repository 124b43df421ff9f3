"""What is counted some documents at a time is what is counted on all of them, in any grouping, to the byte."""

import pickle
import random

import pytest
from hypothesis import given, settings
from sides import pair, read, seeds
from test_shards import decoded
from test_streaming import OPTIONS, documents

import dragoman
from dragoman import json_text
from dragoman.measures.catalogue import MEASURES
from dragoman.scoring import memory
from dragoman.scoring.partials import count, finish, join


def score_by(items, gold, pred):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "ITEMS", items)
        return json_text.table(dragoman.score(pred, gold, **OPTIONS))


@settings(max_examples=15)
@given(seeds)
def test_parts_score_as_the_whole_to_the_byte(seed):
    gold, pred = documents(random.Random(seed), 6)
    whole = score_by(10**9, gold, pred)
    for items in (1, 7, 50):
        assert score_by(items, gold, pred) == whole


@settings(max_examples=25)
@given(seeds)
def test_partials_join_in_any_grouping_and_travel(seed):
    rng = random.Random(seed)
    gold, pred = (read(lines) for lines in pair(seed, 6))
    pred = pred.of(gold.documents)
    whole = count(MEASURES, gold, pred)
    names = list(gold.documents)
    rng.shuffle(names)
    cuts = sorted(rng.sample(range(1, 6), 2))
    parts = [tuple(sorted(part)) for part in (names[: cuts[0]], names[cuts[0] : cuts[1]], names[cuts[1] :])]
    counted = [pickle.loads(pickle.dumps(count(MEASURES, gold.of(part), pred.of(part)))) for part in parts]
    left, right = join([join(counted[:2]), counted[2]]), join([counted[0], join(counted[1:])])
    expected = numbers(whole, gold.documents)
    assert numbers(left, gold.documents) == numbers(right, gold.documents) == expected


def numbers(total, order):
    return {
        measure.name: None if tally is None else decoded((tally.documents.tolist(), tally.rows.tolist(), tally.recalls))
        for measure, tally in finish(total, MEASURES, order)
    }


@settings(max_examples=60)
@given(seeds)
def test_a_stretch_of_documents_is_what_these_documents_are_by_themselves(seed):
    lines, _ = documents(random.Random(seed), 5)
    whole = read(lines)
    number = len(whole.documents)
    for first, last in ((0, number), (0, number // 2), (number // 3, number - 1), (1, 1)):
        assert decoded(whole.between(first, last)) == decoded(whole.of(whole.documents[first:last]))


def test_items_in_another_order_than_their_documents_are_counted_all_at_once():
    gold, pred = (read(lines) for lines in pair(3))
    turned = gold.of(gold.documents[::-1])
    assert list(memory.stretches(turned, pred.of(turned.documents))) == [(0, len(turned.documents))]
    assert list(memory.stretches(gold, pred)) == [(0, len(gold.documents))]
