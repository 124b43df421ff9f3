"""Typing errors: a letter replaced by its neighbour on the keyboard.

After the synthetic noise of Belinkov and Bisk (2018); keyboards are KS X 5002 (Dubeolsik) and Arabic (101). Digits and
dates are not changed, since another digit is another date.
"""

from __future__ import annotations

from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit
from dragoman.robustness.letters import write_others

HANGUL = ("ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ", "ㅁㄴㅇㄹㅎㅗㅓㅏㅣ", "ㅋㅌㅊㅍㅠㅜㅡ")
ARABIC = ("ضصثقفغعهخحجد", "شسيبلاتنمكط", "ئءؤرىةوزظ")
LATIN = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _neighbours(rows: tuple[str, ...]) -> dict[str, str]:
    return {key: row[max(0, at - 1) : at] + row[at + 1 : at + 2] for row in rows for at, key in enumerate(row)}


NEIGHBOURS = _neighbours(HANGUL) | _neighbours(ARABIC) | _neighbours(LATIN)


def change(draft: Draft) -> None:
    """Replace letters by neighbours on the keyboard, at the edit's rate; never in dates, and never digits."""
    write_others(draft, NEIGHBOURS)


EDIT = Edit(
    name="typing-noise",
    kind="text",
    languages=("ko", "ar", "en"),
    summary="Writes a letter for its neighbour on the keyboard, outside of dates and numbers.",
    source="Belinkov and Bisk 2018; layouts KS X 5002 and Arabic (101)",
    expect="invariance",
    change=change,
    rate=0.02,
)
