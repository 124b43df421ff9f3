"""Rows of a submission in Arrow, level by level: structs flattened out of their lists, fields as numpy arrays.

See :mod:`dragoman.arrow_buffers` for why buffers are read directly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from dragoman.annotations import NULL, Coded
from dragoman.arrow_buffers import bounds_of, cast, flat_of, integers_of, valid
from dragoman.reading.fallback import Fallback
from dragoman.text.span_columns import StringColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Structs of one level, flattened, with the parent row of each.

    Attributes:
        table: the structs.
        parent: row of the level above, shape (n,).
        item: position in the parent's list, shape (n,).
        codes: memo of :meth:`strings`, by field.

    """

    table: pa.StructArray
    parent: Ints
    item: Ints
    codes: dict[str, Coded] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.parent)

    def field(self, name: str) -> pa.Array | None:
        """One field of all structs; None if it does not occur in the file."""
        index = self.table.type.get_field_index(name)
        return None if index < 0 else self.table.field(index)

    def strings(self, name: str) -> Coded:
        """One field, as codes; NULL where missing."""
        if name not in self.codes:
            column = self.field(name)
            self.codes[name] = Coded.null(len(self)) if column is None else coded(column)
        return self.codes[name]

    def has(self, name: str) -> bool:
        """Whether any struct has a non-null value of a field."""
        column = self.field(name)
        return column is not None and column.null_count < len(self)

    def given(self, name: str) -> NDArray[np.bool_]:
        """Which structs have a non-null value of a field, shape (n,)."""
        column = self.field(name)
        if column is None:
            return np.zeros(len(self), bool)
        return valid(column)

    def integers(self, name: str, missing: int | None = None) -> Ints:
        """One field as integers, shape (n,); a null raises :class:`Fallback` unless ``missing`` is given."""
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


def column_of(table: pa.Table, name: str, type_: pa.DataType) -> pa.Array:
    """One column of a table as a single chunk; nulls of a type if the table does not have it."""
    if name not in table.column_names:
        return pa.nulls(table.num_rows, type_)
    column = table.column(name)
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def ids_of(table: pa.Table) -> list[str | None]:
    """Document ids of the rows, in order; None where missing."""
    ids: list[str | None] = column_of(table, "id", pa.string()).to_pylist()
    return ids


def lengths_of(lists: pa.Array) -> Ints:
    """Length of each list, 0 for a null, shape (n,)."""
    if pa.types.is_null(lists.type):
        return np.zeros(len(lists), np.int64)
    lengths: Ints = np.diff(integers_of(lists.offsets)) * valid(lists)
    return lengths


def parents_of(lists: pa.Array) -> Ints:
    """Index of the list that each item of the flattened lists was in."""
    lengths = lengths_of(lists)
    return np.repeat(np.arange(len(lengths)), lengths)


def check_lists(array: pa.Array) -> None:
    """Raise :class:`Fallback` for a null inside a list, on any level."""
    if pa.types.is_list(array.type):
        flat = flat_of(array)
        if flat.null_count:
            raise Fallback("null in a list")
        check_lists(flat)
    elif pa.types.is_struct(array.type):
        for index in range(array.type.num_fields):
            check_lists(array.field(index))


def unnest(lists: pa.Array, parents: Ints | None = None) -> Rows:
    """Flatten lists of structs, each with the index of its list, or that list's entry in ``parents``."""
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


def string_column(column: pa.Array) -> StringColumn:
    """Strings without a copy: the buffers of an Arrow array."""
    _, offsets, data = column.buffers()
    if not len(column) or offsets is None:
        return StringColumn.of([None] * len(column))
    bounds = bounds_of(column)
    return StringColumn(memoryview(b"" if data is None else data), bounds[:-1], bounds[1:], valid(column))


_STRINGS = pa.schema([pa.field("", pa.dictionary(pa.int32(), pa.string()))])


def _dictionary(column: pa.Array) -> pa.DictionaryArray:
    """Dictionary-encode strings."""
    return cast(pa.table([column], names=[""]), _STRINGS).column(0).chunk(0)
