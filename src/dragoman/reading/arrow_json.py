"""The lines of a submission as rows in Arrow, all at once: for good lines only; what else there is, others read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec
import pyarrow as pa
import pyarrow.json as pj

from dragoman import files
from dragoman.reading import jsonl
from dragoman.reading.fallback import Fallback
from dragoman.schema.arrow_types import arrow_schema
from dragoman.schema.submission import Submission

BLOCK = 2**21
"""Bytes that are parsed at a time."""
_PIECE = 2**23
"""A block of no more bytes is parsed in one piece, so that its columns are in one piece too."""
_SAMPLE = 2**16


def of_lines(lines: list[Submission]) -> pa.Table:
    """Rows from lines; by way of JSON, since Arrow's own way from Python values imports pandas."""
    table = of_bytes(files.json_lines(lines))
    if table is None:  # a number that JSON's reader does not take
        return pa.Table.from_pylist([msgspec.to_builtins(line) for line in lines], schema=arrow_schema(Submission))
    return table


def of_bytes(data: bytes) -> pa.Table | None:
    """Rows of a JSONL file; None where it needs a closer look."""
    return of_blocks(lambda: () if jsonl.is_blank(data) else (data,))


def of_blocks(blocks: Callable[[], Iterable[bytes]]) -> pa.Table | None:
    """Rows of the blocks of a JSONL file; None where anything about them needs a closer look.

    Only the fields that the beginning of the file mentions are asked for, since every column costs memory; when
    another turns up later, all are.

    Args:
        blocks: gives the blocks, from the first one on each time; none ends within a line.

    """
    for narrow in (True, False):
        try:
            tables = list(each(blocks(), narrow=narrow))
        except Fallback:
            return None
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            continue
        return pa.concat_tables(tables) if tables else arrow_schema(Submission).empty_table()
    return None


def each(blocks: Iterable[bytes], *, narrow: bool = True) -> Iterator[pa.Table]:
    """Rows of each block, all with the same columns: those that the first block mentions, or all that there are.

    Raises:
        Fallback: a block needs a closer look.
        pyarrow.ArrowInvalid: a block does not fit the columns.

    """
    schema = whole = arrow_schema(Submission)
    for number, block in enumerate(blocks):
        if narrow and not number:
            schema = pa.schema(_mentioned(list(whole), block[:_SAMPLE]))
        yield _of_block(block, schema)


def _of_block(block: bytes, schema: pa.Schema) -> pa.Table:
    # Looked at beforehand: pyarrow takes several objects on a line, and one over several lines, for as many rows; and
    # it does not survive a file that begins with null.
    layout = jsonl.layout(block)
    if not layout.whole or not len(schema) or not files.is_text(block):  # without columns Arrow forgets how many rows
        raise Fallback("lines")
    table = pj.read_json(
        pa.BufferReader(block),
        read_options=pj.ReadOptions(block_size=max(layout.longest + 2, min(len(block) + 2, _PIECE))),
        parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error"),
    )
    if table.num_rows != layout.lines:
        raise Fallback("rows")
    return table


def _mentioned(fields: list[pa.Field], sample: bytes) -> list[pa.Field]:
    kept = [field for field in fields if f'"{field.name}"'.encode() in sample]
    return [pa.field(field.name, _narrowed(field.type, sample)) for field in kept]


def _narrowed(type_: pa.DataType, sample: bytes) -> pa.DataType:
    if pa.types.is_struct(type_):
        return pa.struct(_mentioned(list(type_), sample))
    if pa.types.is_list(type_):
        return pa.list_(_narrowed(type_.value_type, sample))
    return type_
