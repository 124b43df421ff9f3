"""What the two offline baselines share: a gazetteer from outside sources, document time, and the last check.

A system loads this file by its path: ``beside(__file__, "..", "gazetteer.py")`` of `dragoman.systems.loading`.

Names come from two sources and from nowhere else: the territory and language names of CLDR (through Babel), and the
names that the gold of the `dev` split labels. For a document that is itself in `dev` its own gold is left out, so that
scores on `dev` are not scores on training data.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

import regex
from babel import Locale
from babel.core import get_global
from babel.localedata import locale_identifiers

from dragoman.schema.records import Document
from dragoman.timex import TimexError, canonical, type_fits

_CODE_LENGTH = 2
_UNIONS = frozenset({"EU", "UN"})  # listed among the territories, and organisations
_NO_PLACE = frozenset({"001", "EZ", "QO", "XA", "XB", "ZZ"})  # the world, currency zones, pseudo-locales
_NAME_FORMS = frozenset({"NAM", "ABR", "ADJ"})
_HANGUL_FIRST, _HANGUL_LAST, _PER_INITIAL = 0xAC00, 0xD7A3, 588
# Tense and aspirated initials become plain ones: spellings of foreign names in Pyongyang and Seoul differ in these.
_INITIALS = {1: 0, 15: 0, 4: 3, 16: 3, 8: 7, 17: 7, 10: 9, 13: 12, 14: 12}
_ALEFS = str.maketrans("أإآٱىة", "اااايه")


class Name(NamedTuple):
    """What a name stands for: entity type, form, ids, and the source it is from."""

    type: str
    form: str
    ids: tuple[str, ...]
    source: str


class Found(NamedTuple):
    """A labelled stretch of text."""

    start: int
    end: int
    type: str
    form: str
    ids: tuple[str, ...] = ()


class Anchor(NamedTuple):
    """Document time as far as it is known: an open or unknown part is None."""

    year: int | None
    month: int | None
    day: int | None

    @property
    def date(self) -> dt.date | None:
        """The day, where it is known."""
        if self.year is None or self.month is None or self.day is None:
            return None
        return dt.date(self.year, self.month, self.day)


class Timex(NamedTuple):
    """A temporal expression as a rule found it."""

    start: int
    end: int
    type: str
    value: str
    mod: str | None = None


Rule = tuple[regex.Pattern[str], Callable[[regex.Match[str], Anchor], tuple[str, str, str | None] | None]]


def fold(language: str, text: str) -> str:
    """Fold spellings of a language together, one character for one, so that offsets stay."""
    if language == "ar":
        return text.translate(_ALEFS)
    return "".join(map(_plain, text))


@cache
def _plain(char: str) -> str:
    code = ord(char)
    if not _HANGUL_FIRST <= code <= _HANGUL_LAST:
        return char
    initial, rest = divmod(code - _HANGUL_FIRST, _PER_INITIAL)
    return chr(_HANGUL_FIRST + _INITIALS.get(initial, initial) * _PER_INITIAL + rest)


@cache
def territories(language: str) -> dict[str, tuple[str, str]]:
    """CLDR territory names as they are written, with code and entity type; a name in brackets is one of its own."""
    names: dict[str, tuple[str, str]] = {}
    for code, full in sorted(Locale.parse(language).territories.items()):
        if code in _NO_PLACE:
            continue
        kind = "ORG" if code in _UNIONS else "LOC" if code.isdigit() else "GPE"
        short = regex.sub(r"\s*\(.*\)", "", full)
        for name in (full, short, short.replace(" ", "")):
            names.setdefault(name, (code, kind))
    return names


@cache
def language_names(language: str) -> dict[str, str]:
    """CLDR names of languages with the code of the territory where each is most spoken."""
    likely = get_global("likely_subtags")
    names = {}
    for code, name in sorted(Locale.parse(language).languages.items()):
        if len(code) == _CODE_LENGTH and code in likely:
            names.setdefault(name, likely[code].rsplit("_", 1)[-1])
    return names


@cache
def months(language: str) -> dict[str, int]:
    """Names of the months in all CLDR locales of a language, so that Arabic has each of its Gregorian sets."""
    names: dict[str, int] = {}
    for identifier in sorted(locale_identifiers()):
        if identifier.split("_")[0] == language:
            for number, name in Locale.parse(identifier).months["format"]["wide"].items():
                names.setdefault(name, int(number))
    return names


@cache
def weekdays(language: str) -> dict[str, int]:
    """CLDR names of the days of the week; Monday is 1."""
    return {name: int(day) + 1 for day, name in Locale.parse(language).days["format"]["wide"].items()}


def dev_documents() -> list[Document]:
    """Documents of the benchmark's `dev` split, with their gold."""
    import dragoman  # noqa: PLC0415 - only a run needs the bundled data

    documents: list[Document] = dragoman.load().split("dev")
    return documents


class Gazetteer:
    """Names of one language, found longest first.

    Args:
        language: `ko` or `ar`.
        documents: documents with gold, of any language; those of other languages only tell the ids of territories.

    """

    def __init__(self, language: str, documents: Iterable[Document]) -> None:
        self.language = language
        seen: dict[str, Counter[Name]] = {}
        codes: dict[str, Counter[tuple[str, ...]]] = {}
        for document in documents:
            spoken = document.language.split("-")[0]
            for entity in document.entities:
                ids = tuple(entity.entity_ids)
                if entity.form not in _NAME_FORMS:
                    continue
                code = _territory_codes(spoken).get(fold(spoken, entity.text))
                if code and ids and entity.type in {"GPE", "LOC"}:
                    codes.setdefault(code, Counter())[ids] += 1
                if spoken == language:
                    name = Name(entity.type, entity.form, ids, "dev")
                    seen.setdefault(fold(language, entity.text), Counter())[name] += 1
        self.ids = {code: _most(counts) for code, counts in codes.items()}
        self.names: dict[str, Name] = {}
        for name, (code, kind) in territories(language).items():
            self.names.setdefault(fold(language, name), Name(kind, "NAM", self.territory_ids(code), "cldr"))
        self.names.update({name: _most(counts) for name, counts in seen.items()})
        self.longest = max(map(len, self.names))

    def territory_ids(self, code: str) -> tuple[str, ...]:
        """Ids of a CLDR territory: those that the gold given uses for it, else a string of the system's own."""
        return self.ids.get(code, (f"cldr:{code}",))

    def at(self, folded: str, start: int, ends: Iterable[int]) -> tuple[int, Name] | None:
        """Longest name that starts here in a folded text and ends at one of the places allowed."""
        for end in sorted(ends, reverse=True):
            if start < end <= start + self.longest and (name := self.names.get(folded[start:end])):
                return end, name
        return None


@cache
def _territory_codes(language: str) -> dict[str, str]:
    return {fold(language, name): code for name, (code, _) in territories(language).items()}


def _most(counts: Counter[Any]) -> Any:
    """Most frequent key; among equals the first in sorted order."""
    return min(counts, key=lambda key: (-counts[key], key))


class Gazetteers:
    """Gazetteers of one language, each without the gold of the document that it is used on."""

    def __init__(self, language: str, dev: Iterable[Document]) -> None:
        self._language = language
        self._dev = list(dev)
        self._cache: dict[tuple[int, ...], Gazetteer] = {}

    def without(self, document: Document) -> Gazetteer:
        """Gazetteer for a document: whatever has its id or its text is left out."""
        kept = tuple(i for i, d in enumerate(self._dev) if d.id != document.id and d.text != document.text)
        if kept not in self._cache:
            self._cache[kept] = Gazetteer(self._language, (self._dev[i] for i in kept))
        return self._cache[kept]


def anchor(published: str | None) -> Anchor:
    """Document time of an EDTF date or closed interval: what both of its ends share."""
    ends = [regex.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", end) for end in (published or "").split("/")]
    shared: list[int | None] = []
    for group in (1, 2, 3):
        parts = {end[group] if end else None for end in ends}
        part = parts.pop() if len(parts) == 1 else None
        shared.append(None if part is None or None in shared else int(part))
    known = Anchor(*shared)
    try:
        _ = known.date
    except ValueError:
        return Anchor(None, None, None)
    return known


def bases(known: Anchor) -> list[dt.datetime]:
    """Give reference times for a parser that must have one: the document time, or two that share what is known.

    What a parser answers under both alike does not hang on what is unknown; see :func:`agreed`.
    """
    first, second = (
        dt.datetime(known.year or year, known.month or month, known.day or day, tzinfo=dt.UTC).replace(tzinfo=None)
        for year, month, day in ((2003, 3, 5), (2014, 10, 22))
    )
    return [first] if first == second else [first, second]


def agreed(values: list[str]) -> str | None:
    """Value of a date that was read under each reference time: parts that differ are unknown, None if all do.

    >>> agreed(["2003-06-19", "2014-06-19"])
    'XXXX-06-19'
    """
    columns = list(zip(*(value.split("-") for value in values), strict=False))
    if len({value.count("-") for value in values}) > 1 or all(len(set(column)) > 1 for column in columns):
        return None
    parts = [column[0] if len(set(column)) == 1 else "X" * len(column[0]) for column in columns]
    try:
        return str(canonical("-".join(parts)))
    except TimexError:
        return None


def written(year: int | None, month: int | None = None, day: int | None = None) -> str:
    """TIMEX3 value of a date of which parts may be unknown; a month that is unknown before a day is `XX`."""
    parts = ["XXXX" if year is None else f"{year:04d}"]
    if month is not None or day is not None:
        parts.append("XX" if month is None else f"{month:02d}")
    if day is not None:
        parts.append(f"{day:02d}")
    return "-".join(parts)


def shifted(known: Anchor, *, years: int = 0, months: int = 0) -> tuple[int | None, int | None]:
    """Year and month at some distance from the document time."""
    if known.year is None or (months and known.month is None):
        return None, None
    count = (known.year + years) * 12 + (known.month or 1) - 1 + months
    return count // 12, count % 12 + 1


def find_dates(text: str, rules: Iterable[Rule], known: Anchor) -> list[Timex]:
    """Apply date rules; of overlapping finds the first and then the longest stays, and illegal values go."""
    found: list[Timex] = []
    for pattern, read in rules:
        for match in pattern.finditer(text):
            try:
                answer = read(match, known)
                if answer is None or not type_fits(answer[1], answer[0]):
                    continue
                start, end = match.span("span") if "span" in pattern.groupindex else match.span()
                found.append(Timex(start, end, answer[0], canonical(answer[1]), answer[2]))
            except (TimexError, ValueError, OverflowError):
                continue
    kept: list[Timex] = []
    for item in sorted(found, key=lambda item: (item.start, -item.end, item.value)):
        if item.start < item.end and (not kept or item.start >= kept[-1].end):
            kept.append(item)
    return kept


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Spans of sentences: what ends with a full stop, question or exclamation mark before white space, or a line."""
    for match in regex.finditer(r"\S(?:[^\n]*?[.!?؟。](?=[\s”\"』」》]|$)|[^\n]*)", text):
        yield match.start(), match.start() + len(match.group().rstrip())


def trimmed(text: str, start: int, end: int, marks: str = ' \t\u00a0\n\r.,!?؟،؛;:"“”«»') -> tuple[int, int]:
    """Span without white space and punctuation at its ends."""
    while start < end and (text[start] in marks or text[start].isspace()):
        start += 1
    while end > start and (text[end - 1] in marks or text[end - 1].isspace()):
        end -= 1
    return start, end


def answer(
    text: str, entities: Iterable[Found], dates: Iterable[Timex], claims: list[dict[str, Any]]
) -> dict[str, Any]:
    """One line of a submission, without its id; a span with the same type is given once."""
    unique = {(e.start, e.end, e.type): e for e in sorted(entities, reverse=True) if e.start < e.end}
    return {
        "entities": [
            {
                "id": f"e{n}",
                "start": e.start,
                "end": e.end,
                "text": text[e.start : e.end],
                "type": e.type,
                "form": e.form,
                "entity_ids": list(e.ids),
            }
            for n, (_, e) in enumerate(sorted(unique.items()), 1)
        ],
        "dates": [
            {
                "id": f"d{n}",
                "start": d.start,
                "end": d.end,
                "text": text[d.start : d.end],
                "type": d.type,
                "value": d.value,
                "mod": d.mod,
            }
            for n, d in enumerate(dates, 1)
        ],
        "claims": [{"id": f"c{n}"} | claim for n, claim in enumerate(claims, 1)],
    }


def fragment(text: str, start: int, end: int) -> dict[str, Any]:
    """Write a stretch of text as a submission does."""
    return {"start": start, "end": end, "text": text[start:end]}
