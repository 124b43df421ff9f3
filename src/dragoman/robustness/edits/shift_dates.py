"""All dates of a document shifted, with the document time and years that are not labelled; both words and values.

A model that reads the text predicts the new values, one that has memorised the page the old ones. The calendar is the
Gregorian one of ISO 8601; weekdays are adjusted. A document with a date that cannot be shifted is not edited at all,
since its dates would contradict each other.
"""

from __future__ import annotations

import re
from typing import Any

from dragoman import languages, timex
from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit, Options
from dragoman.robustness.shifting import Impossible, Shift, moved_value, moved_words

_TIMES = ("captured", "published", "published_external")
_EVIDENCE = ("published_evidence", "published_external_evidence")
_LONE_YEAR = re.compile(r"(?<![\d.,×])(?:19|20)\d\d(?![\d×])")
_ENGLISH = languages.get("en").months
_MONTHS = "|".join(f"{month}|{month[:3]}" for month in _ENGLISH)
_US = re.compile(rf"(?P<month>{_MONTHS}) (?P<day>\d{{1,2}}), (?P<year>\d{{4}})")
_NUMBERS = re.compile(r"(?P<day>\d\d)/(?P<month>\d\d)/(?P<year>\d{4})")
_UK = re.compile(rf"(?P<month>{_MONTHS}) (?P<year>\d{{4}})")


def change(draft: Draft) -> None:
    """Shift all dates and times, or count the reason why that is not possible."""
    shift = Shift(**draft.options)
    try:
        made, times = _moved_dates(draft, shift), _moved_times(draft.row, shift)
        lone = _moved_years(draft, shift)
    except Impossible as cause:
        draft.unable[str(cause)] += 1
        return
    draft.retimed = any(draft.row[name] != value for name, value in times.items())
    if not (draft.retimed or lone or any(words for _, _, words in made)):
        # Shifting only external values would not be visible in the text.
        draft.unable["nothing in the document shows when it is"] += any(fields["value"] for _, fields, _ in made)
        return
    for start, end, new in lone:
        draft.replace(start, end, new)
    for date, fields, words in made:
        if any(not draft.replace(start, end, new) for start, end, new in words):
            raise AssertionError("a number in a date is cut by a label")  # never, at equal length
        if any(date[name] != value for name, value in fields.items()):
            date.update(fields)
            draft.changed["dates"] += 1
    draft.row.update(times)
    for name in _EVIDENCE:
        if draft.retimed and draft.row.get(name):
            draft.row[name] = f"Moved with the dates of the text. Of the original: {draft.row[name]}"


def _moved_times(row: dict[str, Any], shift: Shift) -> dict[str, str]:
    return {name: moved_value(row[name], shift) for name in _TIMES if row.get(name)}


def _moved_dates(draft: Draft, shift: Shift) -> list[tuple[dict[str, Any], dict[str, Any], list[tuple[int, int, str]]]]:
    """Compute all shifted dates before anything is changed."""
    made = []
    published = draft.row.get("published") or draft.row.get("published_external")
    anchors = (published, moved_value(published, shift) if published else None)
    if any(anchor is not None and "/" in anchor for anchor in anchors):
        anchors = (None, None)
    for date in draft.labels("dates"):
        value, outside = date.get("value"), date.get("value_external")
        if value is None:
            continue
        new, new_outside = moved_value(value, shift), moved_value(outside, shift) if outside else ""
        if re.fullmatch(r"XXXX-WXX-[1-7]", value):
            new = _weekday(value, new_outside)
        words = draft.text[date["start"] : date["end"]]
        parts = moved_words(words, draft.language, value, new, anchors)
        fields: dict[str, Any] = {"value": new}
        if outside:
            fields["value_external"] = new_outside
        fields |= _days(date, new, "") | (_days(date, new_outside, "_external") if outside else {})
        places = [(date["start"] + start, date["start"] + end, to) for start, end, to in parts]
        made.append((date, fields, places))
    return made


def _weekday(value: str, day: str) -> str:
    """Shift the value of a weekday, by its external day."""
    interval = timex.interval(day) if day else None
    if interval is None or interval.earliest is None or interval.earliest != interval.latest:
        raise Impossible("a weekday without its day cannot be moved")
    return f"{value[:-1]}{interval.earliest.isoweekday()}"


def _days(date: dict[str, Any], value: str, suffix: str) -> dict[str, Any]:
    """First and last day of a value, if the label had them."""
    if f"earliest{suffix}" not in date:
        return {}
    interval = timex.interval(value, date.get("mod"), date.get("type"))
    ends = (None, None) if interval is None else (interval.earliest, interval.latest)
    names = (f"earliest{suffix}", f"latest{suffix}")
    return {name: None if day is None else day.isoformat() for name, day in zip(names, ends, strict=True)}


def _moved_years(draft: Draft, shift: Shift) -> list[tuple[int, int, str]]:
    """Shift years that are part of a name and not a date; only by whole years, since their months are unknown."""
    dates = [(date["start"], date["end"]) for date in draft.labels("dates")]
    lone = [
        match
        for match in _LONE_YEAR.finditer(draft.text)
        if not any(start <= match.start() < end for start, end in dates)
    ]
    if lone and (shift.months or shift.days):
        raise Impossible("a year that is part of a name can be moved by years alone")
    zero = [chr(ord(match[0][0]) - int(match[0][0])) for match in lone]
    return [
        (match.start(), match.end(), "".join(chr(ord(z) + int(digit)) for digit in str(int(match[0]) + shift.years)))
        for match, z in zip(lone, zero, strict=True)
    ]


def page_text(line: str, options: Options) -> str:
    """Shift the English dates in a line of a page that is in no document's text."""
    shift = Shift(**options)

    def month(name: str) -> int:
        return next(number for number, full in enumerate(_ENGLISH, 1) if full.startswith(name))

    def day(match: re.Match[str]) -> str:
        name = match["month"]
        number = int(name) if name.isdigit() else month(name)
        try:
            year, new, at = moved_value(f"{match['year']}-{number:02}-{int(match['day']):02}", shift).split("-")
        except (Impossible, ValueError):
            return match[0]
        if name.isdigit():
            return f"{at}/{new}/{year}"
        written = _ENGLISH[int(new) - 1]
        return f"{written if len(name) > 3 else written[:3]} {int(at)}, {year}"

    def whole(match: re.Match[str]) -> str:
        try:
            year, new = moved_value(f"{match['year']}-{month(match['month']):02}", shift).split("-")
        except Impossible:
            return match[0]
        return f"{_ENGLISH[int(new) - 1]} {year}"

    return _UK.sub(whole, _NUMBERS.sub(day, _US.sub(day, line)))


EDIT = Edit(
    name="shift-dates",
    kind="dates",
    summary="Moves all dates and the document time by years, months and days, in words and values alike.",
    source="ISO 8601-1:2019; TimeML 1.2.1",
    expect="direction",
    change=change,
    options={"years": 10, "months": 0, "days": 0},
    page_text=page_text,
)
