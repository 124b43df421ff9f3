r"""The grammar of TIMEX3 values, and the days that each rule denotes.

TIMEX3 is as in TimeML 1.2.1, its dates and times as in ISO 8601-1:2019, its intervals and season codes as in ISO
8601-2:2019 (EDTF). Letters may be upper or lower case. In EBNF, with ``d`` a digit::

    value      = reference | duration | interval | time | date | shortyear ;
    reference  = "PAST_REF" | "PRESENT_REF" | "FUTURE_REF" ;

    interval   = date "/" date | date "/.." | "../" date ;

    date       = year [ "-" ( month [ "-" day ] | week [ "-" weekday ] | part | season ) ]
               | "FY" d d d d [ "-" ( "Q" "1".."4" | "H" "1".."2" ) ] ;
    year       = d d d d | d d d "X" | d d "XX" | d "XXX" | "XXXX" | "BC" d d d d ;   (* BC0000 does not exist *)
    shortyear  = d d d | d d | d                        (* a decade, a century, a millennium: 195 is 195X, 19 is 19XX *)
               | "XXX" | "XX" ;                         (* an unknown decade, century; no days follow *)
    month      = "01".."12" | "XX" ;
    day        = "01".."31" | "XX" ;                    (* as many as the month has *)
    week       = "W" ( "01".."53" | "XX" ) ;            (* as many as the ISO year has *)
    weekday    = "1".."7" | "X" | "WE" ;                (* Monday is 1, WE the weekend *)
    part       = "Q" ( "1".."4" | "X" ) | "H" ( "1".."2" | "X" ) ;
    season     = "SP" | "SU" | "FA" | "WI"
               | "21".."24" | "25".."28" | "33".."36" | "40" | "41" ;   (* EDTF: seasons twice, quarters, halves *)

    time       = [ date ] "T" ( daypart | clock [ zone ] ) ;   (* the date down to the day; none is XXXX-XX-XX *)
    daypart    = "MO" | "MI" | "AF" | "EV" | "NI" | "DT" ;
    clock      = hour [ ":" minute [ ":" second [ "." d { d } ] ] ] | "24" [ ":00" [ ":00" ] ] ;
    zone       = "Z" | ( "+" | "-" ) hour [ [ ":" ] minute ] ;          (* at most 14 hours; -00:00 says nothing *)
    hour = "00".."23" ;  minute = second = "00".."59" ;

    duration   = "P" ( { amount dateunit } [ "T" amount timeunit { amount timeunit } ]   (* at least one amount *)
               | lone loneunit | vague dateunit | "T" ( lone daypart | vague timeunit ) ) ;
    dateunit   = "ML" | "CE" | "DE" | "Y" | "Q" | "M" | "W" | "D"       (* in this order, each at most once *)
               | "L" | "C" | "E" ;                                      (* TIMEX2's letters for the first three *)
    timeunit   = "H" | "M" | "S" ;                                      (* likewise *)
    loneunit   = "WE" | "SP" | "SU" | "FA" | "WI" ;
    lone       = amount | vague ;
    vague      = "X" { "X" } ;                                          (* an amount that is not known *)
    amount     = d { d } [ ( "." | "," ) d { d } ] | ( "." | "," ) d { d } ;   (* 9 digits, 6 decimals at most *)

``X`` is a placeholder for digits that the text leaves unspecified. At the end of a year without a month it makes the
year a decade, a century or a millennium, which cover all of its days; everywhere else it is *one* unknown unit.
"""

from typing import Literal, NamedTuple

from dragoman.timex import days
from dragoman.timex.dates import Date, date
from dragoman.timex.duration import duration
from dragoman.timex.scan import Failure, Scanner

REFERENCES = frozenset({"PAST_REF", "PRESENT_REF", "FUTURE_REF"})

_NO_DATE = "XXXX-XX-XX"
_MAX_ZONE_HOURS = 14
_END = "the end of the value"


class Value(NamedTuple):
    """A parsed value.

    Attributes:
        text: the canonical form.
        kind: the rule that matched.
        span: first and last day as ordinals, None being an open end; None if the value determines no days.
        whole: whether the value covers all of ``span``, so that it has thirds, and is not an unknown part of it.
        pattern: whether the value can recur because of an X.

    """

    text: str
    kind: Literal["date", "interval", "time", "duration", "reference"]
    span: tuple[int | None, int | None] | None = None
    whole: bool = False
    pattern: bool = False


def read(value: str) -> Value:
    """Parse a value by the rule ``value``. Raises Failure, and nothing else, for whatever the grammar does
    not allow.
    """
    scan = Scanner(value)
    if scan.text in REFERENCES:
        return Value(scan.text, "reference")
    if scan.at("P"):
        return Value(duration(scan), "duration")
    if scan.accept("T"):
        return _time(scan, Date(_NO_DATE, "partial", is_day=True))
    return _dated(scan)


def _dated(scan: Scanner) -> Value:
    start = None if scan.accept("..") else date(scan)
    if start and start.is_day and scan.accept("T"):
        return _time(scan, start)
    if scan.accept("/"):
        stop = None if start and scan.accept("..") else date(scan)
        scan.finish(_END)
        return _interval(scan, start, stop)
    if start is None:
        scan.fail("'/' and the date at which the interval ends")
    scan.finish(f"'T' and a time, '/' or {_END}" if start.is_day else f"'/' or {_END}")
    return Value(
        start.text,
        "date",
        None if start.certainty == "fiscal" else _span(start),
        whole=start.certainty in {"exact", "conventional"},
        pattern=_pattern(start),
    )


def _span(date: Date) -> tuple[int, int] | None:
    return None if date.first is None or date.last is None else (date.first, date.last)


def _pattern(date: Date) -> bool:
    return date.certainty in {"yearless", "partial"}


def _interval(scan: Scanner, start: Date | None, stop: Date | None) -> Value:
    at = scan.text.index("/") + 1
    ends = [end for end in (start, stop) if end is not None]
    span = (start.first if start else None, stop.last if stop else None)
    if start and stop:
        # Fiscal years can be compared with each other, but not with other dates.
        comparable = (start.certainty == "fiscal") == (stop.certainty == "fiscal")
        if comparable and span[0] is not None and span[1] is not None and span[0] > span[1]:
            scan.fail(f"an interval whose end is not before its beginning {start.text}", at)
        if start.text == stop.text and start.certainty != "partial":
            # Not for a partial date: an interval between two unknown days in June is not one day in June.
            return read(start.text)
    try:
        text = _interval_text(start, stop)
    except ValueError:
        scan.fail("days from 9999 BC to 9999-12-31", 0)
    return Value(
        text,
        "interval" if "/" in text else "date",
        span if all(end.first is not None and end.certainty != "fiscal" for end in ends) else None,
        whole=len(ends) == 2 and all(end.certainty in {"exact", "conventional"} for end in ends),
        pattern=all(map(_pattern, ends)),
    )


def _interval_text(start: Date | None, stop: Date | None) -> str:
    if start and stop and start.certainty == stop.certainty == "exact":
        assert start.first is not None, "exact dates have days"
        assert stop.last is not None, "exact dates have days"
        return days.stretch_text(start.first, stop.last)
    text = f"{_end_text(start, opening=True)}/{_end_text(stop, opening=False)}"
    return (_yearless(text) if start and stop and start.certainty == stop.certainty == "yearless" else None) or text


def _end_text(end: Date | None, *, opening: bool) -> str:
    if end is None:
        return ".."
    if end.certainty != "exact" or end.first is None or end.last is None:
        return end.text
    return days.opening_text(end.first) if opening else days.closing_text(end.last)


def _yearless(text: str) -> str | None:
    """Format an interval within one unknown year canonically, if the form is the same in common years and
    leap years.
    """
    texts = set()
    for year in ("2000", "2001"):
        try:
            texts.add(read(text.replace("XXXX", year)).text.replace(year, "XXXX"))
        except Failure:
            return None
    return texts.pop() if len(texts) == 1 else None


def _time(scan: Scanner, day: Date) -> Value:
    clock = scan.attempt("MO|MI|AF|EV|NI|DT")
    if clock is None:
        at = scan.position
        hour = scan.take("[01][0-9]|2[0-4]", "an hour (00 to 24) or a part of the day (MO, MI, AF, EV, NI, DT)")
        minute = _minute(scan)
        if hour == "24":
            if minute != "00":
                scan.fail("24:00, the end of the day, or an hour of 00 to 23", at)
            day, hour = _midnight(day)
        clock = f"{hour}:{minute}{_zone(scan)}"
    scan.finish(f"{_END} (an interval has dates, without times)" if scan.at("/") else _END)
    return Value(f"{day.text}T{clock}", "time", _span(day), pattern=_pattern(day))


def _minute(scan: Scanner) -> str:
    """Parse what follows the hour: the minute, and the second, which is dropped if it is 0."""
    if not scan.accept(":"):
        return "00"
    minute = scan.take("[0-5][0-9]", "a minute (00 to 59)")
    if not scan.accept(":"):
        return minute
    second = scan.take("[0-5][0-9]", "a second (00 to 59)")
    if scan.accept("."):
        decimals = scan.take("[0-9]{1,6}(?![0-9])", "one to six decimals of a second").rstrip("0")
        second += f".{decimals}" if decimals else ""
    return minute if second == "00" else f"{minute}:{second}"


def _midnight(day: Date) -> tuple[Date, str]:
    """Return the day and the hour for the end of ``day``: 00 of the next day if that is known, else 24."""
    if day.certainty == "exact" and day.last is not None:
        following = day.last + 1
        try:
            return Date(days.day_text(following), "exact", following, following, is_day=True), "00"
        except ValueError:
            return day, "24"
    return day, "00" if day.text == _NO_DATE else "24"


def _zone(scan: Scanner) -> str:
    at = scan.position
    if scan.accept("Z"):
        return "Z"
    sign = scan.attempt("[+-]")
    if sign is None:
        return ""
    hour = scan.take("[0-9]{2}", "the hours of a time zone (00 to 14)")
    if scan.accept(":"):
        minute = scan.take("[0-5][0-9]", "the minutes of a time zone (00 to 59)")
    else:
        minute = scan.attempt("[0-5][0-9]") or "00"
    if int(hour) > _MAX_ZONE_HOURS:
        scan.fail(f"a time zone of at most {_MAX_ZONE_HOURS} hours", at)
    if (hour, minute) == ("00", "00"):
        if sign == "-":
            scan.fail("Z, +00:00 or another time zone (ISO 8601 has no -00:00)", at)
        return "Z"
    return f"{sign}{hour}:{minute}"
