"""Parse a submission: that needs no target yet, so that two files can be parsed at once, and while all is imported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

from dragoman import files, utf8
from dragoman.parquet_pages import MAGIC
from dragoman.problems import DragomanError, Problem
from dragoman.reading import arrow_json
from dragoman.reading.labelled_file import LabelledFile
from dragoman.schema.submission import Submission

if TYPE_CHECKING:
    from dragoman.reading.foreign import Foreign


@dataclass(frozen=True)
class Parsed:
    """A file that was read and parsed, which needs no target yet.

    Attributes:
        name: how the file is called in a problem; its path, if it was read from one.
        data: the bytes; None where they can be read again when they are needed.
        table: the rows in Arrow; None where the precise path must read the file, or it cannot be read at all.
        problems: why it cannot be read at all.
        rows: whether the file has rows and no lines; a line in a problem is then a row.
        foreign: the files, where they are of another tool's format.

    """

    name: str = ""
    data: bytes | None = None
    table: pa.Table | None = None
    problems: tuple[Problem, ...] = ()
    rows: bool = False
    foreign: Foreign | None = None

    def as_lines(self, *, ignore_unknown_fields: bool = False) -> bytes:
        """Give the rows as JSONL, for the precise path, in which a line is a row.

        Args:
            ignore_unknown_fields: whether columns that a submission does not have are given too.

        Raises:
            DragomanError: why it cannot be read at all.

        """
        if self.problems and not (ignore_unknown_fields and self.table is not None):
            raise DragomanError(self.problems)
        if self.foreign is not None:
            from dragoman.formats import registry  # noqa: PLC0415 - not needed for a submission

            return registry.jsonl(self.foreign.lines({}, self.name).checked())
        if self.rows:
            from dragoman.reading import parquet_input  # noqa: PLC0415 - not needed for JSONL

            return parquet_input.json_lines(self.table, self.name)
        data = files.read_bytes(self.name) if self.data is None else self.data
        utf8.check_text(data, self.name)  # it may be another file by now
        return data


_AS_IT_IS = LabelledFile("")


def parse_file(path: Path | str, how: LabelledFile | None = None) -> Parsed:
    """Read and parse a file, or a folder of files of another tool; nothing is raised for bad input.

    A file of good lines is never in memory as a whole: only its rows are.

    Args:
        path: the file or folder.
        how: what must be told of it.

    """
    name = str(path)
    how = how or _AS_IT_IS

    def blocks() -> Iterator[bytes]:
        return files.blocks(path, size=arrow_json.BLOCK)

    try:
        if Path(path).is_dir() or how.format not in {None, JSONL}:
            from dragoman.reading import foreign  # noqa: PLC0415 - not needed for a submission

            return _of(foreign.of_path(Path(path), how), name)
        rows = arrow_json.of_blocks(blocks) if Path(path).is_file() else None  # a pipe can be read only once
        if rows is not None:
            return Parsed(name, table=rows)
        data = files.read_bytes(path)
    except DragomanError as cause:
        return Parsed(name, problems=cause.problems)
    return parse_bytes(data, name, how, rows=not Path(path).is_file())


JSONL = "jsonl"
"""Name of the form of a submission."""
RUN = "predictions.jsonl"
"""Name of a run's predictions, which are of no other format than ours: a submitted run is data of strangers."""
_FIELDS = frozenset(Submission.__struct_fields__)
_NOT_OURS = frozenset({"label", "start_offset"})


def _other(data: bytes, name: str, how: LabelledFile) -> Parsed | None:
    """Recognise a file that is no submission; None for one that is, or is meant to be."""
    if how.format == JSONL or (how.format is None and (Path(name).name == RUN or _is_ours(data))):
        return None
    from dragoman.reading import foreign  # noqa: PLC0415 - not needed for a submission in columns

    found = foreign.of_bytes(data, name, how)
    return None if found is None else _of(found, name)


def _is_ours(data: bytes) -> bool:
    """Whether the first line has an id and no field but those of a submission: then no format need be imported."""
    line = data[: 2**20].lstrip().split(b"\n", 1)[0]
    try:
        record = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    if not isinstance(record, dict) or "id" not in record or not record.keys() <= _FIELDS:
        return False
    entities = record.get("entities")
    first = entities[0] if isinstance(entities, list) and entities else {}
    return not isinstance(first, dict) or _NOT_OURS.isdisjoint(first)


def _of(found: Foreign, name: str) -> Parsed:
    return Parsed(name, foreign=found)


def parse_bytes(data: bytes, name: str = "", how: LabelledFile | None = None, *, rows: bool = True) -> Parsed:
    """Parse the bytes of a file; nothing is raised for bad input.

    Args:
        data: the file.
        name: how it is called in a problem.
        how: what must be told of it.
        rows: whether it may be good lines; not where that was tried.

    """
    how = how or _AS_IT_IS
    try:
        if data[:4] == MAGIC:
            from dragoman.reading import parquet_input  # noqa: PLC0415 - not needed for JSONL

            try:
                return Parsed(name, table=parquet_input.read(data, name), rows=True)
            except parquet_input.UnknownColumnError as cause:
                if _other(parquet_input.json_lines(cause.table.slice(0, 1), name), name, how) is not None:
                    other = _other(
                        parquet_input.json_lines(cause.table, name), name, how
                    )  # rows of another tool's form
                    assert other is not None
                    return other
                # It may be that these are to be passed over.
                return Parsed(name, table=cause.table, problems=cause.problems, rows=True)
        table = arrow_json.of_bytes(data) if rows and how.format in {None, JSONL} else None
        if table is None and (other := _other(data, name, how)) is not None:
            return other
        utf8.check_text(data, name)
    except DragomanError as cause:
        return Parsed(name, problems=cause.problems)
    return Parsed(name, data, table)
