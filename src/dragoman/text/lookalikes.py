"""Invisible differences between texts: byte order mark, line endings, Unicode normalisation form, outer white space."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

LINE_ENDS = "line ends (CR LF or CR for LF)"
_STEPS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("a byte order mark", lambda text: text.removeprefix("\ufeff")),
    (LINE_ENDS, lambda text: text.replace("\r\n", "\n").replace("\r", "\n")),
    ("the Unicode form (composed or decomposed letters, NFC or NFD)", lambda text: unicodedata.normalize("NFC", text)),
    ("white space at the ends", str.strip),
)


def plain(text: str) -> str:
    """Normalise away all differences that are invisible."""
    return _through(text, range(len(_STEPS)))


def why_unlike(given: str, wanted: str) -> str | None:
    r"""Name the invisible differences between two texts; None if they are equal or also differ visibly.

    >>> why_unlike("Kim\r\n", "Kim\n")
    'line ends (CR LF or CR for LF)'
    >>> why_unlike("Kim", "Lee") is None
    True

    """
    if given == wanted or plain(given) != plain(wanted):
        return None
    every = range(len(_STEPS))
    needed = [
        at
        for at in every
        if _through(given, (n for n in every if n != at)) != _through(wanted, (n for n in every if n != at))
    ]
    # If either of two steps would suffice (a line feed at the end of a text), name the first one.
    alone = [at for at in every if _through(given, [at]) == _through(wanted, [at])]
    return " and ".join(_STEPS[at][0] for at in needed or alone[:1]) or None


def lookalike(name: str, names: Iterable[str]) -> str | None:
    """Return the name that looks like ``name`` but differs from it invisibly, or None."""
    wanted = plain(name)
    return next((known for known in names if known != name and plain(known) == wanted), None)


def _through(text: str, steps: Iterable[int]) -> str:
    for step in steps:
        text = _STEPS[step][1](text)
    return text
