"""Formats of texts with labelled spans, in their documented forms: doccano, Prodigy, Label Studio, GLiNER, tokens."""

from __future__ import annotations

import json

import pytest

from dragoman.formats import doccano, gliner, hf_tokens, label_studio_json, prodigy, spacy_tuples
from dragoman.formats.outcome import Options
from dragoman.formats.registry import FORMATS, recognise

TEXT = "Rana 😀 saw Cairo in May."
RANA, CAIRO, MAY = [0, 4], [11, 16], [20, 23]


def encoded(value, *, rows):
    made = [json.dumps(row, ensure_ascii=False) for row in value] if rows else [json.dumps(value)]
    return "\n".join(made).encode()


def spans(line):
    return [
        (layer, span.start, span.end, span.type)
        for layer in ("entities", "dates")
        for span in getattr(line, layer) or []
    ]


EXPECTED = [("entities", 0, 4, "PER"), ("entities", 11, 16, "LOC"), ("dates", 20, 23, "DATE")]
TRIPLES = [[*RANA, "PER"], [*CAIRO, "LOC"], [*MAY, "DATE"]]
DICTS = [{"start": start, "end": end, "label": label} for start, end, label in TRIPLES]
REGIONS = [
    {
        "id": f"r{start}",
        "from_name": "ner",
        "to_name": "doc",
        "type": "labels",
        "value": {"start": start, "end": end, "text": TEXT[start:end], "labels": [label]},
    }
    for start, end, label in TRIPLES
]
VALUES = [region["value"] for region in REGIONS]

FORMS = {
    "doccano label": (doccano, [{"id": 3, "text": TEXT, "label": TRIPLES, "Comments": []}], "3"),
    "doccano labels": (doccano, [{"id": "n", "text": TEXT, "labels": TRIPLES}], "n"),
    "doccano entities": (
        doccano,
        [
            {
                "id": 3,
                "text": TEXT,
                "entities": [
                    {"id": n, "label": label, "start_offset": start, "end_offset": end}
                    for n, (start, end, label) in enumerate(TRIPLES)
                ],
                "relations": [],
            }
        ],
        "3",
    ),
    "prodigy": (
        prodigy,
        [
            {
                "text": TEXT,
                "_input_hash": 1,
                "_task_hash": 2,
                "tokens": [{"text": "Rana", "start": 0, "end": 4, "id": 0, "ws": True}],
                "spans": [{**span, "token_start": 0, "token_end": 0} for span in DICTS],
                "meta": {"id": "p1"},
                "answer": "accept",
            }
        ],
        "p1",
    ),
    "label studio": (label_studio_json, [{"id": 8, "data": {"text": TEXT}, "annotations": [{"result": REGIONS}]}], "8"),
    "label studio, another field, predictions": (
        label_studio_json,
        [
            {
                "id": 8,
                "data": {"body": TEXT, "url": "x", "id": "d8"},
                "annotations": [{"was_cancelled": True, "result": []}],
                "predictions": [{"result": REGIONS}],
            }
        ],
        "d8",
    ),
    "label studio, small": (
        label_studio_json,
        [{"id": 8, "text": TEXT, "ner": VALUES, "annotator": 1, "lead_time": 2}],
        "8",
    ),
    "gliner": (
        gliner,
        [{"id": "g", "text": TEXT, "entities": [{**d, "text": TEXT[d["start"] : d["end"]]} for d in DICTS]}],
        "g",
    ),
    "tuples": (spacy_tuples, [[TEXT, {"entities": TRIPLES}]], "document"),
}


SAID = "no annotation: the predictions"


@pytest.mark.parametrize("rows", [False, True], ids=["list", "lines"])
@pytest.mark.parametrize("form", FORMS)
def test_documented_forms_are_read(form, rows):
    module, value, name = FORMS[form]
    converted = module.read(encoded(value, rows=rows))
    [line] = converted.checked()
    assert (line.id, line.text) == (name, TEXT)
    assert spans(line) == EXPECTED
    said = [(problem.code, SAID in problem.what) for problem in converted.problems]
    # Where only predictions are read, that is said, and the annotation that was cancelled is counted.
    assert said == ([("W906", True), ("W905", False)] if "predictions" in form else [])


@pytest.mark.parametrize("form", FORMS)
def test_another_text_moves_or_refuses(form):
    module, value, name = FORMS[form]
    moved = module.read(encoded(value, rows=True), Options(texts={name: f"\n{TEXT}\n"}))
    assert [(span.start, span.text) for span in moved.checked()[0].entities] == [(1, "Rana"), (12, "Cairo")]
    refused = module.read(encoded(value, rows=True), Options(texts={name: TEXT.replace("saw", "met")}))
    assert [problem.code for problem in refused.problems if problem.severity == "error"] == ["E403"]


MARKED = [{"start": 0, "end": 1, "label": "X"}]
ROUNDS = [
    {"result": [{"type": "choices", "value": {"choices": ["x"]}}]},
    {"result": [], "was_cancelled": True},
    {"result": [], "ground_truth": False},
]


@pytest.mark.parametrize(
    ("module", "record", "losses"),
    [
        (
            doccano,
            {"label": [], "relations": [{"id": 1}], "Comments": ["x"], "lang": "en"},
            {"relations": 1, "comments": 1, "other fields of documents": 1},
        ),
        (
            prodigy,
            {"spans": [], "relations": [{"head": 0}], "answer": "accept", "view": "x"},
            {"relations": 1, "other fields of documents": 1},
        ),
        (prodigy, {"spans": MARKED, "answer": "reject"}, {"tasks that were rejected or ignored": 1}),
        (label_studio_json, {"data": {"text": "a b"}, "annotations": []}, {"tasks without annotations": 1}),
        (
            label_studio_json,
            {"data": {"text": "a b"}, "annotations": ROUNDS},
            {"cancelled annotations": 1, "further annotations of a task": 1},
        ),
        (gliner, {"entities": [{**MARKED[0], "text": "a", "score": 0.5}]}, {"scores": 1}),
    ],
)
def test_what_is_not_held_is_counted(module, record, losses):
    assert module.read(json.dumps({"text": "a b", **record}).encode()).losses == losses


def test_the_ground_truth_is_taken_and_what_is_no_span_counted():
    rest = [{"type": "choices", "value": {"choices": ["x"]}}, {"type": "relation", "from_id": "a", "to_id": "b"}]
    rounds = [{"result": [*REGIONS, *rest], "ground_truth": True}, {"result": []}]
    converted = label_studio_json.read(json.dumps([{"id": 1, "data": {"text": TEXT}, "annotations": rounds}]).encode())
    assert spans(converted.checked()[0]) == EXPECTED
    assert converted.losses == {
        "answers other than labels of spans": 1,
        "further annotations of a task": 1,
        "relations": 1,
    }


def task(*annotations, **more):
    return {"id": 1, "data": {"text": TEXT}, "annotations": list(annotations), **more}


GIVEN, EMPTY, CANCELLED = {"result": REGIONS}, {"result": []}, {"result": REGIONS, "was_cancelled": True}


@pytest.mark.parametrize(
    ("given", "number", "losses", "said"),
    [
        (task(EMPTY, GIVEN), 3, {"further annotations of a task": 1}, ""),
        (task(EMPTY, CANCELLED), 0, {"cancelled annotations": 1}, ""),
        (task(CANCELLED), None, {"tasks without annotations": 1}, ""),
        (task(CANCELLED, predictions=[GIVEN]), 3, {"cancelled annotations": 1}, SAID),
        (task(predictions=[EMPTY, GIVEN]), 3, {"further predictions of a task": 1}, SAID),
        (task(GIVEN, predictions=[EMPTY]), 3, {}, ""),
        (task(GIVEN, drafts=[EMPTY]), 3, {"drafts": 1}, ""),
        (task(drafts=[GIVEN]), None, {"drafts": 1, "tasks without annotations": 1}, ""),
    ],
)
def test_rounds_of_a_label_studio_task(given, number, losses, said):
    converted = label_studio_json.read(json.dumps([given]).encode())
    found = [len(line.entities) + len(line.dates or []) for line in converted.checked()]
    assert found == ([] if number is None else [number])
    assert converted.losses == losses
    assert [SAID in problem.what for problem in converted.problems if problem.code == "W906"] == [True] * bool(said)


@pytest.mark.parametrize(
    ("rows", "form"),
    [
        ([{"id": 1, "data": {"text": "x"}}, task(GIVEN)], "label-studio"),
        (
            [{"id": 1, "text": "x", "annotator": 2}, {"id": 2, "text": TEXT, "ner": VALUES, "annotator": 2}],
            "label-studio",
        ),
        ([{"id": 1, "text": "x"}, {"id": 2, "text": TEXT, "label": TRIPLES}], "doccano"),
        ([{"text": "x", "meta": {}}, {"text": TEXT, "spans": DICTS}], "prodigy"),
    ],
)
def test_the_first_records_of_a_file_may_say_nothing(rows, form):
    for data in (encoded(rows, rows=True), encoded(rows, rows=False)):
        assert recognise(data) is FORMATS[form]
        lines = FORMATS[form].read(data).checked()
        assert spans(lines[-1]) == EXPECTED


def test_a_submission_is_not_taken_for_another_format_by_a_later_line():
    rows = [{"id": "a", "text": "x", "entities": []}, {"id": "b", "text": TEXT, "label": TRIPLES}]
    assert recognise(encoded(rows, rows=True)) is None


def test_text_under_another_name_and_labels_that_are_numbers_in_doccano():
    assert spans(doccano.read(encoded([{"id": 1, "data": TEXT, "label": TRIPLES}], rows=True)).checked()[0]) == EXPECTED
    oldest = {"id": 1, "text": TEXT, "annotations": [{"label": 7, "start_offset": 0, "end_offset": 4, "user": 1}]}
    data = encoded([oldest], rows=True)
    assert recognise(data) is FORMATS["doccano"]
    (problem,) = doccano.read(data).problems
    assert (problem.code, problem.path, "JSONL" in problem.hint) == ("E501", "annotations[0].label", True)


def test_a_text_that_two_prodigy_sessions_labelled_is_refused_with_their_names():
    one = {"text": TEXT, "spans": DICTS, "answer": "accept", "_input_hash": 1, "_session_id": "ner-a"}
    (problem,) = prodigy.read(encoded([one, {**one, "_session_id": "ner-b"}], rows=True)).problems
    assert (problem.code, problem.line, "ner-a and ner-b" in problem.what) == ("E302", 2, True)
    two = [one, {**one, "_session_id": "ner-b", "answer": "ignore"}]
    assert len(prodigy.read(encoded(two, rows=True)).checked()) == 1


def test_a_prodigy_task_without_text_is_one_problem():
    data = encoded([{"html": "<b>x</b>", "_task_hash": 1, "answer": "accept"}], rows=True)
    assert recognise(data) is FORMATS["prodigy"]
    assert [problem.code for problem in prodigy.read(data).problems] == ["E204"]


def test_offsets_of_old_label_studio_are_refused_with_the_cause():
    # UTF-16: everything after the emoji is one further on.
    value = {"start": 12, "end": 17, "text": "Cairo", "labels": ["LOC"]}
    task = {"id": 1, "data": {"text": TEXT}, "annotations": [{"result": [{"type": "labels", "value": value}]}]}
    [problem] = label_studio_json.read(json.dumps([task]).encode()).problems
    assert problem.code == "E403"
    assert "UTF-16" in problem.what + problem.hint


def test_a_selection_that_ends_before_a_mark_keeps_its_offsets():
    text = "قالت مصرُ"
    value = {"start": 5, "end": 8, "text": "مصرُ", "labels": ["GPE"]}
    task = {"id": 1, "data": {"text": text}, "annotations": [{"result": [{"type": "labels", "value": value}]}]}
    [line] = label_studio_json.read(json.dumps([task]).encode()).checked()
    assert spans(line) == [("entities", 5, 8, "GPE")]


PAGE = """<html><head><title>x</title></head><body>\r
<h1>Rana &amp; Sami</h1><p>Rana saw
  <b>Cairo</b> 😀.<br/>End</p></body>"""
PLACES = {"start": "/h1[1]/text()[1]", "end": "/h1[1]/text()[1]", "startOffset": 0, "endOffset": 4}


def region(start, end, words, **value):
    value = {**PLACES, "globalOffsets": {"start": start, "end": end}, "text": words, "hypertextlabels": ["X"], **value}
    return {"type": "hypertextlabels", "value": value}


@pytest.mark.parametrize("small", [False, True])
def test_regions_of_an_html_page_count_in_its_text(small):
    """A page shows less white space than it has, and the words of a region have a line end as backslash and n."""
    given = [region(1, 5, "Rana"), region(17, 28, "saw Cairo"), region(31, 35, "\\nEnd")]
    task = {"id": 1, "data": {"html": PAGE}, "annotations": [{"result": given}]}
    if small:
        task = {"id": 1, "html": PAGE, "label": [{**one["value"]} for one in given]}
    data = json.dumps([task]).encode()
    assert recognise(data) is FORMATS["label-studio"]
    converted = label_studio_json.read(data)
    [line] = converted.checked()
    assert line.text == "\nRana & SamiRana saw\n  Cairo 😀.\nEnd"
    assert [span.text for span in line.entities] == ["Rana", "saw\n  Cairo", "\nEnd"]
    assert "HTML" in converted.problems[0].what


@pytest.mark.parametrize(
    ("given", "code"),
    [(region(2, 6, "Rana"), "E403"), (region(1, 90, None), "E401"), (region(0, 0, "Rana", globalOffsets=None), "E406")],
    ids=["other words", "beyond", "an XPath alone"],
)
def test_regions_of_an_html_page_without_a_place_in_its_text(given, code):
    task = {"id": 1, "data": {"html": PAGE}, "annotations": [{"result": [given]}]}
    [problem] = [one for one in label_studio_json.read(json.dumps([task]).encode()).problems if one.code[0] == "E"]
    assert (problem.code, problem.path) == (code, "[0].annotations[0].result[0].value")
    assert code == "E401" or "plain text" in problem.hint


def test_gliner_alone_for_several_texts_and_its_training_form():
    alone = [[{**d, "text": TEXT[d["start"] : d["end"]], "score": 0.9} for d in DICTS], []]
    lines = gliner.read(json.dumps(alone).encode(), Options(documents=("a", "b"), texts={"a": TEXT, "b": ""})).checked()
    assert [(line.id, len(spans(line))) for line in lines] == [("a", 3), ("b", 0)]
    training = {"tokenized_text": ["New", "Cairo", "is", "big"], "ner": [[0, 1, "LOC"]]}
    [line] = gliner.read(json.dumps(training).encode()).checked()
    assert (line.text, spans(line)) == ("New Cairo is big", [("entities", 0, 9, "LOC")])
    assert gliner.read(b'{"tokenized_text": ["a"], "ner": [[0, 1, "X"]]}').problems[0].code == "E202"


def test_words_with_labels_are_quotes_in_their_order():
    pairs = [{"text": "Rana", "label": "PER"}, {"text": "a", "label": "X"}, {"text": "a", "label": "X"}]
    [line] = gliner.read(json.dumps({"id": "q", "text": TEXT, "entities": pairs}).encode()).checked()
    assert [(span.quote, span.start, span.type) for span in line.entities] == [
        ("Rana", None, "PER"),
        ("a", None, "X"),
        ("a", None, "X"),
    ]


TOKENS = ["Rana", "saw", "New", "Cairo"]


@pytest.mark.parametrize("column", ["ner_tags", "tags", "labels", "ner"])
def test_tokens_with_tags(column):
    row = {
        "id": "0",
        "tokens": TOKENS,
        column: ["B-PER", "O", "B-LOC", "I-LOC"],
        "pos_tags" if column == "ner_tags" else "x": [1] * 4,
    }
    [line] = hf_tokens.read(json.dumps(row).encode()).checked()
    assert (line.id, line.text) == ("0", "Rana saw New Cairo")
    assert spans(line) == [("entities", 0, 4, "PER"), ("entities", 9, 18, "LOC")]


def test_tags_that_are_numbers_need_names():
    row = json.dumps({"tokens": TOKENS, "ner_tags": [1, 0, 3, 4]}).encode()
    names = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
    [line] = hf_tokens.read(row, Options(labels=names)).checked()
    assert spans(line) == [("entities", 0, 4, "PER"), ("entities", 9, 18, "LOC")]
    for few in ((), names[:4]):
        converted = hf_tokens.read(row, Options(labels=few))
        assert {problem.code for problem in converted.problems} == {"E501"}
        assert "--labels" in converted.problems[0].hint


def test_tokens_are_found_in_the_text_that_is_known():
    row = json.dumps({"id": "t", "tokens": ["Rana", "'s", "Cairo"], "ner_tags": ["B-PER", "O", "B-LOC"]}).encode()
    [line] = hf_tokens.read(row, Options(texts={"t": "Rana's\tCairo"})).checked()
    assert spans(line) == [("entities", 0, 4, "PER"), ("entities", 7, 12, "LOC")]
    assert hf_tokens.read(row, Options(texts={"t": "Rana of Cairo"})).problems[0].code == "E404"


@pytest.mark.parametrize(
    ("module", "data", "code", "path"),
    [
        (doccano, {"text": "a", "label": [[0, "1", "X"]]}, "E202", "label[0]"),
        (doccano, {"text": "a", "label": [[0, 2, "X"]]}, "E401", "label[0]"),
        (doccano, {"label": []}, "E204", "text"),
        (doccano, {"text": 1, "label": []}, "E202", "text"),
        (prodigy, {"text": "a", "spans": [{"start": 0, "label": "X"}]}, "E406", "spans[0]"),
        (prodigy, {"text": "a", "spans": 3}, "E202", "spans"),
        (label_studio_json, {"id": 1, "data": {}, "annotations": [{"result": []}]}, "E204", "data"),
        (gliner, {"text": "a", "entities": [{"start": 0, "end": 1, "text": "b", "label": "X"}]}, "E403", "entities[0]"),
        (gliner, {"text": "a", "entities": [{"label": "X"}]}, "E406", "entities[0]"),
        (spacy_tuples, ["a", {"entities": [[0, 1]]}], "E202", "[1].entities[0]"),
        (spacy_tuples, {"text": "a"}, "E202", ""),
        (hf_tokens, {"tokens": ["a"], "ner_tags": ["B-X", "O"]}, "E202", "ner_tags"),
        (hf_tokens, {"tokens": ["a"], "ner_tags": ["X"]}, "E209", "ner_tags[0]"),
        (hf_tokens, {"tokens": [1], "ner_tags": ["O"]}, "E202", "tokens[0]"),
        (hf_tokens, {"tokens": ["a"]}, "E204", ""),
        (hf_tokens, {"tokens": ["a"], "x_tags": ["O"], "y_tags": ["O"]}, "E221", ""),
    ],
)
def test_what_is_wrong_is_said_with_its_place(module, data, code, path):
    converted = module.read(json.dumps(data).encode())
    assert converted.lines == []
    assert (converted.problems[0].code, converted.problems[0].path) == (code, path)
