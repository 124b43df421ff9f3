"""Arrow arrays as numpy arrays, casts and selections of rows, without :mod:`pyarrow.compute`.

On import that module generates a documented Python function for every Arrow function: a twentieth of the time of
scoring two large files. Array methods that call a compute function import it, so that buffers are read directly here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def integers_of(column: pa.Array) -> Ints:
    """Integers as a read-only numpy view, shape (n,); values at nulls are undefined.

    Arrow's own conversion to numpy imports pandas if that is installed.
    """
    if not len(column):
        return np.zeros(0, np.int64)
    memory = np.frombuffer(column.buffers()[1], np.int64 if column.type == pa.int64() else np.int32)
    return memory[column.offset : column.offset + len(column)].astype(np.int64, copy=False)


def valid(column: pa.Array) -> NDArray[np.bool_]:
    """Return which values are not null, shape (n,)."""
    if not column.null_count:
        return np.ones(len(column), bool)
    if column.null_count == len(column):
        return np.zeros(len(column), bool)
    bits = np.unpackbits(np.frombuffer(column.buffers()[0], np.uint8), bitorder="little")
    return bits[column.offset : column.offset + len(column)].astype(bool)


def flat_of(lists: pa.Array) -> pa.Array:
    """Items of all lists, flattened, without those behind a null."""
    if pa.types.is_null(lists.type):
        return pa.nulls(0)
    bounds = integers_of(lists.offsets)
    if lists.null_count and (np.diff(bounds)[~valid(lists)] != 0).any():
        return lists.flatten()  # a null with items behind it, which no Arrow reader produces
    return lists.values.slice(bounds[0], bounds[-1] - bounds[0]) if len(lists) else lists.values.slice(0, 0)


def bounds_of(strings: pa.Array) -> Ints:
    """Return where strings begin and end in their buffer, in bytes, shape (n + 1,)."""
    memory = np.frombuffer(strings.buffers()[1], np.int64 if pa.types.is_large_string(strings.type) else np.int32)
    return memory[strings.offset : strings.offset + len(strings) + 1].astype(np.int64, copy=False)


def take(array: pa.Array, index: Ints) -> pa.Array:
    """Select rows of an array of nulls, integers, strings, or lists and structs of these.

    Args:
        array: shape (n,).
        index: the rows, shape (k,), each from 0 to n - 1.

    Example:
        >>> take(pa.array([["a"], None, ["b", "c"]]), np.array([2, 1])).to_pylist()
        [['b', 'c'], None]

    """
    type_ = array.type
    if pa.types.is_null(type_):
        return pa.nulls(len(index))
    given = valid(array)[index] if array.null_count else None
    mask = None if given is None else pa.py_buffer(np.packbits(given, bitorder="little"))
    if pa.types.is_struct(type_):
        fields = [take(array.field(at), index) for at in range(type_.num_fields)]
        return pa.Array.from_buffers(type_, len(index), [mask], children=fields)
    if pa.types.is_integer(type_):
        return pa.Array.from_buffers(type_, len(index), [mask, pa.py_buffer(integers_of(array)[index])])
    bounds = integers_of(array.offsets) if pa.types.is_list(type_) else bounds_of(array)
    lengths = np.diff(bounds)[index]
    if given is not None:
        lengths *= given
    ends = np.zeros(len(index) + 1, np.int64)
    np.cumsum(lengths, out=ends[1:])
    items = np.repeat(bounds[:-1][index] - ends[:-1], lengths)
    items += np.arange(len(items))
    offsets = pa.py_buffer(ends.astype(np.int32))
    if pa.types.is_list(type_):
        return pa.Array.from_buffers(type_, len(index), [mask, offsets], children=[take(array.values, items)])
    data = np.frombuffer(array.buffers()[2] or b"", np.uint8)[items]
    return pa.Array.from_buffers(type_, len(index), [mask, offsets, pa.py_buffer(data)])


def cast(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Cast the columns of a table, as its own method does.

    Raises:
        pyarrow.ArrowException: a value does not fit its type.

    """
    return pa.RecordBatchReader.from_batches(table.schema, table.to_batches()).cast(schema).read_all()
