"""What a file costs is bounded by its length: lines of very many small items, and files of blank lines."""

import resource

import pytest

from dragoman.problems import Diagnostics
from dragoman.reading.jsonl import MAX_ITEMS, objects
from dragoman.reading.read import read_bytes
from dragoman.reading.target import Target

MANY = MAX_ITEMS + 1
LONG_LINES = {
    "empty objects": b'{"id":"d","entities":[' + b"{}," * MANY + b"{}]}\n",
    "empty spans": b'{"id":"d","entities":[' + b'{"start":0,"end":0,"type":"PER"},' * MANY + b"{}]}\n",
    "fragments": b'{"id":"d","claims":[{"content":[' + b"[0,1]," * MANY + b"[0,1]]}]}\n",
    "strings": b'{"id":"d","entities":[{"start":0,"end":1,"type":"PER","entity_ids":['
    + b'"a",' * (8 * MANY)
    + b'"a"]}]}\n',
    "members": b'{"id":"d",' + b'"a":1,' * (8 * MANY) + b'"a":1}\n',
}


@pytest.mark.parametrize("line", LONG_LINES.values(), ids=LONG_LINES)
def test_a_line_of_very_many_items_is_refused_before_they_are_made(line):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    good = b'{"id":"other","entities":[{"start":3,"end":1,"type":"PER"}]}\n'
    reading = read_bytes(line + good, Target())
    assert [(problem.code, problem.line) for problem in reading.problems] == [("E105", 1), ("E402", 2)]
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown < 6 * len(line) + 2**27, "the items were made"


def test_a_line_of_as_many_items_as_are_allowed_is_read():
    spans = b",".join(b'{"start":%d,"end":%d,"type":"PER"}' % (i, i + 1) for i in range(MAX_ITEMS // 4))
    reading = read_bytes(b'{"id":"d","entities":[' + spans + b"]}\n", Target())
    assert len(reading.checked().entities) == MAX_ITEMS // 4


@pytest.mark.parametrize("blank", [b"\n", b"\r\n", b" \t\r\n"])
@pytest.mark.parametrize("times", [0, 1, 3, 100_000])
def test_blank_lines_are_passed_over_and_counted(blank, times):
    lines = blank * times
    data = lines + b'{"id": "a"}\n' + lines + b'  {"id": "b"}' + blank + lines + b"["
    diagnostics = Diagnostics("f")
    places = [(value["id"], diagnostics.line) for value in objects(data, diagnostics)]
    assert places == [("a", times + 1), ("b", 2 * times + 2)]
    (problem,) = diagnostics.problems()
    assert (problem.code, problem.line, problem.byte) == ("E201", 3 * times + 3, len(data))
