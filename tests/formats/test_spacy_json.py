"""spaCy's JSON. spaCy is not installed here: the samples follow its documentation of ``Doc.to_json``."""

from __future__ import annotations

import json

import pytest

from dragoman.formats import spacy_json
from dragoman.formats.outcome import Options
from dragoman.formats.tokens import covering
from dragoman.schema.submission import PredictedDate, PredictedEntity, Submission

TEXT = "زار سامي القاهرة في 5 مايو."
SAMPLE = {
    "text": TEXT,
    "ents": [{"start": 4, "end": 8, "label": "PER"}, {"start": 20, "end": 26, "label": "DATE"}],
    "sents": [{"start": 0, "end": 27}],
    "cats": {"news": 0.9},
    "tokens": [
        {
            "id": 0,
            "start": 0,
            "end": 3,
            "tag": "VERB",
            "pos": "VERB",
            "morph": "",
            "lemma": "زار",
            "dep": "ROOT",
            "head": 0,
        },
        {"id": 1, "start": 4, "end": 8},
    ],
    "spans": {
        "sc": [
            {"start": 4, "end": 8, "label": "PER", "kb_id": "Q42"},
            {"start": 4, "end": 16, "label": "EVENT", "kb_id": ""},
        ]
    },
}


def read(value, **options):
    return spacy_json.read(json.dumps(value, ensure_ascii=False).encode(), Options(**options))


def test_ents_and_groups():
    converted = read(SAMPLE)
    [line] = converted.checked()
    assert line.text == TEXT
    assert line.entities == [
        PredictedEntity(4, 8, "سامي", type="PER", entity_ids=["Q42"]),
        PredictedEntity(4, 16, "سامي القاهرة", type="EVENT"),
    ]
    assert line.dates == [PredictedDate(20, 26, "5 مايو", type="DATE")]
    assert line.claims is None
    assert dict(converted.losses) == {"annotations of tokens": 5, "cats": 1, "sents": 1}


def test_one_a_line_and_a_list():
    rows = b"\n".join(json.dumps({"text": word, "ents": []}).encode() for word in ("a", "나"))
    assert [line.id for line in spacy_json.read(rows, Options(documents=("x", "y"))).checked()] == ["x", "y"]
    named = [{"text": "a", "id": "m"}, {"text": "b", "_": {"dragoman_id": "n", "source": "z"}}]
    converted = read(named)
    assert [line.id for line in converted.checked()] == ["m", "n"]
    assert dict(converted.losses) == {"extension attributes": 1}


def test_a_text_that_begins_elsewhere_is_moved():
    converted = read(SAMPLE, texts={"document": f"  {TEXT}\n"})
    assert [problem.code for problem in converted.problems if problem.code != "W905"] == ["W906"]
    assert [(span.start, span.text) for span in converted.lines[0].entities] == [(6, "سامي"), (6, "سامي القاهرة")]


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        (b"{", [("E201", 0, "")]),
        (b"[" * 100_000, [("E201", 0, "")]),
        (b'{"text": "a"}\n{"text": \n', [("E201", 2, "")]),
        (b'{"text": "a", "ents": [{"start": NaN}]}', [("E201", 0, "")]),
        (b"3", [("E202", 0, "")]),
        (b'[{"text": "a"}, 4]', [("E202", 0, "[1]")]),
        (b'{"ents": []}', [("E204", 0, "text")]),
        (b'{"text": 5}', [("E202", 0, "text"), ("E204", 0, "text")]),
        (
            b'{"text": "a", "ents": [{"start": 0, "end": 1.5, "label": "X"}]}',
            [("E202", 0, "ents[0].end"), ("E406", 0, "ents[0]")],
        ),
        (b'{"text": "a", "ents": [7]}', [("E202", 0, "ents[0]")]),
        (b'{"text": "a", "ents": [{"start": true, "end": 1}]}', [("E202", 0, "ents[0].start"), ("E406", 0, "ents[0]")]),
        (b'{"text": "a", "ents": [{"start": 0, "end": 2, "label": "X"}]}', [("E401", 0, "ents[0]")]),
        (b'{"text": "a", "spans": {"sc": [{"start": 1, "end": 1, "label": "X"}]}}', [("E402", 0, "spans.sc[0]")]),
        (b'{"text": "a", "spans": {"sc": 4}}', [("E202", 0, "spans.sc")]),
        (b'{"text": "a", "id": "x"}\n{"text": "b", "id": "x"}', [("E302", 0, "")]),
        (b"\xff", [("E102", 1, "")]),
    ],
)
def test_what_is_wrong_is_said(data, problems):
    converted = spacy_json.read(data)
    assert [(problem.code, problem.line, problem.path) for problem in converted.problems] == problems
    assert converted.lines == []


def test_another_text_is_an_error():
    converted = read(SAMPLE, texts={"document": TEXT.replace("سامي", "سامِي")})
    assert [problem.code for problem in converted.problems] == ["E403"]
    assert "at 7" in converted.problems[0].what


def test_ents_do_not_overlap_and_tokens_fit():
    line = Submission(
        id="k",
        entities=[
            PredictedEntity(4, 8, type="PER", entity_ids=["a", "b"]),
            PredictedEntity(4, 16, type="EVENT", entity_ids=["x"]),
            PredictedEntity(11, 16, type="LOC"),
        ],
        dates=[PredictedDate(20, 26, type="DATE", value="XXXX-05-05")],
    )
    written = spacy_json.write([line], {"k": TEXT})
    doc = json.loads(written.files["submission.spacy.jsonl"])
    assert doc["ents"] == [{"start": 4, "end": 16, "label": "EVENT"}, {"start": 20, "end": 26, "label": "DATE"}]
    assert [span["kb_id"] for span in doc["spans"]["entities"]] == ["", "x", ""]
    assert doc["_"] == {"dragoman_id": "k"}
    starts, ends = {token["start"] for token in doc["tokens"]}, {token["end"] for token in doc["tokens"]}
    for span in (*doc["spans"]["entities"], *doc["spans"]["dates"]):
        assert span["start"] in starts
        assert span["end"] in ends
    assert dict(written.losses) == {"mentions with several entity ids": 1, "values of dates.value": 1}


@pytest.mark.parametrize("text", ["", " ", "a  b", " a b ", "\n\n가나 다.", "a \tb", "a b"])
def test_tokens_and_single_spaces_make_the_text(text):
    for cuts in ((set(), set()), ({0, 1}, {1, len(text)})):
        whole, at = "", 0
        for start, end in covering(text, *cuts):
            assert text[at:start] in ("", " ")
            assert start > 0 or at == 0
            whole += text[at:end]
            at = end
        assert whole + text[at:] == text
        assert text[at:] in ("", " ")
