"""Hot paths work on columns, and do their work once.

The number of calls that Python makes must not grow with the number of items. A count of calls is the same on any
machine, busy or not; a loop over documents, spans or types where there was none shows in it at once. What works on
columns but does it twice shows in processor time, as a multiple of what a plain piece of work takes at the same time.
"""

import json
import sys
import time

import numpy as np
import pytest

from dragoman import files, scoring
from dragoman.measures import memo
from dragoman.measures.catalogue import select
from dragoman.measures.scores import FScore
from dragoman.problems import DragomanError
from dragoman.statistics import bootstrap, paired

SPANS = ["entities.strict", "entities.exact", "entities.type", "entities.partial"]


def calls(work):
    """How many Python and C functions are called, after a first time that imports and fills caches."""
    work()
    memo._KEPT.clear()
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
        gold = scoring.reference(file(documents, 12, 1, nested))
        predicted = scoring.reference(file(documents, 12, 2, nested)).annotations
        return lambda: scoring.score(predicted, gold, measures=select(SPANS), intervals=False)

    few, many = calls(work(30)), calls(work(300))
    assert many < 1.3 * few


def test_reading_makes_few_calls_a_document_and_none_a_span():
    def work(documents, spans):
        data = file(documents, spans, 1, nested=False)
        return lambda: scoring.reference(data)

    assert calls(work(100, 200)) < 1.1 * calls(work(100, 20))
    assert (calls(work(1000, 5)) - calls(work(100, 5))) / 900 < 25


def test_error_bars_make_as_many_calls_for_any_number_of_documents():
    random = np.random.default_rng(1)
    finish = FScore().finish

    def work(documents):
        gold = random.integers(1, 20, documents)
        rows = np.stack([random.binomial(gold, 0.5), gold, gold], axis=1)
        return lambda: bootstrap.interval(rows, finish, "f1", resamples=500)

    assert calls(work(200_000)) < 1.5 * calls(work(20_000))


def test_all_pairs_make_a_bounded_number_of_calls_a_pair():
    random = np.random.default_rng(1)
    gold = random.integers(1, 20, 100)
    systems = [np.stack([random.binomial(gold, 0.5), gold, gold], axis=1) for _ in range(12)]
    made = calls(lambda: paired.all_permutations(systems, FScore().finish, "f1", permutations=200))
    assert made / 66 < 150


def test_spans_nested_too_deeply_are_refused_and_exact_measures_take_them():
    nested = [{"start": i, "end": 40_001 - i, "type": "A"} for i in range(20_000)]
    data = json.dumps({"id": "d", "entities": nested}).encode()
    gold = scoring.reference(data)
    result = scoring.score(data, gold, measures=select(["entities.strict"]), intervals=False)
    assert result.scores["entities"]["strict"]["f1"] == 1
    with pytest.raises(DragomanError, match="E106"):
        scoring.score(data, gold, measures=select(["entities.type"]), intervals=False)


KEYS = np.random.default_rng(1).integers(0, 2**40, 200_000)
LINES = file(2500, 40, 1, nested=False), file(2500, 40, 2, nested=False)


def plain_reading():
    for line in LINES[0].split(b"\n"):
        json.loads(line)


def plain_columns():
    order = np.argsort(KEYS)
    np.bincount(np.searchsorted(KEYS[order], KEYS), minlength=len(KEYS))


def reading():
    scoring.reference(LINES[0])


def score_of(gold, predicted, measures):
    chosen = select(measures)

    def work():
        memo._KEPT.clear()
        scoring.score(predicted, gold, measures=chosen, intervals=False)

    return work


def spans():
    gold, predicted = map(scoring.from_bytes, LINES)
    return score_of(gold, predicted.annotations, SPANS)


def clusters():
    sides = []
    for side in LINES:
        lines = [json.loads(line) for line in side.split(b"\n")[:1000]]
        for line in lines:
            for number, item in enumerate(line["entities"]):
                item["entity_ids"] = [f"{line['id']}-{item['end'] % 7}-{number % 3}"]
        sides.append(scoring.reference(files.json_lines(lines)))
    return score_of(
        sides[0], sides[1].annotations, ["entities.muc", "entities.b_cubed", "entities.ceaf_e", "entities.conll"]
    )


def claims():
    sides = []
    for side in LINES:
        lines = [
            {
                "id": line["id"],
                "claims": [
                    {"content": [[item["start"], item["end"]]], "claimants": [{"role": "AUTHOR"}]}
                    for item in line["entities"][:15]
                ],
            }
            for line in map(json.loads, side.split(b"\n"))
        ]
        sides.append(scoring.reference(files.json_lines(lines)))
    return score_of(sides[0], sides[1].annotations, ["claims.content", "claims.attributed"])


def error_bar():
    random = np.random.default_rng(1)
    gold = random.integers(1, 20, 20_000)
    rows = np.stack([random.binomial(gold, 0.5), gold, gold], axis=1)
    return lambda: bootstrap.interval(rows, FScore().finish, "f1", resamples=1000)


def multiple(work, unit, times=5):
    """Processor time of some work as a multiple of that of a plain piece of work; the least of some times of each."""
    least = {}
    for _ in range(times):
        for each in (work, unit):
            start = time.process_time()
            each()
            least[each] = min(least.get(each, float("inf")), time.process_time() - start)
    return least[work] / least[unit]


PRESENT = [
    ("reading", lambda: reading, plain_reading, 1.13),
    ("spans", spans, plain_columns, 0.93),
    ("clusters", clusters, plain_columns, 1.07),
    ("claims", claims, plain_columns, 0.3),
    ("error bar", error_bar, plain_columns, 0.77),
]
"""What hot paths take now, as multiples of the plain work. A number may go up with a reason only."""


@pytest.mark.parametrize(("name", "make", "unit", "present"), PRESENT, ids=[row[0] for row in PRESENT])
def test_no_hot_path_takes_nearly_twice_as_long(name, make, unit, present):
    """What is slow by chance is quick another time; what has become slow is slow each time."""
    work = make()
    work()
    found = []
    while not found or (min(found) > 1.8 * present and len(found) < 6):
        found.append(multiple(work, unit))
    assert min(found) <= 1.8 * present, (name, found)
