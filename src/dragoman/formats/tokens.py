"""Tokens: cutting a text into them, and finding given ones in a text. Offsets are code points, half-open."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable

import regex

Token = tuple[int, int]

# A joiner or a direction mark stays with its letters; every other character that is not of a word is its own token.
_PIECES = regex.compile(r"[\w\p{Cf}]+|\s+|.", regex.DOTALL)


def blank(char: str) -> bool:
    """Whether a character cannot be (part of) a token: white space, and controls."""
    return char.isspace() or unicodedata.category(char) == "Cc"


def words(text: str) -> list[Token]:
    """Words with their marks; every other character that is not blank alone."""
    return [match.span() for match in _PIECES.finditer(text) if not all(map(blank, match.group()))]


def characters(text: str) -> list[Token]:
    """Characters that are not blank, each alone."""
    return [(at, at + 1) for at, char in enumerate(text) if not blank(char)]


def covering(text: str, starts: Collection[int], ends: Collection[int]) -> list[Token]:
    """Tokens that cover a text but for single spaces between two of them, and that begin and end at given places.

    This is what a ``Doc`` of spaCy is made of. A space is a token of its own where a span begins or ends with it.
    """
    cuts = sorted({*starts, *ends, *(match.start() for match in _PIECES.finditer(text)), len(text)} - {0})
    made: list[Token] = []
    begin, spaced = 0, True
    for cut in cuts:
        bridge = text[begin:cut] == " " and not spaced and begin not in starts and cut not in ends
        if not bridge:
            made.append((begin, cut))
        begin, spaced = cut, bridge
    return made


def locate(text: str, token: str, at: int) -> int:
    """Place of the next token at or after a place, or -1 where letters or digits would have to be skipped."""
    place = text.find(token, at)
    return -1 if place < 0 or any(char.isalnum() for char in text[at:place]) else place


def outermost(spans: Iterable[tuple[int, int, str | None]]) -> tuple[list[tuple[int, int, str | None]], int]:
    """Choose the spans that lie in no other and overlap none that is chosen, the earlier and the longer first.

    Returns:
        The chosen spans, in order, and how many are not.

    """
    outer: list[tuple[int, int, str | None]] = []
    inner = 0
    for span in sorted(spans, key=lambda span: (span[0], -span[1], span[2] or "")):
        if outer and span[0] < outer[-1][1]:
            inner += 1
        else:
            outer.append(span)
    return outer, inner
