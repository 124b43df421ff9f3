"""The fast path of reading: lines of a submission as Arrow rows, for valid lines only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.json as pj

from dragoman import json_text, utf8
from dragoman.reading.fallback import Fallback
from dragoman.reading.jsonl import MAX_ITEMS, has_too_many
from dragoman.schema.arrow_types import arrow_schema
from dragoman.schema.submission import Submission

BLOCK = 2**21
"""Bytes that are parsed at once."""
_SCANNED = 2**18
"""Bytes that are searched for line ends at once: small enough for the CPU cache."""
_PIECE = 2**23
"""A block of at most this many bytes is parsed at once, so that its columns have one chunk."""
_SAMPLE = 2**16


class Layout(NamedTuple):
    """The line structure of a file.

    Attributes:
        lines: number of lines; the last one may lack its line feed.
        longest: bytes of the longest line, without its line feed.
        whole: whether each line begins with ``{`` and ends with ``}``, so that no object spans several lines. Inside
            a JSON object a ``}`` is never followed by a ``{``, nor can a line end inside a string. So if this is true
            and the file is a sequence of as many JSON objects as lines, each line holds exactly one.

    """

    lines: int
    longest: int
    whole: bool


def layout_of(data: bytes) -> Layout:
    """Find where the lines of a file begin and end; the file must not be empty."""
    content = np.frombuffer(data, np.uint8)
    pieces = [np.flatnonzero(content[at : at + _SCANNED] == ord("\n")) + at for at in range(0, len(content), _SCANNED)]
    feeds = np.concatenate(pieces)
    open_ended = not len(feeds) or feeds[-1] != len(data) - 1
    ends = np.append(feeds, len(data)) if open_ended else feeds
    starts = np.concatenate([[0], ends[:-1] + 1])
    last = ends - 1
    last = last - ((content[last] == ord("\r")) & (last > starts))
    whole = bool((content[starts] == ord("{")).all() and (content[last] == ord("}")).all())
    return Layout(len(ends), int((ends - starts).max()), whole)


def is_blank(data: bytes) -> bool:
    """Whether there is only white space, as JSON defines it."""
    return not data[:1].strip(b" \t\r\n") and not data.strip(b" \t\r\n")


def of_lines(lines: list[Submission]) -> pa.Table:
    """Rows from lines; by way of JSON, since Arrow's conversion from Python values imports pandas."""
    table = of_bytes(json_text.lines(lines))
    if table is None:  # a number that Arrow's JSON reader does not accept
        return pa.Table.from_pylist([msgspec.to_builtins(line) for line in lines], schema=arrow_schema(Submission))
    return table


def of_bytes(data: bytes) -> pa.Table | None:
    """Rows of a JSONL file; None if the precise path must read it."""
    return of_blocks(lambda: () if is_blank(data) else (data,))


def with_unknown_fields(data: bytes) -> pa.Table | None:
    """Rows of a JSONL file including unknown fields; None if these do not fit into columns.

    A field that has a number in one line and a string in another does not fit into a column.
    """
    if is_blank(data):
        return None
    try:
        return _of_block(data, arrow_schema(Submission), unknown="infer")
    except (Fallback, pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None


def of_blocks(
    blocks: Callable[[], Iterable[bytes]],
    take: Callable[[pa.Table], None] = lambda _: None,
    again: Callable[[], None] = lambda: None,
) -> pa.Table | None:
    """Rows of the blocks of a JSONL file; None if the precise path must read them.

    Only the fields that occur at the beginning of the file are parsed, since every column costs memory; if another one
    occurs later, all are.

    Args:
        blocks: returns the blocks, starting over with each call; none ends within a line.
        take: called with the rows of each block; raises if there are too many.
        again: called before each attempt.

    """
    for narrow in (True, False):
        again()
        try:
            tables = []
            for table in each(blocks(), narrow=narrow):
                take(table)
                tables.append(table)
        except Fallback:
            return None
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            continue
        return pa.concat_tables(tables) if tables else arrow_schema(Submission).empty_table()
    return None


def each(
    blocks: Iterable[bytes], *, narrow: bool = True, without: Callable[[pa.Table], pa.Table] | None = None
) -> Iterator[pa.Table]:
    """Rows of each block, all with the same columns: the fields in the first block, or all fields.

    Args:
        blocks: the blocks; none ends within a line.
        narrow: whether to parse only the fields that the first block mentions.
        without: removes unknown fields from rows; if None, unknown fields are not allowed.

    Raises:
        Fallback: the precise path must read the block.
        pyarrow.ArrowInvalid: a block does not fit the columns.

    """
    schema = whole = arrow_schema(Submission)
    for number, block in enumerate(blocks):
        if narrow and not number:
            schema = pa.schema(_mentioned(list(whole), block[:_SAMPLE]))
        rows = _of_block(block, schema, "error" if without is None else "infer")
        if without is not None:
            rows = without(rows)
            if rows.schema != schema:
                raise pa.ArrowInvalid("a block has fields that the first one does not mention")
        yield rows


def _of_block(block: bytes, schema: pa.Schema, unknown: str = "error") -> pa.Table:
    # Checked beforehand: pyarrow accepts several objects on a line and objects that span lines as rows, and crashes on
    # a file that begins with null. Without columns it forgets how many rows there are.
    layout = layout_of(block)
    if not layout.whole or not len(schema) or not _is_text(block, layout):
        raise Fallback("lines")
    if layout.longest > 2 * MAX_ITEMS and any(has_too_many(line) for line in block.split(b"\n")):
        raise Fallback("items")
    table = pj.read_json(
        pa.BufferReader(block),
        read_options=pj.ReadOptions(block_size=max(layout.longest + 2, min(len(block) + 2, _PIECE))),
        parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior=unknown),
    )
    if table.num_rows != layout.lines:
        raise Fallback("rows")
    return table


def _is_text(block: bytes, layout: Layout) -> bool:
    """Tell whether :func:`dragoman.utf8.check_text` accepts lines that begin with ``{``; holds no lock meanwhile."""
    if layout.longest > utf8.MAX_LINE or b"\0" in block:
        return False
    if block.isascii():
        return True
    bounds = pa.py_buffer(np.array([0, len(block)], np.int64))
    try:
        pa.Array.from_buffers(pa.large_string(), 1, [None, bounds, pa.py_buffer(block)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _mentioned(fields: list[pa.Field], sample: bytes) -> list[pa.Field]:
    mentioned = (field for field in fields if f'"{field.name}"'.encode() in sample)
    return [pa.field(field.name, _narrowed(field.type, sample)) for field in mentioned]


def _narrowed(type_: pa.DataType, sample: bytes) -> pa.DataType:
    if pa.types.is_struct(type_):
        return pa.struct(_mentioned(list(type_), sample))
    if pa.types.is_list(type_):
        return pa.list_(_narrowed(type_.value_type, sample))
    return type_
