"""Calendar arithmetic for the grammar: days as ordinals, names of calendar units, thirds, TIMEX3 modifiers.

Days are proleptic Gregorian ordinals: 1 is 0001-01-01, as in :mod:`datetime`, but unbounded, because TIMEX3 has years
BC, and a week or a winter can extend beyond 9999. Years are astronomical: 0 is 1 BC, -43 is 44 BC.
"""

import datetime as dt
from typing import NamedTuple

# The Gregorian calendar repeats every 400 years, a whole number of weeks.
_CYCLE_YEARS = 400
_CYCLE_DAYS = 146_097

_LAST_YEAR = 9999
_DAYS_IN_THIRD_OF_MONTH = 10


class Interval(NamedTuple):
    """The days that a value can denote, both ends included; None is an open end, not an unknown one."""

    earliest: dt.date | None
    latest: dt.date | None


def ordinal(year: int, month: int, day: int) -> int:
    """Return the ordinal of a day. Raises ValueError if the calendar has no such day."""
    cycle, rest = divmod(year - 1, _CYCLE_YEARS)
    return dt.date(rest + 1, month, day).toordinal() + cycle * _CYCLE_DAYS


def week_start(year: int, week: int) -> int:
    """Return the ordinal of the Monday of an ISO week. Raises ValueError if the ISO year has no such week."""
    cycle, rest = divmod(year - 1, _CYCLE_YEARS)
    return dt.date.fromisocalendar(rest + 1, week, 1).toordinal() + cycle * _CYCLE_DAYS


def months(year: int, month: int, count: int) -> tuple[int, int]:
    """Return the ordinals of the first and last day of ``count`` months from ``month`` (1 to 12) of ``year``."""
    years, after = divmod(month - 1 + count, 12)
    return ordinal(year, month, 1), ordinal(year + years, after + 1, 1) - 1


def _cycle(day: int) -> tuple[int, dt.date]:
    cycle, rest = divmod(day - 1, _CYCLE_DAYS)
    return cycle * _CYCLE_YEARS, dt.date.fromordinal(rest + 1)


def _calendar(day: int) -> tuple[int, int, int]:
    years, date = _cycle(day)
    return date.year + years, date.month, date.day


def year_text(year: int) -> str:
    """Format a year. Raises ValueError outside 9999 BC to 9999, for which the grammar has no digits."""
    if not -_LAST_YEAR < year <= _LAST_YEAR:
        msg = "the grammar has no year of more than four digits"
        raise ValueError(msg)
    return f"{year:04}" if year > 0 else f"BC{1 - year:04}"


def _month_text(day: int) -> str:
    year, month, _ = _calendar(day)
    return f"{year_text(year)}-{month:02}"


def day_text(day: int) -> str:
    """Format a day. Raises ValueError as :func:`year_text` does."""
    return f"{_month_text(day)}-{_calendar(day)[2]:02}"


def unit_text(first: int, last: int) -> str | None:
    """Format the calendar unit that covers exactly these days, or return None if there is none.

    Units: day, ISO week, month, quarter, half, year, decade, century, millennium. No two cover the same days.
    """
    if first == last:
        return day_text(first)
    years, date = _cycle(first)
    iso = date.isocalendar()
    if last - first == 6 and iso.weekday == 1:
        return f"{year_text(iso.year + years)}-W{iso.week:02}"
    (year, month, day), (after_year, after_month, after_day) = _calendar(first), _calendar(last + 1)
    if day != 1 or after_day != 1:
        return None
    return _months_text(year, month, (after_year - year) * 12 + after_month - month)


def _months_text(year: int, month: int, count: int) -> str | None:
    if count == 1:
        return f"{year_text(year)}-{month:02}"
    if count in {3, 6} and month % count == 1:
        return f"{year_text(year)}-{'Q' if count == 3 else 'H'}{month // count + 1}"
    if count == 12 and month == 1:
        return year_text(year)
    for digits in (1, 2, 3):
        size = 10**digits
        # Years BC count backwards, so that a decade with X would be ambiguous.
        if year >= 0 and month == 1 and count == 12 * size and year % size == 0:
            return f"{year // size:0{4 - digits}}" + "X" * digits
    return None


def opening_text(first: int) -> str:
    """Format the coarsest unit (year, month or day) that begins on this day."""
    year, month, day = _calendar(first)
    if day != 1:
        return day_text(first)
    return year_text(year) if month == 1 else _month_text(first)


def closing_text(last: int) -> str:
    """Format the coarsest unit (year, month or day) that ends on this day."""
    _, month, day = _calendar(last + 1)
    if day != 1:
        return day_text(last)
    return year_text(_calendar(last)[0]) if month == 1 else _month_text(last)


def stretch_text(first: int, last: int) -> str:
    """Format an interval: as the calendar unit that it equals, else both ends, in the coarsest of years, months and
    days.
    """
    unit = unit_text(first, last)
    if unit is not None:
        return unit
    (_, month, day), (_, after_month, after_day) = _calendar(first), _calendar(last + 1)
    if day != 1 or after_day != 1:
        ends = day_text(first), day_text(last)
    elif month != 1 or after_month != 1:
        ends = _month_text(first), _month_text(last)
    else:
        ends = year_text(_calendar(first)[0]), year_text(_calendar(last)[0])
    return "/".join(ends)


def modified(first: int | None, last: int | None, mod: str | None) -> tuple[int | None, int | None] | None:
    """Apply a TIMEX3 ``mod`` to an interval, by the rules of :func:`dragoman.timex.interval`."""
    if mod in {"BEFORE", "ON_OR_BEFORE"}:
        edge = first if mod == "BEFORE" else last
        return None if edge is None else (None, edge - (mod == "BEFORE"))
    if mod in {"AFTER", "ON_OR_AFTER"}:
        edge = last if mod == "AFTER" else first
        return None if edge is None else (edge + (mod == "AFTER"), None)
    if mod in {"START", "MID", "END"} and first is not None and last is not None:
        return _third(first, last, mod)
    return first, last


def _third(first: int, last: int, mod: str | None) -> tuple[int, int]:
    size = last - first + 1
    if size < 3:
        return first, last
    is_month = 28 <= size <= 31 and _calendar(first)[2] == 1 == _calendar(last + 1)[2]
    # The ten-day periods of Korean and Arabic news.
    cuts = (_DAYS_IN_THIRD_OF_MONTH, 2 * _DAYS_IN_THIRD_OF_MONTH) if is_month else (size // 3, 2 * size // 3)
    middle, end = first + cuts[0], first + cuts[1]
    if mod == "START":
        return first, middle - 1
    return (middle, end - 1) if mod == "MID" else (end, last)


def to_interval(first: int | None, last: int | None) -> Interval | None:
    """Convert ordinals to dates; None if an end is outside the years 1 to 9999 of :class:`datetime.date`."""
    if any(end is not None and not 1 <= end <= dt.date.max.toordinal() for end in (first, last)):
        return None
    return Interval(*(None if end is None else dt.date.fromordinal(end) for end in (first, last)))
