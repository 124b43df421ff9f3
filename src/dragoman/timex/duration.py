"""The ``duration`` rule of the grammar (see :mod:`dragoman.timex.grammar`)."""

from dragoman.timex.scan import Scanner

# Amounts are integers, in millionths of a month or of a second, so that nothing is ever rounded.
_MICRO = 1_000_000
_DECIMALS = 6
_MAX_DIGITS = 9
_DAY = 86_400

_MONTHS = {"ML": 12_000, "CE": 1_200, "DE": 120, "Y": 12, "Q": 3, "M": 1}
# TIMEX2's abbreviations, which TimeML 1.2.1's schema also allows.
_SHORT = {"L": "ML", "C": "CE", "E": "DE"}
_SECONDS = {"W": 7 * _DAY, "D": _DAY}
_CLOCK = {"H": 3_600, "M": 60, "S": 1}
_ORDER = (*_MONTHS, *_SECONDS)

_NUMBER = r"X+|[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+"
# Kinds of days and of hours, not lengths: two weekends are not four consecutive days.
_LONE_DATE = r"WE|SP|SU|FA|WI"
_LONE_TIME = r"MO|MI|AF|EV|NI|DT"
_DATE_UNIT = rf"{_LONE_DATE}|ML|CE|DE|[LCEYQMWD]"
_TIME_UNIT = rf"{_LONE_TIME}|[HMS]"


def duration(scan: Scanner) -> str:
    """Parse a duration from its ``P`` to the end, and return its canonical form. Raises Failure."""
    scan.take("P", "'P'")
    months = seconds = 0
    parts = 0
    lone = ""
    rank = -1
    clock = False
    while parts == 0 or scan.position < len(scan.text):
        if not clock and scan.accept("T"):
            clock, rank = True, -1
        start = scan.position
        if lone:
            scan.fail("the end: a vague amount, weekends, seasons and parts of the day stand alone")
        number = scan.take(_NUMBER, "an amount: a number, or X for a vague one")
        at = scan.position
        unit = scan.take(
            _TIME_UNIT if clock else _DATE_UNIT,
            "a unit: H, M, S or a part of the day (MO, MI, AF, EV, NI, DT)"
            if clock
            else "a unit: ML, CE, DE (or L, C, E), Y, Q, M, W, D, WE, a season (SP, SU, FA, WI), or 'T' before hours",
        )
        unit = unit if clock else _SHORT.get(unit, unit)
        amount = _amount(scan, number, start)
        units = tuple(_CLOCK) if clock else _ORDER
        if amount is None or unit not in units:
            if parts:
                scan.fail("the end: a vague amount, weekends, seasons and parts of the day stand alone", start)
            lone = f"P{'T' * clock}{'X' if amount is None else _decimal(amount)}{unit}"
        else:
            if units.index(unit) <= rank:
                scan.fail("units from the longest to the shortest, each of them once", at)
            rank = units.index(unit)
            if clock:
                seconds += amount * _CLOCK[unit]
            elif unit in _MONTHS:
                months += amount * _MONTHS[unit]
            else:
                seconds += amount * _SECONDS[unit]
        parts += 1
    return lone or _text(scan, months, seconds)


def _amount(scan: Scanner, number: str, start: int) -> int | None:
    """Parse an amount in millionths; None for a vague one."""
    if number[0] == "X":
        return None
    whole, _, decimals = number.replace(",", ".").partition(".")
    whole, decimals = whole.lstrip("0"), decimals.rstrip("0")
    if len(whole) > _MAX_DIGITS or len(decimals) > _DECIMALS:
        scan.fail(f"a number of at most {_MAX_DIGITS} digits and {_DECIMALS} decimals", start)
    return int(whole or "0") * _MICRO + int(decimals.ljust(_DECIMALS, "0"))


def _decimal(micro: int) -> str:
    """Format millionths as a decimal number without trailing zeros."""
    whole, rest = divmod(micro, _MICRO)
    return f"{whole}.{rest:0{_DECIMALS}}".rstrip("0").rstrip(".")


def _text(scan: Scanner, months: int, seconds: int) -> str:
    years, months = divmod(months, 12 * _MICRO)
    days, seconds = divmod(seconds, _DAY * _MICRO)
    hours, seconds = divmod(seconds, 3_600 * _MICRO)
    minutes, seconds = divmod(seconds, 60 * _MICRO)
    if max(years, days) >= 10**_MAX_DIGITS:
        # Larger numbers could be formatted but not parsed again.
        scan.fail(f"a duration of less than 10^{_MAX_DIGITS} years and 10^{_MAX_DIGITS} days", 0)

    def write(*parts: tuple[int, str]) -> str:
        return "".join(_decimal(amount) + unit for amount, unit in parts if amount)

    date = write((years * _MICRO, "Y"), (months, "M"), (days * _MICRO, "D"))
    time = write((hours * _MICRO, "H"), (minutes * _MICRO, "M"), (seconds, "S"))
    if not date and not time:
        return "P0D"
    return f"P{date}T{time}" if time else f"P{date}"
