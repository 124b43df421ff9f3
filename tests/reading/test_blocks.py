"""A file that is not good as it is, is read block by block: with the same labels and problems, within a budget."""

import pickle
import random

import pytest
import submission_samples as samples

from dragoman import json_text, utf8
from dragoman.reading import arrow_json, parsing, read
from dragoman.reading.memory_budget import Budget
from dragoman.reading.parsing import parse_bytes
from dragoman.reading.read import line_by_line, read_bytes, read_file, read_parsed
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


def test_of_a_file_with_errors_so_many_bytes_are_read_line_by_line_and_no_more(monkeypatch):
    quoted = b"".join(b'{"id":"q%d","text":"ab","entities":[{"quote":"b","type":"PER"}]}\n' % at for at in range(30))
    monkeypatch.setattr(arrow_json, "BLOCK", 200)
    monkeypatch.setattr(read, "MAX_BY_LINE", 1000)
    assert read_bytes(quoted, Target()).annotations is not None
    wrong = b'{"id":"e","entities":[{"start":2,"end":1,"type":"PER"}]}\n' + quoted
    assert [problem.code for problem in read_bytes(wrong, Target()).problems] == ["E402", "E106"]


def test_fields_that_nobody_knows_are_counted_block_by_block(tmp_path, monkeypatch):
    rows = [{"id": f"d{at}", "mine": at or "none", "entities": [{"start": 0, "end": 1, "x": 1}]} for at in range(20)]
    path = tmp_path / "f.jsonl"
    path.write_bytes(json_text.lines(rows))
    target = Target(ignore_unknown_fields=True)
    whole = read_file(path, target)
    monkeypatch.setattr(arrow_json, "BLOCK", 100)
    parts = read_file(path, target)
    assert whole.unknown == parts.unknown == {"entities.x": 20, "mine": 20}
    assert samples.decoded(whole.annotations) == samples.decoded(parts.annotations)
    assert whole.problems == parts.problems


def test_a_file_over_the_limit_with_an_error_is_refused_and_a_good_one_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(parsing, "MAX_FILE", 1000)
    path = tmp_path / "f.jsonl"
    for last, codes in ((b"", []), (b'{"id":"d3"}\n', ["E106"])):
        path.write_bytes(b"".join(LINES) + last)
        assert [problem.code for problem in read_file(path, Target()).problems] == codes
        assert [problem.code for problem in read_bytes(path.read_bytes(), Target()).problems] == codes


def test_a_budget_goes_to_another_process_with_what_is_left():
    budget = Budget(1000)
    budget.take(300)
    assert pickle.loads(pickle.dumps(budget)).left == 700
    assert pickle.loads(pickle.dumps(parse_bytes(b'{"id":"a"}\n', "f", None, budget))).budget.left <= 700
