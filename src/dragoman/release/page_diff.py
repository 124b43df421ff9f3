"""Where a copy of a page differs from the page that was labelled, of which nothing is known but checksums.

The checksum of each line finds the lines again, also where others were put between them. Inside a line a checksum says
nothing of where, so that likely causes are tried: one character put in, left out or changed, and what editors and
browsers do to a text. Where none of these gives the checksum, the whole line is named.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from dragoman.files import sha256
from dragoman.text import counted

MAX_SHOWN = 5
"""Places of a page that are named; the others are counted."""
_MAX_TRIED = 2**18
"""Texts that are tried for one line: below half a second."""
_MAX_ENDS = 2**20
"""Ends of lines that are tried for the lines of a page."""
_MAX_ALIGNED = 5000
"""Lines up to which those that come often are compared too: the time that they take grows with their square."""
_LIKELY = " \u00a0\u200b\u200c\u200d\u200e\u200f\ufeff'\"‘’“”«».,،;؛:-–—…·()[]0123456789"


@dataclass(frozen=True)
class Place:
    """A place where a page differs.

    Attributes:
        line: 1-based line in the reader's copy; 0 before its first.
        column: 1-based column in code points, or 0 where the whole line is meant.
        what: what is there, in a few words.

    """

    line: int
    column: int
    what: str

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        return f"line {self.line}{column} ({self.what})"


@dataclass(frozen=True)
class _Line:
    """A line of the reader's copy without the blanks around it: which it is, where, and its checksum if it is known."""

    number: int
    text: str
    start: int
    known: str | None


def places(text: str, segments: Sequence[dict[str, Any]]) -> list[Place]:
    """Compare a reader's copy with the lines that were labelled.

    Args:
        text: the copy.
        segments: lines of the page in their order: ``start``, ``end`` and ``sha256`` of each.

    Returns:
        Every place, in the order of the copy; none where all lines are the same and stand where they stood.

    """
    lines = list(_lines(text, segments))
    wanted = [str(segment["sha256"]) for segment in segments]
    have = [line.known or f"{line.number}" for line in lines]
    differences: list[Place] = []
    drift: int | None = 0  # by how much lines stand elsewhere; unknown after one that differs
    for kind, low, high, first, last in _aligned(wanted, have):
        if kind == "equal":
            for segment, line in zip(segments[low:high], lines[first:last], strict=True):
                moved = line.start - int(segment["start"])
                if drift not in (None, moved):
                    differences.append(_moved(line, text, moved - (drift or 0)))
                drift = moved
            continue
        drift = None
        both = min(high - low, last - first)
        for segment, line in zip(segments[low : low + both], lines[first : first + both], strict=True):
            if line.known != segment["sha256"]:
                differences.append(_changed(line, segment, text, exact=len(differences) < MAX_SHOWN))
        differences += [Place(line.number, 0, "not on the page") for line in lines[first + both : last]]
        if lacking := high - low - both:
            after = lines[first + both - 1].number if first + both else 0
            differences.append(Place(after, 0, f"after it {counted(lacking, 'line is', 'lines are')} missing"))
    return differences


def _moved(line: _Line, text: str, by: int) -> Place:
    what = f"{counted(abs(by), 'character')} too {'many' if by > 0 else 'few'} before it"
    return Place(line.number, line.start - text.rfind("\n", 0, line.start), what)


def in_words(differences: Sequence[Place]) -> str:
    """Name the first places, and count the others."""
    more = f" and {counted(len(differences) - MAX_SHOWN, 'more place')}" if len(differences) > MAX_SHOWN else ""
    return "; ".join(str(place) for place in differences[:MAX_SHOWN]) + more


def _aligned(wanted: list[str], have: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """Find the lines that are the same: those of the head, those of the end, and between them as `difflib` does."""
    least = min(len(wanted), len(have))
    head = next((i for i in range(least) if wanted[i] != have[i]), least)
    tail = next((i for i in range(least - head) if wanted[-1 - i] != have[-1 - i]), least - head)
    ends = len(wanted) - tail, len(have) - tail
    yield "equal", 0, head, 0, head
    middle = wanted[head : ends[0]], have[head : ends[1]]
    many = max(map(len, middle)) > _MAX_ALIGNED
    for kind, low, high, first, last in SequenceMatcher(None, *middle, autojunk=many).get_opcodes():
        yield kind, low + head, high + head, first + head, last + head
    yield "equal", ends[0], len(wanted), ends[1], len(have)


def _lines(text: str, segments: Sequence[dict[str, Any]]) -> Iterator[_Line]:
    """Lines that are not blank; one that was labelled is known by its checksum, also if only its end was labelled."""
    wanted = {(int(segment["end"]) - int(segment["start"]), segment["sha256"]) for segment in segments}
    lengths = sorted({length for length, _ in wanted}, reverse=True)
    left = _MAX_ENDS
    start = 0
    for number, whole in enumerate(text.split("\n"), 1):
        line = whole.strip()
        end = start + len(whole.rstrip())
        if line:
            # A list mark before a line is no part of what was labelled: the end of the line is tried too.
            known = None
            for length in [len(line), *(each for each in lengths if each < len(line))]:
                if length < len(line) and (left := left - 1) < 0:
                    break
                checksum = sha256(text[end - length : end].encode("utf-8", "surrogatepass"))
                if (length, checksum) in wanted:
                    known = checksum
                    break
            size = length if known else len(line)
            yield _Line(number, text[end - size : end], end - size, known)
        start += len(whole) + 1


def _changed(line: _Line, segment: dict[str, Any], text: str, *, exact: bool) -> Place:
    """Say where a line differs from the one that is wanted, if that can be found out."""
    length = int(segment["end"]) - int(segment["start"])
    before = line.start - text.rfind("\n", 0, line.start)
    for skipped in {0, _mark(line.text)} if exact else ():
        given = line.text[skipped:]
        for what, attempt in (*_whole(given), *_single(given, length, sorted({*text, *_LIKELY}))):
            if len(attempt) == length and sha256(attempt.encode("utf-8", "surrogatepass")) == segment["sha256"]:
                at = next((i for i, (a, b) in enumerate(zip(given, attempt, strict=False)) if a != b), None)
                at = min(len(given), len(attempt)) if at is None else at
                return Place(line.number, before + skipped + at, what or _shown(given, attempt, at))
    return Place(line.number, 0, f"another line; that of the page has {counted(length, 'character')}")


def _mark(line: str) -> int:
    """Length of a list mark at the head of a line."""
    match = re.match(r"[^\w\s]+\s+", line)
    return match.end() if match else 0


def _shown(given: str, attempt: str, at: int) -> str:
    """Say which character is too much, missing or another."""
    if len(given) > len(attempt):
        return f"{_point(given[at])} too much"
    if len(given) < len(attempt):
        return f"{_point(attempt[at])} is missing"
    return f"{_point(given[at])} in the place of {_point(attempt[at])}"


def _point(character: str) -> str:
    return f"U+{ord(character):04X}"


def _whole(line: str) -> Iterator[tuple[str, str]]:
    """Try what programs do to a whole line."""
    for what, hint in _REPAIRS.items():
        yield what, hint(line)


def _single(line: str, length: int, alphabet: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Try to undo one character put in, left out or changed."""
    if len(line) == length + 1:
        for at in range(len(line)):
            yield "", line[:at] + line[at + 1 :]
    if len(line) in (length, length - 1) and length * len(alphabet) <= _MAX_TRIED:
        skip = int(len(line) == length)
        for at in range(length):
            for character in alphabet:
                yield "", line[:at] + character + line[at + skip :]


_REPAIRS: dict[str, Callable[[str], str]] = {
    "decomposed: it is in Unicode form NFC": lambda line: unicodedata.normalize("NFC", line),
    "composed: it is in Unicode form NFD": lambda line: unicodedata.normalize("NFD", line),
    "HTML entities for characters": html.unescape,
    "characters for HTML entities": lambda line: html.escape(line, quote=False),
    "no-break spaces for spaces": lambda line: line.replace("\u00a0", " "),
    "several spaces for one": lambda line: re.sub(" +", " ", line),
    "characters that do not show": lambda line: "".join(c for c in line if unicodedata.category(c) != "Cf"),
    "curly quotation marks for straight ones": lambda line: re.sub("[“”]", '"', re.sub("[‘’]", "'", line)),
    "tatweel": lambda line: line.replace("\u0640", ""),
}
