"""Rows of a file, partitioned by a hash of the document id, for the join of two files in different orders."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Self
from zlib import crc32

import numpy as np
import pyarrow as pa

from dragoman.arrow_buffers import take
from dragoman.reading.arrow_rows import column_of, ids_of

PARTITIONS = 32
"""Number of partitions of a file."""
MAX_HELD = 2**26
"""Maximum number of bytes of rows in memory; if there are more, they are moved to temporary files."""


class Partitions:
    """Partitioned rows: in memory, and beyond :data:`MAX_HELD` in temporary files.

    Leaving the context manager completes the files; then the rows can be taken.

    Args:
        folder: the folder for the files, which is created.

    Attributes:
        size: number of bytes of all rows.

    """

    def __init__(self, folder: Path) -> None:
        self.size = 0
        self._folder = folder
        self._held: list[list[pa.Table]] = [[] for _ in range(PARTITIONS)]
        self._held_size = 0
        self._writers: dict[int, pa.ipc.RecordBatchFileWriter] = {}
        folder.mkdir()

    def add(self, table: pa.Table) -> None:
        """Add the rows of a block; all blocks have the same columns."""
        of = np.array([crc32((each or "").encode()) % PARTITIONS for each in ids_of(table)], np.int64)
        order = np.argsort(of, kind="stable")
        columns = [take(column_of(table, name, pa.null()), order) for name in table.column_names]
        rows = pa.Table.from_arrays(columns, schema=table.schema)
        bounds = np.searchsorted(of[order], np.arange(PARTITIONS + 1)).tolist()
        for held, first, last in zip(self._held, bounds, bounds[1:], strict=False):
            if last > first:
                held.append(rows.slice(first, last - first))
        self.size += rows.nbytes
        self._held_size += rows.nbytes
        if self._held_size > MAX_HELD:
            self._spill()

    def _spill(self) -> None:
        for number, tables in enumerate(self._held):
            for table in tables:
                if number not in self._writers:
                    self._writers[number] = pa.ipc.new_file(str(self._path(number)), table.schema)
                self._writers[number].write_table(table)
            tables.clear()
        self._held_size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self._writers.values():
            writer.close()

    def take(self, numbers: Iterable[int]) -> pa.Table | None:
        """Remove the rows of some partitions, and return them; None if there are none."""
        tables: list[pa.Table] = []
        for number in numbers:
            tables += self._held[number]
            self._held[number] = []
            if number in self._writers:
                with pa.OSFile(str(self._path(number))) as source:
                    tables.append(pa.ipc.open_file(source).read_all())
        return pa.concat_tables(tables) if tables else None

    def _path(self, number: int) -> Path:
        return self._folder / f"{number}.arrow"
