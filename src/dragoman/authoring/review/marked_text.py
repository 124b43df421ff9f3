"""Lines of a text split into pieces, each with the marks that cover it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from dragoman.text import visible

Pieces = list[tuple[str, list[str]]]


class Mark(NamedTuple):
    """A marked span: start and end in code points, half-open, and its role."""

    start: int
    end: int
    role: str


def marked_lines(text: str, marks: Iterable[Mark], *, whole: bool = False) -> dict[int, Pieces]:
    r"""Split the lines of a text where marks begin and end.

    Args:
        text: the text.
        marks: in code points of the text.
        whole: whether to include lines without a mark.

    Returns:
        Pieces by line number, from 0; invisible and bidirectional characters are escaped.

    >>> marked_lines("ab\ncd", [Mark(3, 4, "main")])
    {1: [('c', ['main']), ('d', [])]}

    """
    given = sorted(set(marks))
    made: dict[int, Pieces] = {}
    start = 0
    for number, line in enumerate(text.split("\n")):
        end = start + len(line)
        here = [mark for mark in given if mark.start < end and mark.end > start]
        if here or whole:
            inside = (at for mark in here for at in mark[:2] if start < at < end)
            edges = sorted({start, end, *inside})
            made[number] = [
                (visible(text[left:right]), sorted({m.role for m in here if m.start <= left and right <= m.end}))
                for left, right in pairwise(edges)
            ]
        start = end + 1
    return made
