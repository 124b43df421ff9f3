"""Bounds on the number of items in a file, estimated from delimiters before any object is created."""

from __future__ import annotations

from collections.abc import Iterable

from dragoman.problems import error

MAX_ITEMS = 800_000
"""Maximum number of JSON objects and arrays, XML tags, or lines in files that are read together; each takes up to 2.3
kB.
"""
MAX_ROWS = 3_000_000
"""Maximum number of CoNLL rows; each takes up to 500 bytes."""
MAX_BYTES = 2**28
"""Maximum number of bytes of the files of a folder that are read together."""
_SCALARS = 4
"""Number of commas that count as one item: that many scalars take as much memory as an object."""


def items_in(data: bytes) -> tuple[int, str]:
    """Return an upper bound on the number of items in a file, and what was counted; delimiters inside strings count
    too.

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
    """Reject files with too many items.

    Args:
        inputs: the files.
        name: name of the files in a problem.
        most: maximum number of items in all files together.

    Raises:
        DragomanError: E106 if there are more.

    """
    total = 0
    for data in inputs:
        number, kind = items_in(data)
        total += number
        if total > most:
            raise error("E106", f"there are over {most:,} {kind}.", "Split it into several files.", file=name)
