"""Level 5, time: values are canonical and fit their types, days follow from values, nothing contradicts the page."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from dragoman import timex
from dragoman.problems import shown
from dragoman.schema.records import Date

if TYPE_CHECKING:
    from dragoman.checks.findings import Findings, Report
    from dragoman.checks.level1_schema import Material
    from dragoman.schema.pass_file import QuotedDate
    from dragoman.schema.records import Document


def check(material: Material, findings: Findings) -> None:
    """Check document times, gold and passes."""
    for path, page in material.pages.items():
        report = findings.reporter(5, path)
        for document in page.documents:
            _times(document, f"documents[{document.id}]", report)
    for path, gold in material.gold.items():
        if path not in findings.broken:
            _dates(gold.dates, findings.reporter(5, path))
    for path, written in ((p, w) for one in material.passes for p, w in one.written.items()):
        if path not in findings.broken:
            _dates(written.dates, findings.reporter(5, path))


def _dates(dates: list[Date] | list[QuotedDate], report: Report) -> None:
    for date in dates:
        path = f"dates[{date.id}]"
        # Passes have values only; days are derived from them when gold is built.
        if _value(date, path, report) and isinstance(date, Date):
            _days(date, path, report)
    _anchors(dates, report)


def _times(document: Document, path: str, report: Report) -> None:
    """Check document times: they determine days, and external knowledge is within what the page proves."""
    for name in ("captured", "published", "published_external"):
        value = getattr(document, name)
        if value is not None and not _has_days(value):
            what = f"{shown(value)} does not say which days it can be."
            report(
                "E502", f"{path}.{name}", what, "Write an EDTF date or interval, as in 2024 or 2024-01-01/2024-08-31."
            )
            return
    proven, known = document.published, document.published_external
    if proven and known and not _inside(timex.interval(known), timex.interval(proven)):
        what = f"{known} reaches beyond {proven}, which the page proves."
        report("E505", f"{path}.published_external", what, "One of the two is wrong.")
    if (known is None) != (document.published_external_status is None):
        what = "an external time and its status go together."
        report("E503", f"{path}.published_external_status", what, "Say whether anybody checked it.")


def _has_days(value: str) -> bool:
    try:
        return timex.type_fits(value, "DATE") and timex.interval(value) is not None
    except timex.TimexError:
        return False


def _inside(inner: timex.Interval | None, outer: timex.Interval | None) -> bool:
    """Tell whether one interval is within the other; true if either has no days."""
    if inner is None or outer is None:
        return True
    low, high = dt.date.min, dt.date.max
    early = (outer.earliest or low) <= (inner.earliest or low)
    return early and (inner.latest or high) <= (outer.latest or high)


def _value(date: Date | QuotedDate, path: str, report: Report) -> bool:
    """Check values: grammar, canonical form and type; return whether days can be derived from them."""
    values = {"value": date.value} | ({} if date.value_external is None else {"value_external": date.value_external})
    legal = True
    for name, value in values.items():
        try:
            canonical = timex.canonical(value)
        except timex.TimexError as cause:
            report("E502", f"{path}.{name}", f"{shown(value)} is no date value.", f"Expected {cause.expected}.")
            legal = False
            continue
        if canonical != value:
            report("E502", f"{path}.{name}", f"{shown(value)} is not in canonical form.", f"Write {canonical}.")
        if not timex.type_fits(value, date.type):
            report("E503", f"{path}.type", f"{shown(value)} cannot be of type {date.type}.", "Correct one of the two.")
    if legal and date.value_external is not None:
        if timex.canonical(date.value_external) == timex.canonical(date.value):
            hint = "Give it only where it differs."
            report("E503", f"{path}.value_external", "it says what the value says already.", hint)
        proven = timex.interval(date.value, date.mod, date.type)
        if not _inside(timex.interval(date.value_external, None, date.type), proven):
            what = f"{date.value_external} reaches beyond {date.value}, which the page proves."
            report("E505", f"{path}.value_external", what, "One of the two is wrong.")
    return legal


def _days(date: Date, path: str, report: Report) -> None:
    """Check that first and last days are those that follow from value, modifier and type."""
    for suffix in ("", "_external"):
        value = date.value_external if suffix else date.value
        interval = None if value is None else timex.interval(value, date.mod, date.type)
        for name, day in (("earliest", interval and interval.earliest), ("latest", interval and interval.latest)):
            due, field = None if day is None else day.isoformat(), f"{name}{suffix}"
            given = getattr(date, field)
            if given is None and due is not None:
                what = f"`{field}` is missing, and {due} follows from {value}."
                report("E505", f"{path}.{field}", what, f'Write "{field}": "{due}".')
            elif given != due:
                follows = f"{due} follows" if due is not None else "no such day follows"
                hint = f"Write {due}." if due is not None else "Leave it out."
                report("E505", f"{path}.{field}", f"it is {shown(given)}, and {follows} from {value}.", hint)


def _anchors(dates: list[Date] | list[QuotedDate], report: Report) -> None:
    """Report dates whose chain of anchors leads back to themselves."""
    refs = {date.id: date.ref for date in dates}
    for date in dates:
        chain, at = [date.id], date.ref
        while at in refs and at not in chain:
            chain.append(at)
            at = refs[at]
        if at == date.id and len(chain) > 1:
            path = f"dates[{date.id}].ref"
            report("E602", path, f"the anchors form a cycle: {' → '.join([*chain, at])}.", "Break it.")
