"""What is wrong, and why: fields of another name, Unicode forms, line ends, byte order marks."""

import json
import unicodedata

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import dragoman
from dragoman import json_text, utf8
from dragoman.problems import DragomanError
from dragoman.text.lookalikes import lookalike, why_unlike
from dragoman.text.span_checks import check_span

NFD = unicodedata.normalize("NFD", "문서1")
GOLD = [{"id": "문서1", "text": "김정은 동지", "entities": [{"start": 0, "end": 3, "type": "PER"}]}]


def problems(pred, gold=None, **options):
    return dragoman.validate(pred, GOLD if gold is None else gold, **options)


@pytest.mark.parametrize(
    ("line", "path", "meant"),
    [
        ({"entities": [{"start": 0, "end": 3, "label": "PER"}]}, "entities[0].label", "type"),
        ({"entities": [{"begin": 0, "end": 3}]}, "entities[0].begin", "start"),
        ({"dates": [{"start": 0, "end": 3, "timex_value": "2024"}]}, "dates[0].timex_value", "value"),
        ({"entities": [{"start": 0, "end": 3, "surface": "김정은"}]}, "entities[0].surface", "text"),
        ({"claims": [{"content": [[0, 3]], "speaker": []}]}, "claims[0].speaker", "claimants"),
        ({"mentions": []}, "mentions", "entities"),
        ({"entites": []}, "entites", "entities"),
        ({"lang": "ko"}, "lang", "language"),
    ],
)
def test_a_field_of_another_name_is_understood(line, path, meant):
    (problem,) = [p for p in problems([{"id": "문서1", **line}]) if p.code == "E203"]
    assert problem.path == path
    assert problem.hint == f"Did you mean {meant!r}?"


def test_fields_that_nobody_knows_are_passed_over_and_counted(tmp_path):
    entity = {"start": 0, "end": 3, "type": "PER", "confidence": 0.9, "more": {"a": [1]}}
    pred = [{"id": "문서1", "entities": [entity, {**entity, "start": 1}], "model": "x"}]
    assert {p.code for p in problems(pred)} == {"E203"}
    assert "--ignore-unknown-fields" in problems(pred)[0].hint
    counted = {"entities.confidence": 2, "entities.more": 2, "model": 1}
    table = pa.Table.from_pylist(pred)
    pq.write_table(table, tmp_path / "pred.parquet")
    (tmp_path / "shards").mkdir()
    (tmp_path / "shards" / "0.jsonl").write_bytes(json_text.lines(pred))
    (tmp_path / "shards" / "1.jsonl").write_bytes(json_text.lines([{"id": "b", "entities": [], "model": "x"}]))
    gold = [*GOLD, {"id": "b", "text": "", "entities": []}]
    for given in (pred, json_text.lines(pred), table, tmp_path / "pred.parquet"):
        result = dragoman.score(given, gold, intervals=False, ignore_unknown_fields=True)
        assert result.coverage.unknown_fields == counted
        assert result["entities.strict.recall"] == 1.0
        assert "2 entities.confidence" in repr(result)
        with pytest.raises(DragomanError, match="E203"):
            dragoman.score(given, gold)
    shards = dragoman.score(tmp_path / "shards", gold, intervals=False, ignore_unknown_fields=True)
    assert shards.coverage.unknown_fields == {**counted, "model": 2}
    warned = [p for p in problems(pred, ignore_unknown_fields=True) if p.code == "W911"]
    assert [problem.path for problem in warned] == sorted(counted)
    assert dragoman.convert(pred, ignore_unknown_fields=True).documents == 1


def test_what_is_passed_over_and_was_meant_is_said():
    pred = [{"id": "문서1", "entities": [{"start": 0, "end": 3, "label": "PER"}]}]
    (warning,) = [p for p in problems(pred, ignore_unknown_fields=True) if p.code == "W911"]
    assert "Did you mean 'type'" in warning.hint


def test_a_mistake_beside_an_unknown_field_is_still_an_error():
    pred = [{"id": "문서1", "what": 1, "entities": [{"start": 0.5, "end": 3, "what": 1}, {"end": 3}]}]
    found = [p.code for p in problems(pred, ignore_unknown_fields=True) if p.code[0] == "E"]
    assert found == ["E202", "E406"]


@pytest.mark.parametrize("decomposed", ["pred", "gold"])
def test_an_id_in_another_unicode_form_is_named(decomposed):
    ids = ("문서1", NFD) if decomposed == "gold" else (NFD, "문서1")
    (problem,) = [p for p in problems([{"id": ids[0]}], [{**GOLD[0], "id": ids[1]}]) if p.code[0] == "E"]
    assert problem.code == "E301"
    assert "NFD" in problem.hint


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda text: unicodedata.normalize("NFD", text), "NFD"),
        (lambda text: text.replace("\n", "\r\n"), "line ends"),
        (lambda text: "\ufeff" + text, "byte order mark"),
        (lambda text: text + "  ", "white space"),
        (lambda text: "\ufeff" + unicodedata.normalize("NFD", text), "byte order mark and the Unicode form"),
    ],
)
@pytest.mark.parametrize("side", ["pred", "gold"])
def test_a_text_that_looks_the_same_is_named(change, cause, side):
    text = "김정은\n동지"
    own, other = (change(text), text) if side == "pred" else (text, change(text))
    gold = [{"id": "a", "text": other, "entities": [{"start": 0, "end": 1, "type": "PER"}]}]
    (problem,) = [p for p in problems([{"id": "a", "text": own}], gold) if p.code[0] == "E"]
    assert problem.code == "E403"
    assert cause in problem.what


@pytest.mark.parametrize("side", ["pred", "gold"])
def test_a_label_in_another_unicode_form_is_warned_of(side):
    label, other = unicodedata.normalize("NFD", "인물"), "인물"
    if side == "gold":
        label, other = other, label
    gold = [{"id": "a", "entities": [{"start": 0, "end": 1, "type": other}]}]
    (warning,) = problems([{"id": "a", "entities": [{"start": 0, "end": 1, "type": label}]}], gold)
    assert (warning.code, warning.path) == ("W912", "entities.type")
    assert problems(gold, gold) == []


@pytest.mark.parametrize(
    ("text", "span", "cause"),
    [
        ("Kim\nmet\nLee", (10, 13), "CR LF as line ends; as it stands they are 8 to 11"),
        ("Kim\r\nmet\r\nLee", (8, 11), "LF as line ends; as it stands they are 10 to 13"),
        ("Kim met Lee", (9, 12), "subtract 1"),
        ("\ufeffKim met Lee", (8, 11), "add 1"),
    ],
)
def test_offsets_counted_in_another_version_of_the_text_are_named(text, span, cause):
    fault = check_span(text, *span, "Lee")
    assert cause in fault.hint


def test_a_surface_with_other_line_ends_is_named():
    assert "line ends" in check_span("Kim\r\nmet", 0, 8, "Kim\nmet").hint


def test_texts_that_differ_in_more_than_looks_are_not_explained():
    assert why_unlike("Kim", "Lee") is None
    assert why_unlike("Kim", "Kim") is None
    assert lookalike(NFD, ["문서2", "문서1"]) == "문서1"
    assert lookalike("문서1", ["문서1"]) is None


def test_line_ends_of_the_file_and_order_change_no_score(tmp_path):
    line = {"id": "b", "text": "Siemens sued Siemens.", "entities": [{"start": 0, "end": 7, "type": "ORG"}]}
    lines = [*GOLD, line]
    plain = json_text.lines(lines)
    crlf = plain.replace(b"\n", b"\r\n")
    other = b"".join(json.dumps(dict(reversed(one.items()))).encode() + b"\n" for one in reversed(lines))
    for given in (plain, crlf, other):
        for pred in (plain, crlf, other):
            assert dragoman.score(pred, given, intervals=False)["entities.strict.f1"] == 1.0
            assert problems(pred, given) == []


@pytest.mark.parametrize(
    ("head", "code", "word"), [(b"\xef\xbb\xbf", "E103", "byte order mark"), (b"\xff\xfe", "E103", "UTF-16")]
)
def test_a_byte_order_mark_of_the_file_is_named(head, code, word):
    (problem,) = problems(head + json_text.lines(GOLD))
    assert problem.code == code
    assert word in problem.what


@pytest.mark.parametrize("length", [1, 513, 65_537, 1_000_000])
@pytest.mark.parametrize("form", ["dictionaries", "bytes", "an Arrow table"])
def test_ids_may_be_of_any_length_in_every_form(length, form):
    name, other = "x" * length, "y" * length
    entity = {"id": other, "start": 0, "end": 1, "type": "PER", "entity_ids": [name]}
    claim = {"content": [[0, 1]], "claimants": [{"mention": other}]}
    gold = [{"id": name, "text": "Kim", "entities": [entity], "claims": [claim]}]
    given = {
        "dictionaries": gold,
        "bytes": json_text.lines(gold),
        "an Arrow table": pa.Table.from_pylist(gold),
    }[form]
    assert problems(given, gold) == []
    assert dragoman.score(given, gold, intervals=False)["claims.attributed.f1"] == 1.0
    back = dragoman.convert(given).files["submission.jsonl"]
    assert json.loads(back)["id"] == name


def test_a_long_id_that_nobody_knows_is_cut_where_it_is_shown():
    (problem,) = problems([{"id": "x" * 100_000}], [{"id": "y" * 100_000, "entities": []}])
    assert (problem.code, len(str(problem)) < 1000) == ("E301", True)


def test_a_line_bounds_what_an_id_may_be_and_says_so():
    line = b'{"id": "' + b"x" * utf8.MAX_LINE + b'"}\n'
    (problem,) = problems(line, [{"id": "a", "entities": []}])
    assert (problem.code, "67,108,864 are read" in problem.what) == ("E105", True)


UNKNOWN = [
    {
        "id": "a",
        "text": "Kim met Lee.",
        "sure": 0.5,
        "note": None,  # null is as good as absent
        "entities": [
            {"start": 0, "end": 3, "tpye": "PER", "type": "PER", "deep": {"x": [1, 2]}},
            {"start": 8, "end": 11, "type": "PER", "tpye": "PER"},
        ],
        "claims": [{"content": [[0, 3]], "claimants": [{"role": "AUTHOR", "who": "me"}], "sure": 1}],
    },
    {"id": "b", "entities": [{"start": 0, "end": 1, "type": "PER", "tpye": None}], "sure": 1},
]
COUNTED = {"claims.claimants.who": 1, "claims.sure": 1, "entities.deep": 1, "entities.tpye": 2, "sure": 2}


@pytest.mark.parametrize("form", ["JSONL", "parquet", "lines that only the precise path can read"])
def test_unknown_fields_are_passed_over_and_counted_alike_on_either_path(form, monkeypatch):
    known = [{key: value for key, value in UNKNOWN[0].items() if key in ("id", "text")}]
    known[0]["entities"] = [{"start": at, "end": at + 3, "type": "PER"} for at in (0, 8)]
    gold = [*known, {"id": "b", "entities": [{"start": 0, "end": 1, "type": "PER"}]}]
    rows = [dict(row) for row in UNKNOWN]
    if form == "parquet":
        for row in rows:
            row["entities"] = [{k: v for k, v in entity.items() if k != "deep"} for entity in row["entities"]]
        given, counted = pa.Table.from_pylist(rows), {k: v for k, v in COUNTED.items() if k != "entities.deep"}
    elif form == "JSONL":
        given, counted = json_text.lines(rows), COUNTED
    else:  # a number here and a text there have no column
        rows[1]["sure"] = "very"
        given, counted = json_text.lines(rows), COUNTED
    if form != "lines that only the precise path can read":
        monkeypatch.setattr("dragoman.reading.read.precise.read", None)
    result = dragoman.score(given, gold, intervals=False, ignore_unknown_fields=True)
    assert result["entities.strict.f1"] == 1.0
    assert result.coverage.unknown_fields == counted
    warned = problems(given, gold, ignore_unknown_fields=True)
    assert [(problem.code, problem.path) for problem in warned if problem.code != "W908"] == [
        ("W911", path) for path in counted
    ]
    said = {problem.path: f"{problem.what} {problem.hint}" for problem in warned}
    assert "2 times" in said["sure"]
    assert "Did you mean 'type'?" in said["entities.tpye"]
    assert "once" in said["claims.sure"]
