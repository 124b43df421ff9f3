"""Rows of a submission in Arrow, level by level: structs flattened out of their lists, fields as numpy arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dragoman.schema.columns import NULL, Coded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class Doubt(Exception):  # noqa: N818 - not an error: a reason to look again
    """Something in the columns is not as it must be; the message is for whoever debugs the fast path."""


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
        return Coded(np.full(len(self), NULL, np.int32), ()) if column is None else coded(column)

    def given(self, name: str) -> NDArray[np.bool_]:
        """Which structs have a field, with something other than null."""
        column = self.field(name)
        if column is None:
            return np.zeros(len(self), bool)
        mask: NDArray[np.bool_] = column.is_valid().to_numpy(zero_copy_only=False)
        return mask

    def integers(self, name: str, missing: int | None = None) -> Ints:
        """One field as integers; a null is a doubt unless a stand-in is given."""
        column = self.field(name)
        if column is None or column.null_count:
            if missing is None:
                if len(self):
                    raise Doubt(f"{name} is missing")
                return np.zeros(0, np.int64)
            if column is None:
                return np.full(len(self), missing, np.int64)
            column = column.fill_null(missing)
        return integers_of(column)


def integers_of(column: pa.Array) -> Ints:
    """Integers as numpy, shape (n,); there must be no null."""
    values: Ints = column.to_numpy(zero_copy_only=False).astype(np.int64)
    return values


def column_of(table: pa.Table, name: str, type_: pa.DataType) -> pa.Array:
    """One column of a table in one piece; nulls of a type if the table does not have it."""
    if name not in table.column_names:
        return pa.nulls(table.num_rows, type_)
    column = table.column(name)
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def check_lists(array: pa.Array) -> None:
    """Refuse a list that has a null in it, on any level."""
    if pa.types.is_list(array.type):
        flat = array.flatten()
        if flat.null_count:
            raise Doubt("null in a list")
        check_lists(flat)
    elif pa.types.is_struct(array.type):
        for index in range(array.type.num_fields):
            check_lists(array.field(index))


def unnest(lists: pa.Array) -> Rows:
    """Structs out of their lists, with the list that each was in."""
    if isinstance(lists, pa.ChunkedArray):
        lists = lists.combine_chunks()
    flat = lists.flatten()
    parent = integers_of(pc.list_parent_indices(lists))
    first = np.searchsorted(parent, parent, side="left")
    return Rows(flat, parent, np.arange(len(parent)) - first)


def coded(column: pa.Array) -> Coded:
    """Strings as codes."""
    encoded = column.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    codes = encoded.indices.fill_null(NULL).to_numpy(zero_copy_only=False).astype(np.int32)
    return Coded(codes, tuple(encoded.dictionary.to_pylist()))
