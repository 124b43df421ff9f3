"""Parse a submission: that needs no target yet, so that two files can be parsed at once, and while all is imported."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from dragoman import files
from dragoman.parquet_pages import MAGIC
from dragoman.problems import DragomanError, Problem
from dragoman.reading import arrow_json


@dataclass(frozen=True)
class Parsed:
    """A file that was read and parsed, which needs no target yet.

    Attributes:
        name: how the file is called in a problem; its path, if it was read from one.
        sha256: of the bytes.
        data: the bytes; None where they can be read again when they are needed.
        table: the rows in Arrow; None where the precise path must read the file, or it cannot be read at all.
        problems: why it cannot be read at all.
        rows: whether the file has rows and no lines; a line in a problem is then a row.

    """

    name: str = ""
    sha256: str = ""
    data: bytes | None = None
    table: pa.Table | None = None
    problems: tuple[Problem, ...] = ()
    rows: bool = False

    def as_lines(self, *, ignore_unknown_fields: bool = False) -> bytes:
        """Give the rows as JSONL, for the precise path, in which a line is a row.

        Args:
            ignore_unknown_fields: whether columns that a submission does not have are given too.

        Raises:
            DragomanError: why it cannot be read at all.

        """
        if self.problems and not (ignore_unknown_fields and self.table is not None):
            raise DragomanError(self.problems)
        if self.rows:
            from dragoman.reading import parquet_input  # noqa: PLC0415 - not needed for JSONL

            return parquet_input.json_lines(self.table)
        data = files.read_bytes(self.name) if self.data is None else self.data
        files.check_text(data, self.name)  # it may be another file by now
        return data


def parse_file(path: Path | str) -> Parsed:
    """Read and parse a JSONL file, plain or gzip, or a parquet file; nothing is raised for bad input.

    A file of good lines is never in memory as a whole: only its rows are.
    """
    name = str(path)
    digest = hashlib.sha256()

    def blocks() -> Iterator[bytes]:
        nonlocal digest
        digest = hashlib.sha256()
        for block in files.blocks(path, size=arrow_json.BLOCK):
            digest.update(block)
            yield block

    try:
        if not Path(path).is_file():  # a pipe can be read only once
            return parse_bytes(files.read_bytes(path), name)
        rows = arrow_json.of_blocks(blocks)
        if rows is not None:
            return Parsed(name, digest.hexdigest(), None, rows)
        data = files.read_bytes(path)
        if data[:4] == MAGIC:
            return parse_bytes(data, name)
        files.check_text(data, name)
    except DragomanError as cause:
        return Parsed(name, problems=cause.problems)
    return Parsed(name, files.sha256(data), data)


def parse_bytes(data: bytes, name: str = "") -> Parsed:
    """Parse the bytes of a JSONL or parquet file; nothing is raised for bad input."""
    try:
        if data[:4] == MAGIC:
            from dragoman.reading import parquet_input  # noqa: PLC0415 - not needed for JSONL

            digest = files.sha256(data)
            try:
                return Parsed(name, digest, None, parquet_input.read(data, name), rows=True)
            except parquet_input.UnknownColumnError as cause:  # it may be that these are to be passed over
                return Parsed(name, digest, None, cause.table, cause.problems, rows=True)
        files.check_text(data, name)
    except DragomanError as cause:
        return Parsed(name, problems=cause.problems)
    return Parsed(name, files.sha256(data), data, arrow_json.of_bytes(data))
