"""Letters with combining marks, and decomposition of Hangul syllables, for edits of spelling."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dragoman.robustness.draft import Draft

_BASE, _VOWELS, _CODAS = 0xAC00, 21, 28
INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
CODAS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")


class Syllable(NamedTuple):
    """A decomposed Hangul syllable; the coda may be empty (Unicode, section 3.12)."""

    initial: str
    vowel: str
    coda: str

    def __str__(self) -> str:
        place = (INITIALS.index(self.initial) * _VOWELS + VOWELS.index(self.vowel)) * _CODAS
        return chr(_BASE + place + CODAS.index(self.coda))


def syllable(char: str) -> Syllable | None:
    """Decompose a precomposed syllable; None for any other character.

    >>> syllable("력")
    Syllable(initial='ㄹ', vowel='ㅕ', coda='ㄱ')

    """
    at = ord(char) - _BASE
    if not 0 <= at < len(INITIALS) * _VOWELS * _CODAS:
        return None
    initial, rest = divmod(at, _VOWELS * _CODAS)
    return Syllable(INITIALS[initial], VOWELS[rest // _CODAS], CODAS[rest % _CODAS])


def final_sound(word: str) -> str:
    """Classify a word by the Korean particles it takes: ``open`` (는, 로), ``ㄹ`` (은, 로), ``closed`` (은, 으로).

    For a word that does not end in a Hangul syllable, the last character.
    """
    parts = syllable(word[-1:]) if word else None
    if parts is None:
        return word[-1:]
    return "open" if not parts.coda else "ㄹ" if parts.coda == "ㄹ" else "closed"


def clusters(text: str) -> Iterator[tuple[int, str]]:
    """Yield the offset of each character, and the character with the combining marks that follow it."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not unicodedata.category(text[at]).startswith("M"):
            yield start, text[start:at]
            start = at


def replace_clusters(draft: Draft, rule: Callable[[str], str]) -> None:
    """Replace each character with its marks by the result of a rule, at the edit's rate."""
    for start, cluster in clusters(draft.text):
        new = rule(cluster) if cluster != "\n" else cluster
        if new != cluster and draft.chosen():
            draft.replace(start, start + len(cluster), new)


def without_digits(draft: Draft) -> Callable[[int], bool]:
    """Return a predicate for offsets where noise does not change a value: not in dates, and not at digits."""
    closed = {at for date in draft.labels("dates") for at in range(date["start"], date["end"])}
    return lambda at: at not in closed and not draft.text[at].isdigit()


def write_others(draft: Draft, others: Mapping[str, str]) -> None:
    """Replace letters, or initial, vowel or coda of Hangul syllables, at the edit's rate; never digits or dates.

    Args:
        draft: the document.
        others: possible replacements by letter, as a string of letters.

    """
    free = without_digits(draft)
    for at, char in enumerate(draft.text):
        if free(at) and (new := _other(char, draft, others)) is not None and draft.chosen():
            draft.replace(at, at + 1, new)


def _other(char: str, draft: Draft, others: Mapping[str, str]) -> str | None:
    parts = syllable(char)
    if parts is None:
        letters = others.get(char)
        return draft.random.choice(letters) if letters else None
    made = [
        *(Syllable(new, parts.vowel, parts.coda) for new in others.get(parts.initial, "") if new in INITIALS),
        *(Syllable(parts.initial, new, parts.coda) for new in others.get(parts.vowel, "") if new in VOWELS),
        *(Syllable(parts.initial, parts.vowel, new) for new in others.get(parts.coda, "") if new in CODAS),
    ]
    return str(draft.random.choice(made)) if made else None
