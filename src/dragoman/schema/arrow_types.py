"""The records as Arrow types, derived from the schema: for reading JSON in columns and for writing a release."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import pyarrow as pa


@cache
def arrow_schema(record: type[msgspec.Struct]) -> pa.Schema:
    """Arrow schema of a record: integers int64, strings utf8, lists and structs nested, every field nullable.

    If a field has several forms (a span as a pair or as an object), the schema has the simplest: a string before a
    list, a list before an object.
    """
    import pyarrow as pa  # noqa: PLC0415 - kept out of the import of the package

    info = msgspec.inspect.type_info(record)
    assert isinstance(info, msgspec.inspect.StructType)
    return pa.schema([pa.field(field.encode_name, _arrow_type(field.type)) for field in info.fields])


def _arrow_type(info: Any) -> pa.DataType:  # noqa: PLR0911 - one return per case
    """Arrow type of one msgspec type."""
    import pyarrow as pa  # noqa: PLC0415

    match info:
        case msgspec.inspect.Metadata():
            return _arrow_type(info.type)
        case msgspec.inspect.UnionType():
            plain = [t for t in info.types if not isinstance(t, msgspec.inspect.NoneType)]
            order = (msgspec.inspect.StrType, msgspec.inspect.TupleType, msgspec.inspect.ListType, object)
            return _arrow_type(min(plain, key=lambda t: next(i for i, kind in enumerate(order) if isinstance(t, kind))))
        case msgspec.inspect.StrType() | msgspec.inspect.LiteralType():
            return pa.string()
        case msgspec.inspect.BoolType():
            return pa.bool_()
        case msgspec.inspect.IntType():
            return pa.int64()
        case msgspec.inspect.TupleType():
            return pa.list_(_arrow_type(info.item_types[0]))
        case msgspec.inspect.ListType():
            return pa.list_(_arrow_type(info.item_type))
        case msgspec.inspect.StructType():
            return pa.struct([pa.field(field.encode_name, _arrow_type(field.type)) for field in info.fields])
        case _:
            raise TypeError(f"no Arrow type for {info!r}")
