"""brat standoff: a sample in every kind of line, and what is wrong with others. The samples are made up."""

from __future__ import annotations

import pytest

from dragoman.formats import brat
from dragoman.formats.outcome import Options
from dragoman.schema.submission import PredictedClaim, PredictedClaimant, PredictedDate, PredictedEntity, Submission

TEXT = "외무상 김가나는 8월 1일\n회담이 끝났다고, 그는 말했다, 합의했다고.\n"
SAMPLE = """\
T1\tPER 4 7\t김가나
T2\tDATE 9 14\t8월 1일
T3\tClaim 15 23;33 38\t회담이 끝났다고 합의했다고
T4\tCue 28 31\t말했다
T5\tORG 0 3;4 7\t외무상 김가나
A1\tForm T1 NAM
N1\tReference T1 Wikidata:Q42\t김가나
N2\tReference T1 Dragoman:kim
N3\tReference T1 Wikipedia:123\tKim
A2\tvalue T2 2024-08-01
A3\tPolarity T3 positive
A4\tAuthor T3
R1\tClaimant Arg1:T3 Arg2:T1\t
R2\tCue Arg1:T3 Arg2:T4
"""


def read(sample, text=TEXT, **options):
    texts = {} if text is None else {"k": text}
    return brat.read(sample.encode(), Options(documents=("k",), texts=texts, **options))


def test_everything_that_maps():
    converted = read(SAMPLE)
    assert dict(converted.losses) == {"gaps in entities and dates, which are kept as one span": 1}
    [line] = converted.checked()
    assert line.text == TEXT
    assert line.entities == [
        PredictedEntity(0, 7, "외무상 김가나", id="T5", type="ORG"),
        PredictedEntity(4, 7, "김가나", id="T1", type="PER", form="NAM", entity_ids=["Q42", "kim", "Wikipedia:123"]),
    ]
    assert line.dates == [PredictedDate(9, 14, "8월 1일", id="T2", type="DATE", value="2024-08-01")]
    assert line.claims == [
        PredictedClaim(
            id="T3",
            content=[(15, 23), (33, 38)],
            cue=[(28, 31)],
            claimants=[PredictedClaimant(role="AUTHOR"), PredictedClaimant(role="MENTION", mention="T1")],
            polarity="positive",
        )
    ]


def test_events_say_the_same_as_relations():
    events = (
        "E1\tClaim:T3 Claimant:T1 Cue1:T4\nE2\tClaim:T6 Parent:E1 Claimant:T7\n"
        "T6\tClaim 15 18\t회담이\nT7\tClaimant 25 27\t그는\n"
    )
    converted = read("\n".join(row for row in SAMPLE.split("\n") if row[:1] != "R") + events)
    [line] = converted.checked()
    inner, outer = line.claims
    assert outer.claimants[-1].mention == "T1"
    assert outer.cue == [(28, 31)]
    assert inner.parent == "T3"
    assert inner.claimants == [PredictedClaimant(25, 27, "그는", role="MENTION")]


def test_a_span_over_a_line_break_is_one_span():
    line = Submission(id="k", entities=[PredictedEntity(9, 18, id="T9", type="EVENT")])
    written = brat.write([line], {"k": TEXT})
    assert written.problems == ()
    assert written.files["k.ann"].decode() == "T9\tEVENT 9 14;15 18\t8월 1일 회담이\n"
    assert written.files["k.txt"].decode() == TEXT
    assert read(written.files["k.ann"].decode()).lines[0].entities == [
        PredictedEntity(9, 18, TEXT[9:18], id="T9", type="EVENT")
    ]


def test_what_is_not_of_a_submission_is_counted():
    more = "#1\tAnnotatorNotes T1\tهل هذا صحيح\n*\tEquiv T1 T5\nR3\tKnows Arg1:T1 Arg2:T5\n"
    more += "A9\tNegated T1\nA8\tLevel T3 x\n"
    more += "T8\tCue 25 27\t그는\nE1\tMeet:T5 Who:T1\nA7\tSure R3\nN7\tReference R3 a:b\nN8\tReference T2 a:b\n"
    converted = read(SAMPLE + more)
    assert dict(converted.losses) == {
        "attributes of relations": 1,
        "attributes that are none of a submission's": 2,
        "cues and claimants that no claim refers to": 1,
        "equivalences": 1,
        "gaps in entities and dates, which are kept as one span": 1,
        "normalisations of dates": 1,
        "normalisations of relations": 1,
        "notes": 1,
        "relations that are none of a claim's": 2,
    }
    assert len(converted.problems) == len(converted.losses)


@pytest.mark.parametrize(
    ("sample", "problems"),
    [
        ("X1\tPER 0 1\t외\n", [("E209", 1)]),
        ("T1 PER 0 1 외\n", [("E209", 1)]),
        ("T1\tPER 0 1\n", [("E209", 1)]),
        ("T1\tPER 0 -1\tx\n", [("E209", 1)]),
        ("T1\tPER 0 1;2\tx\n", [("E209", 1)]),
        ("T1\tPER 0 1\t외\nT1\tPER 0 1\t외\n", [("E303", 2)]),
        ("T1\tPER 3 1\tx\n", [("E402", 1)]),
        ("T1\tPER 0 900\tx\n", [("E401", 1)]),
        ("T1\tPER 1 4\t외무상\n", [("E403", 1)]),
        ("A1\tForm T1 NAM\n", [("E601", 1)]),
        ("T1\tPER 0 1\t외\nA1\tForm T1 NAM\nA2\tform T1 NOM\n", [("E205", 3)]),
        ("T1\tPER 0 1\t외\nA1\tForm\n", [("E209", 2)]),
        ("T1\tPER 0 1\t외\nN1\tReference T1 Q42\n", [("E209", 2)]),
        ("T1\tPER 0 1\t외\nR1\tCue T1 T1\n", [("E209", 2)]),
        ("E1\tClaim:T9\n", [("E209", 1)]),
        ("T1\tClaim 0 1\t외\nT2\tPER 0 1\t외\nR1\tCue Arg1:T1 Arg2:T2\n", [("E503", 3)]),
        ("T1\tClaim 0 1\t외\nT2\tDATE 0 1\t외\nR1\tClaimant Arg1:T1 Arg2:T2\n", [("E503", 3)]),
        ("T1\tPER 0 1\t외\nT2\tPER 0 1\t외\nA1\tId T1 x\nA2\tId T2 x\n", [("E303", 0)]),
    ],
)
def test_what_is_wrong_is_said(sample, problems):
    converted = read(sample)
    assert [(problem.code, problem.line) for problem in converted.problems] == problems
    assert converted.lines == []


def test_offsets_in_another_unit_are_recognised():
    converted = read("T1\tPER 3 6\t김가나\n", text="😀 김가나")
    assert [problem.code for problem in converted.problems] == ["E401"]
    assert "UTF-16" in converted.problems[0].hint


@pytest.mark.parametrize("name", ["../x", "a/b", "a\\b", "x\u202e", "x" * 210])
def test_ids_that_leave_the_folder_are_refused(name):
    written = brat.write([Submission(id=name)], {name: "x"})
    assert [problem.code for problem in written.problems] == ["E304"]
    assert written.files == {}


def test_what_brat_cannot_hold_is_counted():
    text = "a b\n"
    line = Submission(
        id="k",
        entities=[
            PredictedEntity(0, 1),
            PredictedEntity(0, 1, type="a b"),
            PredictedEntity(0, 1, type="Cue"),
            PredictedEntity(2, 4, type="X", id="e1"),
            PredictedEntity(0, 1, type="X", id="e 2", entity_ids=["a b", "c"], phenomena=["nested"]),
            PredictedEntity(0, 1, type="DATE", id="e3"),
        ],
        claims=[
            PredictedClaim(
                content=[(0, 1)],
                gloss="two words",
                level=-1,
                cue=[(3, 4)],
                claimants=[
                    PredictedClaimant(mention="e1"),
                    PredictedClaimant(mention="e3"),
                    PredictedClaimant(mention="e 2", entity_ids=["q"]),
                    PredictedClaimant(role="AUTHOR", entity_ids=["q"]),
                    PredictedClaimant(role="AUTHOR"),
                    PredictedClaimant(role="OTHER"),
                ],
                parent="c2",
            ),
            PredictedClaim(content=[(3, 4)], id="c2"),
            PredictedClaim(content=[(2, 4), (0, 1)]),
        ],
    )
    written = brat.write([line], {"k": text})
    assert dict(written.losses) == {
        "claimants that are not mentioned, and not the first AUTHOR or IMPLICIT": 2,
        "claimants whose mention is lost itself": 2,
        "claims of nothing but line breaks": 1,
        "cues of nothing but line breaks": 1,
        "entities whose label comes back in the other layer": 1,
        "entities whose type cannot be a label": 2,
        "entities without type, which come back as Entity": 1,
        "entity ids of claimants that are not IMPLICIT": 1,
        "entity ids that are empty or have white space in them": 1,
        "fragments that begin or end with a line break": 1,
        "parents that are lost themselves": 1,
        "roles and entity ids of claimants with a mention": 1,
        "spans that begin or end with a line break": 1,
        "values of claims.gloss that are empty or have white space in them": 1,
        "values of claims.level that are empty or have white space in them": 1,
        "values of entities.id that are empty or have white space in them": 1,
        "values of entities.phenomena": 1,
    }


NEWS = "Rana Amin said (quietly) it would rain.\n\nSami denied it."


def claims_of(ann, text=NEWS):
    converted = brat.read(ann.encode(), Options(beside={"d.txt": text.encode()}))
    (line,) = converted.checked()
    made = [
        (
            claim.id,
            [text[start:end] for start, end in claim.content],
            [text[who.start : who.end] for who in claim.claimants or []],
            [text[start:end] for start, end in claim.cue or []],
        )
        for claim in line.claims or []
    ]
    return made, [(span.text, span.type) for span in line.entities], converted


def test_events_with_content_are_claims_as_polnear_annotates_attributions():
    ann = (
        "T1\tSource 0 9\tRana Amin\nT2\tCue 10 14;15 24\tsaid (quietly)\nT3\tContent 25 38\tit would rain\n"
        "T4\tAttribution 10 14\tsaid\nE1\tAttribution:T4 Content:T3 Cue:T2 Source:T1\n"
        "T5\tSource 41 45\tSami\nT6\tContent 53 55\tit\nT7\tAttribution 46 52\tdenied\n"
        "E2\tAttribution:T7 Content:T6 Source:T5 Source2:T1 Other:T3\nA1\tPolarity E2 negative\n"
        "T8\tSource 41 45\tSami\nT9\tPER 41 45\tSami\n"
    )
    claims, entities, converted = claims_of(ann)
    assert (
        claims
        == [
            ("E2", ["it"], ["Sami", "Rana Amin"], []),
            ("E1", ["it would rain"], ["Rana Amin"], ["said", "(quietly)"]),
        ][::-1]
    )
    assert entities == [("Sami", "PER")]  # what an attribution is made of is no entity
    assert converted.losses == {
        "other arguments of attributions": 1,
        "parts of attributions that no event refers to": 1,
    }
    assert [claim.polarity for claim in converted.lines[0].claims] == [None, "negative"]


def test_spans_called_content_and_source_are_entities_where_no_event_ties_them():
    claims, entities, converted = claims_of("T1\tSource 0 9\tRana Amin\nT2\tContent 25 38\tit would rain\n")
    assert (claims, entities) == ([], [("Rana Amin", "Source"), ("it would rain", "Content")])
    assert converted.losses == {}


def test_words_with_the_line_breaks_of_the_text_in_them_are_put_together():
    end = len(NEWS)
    given = f"T1\tContent 25 {end}\tit would rain.\n\nSami denied it.\nT2\tPER 0 9\tRana Amin\n"
    _, entities, converted = claims_of(given)
    assert entities == [("Rana Amin", "PER"), ("it would rain.\n\nSami denied it.", "Content")]
    assert [(problem.code, problem.line) for problem in converted.problems] == [("W906", 1)]
    # What is no continuation is said where it stands.
    wrong = brat.read(b"T1\tPER 0 9\tRana Amin\n\nmore\n", Options(beside={"d.txt": NEWS.encode()}))
    assert [(problem.code, problem.line) for problem in wrong.problems] == [("E209", 3)]
