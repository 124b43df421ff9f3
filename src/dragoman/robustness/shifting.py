"""Shift dates, both words and values, by days, months and years of the Gregorian calendar.

A value is shifted only if its granularity is preserved: days by days, months and years; months by months and years;
years by whole years; decades by whole decades. Words are shifted only if each number and name in them can be parsed as
a part of the value and rewritten; relative expressions (a day without its month) must keep their distance from the
anchor.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from dragoman import timex

if TYPE_CHECKING:
    from dragoman.languages import Language


class Impossible(Exception):  # noqa: N818 - not an error: a reason not to edit a document
    """A date cannot be shifted; the message is the reason."""


class Shift(NamedTuple):
    """Distance of a shift; months and years are applied first, then days."""

    years: int = 0
    months: int = 0
    days: int = 0


_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(T.*)?")
_MONTH = re.compile(r"(\d{4})-(\d\d)")
_DECADE = re.compile(r"(\d{3})X")
_BY_YEARS = re.compile(r"(\d{4})(|-W(?:\d\d|XX)|-(?:Q[1-4]|H[12]|SP|SU|FA|WI))")


def moved_value(value: str, shift: Shift) -> str:
    """Shift a TIMEX3 value.

    Returns:
        The canonical shifted value; unchanged for one without a year, such as ``PRESENT_REF``, ``P10Y``, or ``XXXX-12``
        in a shift by years.

    Raises:
        Impossible: it would change its granularity, or leave the calendar.

    >>> moved_value("2024-06-18/2024-06-19", Shift(years=10)), moved_value("195X", Shift(years=10))
    ('2034-06-18/2034-06-19', '196X')

    """
    if "/" in value:
        ends = [end if end in ("", "..") else moved_value(end, shift) for end in value.split("/")]
        return timex.canonical("/".join(ends))
    if (day := _DAY.fullmatch(value)) is not None:
        return f"{_moved_day(dt.date(*map(int, day.groups()[:3])), shift)}{day[4] or ''}"
    if (month := _MONTH.fullmatch(value)) is not None:
        if shift.days:
            raise Impossible("a month cannot be moved by days")
        year, number = _moved_month(int(month[1]), int(month[2]), shift)
        return f"{year:04}-{number:02}"
    whole = shift.years if not (shift.months or shift.days) else None
    if (match := _BY_YEARS.fullmatch(value)) is not None:
        if whole is None:
            raise Impossible("what is no day or month can be moved by years alone")
        made = f"{int(match[1]) + whole:04}{match[2]}"
        if not timex.is_canonical(made):
            raise Impossible("it leaves the calendar")
        return made
    if (decade := _DECADE.fullmatch(value)) is not None:
        if whole is None or whole % 10:
            raise Impossible("a decade can be moved by tens of years alone")
        return f"{int(decade[1]) + whole // 10:03}X"
    return _without_year(value, shift)


def _without_year(value: str, shift: Shift) -> str:
    if re.match(r"\d", value) or value.startswith("BC"):
        raise Impossible(f"a value such as {value} cannot be moved")
    if value.startswith("XXXX-") and value[5:6].isdigit() and (shift.months or shift.days):
        raise Impossible("a date without a year cannot be moved by months or days")
    return value


def _moved_month(year: int, month: int, shift: Shift) -> tuple[int, int]:
    count = year * 12 + month - 1 + shift.years * 12 + shift.months
    if not dt.MINYEAR <= count // 12 <= dt.MAXYEAR:
        raise Impossible("it leaves the calendar")
    return count // 12, count % 12 + 1


def _moved_day(day: dt.date, shift: Shift) -> dt.date:
    year, month = _moved_month(day.year, day.month, shift)
    if day.day > calendar.monthrange(year, month)[1]:
        raise Impossible("there is no such day in that month")
    try:
        return dt.date(year, month, day.day) + dt.timedelta(shift.days)
    except OverflowError as cause:
        raise Impossible("it leaves the calendar") from cause


class Piece(NamedTuple):
    """A part of a date's words that expresses part of its value: ``year``, ``decade``, ``month``, ``day``,
    ``weekday``.
    """

    start: int
    end: int
    unit: str
    number: int
    write: Callable[[int], str]


_DIGITS = r"(?<![\d.,×])"
_KOREAN = (
    (re.compile(rf"{_DIGITS}(\d{{3}}0)(?=년대)"), "decade"),
    (re.compile(rf"{_DIGITS}(\d{{4}})(?!\d|년대)"), "year"),
    (re.compile(rf"{_DIGITS}(\d{{1,2}})(?=월)"), "month"),
    (re.compile(rf"{_DIGITS}(\d{{1,2}})(?=일(?!간))"), "day"),
)
_OTHER = (
    (re.compile(rf"{_DIGITS}(\d{{4}})(?!\d)"), "year"),
    (re.compile(rf"{_DIGITS}(\d{{1,2}})(?![\d:%])"), "day"),
)


def pieces(words: str, language: Language) -> list[Piece]:
    """Parse the numbers and names in a date's words, in order."""
    found: list[Piece] = []
    for pattern, unit in _KOREAN if language.tag == "ko" else _OTHER:
        for match in pattern.finditer(words):
            # Preserve the kind of digits, such as Arabic-Indic and full-width ones.
            zero = chr(ord(match[1][0]) - int(match[1][0]))
            found.append(Piece(match.start(1), match.end(1), unit, int(match[1]), _writer(zero)))
    if language.tag != "ko":
        found += _named(words, language.months, "month")
    found += _named(words, language.weekdays, "weekday")
    return sorted(found, key=lambda piece: piece.start)


def _writer(zero: str) -> Callable[[int], str]:
    return lambda number: "".join(chr(ord(zero) + int(digit)) for digit in str(number))


def _named(words: str, names: tuple[str, ...], unit: str) -> Iterator[Piece]:
    for number, name in enumerate(names, 1):
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", words):
            yield Piece(match.start(), match.end(), unit, number, lambda new: names[new - 1])


def moved_words(
    words: str, language: Language, old: str, new: str, anchors: tuple[str | None, str | None]
) -> list[tuple[int, int, str]]:
    """Rewrite a date's words for its new value.

    Args:
        words: the words.
        language: their language.
        old: their value, with a year.
        new: the shifted value.
        anchors: first day of the anchor of relative words, before and after the shift; None if unknown.

    Returns:
        Replacements within the words.

    Raises:
        Impossible: a part cannot be parsed, or the words would no longer express the value.

    """
    if new == old:
        return []
    parts = pieces(words, language)
    read = {at for part in parts for at in range(part.start, part.end)}
    if any(char.isdigit() and at not in read for at, char in enumerate(words)):
        raise Impossible("a number in the words cannot be read")
    ends = [_units(end) for end in old.split("/")], [_units(end) for end in new.split("/")]
    made = []
    for unit in ("decade", "year", "month", "day", "weekday"):
        own = [part for part in parts if part.unit == unit]
        if not own:
            continue
        sides = [[end[unit] for end in side if unit in end] for side in ends]
        if len(own) == 1 and sides[0]:
            sides = [[side[0]] if len(set(side)) == 1 else side for side in sides]
        if [part.number for part in own] != sides[0] or len(sides[1]) != len(own):
            raise Impossible("the words do not show the value part by part")
        for part, number in zip(own, sides[1], strict=True):
            if part.number != number:
                made.append((part.start, part.end, part.write(number)))
    _keeps_distance({part.unit for part in parts}, ends[0][0], ends[1][0], anchors)
    return sorted(made)


def _units(value: str) -> dict[str, int]:
    """Return year, month, day and weekday, or decade, of a value, as far as it has them."""
    if (decade := _DECADE.fullmatch(value)) is not None:
        return {"decade": int(decade[1]) * 10}
    if (weekday := re.fullmatch(r"XXXX-WXX-([1-7])", value)) is not None:
        return {"weekday": int(weekday[1])}
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T.*)?", value)
    if match is None:
        year = re.match(r"\d{4}", value)
        return {"year": int(year[0])} if year else {}
    units = {name: int(number) for name, number in zip(("year", "month", "day"), match.groups(), strict=True) if number}
    if "day" in units:
        units["weekday"] = dt.date(units["year"], units["month"], units["day"]).isoweekday()
    return units


def _keeps_distance(
    said: set[str], old: dict[str, int], new: dict[str, int], anchors: tuple[str | None, str | None]
) -> None:
    """Raise if words omit a year or month whose distance from the anchor's has changed."""
    if "decade" in old and "decade" not in said:
        raise Impossible("the words do not show the value part by part")
    if "year" in said or "year" not in old:
        return
    before, after = anchors
    if before is None or after is None:
        # Whole years shift everything equally, so that relative distances are unchanged.
        if any(old.get(unit) != new.get(unit) for unit in ("month", "day")):
            raise Impossible("the words are relative, and the time that they are reckoned from is not known")
        return
    start, end = (_units(anchor) for anchor in (before, after))
    same_years = old["year"] - start["year"] == new["year"] - end["year"]
    months = [
        (units["year"] - at["year"]) * 12 + units["month"] - at["month"]
        for units, at in ((old, start), (new, end))
        if "month" in units and "month" in at
    ]
    if not same_years or ("month" not in said and len(months) == 2 and months[0] != months[1]):
        raise Impossible("the words leave out a year or month that they would have to say now")
