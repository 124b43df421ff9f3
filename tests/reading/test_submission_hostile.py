"""Every kind of bad input: which number it gets, where it is said to be, and how it is said to be corrected."""

import gzip
import json

import pytest
from submission_samples import BENCHMARK, REFERENCE, TEXTS

from dragoman import utf8
from dragoman.problems import MAX_PROBLEMS
from dragoman.reading import parsing
from dragoman.reading.read import read_bytes, read_file, read_lines

A = "000.article-1"
TEXT = TEXTS[A]


def line(**fields):
    return json.dumps({"id": A, **fields}, ensure_ascii=False).encode() + b"\n"


def entity(**fields):
    return line(entities=[{"start": 0, "end": 3, **fields}])


def date(**fields):
    return line(dates=[{"start": 9, "end": 14, **fields}])


def claims(*several):
    return line(claims=[{"content": [[0, 3]], **claim} for claim in several])


def claimant(**fields):
    return line(entities=[{"id": "e1", "start": 0, "end": 3}], claims=[{"content": [[0, 3]], "claimants": [fields]}])


GOOD = line()
SMILE = TEXT.index("😀")

HOSTILE = {
    # bytes
    "not UTF-8": (GOOD + b'{"id": "\xff"}', "E102", 2, "", "UTF-8"),
    "byte order mark": (b"\xef\xbb\xbf" + GOOD, "E103", 1, "", "without one"),
    "UTF-16": (GOOD.decode().encode("utf-16"), "E103", 1, "", "UTF-8"),
    "NUL": (GOOD + b"\0\n", "E104", 2, "", "Remove it"),
    "a surrogate in bytes": (b'{"id": "\xed\xa0\x80"}\n', "E102", 1, "", "UTF-8"),
    # JSON
    "no JSON": (GOOD + b"hello\n", "E201", 2, "", "one JSON object"),
    "null alone": (b"null\n", "E202", 1, "", '{"id"'),
    "null after a good line": (GOOD + b"null\n", "E202", 2, "", '{"id"'),
    "a list": (b'[{"id": "x"}]\n', "E202", 1, "", '{"id"'),
    "a string": (b'"x"\n', "E202", 1, "", '{"id"'),
    "a number": (b"5\n", "E202", 1, "", '{"id"'),
    "two objects on a line": (GOOD.strip() + b'{"id": "001.article-1"}\n', "E201", 1, "", "line of its own"),
    "two objects and a blank line": (GOOD.strip() + b'{"id": "001.article-1"}\n\n', "E201", 1, "", "line of its own"),
    "objects with commas": (GOOD.strip() + b",\n" + b'{"id": "001.article-1"}\n', "E201", 1, "", "line of its own"),
    "an object over lines": (b'{\n"id": "000.article-1"\n}\n', "E201", 1, "", "one document a line"),
    "a list over lines": (b'[\n{"id": "x"},\n{"id": "y"}\n]\n', "E201", 1, "", "one document a line"),
    "cut off": (GOOD + GOOD[:7], "E201", 2, "", "cut off"),
    "cut off in a string": (GOOD + b'{"id": "000.art', "E201", 2, "", "cut off"),
    "not closed, and more follows": (b'{"id": "000.article-1"\n' + GOOD, "E201", 1, "", "one JSON object"),
    "trailing comma": (b'{"id": "000.article-1",}\n', "E201", 1, "", "one JSON object"),
    "single quotes": (b"{'id': '000.article-1'}\n", "E201", 1, "", "one JSON object"),
    "a comment": (GOOD + b"// x\n", "E201", 2, "", "one JSON object"),
    "a form feed": (GOOD + b"\x0c\n", "E201", 2, "", "one JSON object"),
    "a tab in a string": (b'{"id": "a\tb"}\n', "E201", 1, "", "one JSON object"),
    "deep nesting": (b'{"id": ' + b"[" * 100_000 + b"\n", "E201", 1, "", "one JSON object"),
    "deep and closed": (b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n", "E201", 1, "", "one JSON object"),
    "NaN": (entity(start=float("nan")), "E201", 1, "entities[0].start", "integer"),
    "Infinity": (b'{"id": -Infinity}\n', "E201", 1, "id", "a string"),
    "a lone surrogate": (line(language="x").replace(b"x", b"\\ud800"), "E201", 1, "language", "character itself"),
    # shape
    "a number for a string": (b'{"id": 5}\n', "E202", 1, "id", "quotation marks"),
    "no id": (b"{}\n", "E204", 1, "id", "a string"),
    "null as id": (b'{"id": null}\n', "E202", 1, "id", "leave the whole item out"),
    "a float": (entity(start=1.0), "E202", 1, "entities[0].start", "Write 1,"),
    "a float with a fraction": (entity(start=0.5), "E202", 1, "entities[0].start", "an integer"),
    "an infinite float": (entity(end=10**9).replace(b"1000000000", b"1e999"), "E202", 1, "entities[0].end", "Write"),
    "an exponent": (entity().replace(b"0,", b"1e0,"), "E202", 1, "entities[0].start", "1,"),
    "a boolean": (entity(start=False), "E202", 1, "entities[0].start", "an integer"),
    "a number in quotation marks": (entity(end="3"), "E202", 1, "entities[0].end", "without quotation marks"),
    "a huge integer": (entity(end=10**30), "E206", 1, "entities[0].end", "9223372036854775807"),
    "a monstrous integer": (entity().replace(b"3", b"3" * 10_000), "E206", 1, "entities[0].end", "9223372036854775807"),
    "an object for a list": (line(entities={}), "E202", 1, "entities", "a list"),
    "null in a list": (line(entities=[None]), "E202", 1, "entities[0]", "leave the whole item out"),
    "null in entity ids": (entity(entity_ids=["x", None]), "E202", 1, "entities[0].entity_ids[1]", "leave"),
    "null in what is not scored": (claims({"flags": [None]}), "E202", 1, "claims[0].flags[0]", "leave"),
    "a pair of three": (line(claims=[{"content": [[0, 1, 2]]}]), "E202", 1, "claims[0].content[0]", "two integers"),
    "a pair with null": (line(claims=[{"content": [[0, None]]}]), "E202", 1, "claims[0].content[0][1]", "leave"),
    "no content": (line(claims=[{"id": "c"}]), "E204", 1, "claims[0].content", "a list"),
    "empty content": (line(claims=[{"content": []}]), "E202", 1, "claims[0].content", "At least 1"),
    "an unknown field": (line(entitties=[]), "E203", 1, "entitties", "'entities'"),
    "an unknown field inside": (entity(typ="PER"), "E203", 1, "entities[0].typ", "'type'"),
    "a field that is like none": (entity(zzzz=1), "E203", 1, "entities[0].zzzz", "Known fields"),
    "a strange field": (line(**{"a\u202eb\n": 1}), "E203", 1, r"['a\u202eb\n']", "Known fields"),
    "a repeated field": (b'{"id": "000.article-1", "id": "001.article-1"}\n', "E205", 1, "id", "Keep one"),
    "a field repeated inside": (
        entity().replace(b'"start"', b'"end": 1, "start"'), "E205", 1, "entities[0].end", "Keep one"
    ),
    "an unknown layer": (line(layers_annotated=["dates", "entites"]), "E501", 1, "layers_annotated[1]", "'entities'"),
    # ids
    "an unknown document": (b'{"id": "000.article-2"}\n', "E301", 1, "id", "'000.article-1', '001.article-1' or"),
    "a document like none": (b'{"id": "zzz"}\n', "E301", 1, "id", "4 documents are known"),
    "a repeated document": (GOOD + b"\n" + GOOD, "E302", 3, "id", "one line"),
    "a repeated id": (
        line(dates=[{"id": "d", "start": 0, "end": 1}, {"id": "d", "start": 2, "end": 3}]),
        *("E303", 1, "dates[1].id", "unique"),
    ),
    "an empty id": (entity(id=""), "E304", 1, "entities[0].id", "leave the field out"),
    "an empty document id": (b'{"id": ""}\n', "E304", 1, "id", "Give one"),
    "a control character in an id": (entity(entity_ids=["a\x1fb"]), "E304", 1, "entities[0].entity_ids[0]", "seen"),
    "a line feed in a cluster": (claims({"cluster": "k\n"}), "E304", 1, "claims[0].cluster", "seen"),
    # spans
    "out of range": (entity(end=10_000), "E401", 1, "entities[0]", "code points"),
    "negative": (entity(start=-1), "E401", 1, "entities[0]", "from 0"),
    "beyond 31 bits without text": (entity(end=2**31), "E401", 1, "entities[0]", "half-open"),
    "empty": (entity(start=3), "E402", 1, "entities[0]", "half-open"),
    "reversed": (entity(start=5), "E402", 1, "entities[0]", "start < end"),
    "an empty fragment": (line(claims=[{"content": [[0, 3], [7, 7]]}]), "E402", 1, "claims[0].content[1]", "half-open"),
    "a cue out of range": (claims({"cue": [[0, 10_000]]}), "E401", 1, "claims[0].cue[0]", "code points"),
    "another surface": (entity(text="일본"), "E403", 1, "entities[0]", "half-open"),
    "a surface elsewhere": (entity(text="외무상"), "E403", 1, "entities[0]", "is at 4 to 7"),
    "UTF-16 units": (
        entity(start=SMILE + 2, end=SMILE + 3, text=TEXT[SMILE + 1]), "E403", 1, "entities[0]", "UTF-16 code units"
    ),
    "bytes": (entity(start=10, end=19, text="외무상"), "E403", 1, "entities[0]", "bytes of UTF-8"),
    "bytes out of range": (
        entity(start=len(TEXT[:50].encode()), end=len(TEXT[:52].encode()), text=TEXT[50:52]),
        *("E401", 1, "entities[0]", "bytes of UTF-8"),
    ),
    "a decomposed surface": (date(end=14, text="2024\u1102\u1167\u11ab"), "E403", 1, "dates[0]", "normalisation form"),
    "a claimant's surface": (claimant(start=0, end=3, text="x"), "E403", 1, "claims[0].claimants[0]", "code points"),
    "a mention's surface": (
        claimant(mention="e1", text="x"),
        *("E403", 1, "claims[0].claimants[0].text", "another mention"),
    ),
    "neither offsets nor quote": (line(entities=[{"type": "PER"}]), "E406", 1, "entities[0]", "or a quote"),
    "half a span": (line(entities=[{"start": 1}]), "E406", 1, "entities[0]", "start and end"),
    "offsets and quote": (entity(quote="최선희"), "E406", 1, "entities[0]", "one of them"),
    "an occurrence alone": (entity(occurrence=1), "E406", 1, "entities[0].occurrence", "quote"),
    "occurrence 0": (line(entities=[{"quote": "최", "occurrence": 0}]), "E206", 1, "entities[0].occurrence", "from 1"),
    "half a claimant": (claimant(start=3), "E406", 1, "claims[0].claimants[0]", "start and end"),
    "a claimant given twice": (
        claimant(mention="e1", start=0, end=3),
        *("E406", 1, "claims[0].claimants[0]", "or a quote"),
    ),
    "a pair and an id": (claimant(mention=[0, 3], quote="최선희"), "E406", 1, "claims[0].claimants[0]", "or a quote"),
    "a text and no span": (claimant(role="AUTHOR", text="x"), "E406", 1, "claims[0].claimants[0].text", "span"),
    "another text": (line(text=TEXT[:-1] + "!"), "E403", 1, "text", "data set"),
    "a shorter text": (line(text=TEXT[:-1]), "E403", 1, "text", "data set"),
    # labels and values
    "an unknown label": (entity(type="PERS"), "E501", 1, "entities[0].type", "'PER'"),
    "a label in lower case": (entity(type="gpe"), "E501", 1, "entities[0].type", "'GPE'"),
    "a label like none": (claims({"act": "zzz"}), "E501", 1, "claims[0].act", "Labels: assert"),
    "an unknown role": (claimant(role="AUTOR"), "E501", 1, "claims[0].claimants[0].role", "'AUTHOR'"),
    "no value": (date(value="17 June"), "E502", 1, "dates[0].value", "Expected"),
    "a value written badly": (date(value="2024-6-17"), "E502", 1, "dates[0].value", "2024-06-17"),
    "a bad external value": (date(value_external="soon"), "E502", 1, "dates[0].value_external", "Expected"),
    "a bad document time": (line(published="yesterday"), "E502", 1, "published", "Expected"),
    "AUTHOR with a mention": (claimant(role="AUTHOR", mention="e1"), "E503", 1, "claims[0].claimants[0]", "no other"),
    "AUTHOR with a quote": (claimant(role="AUTHOR", quote="최선희"), "E503", 1, "claims[0].claimants[0]", "no other"),
    "AUTHOR with −1": (claimant(role="AUTHOR", start=-1, end=-1), "E402", 1, "claims[0].claimants[0]", "half-open"),
    "MENTION of nobody": (claimant(role="MENTION"), "E503", 1, "claims[0].claimants[0]", "A MENTION has a mention"),
    "nobody": (claimant(), "E204", 1, "claims[0].claimants[0].role", "one of them"),
    # references
    "a dangling mention": (claimant(mention="e7"), "E601", 1, "claims[0].claimants[0].mention", "'e1'"),
    "a dangling parent": (claims({"id": "claim1"}, {"parent": "claim2"}), "E601", 1, "claims[1].parent", "'claim1'"),
    "a circle": (
        claims({"id": "a", "parent": "c"}, {"id": "b", "parent": "a"}, {"id": "c", "parent": "b"}),
        *("E602", 1, "claims[0].parent", "one link"),
    ),
    "a claim that is its own parent": (claims({"id": "a", "parent": "a"}), "E602", 1, "claims[0].parent", "one link"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_every_kind_of_bad_input_has_its_number(name):
    data, code, number, path, hint = HOSTILE[name]
    reading = read_bytes(data, REFERENCE if "without text" in name else BENCHMARK, "p.jsonl")
    assert reading.annotations is None
    found = [problem for problem in reading.problems if problem.code == code]
    assert found, reading.problems
    assert (found[0].file, found[0].line, found[0].path) == ("p.jsonl", number, path)
    assert hint in found[0].hint, found[0].hint
    if code < "E202":
        assert found[0].byte >= 0 or path
    assert "\n" not in str(found[0])


def test_all_problems_at_once_and_one_does_not_hide_another():
    data = (
        line(
            entities=[{"start": 1.5, "end": 2, "type": "PERS"}, {"start": 5, "end": 4}],
            dates=[{"start": 0, "end": 1, "value": "x"}, 5],
            claims=[{"content": [[0, 1]], "parent": "c9"}, {"content": "x", "act": "say"}],
        )
        + b"oops\n"
        + b'{"id": "nowhere", "entities": [{"start": 2, "end": 1}]}\n'
    )
    found = [(p.line, p.path, p.code) for p in read_bytes(data, BENCHMARK).problems]
    assert sorted(found) == [
        (1, "claims[0].parent", "E601"),
        (1, "claims[1].act", "E501"),
        (1, "claims[1].content", "E202"),
        (1, "dates[0].value", "E502"),
        (1, "dates[1]", "E202"),
        (1, "entities[0].start", "E202"),
        (1, "entities[0].type", "E501"),
        (1, "entities[1]", "E402"),
        (2, "", "E201"),
        (3, "entities[0]", "E402"),
        (3, "id", "E301"),
    ]
    assert [number for number, _, _ in found] == sorted(number for number, _, _ in found)


def test_an_item_of_the_wrong_shape_may_still_be_referred_to():
    data = line(entities=[{"id": "e1", "start": "0"}], claims=[{"content": [[0, 1]], "claimants": [{"mention": "e1"}]}])
    assert [p.code for p in read_bytes(data, BENCHMARK).problems] == ["E202"]


def test_what_is_wrong_in_a_second_object_is_said_too():
    data = GOOD.strip() + b' {"id": "nowhere"}\n' + b'{\n"id": "nobody"}\n' + GOOD
    found = [(p.line, p.code) for p in read_bytes(data, BENCHMARK).problems]
    assert found == [(1, "E201"), (1, "E301"), (2, "E201"), (2, "E301"), (4, "E302")]


def test_the_byte_points_at_the_place():
    (problem,) = read_bytes(GOOD + '{"id": "최선희", x}\n'.encode(), BENCHMARK).problems
    assert (GOOD + '{"id": "최선희", x}\n'.encode())[problem.byte :].startswith(b"x")


def test_a_circle_is_spelled_out_and_a_long_one_is_cut():
    (problem,) = read_bytes(claims({"id": "a", "parent": "b"}, {"id": "b", "parent": "a"}), BENCHMARK).problems
    assert "a → b → a" in problem.what
    many = claims(*({"id": f"c{n}", "parent": f"c{(n + 1) % 500}"} for n in range(500)))
    (problem,) = read_bytes(many, BENCHMARK).problems
    assert "500 claims" in problem.what
    assert len(problem.what) < 300


def test_two_circles_are_two_problems_and_a_tail_is_none():
    several = [("a", "b"), ("b", "a"), ("c", "c"), ("tail", "a"), ("end", "tail")]
    problems = read_bytes(claims(*({"id": one, "parent": other} for one, other in several)), BENCHMARK).problems
    assert [p.code for p in problems] == ["E602", "E602"]


@pytest.mark.parametrize("data", [b"", b"\n", b"\n\n \t\r\n", b" "])
def test_a_file_of_nothing_is_an_empty_submission(data):
    reading = read_bytes(data, BENCHMARK)
    assert not reading.problems
    assert not reading.checked().given.any()
    assert all(reading.checked().attempts(layer) for layer in ("entities", "dates", "claims"))


def test_very_many_errors_are_counted_and_reading_stops():
    data = b"".join(b'{"id": "q%d"}\n' % n for n in range(3000))
    problems = read_bytes(data, BENCHMARK, "p.jsonl").problems
    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1].code == "E208"
    assert "line 1001" in problems[-1].what


def test_very_many_warnings_are_counted_and_hide_no_error():
    data = line(entities=[{"quote": "없는 말"}] * 1500 + [{"start": 5, "end": 4}])
    problems = read_bytes(data, BENCHMARK).problems
    assert [p.code for p in problems].count("W904") == MAX_PROBLEMS + 1
    assert "500 more" in problems[-1].what
    assert [p.code for p in problems].count("E402") == 1


def test_names_from_outside_are_cut_and_harmless_in_messages():
    big = "\x1b[31m\u202e" + "x" * 100_000
    data = line(entities=[{"start": 0, "end": 1, "type": big, big: 1}], dates=[{"quote": big}], **{big: 1})
    for problem in read_bytes(data, BENCHMARK).problems:
        assert len(str(problem)) < 1000
        assert str(problem).isprintable()


def test_guesses_stop_when_they_would_take_too_long(monkeypatch):
    monkeypatch.setattr("dragoman.problems.MAX_COMPARED", 20)
    problems = read_bytes(b'{"id": "000.article-9"}\n' * 9, BENCHMARK).problems
    hints = [p.hint for p in problems if p.code == "E301"]
    assert hints[0].startswith("Did you mean")
    assert hints[-1].startswith("4 documents are known")


def test_a_line_of_a_megabyte_is_nothing_special():
    many = [{"start": 0, "end": 3, "text": "최선희", "type": "PER"}] * 20_000
    data = line(entities=many)
    assert len(data) > 10**6
    assert len(read_bytes(data, BENCHMARK).checked().entities) == 20_000


def test_a_line_over_the_limit_and_a_file_over_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(utf8.check_text, "__kwdefaults__", {"max_line": 30})
    (problem,) = read_bytes(GOOD + line(language="ko-KP"), BENCHMARK).problems
    assert (problem.code, problem.line, problem.byte) == ("E105", 2, len(GOOD))
    monkeypatch.setattr(parsing, "MAX_FILE", 30)
    (tmp_path / "p.jsonl").write_bytes(GOOD * 2)
    assert [p.code for p in read_file(tmp_path / "p.jsonl", BENCHMARK).problems] == ["E106"]


def test_gzip_is_read_and_a_damaged_one_is_refused(tmp_path):
    packed = gzip.compress(GOOD * 1 + line().replace(b"000", b"001"))
    (tmp_path / "p.jsonl.gz").write_bytes(packed)
    assert read_file(tmp_path / "p.jsonl.gz", BENCHMARK).checked().given.sum() == 2
    (tmp_path / "cut.gz").write_bytes(packed[:-9])
    assert [p.code for p in read_file(tmp_path / "cut.gz", BENCHMARK).problems] == ["E107"]
    assert [p.code for p in read_file(tmp_path / "none.gz", BENCHMARK).problems] == ["E101"]
    assert [p.code for p in read_file(tmp_path, BENCHMARK).problems] == ["E852"]


def test_duplicates_are_not_refused():
    data = line(entities=[{"start": 0, "end": 3, "type": "PER"}] * 3, claims=[{"content": [[0, 3]]}] * 3)
    read = read_bytes(data, BENCHMARK).checked()
    assert len(read.entities) == len(read.claims) == 3


def test_a_long_chain_of_parents_is_read():
    several = [{"id": f"c{n}", **({"parent": f"c{n - 1}"} if n else {})} for n in range(20_000)]
    read = read_bytes(claims(*several), BENCHMARK).checked()
    assert (read.claims.parent == range(-1, 19_999)).all()


def test_an_empty_layer_that_was_not_annotated_is_absent():
    data = line(entities=[], dates=[], claims=[{"content": [[0, 3]]}], layers_annotated=["entities"])
    read = read_bytes(data, BENCHMARK).checked()
    assert [bool(read.has(layer)[0]) for layer in ("entities", "dates", "claims")] == [True, False, True]


def test_a_row_of_the_data_set_is_a_submission(benchmark):
    rows = [json.dumps(_row(document), ensure_ascii=False).encode() for document in benchmark.documents]
    reading = read_bytes(b"\n".join(rows), benchmark.target())
    assert not reading.problems
    assert len(reading.checked().entities) == sum(len(document.entities) for document in benchmark.documents)


def _row(document):
    import msgspec

    return msgspec.to_builtins(document)


def test_lines_in_memory_that_are_not_good_are_refused_with_numbers():
    from dragoman.problems import DragomanError
    from dragoman.schema.submission import PredictedEntity, Submission

    bad = Submission(A, entities=[PredictedEntity(start=3, end=1)])
    with pytest.raises(DragomanError) as caught:
        read_lines([bad], BENCHMARK)
    assert [p.code for p in caught.value.problems] == ["E402"]


def test_columns_that_do_not_fit_are_said_with_a_number(monkeypatch):
    from dragoman.reading import columns
    from dragoman.reading.fallback import Fallback

    def doubtful(*_args, **_named):
        raise Fallback("whatever")

    monkeypatch.setattr(columns, "build", doubtful)
    (problem,) = read_bytes(GOOD, BENCHMARK, "p.jsonl").problems
    assert problem.code == "E210"
