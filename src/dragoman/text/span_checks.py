"""Validation of a span: range, order, surface, and the likely cause of a mismatch."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

from dragoman.problems import shown
from dragoman.text.lookalikes import LINE_ENDS, why_unlike
from dragoman.text.offsets import SpanFault, TextMap, Unit
from dragoman.text.quotes import find

MAX_OFFSET = 2**31 - 1
"""Maximum offset where the text is unknown; document and offset then fit together into 64 bits."""


def _always(_: int) -> bool:
    return True


def check_span(
    text: str | None,
    start: int,
    end: int,
    surface: str | None = None,
    *,
    affords: Callable[[int], bool] = _always,
) -> SpanFault | None:
    """Report what is wrong with a span, if anything.

    Args:
        text: the document's text; None if unknown, and then all offsets up to :data:`MAX_OFFSET` are valid.
        start: offset of the first code point, from 0.
        end: offset after the last code point.
        surface: the words that the span must have; None if not stated.
        affords: asked whether a text of so many code points may be searched for the cause of an error
            (:meth:`dragoman.problems.Diagnostics.affords`).

    Returns:
        None if the span is valid; else E402 empty or reversed, E401 out of range, E403 other words than the stated
        surface. The hint is from :func:`explain_mismatch`, if it has a guess.

    Example:
        >>> check_span("Kim spoke.", 0, 3, "Kim") is None
        True
        >>> check_span("Kim spoke.", 3, 3).code
        'E402'

    """
    length = MAX_OFFSET if text is None else len(text)
    if start >= end:
        kind = "empty" if start == end else "reversed"
        hint = "Spans are half-open, the end is after the last character: start < end."
        return SpanFault("E402", f"the span {start} to {end} is {kind}.", hint)
    if start >= 0 and end <= length and (text is None or surface is None or text[start:end] == surface):
        return None
    guess = explain_mismatch(text, start, end, surface) if text and surface and affords(len(text)) else None
    hint = guess or "Offsets are code points, from 0, half-open."
    if start < 0 or end > length:
        reach = "offsets are at most" if text is None else "the code points of the text are"
        return SpanFault("E401", f"the span {start} to {end} is out of range; {reach} {length}.", hint)
    there, words = shown((text or "")[start:end]), shown(surface or "")
    return SpanFault("E403", f"the text from {start} to {end} is {there}, not {words}.", hint)


def explain_mismatch(text: str, start: int, end: int, surface: str) -> str | None:
    """Guess why a span does not have the stated surface.

    Returns:
        A sentence that names the cause and the offsets that would fit (another offset unit, another Unicode
        normalisation form, a text without its leading white space), or None if the span is right or no guess fits.

    """
    if not 0 <= start <= end < 2**31 or text[start:end] == surface:
        return None
    return next(_guesses(text, start, end, surface), None)


def _guesses(text: str, start: int, end: int, surface: str) -> Iterator[str]:
    units: tuple[tuple[Unit, str], ...] = (("utf-16", "UTF-16 code units"), ("utf-8", "bytes of UTF-8"))
    for unit, name in units:
        moved = TextMap.from_units(text, unit).move(start, end)
        if moved and text[slice(*moved)] == surface:
            yield f"The offsets look like {name}; in code points the span is {moved[0]} to {moved[1]}."
    here = text[start:end]
    if here and unicodedata.normalize("NFC", here) == unicodedata.normalize("NFC", surface):
        yield "The surface is in another Unicode normalisation form; write it as it stands in the text."
    decomposed, back = TextMap.from_normalised(text, lambda piece: unicodedata.normalize("NFD", piece))
    moved = back.move(start, end)
    if moved and decomposed[start:end] == unicodedata.normalize("NFD", surface):
        yield f"The offsets count in the decomposed text (NFD); as it stands the span is {moved[0]} to {moved[1]}."
    yield from _line_ends(text, start, end, surface)
    once = len(find(text, surface)) == 1
    if start and once and text[start - 1 : end - 1] == surface:
        yield "The offsets are 1 too high, as where a byte order mark is counted before the text; subtract 1."
    if text.startswith("\ufeff") and text[start + 1 : end + 1] == surface:
        yield "The text begins with a byte order mark, which is a code point; add 1."
    lead = len(text) - len(text.lstrip())
    if lead and text[start + lead : end + lead] == surface:
        yield f"The offsets count in the text without its leading white space; add {lead}."
    places = find(text, surface)
    if len(places) == 1:
        yield f"The surface is at {places[0][0]} to {places[0][1]}."


def _line_ends(text: str, start: int, end: int, surface: str) -> Iterator[str]:
    """Guess that offsets were counted in a text with other line endings, or that the surface has other line endings."""
    if why_unlike(text[start:end], surface) == LINE_ENDS:
        yield "The surface has other line ends than the text; write it as it stands in the text."
    crlf = "\r\n" in text
    unit, other = ("LF", {"\r": ""}) if crlf else ("CR LF", {"\n": "\r\n"})
    if not crlf and "\n" not in text:
        return
    counted, back = TextMap.from_normalised(text, lambda piece: other.get(piece, piece))
    moved = back.move(start, end)
    if moved and counted[start:end].replace("\r\n", "\n") == surface.replace("\r\n", "\n"):
        yield f"The offsets count in the text with {unit} as line ends; as it stands they are {moved[0]} to {moved[1]}."
