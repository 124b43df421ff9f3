"""Read a submission: by the fast path for valid files, by the precise path for all others.

Both produce the same columns for the same file; what only the precise path understands (quotes, spans as objects, blank
lines) is converted to the same columns afterwards.
"""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from dragoman import json_text
from dragoman.annotations import Annotations
from dragoman.problems import DragomanError, LimitReached, Problem
from dragoman.reading import arrow_json, columns, jsonl
from dragoman.reading import lines as precise
from dragoman.reading.arrow_rows import column_of
from dragoman.reading.concat import stacked
from dragoman.reading.fallback import Fallback
from dragoman.reading.memory_budget import MAX_BY_LINE, Budget, cost
from dragoman.reading.parsing import Parsed, parse_bytes, parse_file
from dragoman.reading.target import Target
from dragoman.schema.submission import Submission
from dragoman.text import quotes

if TYPE_CHECKING:
    from dragoman.reading.foreign import Foreign


@dataclass(frozen=True)
class Reading:
    """Result of reading a submission.

    Attributes:
        annotations: its labels as columns; None if there are errors.
        problems: errors and warnings, in the order of the file.
        tally: number of quotes by how they were found: all keys of :data:`dragoman.text.quotes.WAYS`, in that order,
            and :data:`dragoman.text.quote_places.OVER` if there are any.
        unknown: number of unknown fields that were ignored, by path.
        read_as: recognised format of a file of another tool; empty for a submission.

    """

    annotations: Annotations | None
    problems: tuple[Problem, ...]
    tally: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(quotes.WAYS, 0))
    unknown: Mapping[str, int] = field(default_factory=dict)
    read_as: str = ""

    @property
    def conversion(self) -> list[str]:
        """Messages on what was lost or repaired in converting a file of another tool."""
        return [str(problem) for problem in self.problems if problem.code in {"W905", "W906"}] if self.read_as else []

    def checked(self) -> Annotations:
        """Return the labels, or raise.

        Raises:
            DragomanError: with every error.

        """
        if self.annotations is None:
            raise DragomanError(problem for problem in self.problems if problem.severity == "error")
        return self.annotations


def read_parsed(parsed: Parsed, target: Target) -> Reading:
    """Check a parsed submission against a target.

    Nothing is raised for bad input: the problems are returned.
    """
    if parsed.problems and (parsed.table is None or not target.ignore_unknown_fields):
        return Reading(None, parsed.problems)
    if parsed.foreign is not None:
        return _foreign(parsed.foreign, target, parsed.name)
    fast = None if parsed.problems else in_columns(parsed.table, target)
    if fast is None and target.ignore_unknown_fields:
        fast = _without_unknown_fields(parsed, target)
    return fast or _precisely(parsed, target)


def _without_unknown_fields(parsed: Parsed, target: Target) -> Reading | None:
    """Read rows with unknown fields in columns; None if anything else is wrong."""
    from dragoman.reading import unknown_fields  # noqa: PLC0415 - rarely needed

    counts = Counter[str]()
    try:
        tables = (parsed.table,) if parsed.rows else map(arrow_json.with_unknown_fields, parsed.blocks())
        parts = []
        for rows in tables:
            if rows is None:
                return None
            known, found = unknown_fields.without(rows)
            counts.update(found)
            if parsed.rows:
                from dragoman.reading import parquet_input  # noqa: PLC0415 - not needed for JSONL

                known = parquet_input.as_submission(known, parsed.name)
            parsed.budget.take(cost(known), parsed.name)
            parts.append(known)
        reading = in_columns(pa.concat_tables(parts), target) if parts else None
    except (DragomanError, pa.ArrowException):
        return None
    return reading and replace(
        reading, problems=tuple(unknown_fields.warnings(counts, parsed.name)), unknown=dict(counts)
    )


def _foreign(other: Foreign, target: Target, name: str) -> Reading:
    """Read files of another tool; problems of the files come before problems of their labels."""
    from dragoman.formats import format_files  # noqa: PLC0415 - not needed for a submission
    from dragoman.reading.foreign import located  # noqa: PLC0415

    converted = other.lines(target.texts, name)
    if any(problem.severity == "error" for problem in converted.problems):
        return Reading(None, converted.problems, read_as=other.title)
    data = format_files.jsonl(converted.lines)
    reading = in_columns(arrow_json.of_bytes(data), target) or line_by_line(data, target, name)
    problems = (*converted.problems, *located(reading.problems, converted.lines, other))
    return replace(reading, problems=problems, read_as=other.title)


def _precisely(parsed: Parsed, target: Target) -> Reading:
    if parsed.data is None:
        parsed.budget.give(parsed.cost)  # the rows are dropped, and made again
        parsed = replace(parsed, table=parsed.table if parsed.rows else None, cost=0)
    try:
        data = parsed.as_lines(ignore_unknown_fields=target.ignore_unknown_fields)
        if parsed.data is None and not parsed.rows and (again := parse_bytes(data, parsed.name)).foreign is not None:
            return read_parsed(again, target)  # it looks like a submission, but has no ids
    except DragomanError as cause:
        return Reading(None, cause.problems)
    return line_by_line(data, target, parsed.name, parsed.budget)


def read_file(path: Path | str, target: Target) -> Reading:
    """Read a submission from a JSONL file, plain or gzip.

    Nothing is raised for bad input: the problems are returned.
    """
    return read_parsed(parse_file(path), target)


def read_bytes(data: bytes, target: Target, name: str = "") -> Reading:
    """Read a submission from the bytes of a JSONL file.

    Nothing is raised for bad input: the problems are returned.
    """
    return read_parsed(parse_bytes(data, name), target)


def in_columns(rows: pa.Table | None, target: Target) -> Reading | None:
    """Convert rows to columns, or return None if the precise path must report what is wrong."""
    if rows is None:
        return None
    try:
        return Reading(columns.build(rows, target), ())
    except (Fallback, pa.ArrowInvalid):  # Arrow: more text in a column than it can hold
        return None


def line_by_line(data: bytes, target: Target, name: str = "", budget: Budget | None = None) -> Reading:
    """Read a submission line by line and report all problems.

    A large file is processed block by block, and only blocks that cannot be read in columns are read as objects. This
    bounds the memory for a file with errors, and most of it is read fast.

    Args:
        data: the file, checked by :func:`dragoman.utf8.check_text`.
        target: what it is read against.
        name: name of the file in problems.
        budget: memory budget for the labels of the side.

    """
    blocks = _Blocks(precise.Reader(target, name), data, budget or Budget())
    with contextlib.suppress(LimitReached):
        blocks.read()
    reader, parts = blocks.reader, blocks.parts
    read = reader.result([])
    if any(problem.severity == "error" for problem in read.problems):
        return Reading(None, read.problems, read.tally, read.unknown)
    documents = tuple(sorted(reader.seen)) if target.documents is None else target.documents
    made = stacked(documents, parts, target.texts) if parts else columns.build(arrow_json.of_lines([]), target)
    return Reading(made, read.problems, read.tally, read.unknown)


def problems_of(
    blocks: Iterable[bytes | pa.Table], target: Target, name: str, keep: Callable[[pa.Table], None] = lambda _: None
) -> tuple[Problem, ...]:
    """Report all problems of a file that is too large to be held, as :func:`line_by_line` does.

    Args:
        blocks: the file in blocks of whole lines, checked by :func:`dragoman.utf8.check_text`, or of rows.
        target: what it is read against.
        name: name of the file in problems.
        keep: called with the rows of each block without errors, until there are errors.

    """
    walk = _Blocks(precise.Reader(target, name), b"", Budget(sys.maxsize), keep)
    with contextlib.suppress(LimitReached):
        walk.stream(blocks)
    return walk.reader.result([]).problems


class _Blocks:
    """Reads a file block by block, in columns where possible.

    Attributes:
        reader: line reader with the state that all blocks share.
        parts: labels of the blocks; empty if there are errors.

    """

    def __init__(
        self,
        reader: precise.Reader,
        data: bytes,
        budget: Budget,
        keep: Callable[[pa.Table], None] = lambda _: None,
    ) -> None:
        self.reader, self.parts = reader, list[Annotations]()
        self._data, self._position, self._budget = data, jsonl.Position(), budget
        self._left, self._keep, self._stop = MAX_BY_LINE, keep, len(data)

    def read(self) -> None:
        """Read all blocks.

        Raises:
            LimitReached: the maximum number of errors is exceeded.

        """
        while self._position.byte < len(self._data):
            part = self._next()
            if self.reader.diagnostics.failed:
                self.parts.clear()
            elif part is not None:
                self.parts.append(part)

    def stream(self, blocks: Iterable[bytes | pa.Table]) -> None:
        """Read the blocks of a file, or of its rows, one after the other, and keep no labels.

        Raises:
            LimitReached: the maximum number of errors is exceeded.

        """
        for block, following in pairwise(chain(blocks, (b"",))):
            if isinstance(block, bytes):
                self._data, self._stop = block, len(block)
                if isinstance(following, bytes):
                    self._data += following  # an object over several lines may end there
            elif self._of_rows(block) is not None:
                continue
            else:
                from dragoman.reading import parquet_input  # noqa: PLC0415 - not needed for JSONL

                self._data = parquet_input.json_lines(block, self.reader.name)
                self._stop = len(self._data)
            while self._position.byte < self._stop and self._left >= 0:
                self._next(alone=False)
            self._position.byte -= self._stop
            self._position.before += self._stop
            if self._left < 0 and self.reader.diagnostics.failed:
                return

    def _next(self, *, alone: bool = True) -> Annotations | None:
        """Read the next block; None if there are errors, or it is empty."""
        start = self._position.byte
        end = self._data.find(b"\n", start + arrow_json.BLOCK, self._stop) + 1
        single = alone and not start and not end
        end = end or self._stop
        if not single and (part := self._in_columns(self._data[start:end])) is not None:
            return part
        self._left -= end - start
        if self._left < 0 and self.reader.diagnostics.failed:
            what = (
                f"over {MAX_BY_LINE:,} bytes of it had to be read line by line; what is wrong after them is not said."
            )
            self.reader.diagnostics.add("E106", what, "Correct what is said, or split the file into shards.", line=0)
            self._position.byte = self._stop
            return None
        lines = self.reader.lines(self._data, self._position, end)
        if self.reader.diagnostics.failed:
            return None
        target = self.reader.target
        if not single and target.documents is not None:
            target = replace(target, documents=tuple(line.id for line in lines))
        try:
            rows = arrow_json.of_lines(lines)
            self._keep(rows)
            return columns.build(rows, target, beyond=True) if self._affords(rows) else None
        except (Fallback, pa.ArrowInvalid) as cause:
            # Every line is valid, but the whole does not fit: this must be a numbered problem, too.
            hint = "Split the file into shards; if that does not help, please report it with the file."
            self.reader.diagnostics.add("E210", f"the file does not fit into columns ({cause}).", hint, line=0)
            return None

    def _affords(self, rows: pa.Table) -> bool:
        """Whether the labels of a block fit into the budget; adds a problem if not."""
        try:
            self._budget.take(cost(rows), self.reader.diagnostics.file)
        except DragomanError as cause:
            self.reader.diagnostics.take(*cause.problems)
            return False
        return True

    def _in_columns(self, block: bytes) -> Annotations | None:
        """Read a block in columns, and advance the position; None if it must be read line by line."""
        rows = arrow_json.of_bytes(block)
        return None if rows is None or not rows.num_rows else self._of_rows(rows, len(block))

    def _of_rows(self, rows: pa.Table, size: int = 0) -> Annotations | None:
        """Convert rows to columns, and advance the position by their size in bytes; None if that needs their lines."""
        names = column_of(rows, "id", pa.string()).to_pylist()
        target, seen = self.reader.target, self.reader.seen
        if not seen.keys().isdisjoint(names) or not (target.documents is None or target.known.issuperset(names)):
            return None
        reading = in_columns(rows, target if target.documents is None else replace(target, documents=tuple(names)))
        if reading is None:
            return None
        seen |= zip(names, range(self._position.line + 1, self._position.line + 1 + len(names)), strict=True)
        self._position.byte += size
        self._position.line += len(names)
        if not self.reader.diagnostics.failed:
            self._keep(rows)
        return reading.annotations if self.reader.diagnostics.failed or self._affords(rows) else None


def read_lines(lines: list[Submission], target: Target) -> Annotations:
    """Convert lines that should be valid (gold, checked answers of a system) to columns.

    Raises:
        DragomanError: with every error, if they are not.

    """
    try:
        return columns.build(arrow_json.of_lines(lines), target)
    except Fallback:
        return line_by_line(json_text.lines(lines), target).checked()
