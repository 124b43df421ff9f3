"""Columns: schemes, columns, offsets, and what is wrong with them. The samples are made up."""

from __future__ import annotations

import pytest

from dragoman.formats import conll
from dragoman.formats.outcome import Options
from dragoman.schema.submission import PredictedClaim, PredictedDate, PredictedEntity, Submission

KOREAN = "김가나 외무상이 평양에서 8월 1일 말했다."
ARABIC = "قال سامي في القاهرة"


def found(data, **options):
    converted = conll.read(data.encode(), Options(**options))
    lines = converted.checked()
    return converted, [
        [(span.start, span.end, span.type) for span in (line.entities or []) + (line.dates or [])] for line in lines
    ]


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("O B-PER I-PER O", [(2, 7, "PER")]),
        ("I-PER I-PER B-PER O", [(0, 4, "PER"), (5, 7, "PER")]),
        ("S-PER B-LOC I-LOC E-LOC", [(0, 1, "PER"), (2, 9, "LOC")]),
        ("U-PER B-LOC I-LOC L-LOC", [(0, 1, "PER"), (2, 9, "LOC")]),
        ("B I B-geo-loc O", [(0, 4, None), (5, 7, "geo-loc")]),
        ("O O O O", []),
    ],
    ids=["bio", "iob1", "bioes", "bilou", "bare", "none"],
)
def test_schemes_are_recognised(tags, spans):
    data = "".join(f"{form} {tag}\n" for form, tag in zip(["a", "bb", "cc", "d"], tags.split(), strict=True))
    converted, [line] = found(data)
    assert line == spans
    assert converted.problems == ()
    assert converted.lines[0].text == "a bb cc d"


@pytest.mark.parametrize(
    ("tags", "scheme", "spans", "lines"),
    [
        ("B-PER I-LOC O B-LOC", "auto", [(0, 1), (2, 4), (8, 9)], [2]),
        ("O I-PER O O", "bio", [(2, 4)], [2]),
        ("O I-PER O O", "auto", [(2, 4)], []),
        ("B-PER O S-LOC O", "auto", [(0, 1), (5, 7)], [1]),
        ("E-PER I-PER B-PER I-PER", "auto", [(0, 1), (2, 4), (5, 9)], [1, 2, 2, 4]),
    ],
)
def test_transitions_that_cannot_be_are_told(tags, scheme, spans, lines):
    data = "".join(f"{form} {tag}\n" for form, tag in zip(["a", "bb", "cc", "d"], tags.split(), strict=True))
    converted, [line] = found(data, scheme=scheme)
    assert [span[:2] for span in line] == spans
    assert [(problem.code, problem.line) for problem in converted.problems] == [("W906", number) for number in lines]


def test_tokens_are_found_in_the_text():
    data = "김가나\tB-PER\n외무상\tO\n이\tO\n평양\tB-LOC\n에서\tO\n\n8\tB-DATE\n월\tI-DATE\n1\tI-DATE\n일\tI-DATE\n"
    converted, [line] = found(data, texts={"k": KOREAN}, documents=("k",))
    assert [(KOREAN[start:end], label) for start, end, label in line] == [
        ("김가나", "PER"),
        ("평양", "LOC"),
        ("8월 1일", "DATE"),
    ]
    assert converted.lines[0].text is None
    assert converted.lines[0].dates[0].text == "8월 1일"


def test_documents_by_docstart_and_by_comment():
    shared = "-DOCSTART- -X- -X- O\n\nقال VBD x O\nسامي NNP x B-PER\n\n-DOCSTART- -X- -X- O\n\nالقاهرة NNP x S-LOC\n"
    converted, lines = found(shared, documents=("a", "b"))
    assert [line.id for line in converted.lines] == ["a", "b"]
    assert lines == [[(4, 8, "PER")], [(0, 7, "LOC")]]
    commented = "# global.columns = ID FORM TAG\n# newdoc id = x 1\n# text = a\tb\n1\ta\tO\n# newdoc\n1\t#\tB-X\n"
    converted, lines = found(commented)
    assert [line.id for line in converted.lines] == ["x 1", "document"]
    assert lines == [[], [(0, 1, "X")]]


def test_a_hash_is_a_token_where_it_has_a_tag():
    converted, [line] = found("# B-SYM\n#1 O\n# a comment of many words\n# sent_id = 3\nb O\n")
    assert line == [(0, 1, "SYM")]
    assert converted.lines[0].text == "# #1 b"


@pytest.mark.parametrize(
    ("data", "options", "problems"),
    [
        (b"a O\nb\n", {}, [("E209", 2)]),
        (b"a O\nb x O\n", {}, [("E209", 2)]),
        (b"a O\nb PER\nc X-PER\nd O-PER\n", {}, [("E209", 2), ("E209", 3), ("E209", 4)]),
        (b"a B-X\nb E-X\nc U-X\n", {}, [("E503", 0)]),
        (b"a B-X\nb E-X\n", {"scheme": "bio"}, [("E503", 2)]),
        (b"# global.columns = LEMMA TAG\na\tO\n", {}, [("E209", 1)]),
        (b"# global.columns = FORM START END TAG\na\t-1\t1\tO\n", {}, [("E202", 2)]),
        (b"# global.columns = FORM START END TAG\na\t99999999999\t1\tO\n", {}, [("E202", 2)]),
        (b"# global.columns = FORM START END TAG\na\t2\t2\tB-X\n", {}, [("E402", 2)]),
        (b"# global.columns = FORM START END TAG\nb\t0\t1\tO\n", {"texts": {"document": "a"}}, [("E403", 2)]),
        (b"# global.columns = FORM START END TAG\nb\t4\t5\tO\n", {"texts": {"document": "a"}}, [("E401", 2)]),
        ("سامي B-PER\nقال O\n".encode(), {"texts": {"document": ARABIC}}, [("E404", 1)]),
        (b"# newdoc id = x\na O\n# newdoc id = x\na O\n", {}, [("E302", 0)]),
        (b"# newdoc id = \na O\n", {}, [("E304", 0)]),
        (b"a O\n", {"documents": ("x", "y")}, [("E209", 0)]),
        (b"a O\n\xff O\n", {}, [("E102", 2)]),
        (b"\xef\xbb\xbfa O\n", {}, [("E103", 1)]),
        (b"a\0 O\n", {}, [("E104", 1)]),
    ],
)
def test_what_is_wrong_is_said(data, options, problems):
    converted = conll.read(data, Options(**options))
    assert [(problem.code, problem.line) for problem in converted.problems] == problems
    assert converted.lines == []


def test_errors_are_bounded():
    converted = conll.read(b"a\n" * 5000)
    assert len(converted.problems) == 1001
    assert converted.problems[-1].code == "E208"
    assert "4,000" in converted.problems[-1].what


def test_words_and_characters_are_written():
    line = Submission(
        id="k",
        entities=[
            PredictedEntity(0, 3, type="PER"),
            PredictedEntity(9, 11, type="LOC"),
            PredictedEntity(4, 8, type="X"),
        ],
        dates=[PredictedDate(14, 19, type="DATE", value="2024-08-01")],
        claims=[PredictedClaim(content=[(0, 3)])],
    )
    written = conll.write([line], {"k": KOREAN})
    assert written.files["submission.conll"].decode().split("\n")[:5] == [
        "# global.columns = FORM START END TAG",
        "# newdoc id = k",
        "김가나\t0\t3\tB-PER",
        "외무상이\t4\t8\tB-X",
        "평양에서\t9\t13\tO",
    ]
    assert dict(written.losses) == {
        "items of claims": 1,
        "spans that do not begin and end where tokens do": 1,
        "values of dates.value": 1,
    }
    assert {problem.code for problem in written.problems} == {"W905"}
    written = conll.write([line], {"k": KOREAN}, Options(characters=True))
    assert "평\t9\t10\tB-LOC\n양\t10\t11\tI-LOC\n에\t11\t12\tO" in written.files["submission.conll"].decode()
    assert "spans that do not begin and end where tokens do" not in written.losses


def test_the_outermost_of_nested_spans_is_kept():
    spans = [PredictedEntity(2, 3, type="A"), PredictedEntity(0, 5, type="B"), PredictedEntity(4, 7, type="C")]
    written = conll.write([Submission(id="n", entities=spans)], {"n": "a b c d"})
    assert written.losses["spans that are nested in another or overlap it"] == 2
    assert conll.read(written.files["submission.conll"]).lines[0].entities == [PredictedEntity(0, 5, type="B")]


def test_a_sentence_ends_with_its_line_but_not_inside_a_span():
    text = "a\nb\nc"
    line = Submission(id="n", entities=[PredictedEntity(2, 5, type="X")])
    rows = conll.write([line], {"n": text}).files["submission.conll"].decode().split("\n")[2:]
    assert rows == ["a\t0\t1\tO", "", "b\t2\t3\tB-X", "c\t4\t5\tI-X", "", ""]


def test_nothing_is_written_by_halves():
    lines = [Submission(id="a"), Submission(id="b\n")]
    written = conll.write(lines, {"a": "x", "b\n": "y"})
    assert [problem.code for problem in written.problems] == ["E304"]
    assert written.files == {}
