"""Temporal values by hand: each table says why its rows hold."""

import datetime as dt
import pickle

import pytest

from dragoman.timex import Interval, TimexError, canonical, interval, is_canonical, jaccard_days, type_fits

# Forms that the annotation scheme, TimeML's examples and ISO 8601 use: each is its own canonical form.
CANONICAL = """
2024 2024-06 2024-06-17 2024-W03 2024-W03-WE 2024-Q1 2024-H1 2024-SP 2024-SU 2024-FA 2024-WI 195X 19XX 1XXX
XXXX XXXX-06 XXXX-06-17 XXXX-XX-17 XXXX-XX-XX 2024-XX 2024-XX-XX 2024-06-XX 2024-XX-17 XXXX-WXX XXXX-WXX-2
XXXX-WXX-WE 2024-WXX-2 XXXX-W03-2 XXXX-QX XXXX-HX 2024-QX XXXX-SU 195X-06 195X-06-17 195X-WI XXXX-02-29 XXXX-W53
BC0044 BC0044-03-15 FY2024 FY2024-Q1 FY2024-H2 2020-W53 2024-02-29 2000-02-29
2024-06-17T15:00 2024-06-17T15:00:30 2024-06-17T15:00:30.5 2024-06-17T15:00Z 2024-06-17T15:00+08:30
2024-06-17TMO 2024-06-17TMI 2024-06-17TAF 2024-06-17TEV 2024-06-17TNI 2024-06-17TDT XXXX-XX-XXTNI XXXX-WXX-1TMO
XXXX-XX-XXT15:00 2024-06-XXT15:00 9999-12-31T24:00
P10Y P2M P14D PT20H P1Y6M P1Y2M3DT4H5M6S P0.5M PT0.5S P0D PXD PXW PXM PXY PXQ PXDE PXCE PXML PTXH PTXM PTXS P2WE
P3SU PT3NI PXWE PTXNI XX XXX 1994-W24-X XXXX-WXX-X 2000-W46-XTNI
PAST_REF PRESENT_REF FUTURE_REF
2024-06-18/2024-06-19 2021/2025 2024-06/2024-07 2024-06-17/2024-06-30 ../2024 2024/.. 2024-06-18/.. 2024-SP/2024-SU
XXXX-06-18/XXXX-06-19 XXXX-12-30/XXXX-01-02 FY2021/FY2025 BC0044/BC0027 BC0044/0014 2024-06-XX/2024-07-XX XXXX-06/..
2024-06-XX/2024-06-XX 1950-07/1960-06 2025/FY2024 BC9999 BC9999-W01
""".split()  # noqa: SIM905 - a list would be a page long

EQUAL = [
    # Letter case means nothing in TIMEX3.
    ("present_ref", "PRESENT_REF"),
    ("xxxx-wxx-2", "XXXX-WXX-2"),
    ("pt24h", "P1D"),
    ("2024-06-17tni", "2024-06-17TNI"),
    # TIMEX3 cuts a year short for a decade and a century.
    ("195", "195X"),
    ("19", "19XX"),
    # 1 BC is year 0 of ISO 8601.
    ("0000", "BC0001"),
    ("0000-06", "BC0001-06"),
    # EDTF's codes for parts of the year.
    ("2024-21", "2024-SP"),
    ("2024-24", "2024-WI"),
    ("2024-28", "2024-WI"),
    ("2024-33", "2024-Q1"),
    ("2024-36", "2024-Q4"),
    ("2024-40", "2024-H1"),
    ("2024-41", "2024-H2"),
    # A day of a week is a day.
    ("2024-W03-2", "2024-01-16"),
    ("2020-W53-5", "2021-01-01"),
    ("2024-W03-2T15:00", "2024-01-16T15:00"),
    # An interval that is exactly a unit is the unit.
    ("2024-01-01/2024-12-31", "2024"),
    ("2024-01/2024-12", "2024"),
    ("2024-H1/2024-H2", "2024"),
    ("2024-Q1/2024-12-31", "2024"),
    ("2024-06-01/2024-06-30", "2024-06"),
    ("2024-02-01/2024-02-29", "2024-02"),
    ("2024-06/2024-06-30", "2024-06"),
    ("2024-01/2024-03", "2024-Q1"),
    ("2024-01-01/2024-03-31", "2024-Q1"),
    ("2024-10/2024-12", "2024-Q4"),
    ("2024-Q1/2024-Q2", "2024-H1"),
    ("2024-07/2024-12", "2024-H2"),
    ("2024-01-15/2024-01-21", "2024-W03"),
    ("2024-W03-1/2024-W03-7", "2024-W03"),
    ("2024-12-30/2025-01-05", "2025-W01"),
    ("2024-06-18/2024-06-18", "2024-06-18"),
    ("2024-06-18/2024-W25-2", "2024-06-18"),
    ("1950/1959", "195X"),
    ("1950-01-01/1959-12-31", "195X"),
    ("1900/1999", "19XX"),
    ("190X/199X", "19XX"),
    ("1000/1999", "1XXX"),
    ("2024-SP/2024-SP", "2024-SP"),
    ("FY2024/FY2024", "FY2024"),
    ("BC0044/BC0044", "BC0044"),
    # One that is not takes the coarsest of years, months and days that both ends fit.
    ("2021-01-01/2025-12-31", "2021/2025"),
    ("2021/2025-12", "2021/2025"),
    ("195X/196X", "1950/1969"),
    ("2024-02/2024-04", "2024-02/2024-04"),
    ("2024-Q2/2024-Q3", "2024-04/2024-09"),
    ("2024/2025-06", "2024-01/2025-06"),
    ("2024-06/2024-07-15", "2024-06-01/2024-07-15"),
    ("2024-W25/2024-W26", "2024-06-17/2024-06-30"),
    ("2024-01-01/..", "2024/.."),
    ("2024-Q2/..", "2024-04/.."),
    ("../2024-06-30", "../2024-06"),
    ("../2024-W03", "../2024-01-21"),
    ("2024-SP/2024-12-31", "2024-SP/2024"),
    # The same within one year of which only the number is unknown.
    ("XXXX-06-01/XXXX-06-30", "XXXX-06"),
    ("XXXX-01/XXXX-03", "XXXX-Q1"),
    ("XXXX-06/XXXX-06", "XXXX-06"),
    ("XXXX-06/XXXX-07-15", "XXXX-06-01/XXXX-07-15"),
    ("XXXX-01-01/XXXX-12-31", "XXXX"),
    # Clock times.
    ("2024-06-17T24:00", "2024-06-18T00:00"),
    ("2024-12-31T24:00:00", "2025-01-01T00:00"),
    ("2024-06-17T24", "2024-06-18T00:00"),
    ("2024-06-17T24:00+09:00", "2024-06-18T00:00+09:00"),
    ("T24:00", "XXXX-XX-XXT00:00"),
    ("T15:00", "XXXX-XX-XXT15:00"),
    ("TNI", "XXXX-XX-XXTNI"),
    ("2024-06-17T15", "2024-06-17T15:00"),
    ("2024-06-17T15:00:00", "2024-06-17T15:00"),
    ("2024-06-17T15:00:00.000", "2024-06-17T15:00"),
    ("2024-06-17T15:00:00.50", "2024-06-17T15:00:00.5"),
    ("2024-06-17T15:00+00:00", "2024-06-17T15:00Z"),
    ("2024-06-17T15:00+0900", "2024-06-17T15:00+09:00"),
    ("2024-06-17T15:00-05", "2024-06-17T15:00-05:00"),
    # Durations. TempEval-3 took PT24H and P1D for different.
    ("PT24H", "P1D"),
    ("P1W", "P7D"),
    ("P3W", "P21D"),
    ("P12M", "P1Y"),
    ("P0012M", "P1Y"),
    ("P18M", "P1Y6M"),
    ("P1Y0M", "P1Y"),
    ("PT60M", "PT1H"),
    ("PT3600S", "PT1H"),
    ("PT90M", "PT1H30M"),
    ("PT36H", "P1DT12H"),
    ("P1DT24H", "P2D"),
    ("P1W2D", "P9D"),
    ("P.5Y", "P6M"),
    ("P0.5Y", "P6M"),
    ("P0,5Y", "P6M"),
    ("P2.5Y", "P2Y6M"),
    ("P0.1Y", "P1.2M"),
    ("P1.5D", "P1DT12H"),
    ("P0.5W", "P3DT12H"),
    ("P1.50M", "P1.5M"),
    ("P2Q", "P6M"),
    ("P1DE", "P10Y"),
    ("P1CE", "P100Y"),
    ("P1ML", "P1000Y"),
    # TimeML 1.2.1's schema has TIMEX2's letters for decades, centuries and millennia, and amounts of several X.
    ("P1E", "P10Y"),
    ("P1C", "P100Y"),
    ("P2L", "P2000Y"),
    ("P1L2C3E4Y", "P1234Y"),
    ("PXE", "PXDE"),
    ("PXC", "PXCE"),
    ("PXL", "PXML"),
    ("PXXM", "PXM"),
    ("PXXY", "PXY"),
    ("PXXW", "PXW"),
    ("PXXD", "PXD"),
    ("PTXXXH", "PTXH"),
    ("2", "2XXX"),
    ("PT0S", "P0D"),
    ("P0Y", "P0D"),
    ("P02WE", "P2WE"),
    ("P1.0WE", "P1WE"),
]

DIFFERENT = [
    ("P1M", "P30D"),  # no month is a number of days
    ("P1Y", "P365D"),
    ("P2WE", "P4D"),  # two weekends are not four days in a row
    ("PXW", "PXD"),
    ("PXE", "PXY"),  # unknown how many decades, or years
    ("XX", "XXXX"),  # an unknown century, an unknown year
    ("1994-W24-X", "1994-W24"),  # a day of that week is not the week
    ("2024", "2024-XX"),  # a month of 2024 is not 2024
    ("2024-SP", "2024-03/2024-05"),  # which months spring has is a convention
    ("2024-W03-WE", "2024-01-20/2024-01-21"),  # and which days the weekend
    ("2024-06-17T15:00+09:00", "2024-06-17T06:00Z"),  # one instant, but its day hangs on the zone
    ("XXXX-06-18", "2024-06-18"),
    ("XXXX-02-01/XXXX-02-28", "XXXX-02"),  # only in a common year
    ("195X-12-31T24:00", "195X-12-31T00:00"),
    ("FY2024", "2024"),
]


def days(first: str | None, last: str | None) -> Interval:
    return Interval(*(None if end is None else dt.date.fromisoformat(end) for end in (first, last)))


@pytest.mark.parametrize("value", CANONICAL)
def test_canonical_forms_stay(value):
    assert canonical(value) == value
    assert is_canonical(value)


@pytest.mark.parametrize(("value", "form"), EQUAL)
def test_values_that_say_the_same_have_one_form(value, form):
    assert canonical(value) == form
    assert canonical(form) == form
    assert is_canonical(value) == (value == form)
    assert interval(value) == interval(form)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_values_that_say_different_things_stay_apart(one, other):
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("value", "position", "expected", "nearest"),
    [
        # Slips of writing, where the nearest form is obvious.
        ("2024-6-1", 5, "a month", "2024-06-01"),
        ("2024-6", 5, "a month", "2024-06"),
        ("2024/06/17", 5, "a year", "2024-06-17"),
        ("2024.06.17", 4, "the end of the value", "2024-06-17"),
        ("20240617", 0, "a year of four digits", "2024-06-17"),
        ("2024-W3", 6, "a week of two digits", "2024-W03"),
        ("2024-W3-2", 6, "a week of two digits", "2024-01-16"),
        ("2024-06-17T9:30", 11, "an hour", "2024-06-17T09:30"),
        ("2024-06-17T1500", 13, "the end of the value", "2024-06-17T15:00"),
        (" 2024-06-17", 0, "without spaces", "2024-06-17"),
        ("2024-06-18 / 2024-06-19", 10, "without spaces", "2024-06-18/2024-06-19"),
        ("٢٠٢٤-٠٦-١٧", 0, "ASCII", "2024-06-17"),
        ("2024-06-18–2024-06-19", 10, "ASCII", "2024-06-18/2024-06-19"),
        ("2021-2025", 5, "a month", "2021/2025"),
        ("2024-06-18..2024-06-19", 10, "'/'", "2024-06-18/2024-06-19"),
        # ISO 8601 lets an end leave out what it shares; read as TIMEX3, 19 would be a century.
        ("2024-06-18/19", 11, "a year of four digits", "2024-06-18/2024-06-19"),
        ("2024~", 4, "the end of the value", "2024"),
        ("2024/", 5, "a year", "2024/.."),
        ("/2024", 0, "a year", "../2024"),
        ("PXX", 3, "a unit", None),
        # Dates that do not exist have no nearest form.
        ("2024-13", 5, "a month (01 to 12", None),
        ("2024-00", 5, "a month (01 to 12", None),
        ("2024-06-00", 8, "01 to 31", None),
        ("2024-06-32", 8, "01 to 31", None),
        ("2024-06-31", 5, "2024 has no 06-31", None),
        ("2023-02-29", 5, "2023 has no 02-29", None),
        ("1900-02-29", 5, "1900 has no 02-29", None),
        ("XXXX-02-30", 5, "XXXX has no 02-30", None),
        ("195X-02-30", 5, "195X has no 02-30", None),
        ("2023-W53", 5, "2023 has no W53", None),
        ("2024-W00", 6, "a week (01 to 53", None),
        ("2024-W54", 6, "a week (01 to 53", None),
        ("2024-W03-8", 9, "1 (Monday) to 7", None),
        ("2024-Q5", 5, "a quarter (Q1)", None),
        ("2024-29", 5, "a season", None),  # EDTF's southern spring
        ("BC0000", 2, "BC0001", None),
        ("9999-W52-7", 0, "9999-12-31", None),
        ("BC9999-W01-1", 0, "9999 BC", None),  # that Monday lies in the year before
        ("9999-W51/9999-W52", 0, "9999-12-31", None),
        # What belongs together and what does not.
        ("2024-06-18/2024-06-17", 11, "not before its beginning 2024-06-18", None),
        ("FY2025/FY2024", 7, "not before its beginning FY2025", None),
        ("../..", 3, "a year", None),
        ("..", 2, "'/' and the date", None),
        ("2024-06T15:00", 7, "the end of the value", None),
        ("2024-06-17T15:00/2024-06-18", 16, "without times", None),
        ("2024-06-17T25:00", 11, "an hour (00 to 24)", None),
        ("2024-06-17T24:30", 11, "24:00", None),
        ("2024-06-17T15:60", 14, "a minute", None),
        ("2024-06-17T15:00-00:00", 16, "no -00:00", None),
        ("2024-06-17T15:00+15:00", 16, "at most 14 hours", None),
        ("1X5X", 0, "a year of four digits", None),
        ("195-06", 0, "a year of four digits", None),
        ("2X", 0, "a year of four digits", None),
        ("XX-06", 0, "a year of four digits", None),
        ("X", 0, "a year of four digits", None),
        ("UNDEF", 0, "a year of four digits", None),
        ("", 0, "a year of four digits", None),
        ("P", 1, "an amount", None),
        ("PT", 2, "an amount", None),
        ("P1", 2, "a unit", None),
        ("P1H", 2, "'T' before hours", None),
        ("P1DT", 4, "an amount", None),
        ("P-1D", 1, "an amount", None),
        ("P1D1Y", 4, "from the longest to the shortest", None),
        ("P1D1D", 4, "each of them once", None),
        ("P1YXM", 3, "stand alone", None),
        ("PXM1D", 3, "stand alone", None),
        ("P1W1WE", 3, "stand alone", None),
        ("P1234567890D", 1, "at most 9 digits", None),
        ("P0.1234567D", 1, "6 decimals", None),
        ("P999999999ML", 0, "10^9 years", None),
        ("2" * 65, 64, "at most 64 characters", None),
    ],
)
def test_what_the_grammar_refuses(value, position, expected, nearest):
    with pytest.raises(TimexError) as caught:
        canonical(value)
    error = caught.value
    assert isinstance(error, ValueError)
    assert error.value == value
    assert error.position == position
    assert expected in error.expected
    assert ("did you mean" in error.expected) == (nearest is not None)
    assert nearest is None or f"(did you mean {nearest}?)" in error.expected
    assert not is_canonical(value)


def test_an_error_can_be_shown_and_sent_to_another_process():
    with pytest.raises(TimexError) as caught:
        canonical("2024\u202e-\x1b[31m6" + "x" * 100)
    # A bidirectional override and a terminal sequence must not reach the terminal.
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 250
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.value, again.expected, again.position) == (
        caught.value.value,
        caught.value.expected,
        caught.value.position,
    )


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-06-17", "2024-06-17", "2024-06-17"),
        ("2024-W03", "2024-01-15", "2024-01-21"),
        ("2020-W53", "2020-12-28", "2021-01-03"),
        ("2024-Q2", "2024-04-01", "2024-06-30"),
        ("2024-H2", "2024-07-01", "2024-12-31"),
        ("195X", "1950-01-01", "1959-12-31"),
        ("19XX", "1900-01-01", "1999-12-31"),
        ("1XXX", "1000-01-01", "1999-12-31"),
        ("2", "2000-01-01", "2999-12-31"),
        # Seasons are northern and belong to the year in which they begin; a weekend is Saturday and Sunday.
        ("2024-SP", "2024-03-01", "2024-05-31"),
        ("2024-SU", "2024-06-01", "2024-08-31"),
        ("2024-FA", "2024-09-01", "2024-11-30"),
        ("2024-WI", "2024-12-01", "2025-02-28"),
        ("2023-WI", "2023-12-01", "2024-02-29"),
        ("2024-W03-WE", "2024-01-20", "2024-01-21"),
        # With something unspecified: from the first day that it can be to the last.
        ("2024-XX", "2024-01-01", "2024-12-31"),
        ("2024-06-XX", "2024-06-01", "2024-06-30"),
        ("2024-XX-17", "2024-01-17", "2024-12-17"),
        ("2024-XX-30", "2024-01-30", "2024-12-30"),
        ("195X-06", "1950-06-01", "1959-06-30"),
        ("195X-02-29", "1952-02-29", "1956-02-29"),  # the leap years of the decade
        ("2024-WXX-2", "2024-01-02", "2024-12-24"),  # the Tuesdays of W01 and of W52
        ("2020-WXX", "2019-12-30", "2021-01-03"),
        ("1994-W24-X", "1994-06-13", "1994-06-19"),  # 13 June 1994 was a Monday
        ("2000-W46-XTNI", "2000-11-13", "2000-11-19"),
        ("2024-QX", "2024-01-01", "2024-12-31"),
        ("195X-WI", "1950-12-01", "1960-02-29"),
        # A time is its day, in its own zone.
        ("2024-06-17T00:30+09:00", "2024-06-17", "2024-06-17"),
        ("2024-06-17TNI", "2024-06-17", "2024-06-17"),
        ("2024-06-17T24:00", "2024-06-18", "2024-06-18"),
        ("2024-XX-XXT15:00", "2024-01-01", "2024-12-31"),
        ("2024-06-18/2024-06-19", "2024-06-18", "2024-06-19"),
        ("2024-SP/2024-08", "2024-03-01", "2024-08-31"),
        ("2024-06-XX/2024-07-XX", "2024-06-01", "2024-07-31"),
        ("../2024-06", None, "2024-06-30"),
        ("2024-06/..", "2024-06-01", None),
        ("0001", "0001-01-01", "0001-12-31"),
        ("9999", "9999-01-01", "9999-12-31"),
    ],
)
def test_days_of_a_value(value, first, last):
    assert interval(value) == days(first, last)
    assert interval(value, "APPROX") == days(first, last)
    assert interval(value, type="SET") is None


@pytest.mark.parametrize(
    "value",
    """
    PRESENT_REF PAST_REF FUTURE_REF P10Y PXD PT24H P2WE PXE P2L PXXM XX XXX XXXX-WXX-X
    XXXX XXXX-06-17 XXXX-WXX-2 XXXX-06-18/XXXX-06-19 XXXX-06/.. 2024/XXXX-06 T15:00 XXXX-XX-XXTNI
    FY2024 FY2024-Q1 FY2021/FY2025 FY2021/.. 2020/FY2021
    0000 000X 00XX 0XXX BC0044 BC0044/2024 ../BC0044 9999-W52 9999-WI
    """.split(),  # noqa: SIM905 - a list would be a page long
)
@pytest.mark.parametrize("mod", [None, "START", "BEFORE"])
def test_values_without_days(value, mod):
    assert interval(value, mod) is None


@pytest.mark.parametrize(
    ("value", "start", "mid", "end"),
    [
        # The last day of the first, the second and the last third. Months go by ten days, February too.
        ("2020-09", "2020-09-10", "2020-09-20", "2020-09-30"),
        ("2020-10", "2020-10-10", "2020-10-20", "2020-10-31"),
        ("2023-02", "2023-02-10", "2023-02-20", "2023-02-28"),
        ("2024-02-01/2024-02-29", "2024-02-10", "2024-02-20", "2024-02-29"),
        # 365 days: 121, 122, 122; 366 days: 122, 122, 122.
        ("2023", "2023-05-01", "2023-08-31", "2023-12-31"),
        ("2024", "2024-05-01", "2024-08-31", "2024-12-31"),
        # 7 days: 2, 2, 3. 91 days: 30, 30, 31. 28 days that are no month: 9, 9, 10.
        ("2024-W03", "2024-01-16", "2024-01-18", "2024-01-21"),
        ("2024-Q1", "2024-01-30", "2024-02-29", "2024-03-31"),
        ("2024-06-02/2024-06-29", "2024-06-10", "2024-06-19", "2024-06-29"),
        # 3652 days with leap years in 1952 and 1956: 1217, 1217, 1218.
        ("195X", "1953-05-01", "1956-08-30", "1959-12-31"),
        ("2024-06-18/2024-06-20", "2024-06-18", "2024-06-19", "2024-06-20"),
    ],
)
def test_thirds(value, start, mid, end):
    whole = interval(value)
    assert whole is not None
    one = dt.timedelta(1)
    first, second, third = (dt.date.fromisoformat(text) for text in (start, mid, end))
    assert interval(value, "START") == (whole.earliest, first)
    assert interval(value, "MID") == (first + one, second)
    assert interval(value, "END") == (second + one, third)
    assert third == whole.latest


@pytest.mark.parametrize(
    "value",
    # Too short, open, or not the unit itself but only where to look for it; a time has no thirds in days.
    [
        "2024-06-18",
        "2024-W03-WE",
        "2024/..",
        "../2024",
        "2024-XX",
        "2024-06-XX",
        "195X-06",
        "2024-06-XX/2024-07-XX",
        "2024-XX-XXT15:00",
    ],
)
@pytest.mark.parametrize("mod", ["START", "MID", "END"])
def test_what_has_no_thirds_stays(value, mod):
    assert interval(value, mod) == interval(value)


@pytest.mark.parametrize(
    ("value", "mod", "first", "last"),
    [
        ("2024-06", "BEFORE", None, "2024-05-31"),
        ("2024-06", "AFTER", "2024-07-01", None),
        ("2024-06", "ON_OR_BEFORE", None, "2024-06-30"),
        ("2024-06", "ON_OR_AFTER", "2024-06-01", None),
        ("2024/..", "BEFORE", None, "2023-12-31"),
        ("../2024", "AFTER", "2025-01-01", None),
        ("2024-06", "MORE_THAN", "2024-06-01", "2024-06-30"),
    ],
)
def test_before_and_after(value, mod, first, last):
    assert interval(value, mod) == days(first, last)


@pytest.mark.parametrize(
    ("value", "mod"),
    [
        ("0001", "BEFORE"),
        ("9999", "AFTER"),
        ("../2024", "BEFORE"),
        ("2024/..", "AFTER"),
        ("../2024", "ON_OR_AFTER"),
        ("2024/..", "ON_OR_BEFORE"),
    ],
)
def test_nothing_lies_before_the_first_day_nor_after_the_last(value, mod):
    assert interval(value, mod) is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2024-06", "2024-06", (30, 30)),
        ("2024-06-18/2024-06-19", "2024-06-19", (1, 2)),
        ("2024-06-18", "2024-06-19", (0, 2)),
        ("2024-01-01", "2024-12-31", (0, 2)),  # the gap between them belongs to neither
        ("2024", "2024-02", (29, 366)),
        ("2024-06-10/2024-06-20", "2024-06-15/2024-06-25", (6, 16)),
        ("0001", "9999", (0, 730)),
        ("2024/..", "2024", None),
        ("2024", "../2024", None),
    ],
)
def test_overlap_in_days(one, other, expected):
    a, b = interval(one), interval(other)
    assert a is not None
    assert b is not None
    assert jaccard_days(a, b) == expected
    assert jaccard_days(b, a) == expected


@pytest.mark.parametrize(
    ("value", "types"),
    [
        ("2024-06", {"DATE"}),
        ("195X", {"DATE"}),  # a decade, not some year that recurs
        ("2024-06-18/2024-06-19", {"DATE"}),
        ("2024-01-01/2024-12-31", {"DATE"}),
        ("FY2024", {"DATE"}),
        ("XXXX-06-17", {"DATE", "SET"}),
        ("XXXX-WXX-2", {"DATE", "SET"}),
        ("2024-WXX-2", {"DATE", "SET"}),
        ("XXXX-06/XXXX-08", {"DATE", "SET"}),
        ("2024-06-17T15:00", {"TIME"}),
        ("XXXX-WXX-1TMO", {"TIME", "SET"}),
        ("P1D", {"DURATION", "SET"}),
        ("PXY", {"DURATION", "SET"}),
        ("PRESENT_REF", {"DATE", "TIME"}),
    ],
)
def test_types_that_fit(value, types):
    assert {type_ for type_ in ("DATE", "TIME", "DURATION", "SET", "date", "") if type_fits(value, type_)} == types


@pytest.mark.parametrize("function", [interval, lambda value: type_fits(value, "DATE")])
def test_every_function_but_is_canonical_refuses_an_illegal_value(function):
    with pytest.raises(TimexError):
        function("2024-13")
