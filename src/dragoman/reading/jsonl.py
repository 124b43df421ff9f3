"""The lines of a JSONL file as JSON objects, and all that can be wrong with them as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from dragoman.reading.diagnostics import Diagnostics
from dragoman.schema.shape import NoNumber, Repeats

_MAX_DIGITS = 4000
_FURTHEST = 2**24
_PIECE = 2**18
_WHITE = re.compile(r"[ \t\r\n]*")


class Layout(NamedTuple):
    """How the bytes of a file lie in lines.

    Attributes:
        lines: number of lines; the last one may lack its line feed.
        longest: bytes of the longest one, without its line feed.
        whole: whether each line begins with ``{`` and ends with ``}``, so that no object goes over a line's end. Inside
            a JSON object a ``}`` is never followed by a ``{``, nor can a line end inside a string. So where this is
            true and the file is a sequence of JSON objects, as many as it has lines, each line holds exactly one.

    """

    lines: int
    longest: int
    whole: bool


def layout(data: bytes) -> Layout:
    """Look at where the lines of a file begin and end, all at once; the file must not be empty."""
    content = np.frombuffer(data, np.uint8)
    # Piece by piece, so that what is compared stays in the cache.
    pieces = [np.flatnonzero(content[at : at + _PIECE] == ord("\n")) + at for at in range(0, len(content), _PIECE)]
    feeds = np.concatenate(pieces)
    open_ended = not len(feeds) or feeds[-1] != len(data) - 1
    ends = np.append(feeds, len(data)) if open_ended else feeds
    starts = np.concatenate([[0], ends[:-1] + 1])
    last = ends - 1
    last = last - ((content[last] == ord("\r")) & (last > starts))
    whole = bool((content[starts] == ord("{")).all() and (content[last] == ord("}")).all())
    return Layout(len(ends), int((ends - starts).max()), whole)


def is_blank(data: bytes) -> bool:
    """Whether there is nothing but white space as JSON has it."""
    return not data[:1].strip(b" \t\r\n") and not data.strip(b" \t\r\n")


def objects(data: bytes, complain: Diagnostics) -> Iterator[dict[str, Any]]:
    """Read all objects of a file, and complain of everything in it that is not one object on one line.

    What can be understood is given nevertheless, so that what is wrong inside can be said too: a second object on a
    line, and an object that goes over several lines. Blank lines are passed over. ``complain`` is kept at the line on
    which the object that was given last begins.

    Args:
        data: UTF-8 without NUL.
        complain: takes the problems E201 and E202, with the byte.

    Yields:
        Objects as :class:`dragoman.schema.shape.Repeats`.

    """
    number, at, spread = 0, 0, True
    while at < len(data):
        number += 1
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end + 1
        complain.line, complain.byte = number, at
        text = data[at:end].decode()
        at, start = end, _skip(text, 0)
        while start < len(text):
            try:
                value, after = _decode(text, start)
            except _BrokenError as broken:
                found = _over_lines(data, complain.byte + _width(text, start)) if broken.early and spread else None
                if found is None:
                    # If it was no object over several lines, the next will not be one either, and a file of
                    # such beginnings must not be read to its end again and again.
                    spread = spread and not broken.early
                    complain(
                        "E201", "", broken.what, _hint(broken, last=end == len(data)), byte=_width(text, broken.at)
                    )
                    break
                value, length = found
                at = complain.byte + _width(text, start) + length
                further = data.count(b"\n", complain.byte, at)
                kind = "object" if isinstance(value, dict) else "value"
                what = f"the JSON {kind} that begins here ends {further} line{'s' * (further > 1)} further down."
                complain("E201", "", what, "Write one document a line, each on a line of its own.", byte=0)
                if isinstance(value, dict):
                    yield value
                number, at = _rest(data, at, number + further, complain)
                break
            if not isinstance(value, dict):
                complain("E202", "", f"the line is {_kind(value)}, not a JSON object.", _FORM, byte=_width(text, start))
                break
            yield value
            start = _skip(text, after)
            if start < len(text):
                what = "there is something after the object." if text[start] != "{" else "there is a second object."
                complain("E201", "", what, "Put each object on a line of its own.", byte=_width(text, start))
            if text[start : start + 1] != "{":
                break


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
        early, at = cause.pos >= end or cause.msg.startswith("Unterminated"), min(cause.pos, end)
        what = f"not valid JSON: {cause.msg[:1].lower()}{cause.msg[1:].removesuffix(' at')} (column {at + 1})."
        raise _BrokenError(what, at, early=early) from cause
    except RecursionError as cause:
        raise _BrokenError("the JSON is nested too deeply; a submission has five levels.", start) from cause


class _Long(NamedTuple):
    value: Any
    length: int


def _over_lines(data: bytes, start: int) -> _Long | None:
    """Read a value that goes over several lines from the byte at which it begins, with its length in bytes."""
    text = data[start : start + _FURTHEST].decode(errors="ignore")
    try:
        value, after = _decode(text, 0)
    except _BrokenError:
        return None
    return _Long(value, _width(text, after))


def _rest(data: bytes, at: int, number: int, complain: Diagnostics) -> tuple[int, int]:
    """Pass over the rest of the line in which an object over several lines ended; return the line and where it ends."""
    end = data.find(b"\n", at)
    end = len(data) if end < 0 else end + 1
    if not is_blank(data[at:end]):
        complain.line, complain.byte = number, at
        complain("E201", "", "there is something after the end of the object.", "Remove it.", byte=0)
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
