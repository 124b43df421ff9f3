"""Language-specific resources, one module per language: names, fonts, clitics, honorifics, normalisation, dates.

Every other module in this package describes one language, as ``LANGUAGE``. To add a language, add a module or call
:func:`register`; there is no other list of languages. Modules are imported when the first descriptor is looked up. Look
descriptors up once per job, not per row.
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
    r"""Descriptor of a language. Patterns are regular expressions; an empty one means that the language has no such
    feature.

    Attributes:
        tag: BCP 47 primary language subtag, such as ``ko``; varieties (``ko-KP``) share the descriptor.
        name: English name.
        own_name: name in the language itself.
        script: ISO 15924 code of the usual script; None if unknown.
        direction: writing direction of that script; None if unknown.
        fonts: font families in order of preference, the last one a generic CSS family.
        large: whether text is shown in a larger size, for scripts with fine strokes.
        word_break: value of the CSS property ``word-break``.
        enclitics: what can follow a name within a word without being part of it, such as case particles.
        proclitics: what can precede a name within a word without being part of it, such as conjunctions.
        article: the article, where it is written in one word with its noun.
        fused_article: proclitics whose spelling absorbs the article.
        honorifics: searched in a name: an honorific, which is never part of a name.
        titles: matches a title of respect at the beginning of a name; such words can also be names.
        deictics: expressions whose referent depends on the speaker.
        own_state: the deictics that refer to a state.
        adjective: matches a word with the form of an adjective derived from a name.
        definite_adjective: matches such an adjective with the article, a form that no noun has.
        date_hint: searched in a text: something that looks like a date.
        date_enclitic: matches a date that ends in an enclitic. Narrower than ``enclitics``: after a unit of time some
            enclitics are part of the expression.
        date_preposition: matches a date that begins with a preposition.
        months: names of the twelve months.
        weekdays: names of the days of the week, from Monday.
        ignored_marks: optional characters, such as vowel marks, that are removed when texts and quotes are compared.
        letter_folding: interchangeable spellings of letters: each letter with its canonical form.
        free_spacing: searched in a text: characters between which spaces are optional; in the syntax of the library
            ``regex``, which can name scripts.

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
        """Matches what can precede a name within a word without being part of it: proclitics and article, or nothing.

        >>> bool(get("ar").before_name.fullmatch("وال")), bool(get("ko").before_name.fullmatch("وال"))
        (True, False)

        """
        fused = f"|{self.fused_article}" if self.fused_article else ""
        return re.compile(f"(?:{self.proclitics})(?:{self.article})?{fused}")

    @functools.cached_property
    def after_name(self) -> re.Pattern[str]:
        """Matches what can follow a name within a word without being part of it: enclitics, or nothing."""
        return re.compile(f"(?:{self.enclitics})?")


class Appearance(NamedTuple):
    """How to display a text.

    Attributes:
        direction: writing direction.
        fonts: value of the CSS property ``font-family``; built from descriptors only, so it is safe to embed.
        large: whether the text is shown in a larger size.
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
    """Add a language for this process, replacing any with the same tag."""
    _described()[language.tag] = language


def all() -> list[Language]:  # noqa: A001 - languages.all()
    """Return all described languages, sorted by tag."""
    return [language for _, language in sorted(_described().items())]


def get(tag: str | None) -> Language:
    """Look up the descriptor for a BCP 47 tag.

    Args:
        tag: of a language, with or without script and region; None if the language is unknown.

    Returns:
        The language's descriptor; for an unknown language, or one in a script that is not its usual one, an empty
        descriptor named after the tag.

    """
    language, _, script = short_tag(tag or "").partition("-")
    descriptor = _described().get(language)
    if descriptor is not None and script in ("", descriptor.script):
        return descriptor
    return Language(
        tag=short_tag(tag or "und"), name=tag or "unknown", own_name=tag or "unknown", script=script or None
    )


def short_tag(tag: str) -> str:
    """Reduce a BCP 47 tag to the language subtag, and the script subtag if there is one.

    >>> short_tag("ko-KP"), short_tag("az-arab-IR")
    ('ko', 'az-Arab')

    """
    match = _TAG.fullmatch(tag)
    if match is None:
        return tag.partition("-")[0].lower()
    language, script = match["language"].lower(), match["script"]
    return f"{language}-{script.title()}" if script else language


def direction(text: str, tag: str | None = None) -> Direction:
    """Determine the direction of a text from the majority of its letters (Unicode property Bidi_Class).

    Args:
        text: any text.
        tag: BCP 47 tag of its language, which breaks ties.

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
    """Determine how to display a text: direction from its letters, fonts from its language.

    Args:
        text: any text.
        tag: BCP 47 tag of its language; None if unknown.

    """
    runs, language = direction(text, tag), get(tag)
    if language.direction != runs:  # unknown, or in another script than its usual one
        return Appearance(runs, _families(_FALLBACK_FONTS[runs]), runs == "rtl", "normal")
    return Appearance(runs, _families(language.fonts or _FALLBACK_FONTS[runs]), language.large, language.word_break)


def _families(fonts: tuple[str, ...]) -> str:
    """Format a CSS list of font families; generic families are not quoted."""
    return ",".join(f'"{font}"' if font[0].isupper() else font for font in fonts)
