"""The lines of a JSONL file as JSON objects, and all that can be wrong with them as JSON."""

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
"""Most objects and lists of a line: what a line of many empty ones takes in memory has no relation to its length."""


def has_too_many(line: bytes) -> int:
    """Count the objects and lists of a line by their signs, if there can be more than :data:`MAX_ITEMS`; else 0.

    Eight members or strings count as much as an object. Signs within strings count too: a text with half a million
    brackets is none.
    """
    if len(line) < 2 * MAX_ITEMS:  # an empty object and a comma
        return 0
    number = max(line.count(b"{") + line.count(b"["), line.count(b",") // 8)
    return number if number > MAX_ITEMS else 0


@dataclass
class Position:
    """How far a file was read.

    Attributes:
        byte: where the next line begins, in bytes from 0.
        line: number of lines before it.
        spread: whether a value that ends too early is still looked for on the lines after it.

    """

    byte: int = 0
    line: int = 0
    spread: bool = True


def objects(
    data: bytes, diagnostics: Diagnostics, position: Position | None = None, stop: int | None = None
) -> Iterator[dict[str, Any]]:
    """Read all objects of a file, and note everything in it that is not one object on one line.

    What can be understood is given nevertheless, so that what is wrong inside can be said too: a second object on a
    line, and an object that goes over several lines. Blank lines are passed over. ``diagnostics`` stay at the line on
    which the object that was given last begins.

    Args:
        data: UTF-8 without NUL.
        diagnostics: takes E105, E201 and E202, with the byte.
        position: where to begin; it is moved on, and stands at the end of what was read afterwards.
        stop: byte before which the last line that is read begins; the end of the file if None.

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
    """Give the objects that begin on a line, and move the position to the next one."""
    start_of_line, end = line.start, line.end
    place.byte, place.line = end, place.line + 1
    diagnostics.line, diagnostics.byte = place.line, start_of_line
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
                # If it was no object over several lines, the next will not be one either, and a file of
                # such beginnings must not be read to its end again and again.
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
            place.line, place.byte = _rest(data, begin + length, place.line + further, diagnostics)
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
    """A text that is not JSON: what is wrong, where, and whether it only ends too early."""

    def __init__(self, what: str, at: int, *, early: bool = False) -> None:
        super().__init__(what)
        self.what, self.at, self.early = what, at, early


def _hint(broken: _BrokenError, *, last: bool) -> str:
    if broken.early and last:
        return "The file seems to be cut off here: write it again, to its end."
    return "Each line is one JSON object."


def _number(digits: str) -> int:
    """Read an integer; of a monstrous one only as much as is needed to see that it is out of range."""
    return int(digits[:_MAX_DIGITS])


_USUAL = json.JSONDecoder(object_pairs_hook=Repeats.from_pairs, parse_constant=NoNumber)
_PATIENT = json.JSONDecoder(object_pairs_hook=Repeats.from_pairs, parse_constant=NoNumber, parse_int=_number)


def _decode(text: str, start: int) -> tuple[Any, int]:
    """Read the value at a place; return it and the place after it.

    Raises:
        _BrokenError: not JSON, or nested too deeply.

    """
    try:
        try:
            return _USUAL.raw_decode(text, start)
        except json.JSONDecodeError:
            raise
        except ValueError:  # a number of so many digits that it is not read
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
    """Find the next line that is not blank: where it begins and ends, and how many blank ones stand before it."""
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
    """Read a value that goes over several lines from the byte at which it begins, with its length in bytes."""
    piece = data[start : start + _FURTHEST]
    if has_too_many(piece):
        return None
    text = piece.decode(errors="ignore")
    try:
        value, after = _decode(text, 0)
    except _BrokenError:
        return None
    return _Long(value, _width(text, after))


def _rest(data: bytes, at: int, number: int, diagnostics: Diagnostics) -> tuple[int, int]:
    """Pass over the rest of the line in which an object over several lines ended; return the line and where it ends."""
    end = data.find(b"\n", at)
    end = len(data) if end < 0 else end + 1
    if data[at:end].strip(b" \t\r\n"):
        diagnostics.line, diagnostics.byte = number, at
        diagnostics.add("E201", "there is something after the end of the object.", "Remove it.", byte=0)
    return number, end


def _skip(text: str, start: int) -> int:
    """Place of the next character that is not white space."""
    white = _WHITE.match(text, start)
    assert white is not None
    return white.end()


def _width(text: str, end: int) -> int:
    """Bytes of the beginning of a text."""
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
