"""Read rows from an untrusted parquet file: its size is checked before it is decompressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from dragoman.parquet_pages import batches, extent
from dragoman.problems import DragomanError, error
from dragoman.release.integrity import HINT
from dragoman.schema.own_labels import checked
from dragoman.text import counted

if TYPE_CHECKING:
    from dragoman.schema.labels import LabelSets
    from dragoman.schema.records import Record

MAX_VALUES = 2**23
"""Maximum number of values of a release, including nested ones; as a Python object a value takes about 100 bytes."""
MAX_UNPACKED = 2**29
"""Maximum decompressed size of all rows of a release, in bytes."""


class Rows:
    """Reads the files of one release, with a common size limit.

    Args:
        own: the benchmark's own label sets.

    """

    def __init__(self, own: LabelSets | None = None) -> None:
        self._values, self._bytes = 0, 0
        self._own = own

    def read(self, data: bytes, type_: type[Record], count: int, file: str) -> list[Record]:
        """Read the rows of a file.

        Args:
            data: the file.
            type_: record type of its rows.
            count: expected number of rows.
            file: name of the file in problems.

        Raises:
            DragomanError: E106 if the release exceeds a limit, E701 if the file is damaged or not as expected.

        """
        try:
            there = extent(data)
            self._count(file, values=there.values, pages=there.unpacked)
            rows = [
                msgspec.convert(checked(row, type_, self._own), type_)
                for batch in batches(data, lambda size: self._count(file, size=size))
                for row in batch.to_pylist()
            ]
        except DragomanError:
            raise
        except Exception as cause:  # a library on arbitrary bytes
            raise error("E701", f"the rows cannot be read: {str(cause)[:300]}.", HINT, file=file) from cause
        if len(rows) != count:
            what = f"the file has {counted(len(rows), 'row')}, and the manifest says {count:,}."
            raise error("E701", what, HINT, file=file)
        return rows

    def _count(self, file: str, *, values: int = 0, size: int = 0, pages: int = 0) -> None:
        self._values += values
        self._bytes += size
        if self._values > MAX_VALUES or max(self._bytes, pages) > MAX_UNPACKED:
            what = f"the rows have over {MAX_VALUES:,} values, or {MAX_UNPACKED:,} bytes."
            raise error("E106", what, "Make several releases of it.", file=file)
