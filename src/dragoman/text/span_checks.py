"""Is a span right? One judgement, of a single span and of whole columns: range, order, surface, and what went wrong."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from dragoman.problems import shown
from dragoman.text.lookalikes import LINE_ENDS, why_unlike
from dragoman.text.offsets import SpanFault, TextMap, Unit
from dragoman.text.quotes import find

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

MAX_OFFSET = 2**31 - 1
"""Largest offset, where no text is known; places of items then fit 64 bits together with their documents."""


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
    """Say what is wrong with a span, if anything is.

    Args:
        text: the text that it is of; None where that is not known, and then any offsets up to :data:`MAX_OFFSET` go.
        start: first code point, from 0.
        end: code point after the last one.
        surface: words that came with the span and must stand there; None where none came.
        affords: asked whether a text of so many code points may be looked through to guess at the cause
            (:meth:`dragoman.problems.Diagnostics.affords`); only when something is wrong.

    Returns:
        None, or E402 empty or reversed, E401 out of range, E403 not the surface that came with it. The hint is what
        :func:`explain_mismatch` guesses, where it does.

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


class Texts:
    """The texts of some documents, and :func:`check_span` for whole columns of spans over them.

    Args:
        texts: text of each document, None where it is not known.
        beyond: whether spans that begin after the end of their text may occur: they stand for quotes without a place
            (:func:`dragoman.text.nowhere`).

    """

    def __init__(self, texts: Sequence[str | None], *, beyond: bool = False) -> None:
        import numpy as np  # noqa: PLC0415 - kept out of the import of the package

        self.texts = texts
        self.beyond = beyond
        self._lengths = np.array([MAX_OFFSET if text is None else len(text) for text in texts], np.int64)

    def check_spans(self, docs: Ints, starts: Ints, ends: Ints, surfaces: Iterable[str | None] | None = None) -> bool:
        """Say whether nothing is wrong with any of some spans.

        Args:
            docs: document of each span, shape (n,).
            starts: first code points, shape (n,).
            ends: code points after the last ones, shape (n,).
            surfaces: words that came with each, or None.

        """
        lengths = self._lengths[docs]
        wrong = ends > lengths
        if self.beyond:
            wrong &= starts <= lengths
        if (wrong | (starts < 0) | (ends <= starts)).any():
            return False
        if surfaces is None:
            return True
        spans = zip(docs.tolist(), starts.tolist(), ends.tolist(), surfaces, strict=True)
        return not any(
            surface is not None and (text := self.texts[doc]) is not None and text[start:end] != surface
            for doc, start, end, surface in spans
        )


def explain_mismatch(text: str, start: int, end: int, surface: str) -> str | None:
    """Guess why a span does not show the surface that came with it, if it does not.

    Returns:
        A sentence that names the cause and the offsets that would fit (another offset unit, another
        normalisation form, a text with its white space stripped), or None when no guess fits.

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
        yield f"The surface stands at {places[0][0]} to {places[0][1]}."


def _line_ends(text: str, start: int, end: int, surface: str) -> Iterator[str]:
    """Guess that a span was counted in the text with other line ends, or that its surface has such."""
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
