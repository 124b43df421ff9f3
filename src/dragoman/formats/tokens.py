"""Tokenisation, and alignment of given tokens with a text. Offsets are code points, half-open."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable

import regex

Token = tuple[int, int]

# Joiners and direction marks belong to words; every other non-word character is a token of its own.
_PIECES = regex.compile(r"[\w\p{Cf}]+|\s+|.", regex.DOTALL)


def blank(char: str) -> bool:
    """Tell whether a character is white space or a control character, and so never part of a token."""
    return char.isspace() or unicodedata.category(char) == "Cc"


def words(text: str) -> list[Token]:
    """Tokenise into words with their marks; every other non-blank character is a token."""
    return [match.span() for match in _PIECES.finditer(text) if not all(map(blank, match.group()))]


def characters(text: str) -> list[Token]:
    """Tokenise into single non-blank characters."""
    return [(at, at + 1) for at, char in enumerate(text) if not blank(char)]


def covering(text: str, starts: Collection[int], ends: Collection[int]) -> list[Token]:
    """Return tokens that cover the whole text, except single spaces between tokens, with boundaries at the given
    offsets.

    This is the tokenisation that a ``Doc`` of spaCy requires. A space at the boundary of a span is a token of its own.
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
    """Return the offset of the next occurrence of a token, or -1 if letters or digits would have to be skipped."""
    place = text.find(token, at)
    return -1 if place < 0 or any(char.isalnum() for char in text[at:place]) else place


def outermost(spans: Iterable[tuple[int, int, str | None]]) -> tuple[list[tuple[int, int, str | None]], int]:
    """Choose spans that do not overlap, preferring earlier and longer ones.

    Returns:
        The chosen spans, in order, and the number of the others.

    """
    outer: list[tuple[int, int, str | None]] = []
    inner = 0
    for span in sorted(spans, key=lambda span: (span[0], -span[1], span[2] or "")):
        if outer and span[0] < outer[-1][1]:
            inner += 1
        else:
            outer.append(span)
    return outer, inner
