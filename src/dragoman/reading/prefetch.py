"""The rows of a file block by block, parsed a few blocks ahead of whoever takes them."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa

from dragoman import files
from dragoman.reading import arrow_json

_BLOCK = 2**22
"""Bytes of a block: large enough that what every block costs does not count, small enough for a cache."""
_DEPTH = 3
"""So many blocks are parsed ahead."""


class Prefetch:
    """Rows of a JSONL file of good lines, block by block, parsed by a thread of its own.

    Iterating gives a table for each block and raises what :func:`dragoman.reading.arrow_json.each` raises.

    Args:
        path: the file, plain or gzip; it is read from the moment that this is made.

    """

    def __init__(self, path: Path) -> None:
        self._digest = hashlib.sha256()
        self._pool = ThreadPoolExecutor(1)
        self._tables = arrow_json.each(self._blocks(path))
        self._coming = deque(self._pool.submit(self._one) for _ in range(_DEPTH))

    def _blocks(self, path: Path) -> Iterator[bytes]:
        for block in files.blocks(path, size=_BLOCK):
            self._digest.update(block)
            yield block

    def _one(self) -> pa.Table | None:
        return next(self._tables, None)

    def __iter__(self) -> Iterator[pa.Table]:
        """Give the blocks that have not been given yet."""
        while (rows := self._coming.popleft().result()) is not None:
            self._coming.append(self._pool.submit(self._one))
            yield rows
        self._coming.append(_ended())

    def sha256(self) -> str:
        """SHA-256 of the unpacked bytes, hexadecimal, once all blocks have been given."""
        return self._digest.hexdigest()

    def close(self) -> None:
        """Stop reading."""
        self._pool.shutdown(cancel_futures=True)


def _ended() -> Future[pa.Table | None]:
    future: Future[pa.Table | None] = Future()
    future.set_result(None)
    return future
