"""How much there may be in a file of another tool: counted by its signs, before any object is made of them."""

from __future__ import annotations

from collections.abc import Iterable

from dragoman.problems import error

MAX_ITEMS = 800_000
"""Most objects and lists of JSON, elements of XML, or lines, of files read at a time; each takes up to 2.3 kB."""
MAX_ROWS = 3_000_000
"""Most rows of CoNLL, of which each takes up to 500 bytes."""
MAX_BYTES = 2**28
"""Most bytes of the files of a folder that are read at a time."""
_SCALARS = 4
"""So many commas stand for values that take as much as an object."""


def items_in(data: bytes) -> tuple[int, str]:
    """Count what a file may hold, and say what was counted; signs within strings count too.

    >>> items_in(b'[{"a": []}, 1]')
    (3, 'objects and lists')

    """
    start = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start and start in b"{[":
        return max(data.count(b"{") + data.count(b"["), data.count(b",") // _SCALARS), "objects and lists"
    if start == b"<":
        return data.count(b"<"), "tags"
    return data.count(b"\n") + 1, "lines"


def check_items(inputs: Iterable[bytes], name: str, most: int = MAX_ITEMS) -> None:
    """Refuse files that hold too much.

    Args:
        inputs: the files.
        name: how they are called in a problem.
        most: most items of all of them.

    Raises:
        DragomanError: E106.

    """
    total = 0
    for data in inputs:
        number, kind = items_in(data)
        total += number
        if total > most:
            raise error("E106", f"there are over {most:,} {kind}.", "Split it into several files.", file=name)
