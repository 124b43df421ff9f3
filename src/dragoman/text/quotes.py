"""Quotes instead of offsets: search for the words that a system quoted from a text.

Models that are bad at counting characters give ``{"quote": "…", "occurrence": 2}``. The quote is searched for

1. verbatim (``exact``);
2. after normalisation of both text and quote: the steps of :data:`NORMALISATIONS` are applied cumulatively, in order;
   the first step with which the quote is found is reported;
3. fuzzily, after all normalisations: the substring of the text that is most similar to the quote, if it is at least
   :data:`THRESHOLD` percent similar (normalised Indel similarity, ``rapidfuzz``) and has the same digits, since a date
   with another digit is another date, not a typo.

The first way that finds the quote is used. ``occurrence`` counts its places from 1, in text order; places may overlap.
An ``occurrence`` beyond their number has no place; quotes without ``occurrence`` are resolved for all items of a
document together (:mod:`dragoman.text.quote_places`).

**Quotes without a place.** In a submission such an item is a false positive: it keeps its labels, and gets a span
beyond the end of the text, of the same length as the quote, that cannot match any gold span (:func:`nowhere`). There is
a warning for each (W904). It is not an error, because the model is wrong and not the format, and one hallucinated quote
must not prevent the scoring of a hundred documents. In gold it is an error (E404, E405). A quote in a document whose
text is unknown is always an error.

Limits: :data:`MAX_TEXT`, :data:`MAX_PLACES`, :data:`MAX_FUZZY_TEXT`, :data:`MAX_FUZZY_QUOTE` and
:data:`MAX_FUZZY_QUOTES` keep the time linear in the size of the file; quotes beyond them are not found. No limit
depends on the order of lines or items.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from dragoman import languages
from dragoman.problems import shown
from dragoman.text.offsets import Span, SpanFault, TextMap
from dragoman.text.suffixes import Finder

THRESHOLD = 90.0
"""Minimum similarity of a fuzzy match, in percent."""
MAX_TEXT = 200_000
"""Maximum length of a text, in code points, for any search but the exact one."""
MAX_PLACES = 10_000
"""Maximum number of places of a quote; a quote with more identifies nothing and has no place."""
MAX_FUZZY_TEXT = 100_000
"""Maximum length of a text for fuzzy search, in code points."""
MAX_FUZZY_QUOTE = 300
"""Maximum length of a quote for fuzzy search, in code points."""
MIN_FUZZY_QUOTE = 6
"""Minimum length of a quote for fuzzy search, in code points: of a shorter one, a single omitted letter exceeds the
threshold.
"""
MAX_FUZZY_QUOTES = 1_000
"""Maximum number of distinct quotes per document for fuzzy search; with more, none is searched fuzzily."""
MAX_FUZZY_PLACES = 64
"""Maximum number of similar substrings compared for one quote; with more, the quote is ambiguous or not found."""
# Minimum similarity of an alignment before its ends are adjusted: it has the length of the quote, and adjusting it can
# raise the similarity from 75 to 90 percent.
_ROUGH = 75.0

EXACT, FUZZY, AMBIGUOUS, MISSING = "exact", "fuzzy", "ambiguous", "not found"


class Normalisation(NamedTuple):
    """One normalisation step, applied to both quote and text.

    Attributes:
        name: name in the tally.
        what: the difference that it removes, to follow "disregarding".
        make: makes the function for one text that maps a piece (a character with its marks) to its normalised form; it
            is called with the pieces in order, so that it may keep state.
        applies: tells for a quote whether the step is used.

    """

    name: str
    what: str
    make: Callable[[], Callable[[str], str]]
    applies: Callable[[str], bool] = lambda _: True


def _stateless(step: Callable[[str], str]) -> Callable[[], Callable[[str], str]]:
    cached = functools.lru_cache(maxsize=4096)(step)
    return lambda: cached


def _spaces() -> Callable[[str], str]:
    """Collapse runs of white space to one space, and drop format characters."""
    after_space = False

    def step(piece: str) -> str:
        nonlocal after_space
        visible = "".join(char for char in piece if unicodedata.category(char) != "Cf")
        if not visible:
            return ""
        space = visible.isspace()
        skipped, after_space = space and after_space, space
        return "" if skipped else " " if space else visible

    return step


_QUOTES = frozenset("'\"`´‘’‚‛“”„‟′″‹›«»「」『』〈〉《》＂＇")


def _punctuation(piece: str) -> str:
    return "".join('"' if c in _QUOTES else "-" if unicodedata.category(c) == "Pd" else c for c in piece)


@functools.cache
def _marks() -> dict[int, None]:
    """Make the translation table that deletes the marks that some language ignores."""
    return dict.fromkeys(ord(mark) for language in languages.all() for mark in language.ignored_marks)


def _without_marks(piece: str) -> str:
    return piece.translate(_marks())


@functools.cache
def _letters() -> dict[int, str]:
    """Make the translation table with the letter foldings of all languages."""
    return str.maketrans({a: b for language in languages.all() for a, b in language.letter_folding.items()})


def _folded(piece: str) -> str:
    return piece.translate(_letters())


def _digits(piece: str) -> str:
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in piece)


def _without_space(piece: str) -> str:
    return "".join(char for char in piece if not char.isspace())


def _spaced_freely(quote: str) -> bool:
    import regex  # noqa: PLC0415 - only needed for quotes that do not occur verbatim

    patterns = (language.free_spacing for language in languages.all())
    return any(pattern and regex.search(pattern, quote) for pattern in patterns)


NORMALISATIONS: tuple[Normalisation, ...] = (
    Normalisation("nfc", "composition", _stateless(lambda piece: unicodedata.normalize("NFC", piece))),
    Normalisation("nfkc", "compatibility forms", _stateless(lambda piece: unicodedata.normalize("NFKC", piece))),
    Normalisation("spaces", "the kind and number of spaces, and what shows nothing", _spaces),
    Normalisation("punctuation", "the kind of quotation marks and dashes", _stateless(_punctuation)),
    Normalisation("diacritics", "tatweel and Arabic diacritics", _stateless(_without_marks)),
    Normalisation("letters", "forms of alef, ya, kaf and hamza, and ta marbuta", _stateless(_folded)),
    Normalisation("digits", "the script of digits", _stateless(_digits)),
    Normalisation("case", "upper and lower case", _stateless(str.casefold)),
    Normalisation("spacing", "Korean spacing", _stateless(_without_space), _spaced_freely),
)
"""Normalisation steps, in the order in which they are applied cumulatively."""

_STRIPPED_FROM = next(i for i, step in enumerate(NORMALISATIONS) if step.name == "spaces")
WAYS: tuple[str, ...] = (EXACT, *(step.name for step in NORMALISATIONS), FUZZY, AMBIGUOUS, MISSING)
"""Possible outcomes of a search, in the order in which they are tried: the keys of a tally."""


class Located(NamedTuple):
    """Where a quote occurs in a text.

    Attributes:
        way: how it was found, or :data:`MISSING`; :data:`AMBIGUOUS` if there are more places than the limit.
        places: spans in code points, in order; empty if missing or ambiguous.

    """

    way: str
    places: tuple[Span, ...] = ()

    def place(self, occurrence: int | None) -> Span | None:
        """Return the place of an occurrence (from 1); None if there is none, or if None is given and there
        are several.
        """
        if occurrence is None:
            return self.places[0] if len(self.places) == 1 else None
        return self.places[occurrence - 1] if 1 <= occurrence <= len(self.places) else None

    def fault(self, quote: str, occurrence: int | None) -> SpanFault:
        """Explain why a quote has no place: E404 or E405, what is wrong, how to correct it."""
        count = len(self.places)
        if self.way == MISSING:
            what = f"{shown(quote)} is not in the text." if quote else "the quote is empty."
            return SpanFault("E404", what, "Quote the text letter by letter.")
        if not count:
            return SpanFault("E405", f"{shown(quote)} is in too many places.", "Quote more words.")
        many = "once" if count == 1 else f"{count} times"
        asked = "" if occurrence is None else f", and there is no occurrence {occurrence}"
        hint = f"Say which with occurrence, from 1 to {count}." if count > 1 else "Leave occurrence out."
        return SpanFault("E405", f"{shown(quote)} is there {many}{asked}.", hint)


def describe(way: str) -> str:
    """Describe in words how a quote was found."""
    if way == FUZZY:
        return "by similarity"
    return next((f"disregarding {step.what}" for step in NORMALISATIONS if step.name == way), "as it is")


def find(text: str, quote: str) -> list[Span]:
    """Return all places where a quote occurs verbatim, in order, overlapping ones included; none for an empty quote."""
    places: list[Span] = []
    at = text.find(quote) if quote else -1
    while at >= 0:
        places.append((at, at + len(quote)))
        at = text.find(quote, at + 1)
    return places


def locate_quote(text: str, quote: str, *, exact: bool = False) -> Located:
    """Find where a quote occurs in a text.

    Args:
        text: a document's text.
        quote: quoted words.
        exact: whether to search verbatim only; otherwise normalisation and fuzzy search are tried too.

    Example:
        >>> locate_quote("Kim met Kim.", "Kim").places
        ((0, 3), (8, 11))
        >>> locate_quote("Kim met Kim.", "KIM").way
        'case'

    """
    return _exactly(Finder(text, [quote]), quote) if exact else locate_quotes(text, [quote])[quote]


def locate_quotes(text: str, quotes: Iterable[str]) -> dict[str, Located]:
    """Find where each of several quotes occurs in a text.

    Args:
        text: a document's text.
        quotes: quoted words; duplicates are searched once.

    Returns:
        Places by quote; they depend on the set of quotes only, not on their order.

    """
    asked = sorted(set(quotes))
    finder = Finder(text, asked)
    located = {quote: _exactly(finder, quote) for quote in asked}
    left = [quote for quote, one in located.items() if one.way == MISSING]
    if not left or len(text) > MAX_TEXT:
        return located
    versions = _Versions(text, left)
    located |= {quote: _normalised(versions, quote) for quote in left}
    left = [quote for quote in left if located[quote].way == MISSING and len(quote) <= MAX_FUZZY_QUOTE]
    if len(left) <= MAX_FUZZY_QUOTES and len(text) <= MAX_FUZZY_TEXT:
        located |= {quote: _fuzzily(versions, quote) for quote in left}
    return located


def quote_of(text: str, start: int, end: int) -> tuple[str, int]:
    """Convert a span to a quote: its words, and which occurrence of them it is, from 1.

    Example:
        >>> quote_of("Kim met Kim.", 8, 11)
        ('Kim', 2)

    """
    words = text[start:end]
    return words, find(text, words).index((start, end)) + 1


def nearest(text: str, quote: str) -> str | None:
    """Return the words of a text that are most similar to a quote that was not found; None if nothing is similar.

    For messages only: a similarity of 55 percent is enough.
    """
    if not 0 < len(quote) <= min(MAX_FUZZY_QUOTE, len(text)) or len(text) > MAX_FUZZY_TEXT:
        return None
    from rapidfuzz import fuzz  # noqa: PLC0415 - only needed for quotes that were not found

    best = fuzz.partial_ratio_alignment(quote, text, score_cutoff=55)
    return None if best is None else text[best.dest_start : best.dest_end]


def nowhere(text: str, quotes: Iterable[str]) -> dict[str, Span]:
    """Assign spans beyond the end of a text to quotes without a place: disjoint, each of the quote's length.

    The first begins one code point after the end, so that it is not even adjacent to a span of the text.
    """
    spans, start = {}, len(text) + 1
    for quote in sorted(set(quotes)):
        spans[quote] = (start, start + max(1, len(quote)))
        start += max(1, len(quote)) + 1
    return spans


def _exactly(finder: Finder, quote: str) -> Located:
    places = finder.places(quote, most=MAX_PLACES)
    if places is None:
        return Located(AMBIGUOUS)
    return Located(EXACT, tuple(places)) if places else Located(MISSING)


class _Version(NamedTuple):
    """A text after some normalisation steps: its index for quotes, the text, and the map to the original text."""

    finder: Finder
    text: str
    back: TextMap


class _Versions:
    """A text after each number of normalisation steps, computed on demand and cached."""

    def __init__(self, text: str, quotes: list[str]) -> None:
        self.text = text
        self._quotes = quotes
        self._made: dict[tuple[int, ...], _Version] = {}

    def version(self, steps: tuple[int, ...]) -> _Version:
        """Return the text after some normalisation steps."""
        if steps not in self._made:
            text, back = TextMap.from_normalised(self.text, _through(steps))
            self._made[steps] = _Version(Finder(text, self._quotes), text, back)
        return self._made[steps]


def _through(steps: tuple[int, ...]) -> Callable[[str], str]:
    functions = [NORMALISATIONS[step].make() for step in steps]

    def normalise(piece: str) -> str:
        for function in functions:
            piece = function(piece)
        return piece

    return normalise


def _normal_quote(quote: str, steps: tuple[int, ...]) -> str:
    normal, _ = TextMap.from_normalised(quote, _through(steps))
    return normal.strip() if steps[-1] >= _STRIPPED_FROM else normal


def _steps(quote: str) -> Iterator[tuple[int, ...]]:
    """Yield cumulative sequences of normalisation steps for a quote, each with one step more."""
    taken: tuple[int, ...] = ()
    for index, step in enumerate(NORMALISATIONS):
        if step.applies(quote):
            taken = (*taken, index)
            yield taken


def _normalised(versions: _Versions, quote: str) -> Located:
    """Find a quote with the fewest normalisation steps."""
    every = list(_steps(quote))
    # A quote that is not found after all steps is not found after fewer.
    if _places(versions, quote, every[-1]).way == MISSING:
        return Located(MISSING)
    return next(one for steps in every if (one := _places(versions, quote, steps)).way != MISSING)


def _places(versions: _Versions, quote: str, steps: tuple[int, ...]) -> Located:
    normal, (finder, _, back) = _normal_quote(quote, steps), versions.version(steps)
    found = finder.places(normal, most=MAX_PLACES)
    if found is None:
        return Located(AMBIGUOUS)
    moved = (back.move(*place) for place in found)
    places = tuple(dict.fromkeys(place for place in moved if place is not None))
    return Located(NORMALISATIONS[steps[-1]].name, places) if places else Located(MISSING)


def _fuzzily(versions: _Versions, quote: str) -> Located:
    """Find the substrings of the text that are most similar to a quote; several if they are equally similar."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - only needed for quotes that were not found otherwise

    *_, steps = _steps(quote)
    normal, (_, text, back) = _normal_quote(quote, steps), versions.version(steps)
    best, spans = THRESHOLD, set[Span]()
    waiting, rounds = [(0, len(text))] if len(normal) >= MIN_FUZZY_QUOTE else [], 0
    while waiting:
        low, high = waiting.pop()
        if high - low < len(normal):
            continue
        alignment = fuzz.partial_ratio_alignment(normal, text[low:high], score_cutoff=_ROUGH)
        if alignment is None:
            continue
        score, span = _sharpened(text, normal, low + alignment.dest_start, low + alignment.dest_end)
        if score >= best and _same_digits(text[slice(*span)], normal):
            best, spans = score, {span} | (spans if score == best else set())
        rounds += 1
        if rounds > MAX_FUZZY_PLACES:
            return Located(AMBIGUOUS) if spans else Located(MISSING)
        waiting += [(low, low + alignment.dest_start), (low + alignment.dest_end, high)]
    moved = (back.move(*span, outward=True) for span in spans)
    places = sorted({place for place in moved if place is not None})
    return Located(FUZZY, tuple(places)) if places else Located(MISSING)


def _same_digits(a: str, b: str) -> bool:
    return [c for c in a if c.isdigit()] == [c for c in b if c.isdigit()]


def _sharpened(text: str, quote: str, start: int, end: int) -> tuple[float, Span]:
    """Move the ends of an alignment, which has the length of the quote, to where the similarity is highest.

    Ties are broken in favour of the shortest substring, then the first.
    """
    from rapidfuzz import fuzz  # noqa: PLC0415 - as in _fuzzily

    reach = min(8, 2 + len(quote) // 20)
    candidates = (
        (fuzz.ratio(quote, text[low:high]), low - high, -low)
        for low in range(max(0, start - reach), min(len(text), start + reach) + 1)
        for high in range(max(low + 1, end - reach), min(len(text), end + reach) + 1)
    )
    score, negative_length, negative_start = max(candidates)
    return score, (-negative_start, -negative_start - negative_length)
