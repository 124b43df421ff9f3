"""Tagging schemes, tags to spans and back: BIO, IOB1, BIOES (also as BMES and BMEWO) and BILOU.

Tags are decoded like by the scorer of the CoNLL shared tasks (Tjong Kim Sang and Buchholz 2000, ``conlleval``; Ramshaw
and Marcus 1995 for IOB1; Ratinov and Roth 2009 for BILOU): an invalid transition begins a new span. Every such
transition is reported to the caller.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from dragoman.formats.outcome import Scheme

_LIKE = {"M": "I", "W": "S"}
"""Prefixes of BMES and BMEWO (middle, whole) and their equivalents in BIOES."""
PREFIXES: dict[str, str] = {"bio": "BIO", "iob1": "BIO", "bioes": "BIOES", "bilou": "BILOU"}


class Tag(NamedTuple):
    """A tag: prefix ``B``, ``I``, ``O``, ``E``, ``S``, ``L`` or ``U``, and label, None if the tag has none."""

    prefix: str
    label: str | None


class TokenSpan(NamedTuple):
    """A labelled span of tokens, half-open."""

    first: int
    last: int
    label: str | None


OUTSIDE = Tag("O", None)
_SEVERAL = re.compile(r"[|/,;+](?:[BIESLU]-|O\Z)")
"""Matches a second tag in a cell."""


@lru_cache(maxsize=4096)
def parse(tag: str) -> Tag | None:
    """Parse a tag; None if it is invalid. Cached, since tags repeat."""
    prefix, dash, label = tag.partition("-")
    prefix = _LIKE.get(prefix, prefix)
    if prefix not in tuple("BIOESLU") or (prefix == "O" and dash) or _SEVERAL.search(label):
        return None
    return Tag(prefix, label if dash else None)


class Spelling(NamedTuple):
    """A notation of tags other than ``B-PER``.

    Attributes:
        form: the tag of a person in this notation.
        pattern: matches its tags; groups ``prefix``, if it has one, and ``label``.

    """

    form: str
    pattern: re.Pattern[str]

    @property
    def said(self) -> tuple[str, str]:
        """The warning for this notation, and the hint."""
        if self.form == "PER":
            what = "the tags are types without B or I: neighbours of one type are read as one span."
            return what, "Write B- and I- where spans of one type stand side by side."
        return f"the tags are written as {self.form}; they are read as B-PER.", ""

    def read(self, tag: str) -> Tag | None:
        """Parse a tag; None if it is invalid in this notation."""
        match = self.pattern.fullmatch(tag)
        if match is None:
            return None
        parts = match.groupdict()
        if tag in ("O", "o") or not parts["label"]:
            return OUTSIDE
        return parse(f"{parts.get('prefix', 'I').upper()}-{parts['label']}")


_SPELLINGS = (
    Spelling("B_PER", re.compile(r"(?P<prefix>[BIESLUMW])_(?P<label>\S+)|O")),
    Spelling("PER-B", re.compile(r"(?P<label>\S+)[-_](?P<prefix>[BIESLUMW])|O")),
    Spelling("b-PER", re.compile(r"(?P<prefix>[bieslumw])[-_](?P<label>\S+)|[Oo]")),
    Spelling("PER", re.compile(r"O|(?![A-Za-z][-_])(?P<label>[^\W\d_][\w.&:-]*)")),
)
_MAX_TYPES = 64
"""Maximum number of types in a column without prefixes: a column of words has more."""
_MIN_OUTSIDE = 0.2
"""Minimum fraction of tokens outside of spans in a column without prefixes, to distinguish it from other columns."""


def spelling(tags: Sequence[str]) -> Spelling | None:
    """Detect the notation of a column of tags; None if it is the usual one, or they are not tags.

    Args:
        tags: all cells of the column, stripped.

    """
    distinct = set(tags)
    named = distinct - {"O", "o"}
    if not named or any(parse(tag) for tag in named):
        return None
    found = next((way for way in _SPELLINGS if all(way.read(tag) for tag in distinct)), None)
    if found is _SPELLINGS[-1] and (len(named) > _MAX_TYPES or tags.count("O") < _MIN_OUTSIDE * len(tags)):
        return None
    return found


def recognise(sentences: Iterable[Sequence[Tag]]) -> Scheme | None:
    """Detect the tagging scheme of some sentences; None if two are mixed.

    Without ``E``, ``S``, ``L`` and ``U`` it is IOB1 if some span begins with ``I`` and every ``B`` follows a span of
    the same label, the only place where IOB1 uses it; else BIO. The spans are the same in both.
    """
    prefixes: set[str] = set()
    inner_start = lone_begin = False
    for tags in sentences:
        before = OUTSIDE
        for tag in tags:
            prefixes.add(tag.prefix)
            follows = before.prefix != "O" and before.label == tag.label
            inner_start |= tag.prefix == "I" and not follows
            lone_begin |= tag.prefix == "B" and not follows
            before = tag
    ends, lasts = bool(prefixes & {"E", "S"}), bool(prefixes & {"L", "U"})
    if ends or lasts:
        return None if ends and lasts else ("bioes" if ends else "bilou")
    return "iob1" if inner_start and not lone_begin else "bio"


def decode(tags: Sequence[Tag], scheme: Scheme, repair: Callable[[int, str], None]) -> list[TokenSpan]:
    """Decode the tags of a sentence to spans.

    Args:
        tags: one per token.
        scheme: as returned by :func:`recognise`.
        repair: called with the index of a token and what is wrong with its tag.

    """
    spans: list[TokenSpan] = []
    closing = scheme in ("bioes", "bilou")
    begun: int | None = None
    label: str | None = None

    def close(at: int, *, ended: bool) -> None:
        nonlocal begun
        if begun is None:
            return
        if closing and not ended:
            repair(at - 1, "the span is not ended there")
        spans.append(TokenSpan(begun, at, label))
        begun = None

    for at, tag in enumerate(tags):
        if begun is not None and tag.prefix in ("I", "E", "L") and tag.label == label:
            if tag.prefix != "I":
                close(at + 1, ended=True)
            continue
        close(at, ended=False)
        if tag.prefix == "O":
            continue
        if tag.prefix in ("E", "L") or (tag.prefix == "I" and scheme != "iob1"):
            repair(at, f"{tag.prefix} does not follow a span of its label")
        begun, label = at, tag.label
        if tag.prefix in ("E", "L", "S", "U"):
            close(at + 1, ended=True)
    close(len(tags), ended=False)
    return spans


def encode(length: int, spans: Iterable[TokenSpan]) -> list[str]:
    """Encode disjoint spans as BIO tags."""
    tags = ["O"] * length
    for span in spans:
        tail = "" if span.label is None else f"-{span.label}"
        tags[span.first : span.last] = [f"B{tail}", *[f"I{tail}"] * (span.last - span.first - 1)]
    return tags
