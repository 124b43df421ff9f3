"""Temporal values by the thousand: what must hold for every value, checked against :mod:`datetime` and fractions."""

import calendar
import datetime as dt
import re
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dragoman.timex import Interval, TimexError, canonical, interval, is_canonical, jaccard_days, type_fits

MODS = (None, "START", "MID", "END", "APPROX", "BEFORE", "AFTER", "ON_OR_BEFORE", "ON_OR_AFTER")
TYPES = ("DATE", "TIME", "DURATION", "SET")
DATE_UNITS = ("ML", "CE", "DE", "Y", "Q", "M", "W", "D")
TIME_UNITS = ("H", "M", "S")
SIGNS = "0123456789XPTWYMDQHSEFZ-/:.+~ _"

# No deadline: a busy machine is not a fault.
often = settings(max_examples=500, deadline=None)
usual = settings(deadline=None)


# --- legal values, written by the grammar and with nothing of the module under test -----------------------------------

years = st.integers(1, 9998) | st.integers(1900, 2100)
dates = st.dates(dt.date(1, 1, 1), dt.date(9998, 12, 31)) | st.dates(dt.date(2019, 1, 1), dt.date(2026, 12, 31))
four = years.map("{:04}".format)
some_year = four | st.just("XXXX") | four.map(lambda y: y[:3] + "X") | four.map(lambda y: y[:2] + "XX")
any_month = st.integers(1, 12).map("{:02}".format) | st.just("XX")
any_week = st.integers(1, 52).map("W{:02}".format) | st.just("WXX")


def joined(sign, *parts):
    return st.tuples(*parts).map(sign.join)


iso_days = dates.map(dt.date.isoformat)
week_days = dates.map(lambda d: "{:04}-W{:02}-{}".format(*d.isocalendar()))
weeks = dates.map(lambda d: "{:04}-W{:02}".format(*d.isocalendar()))
exact_dates = st.one_of(
    iso_days,
    week_days,
    weeks,
    four,
    joined("-", four, st.integers(1, 12).map("{:02}".format)),
    joined("-", four, st.sampled_from(["Q1", "Q2", "Q3", "Q4", "H1", "H2", "33", "34", "35", "36", "40", "41"])),
    # The first decade and the first century begin with year 0, which datetime lacks.
    four.filter(lambda y: y >= "0010").map(lambda y: y[:3] + "X"),
    four.filter(lambda y: y >= "0100").map(lambda y: y[:2] + "XX"),
)
day_dates = st.one_of(
    iso_days,
    week_days,
    joined("-", some_year, any_month, st.integers(1, 28).map("{:02}".format) | st.just("XX")),
    joined("-", some_year, any_week, st.sampled_from("1234567")),
    st.just("XXXX-02-29"),
)
long_dates = st.one_of(
    exact_dates,
    day_dates,
    some_year,
    joined("-", some_year, any_month),
    joined("-", some_year, any_week),
    joined("-", some_year, any_week, st.just("WE")),
    joined(
        "-",
        some_year,
        st.sampled_from(["Q1", "Q4", "QX", "H1", "HX", "SP", "SU", "FA", "WI", "21", "22", "23", "24", "25", "28"]),
    ),
    joined("", st.just("BC"), four),
    joined("", st.just("BC"), joined("-", four, st.integers(1, 12).map("{:02}".format))),
    joined("", st.just("FY"), four),
    joined("-", joined("", st.just("FY"), four), st.sampled_from(["Q1", "Q2", "Q3", "Q4", "H1", "H2"])),
)
two = st.integers(0, 59).map("{:02}".format)
hours = st.integers(0, 23).map("{:02}".format)
clocks = st.one_of(
    hours,
    joined(":", hours, two),
    joined(":", hours, two, two),
    joined(":", hours, two, joined(".", two, st.integers(0, 999_999).map("{:06}".format))),
    st.sampled_from(["24", "24:00", "24:00:00"]),
)
zones = st.sampled_from(["", "Z", "+00:00", "+09", "+0830", "-05:00", "+14:00"])
times = joined(
    "T",
    day_dates | st.just(""),
    joined("", clocks, zones) | st.sampled_from(["MO", "MI", "AF", "EV", "NI", "DT"]),
)
amounts = st.one_of(
    st.integers(0, 400).map(str),
    st.integers(0, 99).map("{:04}".format),
    joined(".", st.integers(0, 50).map(str) | st.just(""), st.integers(0, 999).map("{:03}".format)),
)


@st.composite
def durations(draw):
    date_units = draw(st.sets(st.sampled_from(DATE_UNITS), max_size=4))
    time_units = draw(st.sets(st.sampled_from(TIME_UNITS), max_size=3, min_size=not date_units))
    written = "P" + "".join(draw(amounts) + unit for unit in DATE_UNITS if unit in date_units)
    if time_units:
        written += "T" + "".join(draw(amounts) + unit for unit in TIME_UNITS if unit in time_units)
    return written


lone_durations = st.one_of(
    st.sampled_from(
        ["PXML", "PXCE", "PXDE", "PXY", "PXQ", "PXM", "PXW", "PXD", "PTXH", "PTXM", "PTXS", "PXWE", "PTXNI", "PXSU"]
    ),
    joined("", st.just("P"), amounts, st.sampled_from(["WE", "SP", "SU", "FA", "WI"])),
    joined("", st.just("PT"), amounts, st.sampled_from(["MO", "MI", "AF", "EV", "NI", "DT"])),
)


@st.composite
def exact_intervals(draw):
    one, other = draw(exact_dates), draw(exact_dates)
    first, second = interval(one), interval(other)
    assert first
    assert second
    return f"{one}/{other}" if first.earliest <= second.latest else f"{other}/{one}"


intervals = st.one_of(
    exact_intervals(),
    joined("/", long_dates, st.just("..")),
    joined("/", st.just(".."), long_dates),
    long_dates.map(lambda date: f"{date}/{date}"),
    dates.flatmap(lambda d: st.just(f"{d}/{min(d + dt.timedelta(30), dt.date.max)}".replace(f"{d.year:04}", "XXXX"))),
)
references = st.sampled_from(["PAST_REF", "PRESENT_REF", "FUTURE_REF", "past_ref"])
legal = st.one_of(long_dates, times, durations(), lone_durations, intervals, references, st.just("195"), st.just("19"))
legal |= legal.map(str.lower)


# --- what holds for every legal value ---------------------------------------------------------------------------------


@often
@given(legal)
def test_every_legal_value_is_read_and_its_form_is_stable(value):
    form = canonical(value)
    assert canonical(form) == form
    assert is_canonical(form)
    assert len(form) <= 64


@often
@given(legal, st.sampled_from(MODS), st.sampled_from((None, *TYPES)))
def test_days_and_types_follow_from_the_canonical_form(value, mod, type_):
    # So two values with one form have the same days under the same mod and type, and fit the same types.
    form = canonical(value)
    found = interval(value, mod, type_)
    assert found == interval(form, mod, type_)
    assert [type_fits(value, name) for name in TYPES] == [type_fits(form, name) for name in TYPES]
    assert any(type_fits(value, name) for name in TYPES)
    if found is not None:
        assert found != (None, None)
        assert found.earliest is None or found.latest is None or found.earliest <= found.latest


@often
@given(st.text() | st.text(SIGNS, max_size=70))
@example("2024-\ud800")
@example("²024")
@example("ſu")
@example("P" + "9" * 63)
@example("2" * 1_000_000)
def test_any_text_is_read_or_refused_with_a_timex_error(value):
    read_or_refused(value)


@often
@given(legal, st.data())
def test_damaged_values_are_read_or_refused_with_a_timex_error(value, data):
    at = data.draw(st.integers(0, len(value)))
    cut = data.draw(st.integers(0, 2))
    damaged = value[:at] + data.draw(st.text(SIGNS, max_size=2)) + value[at + cut :]
    read_or_refused(damaged)


def refusal(function, value):
    try:
        function(value)
    except TimexError as error:
        return error
    return None


def read_or_refused(value):
    for function in (canonical, interval, lambda text: type_fits(text, "DATE")):
        error = refusal(function, value)
        if error is not None:
            assert error.value == value
            assert 0 <= error.position <= len(value)
            assert error.expected
            assert str(error)
    if refusal(canonical, value) is None:
        form = canonical(value)
        assert canonical(form) == form
        assert interval(value) == interval(form)


# --- days, against datetime -------------------------------------------------------------------------------------------


@often
@given(dates, dates)
def test_a_stretch_of_days_keeps_its_days(one, other):
    first, last = sorted((one, other))
    form = canonical(f"{first}/{last}")
    assert interval(form) == (first, last)
    assert interval(f"{first}/..") == (first, None)
    assert interval(f"../{last}") == (None, last)
    assert interval(canonical(f"{first}/..")) == (first, None)
    assert interval(canonical(f"../{last}")) == (None, last)


@often
@given(exact_intervals())
def test_equal_days_have_equal_forms(value):
    found = interval(value)
    assert found
    assert canonical(value) == canonical(f"{found.earliest}/{found.latest}")


@usual
@given(exact_dates)
def test_a_unit_and_its_days_have_one_form(value):
    found = interval(value)
    assert found
    assert canonical(f"{found.earliest}/{found.latest}") == canonical(value)
    assert "/" not in canonical(value)


def units(year):
    """Every calendar unit that begins in a year, and its days, by datetime alone."""
    day = dt.date(year, 1, 1)
    while day.year == year:
        yield day.isoformat(), day, day
        if day.isoweekday() == 1:
            yield "{:04}-W{:02}".format(*day.isocalendar()), day, day + dt.timedelta(6)
        day += dt.timedelta(1)
    for size, sign in ((1, ""), (3, "Q"), (6, "H")):
        for number, month in enumerate(range(1, 13, size), start=1):
            last = month + size - 1
            name = f"{year:04}-{sign}{number}" if sign else f"{year:04}-{number:02}"
            yield name, dt.date(year, month, 1), dt.date(year, last, calendar.monthrange(year, last)[1])
    for digits in range(4):
        if year % 10**digits == 0:
            name = f"{year:04}"[: 4 - digits] + "X" * digits
            yield name, dt.date(year, 1, 1), dt.date(year + 10**digits - 1, 12, 31)


@pytest.mark.parametrize("year", [1, 1900, 1999, 2000, 2015, 2020, 2024, 9990])
def test_units_are_told_apart_by_their_days(year):
    seen = {}
    for name, first, last in units(year):
        assert canonical(name) == name
        assert canonical(f"{first}/{last}") == name
        assert interval(name) == (first, last)
        assert seen.setdefault((first, last), name) == name


@usual
@given(st.integers(1, 9998))
def test_an_iso_year_has_the_weeks_that_datetime_gives_it(year):
    weeks_of_year = dt.date(year, 12, 28).isocalendar().week
    assert is_canonical(f"{year:04}-W53") == (weeks_of_year == 53)
    found = interval(f"{year:04}-WXX")
    if found is not None:
        assert (found.latest - found.earliest).days + 1 == 7 * weeks_of_year


@often
@given(exact_dates | exact_intervals())
def test_thirds_partition_the_value(value):
    whole = interval(value)
    parts = [interval(value, mod) for mod in ("START", "MID", "END")]
    assert whole
    if (whole.latest - whole.earliest).days < 2:
        assert parts == [whole] * 3
        return
    start, mid, end = parts
    one = dt.timedelta(1)
    assert (start.earliest, end.latest) == whole
    assert start.latest + one == mid.earliest
    assert mid.latest + one == end.earliest
    assert all(part.earliest <= part.latest for part in parts)


@usual
@given(exact_dates)
def test_before_the_value_and_after_it(value):
    found = interval(value)
    before, after = interval(value, "BEFORE"), interval(value, "AFTER")
    assert found
    if before is not None:
        assert before == (None, found.earliest - dt.timedelta(1))
    if after is not None:
        assert after == (found.latest + dt.timedelta(1), None)


near = st.dates(dt.date(2024, 1, 1), dt.date(2024, 3, 1))


@usual
@given(st.tuples(near, near).map(sorted), st.tuples(near, near).map(sorted))
def test_overlap_is_that_of_sets_of_days(one, other):
    a, b = Interval(*one), Interval(*other)
    sets = [{first.toordinal() + n for n in range((last - first).days + 1)} for first, last in (a, b)]
    assert jaccard_days(a, b) == (len(sets[0] & sets[1]), len(sets[0] | sets[1]))
    assert jaccard_days(a, b) == jaccard_days(b, a)
    assert jaccard_days(a, a) == (len(sets[0]), len(sets[0]))


# --- durations, against fractions -------------------------------------------------------------------------------------

LENGTHS = {"ML": 12_000, "CE": 1_200, "DE": 120, "Y": 12, "Q": 3, "M": 1}
SECONDS = {"W": 604_800, "D": 86_400, "TH": 3_600, "TM": 60, "TS": 1}


def length(value):
    """Months and seconds of a duration, exactly, read in another way than the module reads it."""
    months = seconds = Fraction()
    date, _, time = value[1:].partition("T")
    for part, prefix in ((date, ""), (time, "T")):
        for amount, unit in re.findall(r"([0-9.]+)([A-Z]+)", part):
            number = Fraction(f"0{amount}") if amount.startswith(".") else Fraction(amount)
            months += number * LENGTHS.get(prefix + unit, 0)
            seconds += number * SECONDS.get(prefix + unit, 0)
    return months, seconds


@often
@given(durations(), durations())
def test_durations_have_one_form_if_and_only_if_they_are_equally_long(one, other):
    assert length(canonical(one)) == length(one)
    assert (canonical(one) == canonical(other)) == (length(one) == length(other))


@usual
@given(st.integers(0, 10**6))
def test_whole_amounts_in_smaller_units_are_the_same(number):
    assert canonical(f"P{number}W") == canonical(f"P{7 * number}D") == canonical(f"PT{168 * number}H")
    assert canonical(f"P{number}Y") == canonical(f"P{12 * number}M") == canonical(f"P{4 * number}Q")
