"""Read a submission: the fast path for good files, the precise path for all others."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.json as pj

from dragoman import files
from dragoman.problems import DragomanError, Problem
from dragoman.schema.arrow import arrow_schema
from dragoman.schema.columns import Annotations
from dragoman.schema.submission import Submission
from dragoman.submission import columns, precise
from dragoman.submission.target import Target

_SAMPLE = 2**16
_BLOCK = 2**23


@dataclass(frozen=True)
class Reading:
    """A submission that was read.

    Attributes:
        annotations: its labels as columns; None where there are errors.
        problems: errors and warnings, in the order of the file.

    """

    annotations: Annotations | None
    problems: tuple[Problem, ...]

    def checked(self) -> Annotations:
        """Return the labels, or raise.

        Raises:
            DragomanError: with every error.

        """
        if self.annotations is None:
            raise DragomanError(problem for problem in self.problems if problem.severity == "error")
        return self.annotations


def read_file(path: Path | str, target: Target) -> Reading:
    """Read a submission from a JSONL file, plain or gzip."""
    try:
        data = files.read_bytes(path)
    except DragomanError as cause:
        return Reading(None, cause.problems)
    return read_bytes(data, target, str(path))


def read_bytes(data: bytes, target: Target, name: str = "") -> Reading:
    """Read a submission from the bytes of a JSONL file.

    Nothing is raised for bad input: the problems are returned.
    """
    try:
        files.check_text(data, name)
    except DragomanError as cause:
        return Reading(None, cause.problems)
    table = _arrow_table(data)
    if table is not None:
        try:
            return Reading(columns.build(table, target), ())
        except columns.Doubt:
            pass
    lines, problems = precise.read(data, target, name)
    if any(problem.severity == "error" for problem in problems):
        return Reading(None, tuple(problems))
    return Reading(columns.build(table_of(lines), target), tuple(problems))


def read_lines(lines: list[Submission], target: Target) -> Annotations:
    """Turn submission lines that are known to be good (gold, a system's checked answers) into columns."""
    return columns.build(table_of(lines), target)


def table_of(lines: list[Submission]) -> pa.Table:
    """Rows in Arrow from lines in plain form."""
    return pa.Table.from_pylist([msgspec.to_builtins(line) for line in lines], schema=arrow_schema(Submission))


def _arrow_table(data: bytes) -> pa.Table | None:
    """Rows in Arrow straight from JSON, or None where pyarrow's reader takes offence.

    Only the fields that the beginning of the file mentions are asked for, since every column costs memory; when
    another turns up later, all are.
    """
    if not data.strip():
        return arrow_schema(Submission).empty_table()
    whole = arrow_schema(Submission)
    sample = data[:_SAMPLE]
    for schema in (pa.schema(_mentioned(list(whole), sample)), whole):
        try:
            return _read_json(data, schema)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            continue
    return None


def _read_json(data: bytes, schema: pa.Schema) -> pa.Table | None:
    longest = _BLOCK if len(data) <= _BLOCK else max(_BLOCK, max(map(len, data.split(b"\n"))) + 1)
    table = pj.read_json(
        io.BytesIO(data),
        read_options=pj.ReadOptions(block_size=longest),
        parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error"),
    )
    # Several objects on a line, or one over several lines, are not JSONL, though pyarrow takes them.
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    return table if table.num_rows == lines else None


def _mentioned(fields: list[pa.Field], sample: bytes) -> list[pa.Field]:
    kept = [field for field in fields if f'"{field.name}"'.encode() in sample]
    return [pa.field(field.name, _narrowed(field.type, sample)) for field in kept]


def _narrowed(type_: pa.DataType, sample: bytes) -> pa.DataType:
    if pa.types.is_struct(type_):
        return pa.struct(_mentioned(list(type_), sample))
    if pa.types.is_list(type_):
        return pa.list_(_narrowed(type_.value_type, sample))
    return type_
