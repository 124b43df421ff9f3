"""Rows out of a parquet file that may be anything: how much it stands for is known before it is unpacked."""

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
"""Values of all rows of a release, those inside lists and objects too; as an object a value takes some 100 bytes."""
MAX_UNPACKED = 2**29
"""Bytes of all rows of a release."""


class Rows:
    """Reads the files of one release, all within one limit.

    Args:
        own: label sets that the benchmark has of its own.

    """

    def __init__(self, own: LabelSets | None = None) -> None:
        self._values, self._bytes = 0, 0
        self._own = own

    def read(self, data: bytes, type_: type[Record], count: int, file: str) -> list[Record]:
        """Read the rows of a file.

        Args:
            data: the file.
            type_: record type of its rows.
            count: number of rows that it has to have.
            file: its name for a problem.

        Raises:
            DragomanError: E106 where the release is over the limit, E701 where the file is damaged or other than that.

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
        except Exception as cause:  # a library over bytes that may be anything
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
