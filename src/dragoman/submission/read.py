"""Read a submission: the fast path for good files, the precise path for all others.

Both give the same columns for the same file; what only the precise path understands (quotes, spans as objects, blank
lines) goes through the same columns afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.json as pj

from dragoman import files
from dragoman.problems import DragomanError, Problem
from dragoman.schema.arrow import arrow_schema
from dragoman.schema.columns import Annotations
from dragoman.schema.submission import Submission
from dragoman.submission import columns, jsonl, parquet, precise, quotes
from dragoman.submission.rows import Doubt
from dragoman.submission.target import Target

_SAMPLE = 2**16
_BLOCK = 2**23


@dataclass(frozen=True)
class Reading:
    """A submission that was read.

    Attributes:
        annotations: its labels as columns; None where there are errors.
        problems: errors and warnings, in the order of the file.
        tally: number of spans given by a quote, by what became of it: the keys are those of
            :data:`dragoman.submission.quotes.WAYS`, in that order, all of them.

    """

    annotations: Annotations | None
    problems: tuple[Problem, ...]
    tally: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(quotes.WAYS, 0))

    def checked(self) -> Annotations:
        """Return the labels, or raise.

        Raises:
            DragomanError: with every error.

        """
        if self.annotations is None:
            raise DragomanError(problem for problem in self.problems if problem.severity == "error")
        return self.annotations


@dataclass(frozen=True)
class Parsed:
    """A file that was read and parsed, which needs no target yet: two files can be parsed at the same time.

    Attributes:
        name: how the file is called in a problem; its path, if it was read from one.
        sha256: of the bytes.
        data: the bytes; None where they can be read again when they are needed.
        table: the rows in Arrow; None where the file needs a closer look, or cannot be read at all.
        problems: why it cannot be read at all.
        rows: whether the file has rows and no lines; a line in a problem is then a row.

    """

    name: str = ""
    sha256: str = ""
    data: bytes | None = None
    table: pa.Table | None = None
    problems: tuple[Problem, ...] = ()
    rows: bool = False


def parse_file(path: Path | str) -> Parsed:
    """Read and parse a JSONL file, plain or gzip, or a parquet file; nothing is raised for bad input."""
    try:
        parsed = parse_bytes(files.read_bytes(path), str(path))
    except DragomanError as cause:
        return Parsed(str(path), problems=cause.problems)
    # Where the rows are there the bytes are hardly needed again, and they are as large. A pipe cannot be read again.
    return replace(parsed, data=None) if parsed.table is not None and Path(path).is_file() else parsed


def parse_bytes(data: bytes, name: str = "") -> Parsed:
    """Parse the bytes of a JSONL or parquet file; nothing is raised for bad input."""
    try:
        if data[:4] == parquet.MAGIC:
            return Parsed(name, files.sha256(data), None, parquet.read(data, name), rows=True)
        files.check_text(data, name)
    except DragomanError as cause:
        return Parsed(name, problems=cause.problems)
    return Parsed(name, files.sha256(data), data, _arrow_table(data))


def read_parsed(parsed: Parsed, target: Target) -> Reading:
    """Check a parsed submission against a target.

    Nothing is raised for bad input: the problems are returned.
    """
    if parsed.problems:
        return Reading(None, parsed.problems)
    return in_columns(parsed.table, target) or _closely(parsed, target)


def _closely(parsed: Parsed, target: Target) -> Reading:
    if parsed.rows:
        return line_by_line(parquet.json_lines(parsed.table), target, parsed.name)
    try:
        data = files.read_bytes(parsed.name) if parsed.data is None else parsed.data
        files.check_text(data, parsed.name)
    except DragomanError as cause:  # it is another file by now
        return Reading(None, cause.problems)
    return line_by_line(data, target, parsed.name)


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


def in_columns(table: pa.Table | None, target: Target) -> Reading | None:
    """Turn rows into columns all at once, or return None if anything about them needs a closer look."""
    if table is None:
        return None
    try:
        return Reading(columns.build(table, target), ())
    except (Doubt, pa.ArrowInvalid):  # Arrow: more text in a column than it can hold
        return None


def line_by_line(data: bytes, target: Target, name: str = "") -> Reading:
    """Read a submission line by line and say everything that is wrong with it.

    Args:
        data: the file, checked by :func:`dragoman.files.check_text`.
        target: what it is read against.
        name: how the file is called in a problem.

    """
    found = precise.read(data, target, name)
    if any(problem.severity == "error" for problem in found.problems):
        return Reading(None, tuple(found.problems), found.tally)
    try:
        table = table_of(found.lines)
        annotations = columns.build(table, target, nowhere=True)
    except (Doubt, pa.ArrowInvalid) as cause:
        # Nothing was found wrong, and yet it does not fit: said with a number, too, whatever it is.
        mend = "Split the file into shards; if that does not help, please report it with the file."
        problem = Problem(code="E210", what=f"the file does not fit into columns ({cause}).", mend=mend, file=name)
        return Reading(None, (*found.problems, problem), found.tally)
    return Reading(annotations, tuple(found.problems), found.tally)


def read_lines(lines: list[Submission], target: Target) -> Annotations:
    """Turn submission lines that should be good (gold, a system's checked answers) into columns.

    Raises:
        DragomanError: with every error, if they are not.

    """
    try:
        return columns.build(table_of(lines), target)
    except Doubt:
        return line_by_line(files.json_lines(lines), target).checked()


def table_of(lines: list[Submission]) -> pa.Table:
    """Rows in Arrow from lines; by way of JSON, since Arrow's own way from Python values imports pandas."""
    table = _arrow_table(files.json_lines(lines))
    if table is None:  # a number that JSON's reader does not take
        return pa.Table.from_pylist([msgspec.to_builtins(line) for line in lines], schema=arrow_schema(Submission))
    return table


def _arrow_table(data: bytes) -> pa.Table | None:
    """Rows in Arrow straight from JSON, or None where pyarrow's reader takes offence.

    Only the fields that the beginning of the file mentions are asked for, since every column costs memory; when
    another turns up later, all are.
    """
    whole = arrow_schema(Submission)
    if jsonl.is_blank(data):
        return whole.empty_table()
    # Looked at beforehand: pyarrow takes several objects on a line, and one over several lines, for as many rows; and
    # it does not survive a file that begins with null.
    found = jsonl.layout(data)
    if not found.whole:
        return None
    for schema in (pa.schema(_mentioned(list(whole), data[:_SAMPLE])), whole):
        try:
            return _read_json(data, schema, found)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            continue
    return None


def _read_json(data: bytes, schema: pa.Schema, layout: jsonl.Layout) -> pa.Table | None:
    table = pj.read_json(
        pa.BufferReader(data),
        read_options=pj.ReadOptions(block_size=max(_BLOCK, layout.longest + 2)),
        parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error"),
    )
    return table if table.num_rows == layout.lines else None


def _mentioned(fields: list[pa.Field], sample: bytes) -> list[pa.Field]:
    kept = [field for field in fields if f'"{field.name}"'.encode() in sample]
    return [pa.field(field.name, _narrowed(field.type, sample)) for field in kept]


def _narrowed(type_: pa.DataType, sample: bytes) -> pa.DataType:
    if pa.types.is_struct(type_):
        return pa.struct(_mentioned(list(type_), sample))
    if pa.types.is_list(type_):
        return pa.list_(_narrowed(type_.value_type, sample))
    return type_
