"""Suggestion of the nearest valid value for an invalid one."""

import re
import unicodedata
from collections.abc import Iterator

from dragoman.timex.grammar import read
from dragoman.timex.scan import MAX_LENGTH, Failure


def suggest(value: str) -> str | None:
    """Return the canonical form of what was probably meant, or None if nothing is obvious.

    Only errors of notation are corrected, never a date that does not exist, nor the order of day and month.
    """
    if len(value) > MAX_LENGTH:
        return None
    for candidate in _candidates(_plain(value)):
        try:
            return read(candidate).text
        except Failure:
            continue
    return None


def _plain(value: str) -> str:
    """Convert digits of other scripts and other dashes to ASCII, and remove spaces."""
    characters = []
    for character in value:
        digit = unicodedata.decimal(character, None)
        if digit is not None:
            characters.append(str(digit))
        elif unicodedata.category(character) == "Pd" or character == "\N{MINUS SIGN}":
            characters.append("-")
        elif not character.isspace():
            characters.append(character)
    return "".join(characters)


def _candidates(text: str) -> Iterator[str]:
    yield text
    # EDTF's uncertainty qualifiers, which TIMEX3 expresses with mod.
    text = text.rstrip("~?%")
    yield text
    # A range with another separator, or with an abbreviated end.
    yield re.sub(r"(?<=\d)(?:-|~|\.\.)(?=\d{4}(?:-|$))", "/", text)
    yield re.sub(r"^(\d{4}-\d\d-)(\d\d)/(\d\d)$", r"\1\2/\1\3", text)
    # EDTF's unknown end, or the wrong number of dots.
    yield re.sub(r"^\.*/", "../", re.sub(r"/\.*$", "/..", text))
    # ISO 8601's basic forms.
    yield re.sub(r"\b(\d{4})(\d\d)(\d\d)(?!\d)", r"\1-\2-\3", re.sub(r"T(\d\d)(\d\d)(?!\d)", r"T\1:\2", text))
    yield re.sub("X+", "X", text)
    # Other separators between year, month and day, and numbers of one digit. In a week date the weekday has one digit.
    separated = re.sub(r"(?<=\d)[./_](?=\d)", "-", text)
    yield _padded(separated)
    yield _padded(text)


def _padded(text: str) -> str:
    text = re.sub(r"(?<=[Ww])(\d)(?!\d)", r"0\1", text)
    return re.sub(r"(?<![Ww]\d\d-)(?<=[-Tt:])(\d)(?!\d)", r"0\1", text)
