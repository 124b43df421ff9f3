"""Quotes in place of offsets: where the words stand that a system quoted from a text.

A model that cannot count gives ``{"quote": "…", "occurrence": 2}``. The words are looked for

1. as they are (``exact``);
2. with the declared normalisations (:data:`NORMALISATIONS`), in that order and each on top of those before it, in the
   text as in the quote; the first that finds them is the one that is named;
3. fuzzily, with all normalisations: the stretch of the text that is most similar to the quote, if it is at least
   :data:`THRESHOLD` percent similar (Indel ratio, ``rapidfuzz``) and has the same digits, since a date with another
   digit is another date, not a slip of the pen.

Where words are found in one way no later way is tried. ``occurrence`` counts the places that were found, from 1, in
the order of the text; places may overlap. An ``occurrence`` that is not there leads to no place; which one is meant
where nobody said so is settled for all quotes of a document together (:mod:`dragoman.text.quote_places`).

**What a quote without a place is.** In a submission it is a prediction that counts as spurious: it keeps its line
and its labels, and gets a span beyond the end of the text, as long as the quote, which no gold span can touch
(:func:`nowhere`). Each is warned of (W904). It is no error, because it is the work of the model and not the form of the
file that is wrong, and a hundred documents must not go unscored for one invented quote. In a reference it is an error
(E404, E405), since nobody could find what is not there. A quote whose document has no known text is an error anywhere.

Bounds: :data:`MAX_TEXT`, :data:`MAX_PLACES`, :data:`MAX_FUZZY_TEXT`, :data:`MAX_FUZZY_QUOTE` and
:data:`MAX_FUZZY_QUOTES` keep the time linear in the file; what lies beyond them is not found, and none depends on the
order of lines or items.
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
"""Least similarity of a fuzzy finding, in percent."""
MAX_TEXT = 200_000
"""Longest text, in code points, in which quotes are found otherwise than exactly."""
MAX_PLACES = 10_000
"""Most places of a quote; one that stands in more is of no use as a quote, and leads to none."""
MAX_FUZZY_TEXT = 100_000
"""Longest text, in code points, that is searched fuzzily."""
MAX_FUZZY_QUOTE = 300
"""Longest quote, in code points, that is searched fuzzily."""
MIN_FUZZY_QUOTE = 6
"""Shortest quote, in code points, that is searched fuzzily: with one letter left out, less is not similar enough."""
MAX_FUZZY_QUOTES = 1_000
"""Most distinct quotes of one document that are searched fuzzily; of a document with more, none is."""
MAX_FUZZY_PLACES = 64
"""Most similar stretches of a text that are compared for one quote; where there are more, none is taken."""
# Least similarity of an alignment before its ends are moved: it is as long as the quote, and what it should be may be
# shorter or longer by so much that 75 percent become 90.
_ROUGH = 75.0

EXACT, FUZZY, AMBIGUOUS, MISSING = "exact", "fuzzy", "ambiguous", "not found"


class Normalisation(NamedTuple):
    """A declared difference between a quote and the text.

    Attributes:
        name: what it is called in the tally.
        what: what it disregards, to follow "disregarding".
        make: makes a function from a piece (a character with its marks) to its normalised form, for one text; the
            pieces come in order.
        applies: tells from the quote whether the step is taken.

    """

    name: str
    what: str
    make: Callable[[], Callable[[str], str]]
    applies: Callable[[str], bool] = lambda _: True


def _stateless(step: Callable[[str], str]) -> Callable[[], Callable[[str], str]]:
    cached = functools.lru_cache(maxsize=4096)(step)
    return lambda: cached


def _spaces() -> Callable[[str], str]:
    """Write a run of white space as one space, and what shows nothing not at all."""
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
    """Map marks that some language ignores to nothing."""
    return dict.fromkeys(ord(mark) for language in languages.all() for mark in language.ignored_marks)


def _without_marks(piece: str) -> str:
    return piece.translate(_marks())


@functools.cache
def _letters() -> dict[int, str]:
    """Map letters that some language folds."""
    return str.maketrans({a: b for language in languages.all() for a, b in language.letter_folding.items()})


def _folded(piece: str) -> str:
    return piece.translate(_letters())


def _digits(piece: str) -> str:
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in piece)


def _without_space(piece: str) -> str:
    return "".join(char for char in piece if not char.isspace())


def _spaced_freely(quote: str) -> bool:
    import regex  # noqa: PLC0415 - only quotes that are not there as they are need it

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
"""The declared normalisations, in the order in which they are added."""

_STRIPPED_FROM = next(i for i, step in enumerate(NORMALISATIONS) if step.name == "spaces")
WAYS: tuple[str, ...] = (EXACT, *(step.name for step in NORMALISATIONS), FUZZY, AMBIGUOUS, MISSING)
"""All that can become of a quote, in the order in which it is tried: the keys of a tally."""


class Located(NamedTuple):
    """Where a quote stands.

    Attributes:
        way: how it was found, or :data:`MISSING`; :data:`AMBIGUOUS` where it stands in too many places to count.
        places: spans in code points, in order; empty if missing.

    """

    way: str
    places: tuple[Span, ...] = ()

    def place(self, occurrence: int | None) -> Span | None:
        """Say which place is meant, or None where there is none or where one would have to guess."""
        if occurrence is None:
            return self.places[0] if len(self.places) == 1 else None
        return self.places[occurrence - 1] if 1 <= occurrence <= len(self.places) else None

    def fault(self, quote: str, occurrence: int | None) -> SpanFault:
        """Say why a quote has no place: E404 or E405, what is wrong, how to correct it."""
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
    """Say in words how a quote was found."""
    if way == FUZZY:
        return "by similarity"
    return next((f"disregarding {step.what}" for step in NORMALISATIONS if step.name == way), "as it is")


def find(text: str, quote: str) -> list[Span]:
    """All places where a quote stands in a text, exactly as written, in order; overlapping ones count each.

    An empty quote stands nowhere.
    """
    places: list[Span] = []
    at = text.find(quote) if quote else -1
    while at >= 0:
        places.append((at, at + len(quote)))
        at = text.find(quote, at + 1)
    return places


def locate_quote(text: str, quote: str, *, exact: bool = False) -> Located:
    """Find where a quote stands in a text.

    Args:
        text: a document's text.
        quote: quoted words.
        exact: whether it must stand there letter by letter; else the declared normalisations and similarity are tried.

    Example:
        >>> locate_quote("Kim met Kim.", "Kim").places
        ((0, 3), (8, 11))
        >>> locate_quote("Kim met Kim.", "KIM").way
        'case'

    """
    return _exactly(Finder(text, [quote]), quote) if exact else locate_quotes(text, [quote])[quote]


def locate_quotes(text: str, quotes: Iterable[str]) -> dict[str, Located]:
    """Find where each of some quotes stands in a text.

    Args:
        text: a document's text.
        quotes: quoted words; repeated ones are looked for once.

    Returns:
        Where it stands, by quote; it depends on the set of quotes only, not on their order.

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
    """Put a span into the form of a quote: its words, and which occurrence of them it is, from 1.

    Example:
        >>> quote_of("Kim met Kim.", 8, 11)
        ('Kim', 2)

    """
    words = text[start:end]
    return words, find(text, words).index((start, end)) + 1


def nearest(text: str, quote: str) -> str | None:
    """Find the words of a text that are most like a quote that is not there; None when nothing is like it.

    For a message to a human being: anything more than half alike will do.
    """
    if not 0 < len(quote) <= min(MAX_FUZZY_QUOTE, len(text)) or len(text) > MAX_FUZZY_TEXT:
        return None
    from rapidfuzz import fuzz  # noqa: PLC0415 - only quotes that are not there need it

    best = fuzz.partial_ratio_alignment(quote, text, score_cutoff=55)
    return None if best is None else text[best.dest_start : best.dest_end]


def nowhere(text: str, quotes: Iterable[str]) -> dict[str, Span]:
    """Give spans beyond the end of a text to quotes that lead to no place: apart from each other, as long as the quote.

    The first begins one code point after the end, so that it does not even touch a span of the text.
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
    """A text under some normalisations: what finds quotes in it, the text, and the map from it to the text as it is."""

    finder: Finder
    text: str
    back: TextMap


class _Versions:
    """A text under more and more normalisations; each version is made once, when it is asked for."""

    def __init__(self, text: str, quotes: list[str]) -> None:
        self.text = text
        self._quotes = quotes
        self._made: dict[tuple[int, ...], _Version] = {}

    def version(self, steps: tuple[int, ...]) -> _Version:
        """Make the text under some normalisations."""
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
    """Give sets of normalisations for a quote, each with one more."""
    taken: tuple[int, ...] = ()
    for index, step in enumerate(NORMALISATIONS):
        if step.applies(quote):
            taken = (*taken, index)
            yield taken


def _normalised(versions: _Versions, quote: str) -> Located:
    """Find a quote with as few of the normalisations as it needs."""
    every = list(_steps(quote))
    # What is not there with all of them is not there with fewer.
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
    """Find the stretches of the text that are most similar to a quote, all of them if several are equally so."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - only quotes that are not there otherwise need it

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
    """Move the ends of an alignment, which is always as long as the quote, to where the similarity is greatest.

    Of equally similar stretches it is the shortest, and of these the first.
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
