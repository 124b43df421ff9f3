"""Label codes in plain English, for readers who know neither the codes nor the languages of the texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dragoman import languages
from dragoman.schema import labels

CLAIM = "CLAIM"
"""Label of claims, which have no type."""
TYPES: Mapping[str, str] = {
    "PER": "person",
    "ORG": "organisation",
    "GPE": "country or city",
    "LOC": "region",
    "FAC": "building or site",
    "EVENT": "event",
    "DOC": "treaty or statement",
    "ROLE": "office",
    "DATE": "date",
    "TIME": "time of day",
    "DURATION": "duration",
    "SET": "recurring time",
    CLAIM: "claim",
}
"""Types of the default label sets."""
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "people": ("PER", "ROLE"),
    "bodies": ("ORG", "GPE"),
    "places": ("LOC", "FAC"),
    "things": ("EVENT", "DOC"),
    "times": ("DATE", "TIME", "DURATION", "SET"),
    "claims": (CLAIM,),
}
"""Types that share a colour: 13 colours could not be distinguished by everybody, and types are also named in words.
"""
PHENOMENA: Mapping[str, str] = {
    "fused_edge": "span boundary within a word",
    "proclitic": "proclitic attached to the name",
    "dprk_spelling": "North Korean spelling",
    "spelling_variant": "spelling variant",
    "deictic": "deictic, depends on the speaker",
    "multi_referent": "refers to several entities",
    "nested": "nested label",
    "homonym_state": "name shared by several states",
    "relative_date": "date relative to another",
    "far_anchor": "date with a distant anchor",
    "range": "time range",
    "unsettled_date": "date not determined by the page",
    "machine_translation": "in a machine-translated text",
    "truncated": "in a truncated text",
    "reported_chain": "nested attribution",
    "implicit_claimant": "implicit claimant",
    "cross_language": "occurs in several languages",
}
"""Phenomena of gold labels."""
VERBS: Mapping[str, str] = {
    "assert": "says",
    "support": "says in support",
    "blame": "says in blame",
    "thank": "says in thanks",
    "commit": "promises",
    "demand": "demands",
    "agree": "agrees",
    "deny": "denies",
    "wish": "wishes",
}
"""Verbs by act of a claim; each can be followed by “that …” or a colon."""
_ACTS: Mapping[str, str] = {
    "assert": "asserted",
    "support": "in support",
    "blame": "in blame",
    "thank": "in thanks",
    "commit": "promised",
    "demand": "demanded",
    "agree": "agreed to",
    "deny": "denied",
    "wish": "wished",
}
MODALITIES: Mapping[str, str] = {
    "fact": "as a fact",
    "future": "as a future event",
    "possible": "as possible",
    "conditional": "under a condition",
    "intention": "as an intention",
    "deontic": "as an obligation",
}
"""Descriptions of modalities."""
POLARITIES: Mapping[str, str] = {"positive": "affirmed", "negative": "negated"}
"""Descriptions of polarities."""
AUTHOR, UNNAMED, NOBODY = "the text itself", "an unnamed source", "nobody"
_MODS: Mapping[str, str] = {
    "START": "the beginning of",
    "MID": "the middle of",
    "END": "the end of",
    "APPROX": "about",
    "BEFORE": "before",
    "AFTER": "after",
}
_REFERENCES: Mapping[str, str] = {
    "PRESENT_REF": "now",
    "PAST_REF": "some time ago",
    "FUTURE_REF": "some time in the future",
}
_SEASONS = {"SP": "spring", "SU": "summer", "FA": "autumn", "WI": "winter"}
_DAYTIMES = {"MO": "morning", "MI": "midday", "AF": "afternoon", "EV": "evening", "NI": "night", "DT": "daytime"}
_UNITS = {"Y": "year", "M": "month", "W": "week", "D": "day"}
_CLOCK = {"H": "hour", "M": "minute", "S": "second"}
_LONGEST = 64


FORMS: Mapping[str, str] = {
    "NAM": "name",
    "ABR": "abbreviation",
    "ADJ": "adjective",
    "NOM": "common noun",
    "DEI": "deictic",
}
"""Forms of the default label set."""
_UNFILLED = "FILL IN"


@dataclass(frozen=True)
class Vocabulary:
    """Display names of the labels of a benchmark: its own label descriptions, else the default names.

    Attributes:
        types: names by type; types without a name are absent.
        forms: names by form, likewise.
        phenomena: names by phenomenon, likewise.
        own: types that the benchmark declares; their descriptions are too long to be shown within a text.

    """

    types: Mapping[str, str]
    forms: Mapping[str, str]
    phenomena: Mapping[str, str]
    own: tuple[str, ...] = ()

    @classmethod
    def of(cls, own: labels.LabelSets) -> Vocabulary:
        """Make the vocabulary for the label sets that a benchmark declares.

        >>> made = Vocabulary.of({"entities.type": {"LOC": "a locomotive"}})
        >>> made.of_type("LOC"), made.of_type("DATE"), made.of_type("PER")
        ('a locomotive (LOC)', 'date (DATE)', 'PER')

        """
        types, forms = dict(TYPES), dict(FORMS)
        if "entities.type" in own:
            types = {label: said for label, said in types.items() if label not in labels.DEFAULT["entities.type"]}
        if "entities.form" in own:
            forms = {}
        return cls(
            types | _lines(own, "entities.type"),
            forms | _lines(own, "entities.form"),
            {**PHENOMENA, **_lines(own, "phenomena")},
            tuple(own.get("entities.type", ())),
        )

    def of_type(self, label: str) -> str:
        """Return the name of a type with its code; a type without a name is returned unchanged.

        >>> DEFAULT.of_type("GPE"), DEFAULT.of_type("river")
        ('country or city (GPE)', 'river')

        """
        return _with_code(self.types, label)

    def of_slice(self, name: str, value: str) -> str:
        """Return the display name of a slice of labels or documents.

        >>> DEFAULT.of_slice("form", "ABR"), DEFAULT.of_slice("kind", "sidebar_headline")
        ('abbreviation (ABR)', 'sidebar headline')

        """
        if name == "type":
            return self.of_type(value)
        if name == "form":
            return _with_code(self.forms, value)
        if name == "phenomenon":
            return self.phenomena.get(value, value)
        return of_language(value or None) if name == "language" else value.replace("_", " ")


def _lines(own: labels.LabelSets, name: str) -> dict[str, str]:
    """Return the label descriptions of a benchmark, except those that are not filled in."""
    return {label: line for label, line in own.get(name, {}).items() if line and not line.startswith(_UNFILLED)}


def _with_code(said: Mapping[str, str], label: str) -> str:
    return f"{said[label]} ({label})" if label in said else label


DEFAULT = Vocabulary.of({})
"""Names of the default label sets."""


def facets(act: str | None, modality: str | None, polarity: str | None) -> str:
    """Describe act, modality and polarity of a claim.

    >>> facets("deny", "fact", "negative"), facets(None, None, None), facets("x", None, None)
    ('denied as a fact, negated', '', 'act x')

    """
    said = [] if act is None else [_ACTS.get(act, f"act {act}")]
    said += [] if modality is None else [MODALITIES.get(modality, f"modality {modality}")]
    held = " ".join(said)
    return ", ".join(filter(None, (held, None if polarity is None else POLARITIES.get(polarity, polarity))))


def of_id(name: str, names: Mapping[str, str]) -> str:
    """Name an entity in English if the registry does; CLDR ids are described.

    >>> of_id("russia", {"russia": "Russia"}), of_id("cldr:KR", {}), of_id("x7", {})
    ('Russia', 'territory KR (CLDR)', 'x7')

    """
    if name in names:
        return names[name]
    return f"territory {name[5:]} (CLDR)" if re.fullmatch(r"cldr:[A-Z0-9]{2,3}", name) else name


def of_claimant(role: str | None, who: str) -> str:
    """Name a claimant by its role and, where known, its referent.

    >>> of_claimant("MENTION", "TASS"), of_claimant("IMPLICIT", ""), of_claimant("IMPLICIT", "TASS")
    ('TASS', 'an unnamed source', 'TASS (not named here)')

    """
    if role == "AUTHOR":
        return f"{AUTHOR} ({who})" if who else AUTHOR
    if role == "IMPLICIT":
        return f"{who} (not named here)" if who else UNNAMED
    return who or NOBODY


def of_language(tag: str | None) -> str:
    """Name a language by its BCP 47 tag.

    >>> of_language("ko-KP"), of_language(None)
    ('Korean (ko-KP)', 'language unknown')

    """
    if tag is None:
        return "language unknown"
    name = languages.get(tag).name
    return tag if name == tag else f"{name} ({tag})"


def of_value(value: str | None, mod: str | None = None) -> str:
    """Put a TIMEX3 value in words, followed by the value itself; unsupported values are unchanged.

    >>> of_value("2024-06-18"), of_value("2020-09", "START"), of_value("P10Y")
    ('18 June 2024 (2024-06-18)', 'the beginning of September 2020 (2020-09 START)', '10 years (P10Y)')
    >>> of_value("2024-06-18/2024-06-19"), of_value(None)
    ('18 June 2024 to 19 June 2024 (2024-06-18/2024-06-19)', 'no value')

    """
    if value is None:
        return f"no value{f' ({mod})' if mod else ''}"
    code = f"{value} {mod}" if mod else value
    if len(value) > _LONGEST:
        return code
    ends = [_words(end) for end in value.split("/")]
    if any(end is None for end in ends):
        return code
    said = " to ".join(filter(None, ends))
    return f"{f'{_MODS[mod]} ' if mod is not None and mod in _MODS else ''}{said} ({code})"


def _month(number: str) -> str | None:
    at = int(number) - 1
    months = languages.get("en").months
    return months[at] if 0 <= at < len(months) else None


def _day(match: re.Match[str]) -> str | None:
    year, month, day = match["year"], _month(match["month"]), match["day"]
    if month is None:
        return None
    said = f"{int(day)} {month}" if day else month
    return f"{said}, year unknown" if year == "XXXX" else f"{said} {year}"


def _weekday(match: re.Match[str]) -> str | None:
    at = int(match["day"]) - 1
    days = languages.get("en").weekdays
    return f"a {days[at]}" if 0 <= at < len(days) else None


def _span(match: re.Match[str]) -> str:
    number, unit = match["number"], (_CLOCK if match["clock"] else _UNITS)[match["unit"]]
    return f"some {unit}s" if number == "X" else f"{number} {unit}{'' if number == '1' else 's'}"


_FORMS: tuple[tuple[str, Callable[[re.Match[str]], str | None]], ...] = (
    (r"\d{4}", lambda m: m[0]),
    (r"(\d{3})X", lambda m: f"the {m[1]}0s"),
    (r"(\d{2})XX", lambda m: f"the years {m[1]}00 to {m[1]}99"),
    (r"(?P<year>\d{4}|XXXX)-(?P<month>\d{2})(?:-(?P<day>\d{2}))?", _day),
    (r"XXXX-WXX-(?P<day>\d)", _weekday),
    (r"(\d{4})-W(\d{2})", lambda m: f"week {int(m[2])} of {m[1]}"),
    (r"(\d{4})-WXX", lambda m: f"a week of {m[1]}"),
    (r"(\d{4})-Q(\d)", lambda m: f"quarter {m[2]} of {m[1]}"),
    (r"(\d{4})-H(\d)", lambda m: f"half {m[2]} of {m[1]}"),
    (r"(\d{4})-(SP|SU|FA|WI)", lambda m: f"{_SEASONS[m[2]]} {m[1]}"),
    (r"XXXX-XX-XXT(MO|MI|AF|EV|NI|DT)", lambda m: f"{_DAYTIMES[m[1]]}, day unknown"),
    (r"P(?P<clock>)(?P<number>\d+|X)(?P<unit>[YMWD])", _span),
    (r"P(?P<clock>T)(?P<number>\d+|X)(?P<unit>[HMS])", _span),
)


def _words(value: str) -> str | None:
    if value in _REFERENCES:
        return _REFERENCES[value]
    for pattern, say in _FORMS:
        match = re.fullmatch(pattern, value, re.ASCII)
        if match is not None:
            return say(match)
    return None
