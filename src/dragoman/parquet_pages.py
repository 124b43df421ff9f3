"""Metadata of a parquet file, its footer and page headers: parsed before anything is decompressed.

A file of a thousand bytes can decompress to gigabytes, and pyarrow crashes the process on some damaged column metadata.
This parser trusts nothing and allocates no more than the size of the file.

Source: https://parquet.apache.org/docs/file-format/ and its parquet.thrift, in Thrift's compact protocol
(https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import chain
from typing import IO, TYPE_CHECKING, Any, NamedTuple, overload

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

MAGIC = b"PAR1"
MAX_FOOTER = 2**24
"""Maximum length of the footer, in bytes."""
MAX_COLUMNS = 1000
"""Maximum number of schema elements: columns and groups, nested ones included."""
MAX_PAGES = 2**18
"""Maximum number of pages in a file."""
BATCH = 1024
"""Rows that are decoded at a time."""
VALUE = 8
"""Lower bound for the memory of one decoded value, in bytes: an offset or a dictionary index."""
_BUFFER = 2**20
"""Bytes of a column that are read at a time if the file is not in memory."""
_WINDOW = 2**12
"""Bytes of a file on disk that are read at a time."""
_MAX_DEPTH = 16
# Field ids in the structures of parquet.thrift.
_SCHEMA, _ROWS, _GROUPS = 2, 3, 4
_CHUNKS, _CHUNK_METADATA = 1, 3
_VALUES, _FIRST_PAGE, _DICTIONARY = 5, 9, 11
_UNPACKED, _PACKED, _DATA_PAGE, _DATA_PAGE_2 = 2, 3, 5, 8
_ENCODINGS = {_DATA_PAGE: 2, _DATA_PAGE_2: 4}
_DELTA_BYTE_ARRAY = 7


class DamagedError(ValueError):
    """The file violates the format, or uses a feature that is not supported."""


class Extent(NamedTuple):
    """Size of a file's content.

    Attributes:
        values: number of values in all columns, nulls included, plus the number of rows.
        unpacked: uncompressed bytes of all pages; dictionary-encoded values count as indices.
        longest: uncompressed bytes of the longest page.

    """

    values: int
    unpacked: int
    longest: int


def is_parquet(path: Path) -> bool:
    """Tell whether a file has the magic bytes of parquet; False if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


class OnDisk:
    """The bytes of a file, read when they are looked at.

    Unlike with a memory map, a file that becomes shorter meanwhile does not end the process.

    Args:
        file: the file, open for reading.

    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._length = file.fileno(), os.fstat(file.fileno()).st_size
        self._first, self._window = 0, b""

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, at: int) -> int: ...

    @overload
    def __getitem__(self, at: slice) -> bytes: ...

    def __getitem__(self, at: int | slice) -> int | bytes:
        if isinstance(at, slice):
            start, stop, _ = at.indices(self._length)
            return os.pread(self._file, max(stop - start, 0), start)
        if not self._first <= at < self._first + len(self._window):
            if not 0 <= at < self._length:
                raise IndexError(at)
            self._first, self._window = at, os.pread(self._file, _WINDOW, at)
        return self._window[at - self._first]


def extent(data: bytes | OnDisk) -> Extent:
    """Count the values and bytes of a parquet file from its page headers.

    Raises:
        DamagedError: the file is damaged, or uses encryption or the encoding DELTA_BYTE_ARRAY (each string as a
            difference to the one before), whose decoded size is unbounded.

    """
    length = int.from_bytes(data[-8:-4], "little")
    start = len(data) - 8 - length
    if data[-4:] != MAGIC or start < len(MAGIC):
        raise DamagedError("its footer is missing")
    if length > MAX_FOOTER:
        raise DamagedError(f"its footer is over {MAX_FOOTER:,} bytes")
    footer, _ = _struct(data, start)
    schema, groups = _list(footer, _SCHEMA), _list(footer, _GROUPS)
    if not 0 < len(schema) <= MAX_COLUMNS:
        raise DamagedError(f"it has {len(schema):,} columns and groups of columns; the maximum is {MAX_COLUMNS:,}")
    values, unpacked, longest, pages = _number(footer, _ROWS), 0, 0, 0
    for group in groups:
        for chunk in _list(group, _CHUNKS):
            for page in _pages(data, _dict(chunk, _CHUNK_METADATA), start):
                values += page.values
                unpacked += page.unpacked
                longest = max(longest, page.unpacked)
                pages += 1
                if pages > MAX_PAGES:
                    raise DamagedError(f"it has over {MAX_PAGES:,} pages")
    return Extent(values, unpacked, longest)


def batches(source: bytes | Path, count: Callable[[int], None]) -> Iterator[pa.RecordBatch]:
    """Decode a file in batches of rows; strings stay dictionary-encoded.

    Args:
        source: the content or the path of the file; call :func:`extent` on it first.
        count: called with the size of each batch in bytes once its dictionaries are expanded, before they are; it
            raises if the size is too large.

    """
    import pyarrow as pa  # noqa: PLC0415 - importing the package must be fast
    import pyarrow.parquet as pq  # noqa: PLC0415

    content = pa.BufferReader(source) if isinstance(source, bytes) else pa.OSFile(str(source))
    schema = pq.ParquetFile(content).schema
    columns = [schema.column(at) for at in range(len(schema))]
    strings = [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]
    file = pq.ParquetFile(content, read_dictionary=strings, buffer_size=_BUFFER)
    # One row group at a time: Arrow does not unify dictionaries of nested columns across row groups.
    for batch in chain.from_iterable(file.iter_batches(BATCH, [group]) for group in range(file.num_row_groups)):
        count(sum(map(_size, batch.columns)))
        yield batch


def _size(array: pa.Array) -> int:
    """Return the bytes that an array takes once its dictionaries are expanded."""
    import numpy as np  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415

    from dragoman.arrow_buffers import bounds_of, flat_of, integers_of, valid  # noqa: PLC0415 - imports both

    if pa.types.is_dictionary(array.type):
        texts, given = array.dictionary, valid(array.indices)
        if not len(texts) or not given.any():
            return VALUE * len(array)
        lengths = np.diff(bounds_of(texts))
        # Clipped, since a damaged file may have any indices: they are reported when the strings are decoded.
        return VALUE * len(array) + int(lengths.take(integers_of(array.indices)[given], mode="clip").sum())
    if pa.types.is_struct(array.type):
        return sum(_size(array.field(at)) for at in range(array.type.num_fields))
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        return VALUE * len(array) + _size(flat_of(array))
    return int(array.nbytes)


def _pages(data: bytes | OnDisk, column: dict[int, Any], end: int) -> Iterator[Extent]:
    """Iterate over the pages of a column as a reader does: until they have as many values as its metadata declares."""
    at, wanted, seen = _number(column, _FIRST_PAGE), _number(column, _VALUES), 0
    if _DICTIONARY in column and 0 < _number(column, _DICTIONARY) < at:
        at = _number(column, _DICTIONARY)
    while seen < wanted:
        if not len(MAGIC) <= at < end:
            raise DamagedError("a column ends too early")
        header, at = _struct(data, at)
        values = 0
        for kind, encoding in _ENCODINGS.items():
            if kind in header:
                page = _dict(header, kind)
                values += _number(page, 1)
                if page.get(encoding) == _DELTA_BYTE_ARRAY:
                    raise DamagedError("the encoding DELTA_BYTE_ARRAY is not supported; use PLAIN or a dictionary")
        yield Extent(values, unpacked := _number(header, _UNPACKED), unpacked)
        seen += values
        at += _number(header, _PACKED)


def _number(struct: dict[int, Any], key: int) -> int:
    value = struct.get(key)
    if type(value) is not int or value < 0:
        raise DamagedError("a number is missing in its metadata")
    return value


def _list(struct: dict[int, Any], key: int) -> list[dict[int, Any]]:
    value = struct.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise DamagedError("a list is missing in its metadata")
    return value


def _dict(struct: dict[int, Any], key: int) -> dict[int, Any]:
    value = struct.get(key)
    if not isinstance(value, dict):
        raise DamagedError("the metadata of a column are missing")
    return value


def _varint(data: bytes | OnDisk, at: int) -> tuple[int, int]:
    value = shift = 0
    while shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
    raise DamagedError("a number in its metadata is too long")


def _integer(data: bytes | OnDisk, at: int) -> tuple[int, int]:
    """Read a zigzag integer: 0, -1, 1, -2 … are encoded as 0, 1, 2, 3 …."""
    value, at = _varint(data, at)
    return (value >> 1) ^ -(value & 1), at


def _struct(data: bytes | OnDisk, at: int, depth: int = 0) -> tuple[dict[int, Any], int]:
    """Read a structure; return its fields by id, and the offset after it. Strings are skipped."""
    fields: dict[int, Any] = {}
    number = 0
    try:
        while (head := data[at]) != 0:
            at += 1
            if head >> 4:
                number += head >> 4
            else:
                number, at = _integer(data, at)
            fields[number], at = (head & 15 == 1, at) if head & 15 in (1, 2) else _value(data, at, head & 15, depth)
    except IndexError as cause:
        raise DamagedError("it ends too early") from cause
    return fields, at + 1


def _value(data: bytes | OnDisk, at: int, kind: int, depth: int) -> tuple[Any, int]:
    """Read a value of a type of the compact protocol; return it and the offset after it."""
    match kind:
        case 1 | 2 | 3:  # in a list, a boolean is one byte
            return data[at], at + 1
        case 4 | 5 | 6:
            return _integer(data, at)
        case 7:
            return None, at + 8
        case 8:
            length, at = _varint(data, at)
            return None, at + length
        case 9 | 10 if depth < _MAX_DEPTH:
            count, inner = data[at] >> 4, data[at] & 15
            count, at = _varint(data, at + 1) if count == 15 else (count, at + 1)
            items = []
            for _ in range(count):
                item, at = _value(data, at, inner, depth + 1)
                items.append(item)
            return items, at
        case 12 if depth < _MAX_DEPTH:
            return _struct(data, at, depth + 1)
    raise DamagedError("its metadata are invalid")
