"""Parse a submission: that needs no target yet, so that two files can be parsed at once, and while all is imported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

from dragoman import files, utf8
from dragoman.parquet_pages import MAGIC
from dragoman.problems import DragomanError, Problem, error
from dragoman.reading import arrow_json
from dragoman.reading.jsonl import has_too_many
from dragoman.reading.labelled_file import LabelledFile
from dragoman.reading.memory_budget import MAX_FILE, MAX_HELD, Budget, cost
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
        budget: what the labels of the side may take in memory.
        cost: how much of that the table and the data took.

    """

    name: str = ""
    data: bytes | None = None
    table: pa.Table | None = None
    problems: tuple[Problem, ...] = ()
    rows: bool = False
    foreign: Foreign | None = None
    budget: Budget = field(default_factory=Budget)
    cost: int = 0

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
            from dragoman.formats import format_files  # noqa: PLC0415 - not needed for a submission

            return format_files.jsonl(self.foreign.lines({}, self.name).checked())
        if self.rows:
            from dragoman.reading import parquet_input  # noqa: PLC0415 - not needed for JSONL

            return parquet_input.json_lines(self.table, self.name)
        data = files.read_bytes(self.name, limit=MAX_HELD) if self.data is None else self.data
        _check_size(data, self.name)
        utf8.check_text(data, self.name)  # it may be another file by now
        return data

    def blocks(self) -> Iterator[bytes]:
        """Give the lines block by block.

        Raises:
            DragomanError: the file cannot be read any more.

        """
        return files.blocks(self.name, size=arrow_json.BLOCK) if self.data is None else iter((self.data,))


def _check_size(data: bytes, name: str) -> None:
    """Refuse a file that is too large to be read as a whole.

    Raises:
        DragomanError: E106.

    """
    if len(data) > MAX_FILE:
        what = f"something in it needs a closer look, for which files of at most {MAX_FILE:,} bytes are read."
        raise error("E106", what, "Split it into shards, and validate each.", file=name)


_AS_IT_IS = LabelledFile("")


def parse_file(path: Path | str, how: LabelledFile | None = None, budget: Budget | None = None) -> Parsed:
    """Read and parse a file, or a folder of files of another tool; nothing is raised for bad input.

    A file of good lines is never in memory as a whole: only its rows are.

    Args:
        path: the file or folder.
        how: what must be told of it.
        budget: what the labels of the side may take in memory.

    """
    name = str(path)
    how, budget = how or _AS_IT_IS, budget or Budget()
    try:
        if Path(path).is_dir() or how.format not in {None, JSONL}:
            from dragoman.reading import foreign  # noqa: PLC0415 - not needed for a submission

            return _of(foreign.of_path(Path(path), how), name, budget)
        if Path(path).is_file():  # a pipe can be read only once
            rows = _Rows(path, budget)
            if rows.table is not None:
                return Parsed(name, table=rows.table, budget=budget, cost=rows.cost)
        # What it is of is seen when it is here; if that must be read as a whole, less is read.
        data = files.read_bytes(path, limit=budget.limit)
    except DragomanError as cause:
        return Parsed(name, problems=cause.problems)
    return parse_bytes(data, name, how, budget, rows=not Path(path).is_file())


class _Rows:
    """The rows of a file of good lines, read block by block, as far as the budget goes.

    Attributes:
        table: the rows; None where the precise path must read the file.
        cost: how much of the budget was taken; nothing where there are no rows.

    Raises:
        DragomanError: the file cannot be read, or has more labels than can be held.

    """

    def __init__(self, path: Path | str, budget: Budget) -> None:
        self.cost = 0

        def blocks() -> Iterator[bytes]:
            return files.blocks(path, size=arrow_json.BLOCK)

        def take(table: pa.Table) -> None:
            self.cost += (size := cost(table))
            budget.take(size, str(path))

        def again() -> None:
            budget.give(self.cost)
            self.cost = 0

        self.table = arrow_json.of_blocks(blocks, take, again)
        if self.table is None:
            again()


JSONL = "jsonl"
"""Name of the form of a submission."""
RUN = "predictions.jsonl"
"""Name of a run's predictions, which are of no other format than ours: a submitted run is data of strangers."""
_FIELDS = frozenset(Submission.__struct_fields__)
_NOT_OURS = frozenset({"label", "start_offset"})


def _other(data: bytes, name: str, how: LabelledFile, budget: Budget) -> Parsed | None:
    """Recognise a file that is no submission; None for one that is, or is meant to be."""
    if how.format == JSONL or (how.format is None and (Path(name).name == RUN or _is_ours(data) or _is_refused(data))):
        return None
    from dragoman.reading import foreign  # noqa: PLC0415 - not needed for a submission in columns

    found = foreign.of_bytes(data, name, how)
    return None if found is None else _of(found, name, budget)


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


def _is_refused(data: bytes) -> bool:
    """Whether it is of lines, and the first is refused for what it holds: the reader of lines says so, and goes on."""
    end = data.find(b"\n")
    return data[:1] == b"{" and 0 < end < len(data) - 1 and has_too_many(data[:end]) > 0


def _of(found: Foreign, name: str, budget: Budget) -> Parsed:
    return Parsed(name, foreign=found, budget=budget)


def parse_bytes(
    data: bytes,
    name: str = "",
    how: LabelledFile | None = None,
    budget: Budget | None = None,
    *,
    rows: bool = True,
) -> Parsed:
    """Parse the bytes of a file; nothing is raised for bad input.

    Args:
        data: the file.
        name: how it is called in a problem.
        how: what must be told of it.
        budget: what the labels of the side may take in memory.
        rows: whether it may be good lines; not where that was tried.

    """
    how, budget = how or _AS_IT_IS, budget or Budget()
    try:
        if data[:4] == MAGIC:
            return _of_parquet(data, name, how, budget)
        table = arrow_json.of_bytes(data) if rows and how.format in {None, JSONL} else None
        if table is None:
            _check_size(data, name)
        if table is None and (other := _other(data, name, how, budget)) is not None:
            return other
        utf8.check_text(data, name)
        size = len(data) + (0 if table is None else cost(table))
        budget.take(size, name)
    except DragomanError as cause:
        return Parsed(name, problems=cause.problems)
    return Parsed(name, data, table, budget=budget, cost=size)


def _of_parquet(data: bytes, name: str, how: LabelledFile, budget: Budget) -> Parsed:
    from dragoman.reading import parquet_input  # noqa: PLC0415 - not needed for JSONL

    # As it is unpacked and as it is given its types: both are there at a time, of both sides.
    reserved = 2 * parquet_input.unpacked_size(data, name)
    budget.take(reserved, name)
    try:
        table = parquet_input.read(data, name, (budget.left + reserved) // 2)
    except parquet_input.UnknownColumnError as cause:
        if _other(parquet_input.json_lines(cause.table.slice(0, 1), name), name, how, Budget()) is not None:
            other = _other(
                parquet_input.json_lines(cause.table, name), name, how, budget
            )  # rows of another tool's form
            assert other is not None
            return other
        # It may be that these are to be passed over.
        return Parsed(name, table=cause.table, problems=cause.problems, rows=True, budget=budget)
    except DragomanError as cause:
        budget.exceeded = budget.exceeded or cause.problems[0].code == "E106"
        raise
    finally:
        budget.give(reserved)
    budget.take(size := cost(table), name)
    return Parsed(name, table=table, rows=True, budget=budget, cost=size)
