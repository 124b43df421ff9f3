"""Days of the Hijri calendar for Gregorian ones, by the Umm al-Qura table, as in Saudi newspapers: 12 ذي الحجة.

The table is that of :mod:`hijridate` (1343 to 1500 after the Hijra; the official one of the King Abdulaziz City for
Science and Technology). A labelled date is rewritten if its words have days and a month; its value does not change,
since it is the same day. A month without days is not rewritten, since it corresponds to no month of the other calendar.
A year in the words becomes the Hijri year with its sign; an omitted one is still that of the document time.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from dragoman import languages
from dragoman.problems import error
from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit

MONTHS = (
    *("محرم", "صفر", "ربيع الأول", "ربيع الآخر", "جمادى الأولى", "جمادى الآخرة"),
    *("رجب", "شعبان", "رمضان", "شوال", "ذي القعدة", "ذي الحجة"),
)
"""Forms after a number (CLDR, ar, months of islamic-umalqura, in the genitive)."""
_USUAL = languages.get("ar").months
_DAYS = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})(?P<to>\s*(?:إلى|حتى|و|-|–)\s*(?P<last>\d{1,2}))?\s(?:من\s)?"
    rf"(?P<month>{'|'.join(_USUAL)})(?!\w)(?:\s(?P<year>\d{{4}})(?!\d))?"
)
_WHOLE = re.compile(r"(\d{4}-\d\d-\d\d)(?:/(\d{4}-\d\d-\d\d))?")


def change(draft: Draft) -> None:
    """Rewrite each labelled date with one or two days of a month in its words.

    Raises:
        DragomanError: E751 if hijridate is not installed.

    """
    for date in draft.labels("dates"):
        match = _DAYS.search(draft.text, date["start"], date["end"])
        value = _WHOLE.fullmatch(date.get("value") or "")
        if match is None or value is None:
            draft.unable["no day of a month in the words, or in the value"] += 1
        elif draft.chosen():
            _rewrite(draft, match, [dt.date.fromisoformat(day) for day in value.groups() if day])


def _rewrite(draft: Draft, match: re.Match[str], days: list[dt.date]) -> None:
    said = [int(match[name]) for name in ("day", "last") if match[name]]
    month = _USUAL.index(match["month"]) + 1
    if said != [day.day for day in days] or any(day.month != month for day in days):
        draft.unable["the words do not show the value part by part"] += 1
        return
    try:
        dates = [_gregorian()(day.year, day.month, day.day).to_hijri() for day in days]
    except OverflowError:
        draft.unable["it is outside of the Umm al-Qura table"] += 1
        return
    if len({(date.year, date.month) for date in dates}) > 1:
        draft.unable["the days lie in two months of the other calendar"] += 1
        return
    zero = chr(ord(match["day"][0]) - int(match["day"][0]))
    parts = [(match.span("day"), _digits(dates[0].day, zero)), (match.span("month"), MONTHS[dates[0].month - 1])]
    if match["last"]:
        parts.append((match.span("last"), _digits(dates[1].day, zero)))
    if match["year"]:
        parts.append((match.span("year"), f"{_digits(dates[0].year, zero)} هـ"))
    for (start, end), new in parts:
        draft.replace(start, end, new)


def _digits(number: int, zero: str) -> str:
    return "".join(chr(ord(zero) + int(digit)) for digit in str(number))


def _gregorian() -> Any:
    try:
        from hijridate import Gregorian  # noqa: PLC0415 - an extra, only needed for dates
    except ImportError as cause:
        hint = 'Install the extra: pip install "dragoman[edits]".'
        raise error("E751", "hijridate is not installed, which has the Umm al-Qura table.", hint) from cause
    return Gregorian


EDIT = Edit(
    name="hijri-dates",
    kind="dates",
    languages=("ar",),
    summary="Writes days of the Hijri calendar for Gregorian ones.",
    source="Umm al-Qura table, 1343 to 1500 AH, as in hijridate 2; CLDR, calendar islamic-umalqura",
    expect="invariance",
    change=change,
    needs="hijridate",
)
