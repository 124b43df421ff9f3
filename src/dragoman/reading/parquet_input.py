"""Submissions in parquet: one document per row, columns as the fields of a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from dragoman import files, json_text
from dragoman.arrow_buffers import cast, flat_of
from dragoman.parquet_pages import BATCH, VALUE, DamagedError, Extent, OnDisk, batches, extent
from dragoman.problems import DragomanError, error
from dragoman.reading import class_labels
from dragoman.schema.arrow_types import arrow_schema
from dragoman.schema.submission import SpanObject, Submission

MAX_RATIO = 1000
"""Maximum decompression ratio, about the same as for gzip."""
ALLOWED = 2**26
"""Decompressed size in bytes that is allowed for any file, however small."""
MAX_AT_A_TIME = 2**28
"""Maximum decompressed size, in bytes, of a page or a batch of rows of a file that is read block by block."""
_PAIR = pa.list_(pa.int64())
_SPAN = arrow_schema(SpanObject)
_HINT = "Columns are the fields of a line of JSONL: dragoman schema submission."


class UnknownColumnError(DragomanError):
    """A file has columns that a submission does not have; ``table`` has the unchanged rows of the file."""

    def __init__(self, cause: DragomanError, table: pa.Table) -> None:
        super().__init__(cause.problems)
        self.table = table


def read(data: bytes, name: str, most: int = files.MAX_FILE) -> pa.Table:
    """Read the rows of a parquet file.

    Args:
        data: the file.
        name: name of the file in problems.
        most: maximum decompressed size in bytes, with dictionary-encoded strings expanded.

    Raises:
        DragomanError: E102 a string that is not UTF-8, E106 too large when decompressed, E202 a column of another type
            or given twice, E209 damaged.
        UnknownColumnError: E203, a column that a submission does not have.

    """
    with _readable(name):
        unpacked = list(batches(data, _Unpacked(extent(data), len(data), most, name).count))
        given = unpacked[0].schema if unpacked else _schema(data)
        table = _named(pa.Table.from_batches(unpacked, given))
        # Only after decoding: in a damaged file the types are often wrong, too.
        try:
            table = as_submission(table, name)
        except DragomanError as cause:
            if cause.problems[0].code != "E203":
                raise
            _check_columns(table, name)
            _check_names(table.schema, "", name)
            raise UnknownColumnError(cause, table) from cause
    _check_columns(table, name)
    return table


def blocks(path: Path, size: int) -> Iterator[pa.Table]:
    """Read the rows of a parquet file in blocks, with the same result as :func:`read`.

    Args:
        path: the file.
        size: approximate size of a block in memory, in bytes.

    Raises:
        DragomanError: as :func:`read`; E106 also for a page or a batch of rows of over 256 MiB.

    """
    name = str(path)
    with _readable(name), path.open("rb") as file:
        data = OnDisk(file)
        unpacked = _Unpacked(extent(data), len(data), files.MAX_FILE, name, MAX_AT_A_TIME)
        held: list[pa.Table] = []
        for batch in batches(path, unpacked.count):
            table = as_submission(_named(pa.Table.from_batches([batch])), name)
            _check_columns(table, name)
            held.append(table)
            if sum(each.nbytes for each in held) >= size:
                yield pa.concat_tables(held).combine_chunks()
                held = []
        if held:
            yield pa.concat_tables(held).combine_chunks()


def unpacked_size(data: bytes | OnDisk, name: str) -> int:
    """Return a lower bound for the decompressed size of a parquet file, in bytes, from its metadata.

    Raises:
        DragomanError: E209 damaged.

    """
    with _readable(name):
        there = extent(data)
    return max(there.unpacked, VALUE * there.values)


class _Unpacked:
    """Checks the decompressed size of a file against its limits.

    Args:
        there: extent of the file according to its metadata.
        size: size of the file in bytes.
        most: maximum decompressed size in bytes.
        name: name of the file in problems.
        at_a_time: maximum decompressed size of a page or a batch of rows, in bytes.

    Raises:
        DragomanError: E106.

    """

    def __init__(self, there: Extent, size: int, most: int, name: str, at_a_time: int = files.MAX_FILE) -> None:
        self._limit = min(most, files.MAX_FILE, max(ALLOWED, MAX_RATIO * size))
        self._at_a_time, self._name, self._size = at_a_time, name, 0
        self._check(max(there.unpacked, VALUE * there.values), self._limit)
        self._check(there.longest, at_a_time)

    def count(self, unpacked: int) -> None:
        """Add the decompressed size of a batch of rows."""
        self._size += unpacked
        self._check(self._size, self._limit)
        self._check(unpacked, self._at_a_time)

    def _check(self, size: int, limit: int) -> None:
        if size > limit:
            raise error(
                "E106", f"the file decompresses to over {limit:,} bytes.", "Split it into shards.", file=self._name
            )


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Convert errors of Arrow and of damaged files to problems.

    Raises:
        DragomanError: E209.

    """
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, DamagedError) as cause:
        raise error("E209", f"not a readable parquet file: {str(cause)[:300]}.", _HINT, file=name) from cause


def as_submission(table: pa.Table, name: str) -> pa.Table:
    """Cast columns to the types of a submission.

    Args:
        table: rows.
        name: name of the file in problems.

    Raises:
        DragomanError: E202 a column of another type or given twice, E203 one that a submission does not have.
        pyarrow.ArrowException: values do not fit.

    """
    return cast(table, pa.schema(_fields(table.schema, arrow_schema(Submission), "", name)))


def _check_columns(table: pa.Table, name: str) -> None:
    for field, column in zip(table.schema, table.columns, strict=True):
        for chunk in column.chunks:
            _check_strings(chunk, field.name, name)


def _schema(data: bytes) -> pa.Schema:
    """Return the columns of a file without rows."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - not needed for JSONL

    return pq.read_schema(pa.BufferReader(data))


def _named(table: pa.Table) -> pa.Table:
    """Replace class labels by their names, if ``datasets`` wrote the file and its metadata have them."""
    names = class_labels.of_schema(table.schema)
    if not isinstance(names, dict):
        return table
    columns = [
        pa.chunked_array([class_labels.named(chunk, names.get(name)) for chunk in column.chunks])
        if name in names and column.num_chunks
        else column
        for name, column in zip(table.column_names, table.columns, strict=True)
    ]
    return pa.Table.from_arrays(columns, table.column_names)


def _check_strings(array: pa.Array, path: str, name: str) -> None:
    """Raise E102 for a string that is not UTF-8, on any level: Arrow accepts any bytes."""
    if pa.types.is_struct(array.type):
        for at, field in enumerate(array.type):
            _check_strings(array.field(at), f"{path}.{field.name}", name)
    elif pa.types.is_list(array.type):
        _check_strings(flat_of(array), path, name)
    elif pa.types.is_string(array.type):
        try:
            array.validate(full=True)
        except pa.ArrowInvalid as cause:
            what = "a string is not valid UTF-8."
            raise error("E102", what, "Write strings as UTF-8.", file=name, path=path) from cause


def _twice(column: str, path: str, name: str) -> DragomanError:
    return error("E202", f"the column {column[:80]!r} occurs twice.", "Keep one.", file=name, path=path)


def _check_names(fields: Iterable[pa.Field], path: str, name: str) -> None:
    """Raise E202 for a column that occurs twice, on any level, in a file with unknown columns."""
    seen: set[str] = set()
    for field in fields:
        at = path + field.name[:80]
        if field.name in seen:
            raise _twice(field.name, at, name)
        seen.add(field.name)
        inner = field.type
        while _is_list(inner):
            inner = inner.value_type
        if pa.types.is_struct(inner):
            _check_names(inner, f"{at}.", name)


def _is_list(type_: pa.DataType) -> bool:
    return bool(pa.types.is_list(type_) or pa.types.is_large_list(type_) or pa.types.is_fixed_size_list(type_))


def _fields(given: Iterable[pa.Field], within: pa.Schema | pa.StructType, path: str, name: str) -> Iterator[pa.Field]:
    """Yield the fields of a file with the types of a submission, restricted to the subfields in the file."""
    seen: set[str] = set()
    for field in given:
        at = path + field.name[:80]
        index = within.get_field_index(field.name)
        if index < 0:
            raise error("E203", f"there is no field {field.name[:80]!r}.", _HINT, file=name, path=at)
        if field.name in seen:
            raise _twice(field.name, at, name)
        seen.add(field.name)
        yield pa.field(field.name, _type(field.type, within.field(index).type, at, name))


def _type(given: pa.DataType, wanted: pa.DataType, path: str, name: str) -> pa.DataType:
    if pa.types.is_null(given):
        return wanted
    if pa.types.is_dictionary(given):
        given = given.value_type
    if pa.types.is_struct(given) and wanted == _PAIR:  # a span as an object, as in the rows of a release
        return pa.struct(list(_fields(given, _SPAN, f"{path}.", name)))
    if _is_list(given) and pa.types.is_list(wanted):
        return pa.list_(_type(given.value_type, wanted.value_type, path, name))
    if pa.types.is_struct(given) and pa.types.is_struct(wanted):
        return pa.struct(list(_fields(given, wanted, f"{path}.", name)))
    text = pa.types.is_string(given) or pa.types.is_large_string(given)
    if (text and pa.types.is_string(wanted)) or (pa.types.is_integer(given) and pa.types.is_integer(wanted)):
        return wanted
    raise error("E202", f"expected `{wanted}`, got `{given}`.", _HINT, file=name, path=path)


def json_lines(table: pa.Table, name: str) -> bytes:
    """Write rows as JSONL without null fields, one line per row, for the precise path.

    Args:
        table: rows of any columns.
        name: name of the file in problems.

    Raises:
        DragomanError: E209 for values that JSON or Python cannot represent, such as a day in the year 30,000,000, and
            for strings that are not UTF-8.

    """
    from dragoman.formats.json_fields import without_nulls  # noqa: PLC0415 - only the precise path needs it

    try:
        batches_ = table.to_batches(max_chunksize=BATCH)  # bounds the number of Python objects at a time
        return b"".join(json_text.lines(map(without_nulls, batch.to_pylist())) for batch in batches_)
    except Exception as cause:  # libraries may raise anything on arbitrary values
        what = f"some values cannot be read: {str(cause)[:300]}."
        raise error("E209", what, _HINT, file=name) from cause
