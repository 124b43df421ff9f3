"""Parse a submission, without a target: gold and predictions are parsed in parallel, during imports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

from dragoman import files, utf8
from dragoman.parquet_pages import MAGIC, is_parquet
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
    """A parsed file, not yet checked against a target.

    Attributes:
        name: name of the file in problems; its path, if it was read from one.
        data: the bytes; None if they can be read again when needed.
        table: the Arrow rows; None if the precise path must read the file, or it cannot be read at all.
        problems: why it cannot be read at all.
        rows: whether the file has rows instead of lines; a line number in a problem is then a row number.
        foreign: the files, if they are in another tool's format.
        budget: memory budget for the labels of the side.
        cost: bytes of it that the table and the data have reserved.

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
        """Return the rows as JSONL, one line per row, for the precise path.

        Args:
            ignore_unknown_fields: whether unknown columns are included instead of being an error.

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
        _check_size(data, self.name, self.budget)
        utf8.check_text(data, self.name)  # the file may have changed
        return data

    def blocks(self) -> Iterator[bytes]:
        """Yield the lines block by block.

        Raises:
            DragomanError: the file can no longer be read.

        """
        return files.blocks(self.name, size=arrow_json.BLOCK) if self.data is None else iter((self.data,))


def _check_size(data: bytes, name: str, budget: Budget) -> None:
    """Raise if a file is too large to be read as a whole, and mark the budget as exceeded.

    Raises:
        DragomanError: E106.

    """
    if len(data) > MAX_FILE:
        budget.exceeded = True
        what = f"something in it needs a closer look, for which files of at most {MAX_FILE:,} bytes are read."
        raise error("E106", what, "Split it into shards, and validate each.", file=name)


_DEFAULTS = LabelledFile("")


def parse_file(path: Path | str, how: LabelledFile | None = None, budget: Budget | None = None) -> Parsed:
    """Read and parse a file, or a folder of files of another tool; nothing is raised for bad input.

    A file of valid lines is never in memory as a whole: only its Arrow rows are.

    Args:
        path: the file or folder.
        how: its format and other options; None for defaults.
        budget: memory budget for the labels of the side.

    """
    name = str(path)
    how, budget = how or _DEFAULTS, budget or Budget()
    try:
        if Path(path).is_dir() or how.format not in {None, JSONL}:
            from dragoman.reading import foreign  # noqa: PLC0415 - not needed for a submission

            return _of(foreign.of_path(Path(path), how), name, budget)
        if Path(path).is_file():  # a pipe can be read only once
            rows = _Rows(path, budget)
            if rows.table is not None:
                return Parsed(name, table=rows.table, budget=budget, cost=rows.cost)
        # The kind of file is known only after reading; files that must be read as a whole have a lower limit.
        data = files.read_bytes(path, limit=budget.limit)
    except DragomanError as cause:
        budget.exceeded = budget.exceeded or cause.problems[0].code == "E106"
        return Parsed(name, problems=cause.problems)
    return parse_bytes(data, name, how, budget, rows=not Path(path).is_file())


class _Rows:
    """The Arrow rows of a file of valid lines, read block by block within the budget.

    Attributes:
        table: the rows; None if the precise path must read the file.
        cost: reserved bytes of the budget; 0 without rows.

    Raises:
        DragomanError: the file cannot be read, or its labels exceed the budget.

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
"""Name of the format of submissions."""
_BEGINNING = 2**16
RUN = "predictions.jsonl"
"""File name of a run's predictions, for which no other format is tried: submitted runs are untrusted."""
_FIELDS = frozenset(Submission.__struct_fields__)
_FOREIGN_ITEM_FIELDS = frozenset({"label", "start_offset"})


def _other(data: bytes, name: str, how: LabelledFile, budget: Budget) -> Parsed | None:
    """Recognise a file in another format; None for one that is, or is meant to be, a submission."""
    if how.format == JSONL or (
        how.format is None and (Path(name).name == RUN or _is_submission(data) or _starts_with_refused_line(data))
    ):
        return None
    from dragoman.reading import foreign  # noqa: PLC0415 - not needed for a submission in columns

    found = foreign.of_bytes(data, name, how)
    return None if found is None else _of(found, name, budget)


def is_foreign(path: Path | str) -> bool:
    """Whether a file seems to be in another tool's format, by its beginning; False if it cannot be read.

    A file of lines in another format has lines of that format at its beginning.
    """
    if is_parquet(Path(path)):
        return False
    try:
        beginning = next(files.blocks(path, size=_BEGINNING), b"")
        return _other(beginning, str(path), _DEFAULTS, Budget()) is not None
    except DragomanError:
        return False


def _is_submission(data: bytes) -> bool:
    """Whether the first line has an id and only fields of a submission: then no formats need to be imported."""
    line = data[: 2**20].lstrip().split(b"\n", 1)[0]
    try:
        record = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    if not isinstance(record, dict) or "id" not in record or not record.keys() <= _FIELDS:
        return False
    entities = record.get("entities")
    first = entities[0] if isinstance(entities, list) and entities else {}
    return not isinstance(first, dict) or _FOREIGN_ITEM_FIELDS.isdisjoint(first)


def _starts_with_refused_line(data: bytes) -> bool:
    """Whether it is JSONL whose first line has too many items: the line reader reports that, and continues."""
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
        name: name of the file in problems.
        how: its format and other options; None for defaults.
        budget: memory budget for the labels of the side.
        rows: whether to try the fast path; False if that has failed already.

    """
    how, budget = how or _DEFAULTS, budget or Budget()
    try:
        if data[:4] == MAGIC:
            return _of_parquet(data, name, how, budget)
        table = arrow_json.of_bytes(data) if rows and how.format in {None, JSONL} else None
        if table is None:
            _check_size(data, name, budget)
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
            )  # rows in another tool's format
            assert other is not None
            return other
        # Unknown columns may be ignored, which is decided later.
        return Parsed(name, table=cause.table, problems=cause.problems, rows=True, budget=budget)
    except DragomanError as cause:
        budget.exceeded = budget.exceeded or cause.problems[0].code == "E106"
        raise
    finally:
        budget.give(reserved)
    budget.take(size := cost(table), name)
    return Parsed(name, table=table, rows=True, budget=budget, cost=size)
