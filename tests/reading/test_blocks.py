"""A file that is not good as it is, is read block by block: with the same labels and problems, within a budget."""

import random

import pytest
import submission_samples as samples

from dragoman import utf8
from dragoman.reading import arrow_json, read
from dragoman.reading.budget import Budget
from dragoman.reading.parsing import parse_bytes
from dragoman.reading.read import line_by_line, read_bytes, read_parsed
from dragoman.reading.target import Target

LINES = [b'{"id":"d%d","entities":[{"start":0,"end":2,"type":"PER"}]}\n' % at for at in range(40)]


@pytest.mark.parametrize("size", [1, 60, 400, 1000])
def test_blocks_have_the_labels_and_problems_of_the_whole(monkeypatch, size):
    good = 0
    for seed in range(200):
        rng = random.Random(seed)
        target, lines = rng.choice(samples.TARGETS), samples.a_submission(rng)
        data = samples.written(lines, rng)
        data = samples.damaged(data, rng) if seed % 3 == 0 else data
        if not utf8.is_text(data):
            continue
        whole = line_by_line(data, target)
        with monkeypatch.context() as patch:
            patch.setattr(arrow_json, "BLOCK", size)
            parts = line_by_line(data, target)
        assert (whole.problems, whole.tally) == (parts.problems, parts.tally), seed
        if whole.annotations is not None:
            good += 1
            assert samples.decoded(whole.annotations) == samples.decoded(parts.annotations), seed
            assert whole.annotations.answered == parts.annotations.answered, seed
    assert good > 50


def test_only_the_block_with_the_error_is_read_as_objects(monkeypatch):
    monkeypatch.setattr(arrow_json, "BLOCK", 1)
    seen = []
    original = read.precise.Reader.line
    monkeypatch.setattr(
        read.precise.Reader, "line", lambda self, value: seen.append(value["id"]) or original(self, value)
    )
    bad = b'{"id":"d40","entities":[{"start":3,"end":1,"type":"PER"}]}\n{"id":"d3"}\n'
    reading = read_bytes(b"".join(LINES) + bad, Target())
    assert [(p.code, p.line) for p in reading.problems] == [("E402", 41), ("E302", 42)]
    assert set(seen) <= {"d39", "d40", "d3"}


@pytest.mark.parametrize("last", [b"", b'{"id":"q","text":"ab","entities":[{"quote":"b","type":"PER"}]}\n'])
def test_labels_over_the_budget_are_refused(monkeypatch, last):
    monkeypatch.setattr(arrow_json, "BLOCK", 100)
    data = b"".join(LINES) + last
    for limit, codes in ((10**6, []), (len(data) + 4000, ["E106"])):
        parsed = parse_bytes(data, "f", None, Budget(limit))
        assert [problem.code for problem in read_parsed(parsed, Target()).problems] == codes


def test_so_many_bytes_are_read_line_by_line_and_no_more(monkeypatch):
    quoted = b"".join(b'{"id":"q%d","text":"ab","entities":[{"quote":"b","type":"PER"}]}\n' % at for at in range(30))
    monkeypatch.setattr(arrow_json, "BLOCK", 200)
    assert read_bytes(quoted, Target()).annotations is not None
    monkeypatch.setattr(read, "MAX_BY_LINE", 1000)
    assert [problem.code for problem in read_bytes(quoted, Target()).problems] == ["E106"]
