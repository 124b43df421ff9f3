"""Read a submission: the fast path for good files, the precise path for all others.

Both give the same columns for the same file; what only the precise path understands (quotes, spans as objects, blank
lines) goes through the same columns afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.json as pj

from dragoman import files
from dragoman.problems import DragomanError, Problem
from dragoman.schema.arrow import arrow_schema
from dragoman.schema.columns import Annotations
from dragoman.schema.submission import Submission
from dragoman.submission import columns, jsonl, precise, quotes
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


def read_file(path: Path | str, target: Target) -> Reading:
    """Read a submission from a JSONL file, plain or gzip.

    Nothing is raised for bad input: the problems are returned.
    """
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
    return in_columns(data, target) or line_by_line(data, target, name)


def in_columns(data: bytes, target: Target) -> Reading | None:
    """Read a submission all at once, or return None if anything about it needs a closer look.

    Args:
        data: the file, checked by :func:`dragoman.files.check_text`.
        target: what it is read against.

    """
    table = _arrow_table(data)
    if table is None:
        return None
    try:
        return Reading(columns.build(table, target), ())
    except (Doubt, pa.ArrowInvalid):  # Arrow: more text in a column than it can hold
        return None


def line_by_line(data: bytes, target: Target, name: str = "") -> Reading:
    """Read a submission line by line and say everything that is wrong with it; for arguments see :func:`in_columns`."""
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
    """Rows in Arrow from lines in plain form."""
    return pa.Table.from_pylist([msgspec.to_builtins(line) for line in lines], schema=arrow_schema(Submission))


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
