"""Inline TimeML: the frame, the attributes, and documents that mean harm. The samples are made up."""

from __future__ import annotations

import pytest

from dragoman.formats import timeml
from dragoman.formats.outcome import Options
from dragoman.schema.submission import PredictedDate, PredictedEntity, Submission

SAMPLE = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE TimeML SYSTEM "TimeML.dtd">
<TimeML>
<DOCID>k1</DOCID>
<DCT><TIMEX3 tid="t0" type="DATE" value="2024-08-02" functionInDocument="CREATION_TIME">2024-08-02</TIMEX3></DCT>
<TITLE>제목</TITLE>
<TEXT>그는 <TIMEX3 tid="t1" type="DATE" value="2024-08-01" anchorTimeID="t0" temporalFunction="true">어제</TIMEX3> \
R&amp;D를 <EVENT eid="e1" class="OCCURRENCE">끝냈다</EVENT>; \
<TIMEX3 tid="t2" type="DURATION" value="P2D" mod="APPROX" anchorTimeID="t1">약 <TIMEX3 tid="t3" type="X">이틀</TIMEX3>\
</TIMEX3>.<TIMEX3 tid="t4" type="DATE" value="2025"/></TEXT>
<MAKEINSTANCE eiid="ei1" eventID="e1"/><TLINK lid="l1"/>
</TimeML>
"""


def test_everything_that_maps():
    converted = timeml.read(SAMPLE.encode())
    [line] = converted.checked()
    assert line.id == "k1"
    assert line.text == "그는 어제 R&D를 끝냈다; 약 이틀."
    assert line.published == "2024-08-02"
    assert line.entities is None
    assert line.dates == [
        PredictedDate(3, 5, "어제", id="t1", type="DATE", value="2024-08-01", ref="published"),
        PredictedDate(16, 20, "약 이틀", id="t2", type="DURATION", value="P2D", mod="APPROX", ref="t1"),
        PredictedDate(18, 20, "이틀", id="t3", type="X"),
    ]
    assert dict(converted.losses) == {
        "attributes temporalFunction": 1,
        "dates without words": 1,
        "elements EVENT": 1,
        "elements MAKEINSTANCE": 1,
        "elements TLINK": 1,
        "other elements": 1,
    }


def test_without_a_frame_the_root_is_the_text():
    converted = timeml.read('<d>في <TIMEX3 tid="t1" type="DATE" value="2024">عام 2024</TIMEX3></d>'.encode())
    [line] = converted.checked()
    assert (line.id, line.text) == ("document", "في عام 2024")
    assert line.dates[0].text == "عام 2024"


def test_the_text_may_begin_elsewhere():
    data = b'<TimeML><DOCID>a</DOCID><TEXT>\n\nIn <TIMEX3 tid="t1" value="2024">2024</TIMEX3>.\n</TEXT></TimeML>'
    converted = timeml.read(data, Options(texts={"a": "In 2024."}))
    assert [problem.code for problem in converted.problems] == ["W906"]
    assert [(date.start, date.text) for date in converted.checked()[0].dates] == [(3, "2024")]
    assert [problem.code for problem in timeml.read(data, Options(texts={"a": "In 2025."})).problems] == ["E403"]


BOMB = b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><d>&b;</d>'
OUTSIDE = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        (BOMB, [("E209", 1)]),
        (OUTSIDE, [("E209", 1)]),
        (b'<!DOCTYPE d [<!ENTITY % p SYSTEM "http://127.0.0.1/x"> %p;]><d/>', [("E209", 1)]),
        (b'<!DOCTYPE d SYSTEM "x.dtd"><d>\n&unknown;</d>', [("E209", 2)]),
        (b"<d>\n&unknown;</d>", [("E209", 2)]),
        (b"<d>" * 300 + b"</d>" * 300, [("E209", 1)]),
        (b"<d>\n\n<e></d>", [("E209", 3)]),
        (b"", [("E209", 1)]),
        (b"no markup", [("E209", 1)]),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><d/>', [("E209", 1)]),
        (b"<TimeML><TEXT/><TEXT/></TimeML>", [("E209", 0)]),
        (b'<d><TIMEX3 tid="t1">a</TIMEX3>\n<TIMEX3 tid="t1">b</TIMEX3></d>', [("E303", 1), ("E303", 2)]),
        (b"<d>\xe9</d>", [("E102", 1)]),
        (b"<d>a\0</d>", [("E104", 1)]),
        (b"\xef\xbb\xbf<d/>", [("E103", 1)]),
    ],
)
def test_what_is_wrong_is_said(data, problems):
    converted = timeml.read(data)
    assert [(problem.code, problem.line) for problem in converted.problems] == problems
    assert converted.lines == []


def test_crossing_dates_and_foreign_characters_are_counted():
    text = "\x0cab\ufffecd"
    line = Submission(
        id="k",
        entities=[PredictedEntity(0, 1, type="X")],
        dates=[PredictedDate(1, 3, id="d1"), PredictedDate(2, 5, id="d2"), PredictedDate(4, 5, id="\x01", ref="d9")],
    )
    written = timeml.write([line], {"k": text})
    assert dict(written.losses) == {
        "characters that XML does not allow": 2,
        "dates that cross another": 1,
        "ids with characters that XML does not allow": 1,
        "items of entities": 1,
        "refs to what is not in the document": 1,
    }
    [back] = timeml.read(written.files["k.tml"]).checked()
    assert back.text == "\ufffdab\ufffdcd"
    assert [(date.start, date.end, date.id) for date in back.dates] == [(1, 3, "d1"), (4, 5, "t1")]


def test_deep_nesting_is_bounded():
    dates = [PredictedDate(n, 400 - n, id=f"d{n}") for n in range(150)]
    written = timeml.write([Submission(id="k", dates=dates)], {"k": "a" * 400})
    assert dict(written.losses) == {"dates that are nested too deeply": 50}
    assert len(timeml.read(written.files["k.tml"]).checked()[0].dates) == 100


def test_an_anchor_that_is_not_there_is_a_counted_loss():
    data = b'<d>\n<TIMEX3 tid="t1" value="2020-05" anchorTimeID="t9">May</TIMEX3></d>'
    converted = timeml.read(data)
    [date] = converted.checked()[0].dates
    assert (date.start, date.end, date.value, date.ref) == (1, 4, "2020-05", None)
    assert dict(converted.losses) == {"anchors that are not in the document": 1}
