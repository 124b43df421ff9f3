"""Hot paths work on columns.

The number of calls that Python makes must not grow with the number of items. A count of calls is the same on any
machine, busy or not; a loop over documents, spans or types where there was none shows in it at once. What works on
columns but does it twice is seen by ``benchmarks/work.py``.
"""

import itertools
import json
import sys
import threading
from functools import partial

import numpy as np
import pytest

from dragoman import scoring
from dragoman.measures.naming import select
from dragoman.measures.scores import FScore
from dragoman.problems import DragomanError
from dragoman.statistics import bootstrap, paired

SPANS = ["entities.strict", "entities.exact", "entities.type", "entities.partial"]


def calls(make):
    """How many Python and C functions some work calls.

    ``make`` prepares the work, from the same data anew each time: what is worked out once for some annotations and used
    again is counted, what is once for a process (imports, tables, compiled expressions) is not.
    """
    make()()
    work = make()
    numbers = itertools.count()  # counts in several threads

    def count(_frame, event, _argument):
        if event in {"call", "c_call"}:
            next(numbers)

    before, in_threads = sys.getprofile(), threading.getprofile()
    sys.setprofile(count)
    threading.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
        threading.setprofile(in_threads)
    return next(numbers)


def spans(random, name, number, *, nested=False):
    """A line with spans, apart from each other or in groups of three that overlap."""
    starts = 30 * (np.arange(number) // 3) + np.arange(number) % 3 if nested else 30 * np.arange(number)
    ends = starts + random.integers(3, 15, number)
    rows = zip(starts.tolist(), ends.tolist(), random.integers(0, 3, number).tolist(), strict=True)
    return {"id": name, "entities": [{"start": start, "end": end, "type": "ABC"[type_]} for start, end, type_ in rows]}


def mentions(random, name, number):
    """A line with spans of a handful of entities of its own."""
    line = spans(random, name, number)
    for item in line["entities"]:
        item["entity_ids"] = [f"{name}-{item['end'] % 5}"]
    return line


def claims(random, name, number):
    """A line with claims of the author and of people who are mentioned."""
    line = spans(random, name, number)
    claims_ = [
        {
            "content": [[item["start"], item["end"]]],
            "claimants": [{"role": "MENTION", "start": 30, "end": 33} if item["end"] % 2 else {"role": "AUTHOR"}],
        }
        for item in line["entities"]
    ]
    return {**line, "claims": claims_}


def file(documents, number, seed, line=spans):
    random = np.random.default_rng(seed)
    return "\n".join(json.dumps(line(random, f"d{place:05}", number)) for place in range(documents)).encode()


@pytest.mark.parametrize(
    ("line", "measures"),
    [
        (spans, SPANS),
        (partial(spans, nested=True), SPANS),
        (mentions, ["entities.muc", "entities.b_cubed", "entities.ceaf_e", "entities.conll"]),
        (claims, ["claims.content", "claims.attributed"]),
    ],
    ids=["flat", "nested", "clusters", "claims"],
)
def test_measuring_makes_as_many_calls_for_ten_times_as_many(line, measures):
    chosen = select(measures)

    def work(documents):
        gold = scoring.reference(file(documents, 12, 1, line))
        pred = scoring.reference(file(documents, 12, 2, line)).annotations
        return lambda: scoring.score(pred, gold, measures=chosen, intervals=False)

    few, many = calls(partial(work, 30)), calls(partial(work, 300))
    assert many < 1.3 * few


def test_reading_makes_few_calls_a_document_and_none_a_span():
    def work(documents, number):
        data = file(documents, number, 1)
        return lambda: scoring.reference(data)

    assert calls(partial(work, 100, 200)) < 1.1 * calls(partial(work, 100, 20))
    assert (calls(partial(work, 1000, 5)) - calls(partial(work, 100, 5))) / 900 < 25


def test_error_bars_make_as_many_calls_for_any_number_of_documents():
    finish = FScore().finish

    def work(documents):
        random = np.random.default_rng(documents)
        gold = random.integers(1, 20, documents)
        rows = np.stack([random.binomial(gold, 0.5), gold, gold], axis=1)
        return lambda: bootstrap.interval(rows, finish, "f1", resamples=500)

    assert calls(partial(work, 200_000)) < 1.5 * calls(partial(work, 20_000))


def test_all_pairs_make_a_bounded_number_of_calls_a_pair():
    random = np.random.default_rng(1)
    gold = random.integers(1, 20, 100)
    systems = [np.stack([random.binomial(gold, 0.5), gold, gold], axis=1) for _ in range(12)]
    finish = FScore().finish
    number = calls(lambda: partial(paired.all_permutations, systems, finish, "f1", permutations=200))
    assert number / 66 < 150


def test_spans_nested_too_deeply_are_refused_and_exact_measures_take_them():
    nested = [{"start": i, "end": 40_001 - i, "type": "A"} for i in range(20_000)]
    data = json.dumps({"id": "d", "entities": nested}).encode()
    gold = scoring.reference(data)
    result = scoring.score(data, gold, measures=select(["entities.strict"]), intervals=False)
    assert result.scores["entities"]["strict"]["f1"] == 1
    with pytest.raises(DragomanError, match="E106"):
        scoring.score(data, gold, measures=select(["entities.type"]), intervals=False)
