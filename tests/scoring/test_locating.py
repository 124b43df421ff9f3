"""What is wrong in files over the memory budget is said as in small files: the same code, line, byte and advice."""

import json

import pytest
from test_streaming import NEVER, both, write

import dragoman
from dragoman import json_text
from dragoman.problems import DragomanError
from dragoman.reading import arrow_json, memory_budget, parsing, prefetch
from dragoman.scoring import blockwise, locating

TEXT = "Rana saw New Cairo in May. " * 3
LABELS = [{"id": f"d{n:02}", "entities": [{"start": 0, "end": 4, "type": "PER"}]} for n in range(60)]
GOLD = [{**line, "text": TEXT} for line in LABELS]


def at_40(line, lines=LABELS):
    """A file with another line in place of its forty-first."""
    rows = [json.dumps(row).encode() for row in lines]
    return b"\n".join([*rows[:40], line, *rows[41:], b""])


def labels(*items):
    return json.dumps({"id": "d40", "entities": items}).encode()


WRONG = {
    "a reversed span": at_40(labels({"start": 3, "end": 1})),
    "a span beyond its text": at_40(labels({"start": 3, "end": 1000})),
    "another text": at_40(labels({"start": 0, "end": 4, "text": "Rama"})),
    "a quote that is in the text, and an error": at_40(labels({"quote": "Rana"}, {"quote": "Zzz"}, {"start": -1})),
    "broken": at_40(b'{"id":"d40","entities":[{'),
    "cut off": json_text.lines(LABELS)[:-30],
    "over several lines": at_40(b'{"id":\n"d40"} x\n{"id":"d41"}'),
    "a document twice": at_40(b'{"id":"d03"}'),
    "a document that is none": at_40(b'{"id":"d4x"}'),
    "a field that is none": at_40(b'{"id":"d40","entites":[]}'),
    "not UTF-8": at_40(b'{"id":"d40\xff"}'),
    "a mark within": at_40(b'\xef\xbb\xbf{"id":"d40"}'),
    "NUL": at_40(b"\0"),
    "very many errors": b'{"id":"d01","entities":[{"start":5,"end":2}]}\n' * 2000,
    "blank lines": json_text.lines(LABELS).replace(b"\n", b"\n\n") + b'{"id":"d01"}\n',
}


def said(paths):
    """What ``score`` and ``validate`` say of files with errors."""
    answers = []
    for call in (lambda *paths: dragoman.score(*paths, intervals=False), dragoman.validate):
        try:
            problems = call(*paths) or []
        except DragomanError as cause:
            problems = cause.problems
        answers.append([str(problem) for problem in problems])
    return answers


def over_budget(monkeypatch):
    """Lower the bounds, so that small files are large ones."""
    monkeypatch.setattr(memory_budget.Budget.__init__, "__defaults__", (3000,))
    monkeypatch.setattr(parsing, "MAX_FILE", 1000)
    for module, name in ((prefetch, "BLOCK"), (locating, "WINDOW"), (arrow_json, "BLOCK")):
        monkeypatch.setattr(module, name, 700)


def same(paths, monkeypatch):
    """Check that files say the same as small and as large ones; return what ``score`` says."""
    small = said(paths)
    over_budget(monkeypatch)
    assert said(paths) == small
    return small[0]


@pytest.mark.parametrize("pred", WRONG.values(), ids=WRONG)
def test_an_error_in_a_large_file_reads_as_in_a_small_one(tmp_path, monkeypatch, pred):
    assert same(both(tmp_path, GOLD, pred), monkeypatch)[0].startswith("E")


@pytest.mark.parametrize("pred", [LABELS, b"{"])
@pytest.mark.parametrize(
    ("gold", "code"),
    [
        (at_40(labels({"start": 3, "end": 1}), GOLD), "E402"),
        (at_40(b'{"id":"d40","text":"x","entities":[{"quote":"y"}]}', GOLD), "E404"),
        ([{"id": line["id"]} for line in GOLD], "E703"),
    ],
)
def test_errors_of_gold_come_first(tmp_path, monkeypatch, gold, pred, code):
    (first,) = same(both(tmp_path, gold, pred), monkeypatch)
    assert first.startswith(f"{code} {tmp_path / 'g.jsonl'}")


@pytest.mark.parametrize(
    "pred",
    [
        [*LABELS[:40], {"id": "d40", "entities": [{"start": 3, "end": 1, "type": "PER"}]}, *LABELS[41:]],
        [*LABELS, LABELS[3]],
        [*LABELS, {**LABELS[0], "id": "zz"}],
    ],
)
def test_rows_of_parquet_are_located_by_their_number(tmp_path, monkeypatch, pred):
    assert same(both(tmp_path, GOLD, pred, ".parquet"), monkeypatch)


def test_shards_are_checked_as_one_file(tmp_path, monkeypatch):
    (tmp_path / "p").mkdir()
    write(tmp_path / "p" / "0.jsonl", LABELS[:30])
    write(tmp_path / "p" / "1.jsonl", LABELS[29:])
    assert same((tmp_path / "p", write(tmp_path / "g.jsonl", GOLD)), monkeypatch)[0].startswith("E302")


def test_predictions_on_a_benchmark_are_checked_too(tmp_path, monkeypatch):
    benchmark = dragoman.load()
    lines = [{"id": document.id, "entities": []} for document in benchmark.documents]
    (one, *_) = same((write(tmp_path / "p.jsonl", [*lines, lines[0]]), benchmark), monkeypatch)
    assert one.startswith("E302")


def test_where_nothing_is_wrong_it_is_said_what_to_do(tmp_path, monkeypatch):
    """Quotes are read line by line, and their labels are held as a whole."""
    paths = both(tmp_path, GOLD, at_40(labels({"quote": "Rana"})))
    monkeypatch.setattr(blockwise, "STREAMED", NEVER)
    over_budget(monkeypatch)
    with pytest.raises(DragomanError, match=r"E106.*as quotes do.*split"):
        dragoman.score(*paths)
