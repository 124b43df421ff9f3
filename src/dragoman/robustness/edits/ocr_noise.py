"""Letters that OCR confuses: Arabic letters that differ in dots, Hangul letters that differ in a stroke.

After the confusions in the literature on OCR post-correction (Kissos and Dershowitz 2016 for Arabic); digits and dates
are not changed.
"""

from __future__ import annotations

from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit
from dragoman.robustness.letters import write_others

ALIKE = ("بتثن", "جحخ", "دذ", "رز", "سش", "صض", "طظ", "عغ", "فق", "كل", "وؤ")
HANGUL_ALIKE = ("ㅏㅑ", "ㅓㅕ", "ㅗㅛ", "ㅜㅠ", "ㅐㅔ", "ㅁㅇ", "ㄱㅋ", "ㄷㄹ", "ㅅㅈ", "ㅂㅍ")
CONFUSED = {letter: group.replace(letter, "") for group in (*ALIKE, *HANGUL_ALIKE) for letter in group}


def change(draft: Draft) -> None:
    """Replace letters by similar ones, at the edit's rate; never in dates, and never digits."""
    write_others(draft, CONFUSED)


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
