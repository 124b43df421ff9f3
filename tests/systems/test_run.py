"""Running a system: every document once, failures alone, nothing lost when interrupted."""

import json
from pathlib import Path

import pytest

from dragoman import scoring
from dragoman.problems import DragomanError
from dragoman.schema.system_card import SystemCard
from dragoman.systems.loading import load
from dragoman.systems.protocol import Reply, System, SystemFailure
from dragoman.systems.run import How, run
from dragoman.systems.selection import Selection


def quietly(items, _what):
    return items


def first_word(document):
    end = document.text.index(" ")
    return {"entities": [{"start": 0, "end": end, "text": document.text[:end], "type": "ORG"}]}


def system(predict, name="first word"):
    return System(predict, SystemCard(name=name))


def test_a_run_answers_every_document_and_scores(benchmark, split, tmp_path):
    summary = run(system(first_word), benchmark, tmp_path / "run", quietly)
    assert summary["documents"] == len(benchmark.documents)
    assert not summary["failed"]
    result = scoring.score(tmp_path / "run" / "predictions.jsonl", benchmark, split=split)
    assert result.coverage.missing == 0
    assert result.scores["dates"]["strict"] is None


def test_a_system_sees_no_labels(benchmark, tmp_path):
    seen = []

    def spy(document):
        seen.append(document)
        return {}

    run(system(spy), benchmark, tmp_path / "run", quietly)
    assert not any(d.entities or d.dates or d.claims or d.layers_annotated for d in seen)
    assert any(d.entities for d in benchmark.documents)


def test_a_failure_stays_with_its_document(benchmark, tmp_path):
    bad = benchmark.documents[2].id

    def fails(document):
        if document.id == bad:
            raise RuntimeError("no")
        return first_word(document)

    summary = run(system(fails), benchmark, tmp_path / "run", quietly)
    assert summary["failed"] == [bad]
    assert summary["documents"] == len(benchmark.documents) - 1


def test_invalid_labels_fail_with_the_numbered_reason(benchmark, tmp_path):
    summary = run(system(lambda d: {"entities": [{"start": 5, "end": 2, "type": "ORG"}]}), benchmark, tmp_path, quietly)
    assert len(summary["failed"]) == len(benchmark.documents)
    entry = json.loads((tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert entry["status"] == "failed"
    assert "E402" in entry["problems"][0]


class UnreadableError(Exception):
    def __str__(self):
        raise RuntimeError("no words")


def nested(depth):
    made = []
    for _ in range(depth):
        made = [made]
    return made


def raising(cause):
    def predict(_document):
        raise cause

    return predict


@pytest.mark.parametrize(
    ("predict", "why"),
    [
        (lambda _: [1], "the answer is no dict and not None, but of the type list"),
        (lambda _: (line for line in ()), "of the type generator"),
        (lambda _: {"entities": [object()]}, "the answer cannot be written as JSON: TypeError"),
        (lambda _: {"entities": [{"quote": "\ud800", "type": "ORG"}]}, "cannot be written as JSON: UnicodeEncodeError"),
        (lambda _: {"entities": nested(100_000)}, "the answer cannot be written as JSON: RecursionError"),
        (lambda _: {"id": "another", "dates": []}, "the answer is for 'another'"),
        (lambda _: {1: 2}, "the answer cannot be written as JSON: TypeError"),
        (raising(SystemExit("enough")), "SystemExit: enough"),
        (raising(ValueError("\ud800")), "ValueError: \\ud800"),
        (raising(UnreadableError()), "UnreadableError: (its message cannot be read)"),
        (raising(SystemFailure("cut off", Reply(None, raw="\ud800"))), "SystemFailure: cut off"),
    ],
)
def test_whatever_a_system_does_its_run_can_be_taken_up_again(benchmark, tmp_path, predict, why):
    some = [document.id for document in benchmark.documents[:6]]
    bad = some[2]
    how = How(selection=Selection(only=tuple(some)))

    def sometimes(document):
        return predict(document) if document.id == bad else first_word(document)

    summary = run(system(sometimes), benchmark, tmp_path / "run", quietly, how=how)
    assert summary["failed"] == [bad]
    assert why in summary["why"][0]
    again = run(system(first_word), benchmark, tmp_path / "run", quietly, how=how)
    whole = run(system(first_word), benchmark, tmp_path / "whole", quietly, how=how)
    assert again["documents"] == whole["documents"] == len(some)
    assert Path(again["predictions"]).read_bytes() == Path(whole["predictions"]).read_bytes()


def test_a_document_left_out_has_no_line(benchmark, tmp_path):
    summary = run(system(lambda d: None if d.language == "ar" else first_word(d)), benchmark, tmp_path, quietly)
    assert len(summary["left_out"]) == sum(d.language == "ar" for d in benchmark.documents)
    lines = (tmp_path / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == summary["documents"]


@pytest.mark.parametrize("torn", [False, True])
def test_an_interrupted_run_ends_as_if_it_had_not_been(benchmark, tmp_path, torn):
    calls = []

    def counted(document):
        calls.append(document.id)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return first_word(document)

    with pytest.raises(KeyboardInterrupt):
        run(system(counted), benchmark, tmp_path / "a", quietly)
    if torn:  # killed in the middle of a line
        with (tmp_path / "a" / "log.jsonl").open("ab") as log:
            log.write(b'{"id": "000.rel')
        (tmp_path / "a" / ".write-half.part").write_bytes(b"{")
    run(system(counted), benchmark, tmp_path / "a", quietly)
    run(system(first_word), benchmark, tmp_path / "b", quietly)
    assert (tmp_path / "a/predictions.jsonl").read_bytes() == (tmp_path / "b/predictions.jsonl").read_bytes()
    assert {path.name for path in (tmp_path / "a").iterdir()} == {path.name for path in (tmp_path / "b").iterdir()}
    assert len(calls) == len(benchmark.documents) + 1  # only the interrupted one was asked twice


def test_a_folder_of_another_system_is_refused(benchmark, tmp_path):
    run(system(first_word), benchmark, tmp_path, quietly)
    with pytest.raises(DragomanError, match="E803"):
        run(system(first_word, "another"), benchmark, tmp_path, quietly)


def test_a_system_is_loaded_by_path_with_its_card(tmp_path, benchmark):
    (tmp_path / "mine.py").write_text("def predict(document):\n    return {'dates': []}\n", encoding="utf-8")
    (tmp_path / "system.toml").write_text('name = "Mine"\nlanguages = ["ar"]\n', encoding="utf-8")
    loaded = load(f"{tmp_path / 'mine.py'}:predict")
    assert loaded.card.name == "Mine"
    assert loaded.predict(benchmark.documents[0]) == {"dates": []}


@pytest.mark.parametrize(
    "name", ["", "nothing", "json:", "no.such.module:f", "json:nothing", "/nowhere.py:f", "sys:path"]
)
def test_what_cannot_be_loaded_is_said(name):
    with pytest.raises(DragomanError, match="E801"):
        load(name)


def test_a_module_beside_a_system_that_it_imports_is_said_how_to_load(tmp_path):
    (tmp_path / "mine.py").write_text("import words_of_mine\n", encoding="utf-8")
    with pytest.raises(DragomanError, match="Check path and function"):
        load(f"{tmp_path / 'mine.py'}:predict")
    (tmp_path / "words_of_mine.py").write_text("", encoding="utf-8")
    with pytest.raises(DragomanError, match=r'E801.*beside\(__file__, "words_of_mine.py"\)'):
        load(f"{tmp_path / 'mine.py'}:predict")


def test_a_module_that_ends_the_program_cannot_be_loaded(tmp_path):
    (tmp_path / "mine.py").write_text("raise SystemExit(0)\n", encoding="utf-8")
    with pytest.raises(DragomanError, match=r"E801.*SystemExit"):
        load(f"{tmp_path / 'mine.py'}:predict")
