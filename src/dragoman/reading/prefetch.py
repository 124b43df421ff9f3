"""Prefetching: the rows of files block by block, parsed a few blocks ahead."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, groupby
from pathlib import Path
from typing import Self

import pyarrow as pa

from dragoman import files, parquet_pages
from dragoman.reading import arrow_json

BLOCK = 3 * 2**20
"""Block size in bytes: large enough that the overhead per block is negligible, small enough for the CPU cache."""
PARQUET_BLOCK = 2**20
"""Size of a block of rows of parquet, in bytes of memory: larger ones take more memory, and no less time."""
_DEPTH = 3
"""Number of blocks that are parsed ahead."""


class Prefetch:
    """Rows of valid files, JSONL or parquet, block by block, parsed in a background thread.

    Iterating yields a table for each block, and raises as :func:`dragoman.reading.arrow_json.each` and
    :func:`dragoman.reading.parquet_input.blocks` do. Leaving the context manager stops reading.

    Args:
        paths: the files, read in order; reading starts on construction.
        narrow: whether to parse only the fields that the first block mentions.
        ignore_unknown_fields: whether unknown fields are ignored and counted.

    Attributes:
        unknown: number of ignored values by the path of their field, in the blocks parsed so far; complete after
            iteration.

    """

    def __init__(self, paths: Sequence[Path], *, narrow: bool = True, ignore_unknown_fields: bool = False) -> None:
        self.unknown = Counter[str]()
        self._pool = ThreadPoolExecutor(1)
        without = self._without if ignore_unknown_fields else None
        self._tables = chain.from_iterable(
            _of_parquet(files_) if is_parquet else arrow_json.each(_lines(files_), narrow=narrow, without=without)
            for is_parquet, files_ in groupby(paths, parquet_pages.is_parquet)
        )
        self._coming = deque(self._pool.submit(self._one) for _ in range(_DEPTH))

    def _without(self, rows: pa.Table) -> pa.Table:
        """Remove unknown fields from a block, and count them."""
        from dragoman.reading import unknown_fields  # noqa: PLC0415 - rarely needed

        known, counts = unknown_fields.without(rows)
        self.unknown.update(counts)
        return known

    def _one(self) -> pa.Table | None:
        return next(self._tables, None)

    def __iter__(self) -> Iterator[pa.Table]:
        """Yield the remaining blocks."""
        while (rows := self._coming.popleft().result()) is not None:
            self._coming.append(self._pool.submit(self._one))
            yield rows
        self._coming.append(_ended())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)


def _lines(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        yield from files.blocks(path, size=BLOCK)


def _of_parquet(paths: Iterable[Path]) -> Iterator[pa.Table]:
    from dragoman.reading import parquet_input  # noqa: PLC0415 - not needed for JSONL

    for path in paths:
        yield from parquet_input.blocks(path, PARQUET_BLOCK)


def _ended() -> Future[pa.Table | None]:
    future: Future[pa.Table | None] = Future()
    future.set_result(None)
    return future
