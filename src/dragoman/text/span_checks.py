"""Validation of spans, one at a time or as columns: range, order, surface, and the likely cause of a mismatch."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from dragoman.problems import shown
from dragoman.text.lookalikes import LINE_ENDS, why_unlike
from dragoman.text.offsets import SpanFault, TextMap, Unit
from dragoman.text.quotes import find

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dragoman.text.string_column import StringColumn

    Ints = NDArray[np.int64]

MAX_OFFSET = 2**31 - 1
"""Maximum offset where the text is unknown; document and offset then fit together into 64 bits."""
_AT_ONCE = 2**21
"""Length of the texts and surfaces that are compared at once: bounds memory, as a code point takes up to 12 bytes."""


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


class Texts:
    """The texts of some documents, and :func:`check_span` for whole columns of spans.

    Args:
        texts: text of each document, None if unknown.
        beyond: whether spans that begin after the end of their text are allowed: they represent quotes without a place
            (:func:`dragoman.text.nowhere`).

    """

    def __init__(self, texts: Sequence[str | None], *, beyond: bool = False) -> None:
        import numpy as np  # noqa: PLC0415 - importing the package must stay cheap

        self.texts = texts
        self.beyond = beyond
        self._lengths = np.array([MAX_OFFSET if text is None else len(text) for text in texts], np.int64)

    def check_spans(self, docs: Ints, starts: Ints, ends: Ints, surfaces: StringColumn | None = None) -> bool:
        """Tell whether all spans are valid.

        Args:
            docs: document of each span, shape (n,).
            starts: offsets of the first code points, shape (n,).
            ends: offsets after the last code points, shape (n,).
            surfaces: the words that each span must have, null where not stated; or None.

        """
        lengths = self._lengths[docs]
        wrong = ends > lengths
        if self.beyond:
            wrong &= starts <= lengths
        if (wrong | (starts < 0) | (ends <= starts)).any():
            return False
        if surfaces is None:
            return True
        stated = surfaces.given & (lengths < MAX_OFFSET)
        if not stated.all():
            docs, starts, ends, lengths = docs[stated], starts[stated], ends[stated], lengths[stated]
            surfaces = surfaces.take(stated)
        # A slice beyond the end of the text is empty.
        starts, ends = starts.clip(max=lengths), ends.clip(max=lengths)
        parts = self._parts(docs, surfaces)
        return all(self._equal(docs[at], starts[at], ends[at], surfaces.take(at)) for at in parts)

    def _parts(self, docs: Ints, surfaces: StringColumn) -> Iterator[slice]:
        """Divide spans into parts that are compared at once; neighbours in the same document stay together."""
        import numpy as np  # noqa: PLC0415

        firsts = _firsts(docs)
        costs = np.add.reduceat(surfaces.ends - surfaces.starts, firsts) + self._lengths[docs[firsts]]
        part = np.cumsum(costs) // _AT_ONCE
        bounds = [*firsts[np.flatnonzero(np.diff(part, prepend=-1))].tolist(), len(docs)]
        yield from (slice(first, end) for first, end in pairwise(bounds))

    def _equal(self, docs: Ints, starts: Ints, ends: Ints, surfaces: StringColumn) -> bool:
        """Tell whether the texts at spans are the surfaces; compares all code points at once."""
        import numpy as np  # noqa: PLC0415

        lengths = ends - starts
        try:
            points = surfaces.code_points(lengths)
        except UnicodeDecodeError:
            return False
        if points is None:
            return False
        firsts = _firsts(docs)
        texts = [self.texts[doc] or "" for doc in docs[firsts].tolist()]
        text = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
        shifts = np.cumsum([0, *map(len, texts[:-1])])
        spans = np.diff(firsts, append=len(docs))
        first = starts + np.repeat(shifts, spans)
        at = np.repeat((first - (np.cumsum(lengths) - lengths)).astype(np.int32), lengths)
        at += np.arange(len(points), dtype=np.int32)
        return bool((text[at] == points).all())


def _firsts(docs: Ints) -> Ints:
    """Return the index of the first span of each run of neighbours in the same document."""
    import numpy as np  # noqa: PLC0415

    return np.flatnonzero(np.diff(docs, prepend=-1))


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
