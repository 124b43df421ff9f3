"""Submissions in parquet: one document a row, columns as the fields of a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

from dragoman import files
from dragoman.problems import DragomanError, error
from dragoman.reading.arrow_rows import flat_of, integers_of, valid
from dragoman.reading.parquet_pages import DamagedError, extent
from dragoman.schema.arrow_types import arrow_schema
from dragoman.schema.submission import Submission

_BATCH = 1024
_VALUE = 8
"""Bytes that a value takes at least, whatever its page takes: an offset, or a place in a dictionary."""
MAX_RATIO = 1000
"""Most bytes that a byte of a file may stand for; gzip has much the same bound."""
ALLOWED = 2**26
"""Bytes that any file may unpack to, however small it is."""
_HINT = "Columns are the fields of a line of JSONL: dragoman schema submission."


def read(data: bytes, name: str) -> pa.Table:
    """Read the rows of a parquet file.

    Args:
        data: the file.
        name: how it is called in a problem.

    Raises:
        DragomanError: E102 a string that is not UTF-8, E106 too large when unpacked, E202 a column of another type or
            given twice, E203 an unknown column, E209 damaged.

    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - not needed for JSONL

    limit = min(files.MAX_FILE, max(ALLOWED, MAX_RATIO * len(data)))
    try:
        values, unpacked = extent(data)
        if max(unpacked, _VALUE * values) > limit:
            raise _too_large(limit, name)
        columns = pq.ParquetFile(pa.BufferReader(data)).schema
        strings = [column.path for column in map(columns.column, range(len(columns))) if _is_bytes(column)]
        # Strings stay in their dictionaries until it is known how long they are, each as often as it stands there.
        file = pq.ParquetFile(pa.BufferReader(data), read_dictionary=strings)
        batches, size = [], 0
        # Group by group: Arrow does not put the dictionaries of nested columns of two of them together.
        for batch in chain.from_iterable(file.iter_batches(_BATCH, [group]) for group in range(file.num_row_groups)):
            size += sum(map(_size, batch.columns))
            if size > limit:
                raise _too_large(limit, name)
            batches.append(batch)
        # Not before: in a damaged file the types are often wrong, too.
        wanted = pa.schema(_fields(file.schema_arrow, arrow_schema(Submission), "", name))
        table = pa.Table.from_batches(batches, file.schema_arrow).cast(wanted)
    except (pa.ArrowException, OSError, ValueError, DamagedError) as cause:
        raise error("E209", f"not a parquet file that can be read: {str(cause)[:300]}.", _HINT, file=name) from cause
    for field, column in zip(table.schema, table.columns, strict=True):
        for chunk in column.chunks:
            _check_strings(chunk, field.name, name)
    return table


def _too_large(limit: int, name: str) -> DragomanError:
    return error("E106", f"the file unpacks to over {limit:,} bytes.", "Split it into shards.", file=name)


def _is_bytes(column: Any) -> bool:
    return bool(column.physical_type == "BYTE_ARRAY")


def _size(array: pa.Array) -> int:
    """Bytes that an array takes once its strings are written out."""
    if pa.types.is_dictionary(array.type):
        if not len(array.dictionary):
            return _VALUE * len(array)
        text = array.dictionary
        width = np.int64 if pa.types.is_large_string(text.type) or pa.types.is_large_binary(text.type) else np.int32
        bounds = np.frombuffer(text.buffers()[1], width)[text.offset : text.offset + len(text) + 1]
        counts = np.bincount(integers_of(array.indices)[valid(array.indices)], minlength=len(text))
        return _VALUE * len(array) + int(counts @ np.diff(bounds.astype(np.int64)))
    if pa.types.is_struct(array.type):
        return sum(_size(array.field(at)) for at in range(array.type.num_fields))
    if _is_list(array.type):
        return _VALUE * len(array) + _size(flat_of(array) if pa.types.is_list(array.type) else array.flatten())
    return int(array.nbytes)


def _check_strings(array: pa.Array, path: str, name: str) -> None:
    """Refuse a string that is not UTF-8, on any level: Arrow takes any bytes for one."""
    if pa.types.is_struct(array.type):
        for at, field in enumerate(array.type):
            _check_strings(array.field(at), f"{path}.{field.name}", name)
    elif pa.types.is_list(array.type):
        _check_strings(flat_of(array), path, name)
    elif pa.types.is_string(array.type):
        try:
            array.validate(full=True)
        except pa.ArrowInvalid as cause:
            what = "there is a string that is not UTF-8."
            raise error("E102", what, "Write strings as UTF-8.", file=name, path=path) from cause


def _is_list(type_: pa.DataType) -> bool:
    return bool(pa.types.is_list(type_) or pa.types.is_large_list(type_) or pa.types.is_fixed_size_list(type_))


def _fields(given: Iterable[pa.Field], within: pa.Schema | pa.StructType, path: str, name: str) -> Iterator[pa.Field]:
    """Fields as the submission has them, with those parts that the file has."""
    seen: set[str] = set()
    for field in given:
        at = path + field.name[:80]
        index = within.get_field_index(field.name)
        if index < 0:
            raise error("E203", f"there is no field {field.name[:80]!r}.", _HINT, file=name, path=at)
        if field.name in seen:
            raise error("E202", f"the column {field.name!r} is there twice.", "Keep one.", file=name, path=at)
        seen.add(field.name)
        yield pa.field(field.name, _type(field.type, within.field(index).type, at, name))


def _type(given: pa.DataType, wanted: pa.DataType, path: str, name: str) -> pa.DataType:
    if pa.types.is_null(given):
        return wanted
    if pa.types.is_dictionary(given):
        given = given.value_type
    if _is_list(given) and pa.types.is_list(wanted):
        return pa.list_(_type(given.value_type, wanted.value_type, path, name))
    if pa.types.is_struct(given) and pa.types.is_struct(wanted):
        return pa.struct(list(_fields(given, wanted, f"{path}.", name)))
    text = pa.types.is_string(given) or pa.types.is_large_string(given)
    if (text and pa.types.is_string(wanted)) or (pa.types.is_integer(given) and pa.types.is_integer(wanted)):
        return wanted
    raise error("E202", f"expected `{wanted}`, got `{given}`.", _HINT, file=name, path=path)


def json_lines(table: pa.Table) -> bytes:
    """Write rows as JSONL, a field that is null left out: for the precise path, in which a line is a row."""
    from dragoman.formats.json_fields import without_nulls  # noqa: PLC0415 - only the precise path needs it

    return files.json_lines(map(without_nulls, table.to_pylist()))
