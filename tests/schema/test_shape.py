"""The shape of JSON values: everything that is wrong is said, and what is not blamed can be converted."""

import json
from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.problems import CATALOGUE, shown
from dragoman.schema.records import Record
from dragoman.schema.shape import NO_CONTROL, NoNumber, Repeats, faults, fields, step
from dragoman.schema.submission import Submission


class Leaf(Record):
    number: Annotated[int, msgspec.Meta(ge=1, le=9)]
    word: Annotated[str, msgspec.Meta(min_length=2, max_length=4, pattern="^[a-z]*$")] | None = None


class Tree(Record):
    leaf: Leaf
    leaves: Annotated[list[Leaf], msgspec.Meta(min_length=1)] = []
    pair: tuple[int, int] | Leaf | None = None
    colour: Literal["red", "blue"] | None = None
    flag: bool | None = None
    name: Annotated[str, msgspec.Meta(pattern=NO_CONTROL)] | None = None


def load(text):
    return json.loads(text, object_pairs_hook=Repeats.from_pairs, parse_constant=NoNumber)


def said(text, record=Tree, near=None):
    return [(fault.code, fault.path) for fault in faults(load(text), record, lambda name, names: near)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"leaf": {"number": 1}}', []),
        ('{"leaf": {"number": 1, "word": "ab"}, "leaves": [{"number": 9}], "pair": [0, -5], "flag": true}', []),
        ('{"leaf": {"number": 1}, "pair": {"number": 2}, "colour": "red", "name": ""}', []),
        ('{"leaf": {"number": 1}, "pair": null, "colour": null, "flag": null, "name": null}', []),
        ("{}", [("E204", "leaf")]),
        ('{"leaf": {}}', [("E204", "leaf.number")]),
        ('{"leaf": null}', [("E202", "leaf")]),
        ('{"leaf": [1]}', [("E202", "leaf")]),
        ('{"leaf": {"number": "1"}}', [("E202", "leaf.number")]),
        ('{"leaf": {"number": true}}', [("E202", "leaf.number")]),
        ('{"leaf": {"number": 1.0}}', [("E202", "leaf.number")]),
        ('{"leaf": {"number": 0}}', [("E206", "leaf.number")]),
        ('{"leaf": {"number": 10}}', [("E206", "leaf.number")]),
        ('{"leaf": {"number": NaN}}', [("E201", "leaf.number")]),
        ('{"leaf": {"number": 1, "word": "a"}}', [("E304", "leaf.word")]),
        ('{"leaf": {"number": 1, "word": "abcde"}}', [("E304", "leaf.word")]),
        ('{"leaf": {"number": 1, "word": "AB"}}', [("E304", "leaf.word")]),
        ('{"leaf": {"number": 1, "word": "\\ud800\\ud800"}}', [("E201", "leaf.word")]),
        ('{"leaf": {"number": 1}, "leaves": []}', [("E202", "leaves")]),
        ('{"leaf": {"number": 1}, "leaves": [{"number": 1}, null, 5]}', [("E202", "leaves[1]"), ("E202", "leaves[2]")]),
        ('{"leaf": {"number": 1}, "pair": [1]}', [("E202", "pair")]),
        ('{"leaf": {"number": 1}, "pair": [1, "2"]}', [("E202", "pair[1]")]),
        ('{"leaf": {"number": 1}, "pair": 5}', [("E202", "pair")]),
        ('{"leaf": {"number": 1}, "pair": {"numbr": 1}}', [("E203", "pair.numbr"), ("E204", "pair.number")]),
        ('{"leaf": {"number": 1}, "colour": "green"}', [("E501", "colour")]),
        ('{"leaf": {"number": 1}, "flag": 1}', [("E202", "flag")]),
        ('{"leaf": {"number": 1}, "name": "a\\nb"}', [("E304", "name")]),
        ('{"leaf": {"number": 1}, "name": "a\\n"}', [("E304", "name")]),
        ('{"leaf": {"number": 1, "number": 2}}', [("E205", "leaf.number")]),
        ('{"leaf": {"number": 1}, "x y": 1, "\\ud800": 2}', [("E203", "['x y']"), ("E203", "['\\ud800']")]),
        ('{"leaf": {"number": 0, "word": 1, "z": 1}, "flag": "x"}',
         [("E206", "leaf.number"), ("E202", "leaf.word"), ("E203", "leaf.z"), ("E202", "flag")]),
    ],
)  # fmt: skip
def test_everything_is_said(text, expected):
    assert said(text) == expected


def hints(text, near=None):
    return [fault.hint for fault in faults(load(text), Tree, lambda name, names: near)]


def test_the_mend_says_what_to_write():
    assert hints('{"leaf": {"number": 7.0}}') == ["Write 7, without point or exponent."]
    assert hints('{"leaf": {"number": 1e300}}') == ["Write an integer."]
    assert hints('{"leaf": {"number": "7"}}') == ["Write the number without quotation marks."]
    assert hints('{"leaf": {"number": 1}, "name": 5}') == ["Write it in quotation marks."]
    assert hints('{"leaf": {"number": 1}, "leaves": {}}') == ["Write a list, of one item if need be."]
    assert hints('{"leaf": {"number": 1}, "pair": [1]}') == ["Write two integers, as in [120, 160]."]
    assert hints('{"leaf": {"number": 0}}') == ["It must be from 1 to 9."]
    assert hints("{}") == ["Add it: an object."]
    assert hints('{"leaf": {"number": 1}, "leef": 1}', near="leaf") == ["Did you mean 'leaf'?"]
    assert hints('{"leaf": {"number": 1}, "x": 1}')[0].startswith("Known fields: leaf, leaves")
    assert hints('{"leaf": {"number": 1}, "colour": "x"}') == ["Labels: blue, red."]


def test_long_texts_and_numbers_are_not_repeated_at_length():
    text = json.dumps(
        {"leaf": {"number": 10**3000, "word": 10**3000}, "colour": "x" * 10**6, "y" * 10**6: 1, "flag": "z" * 10**6}
    )
    for fault in faults(load(text), Tree, lambda name, names: None):
        assert len(fault.what) + len(fault.path) + len(fault.hint) < 500


def test_many_keys_given_twice_take_no_longer_than_they_must():
    pairs = [(f"k{n}", n) for n in range(100_000)] * 2
    assert len(Repeats.from_pairs(pairs).repeated) == 100_000
    assert Repeats.from_pairs(pairs[:100_000]).repeated == ()


def test_paths_and_shown_texts_are_safe():
    assert step("", "a") == "a"
    assert step("a[0]", "b") == "a[0].b"
    assert step("a", "b.c") == "a['b.c']"
    assert shown("x" * 81) == f"{'x' * 80!r}…"
    assert shown("\u202e\x1b\ud800").isprintable()


KEYS = sorted({field.encode_name for field in fields(Tree).fields} | {"number", "word", "other"})
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 12)
    | st.floats()
    | st.sampled_from(["red", "ab", "", "\ud800", "\x1f"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6))
def test_what_is_not_blamed_can_be_converted_and_what_is_blamed_cannot(value):
    value = load(json.dumps(value))
    found = list(faults(value, Tree, lambda name, names: None))
    assert all(fault.code in CATALOGUE and fault.what for fault in found)
    if not found:
        msgspec.convert(value, Tree)
        return
    # What msgspec lets pass although it is blamed: lone surrogates.
    if all(fault.code != "E201" for fault in found):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(value, Tree)


def test_a_submission_has_the_shape_that_is_published():
    line = {"id": "x", "entities": [{"start": 0, "end": 1, "entity_ids": ["Q1"]}], "claims": [{"content": [[0, 1]]}]}
    assert not said(json.dumps(line), Submission)
    assert said('{"id": "x", "entities": [{"entity_ids": [""]}]}', Submission) == [
        ("E304", "entities[0].entity_ids[0]")
    ]
    schema = msgspec.json.schema(Submission)
    assert NO_CONTROL in json.dumps(schema, ensure_ascii=False).replace("\\\\", "\\")
