"""Memory budget for labels that are held as a whole, estimated from Arrow rows before objects are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING

from dragoman.problems import error

if TYPE_CHECKING:
    import pyarrow as pa

MAX_FILE = 2**28
"""Largest file, decompressed, in bytes, that is read as a whole because it cannot be read in columns block by block."""
MAX_HELD = 3 * 2**29
"""Bytes that the labels of both sides may take, so that the process stays below 2 GB in total."""
MAX_BY_LINE = 2**26
"""Bytes of a file with errors that are read line by line, as objects; beyond this no further problems are reported."""
_ROW = 180
_ITEM: Mapping[str, int] = MappingProxyType(
    {"claims": 160, "entities": 130, "dates": 160, "segments": 130, "claimants": 140, "entity_ids": 180}
)
_OTHER_ITEM = 70
"""Upper bounds, by measurement, of the bytes per document and item during conversion to columns, beyond the Arrow rows.
"""


def cost(table: pa.Table) -> int:
    """Estimate the peak memory of rows and their conversion to columns, in bytes.

    Args:
        table: rows with the fields of a submission.

    """
    items = sum(sum(_costs(name, table.column(name))) for name in table.column_names)
    return int(table.nbytes) + _ROW * int(table.num_rows) + items


def _costs(name: str, column: pa.ChunkedArray) -> Iterator[int]:
    for chunk in column.chunks:
        yield _of_array(name, chunk)


def _of_array(name: str, array: pa.Array) -> int:
    import pyarrow as pa  # noqa: PLC0415 - kept out of the import of the package

    from dragoman.arrow_buffers import flat_of  # noqa: PLC0415 - as pyarrow

    if pa.types.is_struct(array.type):
        return sum(_of_array(field.name, array.field(at)) for at, field in enumerate(array.type))
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        items = flat_of(array)
        return len(items) * _ITEM.get(name, _OTHER_ITEM) + _of_array("", items)
    return 0


class Budget:
    """Thread-safe budget for the labels that are held at the same time.

    Attributes:
        limit: total number of bytes.
        left: remaining bytes.
        exceeded: whether a request exceeded it.

    Example:
        >>> budget = Budget(1000)
        >>> budget.take(600)
        >>> budget.give(200)
        >>> budget.left
        600

    """

    def __init__(self, limit: int = MAX_HELD) -> None:
        self.limit = self.left = limit
        self.exceeded = False
        self._lock = Lock()

    def __reduce__(self) -> tuple[type[Budget], tuple[int]]:
        """In another process it is a separate budget of the remaining bytes."""
        return Budget, (self.left,)

    def take(self, size: int, name: str = "") -> None:
        """Reserve bytes.

        Args:
            size: number of bytes.
            name: file that they are for, for the problem.

        Raises:
            DragomanError: E106 if fewer are left; then none are reserved.

        """
        with self._lock:
            if size > self.left:
                self.exceeded = True
                what = f"the labels take over {self.limit:,} bytes in memory, by estimate."
                hint = (
                    "Give both sides as files of lines or parquet, which are read block by block (dragoman gold writes "
                    "those of a benchmark); or split the documents into several files, and give one after the other."
                )
                raise error("E106", what, hint, file=name)
            self.left -= size

    def give(self, size: int) -> None:
        """Release reserved bytes."""
        with self._lock:
            self.left += size
