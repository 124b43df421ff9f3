"""Documents in pieces: nothing is lost at a cut, and quotes come back as quotes of the document."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dragoman
from dragoman.systems import pieces

DOCUMENT = dragoman.load().documents[0]
TEXTS = st.text("ab .\n가!", max_size=120)


def document(text):
    return msgspec.structs.replace(DOCUMENT, text=text)


@given(TEXTS, st.integers(3, 50))
def test_pieces_are_the_document_but_for_space_and_never_too_long(text, longest):
    cut = pieces.cut(document(text), longest)
    assert all(text[start : start + len(piece.text)] == piece.text for start, piece in cut)
    assert all(len(piece.text) <= longest for _, piece in cut)
    assert "".join("".join(piece.text for _, piece in cut).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [
        ("one\ntwo three\nfour", 9, ["one\n", "two three", "\nfour"]),
        ("one\ntwo three\nfour", 14, ["one\ntwo three\n", "four"]),
        ("One is. Two is. Three", 16, ["One is. Two is. ", "Three"]),
        ("aaaa bbbb cccc", 10, ["aaaa bbbb ", "cccc"]),
        ("aaaaaaaaaaaa", 5, ["aaaaa", "aaaaa", "aa"]),
    ],
)
def test_a_piece_ends_at_a_line_else_a_sentence_else_a_word(text, longest, expected):
    assert [piece.text for _, piece in pieces.cut(document(text), longest)] == expected


def test_quotes_and_ids_are_those_of_the_document():
    whole = document("Kim met Lee. Kim left. Lee stayed, Kim too.")
    cut = pieces.cut(whole, 24)
    assert [piece.text for _, piece in cut] == ["Kim met Lee. Kim left. ", "Lee stayed, Kim too."]
    first = {"entities": [{"id": "e1", "quote": "Kim", "occurrence": 2}, {"id": "e2", "quote": "Bo", "occurrence": 1}]}
    second = {
        "entities": [{"id": "e1", "quote": "lee", "occurrence": 1}, {"id": "e2", "quote": "Kim"}],
        "claims": [
            {
                "id": "c1",
                "content": [{"quote": "Kim too", "occurrence": 1}],
                "claimants": [{"role": "MENTION", "mention": "e1"}],
                "parent": None,
            }
        ],
    }
    joined = pieces.join(whole, [(*cut[0], first), (*cut[1], second)])
    assert joined["entities"] == [
        {"id": "p1.e1", "quote": "Kim", "occurrence": 2},
        {"id": "p1.e2", "quote": "Bo", "occurrence": 1},  # not there: as it was said
        {"id": "p2.e1", "quote": "Lee", "occurrence": 2},
        {"id": "p2.e2", "quote": "Kim", "occurrence": 3},
    ]
    (claim,) = joined["claims"]
    assert claim["id"] == "p2.c1"
    assert claim["content"] == [{"quote": "Kim too", "occurrence": 1}]
    assert claim["claimants"] == [{"role": "MENTION", "mention": "p2.e1"}]
    assert claim["parent"] is None
