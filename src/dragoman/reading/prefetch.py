"""The rows of files block by block, parsed a few blocks ahead of whoever takes them."""

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

BLOCK = 2**22
"""Bytes of a block: large enough that what every block costs does not count, small enough for a cache."""
_DEPTH = 3
"""So many blocks are parsed ahead."""


class Prefetch:
    """Rows of good files, JSONL or parquet, block by block, parsed by a thread of its own.

    Iterating gives a table for each block and raises what :func:`dragoman.reading.arrow_json.each` and
    :func:`dragoman.reading.parquet_input.blocks` raise. As a context manager it stops reading at the end.

    Args:
        paths: the files, one after the other; they are read from the moment that this is made.
        narrow: whether to ask only for the fields that the first block mentions.
        ignore_unknown_fields: whether fields that a submission does not have are passed over.

    Attributes:
        unknown: number of values that were passed over, by the path of their field, in the blocks parsed so far: of all
            that there are once all were given.

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
        """Take out of a block what a submission does not have, and count it."""
        from dragoman.reading import unknown_fields  # noqa: PLC0415 - nobody asks for it otherwise

        known, counts = unknown_fields.without(rows)
        self.unknown.update(counts)
        return known

    def _one(self) -> pa.Table | None:
        return next(self._tables, None)

    def __iter__(self) -> Iterator[pa.Table]:
        """Give the blocks that have not been given yet."""
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
        yield from parquet_input.blocks(path, BLOCK)


def _ended() -> Future[pa.Table | None]:
    future: Future[pa.Table | None] = Future()
    future.set_result(None)
    return future
