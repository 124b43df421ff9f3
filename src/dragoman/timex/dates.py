"""The ``date`` rule of the grammar (see :mod:`dragoman.timex.grammar`), and the days that a date denotes."""

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from dragoman.timex import days
from dragoman.timex.scan import Scanner

Certainty = Literal["exact", "conventional", "fiscal", "yearless", "partial"]
"""How precisely a date is determined. ``exact``: ISO 8601-1 fixes its days. ``conventional``: its days are a convention
of this package (seasons, weekends), used in :func:`dragoman.timex.interval` but never to decide that two values are
equal. ``fiscal``: depends on the country. ``yearless``: everything but the year is known. ``partial``: any other date
with an X.
"""

# TIMEX3 name: first month and number of months. Seasons are northern and meteorological.
_PARTS = {
    **{f"Q{n}": (3 * n - 2, 3) for n in range(1, 5)},
    **{f"H{n}": (6 * n - 5, 6) for n in (1, 2)},
    "QX": (1, 12),
    "HX": (1, 12),
    "SP": (3, 3),
    "SU": (6, 3),
    "FA": (9, 3),
    "WI": (12, 3),
}
_SEASONS = ("SP", "SU", "FA", "WI")
# 29 to 32 are southern seasons and 37 to 39 thirds of a year, for which TIMEX3 has no name.
_EDTF = {
    **{str(21 + n): name for n, name in enumerate(_SEASONS)},
    **{str(25 + n): name for n, name in enumerate(_SEASONS)},
    **{str(32 + n): f"Q{n}" for n in range(1, 5)},
    **{str(39 + n): f"H{n}" for n in (1, 2)},
}

# One cycle of the calendar: a date that exists in any year exists in one of these.
_ANY_YEAR = range(2000, 2400)
_YEAR = "a year of four digits (1950, 195X, 19XX, XXXX, BC0044)"
_AFTER_YEAR = "a month (01 to 12 or XX), a week (W01), a quarter (Q1), a half (H1) or a season (SP, SU, FA, WI)"


class Date(NamedTuple):
    """A parsed date; ``first`` and ``last`` are ordinals, None if it determines no days."""

    text: str
    certainty: Certainty
    first: int | None = None
    last: int | None = None
    is_day: bool = False


def date(scan: Scanner) -> Date:
    """Parse a date at the cursor, without what follows it. Raises Failure."""
    begin = scan.position
    if scan.accept("FY"):
        return _fiscal(scan)
    years, text = _year(scan)
    if not scan.accept("-"):
        if not years:
            return Date(text, "partial")
        return _exact(scan, begin, days.ordinal(years[0], 1, 1), days.ordinal(years[-1], 12, 31))
    at = scan.position
    if part := scan.attempt("Q[1-4X]|H[12X]|SP|SU|FA|WI"):
        rest, find, is_day = part, _month_finder(*_PARTS[part]), False
    elif scan.accept("W"):
        rest, find, is_day = _week(scan, text)
    else:
        rest, find, is_day = _month(scan, text)
    spans = [span for span in map(find, _bounds(years, find)) if span]
    if not spans:
        scan.fail(f"a date that exists: {text} has no {scan.text[at : scan.position]}", at)
    first, last = spans[0][0], spans[-1][1]
    certainty = _certainty(years, rest)
    if certainty == "exact":
        return _exact(scan, begin, first, last)
    written = f"{text}-{rest}"
    if not years:
        return Date(written, certainty, is_day=is_day)
    return Date(written, certainty, first, last, is_day)


def _certainty(years: range, rest: str) -> Certainty:
    if "X" in rest or len(years) > 1:
        return "partial"
    if not years:
        return "yearless"
    return "conventional" if rest.endswith(("WE", *_SEASONS)) else "exact"


def _exact(scan: Scanner, begin: int, first: int, last: int) -> Date:
    try:
        text = days.unit_text(first, last)
    except ValueError:
        scan.fail("a date from 9999 BC to 9999-12-31", begin)
    assert text is not None, "every exact date is a unit"
    return Date(text, "exact", first, last, is_day=first == last)


def _bounds(years: range, find: Callable[[int], tuple[int, int] | None]) -> Iterable[int]:
    """Yield the first and the last of the possible years in which the date exists."""
    candidates = years or _ANY_YEAR
    for order in (candidates, reversed(candidates)):
        year = next(filter(find, order), None)
        if year is not None:
            yield year


def _year(scan: Scanner) -> tuple[range, str]:
    """Parse a year; return the possible years (empty for XXXX), and its canonical form before a hyphen."""
    if scan.accept("BC"):
        at = scan.position
        digits = scan.take("[0-9]{4}", "the four digits of a year BC")
        if digits == "0000":
            scan.fail("a year from BC0001 on (ISO 8601 has 0000 for it)", at)
        year = 1 - int(digits)
        return range(year, year + 1), days.year_text(year)
    at = scan.position
    digits = scan.take("(?:[0-9]{4}|[0-9]{3}X?|[0-9]{2}(?:XX)?|[0-9](?:XXX)?|X{2,4})(?![0-9X])", _YEAR)
    if digits == "XXXX":
        return range(0), digits
    if len(digits) not in {4, len(scan.text)}:
        # A short year before a month is an error; in ISO 8601 the 19 in 2024-06-17/19 would be a day.
        scan.fail(_YEAR, at)
    if digits[0] == "X":
        return range(0), digits
    digits = digits.ljust(4, "X")
    first = int(digits.replace("X", "0"))
    years = range(first, int(digits.replace("X", "9")) + 1)
    return years, days.year_text(first) if len(years) == 1 else digits


def _fiscal(scan: Scanner) -> Date:
    digits = scan.take("[0-9]{4}", "the four digits of a fiscal year")
    part = scan.take("Q[1-4]|H[12]", "a quarter (Q1 to Q4) or a half (H1, H2)") if scan.accept("-") else ""
    # Only used for ordering: fiscal years have the same order wherever they begin.
    first, last = days.months(int(digits), *(_PARTS[part] if part else (1, 12)))
    return Date(f"FY{digits}-{part}" if part else f"FY{digits}", "fiscal", first, last)


_Rest = tuple[str, Callable[[int], tuple[int, int] | None], bool]


def _month_finder(month: int, count: int) -> Callable[[int], tuple[int, int] | None]:
    return lambda year: days.months(year, month, count)


def _month(scan: Scanner, year: str) -> _Rest:
    at = scan.position
    month = scan.take("[0-9]{2}|XX", _AFTER_YEAR)
    if month in _EDTF:
        return _EDTF[month], _month_finder(*_PARTS[_EDTF[month]]), False
    numbers = range(1, 13) if month == "XX" else range(int(month), int(month) + 1)
    if not 1 <= numbers[0] <= 12:
        scan.fail(_AFTER_YEAR, at)
    if not scan.accept("-"):
        return month, _month_finder(numbers[0], len(numbers)), False
    at = scan.position
    day = scan.take("[0-9]{2}|XX", f"a day of {year}-{month} (two digits or XX)")
    if day == "XX":
        return f"{month}-XX", _month_finder(numbers[0], len(numbers)), True
    if not 1 <= int(day) <= 31:
        scan.fail(f"a day of {year}-{month} (01 to 31 or XX)", at)

    def find(year: int) -> tuple[int, int] | None:
        there = [days.ordinal(year, month, int(day)) for month in numbers if int(day) <= _length(year, month)]
        return (there[0], there[-1]) if there else None

    return f"{month}-{day}", find, True


def _length(year: int, month: int) -> int:
    first, last = days.months(year, month, 1)
    return last - first + 1


def _week(scan: Scanner, year: str) -> _Rest:
    at = scan.position
    week = scan.take("[0-9]{2}|XX", "a week of two digits (01 to 53 or XX)")
    if week != "XX" and not 1 <= int(week) <= 53:
        scan.fail("a week (01 to 53 or XX)", at)
    weekday = ""
    if scan.accept("-"):
        weekday = scan.take("[1-7X]|WE", f"a day of {year}-W{week}: 1 (Monday) to 7, X, or WE for the weekend")
    low, high = {"": (0, 6), "X": (0, 6), "WE": (5, 6)}.get(weekday) or (int(weekday) - 1, int(weekday) - 1)

    def find(year: int) -> tuple[int, int] | None:
        first = days.week_start(year, 1 if week == "XX" else int(week)) if _has(year, week) else None
        # The last week of a year precedes week 1 of the next year.
        last = days.week_start(year + 1, 1) - 7 if week == "XX" else first
        return None if first is None or last is None else (first + low, last + high)

    return f"W{week}" + (f"-{weekday}" if weekday else ""), find, weekday not in {"", "WE"}


def _has(year: int, week: str) -> bool:
    return week != "53" or days.week_start(year + 1, 1) - days.week_start(year, 1) == 53 * 7
