"""korean-datetime, with the settings that its own guide recommends for news; see its README, "용도별 권장 설정".

It gives a half-open range with a precision, which is written as a TIMEX3 value where there is one for it. It must have
a reference time: where the document's is not known the text is read under two, and what both give alike is kept.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from korean_datetime import Cycle, Direction, Grain, Kind, ParseOptions, TemporalExpression, TemporalParser

from dragoman.schema.records import Document
from dragoman.systems.loading import beside

shared = beside(__file__, "..", "gazetteer.py")

_PARSER = TemporalParser(ParseOptions(cycle=Cycle.NEAREST, vague=True))
_VAGUE = {Direction.RECENT: "PRESENT_REF", Direction.PAST: "PAST_REF", Direction.FUTURE: "FUTURE_REF"}
_JULY = 7


def predict(document: Document) -> dict[str, Any] | None:
    """Label the dates of a Korean document."""
    if not document.language.startswith("ko"):
        return None
    bases = shared.bases(shared.anchor(document.published))
    readings: dict[tuple[int, int], list[TemporalExpression]] = {}
    for base in bases:
        for found in _PARSER.parse_all(document.text, now=base):
            readings.setdefault(found.span, []).append(found)
    return {"dates": [_date(span, found, len(bases)) for span, found in sorted(readings.items())]}


def _date(span: tuple[int, int], found: list[TemporalExpression], bases: int) -> dict[str, Any]:
    date = {"start": span[0], "end": span[1], "type": "DATE" if found[0].kind in {Kind.DATE, Kind.VAGUE} else "TIME"}
    values = [written for one in found if (written := value(one)) is not None]
    if len(values) == bases and (agreed := values[0] if len(set(values)) == 1 else shared.agreed(values)) is not None:
        date["value"] = agreed
    return date


def value(found: TemporalExpression) -> str | None:
    """TIMEX3 value of what was found, or None where it has none, such as two days of a week end."""
    if found.direction is not None:
        return _VAGUE[found.direction]
    start, last = found.start, found.end - dt.timedelta(microseconds=1)
    if found.kind is not Kind.DATE:
        return f"{start:%Y-%m-%dT%H}" if found.grain is Grain.HOUR else f"{start:%Y-%m-%dT%H:%M}"
    if found.grain is Grain.DAY:
        return f"{start:%Y-%m-%d}" if start.date() == last.date() else f"{start:%Y-%m-%d}/{last:%Y-%m-%d}"
    if found.is_range:
        return f"{_whole(start, found.grain)}/{_whole(last, found.grain)}"
    return _whole(start, found.grain)


def _whole(day: dt.datetime, grain: Grain) -> str:
    """Name of the year, half, quarter, month or week that a day lies in."""
    if grain is Grain.HALF_YEAR:
        return f"{day:%Y}-H{1 if day.month < _JULY else 2}"
    if grain is Grain.QUARTER:
        return f"{day:%Y}-Q{(day.month + 2) // 3}"
    return f"{day:{ {Grain.YEAR: '%Y', Grain.MONTH: '%Y-%m', Grain.WEEK: '%G-W%V'}.get(grain, '%Y-%m-%d') }}"
