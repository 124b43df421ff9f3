"""Diagnosis of files that are almost token-per-line columns, and why they are not."""

from __future__ import annotations

import re

_TAG = r"(?:O|[BIESLU](?:-\S+)?)"
_PLAIN = r"(?:O|[BIESLU](?:-[^\s|/,;+]+)?)"
_ROWS, _LENGTH = 20, 1000
_PART = "Separate the columns by tabs or blanks."
_KINDS: tuple[tuple[str, str, str], ...] = (
    (rf"[^\s,]+,(?:\S*,)?{_TAG}", "separated by commas", _PART),
    (rf"[^\s;]+;(?:\S*;)?{_TAG}", "separated by semicolons", _PART),
    (rf"[^\s|]+[|](?:\S*[|])?{_TAG}", "separated by vertical bars", _PART),
    (
        rf"\S+[\u00a0\u2000-\u200b\u202f\u3000]+{_TAG}",
        "separated by a space of another kind",
        _PART,
    ),
    (rf"{_TAG}[ \t]+\S+", "with the tag first", "Name the columns: --columns form=2,tag=1."),
    (
        rf"\S+[ \t](?:.*[ \t])?{_PLAIN}(?:[|/,;+]{_PLAIN})*",
        "with several tags in a cell",
        "Write each tag in a column of its own, and name them: --columns form=1,tag=2,tag=3.",
    ),
    (
        r"\S+[ \t](?:.*[ \t])?(?:[Oo]|[BIESbies][-_]\S+|\S+[-_][BIES])",
        "whose tags have another form",
        "Tags are O, or one of B I E S L U with a dash and a label, as in B-PER.",
    ),
)
_HEADED = re.compile(rf"\S+[ \t](?:.*[ \t])?{_TAG}")


def unlike(lines: list[str]) -> tuple[str, str]:
    """Describe rows that are almost tokens with tags, with a hint; empty if they are nothing like it.

    Args:
        lines: the first lines of a file that are not blank.

    """
    rows = [line.strip("\r\n") for line in lines if not line.startswith("#")][:_ROWS]
    rows = rows[:-1] if len(rows) == _ROWS else rows  # the last one may be truncated
    if len(rows) < 2 or max(map(len, rows)) > _LENGTH:
        return "", ""
    if _all(_HEADED.pattern, rows[1:]) and not _HEADED.fullmatch(rows[0].rstrip()):
        return "rows of tokens with tags, below a header", "Take the first row out, or begin it with # and a blank."
    found = ((kind, hint) for pattern, kind, hint in _KINDS if _mostly(pattern, rows))
    kind, hint = next(found, ("", ""))
    return (f"rows of tokens with tags, {kind}" if kind else "", hint)


def _mostly(pattern: str, rows: list[str]) -> bool:
    """Tell whether all rows match a pattern, except possibly a header."""
    return _all(pattern, rows) or (len(rows) > 2 and _all(pattern, rows[1:]))


def _all(pattern: str, rows: list[str]) -> bool:
    return all(re.fullmatch(pattern, row.rstrip()) for row in rows)
