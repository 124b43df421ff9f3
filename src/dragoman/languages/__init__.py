"""What is particular to a language, one file a language: names, fonts, clitics, honorifics, folding, dates.

Every other file of this folder describes one language, as ``LANGUAGE``. Whoever adds a language adds a file, or calls
:func:`register`; nothing else lists languages. Files are imported when a descriptor is first asked for, so that what
needs no language loads none. A descriptor is asked for when a plan is made, not row by row.
"""

from __future__ import annotations

import functools
import pkgutil
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Literal, NamedTuple

Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, kw_only=True)
class Language:
    r"""A language. Patterns are regular expressions; an empty one means that the language has no such thing.

    Attributes:
        tag: BCP 47 tag of the language alone, as ``ko``; its varieties (``ko-KP``) share the descriptor.
        name: English name.
        own_name: name in the language itself.
        script: ISO 15924 code of the script that it is usually written in; None if unknown.
        direction: in which direction that script runs; None if unknown.
        fonts: font families in order of preference, the last a generic one of CSS.
        large: whether letters are so fine that text is shown larger.
        word_break: value of the CSS property ``word-break``.
        enclitics: what is written at the end of a word and is no part of a name, as case particles.
        proclitics: what is written at the beginning of a word and is no part of a name, as conjunctions.
        article: the article, where it is written in one word with its noun.
        fused_article: proclitics in whose spelling the article has disappeared.
        honorifics: found in a name with an honorific, which is never part of a name.
        titles: matches the beginning of a name with a title of respect; such words may be names themselves.
        deictics: expressions whose referent changes with the speaker.
        own_state: those of them that stand for a state.
        adjective: matches a word in the form of an adjective that is made of a name.
        definite_adjective: matches one with the article, which no noun looks like.
        date_hint: found where something looks like a date.
        date_enclitic: matches a date with an enclitic at its end. Stricter than ``enclitics``: after a unit of time
            some of those are part of the expression.
        date_preposition: matches a date with a preposition at its beginning.
        months: names of the twelve months.
        weekdays: names of the days of the week, from Monday.
        ignored_marks: characters that texts and quotes may have or lack, as vowel signs.
        letter_folding: letters that are written for one another, each with the one that stands for all.
        free_spacing: found in a text in which spaces between words may be set or left out; it may name a script, as the
            library ``regex`` can.

    >>> get("ko-KP").name, get("ar").own_name == get("ar-EG").own_name, get("nb").name
    ('Korean', True, 'nb')

    """

    tag: str
    name: str
    own_name: str
    script: str | None = None
    direction: Direction | None = None
    fonts: tuple[str, ...] = ()
    large: bool = False
    word_break: Literal["normal", "keep-all", "break-all"] = "normal"
    enclitics: str = ""
    proclitics: str = ""
    article: str = ""
    fused_article: str = ""
    honorifics: str = ""
    titles: str = ""
    deictics: frozenset[str] = frozenset()
    own_state: frozenset[str] = frozenset()
    adjective: str = ""
    definite_adjective: str = ""
    date_hint: str = ""
    date_enclitic: str = ""
    date_preposition: str = ""
    months: tuple[str, ...] = ()
    weekdays: tuple[str, ...] = ()
    ignored_marks: frozenset[str] = frozenset()
    letter_folding: Mapping[str, str] = field(default_factory=dict, hash=False)
    free_spacing: str = ""

    @functools.cached_property
    def before_name(self) -> re.Pattern[str]:
        """Matches what may stand before a name in the same word and is no part of it: proclitics, article; or nothing.

        >>> bool(get("ar").before_name.fullmatch("وال")), bool(get("ko").before_name.fullmatch("وال"))
        (True, False)

        """
        fused = f"|{self.fused_article}" if self.fused_article else ""
        return re.compile(f"(?:{self.proclitics})(?:{self.article})?{fused}")

    @functools.cached_property
    def after_name(self) -> re.Pattern[str]:
        """Matches what may stand after a name in the same word and is no part of it: enclitics; or nothing."""
        return re.compile(f"(?:{self.enclitics})?")


class Appearance(NamedTuple):
    """How a text is shown.

    Attributes:
        direction: in which direction it runs.
        fonts: value of the CSS property ``font-family``, made of descriptors alone.
        large: whether it is shown larger.
        word_break: value of the CSS property ``word-break``.

    """

    direction: Direction
    fonts: str
    large: bool
    word_break: str


_FALLBACK_FONTS: Mapping[Direction, tuple[str, ...]] = {
    "ltr": ("system-ui", "sans-serif"),
    "rtl": ("Noto Naskh Arabic", "Noto Sans Hebrew", "Noto Sans", "serif"),
}
_TAG = re.compile(r"(?P<language>[A-Za-z]{2,8})(?:-[A-Za-z]{3}){0,3}(?:-(?P<script>[A-Za-z]{4}))?(?:-.*)?")


@functools.cache
def _described() -> dict[str, Language]:
    modules = (import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    return {module.LANGUAGE.tag: module.LANGUAGE for module in modules}


def register(language: Language) -> None:
    """Add a language for this process, in place of one with the same tag if there is any."""
    _described()[language.tag] = language


def all() -> list[Language]:  # noqa: A001 - languages.all()
    """Give all languages that are described, by tag."""
    return [language for _, language in sorted(_described().items())]


def get(tag: str | None) -> Language:
    """Give the descriptor for a BCP 47 tag.

    Args:
        tag: of a language, with or without script and region; None where no language is known.

    Returns:
        The language's descriptor; for an unknown language, or one in another script than its usual one, a descriptor
        named after the tag, without rules of its own.

    """
    language, _, script = short_tag(tag or "").partition("-")
    descriptor = _described().get(language)
    if descriptor is not None and script in ("", descriptor.script):
        return descriptor
    return Language(
        tag=short_tag(tag or "und"), name=tag or "unknown", own_name=tag or "unknown", script=script or None
    )


def short_tag(tag: str) -> str:
    """Shorten a BCP 47 tag to the language, and the script where the tag names one.

    >>> short_tag("ko-KP"), short_tag("az-arab-IR")
    ('ko', 'az-Arab')

    """
    match = _TAG.fullmatch(tag)
    if match is None:
        return tag.partition("-")[0].lower()
    language, script = match["language"].lower(), match["script"]
    return f"{language}-{script.title()}" if script else language


def direction(text: str, tag: str | None = None) -> Direction:
    """Say in which direction a text runs: as most of its letters do, by the Unicode property Bidi_Class.

    Args:
        text: any text.
        tag: BCP 47 tag of its language, which decides where the letters do not.

    >>> direction("BBC: שלום לכולם"), direction("Tel Aviv, תל אביב", "en"), direction("2024", "ar")
    ('rtl', 'ltr', 'rtl')

    """
    lead = 0
    for character, count in Counter(text).items():
        bidi = unicodedata.bidirectional(character)
        lead += count if bidi in ("R", "AL") else -count if bidi == "L" else 0
    if lead == 0:
        return get(tag).direction or "ltr"
    return "rtl" if lead > 0 else "ltr"


def appearance(text: str, tag: str | None = None) -> Appearance:
    """Say how a text is shown: in the direction of its letters, with the fonts of its language.

    Args:
        text: any text.
        tag: BCP 47 tag of its language; None where none is known.

    """
    runs, language = direction(text, tag), get(tag)
    if language.direction != runs:  # unknown, or in another script than its usual one
        return Appearance(runs, _families(_FALLBACK_FONTS[runs]), runs == "rtl", "normal")
    return Appearance(runs, _families(language.fonts or _FALLBACK_FONTS[runs]), language.large, language.word_break)


def _families(fonts: tuple[str, ...]) -> str:
    """Write a CSS list of font families; those of CSS itself are not quoted."""
    return ",".join(f'"{font}"' if font[0].isupper() else font for font in fonts)
