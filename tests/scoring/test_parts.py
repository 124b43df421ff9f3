"""What is counted some documents at a time is what is counted on all of them, to the byte."""

import random

import pytest
from hypothesis import given, settings
from sides import pair, read, seeds
from test_in_step import OPTIONS, documents
from test_shards import decoded

from dragoman import files, scoring
from dragoman.scoring import partials


def score_by(items, gold, predicted):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partials, "_ITEMS", items)
        result = scoring.score(
            files.json_lines(predicted), scoring.from_bytes(files.json_lines(gold), "gold"), **OPTIONS
        )
    return files.table_json(result)


@settings(max_examples=25)
@given(seeds)
def test_parts_score_as_the_whole_to_the_byte(seed):
    gold, predicted = documents(random.Random(seed), 6)
    whole = score_by(10**9, gold, predicted)
    for items in (1, 7, 50):
        assert score_by(items, gold, predicted) == whole


@settings(max_examples=60)
@given(seeds)
def test_a_stretch_of_documents_is_what_these_documents_are_alone(seed):
    lines, _ = documents(random.Random(seed), 5)
    whole = read(lines)
    number = len(whole.documents)
    for first, last in ((0, number), (0, number // 2), (number // 3, number - 1), (1, 1)):
        assert decoded(whole.between(first, last)) == decoded(whole.of(whole.documents[first:last]))


def test_items_in_another_order_than_their_documents_are_counted_all_at_once():
    gold, predicted = (read(lines) for lines in pair(3))
    turned = gold.of(gold.documents[::-1])
    assert list(partials._parts(predicted.of(turned.documents), turned)) == [(0, len(turned.documents))]
    assert list(partials._parts(predicted, gold)) == [(0, len(gold.documents))]
