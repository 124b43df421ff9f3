"""A column of strings as UTF-8 in one buffer, as Arrow stores it, without a Python object for each string."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


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
