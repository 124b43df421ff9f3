"""Submissions in parquet: one document a row, columns as the fields of a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from dragoman import files
from dragoman.parquet_pages import VALUE, DamagedError, batches, extent
from dragoman.problems import error
from dragoman.reading.arrow_rows import flat_of
from dragoman.schema.arrow_types import arrow_schema
from dragoman.schema.submission import Submission

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
    limit = min(files.MAX_FILE, max(ALLOWED, MAX_RATIO * len(data)))
    size = 0

    def count(unpacked: int) -> None:
        nonlocal size
        size += unpacked
        if size > limit:
            what = f"the file unpacks to over {limit:,} bytes."
            raise error("E106", what, "Split it into shards.", file=name)

    try:
        values, pages = extent(data)
        count(max(pages, VALUE * values))
        size = 0
        unpacked = list(batches(data, count))
        given = unpacked[0].schema if unpacked else _schema(data)
        # Not before: in a damaged file the types are often wrong, too.
        wanted = pa.schema(_fields(given, arrow_schema(Submission), "", name))
        table = pa.Table.from_batches(unpacked, given).cast(wanted)
    except (pa.ArrowException, OSError, ValueError, DamagedError) as cause:
        raise error("E209", f"not a parquet file that can be read: {str(cause)[:300]}.", _HINT, file=name) from cause
    for field, column in zip(table.schema, table.columns, strict=True):
        for chunk in column.chunks:
            _check_strings(chunk, field.name, name)
    return table


def _schema(data: bytes) -> pa.Schema:
    """Columns of a file without rows."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - not needed for JSONL

    return pq.read_schema(pa.BufferReader(data))


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
