"""Lines of JSON: what is one object a line, and what is not."""

import json

import pytest

from dragoman import utf8
from dragoman.problems import Diagnostics
from dragoman.reading import arrow_json
from dragoman.reading.arrow_json import layout_of
from dragoman.reading.jsonl import objects


def read(data):
    diagnostics = Diagnostics("p")
    return [dict(value) for value in objects(data, diagnostics)], diagnostics.problems()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"{}", True),
        (b"{}\n", True),
        (b"{}\n{}\n", True),
        (b"{}\r\n{}\r\n", True),
        (b"{}\n{}", True),
        (b"null\n", False),
        (b"{}\nnull\n", False),
        (b"{}\n\n{}\n", False),
        (b"{\n}\n", False),
        (b" {}\n", False),
        (b"{} \n{}\n", False),
        (b'{"a":\n{}}\n', False),
        (b"[]\n", False),
    ],
)
def test_what_looks_like_jsonl(data, expected):
    assert layout_of(data).whole is expected


@pytest.mark.parametrize(("data", "lines"), [(b"{}", 1), (b"{}\n", 1), (b"{}\n{}", 2), (b"{}\n\n", 2)])
def test_number_of_lines(data, lines):
    assert layout_of(data).lines == lines


@pytest.mark.parametrize(("data", "longest"), [(b"{}", 2), (b"{}\n", 2), (b"{}\n{ }", 3), (b"{  }\r\n{}\n", 5)])
def test_the_longest_line(data, longest):
    assert layout_of(data).longest == longest


def test_lines_over_the_bounds_of_pieces_are_seen():
    data = b"".join(b"{" + b" " * size + b"}\n" for size in (0, 2**18 - 4, 5, 2**18, 1))
    assert layout_of(data) == (5, 2**18 + 2, True)
    assert not layout_of(data + b"x\n").whole


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"a",
        "\U0001f600 김".encode(),
        b"\xff",
        b"\xed\xa0\x80",
        b"\xc0\xaf",
        b"\xf4\x90\x80\x80",
        b"\xea\xb9",
        b"\0",
        b"\x7f",
    ],
)
def test_lines_are_taken_for_text_as_they_are_elsewhere(text):
    line = b'{"id":"' + text + b'"}\n'
    for data in (line, b'{"id":"x"}\n' + line, "{김}\n".encode() + line):
        assert arrow_json._is_text(data, arrow_json.layout_of(data)) == utf8.is_text(data)


def test_objects_over_several_lines_are_read_and_blamed_each():
    several = "\n".join(json.dumps({"a": n, "b": [n]}, indent=1) for n in range(5)).encode()
    values, problems = read(several)
    assert [value["a"] for value in values] == [0, 1, 2, 3, 4]
    assert [(p.code, p.line) for p in problems] == [("E201", 1 + 6 * n) for n in range(5)]


def test_what_follows_an_object_over_several_lines_is_not_lost():
    values, problems = read(b'{"a":\n1} x\n{"a": 2}\n')
    assert values == [{"a": 1}, {"a": 2}]
    assert [(p.code, p.line, p.byte) for p in problems] == [("E201", 1, 0), ("E201", 2, 8)]


def test_a_broken_line_costs_no_other():
    values, problems = read(b'{"a": 1}\n{"a": \n{"a": 3}\n{"a": [1,\n{"a": 5}')
    assert values == [{"a": 1}, {"a": 3}, {"a": 5}]
    assert [(p.line, p.byte) for p in problems] == [(2, 14), (4, 34)]


def test_several_objects_on_a_line_are_all_read():
    values, problems = read(b'{"a": 1}{"a": 2} {"a": 3}\n')
    assert [value["a"] for value in values] == [1, 2, 3]
    assert [p.byte for p in problems] == [8, 17]


def test_bytes_are_counted_in_bytes_and_columns_in_characters():
    _, (problem,) = read('{"a": "최선희" 1}'.encode())
    assert problem.byte == 18
    assert "column 13" in problem.what
