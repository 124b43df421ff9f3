"""Hot paths work on columns: the number of calls that Python makes must not grow with the number of items.

A count of calls is the same on any machine, busy or not; a loop over documents, spans or types where there was none
shows in it at once.
"""

import json
import sys

import numpy as np
import pytest

from dragoman import scoring
from dragoman.measures.catalogue import select
from dragoman.measures.counting import FScore
from dragoman.problems import DragomanError
from dragoman.statistics import bootstrap, paired

SPANS = ["entities.strict", "entities.exact", "entities.type", "entities.partial"]


def calls(work):
    """How many Python and C functions are called, after a first time that imports and fills caches."""
    work()
    number = 0

    def count(_frame, event, _argument):
        nonlocal number
        number += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return number


def file(documents, spans, seed, nested):
    random = np.random.default_rng(seed)
    lines = []
    for name in range(documents):
        starts = 30 * (np.arange(spans) // 3) + np.arange(spans) % 3 if nested else 30 * np.arange(spans)
        ends = starts + random.integers(3, 15, spans)
        types = random.integers(0, 3, spans)
        items = [
            {"start": int(start), "end": int(end), "type": "ABC"[type_]}
            for start, end, type_ in zip(starts, ends, types, strict=True)
        ]
        lines.append(json.dumps({"id": f"d{name:05}", "entities": items}))
    return "\n".join(lines).encode()


@pytest.mark.parametrize("nested", [False, True])
def test_measuring_spans_makes_as_many_calls_for_ten_times_as_many(nested):
    def work(documents):
        gold = scoring.from_bytes(file(documents, 12, 1, nested))
        predicted = scoring.from_bytes(file(documents, 12, 2, nested)).annotations
        return lambda: scoring.score(predicted, gold, measures=select(SPANS), resampling=scoring.NO_INTERVALS)

    few, many = calls(work(30)), calls(work(300))
    assert many < 1.3 * few


def test_reading_makes_few_calls_a_document_and_none_a_span():
    def work(documents, spans):
        data = file(documents, spans, 1, nested=False)
        return lambda: scoring.from_bytes(data)

    assert calls(work(100, 200)) < 1.1 * calls(work(100, 20))
    assert (calls(work(1000, 5)) - calls(work(100, 5))) / 900 < 25


def test_error_bars_make_as_many_calls_for_any_number_of_documents():
    random = np.random.default_rng(1)
    finish = FScore().finish

    def work(documents):
        gold = random.integers(1, 20, documents)
        rows = np.stack([random.binomial(gold, 0.5), gold, gold], axis=1)
        return lambda: bootstrap.interval(rows, finish, "f1", resamples=500)

    assert calls(work(3000)) < 1.5 * calls(work(300))


def test_all_pairs_make_a_bounded_number_of_calls_a_pair():
    random = np.random.default_rng(1)
    gold = random.integers(1, 20, 100)
    systems = [np.stack([random.binomial(gold, 0.5), gold, gold], axis=1) for _ in range(12)]
    made = calls(lambda: paired.all_permutations(systems, FScore().finish, "f1", permutations=200))
    assert made / 66 < 150


def test_spans_nested_too_deeply_are_refused_and_exact_measures_take_them():
    nested = [{"start": i, "end": 40_001 - i, "type": "A"} for i in range(20_000)]
    data = json.dumps({"id": "d", "entities": nested}).encode()
    gold = scoring.from_bytes(data)
    result = scoring.score(data, gold, measures=select(["entities.strict"]), resampling=scoring.NO_INTERVALS)
    assert result.scores["entities"]["strict"]["f1"] == 1
    with pytest.raises(DragomanError, match="E106"):
        scoring.score(data, gold, measures=select(["entities.type"]), resampling=scoring.NO_INTERVALS)
