"""Showing text from outside, in which control characters and marks of direction may do harm."""

from __future__ import annotations

import json
import unicodedata


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number of things, with the word in its number.

    >>> counted(1, "document"), counted(1200, "document"), counted(2, "is", "are")
    ('1 document', '1,200 documents', '2 are')

    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def visible(text: str, *, keep: str = "") -> str:
    r"""Make text from outside harmless in a terminal or a log.

    Control characters (escape sequences, line feeds) and characters that change the writing direction or show
    nothing are written as ``\x1b`` or ``\u202e``; characters in ``keep`` stay.
    """
    return "".join(
        char if char in keep or not _is_hidden(char) else char.encode("unicode_escape").decode() for char in text
    )


def visible_json(text: str) -> str:
    r"""Make JSON from outside harmless in a terminal: what :func:`visible` shows is escaped, and means the same.

    Line feeds stay; other control characters are escaped in JSON as it is.
    """
    if text.isascii() and "\x7f" not in text:  # JSON has escaped the others
        return text
    hidden = {char for char in set(text) if char != "\n" and _is_hidden(char)}
    return text.translate({ord(char): json.dumps(char)[1:-1] for char in hidden}) if hidden else text


# Letters and marks by category, and yet they show nothing: joiners, and the fillers of Hangul and Braille.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def _is_hidden(char: str) -> bool:
    return char in _BLANK or unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
