"""Mapping of spans between two versions of a text.

For example: a document and the page it was extracted from, UTF-16 code units or bytes and code points, a normalised
text and its original.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

Unit = Literal["utf-16", "utf-8"]
Span = tuple[int, int]


class SpanFault(NamedTuple):
    """What is wrong with a span or a quote: code of the problem, what is wrong, and how to correct it."""

    code: str
    what: str
    hint: str


class Block(NamedTuple):
    """A range of the source aligned with a range of the target, each in its own text's offsets.

    If both have the same length, they are aligned unit by unit; otherwise the block is indivisible (a surrogate pair, a
    letter with its combining marks).
    """

    source: int
    source_length: int
    target: int
    target_length: int


class TextMap:
    """A monotone alignment of two versions of a text, for mapping spans from one to the other.

    Args:
        blocks: aligned ranges, in ascending order on both sides, without overlap. Text between two blocks has no
            counterpart on the other side.

    """

    def __init__(self, blocks: Iterable[Block]) -> None:
        import numpy as np  # noqa: PLC0415 - importing the package must stay cheap

        table = np.array([tuple(b) for b in blocks], dtype=np.int64).reshape(-1, 4)
        ends = table[:, [0, 2]] + table[:, [1, 3]]
        if (table[:, [1, 3]] <= 0).any():
            raise ValueError("a block is empty")
        if (table[:1, [0, 2]] < 0).any():
            raise ValueError("a block begins before its text")
        if (table[1:, [0, 2]] < ends[:-1]).any():
            raise ValueError("blocks overlap or are out of order")
        self._table = table
        self._ends = ends

    @property
    def blocks(self) -> list[Block]:
        """Aligned ranges, in order."""
        return [Block(*map(int, row)) for row in self._table]

    def inverse(self) -> TextMap:
        """Return the map from the target to the source."""
        return TextMap(Block(b.target, b.target_length, b.source, b.source_length) for b in self.blocks)

    def move_all(
        self, starts: ArrayLike, ends: ArrayLike, *, outward: bool = False
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """Map many spans from the source to the target.

        Args:
            starts: offsets of the first units in the source, shape (n,).
            ends: offsets after the last units, shape (n,).
            outward: widen a span that begins or ends inside an indivisible block to the whole block, instead of
                rejecting it.

        Returns:
            Starts and ends in the target, and whether each span could be mapped, shape (n,) each. A span can be mapped
            if its first and its last unit are in blocks; the target span then includes any text between its blocks.
            Empty and reversed spans cannot be mapped. Offsets of spans that cannot be mapped are meaningless.

        """
        import numpy as np  # noqa: PLC0415

        first, after = np.asarray(starts, dtype=np.int64), np.asarray(ends, dtype=np.int64)
        moved_first, ok_first = self._boundary(first, first, 0, outward=outward)
        moved_after, ok_after = self._boundary(after - 1, after, 1, outward=outward)
        return moved_first, moved_after, ok_first & ok_after & (first < after)

    def _boundary(
        self, inside: NDArray[np.int64], boundary: NDArray[np.int64], side: int, *, outward: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Map boundaries by the block that contains the unit ``inside``; ``side`` is 0 for starts, 1 for ends."""
        import numpy as np  # noqa: PLC0415

        if not len(self._table):
            return np.zeros_like(boundary), np.zeros(boundary.shape, dtype=bool)
        at = np.clip(np.searchsorted(self._table[:, 0], inside, side="right") - 1, 0, None)
        row, end = self._table[at], self._ends[at]
        ok = (inside >= row[:, 0]) & (inside < end[:, 0])
        divisible = row[:, 1] == row[:, 3]
        edge = (end if side else row[:, [0, 2]])[:, 1]
        at_edge = boundary == (end[:, 0] if side else row[:, 0])
        moved = np.where(divisible, row[:, 2] + boundary - row[:, 0], edge)
        return moved, ok & (divisible | at_edge | outward)

    def move(self, start: int, end: int, *, outward: bool = False) -> Span | None:
        """Map one span; None if it cannot be mapped (see :meth:`move_all`)."""
        starts, ends, ok = self.move_all([start], [end], outward=outward)
        return (int(starts[0]), int(ends[0])) if ok[0] else None

    def pieces(self, start: int, end: int) -> list[Span]:
        """Return the target ranges aligned with a source span, without the text between them.

        Adjacent ranges are merged. The list is empty if nothing is aligned.
        """
        pieces: list[Span] = []
        for block in self.blocks:
            low, high = max(start, block.source), min(end, block.source + block.source_length)
            if low >= high:
                continue
            piece = self.move(low, high, outward=True)
            assert piece is not None
            if pieces and pieces[-1][1] == piece[0]:
                piece = (pieces.pop()[0], piece[1])
            pieces.append(piece)
        return pieces

    @classmethod
    def from_units(cls, text: str, unit: Unit) -> TextMap:
        """Make the map from offsets in UTF-16 code units or UTF-8 bytes of ``text`` to code points.

        >>> TextMap.from_units("a😀b", "utf-16").move(3, 4)
        (2, 3)

        """
        width = _utf16_width if unit == "utf-16" else _utf8_width
        return cls(_runs((width(char), 1) for char in text))

    @classmethod
    def from_normalised(cls, text: str, normalise: Callable[[str], str]) -> tuple[str, TextMap]:
        """Normalise a text piece by piece, with an alignment to the original.

        A piece is a character with all that combine with it (marks, medial and final jamo of a Hangul syllable), so
        that Unicode normalisation forms can be applied; ``normalise`` may return an empty string for it.

        Returns:
            The normalised text, and the map from it to ``text``.

        """
        pieces = [(piece, normalise(piece)) for piece in _clusters(text)]
        return "".join(new for _, new in pieces), cls(_runs((len(new), len(old)) for old, new in pieces))


def _utf16_width(char: str) -> int:
    return 2 if ord(char) > 0xFFFF else 1


def _utf8_width(char: str) -> int:
    return len(char.encode("utf-8", "surrogatepass"))


def _clusters(text: str) -> list[str]:
    pieces: list[str] = []
    for char in text:
        if pieces and _joins(char):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _joins(char: str) -> bool:
    """Tell whether a character can combine with the preceding one in some normalisation form.

    These are the marks of any combining class, and the medial and final conjoining jamo of Hangul, which are not marks;
    a compatibility character (such as a half-width vowel) is treated like its decomposition.
    """
    if char < "\u0300":
        return False
    first = unicodedata.normalize("NFKD", char)[0]
    return unicodedata.category(first).startswith("M") or "\u1160" <= first <= "\u11ff"


def _runs(lengths: Iterable[tuple[int, int]]) -> list[Block]:
    """Make blocks from the lengths of consecutive pieces on both sides, merging adjacent pieces of length one
    to one.
    """
    blocks: list[Block] = []
    source = target = 0
    for source_length, target_length in lengths:
        if source_length and target_length:
            last = blocks[-1] if blocks else None
            if (
                last is not None
                and source_length == target_length == 1
                and last.source_length == last.target_length
                and last.source + last.source_length == source
                and last.target + last.target_length == target
            ):
                blocks[-1] = last._replace(source_length=last.source_length + 1, target_length=last.target_length + 1)
            else:
                blocks.append(Block(source, source_length, target, target_length))
        source += source_length
        target += target_length
    return blocks
