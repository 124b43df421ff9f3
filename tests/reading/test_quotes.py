"""Quotes in place of offsets in a submission: what they become, and what is said of those that lead to no place."""

import json
import random
from dataclasses import replace

import pytest
import submission_samples as samples
from submission_samples import BENCHMARK, REFERENCE, TEXTS

from dragoman import scoring
from dragoman.reading.read import read_bytes
from dragoman.text import quotes

KOREAN = TEXTS["000.article-1"]


def line(**fields):
    return json.dumps({"id": "000.article-1", **fields}, ensure_ascii=False).encode() + b"\n"


def test_a_quote_becomes_offsets_everywhere():
    data = line(
        entities=[{"id": "e1", "quote": "최선희", "type": "PER"}, {"quote": "일본", "occurrence": 2, "type": "GPE"}],
        dates=[{"quote": "2024년 6월 17일", "value": "2024-06-17"}],
        claims=[
            {
                "content": [{"quote": "조선은"}, {"quote": "강하다"}],
                "cue": [{"quote": "말하였다"}],
                "claimants": [{"mention": "e1"}, {"quote": "외무상"}],
            }
        ],
    )
    offsets = line(
        entities=[
            {"id": "e1", "start": 0, "end": 3, "type": "PER"},
            {"start": (japan := KOREAN.rindex("일본")), "end": japan + 2, "type": "GPE"},
        ],
        dates=[{"start": 9, "end": 9 + len("2024년 6월 17일"), "value": "2024-06-17"}],
        claims=[
            {
                "content": [[at := KOREAN.index("조선은"), at + 3], [at + 4, at + 7]],
                "cue": [[at := KOREAN.index("말하였다"), at + 4]],
                "claimants": [{"mention": "e1"}, {"start": 4, "end": 7}],
            }
        ],
    )
    reading = read_bytes(data, BENCHMARK)
    assert not reading.problems
    assert samples.decoded(reading.checked()) == samples.decoded(read_bytes(offsets, BENCHMARK).checked())
    assert reading.tally == {**dict.fromkeys(quotes.WAYS, 0), "exact": 7}
    assert list(reading.tally) == list(quotes.WAYS)


def test_an_inexact_finding_is_warned_of_with_what_it_was_matched_to():
    reading = read_bytes(line(entities=[{"quote": "최 선희", "text": "최 선희"}]), BENCHMARK)
    (problem,) = reading.problems
    assert (problem.code, problem.path) == ("W903", "entities[0]")
    assert "Korean spacing" in problem.what
    assert "'최선희' at 0 to 3" in problem.what
    assert reading.checked().entities.start.tolist() == [0]
    assert reading.tally["spacing"] == 1


def test_a_quote_without_a_place_counts_as_spurious_and_matches_nothing():
    good = [{"start": 0, "end": 3, "type": "PER"}]
    lost = [{"quote": "없는 말", "type": "PER"}, {"quote": "일본", "type": "GPE"}, {"quote": "최선희", "occurrence": 2}]
    reading = read_bytes(line(entities=good + lost), replace(BENCHMARK, quotes="strict"))
    assert [(p.code, p.path) for p in reading.problems] == [("W904", f"entities[{n}]") for n in (1, 2, 3)]
    assert (reading.tally["not found"], reading.tally["ambiguous"]) == (1, 2)
    spans = reading.checked().entities
    assert len(spans) == 4
    assert (spans.start[1:] > len(KOREAN)).all()
    assert (spans.end > spans.start).all()
    assert len(set(zip(spans.start.tolist(), spans.end.tolist(), strict=True))) == 4


def test_a_spurious_quote_costs_precision_and_nothing_else(benchmark, split, gold):
    document = next(d for d in benchmark.split(split) if d.entities and d.claims)
    mention = document.entities[0]
    given = {"start": mention.start, "end": mention.end, "type": mention.type}
    claim = {"content": [[f.start, f.end] for f in document.claims[0].content]}
    lost = {"quote": "nobody ever wrote this", "type": mention.type}
    data = json.dumps({"id": document.id, "entities": [given, lost], "claims": [claim, {"content": [lost]}]}).encode()
    with_lost = read_bytes(
        data.replace(b'"type": "' + mention.type.encode() + b'"}]}]', b'"text": null}]}]'), gold.target
    )
    result = scoring.score(with_lost.checked(), gold)
    for name, credit in (("entities.strict", 1), ("claims.content", 1)):
        rows = result.counts[name].rows
        assert [sum(column) for column in zip(*rows, strict=True)][0::2] == [credit, 2]


def test_in_a_reference_a_quote_without_a_place_is_an_error():
    def codes(policy="in-order", **fields):
        data = json.dumps({"id": "x", "text": "abc abc def", **fields}).encode()
        return [p.code for p in read_bytes(data, replace(REFERENCE, quotes=policy)).problems]

    assert codes(entities=[{"quote": "def"}]) == []
    assert codes(entities=[{"quote": "xyz"}]) == ["E404"]
    assert codes(entities=[{"quote": "abc"}]) == []
    assert codes("strict", entities=[{"quote": "abc"}]) == ["E405"]
    assert codes(entities=[{"quote": "def", "occurrence": 2}]) == ["E405"]
    assert codes(entities=[{"quote": "DEF"}]) == ["W903"]


def test_a_quote_in_a_document_without_text_is_an_error():
    (problem,) = read_bytes(b'{"id": "x", "entities": [{"quote": "abc"}]}', REFERENCE).problems
    assert (problem.code, problem.hint) == ("E404", "Give offsets.")


def test_the_nearest_words_are_the_mend():
    (problem,) = read_bytes(line(dates=[{"quote": "2024년 6월 18일"}]), BENCHMARK).problems
    assert "'2024년 6월 17일'" in problem.hint


def test_text_beside_a_quote_must_be_the_quote_or_the_words():
    good = [{"quote": "최 선희", "text": "최 선희"}, {"quote": "최 선희", "text": "최선희"}]
    assert read_bytes(line(entities=good), BENCHMARK).annotations is not None
    problems = read_bytes(line(entities=[{"quote": "최선희", "text": "일본"}]), BENCHMARK).problems
    assert [(p.code, p.path) for p in problems] == [("E403", "entities[0].text")]


def test_a_mention_that_was_quoted_may_have_other_words_beside_its_id():
    data = line(
        entities=[{"id": "e1", "quote": "없는 말"}, {"id": "e2", "quote": "최 선희"}],
        claims=[{"content": [[0, 3]], "claimants": [{"mention": n, "text": "x"}]} for n in ("e1", "e2")],
    )
    assert read_bytes(data, BENCHMARK).annotations is not None


@pytest.mark.parametrize("seed", range(60))
def test_the_order_of_items_with_quotes_changes_nothing(seed):
    rng = random.Random(seed)
    pool = [
        "최선희",
        "최 선희",
        "일본",
        "없는 말",
        "말하엿다",
        '"조선은 강하다"',
        "2024년 6월 18일",
        "강하다”고 말하엿다",
    ]
    items = [{"quote": rng.choice(pool), **samples.some(rng, 0.3, "occurrence", rng.randint(1, 3))} for _ in range(8)]
    one = read_bytes(line(entities=items, claims=[{"content": items[:3]}]), BENCHMARK)
    rng.shuffle(items)
    content = sorted(items, key=lambda item: rng.random())
    other = read_bytes(line(entities=items), BENCHMARK)
    assert samples.decoded(one.checked(), items=False)["entities.start"] == sorted(
        one.checked().entities.start.tolist()
    )
    again = read_bytes(line(entities=content), BENCHMARK)
    assert samples.decoded(other.checked(), items=False) == samples.decoded(again.checked(), items=False)
    assert other.tally == again.tally
