"""Submissions made at random: the two paths agree, and nothing but numbered problems ever comes out."""

import copy
import json
import random

import pytest
import submission_samples as samples
from submission_samples import BENCHMARK, TARGETS

from dragoman.reading.parsing import parse_bytes
from dragoman.reading.read import in_columns, read_bytes


@pytest.mark.parametrize("batch", range(6))
def test_nothing_but_numbered_problems_and_both_paths_agree(batch):
    for seed in range(batch * 100, (batch + 1) * 100):
        try:
            samples.one_case(seed)
        except Exception as cause:
            raise AssertionError(f"seed {seed}") from cause


@pytest.mark.parametrize("seed", range(60))
def test_good_submissions_are_read_in_columns(seed):
    rng = random.Random(seed)
    lines = samples.a_submission(rng)
    for target in TARGETS:
        reading = in_columns(parse_bytes(samples.written(lines, rng)).table, target)
        assert reading is not None
        assert not reading.problems


def shuffled(lines, rng):
    lines = copy.deepcopy(lines)
    rng.shuffle(lines)
    for line in lines:
        for layer in ("entities", "dates", "claims", "segments"):
            rng.shuffle(line.get(layer, []))
        for claim in line.get("claims", []):
            for field in ("content", "cue", "claimants"):
                rng.shuffle(claim.get(field, []))
        for item in [*line.get("entities", []), *line.get("claims", [])]:
            rng.shuffle(item.get("entity_ids", []))
    return lines


def doubled(lines, rng):
    """The same with some items given twice or more, so that ties have to be broken."""
    lines = copy.deepcopy(lines)
    for line in lines:
        for layer in ("entities", "dates", "claims", "segments"):
            items = line.get(layer, [])
            for item in rng.choices(items, k=len(items)):
                copied = {**item, "id": f"{item['id']}-{len(items)}"} if "id" in item else dict(item)
                items.append(copied)
    return lines


@pytest.mark.parametrize("seed", range(150))
def test_the_order_of_lines_and_items_changes_nothing(seed):
    rng = random.Random(seed)
    lines = doubled(samples.a_submission(rng), rng)
    for target in TARGETS:
        one = read_bytes(samples.written(lines), target).checked()
        other = read_bytes(samples.written(shuffled(lines, rng)), target).checked()
        assert samples.decoded(one, items=False) == samples.decoded(other, items=False)


def a_forest(rng, size):
    """Claims that are nearly all alike and hang on one another at random."""
    claims = []
    for number in range(size):
        claim = {"id": f"c{number}", "content": [[0, rng.choice((2, 2, 2, 3))]]}
        if number and rng.random() < 0.8:
            claim["parent"] = f"c{rng.randrange(number)}"
        claims.append(claim)
    return [{"id": "000.article-1", "claims": claims}]


@pytest.mark.parametrize("seed", range(200))
def test_claims_that_differ_only_in_what_hangs_on_them_have_one_order(seed):
    rng = random.Random(seed)
    lines = a_forest(rng, rng.randint(2, 12))
    one = read_bytes(samples.written(lines), BENCHMARK).checked()
    other = read_bytes(samples.written(shuffled(lines, rng)), BENCHMARK).checked()
    assert samples.decoded(one, items=False) == samples.decoded(other, items=False)


@pytest.mark.parametrize("seed", range(40))
def test_items_point_back_to_where_they_stood(seed):
    rng = random.Random(seed)
    lines = samples.a_submission(rng)
    read = read_bytes(samples.written(lines), BENCHMARK).checked()
    by_id = {line["id"]: line for line in lines}
    for layer in ("entities", "dates"):
        spans = getattr(read, layer)
        for doc, item, start, end in zip(spans.doc, spans.item, spans.start, spans.end, strict=True):
            written = by_id[read.documents[doc]][layer][item]
            assert (written["start"], written["end"]) == (start, end)
    for doc, item, act in zip(read.claims.doc, read.claims.item, samples.plain(read.claims.act), strict=True):
        assert by_id[read.documents[doc]]["claims"][item].get("act") == act


def test_how_json_is_written_changes_nothing():
    rng = random.Random(7)
    lines = samples.a_submission(rng)
    expected = samples.decoded(read_bytes(samples.written(lines), BENCHMARK).checked())
    as_crlf = samples.written(lines).replace(b"\n", b"\r\n")
    spaced = b"\n\n".join(b"  " + json.dumps(line).encode() + b" \t" for line in lines)
    for data in (as_crlf, spaced, samples.written(lines).rstrip(b"\n"), samples.written(lines) + b"\n \r\n"):
        reading = read_bytes(data, BENCHMARK)
        assert not reading.problems
        assert samples.decoded(reading.checked()) == expected
