"""Date rules of the Arabic baseline: each is a pattern and a reading; overlaps are settled by the caller.

Month and weekday names are those of CLDR, in every Arabic locale, so that both يونيو and حزيران are known. dateparser
gives no offsets and guesses a day for whatever it reads, so it is only asked about relative days (`قبل 3 أيام`), in a
span that a pattern found, with the document time as its base.
"""

from __future__ import annotations

import datetime as dt
import warnings
from typing import Any

import regex

Reading = tuple[str, str, str | None]
Match = regex.Match[str]

_MODS = {
    "START": "أوائل|اوائل|مطلع|بداية|مستهل",
    "MID": "منتصف|أواسط|اواسط",
    "END": "أواخر|اواخر|نهاية|ختام",
    "BEFORE": "قبل",
    "AFTER": "بعد",
    "APPROX": "نحو|حوالي",
}
_MOD_OF = {word: mod for mod, words in _MODS.items() for word in words.split("|")}
_UNITS = {
    "سنة": "Y", "سنوات": "Y", "سنين": "Y", "عاما": "Y", "عامًا": "Y", "أعوام": "Y", "عام": "Y",
    "شهر": "M", "شهرا": "M", "شهرًا": "M", "أشهر": "M", "شهور": "M",
    "أسبوع": "W", "أسبوعا": "W", "أسابيع": "W", "يوم": "D", "يوما": "D", "يومًا": "D", "أيام": "D",
    "ساعة": "H", "ساعات": "H", "دقيقة": "M", "دقائق": "M",
}  # fmt: skip
_DUALS = {
    "عامين": "P2Y", "سنتين": "P2Y", "شهرين": "P2M", "أسبوعين": "P2W", "يومين": "P2D", "ساعتين": "PT2H",
}  # fmt: skip
_COUNTS = {
    "ثلاث": 3, "أربع": 4, "خمس": 5, "ست": 6, "سبع": 7, "ثماني": 8, "ثمان": 8, "تسع": 9, "عشر": 10,
}  # fmt: skip
_TENS = {"عشرين": 2, "ثلاثين": 3, "أربعين": 4, "خمسين": 5, "ستين": 6, "سبعين": 7, "ثمانين": 8, "تسعين": 9}
_SETS = {"سنويا": "P1Y", "شهريا": "P1M", "أسبوعيا": "P1W", "يوميا": "P1D"}
_REFERENCES = {
    "PAST_REF": "مؤخرا|مؤخرًا|مؤخراً|سابقا|سابقًا|سابقاً|في الماضي|في السابق",
    "PRESENT_REF": "حاليا|حاليًا|حالياً|الآن|في الوقت الراهن|في الوقت الحالي|الوقت الحاضر",
    "FUTURE_REF": "مستقبلا|مستقبلًا|مستقبلاً|في المستقبل|في المستقبل القريب",
}
_PAST, _NEXT, _THIS = (
    "الماضي|المنصرم|الفائت|الماضية|الفائتة",
    "المقبل|القادم|المقبلة|القادمة",
    "الحالي|الجاري|الحالية|الجارية|هذا",
)
_DIRECTION = rf"(?:(?P<past>{_PAST})|(?P<next>{_NEXT})|(?P<this>{_THIS}))"


def _parsed(phrase: str, known: dt.date) -> dt.date | None:
    """Ask what dateparser makes of a relative phrase."""
    import dateparser  # noqa: PLC0415 - slow to import

    settings = {"RELATIVE_BASE": dt.datetime.combine(known, dt.time()), "PREFER_DATES_FROM": "past"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = dateparser.parse(phrase, languages=["ar"], settings=settings)
    return read.date() if read else None


def _either(words: Any) -> str:
    return "|".join(sorted(map(regex.escape, words), key=lambda word: (-len(word), word)))


class Rules:
    """Date rules, with the readings that their patterns have.

    Args:
        shared: the module of shared helpers.

    """

    def __init__(self, shared: Any) -> None:
        self.shared = shared
        self.months = shared.months("ar")
        self.weekdays = shared.weekdays("ar")

    def _year_of(self, match: Match, known: Any, month: int, day: int | None = None) -> int | None:
        """Year of a month: written, or that of the document time; `الماضي` takes the latest that is over."""
        groups = match.groupdict()
        if groups.get("y"):
            return int(groups["y"])
        if known.year is None:
            return None
        ahead = known.month is not None and (month, day or 32) > (known.month, known.day or 0)
        behind = known.month is not None and (month, day or 32) < (known.month, known.day or 32)
        return int(known.year - bool(groups.get("past") and ahead) + bool(groups.get("next") and behind))

    def _mod(self, match: Match) -> str | None:
        return _MOD_OF.get(match.groupdict().get("mod") or "")

    def _month_day(self, match: Match, known: Any) -> Reading:
        month, day = self.months[match["m"]], int(match.groupdict().get("d") or 0) or None
        return "DATE", self.shared.written(self._year_of(match, known, month, day), month, day), self._mod(match)

    def _span_of_days(self, match: Match, known: Any) -> Reading:
        month2 = self.months[match["m"]]
        month = self.months[match["m1"]] if match["m1"] else month2
        year = self._year_of(match, known, month2, int(match["d2"]))
        if year is None:
            return "DATE", self.shared.written(None, month, int(match["d"])), None
        first = self.shared.written(year - (month > month2), month, int(match["d"]))
        return "DATE", f"{first}/{self.shared.written(year, month2, int(match['d2']))}", None

    def _years(self, match: Match, _: Any) -> Reading:
        return "DATE", f"{int(match['y']):04d}/{int(match['y2']):04d}", None

    def _relative_unit(self, match: Match, known: Any) -> Reading:
        step = -1 if match.groupdict().get("past") else 1 if match.groupdict().get("next") else 0
        if match["unit"] in {"العام", "السنة"}:
            return "DATE", self.shared.written(self.shared.shifted(known, years=step)[0]), self._mod(match)
        if match["unit"] == "الشهر":
            return "DATE", self.shared.written(*self.shared.shifted(known, months=step)), self._mod(match)
        if match["unit"] == "القرن":
            return "DATE", f"{(known.year or 2000) // 100 + step:02d}XX", self._mod(match)
        if known.date is None:
            return "DATE", "XXXX-WXX", self._mod(match)
        calendar = (known.date + dt.timedelta(days=7 * step)).isocalendar()
        return "DATE", f"{calendar.year:04d}-W{calendar.week:02d}", self._mod(match)

    def _weekday(self, match: Match, known: Any) -> Reading:
        day = self.weekdays[match["w"]]
        if known.date is None:
            return "DATE", f"XXXX-WXX-{day}", None
        back = (known.date.isoweekday() - day) % 7
        offset = (7 - back if back else 7) if match["next"] else -(back or 7) if match["past"] else -back
        return "DATE", (known.date + dt.timedelta(days=offset)).isoformat(), None

    def _relative_day(self, match: Match, known: Any) -> Reading | None:
        read = _parsed(match["span"], known.date) if known.date else None
        if read is not None:
            return "DATE", read.isoformat(), None
        return "DATE", {"أ": "PAST_REF", "ا": "PRESENT_REF"}.get(match["span"][0], "FUTURE_REF"), None

    def _ago(self, match: Match, known: Any) -> Reading:
        """So many years or months ago are a year or a month, so many days a day, by dateparser's reckoning."""
        read = _parsed(match["span"], known.date) if known.date else None
        unit = _UNITS.get(match["unit"], "D")
        if read is None or unit in {"W", "H"}:
            return "DATE", "PAST_REF", None
        return "DATE", read.isoformat()[: {"Y": 4, "M": 7}.get(unit, 10)], None

    def _duration(self, match: Match, _: Any) -> Reading:
        number = _COUNTS.get(match["n"].removesuffix("ة")) or int(match["n"])
        unit = _UNITS[match["unit"]]
        time = "T" if unit == "H" or match["unit"].startswith("دق") else ""
        return "DURATION", f"P{time}{number}{unit}", None

    def _decade(self, match: Match, known: Any) -> Reading:
        century = int((known.year or 2000) // 100 - bool(match["past"]))
        return "DATE", f"{century:02d}{_TENS[match['ten']]}X", self._mod(match)

    def all(self) -> list[Any]:
        """Return the rules as pairs of a pattern and a reading."""
        number = r"(?P<d>3[01]|[12]\d|0?[1-9]|[٠-٣]?[٠-٩])"
        names = _either(self.months)
        # Some write a month in both sets: حزيران/يونيو, or the second one in brackets.
        month = rf"(?P<m>{names})(?:\s?[/(]\s?(?:{names})\)?)?(?!\w)"
        year = r"(?:\s(?:من\s)?(?:عام|سنة|العام)?\s?(?P<y>[12]\d{3}|[١٢][٠-٩]{3})(?!\d))?"
        direction = rf"(?:\s{_DIRECTION}(?!\w))?"
        mods = rf"(?:(?P<mod>{_either(_MOD_OF)})\s)?"
        weekdays_ = rf"(?:(?:اليوم|يوم|مساء|صباح|نهار)\s)?(?P<w>{_either(self.weekdays)})(?!\w)"
        named = rf"(?:{weekdays_}[،,]?\s)?"
        numeral = r"[12]\d{3}"
        found: list[Any] = [
            (rf"{named}{number}\s(?:من\s)?(?:شهر\s)?{month}{year}{direction}", self._month_day),
            (
                rf"{mods}(?:شهر\s)?(?P<m>{names})(?:\s?[/(]\s?(?:{names})\)?)?(?!\w){year}{direction}",
                self._month_day,
            ),
            (
                (
                    rf"{number}(?:\s(?:من\s)?(?P<m1>{names}))?(?:\s(?:إلى|الى|حتى|و)\s?|\s?[-–]\s?)(?P<d2>\d{{1,2}})\s{month}{year}"
                    rf"{direction}"
                ),
                self._span_of_days,
            ),
            (
                rf"{mods}(?:عام|سنة|العام)\s(?P<y>{numeral})(?!\d|\s?[-–/])م?(?!\w)",
                lambda m, _: ("DATE", f"{int(m['y'])}", self._mod(m)),
            ),
            (rf"(?:(?:عامي|الأعوام|السنوات)\s)?(?P<y>{numeral})\s?[-–]\s?(?P<y2>{numeral})(?![\w-])", self._years),
            (rf"(?:عامي|بين عام|الفترة)\s(?P<y>{numeral})\s(?:و\s?|إلى\s|حتى\s)(?P<y2>{numeral})(?!\d)", self._years),
            (rf"{mods}(?P<unit>العام|السنة|الشهر|الأسبوع|القرن)\s{_DIRECTION}(?!\w)", self._relative_unit),
            (r"(?P<this>هذا)\s(?P<unit>العام|الشهر|الأسبوع)(?!\w)", self._relative_unit),
            (rf"{weekdays_}{direction}", self._weekday),
            (r"(?:أول\sأمس|أمس|اليوم|غدا|غدًا|غداً|بعد\sغد)(?!\w)", self._relative_day),
            (rf"قبل\s(?:\d{{1,3}}\s(?P<unit>{_either(_UNITS)})|(?P<unit>يومين|شهرين|عامين))(?!\w)", self._ago),
            (rf"(?P<n>\d{{1,4}}|(?:{_either(_COUNTS)})ة?)\s(?P<unit>{_either(_UNITS)})(?!\w)", self._duration),
            (rf"(?P<dual>{_either(_DUALS)})(?!\w)", lambda m, _: ("DURATION", _DUALS[m["dual"]], None)),
            (
                (
                    rf"{mods}(?:ال)?(?P<ten>{_either(_TENS)})(?:يات|ات)(?:\sمن)?(?:\sالقرن\s(?:(?P<past>{_PAST})|العشرين))?"
                    r"(?!\w)"
                ),
                self._decade,
            ),
            (
                rf"{mods}القرن\s(?:الـ\s?)?(?P<c>\d\d)(?!\d)",
                lambda m, _: ("DATE", f"{int(m['c']) - 1:02d}XX", self._mod(m)),
            ),
            (rf"{mods}القرن\sالعشرين(?!\w)", lambda m, _: ("DATE", "19XX", self._mod(m))),
            (rf"{mods}القرن\sالحادي\sوالعشرين(?!\w)", lambda m, _: ("DATE", "20XX", self._mod(m))),
            (
                r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>[12]\d{3})(?!\d)",
                lambda m, _: ("DATE", self.shared.written(int(m["y"]), int(m["m"]), int(m["d"])), None),
            ),
            (r"(?P<y>[12]\d{3})-(?P<m>\d{2})-(?P<d>\d{2})(?!\d)", lambda m, _: ("DATE", m["span"], None)),
            (rf"(?P<word>{_either(_SETS)})[ًا]?(?!\w)", lambda m, _: ("SET", _SETS[m["word"]], None)),
            (
                r"كل\s(?:(?P<y>عام|سنة)|(?P<m>شهر)|(?P<w>أسبوع)|يوم)(?!\w)",
                lambda m, _: ("SET", "P1Y" if m["y"] else "P1M" if m["m"] else "P7D" if m["w"] else "P1D", None),
            ),
        ]
        for reference, words in _REFERENCES.items():
            found.append((f"(?:{words})(?!\\w)", lambda _m, _k, reference=reference: ("DATE", reference, None)))
        # A conjunction or preposition of one letter may be glued to the word; it is no part of the span.
        before = r"(?<![\w.\d/-])(?:[وف]?[بكل]?)?"
        return [(regex.compile(rf"{before}(?P<span>{pattern})"), reading) for pattern, reading in found]
