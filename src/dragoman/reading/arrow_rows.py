"""Rows of a submission in Arrow, level by level: structs flattened out of their lists, fields as numpy arrays.

Nothing here imports :mod:`pyarrow.compute`, which makes a documented Python function of every function that there is:
that takes a twentieth of all the time of two large files. Methods of arrays that call a function of Arrow import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from dragoman.annotations import NULL, Coded
from dragoman.reading.fallback import Fallback

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Structs of one level, flattened, with the row that each belongs to.

    Attributes:
        table: the structs.
        parent: row of the level above, shape (n,).
        item: position in the parent's list, shape (n,).

    """

    table: pa.StructArray
    parent: Ints
    item: Ints

    def __len__(self) -> int:
        return len(self.parent)

    def field(self, name: str) -> pa.Array | None:
        """One field of all structs; None where the file never has it."""
        index = self.table.type.get_field_index(name)
        return None if index < 0 else self.table.field(index)

    def strings(self, name: str) -> Coded:
        """One field as codes."""
        column = self.field(name)
        return Coded.null(len(self)) if column is None else coded(column)

    def has(self, name: str) -> bool:
        """Whether any struct has a field with something other than null."""
        column = self.field(name)
        return column is not None and column.null_count < len(self)

    def given(self, name: str) -> NDArray[np.bool_]:
        """Which structs have a field, with something other than null."""
        column = self.field(name)
        if column is None:
            return np.zeros(len(self), bool)
        return valid(column)

    def integers(self, name: str, missing: int | None = None) -> Ints:
        """One field as integers; a null is a reason to fall back unless a stand-in is given."""
        column = self.field(name)
        if column is None or column.null_count:
            if missing is None:
                if len(self):
                    raise Fallback(f"{name} is missing")
                return np.zeros(0, np.int64)
            stand_in = np.full(len(self), missing, np.int64)
            given = self.given(name)
            if given.any():
                stand_in[given] = integers_of(column)[given]
            return stand_in
        return integers_of(column) if missing is None else integers_of(column).copy()


def integers_of(column: pa.Array) -> Ints:
    """Integers as numpy, shape (n,), not to be written to; what stands for a null is undefined.

    They are the memory itself: Arrow's own way to numpy imports pandas, wherever that is installed.
    """
    if not len(column):
        return np.zeros(0, np.int64)
    memory = np.frombuffer(column.buffers()[1], np.int64 if column.type == pa.int64() else np.int32)
    return memory[column.offset : column.offset + len(column)].astype(np.int64, copy=False)


def column_of(table: pa.Table, name: str, type_: pa.DataType) -> pa.Array:
    """One column of a table in one piece; nulls of a type if the table does not have it."""
    if name not in table.column_names:
        return pa.nulls(table.num_rows, type_)
    column = table.column(name)
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def valid(column: pa.Array) -> NDArray[np.bool_]:
    """Say which values are not null, shape (n,)."""
    if not column.null_count:
        return np.ones(len(column), bool)
    if column.null_count == len(column):
        return np.zeros(len(column), bool)
    # The bitmap itself: see integers_of.
    bits = np.unpackbits(np.frombuffer(column.buffers()[0], np.uint8), bitorder="little")
    return bits[column.offset : column.offset + len(column)].astype(bool)


def lengths_of(lists: pa.Array) -> Ints:
    """Length of each list, 0 for a null, shape (n,)."""
    if pa.types.is_null(lists.type):
        return np.zeros(len(lists), np.int64)
    lengths: Ints = np.diff(integers_of(lists.offsets)) * valid(lists)
    return lengths


def parents_of(lists: pa.Array) -> Ints:
    """List that each item of the flattened lists was in."""
    lengths = lengths_of(lists)
    return np.repeat(np.arange(len(lengths)), lengths)


def flat_of(lists: pa.Array) -> pa.Array:
    """Items out of their lists; those of a null are left out."""
    if pa.types.is_null(lists.type):
        return pa.nulls(0)
    bounds = integers_of(lists.offsets)
    if lists.null_count and (np.diff(bounds)[~valid(lists)] != 0).any():
        return lists.flatten()  # a null with items behind it, which no reader makes
    return lists.values.slice(bounds[0], bounds[-1] - bounds[0]) if len(lists) else lists.values.slice(0, 0)


def check_lists(array: pa.Array) -> None:
    """Refuse a list that has a null in it, on any level."""
    if pa.types.is_list(array.type):
        flat = flat_of(array)
        if flat.null_count:
            raise Fallback("null in a list")
        check_lists(flat)
    elif pa.types.is_struct(array.type):
        for index in range(array.type.num_fields):
            check_lists(array.field(index))


def unnest(lists: pa.Array, parents: Ints | None = None) -> Rows:
    """Structs out of their lists, with the list that each was in, or what stands for that list."""
    if isinstance(lists, pa.ChunkedArray):
        lists = lists.combine_chunks()
    lengths = lengths_of(lists)
    item = np.arange(int(lengths.sum()))
    item -= np.repeat(np.cumsum(lengths) - lengths, lengths)
    parents = np.arange(len(lengths)) if parents is None else parents
    return Rows(flat_of(lists), np.repeat(parents, lengths), item)


def coded(column: pa.Array) -> Coded:
    """Strings as codes."""
    if column.null_count == len(column):
        return Coded.null(len(column))
    encoded = _dictionary(column)
    labels = tuple(encoded.dictionary.to_pylist())
    codes = integers_of(encoded.indices).astype(np.int32)
    return Coded(np.where(valid(encoded.indices), codes, NULL) if encoded.indices.null_count else codes, labels)


_STRINGS = pa.schema([pa.field("", pa.dictionary(pa.int32(), pa.string()))])


def _dictionary(column: pa.Array) -> pa.DictionaryArray:
    """Strings as a dictionary, by a reader that casts: the one way that does not import pyarrow.compute."""
    batch = pa.record_batch([column], names=[""])
    return pa.RecordBatchReader.from_batches(batch.schema, [batch]).cast(_STRINGS).read_next_batch().column(0)
