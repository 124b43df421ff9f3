"""Check the labels of otherwise valid records against the benchmark's label sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from dragoman.problems import Diagnostics, shown
from dragoman.schema.labels import LabelSets, members
from dragoman.schema.shape import fields, label_set, step

_Tree = str | dict[str, Any] | list[Any] | None
"""Name of a label set; else a tree by field, or for the items of a list; None if it has no such label."""


class Unknown(NamedTuple):
    """A label that is not in its set.

    Attributes:
        path: its path in the record.

        label: the label.
        known: the labels of the set.

    """

    path: str
    label: str
    known: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.path}: there is no label {shown(self.label)}"


def unknown(value: Mapping[str, Any], record: type[msgspec.Struct], own: LabelSets | None = None) -> Iterator[Unknown]:
    """Yield the labels that are not in their sets.

    Args:
        value: a record as plain values.
        record: its type.
        own: the benchmark's own label sets.

    """
    return _below(value, _tree(record), "", own)


def checked(value: dict[str, Any], record: type[msgspec.Struct], own: LabelSets | None = None) -> dict[str, Any]:
    """Return a value unchanged, if all of its labels are in their sets.

    Raises:
        ValueError: for the first label that is not.

    """
    for found in unknown(value, record, own):
        raise ValueError(str(found))
    return value


def report(record: msgspec.Struct, own: LabelSets | None, diagnostics: Diagnostics, where: str = "") -> None:
    """Report every label of a record that is not in its set (E501)."""
    for path, label, known in unknown(msgspec.to_builtins(record), type(record), own):
        at = f"{where}.{path}" if where else path
        hint = diagnostics.suggest(label, list(known), "Declare it in corpus/benchmark.toml, or use one that is there.")
        diagnostics.add("E501", f"there is no label {shown(label)}.", hint, path=at)


@cache
def _tree(record: type[msgspec.Struct]) -> _Tree:
    return _of_struct(fields(record))


def _of_struct(info: inspect.StructType) -> _Tree:
    made = {field.encode_name: below for field in info.fields if (below := _of(field.type)) is not None}
    return made or None


def _of(info: Any) -> _Tree:
    if (name := label_set(info)) is not None:
        return name
    match info:
        case inspect.Metadata():
            return _of(info.type)
        case inspect.UnionType():
            return next((below for option in info.types if (below := _of(option)) is not None), None)
        case inspect.ListType():
            below = _of(info.item_type)
            return None if below is None else [below]
        case inspect.StructType():
            return _of_struct(info)
        case _:
            return None


def _below(value: Any, tree: _Tree, path: str, own: LabelSets | None) -> Iterator[Unknown]:
    if isinstance(tree, str):
        if isinstance(value, str) and value not in (known := members(tree, own)):
            yield Unknown(path, value, known)
    elif isinstance(tree, dict) and isinstance(value, Mapping):
        for name, below in tree.items():
            yield from _below(value.get(name), below, step(path, name), own)
    elif isinstance(tree, list) and isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _below(inner, tree[0], f"{path}[{index}]", own)
