"""Date rules of the Korean baseline: each is a pattern and a reading; overlaps are settled by the caller.

Month, day and year are written with 월, 일 and 년 in Korean, so no list of names is needed but that of the weekdays.
A year that is not written is that of the document time; `지난` (last) takes the latest one that is over by then.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import regex

Reading = tuple[str, str, str | None]
Match = regex.Match[str]

_PART = r"(?:\s?(?P<part>초순|상순|중순|하순)|(?P<part>초엽|초|중엽|말엽|말))?"
_PARTS = {"초": "START", "상": "START", "중": "MID", "하": "END", "말": "END"}
_TENSE = r"(?:(?P<rel>지난|지난해|작년|올해|금년|래년|다음해|이달|지난달|오는|다가오는)\s?)?"
_NUMBER_END = r"(?!\d|간|동안|째|여)"
_UNITS = {"년": "Y", "개월": "M", "달": "M", "주": "W", "주일": "W", "일": "D", "시간": "H", "분": "M"}
_YEAR_WORDS = {"재작년": -2, "지난해": -1, "작년": -1, "올해": 0, "금년": 0, "래년": 1, "내년": 1, "다음해": 1}
_MONTH_WORDS = {"지난달": -1, "이달": 0, "래달": 1, "다음달": 1}
_DAY_WORDS = {"그저께": -2, "어제": -1, "오늘": 0, "금일": 0, "래일": 1, "내일": 1, "모레": 2}
_SEASONS = {"봄": "SP", "여름": "SU", "가을": "FA", "겨울": "WI"}
_HALVES = {"상반년": "H1", "상반기": "H1", "하반년": "H2", "하반기": "H2"}
_MODS = {"이전": "BEFORE", "전": "BEFORE", "이후": "AFTER", "후": "AFTER", "경": "APPROX", "쯤": "APPROX"}
_SETS = {"매년": "P1Y", "해마다": "P1Y", "매달": "P1M", "매월": "P1M", "달마다": "P1M", "매주": "P1W", "매일": "P1D"}
_REFERENCES = {
    "PRESENT_REF": "최근|오늘날|현재|현시기|현시점|지금|요즘|이즈음",
    "PAST_REF": "오래전|과거|지난날|지난 시기|일찌기|종전",
    "FUTURE_REF": "앞으로|장차|향후|미래|장래",
}


def _mod(match: Match) -> str | None:
    part = match.groupdict().get("part")
    return _PARTS[part[0]] if part else None


def _either(words: Any) -> str:
    return "|".join(sorted(map(regex.escape, words), key=lambda word: (-len(word), word)))


def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(rf"(?<![\w.])(?:{pattern})")


class Rules:
    """Date rules, with the readings that their patterns have.

    Args:
        shared: the module of shared helpers.

    """

    def __init__(self, shared: Any) -> None:
        self.shared = shared
        self.months = shared.months("ko")
        self.weekdays = shared.weekdays("ko")

    def _year_of(self, match: Match, known: Any, month: int | None, day: int | None = None) -> int | None:
        """Year of a month and day: written, said by a word, or that of the document time."""
        groups = match.groupdict()
        if groups.get("y"):
            return int(groups["y"])
        if known.year is None:
            return None
        if groups.get("rel") in _YEAR_WORDS:
            return int(known.year + _YEAR_WORDS[groups["rel"]])
        later = None if known.month is None or month is None else (month, day or 32) > (known.month, known.day or 0)
        if groups.get("rel") == "지난" and later is not False:
            return None if later is None else int(known.year - 1)
        return int(known.year)

    def _month_day(self, match: Match, known: Any) -> Reading:
        month, day = int(match["m"]), match["d"] and int(match["d"])
        return "DATE", self.shared.written(self._year_of(match, known, month, day), month, day), _mod(match)

    def _range_of_days(self, match: Match, known: Any) -> Reading:
        month, day, month2 = int(match["m"]), int(match["d"]), int(match["m2"] or match["m"])
        year = self._year_of(match, known, month, day)
        if year is None:
            return "DATE", self.shared.written(None, month, day), None
        last = self.shared.written(year + (month2 < month), month2, int(match["d2"]))
        return "DATE", f"{self.shared.written(year, month, day)}/{last}", None

    def _lone_day(self, match: Match, known: Any) -> Reading:
        """Read a day of the month alone as the latest one that is not after the document time."""
        day, year, month = int(match["d"]), known.year, known.month
        if match["rel"] in _MONTH_WORDS:
            year, month = self.shared.shifted(known, months=_MONTH_WORDS[match["rel"]])
        elif match["rel"] in {"오는", "다가오는"}:
            if known.day is None or day <= known.day:
                year, month = self.shared.shifted(known, months=1) if known.day else (known.year, None)
        elif known.day is None or day > known.day:
            year, month = self.shared.shifted(known, months=-1) if known.day else (known.year, known.month)
        return "DATE", self.shared.written(year, month, day), None

    def _year(self, match: Match, _: Any) -> Reading:
        if match["half"]:
            return "DATE", f"{match['y']}-{_HALVES[match['half']]}", None
        if match["season"]:
            return "DATE", f"{int(match['y']):04d}-{_SEASONS[match['season']]}", None
        return "DATE", f"{int(match['y']):04d}", _mod(match) or _MODS.get(match["mod"])

    def _relative_year(self, match: Match, known: Any) -> Reading:
        years, _ = self.shared.shifted(known, years=_YEAR_WORDS[match["word"]])
        return "DATE", self.shared.written(years), _mod(match)

    def _relative_month(self, match: Match, known: Any) -> Reading:
        return "DATE", self.shared.written(*self.shared.shifted(known, months=_MONTH_WORDS[match["word"]])), _mod(match)

    def _relative_day(self, match: Match, known: Any) -> Reading:
        word = match["word"]
        if known.date is None or (word == "오늘" and match["of"] is not None):
            offset = _DAY_WORDS[word]
            return "DATE", "PRESENT_REF" if offset == 0 else "PAST_REF" if offset < 0 else "FUTURE_REF", None
        return "DATE", (known.date + dt.timedelta(days=_DAY_WORDS[word])).isoformat(), None

    def _week(self, match: Match, known: Any) -> Reading:
        if known.date is None:
            return "DATE", "XXXX-WXX", None
        calendar = (known.date + dt.timedelta(days=-7 if match["word"] == "지난" else 0)).isocalendar()
        return "DATE", f"{calendar.year:04d}-W{calendar.week:02d}", None

    def _weekday(self, match: Match, known: Any) -> Reading:
        day = self.weekdays[match["word"]]
        if known.date is None:
            return "DATE", f"XXXX-WXX-{day}", None
        back = (known.date.isoweekday() - day) % 7
        return "DATE", (known.date - dt.timedelta(days=back)).isoformat(), None

    def _ago(self, match: Match, known: Any) -> Reading:
        number, unit = int(match["n"]), match["unit"]
        if unit == "년":
            return (
                "DATE",
                self.shared.written(self.shared.shifted(known, years=-number)[0]),
                "APPROX" if match["about"] else None,
            )
        if unit == "일" and known.date is not None:
            return "DATE", (known.date - dt.timedelta(days=number)).isoformat(), None
        if unit in {"개월", "달"} and known.month is not None:
            return "DATE", self.shared.written(*self.shared.shifted(known, months=-number)), None
        return "DATE", "PAST_REF", None

    def _duration(self, match: Match, _: Any) -> Reading:
        unit = match["unit"]
        time = "T" if unit in {"시간", "분"} else ""
        number = "X" if match["n"] == "수" else str(int(match["n"]))
        return "DURATION", f"P{time}{number}{_UNITS[unit]}", "APPROX" if match["about"] else None

    def _clock(self, match: Match, _: Any) -> Reading:
        hour = int(match["h"]) + 12 * (match["half"] == "오후" and int(match["h"]) < 12)
        return "TIME", f"T{hour:02d}:{int(match['min'] or 0):02d}", None

    def all(self) -> list[Any]:
        """Return the rules as pairs of a pattern and a reading."""
        units = _either(_UNITS)
        y = r"(?:(?P<y>[12]\d{3})년|주체\d{1,3}\s?\((?P<y>[12]\d{3})\)년)"  # the Juche year, with ours in brackets
        month = r"(?P<m>1[0-2]|0?[1-9])월"
        day = r"(?P<d>3[01]|[12]\d|0?[1-9])일"
        to = r"(?:일?\s?부터\s|일?\s?[-~–]\s?)"
        found: list[Any] = [
            (rf"{_TENSE}(?:{y}\s?)?{month}(?:\s?{day}{_NUMBER_END})?(?!\d){_PART}", self._month_day),
            (
                rf"(?P<span>{_TENSE}(?:{y}\s?)?{month}\s?(?P<d>\d{{1,2}}){to}(?:(?P<m2>\d{{1,2}})월\s?)?(?P<d2>\d{{1,2}})일)",
                self._range_of_days,
            ),
            (rf"(?:(?P<rel>지난|지난달|이달|오는|다가오는)\s?)?{day}(?!\d|간|동안|째|여|전|후|본)", self._lone_day),
            (
                (
                    rf"{y}{_PART}(?:\s?(?P<half>{_either(_HALVES)}))?(?:\s?(?P<season>봄|여름|가을|겨울))?"
                    r"(?:\s?(?P<mod>이전|이후|경|쯤))?(?!대|간|동안)"
                ),
                self._year,
            ),
            (
                r"(?P<y>[12]\d{3})(?:년)?(?:\s?[-~–]\s?|년부터\s)(?P<y2>[12]\d{3})(?!\d)년?",
                lambda m, _: ("DATE", f"{int(m['y']):04d}/{int(m['y2']):04d}", None),
            ),
            (rf"(?P<y>[12]\d\d)0년대{_PART}", lambda m, _: ("DATE", f"{int(m['y'])}X", _mod(m))),
            (rf"(?P<y>\d)0년대{_PART}", lambda m, _: ("DATE", f"19{int(m['y'])}X", _mod(m))),
            (rf"(?P<c>[12]\d)세기{_PART}", lambda m, _: ("DATE", f"{int(m['c']) - 1:02d}XX", _mod(m))),
            (rf"(?P<word>{_either(_YEAR_WORDS)}){_PART}", self._relative_year),
            (rf"(?P<word>{_either(_MONTH_WORDS)}){_PART}(?!\s?\d)", self._relative_month),
            (rf"(?P<span>(?P<word>{_either(_DAY_WORDS)}))(?!날)(?P<of>의|까지도|도|에)?", self._relative_day),
            (r"(?P<word>지난|이번)\s?주(?!년|재|최)", self._week),
            (rf"(?P<word>{_either(self.weekdays)})", self._weekday),
            (rf"(?P<about>약\s)?(?P<n>\d{{1,4}})(?P<unit>{units})\s?전(?!쟁|투|선|략)", self._ago),
            (rf"(?P<about>약\s)?(?P<n>\d{{1,4}}|수)여?(?P<unit>{units})(?:간|동안)", self._duration),
            (r"(?P<about>약\s)?(?P<n>\d{1,3})여?(?P<unit>개월|시간|주일)(?!간|동안|\s?전)", self._duration),
            (r"(?P<half>오전|오후)\s?(?P<h>\d{1,2})시(?:\s?(?P<min>\d{1,2})분)?", self._clock),
            (rf"(?P<word>{_either(_SETS)})", lambda m, _: ("SET", _SETS[m["word"]], None)),
            (r"현(?=\s(?:시기|정세|단계|조건|상황|행정부|정권|정부))", lambda *_: ("DATE", "PRESENT_REF", None)),
        ]
        for reference, words in _REFERENCES.items():
            found.append((rf"(?:{words})", lambda _m, _k, reference=reference: ("DATE", reference, None)))
        return [(_compiled(pattern), reading) for pattern, reading in found]
