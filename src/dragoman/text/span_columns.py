"""Validation of whole columns of spans, with their surfaces as UTF-8 in one buffer, as Arrow stores it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dragoman.text.span_checks import MAX_OFFSET

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_AT_ONCE = 2**21
"""Total length of the texts and surfaces that are compared at once, so that memory is bounded; one document may be
longer.
"""


class StringColumn(NamedTuple):
    """Strings as parts of a buffer.

    Attributes:
        data: the buffer, UTF-8.
        starts: offset of the first byte of each string, shape (n,).
        ends: offset after the last byte, shape (n,).
        given: which strings are not null, shape (n,).

    """

    data: memoryview
    starts: Ints
    ends: Ints
    given: NDArray[np.bool_]

    @classmethod
    def of(cls, strings: Iterable[str | None]) -> StringColumn:
        """Make a column of strings.

        >>> column = StringColumn.of(["김", None, "Kim"])
        >>> column.code_points(np.array([1, 0, 3])).tolist()
        [44608, 75, 105, 109]

        """
        encoded = [None if string is None else string.encode() for string in strings]
        ends = np.cumsum([len(each or b"") for each in encoded], dtype=np.int64)
        starts = np.concatenate([np.zeros(1, np.int64), ends])[:-1]
        given = np.array([each is not None for each in encoded], bool)
        return cls(memoryview(b"".join(filter(None, encoded))), starts, ends, given)

    def take(self, index: NDArray[np.bool_] | slice) -> StringColumn:
        """Select strings by a mask or a slice; the buffer is shared."""
        return StringColumn(self.data, self.starts[index], self.ends[index], self.given[index])

    def code_points(self, lengths: Ints) -> NDArray[np.uint32] | None:
        """Return the code points of all strings, one after the other; None if the strings have other lengths.

        Args:
            lengths: expected length of each string in code points, shape (n,).

        Raises:
            UnicodeDecodeError: the buffer is not UTF-8.

        """
        if not len(lengths):
            return np.zeros(0, np.uint32)
        bounds = np.append(self.starts, self.ends[-1])
        if (self.ends == bounds[1:]).all():
            data = self.data[bounds[0] : bounds[-1]]
        else:  # something between the strings, which no Arrow reader leaves there
            spans = zip(self.starts.tolist(), self.ends.tolist(), strict=True)
            data = memoryview(b"".join(self.data[start:end] for start, end in spans))
            bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(self.ends - self.starts)])
        points = np.frombuffer(str(data, "utf-8").encode("utf-32-le"), np.uint32)
        reached = np.cumsum(lengths)
        if reached[-1] != len(points):
            return None
        if len(points) < len(data):
            first_bytes = np.flatnonzero((np.frombuffer(data, np.uint8) & 0xC0) != 0x80)
            reached = np.append(first_bytes, len(data))[reached]
        return points if (reached == bounds[1:] - bounds[0]).all() else None


class Texts:
    """The texts of some documents, and :func:`check_span` for whole columns of spans.

    Args:
        texts: text of each document, None if unknown.
        beyond: whether spans that begin after the end of their text are allowed: they represent quotes without a place
            (:func:`dragoman.text.nowhere`).

    """

    def __init__(self, texts: Sequence[str | None], *, beyond: bool = False) -> None:
        self.texts = texts
        self.beyond = beyond
        self._lengths = np.array([MAX_OFFSET if text is None else len(text) for text in texts], np.int64)

    def check_spans(self, docs: Ints, starts: Ints, ends: Ints, surfaces: StringColumn | None = None) -> bool:
        """Tell whether all spans are valid.

        Args:
            docs: document of each span, shape (n,).
            starts: offsets of the first code points, shape (n,).
            ends: offsets after the last code points, shape (n,).
            surfaces: the words that each span must have, null where not stated; or None.

        """
        lengths = self._lengths[docs]
        wrong = ends > lengths
        if self.beyond:
            wrong &= starts <= lengths
        if (wrong | (starts < 0) | (ends <= starts)).any():
            return False
        if surfaces is None:
            return True
        stated = surfaces.given & (lengths < MAX_OFFSET)
        if not stated.all():
            docs, starts, ends, lengths = docs[stated], starts[stated], ends[stated], lengths[stated]
            surfaces = surfaces.take(stated)
        # A slice beyond the end of the text is empty.
        starts, ends = starts.clip(max=lengths), ends.clip(max=lengths)
        parts = self._parts(docs, surfaces)
        return all(self._equal(docs[at], starts[at], ends[at], surfaces.take(at)) for at in parts)

    def _parts(self, docs: Ints, surfaces: StringColumn) -> Iterator[slice]:
        """Divide spans into parts that are compared at once; neighbours in the same document stay together."""
        firsts = _firsts(docs)
        costs = np.add.reduceat(surfaces.ends - surfaces.starts, firsts) + self._lengths[docs[firsts]]
        part = np.cumsum(costs) // _AT_ONCE
        bounds = [*firsts[np.flatnonzero(np.diff(part, prepend=-1))].tolist(), len(docs)]
        yield from (slice(first, end) for first, end in pairwise(bounds))

    def _equal(self, docs: Ints, starts: Ints, ends: Ints, surfaces: StringColumn) -> bool:
        """Tell whether the texts at spans are the surfaces; compares all code points at once."""
        lengths = ends - starts
        try:
            points = surfaces.code_points(lengths)
        except UnicodeDecodeError:
            return False
        if points is None:
            return False
        firsts = _firsts(docs)
        texts = [self.texts[doc] or "" for doc in docs[firsts].tolist()]
        text = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
        shifts = np.cumsum([0, *map(len, texts[:-1])])
        spans = np.diff(firsts, append=len(docs))
        first = starts + np.repeat(shifts, spans)
        at = np.repeat((first - (np.cumsum(lengths) - lengths)).astype(np.int32), lengths)
        at += np.arange(len(points), dtype=np.int32)
        return bool((text[at] == points).all())


def _firsts(docs: Ints) -> Ints:
    """Return the index of the first span of each run of neighbours in the same document."""
    return np.flatnonzero(np.diff(docs, prepend=-1))
