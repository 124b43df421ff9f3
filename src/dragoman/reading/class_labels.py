"""Class labels, which ``datasets`` stores as numbers, and their names.

Names form a tree parallel to the columns. They come from the ``Features`` of a ``Dataset``, from the metadata that
``datasets`` writes into a parquet file, or, for a single row of a release, from the record types.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.schema.labels import in_order, members, name_of
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.records import Document

if TYPE_CHECKING:
    import pyarrow as pa

Names = tuple[str, ...] | dict[str, Any] | list[Any] | None
"""Names by number for a class label; by field for a struct; one entry for all items of a list; None without names."""

_ROW = frozenset({"id", "page", "kind", "language", "text", "layers_annotated", *LAYER_NAMES})
"""Fields by which a row of a release's documents is recognised."""


def of_features(features: Any) -> Names:
    """Names in the features of ``datasets``, given as ``Features.to_dict()``."""
    if isinstance(features, list):
        return [of_features(features[0])] if features else None
    if not isinstance(features, Mapping):
        return None
    kind = features.get("_type")
    if kind == "ClassLabel":
        return tuple(features.get("names") or ())
    if isinstance(kind, str):
        inner = of_features(features.get("feature"))
        return [inner] if "feature" in features and inner is not None else None
    return {name: inner for name, one in features.items() if (inner := of_features(one)) is not None}


def of_schema(schema: pa.Schema) -> Names:
    """Names that ``datasets`` wrote into the metadata of a parquet file or of a table; None where it wrote none."""
    metadata = (schema.metadata or {}).get(b"huggingface")
    if metadata is None:
        return None
    try:
        return of_features(json.loads(metadata)["info"]["features"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None  # arbitrary metadata: the numbers are reported as wrong later


def decoded(value: Any, names: Names) -> Any:
    """Replace class labels by their names; a number without a name is unchanged, and -1 (no label) becomes None."""
    if names is None or value is None:
        return value
    if isinstance(names, tuple):
        if not isinstance(value, int) or isinstance(value, bool) or not -1 <= value < len(names):
            return value
        return None if value < 0 else names[value]
    if isinstance(names, dict):
        return {k: decoded(v, names.get(k)) for k, v in value.items()} if isinstance(value, Mapping) else value
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [decoded(inner, names[0]) for inner in value]
    return value


def named(array: pa.Array, names: Names) -> pa.Array:
    """Replace class labels in an Arrow array by their names; see :func:`decoded`.

    Raises:
        pyarrow.ArrowInvalid: a number has no name.

    """
    import pyarrow as pa  # noqa: PLC0415 - kept out of the import of the package

    if isinstance(names, tuple) and pa.types.is_integer(array.type):
        codes = [None if code is None or code < 0 else code for code in array.to_pylist()]
        return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(names, pa.string()))
    if isinstance(names, dict) and pa.types.is_struct(array.type):
        fields = [named(array.field(at), names.get(field.name)) for at, field in enumerate(array.type)]
        missing = pa.array([not valid for valid in array.is_valid().to_pylist()], pa.bool_())
        labels = [field.name for field in array.type]
        return pa.StructArray.from_arrays(fields, labels, mask=missing) if fields else array
    if isinstance(names, list) and (pa.types.is_list(array.type) or pa.types.is_large_list(array.type)):
        # By the lengths of the lists: a slice, or a null with items behind it, would shift the offsets.
        lengths = [None if length is None else int(length) for length in array.value_lengths().to_pylist()]
        offsets, at = [], 0
        for length in lengths:
            offsets.append(None if length is None else at)
            at += length or 0
        return pa.ListArray.from_arrays(pa.array([*offsets, at], pa.int32()), named(array.flatten(), names[0]))
    return array


@cache
def _of_documents() -> Names:
    return _of_type(msgspec.inspect.type_info(Document))


def _of_type(info: Any) -> Names:
    match info:
        case msgspec.inspect.Metadata():
            name = name_of(info.extra)
            return _of_type(info.type) if name is None else members(name)
        case msgspec.inspect.UnionType():
            return next((names for option in info.types if (names := _of_type(option)) is not None), None)
        case msgspec.inspect.LiteralType():
            return in_order(info.values)
        case msgspec.inspect.ListType():
            inner = _of_type(info.item_type)
            return None if inner is None else [inner]
        case msgspec.inspect.StructType():
            return {field.encode_name: names for field in info.fields if (names := _of_type(field.type)) is not None}
        case _:
            return None


def of_release(row: dict[str, Any]) -> dict[str, Any]:
    """Replace class labels by their names in a row of a release's documents that comes without features.

    Such a row is recognised by its fields and by numbers in ``kind`` and ``layers_annotated``; any other row is
    returned unchanged.
    """
    if not row.keys() >= _ROW or type(row["kind"]) is not int or not isinstance(row["layers_annotated"], list):
        return row
    if not all(type(layer) is int for layer in row["layers_annotated"]):
        return row
    names = _of_documents()
    assert isinstance(names, dict)
    for key, value in row.items():  # in place: the dictionary records repeated keys
        row[key] = decoded(value, names.get(key))
    return row
