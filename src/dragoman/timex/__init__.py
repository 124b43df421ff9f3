"""Values of temporal expressions (TIMEX3): validation, canonical form, and the days that a value denotes.

The values are those of TIMEX3 (TimeML 1.2.1, on ISO 8601-1:2019), with the intervals of EDTF (ISO 8601-2:2019) as the
only extension. The grammar is in :mod:`dragoman.timex.grammar`.

**Canonical form.** Values with the same meaning have the same canonical form:

- letters are upper case; ``195`` is ``195X``, ``19`` is ``19XX``, ``2`` is ``2XXX``; ISO year ``0000`` is ``BC0001``;
  EDTF's season, quarter and half codes (``2024-21``, ``2024-33``, ``2024-40``) are ``2024-SP``, ``2024-Q1``,
  ``2024-H1``;
- an interval that is exactly a day, ISO week, month, quarter, half, year, decade, century or millennium is written as
  that unit. No two of these cover the same days, so that the choice is unique. Every other interval is written in years
  if it consists of whole years, else in months, else in days: ``2021/2025``, ``2024-06-17/2024-06-30``. An open
  interval uses the coarsest possible unit for its closed end (``2024/..``);
- ``2024-W03-2`` is ``2024-01-16``. Seasons, weekends and fiscal years are never converted to days, because their extent
  is a convention (a weekend in Cairo begins on Friday);
- ``T24:00`` is ``T00:00`` of the next day, ``T15`` and ``T15:00:00`` are ``T15:00``, ``T15:00`` without a date is
  ``XXXX-XX-XXT15:00``, ``+00:00`` is ``Z``. Other zones are left, since the day of the event depends on them;
- durations are written in years, months, days, hours, minutes and seconds, the larger units as large as possible:
  ``P12M`` is ``P1Y``, ``P1DE`` and ``P1E`` are ``P10Y``, ``P2Q`` is ``P6M``, ``PT24H`` is ``P1D``, and weeks are days,
  ``P7D``. Months are not converted to days. Amounts that cannot be converted are not combined with others: vague
  amounts (``PXW``, the same as ``PXXW``), weekends, seasons, parts of days.
"""

from functools import lru_cache

from dragoman.timex.days import Interval, modified, to_interval
from dragoman.timex.grammar import Value, read
from dragoman.timex.scan import Failure, TimexError

__all__ = ["Interval", "TimexError", "canonical", "interval", "is_canonical", "is_valid", "jaccard_days", "type_fits"]

_CACHED_VALUES = 16_384

_TYPES = {
    "date": {"DATE"},
    "interval": {"DATE"},
    # TimeML annotates "now" as DATE or TIME.
    "reference": {"DATE", "TIME"},
    "time": {"TIME"},
    "duration": {"DURATION", "SET"},
}


@lru_cache(maxsize=_CACHED_VALUES)
def _parse(value: str) -> Value:
    try:
        return read(value)
    except Failure as failure:
        expected, position = failure.expected, failure.position
    from dragoman.timex.suggest import suggest  # noqa: PLC0415 - only needed for invalid input

    nearest = suggest(value)
    hint = "" if nearest is None else f" (did you mean {nearest}?)"
    raise TimexError(value, expected + hint, position)


def canonical(value: str) -> str:
    """Return the canonical form of a value; values with the same meaning have the same form, and the function is
    idempotent.

    Raises:
        TimexError: the grammar does not allow the value, or it has more than 64 characters.

    Example:
        >>> canonical("2024-W03-2"), canonical("P12M"), canonical("2024-01-01/2024-01-31")
        ('2024-01-16', 'P1Y', '2024-01')

    """
    return _parse(value).text


def is_valid(value: str) -> bool:
    """Tell whether the grammar allows a value. Never raises.

    >>> is_valid("2024-06"), is_valid("June 2024")
    (True, False)

    """
    try:
        read(value)
    except Failure:
        return False
    return True


def is_canonical(value: str) -> bool:
    """Tell whether the grammar allows a value and it is in canonical form. Never raises."""
    try:
        return canonical(value) == value
    except TimexError:
        return False


def type_fits(value: str, type: str) -> bool:  # noqa: A002 - the name of TIMEX3's attribute
    """Tell whether a value is compatible with a TIMEX3 type.

    ``DATE`` allows dates, intervals and references, ``TIME`` times and references, ``DURATION`` durations, ``SET``
    durations and values that recur because of an X (``XXXX-WXX-2``); any other type allows no value. Values with the
    same canonical form have the same types.

    Raises:
        TimexError: the grammar does not allow the value.

    """
    parsed = _parse(value)
    return type in _TYPES[parsed.kind] or (type == "SET" and parsed.pattern)


def interval(value: str, mod: str | None = None, type: str | None = None) -> Interval | None:  # noqa: A002
    """Return the days that a value can denote, both ends included, or None if it does not determine any.

    No days follow from references, durations, anything of type ``SET``, fiscal years (which differ by country), values
    with an unknown year, and values outside the years 1 to 9999.

    An underspecified value covers the days from the first to the last that it can denote: ``2024-XX-17`` is
    2024-01-17 to 2024-12-17. A time denotes its day, in its own time zone. Seasons are northern and meteorological, and
    belong to the year in which they begin: ``2024-WI`` is 2024-12-01 to 2025-02-28. A weekend is Saturday and Sunday.
    The calendar is proleptic Gregorian.

    Args:
        value: a value of the grammar.
        mod: TIMEX3's ``mod``. ``START``, ``MID`` and ``END`` are thirds: of a month the days 1 to 10, 11 to 20, and 21
            to the last; of any other period of n days the first n // 3, those up to the (2n // 3)th, and the rest, so
            of a year 1 January to 1 May, 2 May to 31 August, 1 September to 31 December. They have no
            effect on periods of less than three days, open intervals, times and underspecified dates. ``BEFORE`` is
            every day before the first, ``AFTER`` every day after the last; ``ON_OR_BEFORE`` and ``ON_OR_AFTER`` include
            the value's own days; there are no days before an open beginning or after an open end. ``APPROX`` and any
            other value have no effect.
        type: TIMEX3's ``type``; only ``SET`` has an effect.

    Raises:
        TimexError: the grammar does not allow the value.

    Example:
        >>> [str(day) for day in interval("2024-06", "START")]
        ['2024-06-01', '2024-06-10']
        >>> interval("P3D") is None
        True

    """
    parsed = _parse(value)
    # The second test: for a value that is out of range, the days before or after it are undefined too.
    if parsed.span is None or to_interval(*parsed.span) is None or type == "SET":
        return None
    if mod in {"START", "MID", "END"} and not parsed.whole:
        mod = None
    span = modified(*parsed.span, mod)
    return None if span is None else to_interval(*span)


def jaccard_days(a: Interval, b: Interval) -> tuple[int, int] | None:
    """Return the sizes in days of the intersection and the union of two intervals; None if any end is open.

    Their quotient is the Jaccard index. The union is at least 1 day; a gap between the intervals is not part of it.
    Neither interval may end before it begins.

    >>> jaccard_days(interval("2024-06"), interval("2024-06-16/2024-07-15"))
    (15, 45)

    """
    if a.earliest is None or a.latest is None or b.earliest is None or b.latest is None:
        return None
    common = max(0, (min(a.latest, b.latest) - max(a.earliest, b.earliest)).days + 1)
    either = (a.latest - a.earliest).days + (b.latest - b.earliest).days + 2 - common
    return common, either
