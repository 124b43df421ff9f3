"""Why two texts that look the same are not: a byte order mark, line ends, the Unicode form, white space at the ends."""

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
    """Write a text without anything in which texts that look the same may differ."""
    return _through(text, range(len(_STEPS)))


def why_unlike(given: str, wanted: str) -> str | None:
    r"""Say in what alone two texts differ; None where they are the same, or differ in more than looks.

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
    # Where each of two steps would do (a line end at the end of a text), the first that does alone is named.
    alone = [at for at in every if _through(given, [at]) == _through(wanted, [at])]
    return " and ".join(_STEPS[at][0] for at in needed or alone[:1]) or None


def lookalike(name: str, names: Iterable[str]) -> str | None:
    """Find the name that looks the same as one that is not among some names."""
    wanted = plain(name)
    return next((known for known in names if known != name and plain(known) == wanted), None)


def _through(text: str, steps: Iterable[int]) -> str:
    for step in steps:
        text = _STEPS[step][1](text)
    return text
