"""Locate where a copy of a page differs from the annotated page, of which only checksums are known.

Lines are recognised by their checksums, also if others were inserted between them. Within a line, likely causes are
tried: one character inserted, deleted or replaced, and typical changes by editors and browsers. If none of these
reproduces the checksum, the whole line is reported.
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
"""Maximum number of places of a page that are listed; more are counted."""
_MAX_TRIED = 2**18
"""Maximum number of candidates that are tried for one line: below half a second."""
_MAX_ENDS = 2**20
"""Maximum number of line suffixes that are tried for a page."""
_MAX_ALIGNED = 5000
"""Number of lines up to which frequent lines are aligned, too, which takes quadratic time."""
_LIKELY = " \u00a0\u200b\u200c\u200d\u200e\u200f\ufeff'\"‘’“”«».,،;؛:-–—…·()[]0123456789"


@dataclass(frozen=True)
class Place:
    """A place where a page differs.

    Attributes:
        line: 1-based line in the reader's copy; 0 before the first.
        column: 1-based column in code points, or 0 for the whole line.
        what: the difference, in a few words.

    """

    line: int
    column: int
    what: str

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        return f"line {self.line}{column} ({self.what})"


@dataclass(frozen=True)
class _Line:
    """A stripped line of the reader's copy: number, text, offset, and its checksum if it is one of the page's."""

    number: int
    text: str
    start: int
    known: str | None


def places(text: str, segments: Sequence[dict[str, Any]]) -> list[Place]:
    """Compare a reader's copy with the annotated lines.

    Args:
        text: the copy.
        segments: lines of the page, in order: ``start``, ``end`` and ``sha256`` of each.

    Returns:
        All differences, in the order of the copy; empty if all lines are equal and at the same offsets.

    """
    lines = list(_lines(text, segments))
    wanted = [str(segment["sha256"]) for segment in segments]
    have = [line.known or f"{line.number}" for line in lines]
    differences: list[Place] = []
    drift: int | None = 0  # shift of the offsets; unknown after a changed line
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
    """Format the first :data:`MAX_SHOWN` places, and count the others."""
    more = f" and {counted(len(differences) - MAX_SHOWN, 'more place')}" if len(differences) > MAX_SHOWN else ""
    return "; ".join(str(place) for place in differences[:MAX_SHOWN]) + more


def _aligned(wanted: list[str], have: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """Align equal lines: common prefix and suffix, and between them with :mod:`difflib`."""
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
    """Yield lines that are not blank, with the checksum of an annotated line, also if only its suffix was annotated."""
    wanted = {(int(segment["end"]) - int(segment["start"]), segment["sha256"]) for segment in segments}
    lengths = sorted({length for length, _ in wanted}, reverse=True)
    left = _MAX_ENDS
    start = 0
    for number, whole in enumerate(text.split("\n"), 1):
        line = whole.strip()
        end = start + len(whole.rstrip())
        if line:
            # A list marker at the start of a line was not annotated: suffixes of the line are tried, too.
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
    """Locate the difference between a line and the annotated one, if possible."""
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
    """Length of a list marker at the start of a line."""
    match = re.match(r"[^\w\s]+\s+", line)
    return match.end() if match else 0


def _shown(given: str, attempt: str, at: int) -> str:
    """Describe the inserted, missing or replaced character."""
    if len(given) > len(attempt):
        return f"{_point(given[at])} too much"
    if len(given) < len(attempt):
        return f"{_point(attempt[at])} is missing"
    return f"{_point(given[at])} in the place of {_point(attempt[at])}"


def _point(character: str) -> str:
    return f"U+{ord(character):04X}"


def _whole(line: str) -> Iterator[tuple[str, str]]:
    """Yield the line with typical changes by programs undone."""
    for what, hint in _REPAIRS.items():
        yield what, hint(line)


def _single(line: str, length: int, alphabet: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the line with one inserted, deleted or replaced character undone."""
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
