"""Rows out of a parquet file that may be anything: how much it stands for is known before it is unpacked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.parquet_pages import extent
from dragoman.problems import DragomanError, error
from dragoman.release.integrity import HINT

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from dragoman.schema.records import Record

MAX_VALUES = 2**23
"""Values of all rows of a release, those inside lists and objects too; as an object a value takes some 100 bytes."""
MAX_UNPACKED = 2**29
"""Bytes of all rows of a release."""
_BATCH = 1024


class Rows:
    """Reads the files of one release, all within one limit."""

    def __init__(self) -> None:
        self._values, self._bytes = 0, 0

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
            values, unpacked = extent(data)
            self._count(file, values=values, pages=unpacked)
            rows = [msgspec.convert(row, type_) for batch in self._batches(data, file) for row in batch.to_pylist()]
        except DragomanError:
            raise
        except Exception as cause:  # a library over bytes that may be anything
            raise error("E701", f"the rows cannot be read: {str(cause)[:300]}.", HINT, file=file) from cause
        if len(rows) != count:
            what = f"the file has {len(rows):,} rows, and the manifest says {count:,}."
            raise error("E701", what, HINT, file=file)
        return rows

    def _batches(self, data: bytes, file: str) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa  # noqa: PLC0415 - kept out of the import of the package
        import pyarrow.parquet as pq  # noqa: PLC0415

        schema = pq.ParquetFile(pa.BufferReader(data)).schema
        columns = [schema.column(at) for at in range(len(schema))]
        # Strings stay in their dictionaries until it is known how long they are, each as often as it stands there.
        strings = [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]
        table = pq.ParquetFile(pa.BufferReader(data), read_dictionary=strings)
        for batch in table.iter_batches(_BATCH):
            self._count(file, size=sum(map(_size, batch.columns)))
            yield batch

    def _count(self, file: str, *, values: int = 0, size: int = 0, pages: int = 0) -> None:
        self._values += values
        self._bytes += size
        if self._values > MAX_VALUES or max(self._bytes, pages) > MAX_UNPACKED:
            what = f"the rows have over {MAX_VALUES:,} values, or {MAX_UNPACKED:,} bytes."
            raise error("E106", what, "Make several releases of it.", file=file)


def _size(array: Any) -> int:
    """Bytes of an array once its strings are written out."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    if pa.types.is_dictionary(array.type):
        lengths = pc.binary_length(array.dictionary).take(array.indices)
        return 8 * len(array) + (pc.sum(lengths).as_py() or 0)
    if pa.types.is_struct(array.type):
        return sum(_size(array.field(at)) for at in range(array.type.num_fields))
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        return 8 * len(array) + _size(array.flatten())
    return int(array.nbytes)
