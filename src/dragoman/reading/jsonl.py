"""Parse the lines of a JSONL file, with exact problems for everything that is not one JSON object per line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from dragoman.problems import Diagnostics
from dragoman.schema.shape import NoNumber, Repeats
from dragoman.text import counted

_MAX_DIGITS = 4000
_FURTHEST = 2**24
_OPEN_STRING = re.compile(r'"(?:[^"\\]++|\\.?)*+\Z', re.DOTALL)
_WHITE = re.compile(r"[ \t\r\n]*")
_BLANK_LINES = re.compile(rb"(?:[ \t\r]*+\n)*+")
MAX_ITEMS = 500_000
"""Maximum number of objects and lists in a line: many empty ones take far more memory than their bytes."""


def has_too_many(line: bytes) -> int:
    """Estimate the number of objects and lists of a line, by its brackets and commas; 0 if at most :data:`MAX_ITEMS`.

    Eight members or strings count as one object. Characters within strings count too: no real text has half a million
    brackets.
    """
    if len(line) < 2 * MAX_ITEMS:  # an empty object takes two bytes
        return 0
    number = max(line.count(b"{") + line.count(b"["), line.count(b",") // 8)
    return number if number > MAX_ITEMS else 0


@dataclass
class Position:
    """Reading position in a file.

    Attributes:
        byte: offset of the next line in the data, in bytes, from 0.
        line: number of lines before it.
        spread: whether an incomplete value is still tried as one that spans several lines.
        before: bytes of the file before the data, for the byte in problems.

    """

    byte: int = 0
    line: int = 0
    spread: bool = True
    before: int = 0


def objects(
    data: bytes, diagnostics: Diagnostics, position: Position | None = None, stop: int | None = None
) -> Iterator[dict[str, Any]]:
    """Read all objects of a file, and report everything that is not one object on one line.

    Malformed lines are recovered where possible, so that problems inside of them are reported as well: a second object
    on a line, and an object that spans several lines. Blank lines are skipped. ``diagnostics.line`` is the line on
    which the last yielded object begins.

    Args:
        data: UTF-8 without NUL.
        diagnostics: collects E105, E201 and E202, with the byte.
        position: where to begin; advanced in place to the end of what was read.
        stop: only lines that begin before this byte are read; the end of the file if None.

    Yields:
        Objects as :class:`dragoman.schema.shape.Repeats`.

    """
    place = position or Position()
    stop = len(data) if stop is None else stop
    while place.byte < stop:
        line = _next_line(data, place.byte)
        if line is None:
            place.byte = len(data)
            return
        place.line += line.skipped
        if line.start >= stop:
            place.byte = line.start
            return
        yield from _in_line(data, line, diagnostics, place)


def _in_line(data: bytes, line: _Line, diagnostics: Diagnostics, place: Position) -> Iterator[dict[str, Any]]:
    """Yield the objects that begin on a line, and advance the position to the next line."""
    start_of_line, end = line.start, line.end
    place.byte, place.line = end, place.line + 1
    diagnostics.line, diagnostics.byte = place.line, place.before + start_of_line
    if items := has_too_many(data[start_of_line:end]):
        what = f"the line has {items:,} objects and lists, or as much else; at most {MAX_ITEMS:,} are read."
        diagnostics.add("E105", what, "Split the document.", byte=0)
        return
    text = data[start_of_line:end].decode()
    start = _skip(text, 0)
    while start < len(text):
        try:
            value, after = _decode(text, start)
        except _BrokenError as broken:
            begin = start_of_line + _width(text, start)
            long = _over_lines(data, begin) if broken.early and place.spread else None
            if long is None:
                # If this is not an object over several lines, the next will not be one either; trying each would take
                # quadratic time.
                place.spread = place.spread and not broken.early
                hint = _hint(broken, last=end == len(data))
                diagnostics.add("E201", broken.what, hint, byte=_width(text, broken.at))
                return
            value, length = long
            further = data.count(b"\n", start_of_line, begin + length)
            kind = "object" if isinstance(value, dict) else "value"
            what = f"the JSON {kind} that begins here ends {counted(further, 'line')} further down."
            diagnostics.add("E201", what, "Write one document a line, each on a line of its own.", byte=0)
            if isinstance(value, dict):
                yield value
            place.line, place.byte = _rest(data, begin + length, place.line + further, diagnostics, place.before)
            return
        if not isinstance(value, dict):
            what = f"the line is {_kind(value)}, not a JSON object."
            diagnostics.add("E202", what, _FORM, byte=_width(text, start))
            return
        yield value
        start = _skip(text, after)
        if start < len(text):
            what = "there is something after the object." if text[start] != "{" else "there is a second object."
            diagnostics.add("E201", what, "Put each object on a line of its own.", byte=_width(text, start))
        if text[start : start + 1] != "{":
            return


_FORM = 'Each line is one document: {"id": "…", …}.'


class _BrokenError(Exception):
    """A text that is not JSON: what is wrong, where, and whether it is only incomplete."""

    def __init__(self, what: str, at: int, *, early: bool = False) -> None:
        super().__init__(what)
        self.what, self.at, self.early = what, at, early


def _hint(broken: _BrokenError, *, last: bool) -> str:
    if broken.early and last:
        return "The file seems to be cut off here: write it again, to its end."
    return "Each line is one JSON object."


def _number(digits: str) -> int:
    """Parse an integer; of a huge one only as many digits as show that it is out of range."""
    return int(digits[:_MAX_DIGITS])


_USUAL = json.JSONDecoder(object_pairs_hook=Repeats.from_pairs, parse_constant=NoNumber)
_PATIENT = json.JSONDecoder(object_pairs_hook=Repeats.from_pairs, parse_constant=NoNumber, parse_int=_number)


def _decode(text: str, start: int) -> tuple[Any, int]:
    """Decode the value at an index; return it and the index after it.

    Raises:
        _BrokenError: not JSON, or nested too deeply.

    """
    try:
        try:
            return _USUAL.raw_decode(text, start)
        except json.JSONDecodeError:
            raise
        except ValueError:  # more digits than int() accepts
            return _PATIENT.raw_decode(text, start)
    except json.JSONDecodeError as cause:
        end = len(text.rstrip(" \t\r\n"))
        early, at = cause.pos >= end or _OPEN_STRING.match(text, cause.pos) is not None, min(cause.pos, end)
        what = f"not valid JSON: {cause.msg[:1].lower()}{cause.msg[1:].removesuffix(' at')} (column {at + 1})."
        raise _BrokenError(what, at, early=early) from cause
    except RecursionError as cause:
        raise _BrokenError("the JSON is nested too deeply; a submission has five levels.", start) from cause


class _Line(NamedTuple):
    start: int
    end: int
    skipped: int


def _next_line(data: bytes, at: int) -> _Line | None:
    """Find the next line that is not blank: its bounds, and the number of blank lines before it."""
    blank = _BLANK_LINES.match(data, at)
    assert blank is not None
    start = blank.end()
    if start == len(data):
        return None
    end = data.find(b"\n", start)
    return _Line(start, len(data) if end < 0 else end + 1, data.count(b"\n", at, start))


class _Long(NamedTuple):
    value: Any
    length: int


def _over_lines(data: bytes, start: int) -> _Long | None:
    """Decode a value that spans several lines; return it and its length in bytes, or None."""
    piece = data[start : start + _FURTHEST]
    if has_too_many(piece):
        return None
    text = piece.decode(errors="ignore")
    try:
        value, after = _decode(text, 0)
    except _BrokenError:
        return None
    return _Long(value, _width(text, after))


def _rest(data: bytes, at: int, number: int, diagnostics: Diagnostics, before: int) -> tuple[int, int]:
    """Skip the rest of the line in which an object over several lines ended; return the line and its end."""
    end = data.find(b"\n", at)
    end = len(data) if end < 0 else end + 1
    if data[at:end].strip(b" \t\r\n"):
        diagnostics.line, diagnostics.byte = number, before + at
        diagnostics.add("E201", "there is something after the end of the object.", "Remove it.", byte=0)
    return number, end


def _skip(text: str, start: int) -> int:
    """Index of the next character that is not white space."""
    white = _WHITE.match(text, start)
    assert white is not None
    return white.end()


def _width(text: str, end: int) -> int:
    """Length of ``text[:end]`` in bytes of UTF-8."""
    return len(text[:end].encode())


def _kind(value: Any) -> str:
    match value:
        case list():
            return f"a list of {len(value)}"
        case str():
            return "a string"
        case None:
            return "null"
        case _:
            return "true or false" if isinstance(value, bool) else "a number"
