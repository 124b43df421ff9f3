"""Letters that a scanner takes for one another: Arabic letters that differ in dots, Hangul that differ in a stroke.

After the confusions that OCR post-correction counts (Kissos and Dershowitz 2016 for Arabic); digits and dates stay.
"""

from __future__ import annotations

from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit
from dragoman.robustness.letters import CODAS, INITIALS, VOWELS, Syllable, syllable, without_digits

ALIKE = ("بتثن", "جحخ", "دذ", "رز", "سش", "صض", "طظ", "عغ", "فق", "كل", "وؤ")
HANGUL_ALIKE = ("ㅏㅑ", "ㅓㅕ", "ㅗㅛ", "ㅜㅠ", "ㅐㅔ", "ㅁㅇ", "ㄱㅋ", "ㄷㄹ", "ㅅㅈ", "ㅂㅍ")
CONFUSED = {letter: group.replace(letter, "") for group in (*ALIKE, *HANGUL_ALIKE) for letter in group}


def change(draft: Draft) -> None:
    """Take a letter for one that looks like it, here and there; never in a date, nor for a digit."""
    free = without_digits(draft)
    for at, char in enumerate(draft.text):
        if free(at) and (new := _misread(char, draft)) is not None and draft.chosen():
            draft.replace(at, at + 1, new)


def _misread(char: str, draft: Draft) -> str | None:
    parts = syllable(char)
    if parts is None:
        others = CONFUSED.get(char)
        return draft.random.choice(others) if others else None
    made = [
        *(Syllable(other, parts.vowel, parts.coda) for other in CONFUSED.get(parts.initial, "") if other in INITIALS),
        *(Syllable(parts.initial, other, parts.coda) for other in CONFUSED.get(parts.vowel, "") if other in VOWELS),
        *(Syllable(parts.initial, parts.vowel, other) for other in CONFUSED.get(parts.coda, "") if other in CODAS),
    ]
    return str(draft.random.choice(made)) if made else None


EDIT = Edit(
    name="ocr-noise",
    kind="text",
    languages=("ko", "ar"),
    summary="Takes a letter for one that looks like it, outside of dates and numbers.",
    source="Kissos and Dershowitz 2016",
    expect="invariance",
    change=change,
    rate=0.02,
)
