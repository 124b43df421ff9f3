"""Safe display of untrusted text, in which control characters and bidirectional marks can do harm."""

from __future__ import annotations

import json
import unicodedata


def counted(number: int, one: str, many: str = "") -> str:
    """Format a count with its noun or verb in the singular or plural.

    >>> counted(1, "document"), counted(1200, "document"), counted(2, "is", "are")
    ('1 document', '1,200 documents', '2 are')

    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def visible(text: str, *, keep: str = "") -> str:
    r"""Escape untrusted text for a terminal or a log.

    Control characters (escape sequences, line feeds) and characters that are invisible or change the writing direction
    are written as ``\x1b`` or ``\u202e``; characters in ``keep`` are left.
    """
    return "".join(
        char if char in keep or not _is_hidden(char) else char.encode("unicode_escape").decode() for char in text
    )


def visible_json(text: str) -> str:
    r"""Escape untrusted JSON for a terminal: what :func:`visible` would escape becomes a JSON escape, with the same
    meaning.

    Line feeds are left; other control characters are always escaped in JSON.
    """
    if text.isascii() and "\x7f" not in text:  # JSON escapes all other control characters
        return text
    hidden = {char for char in set(text) if char != "\n" and _is_hidden(char)}
    return text.translate({ord(char): json.dumps(char)[1:-1] for char in hidden}) if hidden else text


# Invisible although their category is letter, mark or symbol: joiners, and the fillers of Hangul and Braille.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def _is_hidden(char: str) -> bool:
    return char in _BLANK or unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
