"""Output of pipelines. transformers is not installed here: the samples follow its documentation."""

from __future__ import annotations

import json

import pytest

from dragoman.formats import pipeline
from dragoman.formats.outcome import Options
from dragoman.schema.submission import PredictedDate, PredictedEntity, Submission

TEXT = "김가나는 평양에서 말했다"


def group(label, start, end, word, score=0.5):
    return {"entity_group": label, "score": score, "word": word, "start": start, "end": end}


def token(tag, index, start, end, word):
    return {"entity": tag, "score": 0.9, "index": index, "word": word, "start": start, "end": end}


def read(value, **options):
    return pipeline.read(json.dumps(value).encode(), Options(**options))


def test_aggregated():
    converted = read([group("PER", 0, 3, "김가나"), group("DATE", 5, 7, "평양")], texts={"document": TEXT})
    [line] = converted.checked()
    assert line.entities == [PredictedEntity(0, 3, "김가나", type="PER")]
    assert line.dates == [PredictedDate(5, 7, "평양", type="DATE")]
    assert dict(converted.losses) == {"scores": 2}


def test_several_texts():
    converted = read([[group("PER", 0, 3, "x")], []], documents=("a", "b"))
    assert [(line.id, len(line.entities)) for line in converted.checked()] == [("a", 1), ("b", 0)]
    rows = b'[{"entity_group": "X", "start": 0, "end": 1}]\n[]\n'
    assert [len(line.entities) for line in pipeline.read(rows).checked()] == [1, 0]


@pytest.mark.parametrize(
    ("tokens", "spans", "repairs"),
    [
        ([("B-PER", 1, 0, 2), ("I-PER", 2, 2, 3), ("B-LOC", 4, 5, 7)], [(0, 3, "PER"), (5, 7, "LOC")], 0),
        ([("I-PER", 1, 0, 2), ("I-PER", 2, 2, 3), ("I-PER", 4, 5, 7)], [(0, 3, "PER"), (5, 7, "PER")], 0),
        ([("PER", 1, 0, 2), ("PER", 2, 2, 3), ("LOC", 3, 5, 7)], [(0, 3, "PER"), (5, 7, "LOC")], 0),
        ([("B-PER", 1, 0, 2), ("I-PER", 3, 5, 7)], [(0, 2, "PER"), (5, 7, "PER")], 1),
        ([("B-PER", None, 0, 3), ("I-PER", None, 4, 7), ("I-PER", None, 9, 10)], [(0, 7, "PER"), (9, 10, "PER")], 1),
        ([("LABEL_1", 1, 0, 2), ("O", 2, 2, 3), ("LABEL_1", 3, 3, 4)], [(0, 2, "LABEL_1"), (3, 4, "LABEL_1")], 0),
    ],
    ids=["bio", "io", "bare", "gap", "no index", "outside"],
)
def test_tokens_are_put_together(tokens, spans, repairs):
    converted = read([token(*some, "w") for some in tokens])
    [line] = converted.checked()
    assert [(span.start, span.end, span.type) for span in line.entities] == spans
    assert sum(problem.code == "W906" for problem in converted.problems) == repairs


@pytest.mark.parametrize(
    ("value", "problems"),
    [
        ({"entity": "B-PER"}, [("E202", "")]),
        ([group("X", None, None, "평")], [("E406", "[0]")]),
        ([[group("X", 0, 1, "x")], [group("X", 0, None, "x")]], [("E406", "[1][0]")]),
        ([{"start": 0, "end": 1}], [("E204", "[0]")]),
        ([group("X", 3, 1, "x")], [("E402", "[0]")]),
        ([group("X", -3, 1, "x")], [("E401", "[0]")]),
        ([group("X", "0", 1, "x")], [("E202", "[0].start"), ("E406", "[0]")]),
        ([group(4, 0, 1, "x")], [("E202", "[0].entity_group")]),
        ([group("X", 0, 1, "x"), 5], [("E202", "[1]")]),
        ([token("B-X", 1, 0, 1, "x"), token("E-X", 2, 1, 2, "x"), token("U-X", 3, 2, 3, "x")], [("E503", "")]),
    ],
)
def test_what_is_wrong_is_said(value, problems):
    converted = read(value)
    errors = [problem for problem in converted.problems if problem.severity == "error"]
    assert [(problem.code, problem.path) for problem in errors] == problems
    assert converted.lines == []


def test_numbers_of_documents_must_fit():
    converted = read([[], []], documents=("a",))
    assert [problem.code for problem in converted.problems] == ["E209"]


def test_written_is_the_aggregated_form():
    line = Submission(id="k", entities=[PredictedEntity(5, 7, type="LOC")])
    written = pipeline.write([line], {"k": TEXT})
    assert json.loads(written.files["submission.pipeline.json"]) == [
        [{"entity_group": "LOC", "score": None, "word": "평양", "start": 5, "end": 7}]
    ]
    assert dict(written.losses) == {"values of documents.id": 1}
