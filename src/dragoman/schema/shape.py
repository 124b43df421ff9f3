"""Does a value from JSON have the shape of a record? Says everything that is wrong, not only the first thing.

Derived from the records by :mod:`msgspec.inspect`, so that the checks cannot differ from the schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

NAMES: dict[Any, str] = {
    inspect.StrType: "a string",
    inspect.IntType: "an integer",
    inspect.BoolType: "true or false",
    inspect.NoneType: "null",
    inspect.StructType: "an object",
    inspect.ListType: "a list",
    inspect.TupleType: "a pair [start, end]",
    inspect.LiteralType: "a label",
}


class Fault(NamedTuple):
    """Something wrong with a value: a problem's code, where it is, what is wrong and how to mend it."""

    code: str
    path: str
    what: str
    mend: str


class Repeats(dict[str, Any]):
    """A JSON object that remembers the keys that were written more than once."""

    repeated: tuple[str, ...] = ()

    @classmethod
    def from_pairs(cls, pairs: list[tuple[str, Any]]) -> Repeats:
        """For ``object_pairs_hook``."""
        made = cls(pairs)
        if len(made) < len(pairs):
            keys = [key for key, _ in pairs]
            made.repeated = tuple(sorted({key for key in keys if keys.count(key) > 1}))
        return made


@cache
def fields(record: type[msgspec.Struct]) -> inspect.StructType:
    """Shape of a record."""
    info = inspect.type_info(record)
    assert isinstance(info, inspect.StructType)
    return info


def faults(
    value: Any, record: type[msgspec.Struct], nearest: Callable[[str, list[str]], str | None]
) -> Iterator[Fault]:
    """Say all that is wrong with a value.

    Args:
        value: what ``json.loads`` gave, objects as :class:`Repeats`.
        record: the record that it should be.
        nearest: finds the most similar of some names, or None.

    """
    yield from _struct(value, fields(record), "", nearest)


def _struct(value: dict[str, Any], info: inspect.StructType, path: str, nearest: Any) -> Iterator[Fault]:
    known = {field.encode_name: field for field in info.fields}
    prefix = f"{path}." if path else ""
    for key in getattr(value, "repeated", ()):
        yield Fault("E205", prefix + key, f"the field {key!r} is given more than once.", "Keep one.")
    for key, inner in value.items():
        if key not in known:
            near = nearest(key, list(known))
            mend = f"Did you mean {near!r}?" if near else f"Known fields: {', '.join(known)}."
            yield Fault("E203", prefix + key, f"there is no field {key!r}.", mend)
        else:
            yield from _value(inner, known[key].type, prefix + key, nearest)
    for key, field in known.items():
        if field.required and key not in value:
            yield Fault("E204", prefix + key, f"the field {key!r} is missing.", "Every record needs it.")


def _value(value: Any, info: Any, path: str, nearest: Any) -> Iterator[Fault]:
    whole = _plain(info)
    options = [_plain(option) for option in whole.types] if isinstance(whole, inspect.UnionType) else [whole]
    chosen = next((option for option in options if _is(value, option)), None)
    if chosen is None:
        wanted = " or ".join(dict.fromkeys(NAMES[type(option)] for option in options))
        yield Fault("E202", path, f"expected {wanted}, found {_found(value)}.", "")
    elif isinstance(chosen, inspect.StructType):
        yield from _struct(value, chosen, path, nearest)
    elif isinstance(chosen, inspect.ListType | inspect.TupleType):
        yield from _items(value, chosen, path, nearest)
    else:
        yield from _constraints(value, chosen, path, nearest)


def _plain(info: Any) -> Any:
    return _plain(info.type) if isinstance(info, inspect.Metadata) else info


def _is(value: Any, info: Any) -> bool:
    kinds: dict[type, type | tuple[type, ...]] = {
        inspect.StrType: str,
        inspect.LiteralType: str,
        inspect.NoneType: type(None),
        inspect.StructType: dict,
        inspect.ListType: list,
        inspect.TupleType: list,
        inspect.BoolType: bool,
    }
    if isinstance(info, inspect.IntType):
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kinds[type(info)])


def _items(value: list[Any], info: Any, path: str, nearest: Any) -> Iterator[Fault]:
    if isinstance(info, inspect.TupleType):
        if len(value) != len(info.item_types):
            yield Fault("E202", path, f"expected a pair [start, end], found {len(value)} items.", "")
            return
        types = info.item_types
    else:
        types = (info.item_type,) * len(value)
        if info.min_length and len(value) < info.min_length:
            yield Fault("E202", path, "the list is empty.", f"At least {info.min_length} is needed.")
    for index, (inner, type_) in enumerate(zip(value, types, strict=True)):
        yield from _value(inner, type_, f"{path}[{index}]", nearest)


def _constraints(value: Any, info: Any, path: str, nearest: Any) -> Iterator[Fault]:
    if isinstance(info, inspect.LiteralType) and value not in info.values:
        near = nearest(value, list(info.values))
        mend = f"Did you mean {near!r}?" if near else f"Labels: {', '.join(map(str, info.values))}."
        yield Fault("E501", path, f"there is no label {value[:80]!r}.", mend)
    elif isinstance(info, inspect.IntType):
        low = info.ge if info.ge is not None else -(2**63)
        high = info.le if info.le is not None else 2**63 - 1
        if not low <= value <= high:
            yield Fault("E206", path, f"{str(value)[:40]} is out of range.", f"It must be from {low} to {high}.")
    elif isinstance(info, inspect.StrType):
        if any("\ud800" <= char <= "\udfff" for char in value):
            yield Fault("E201", path, "a lone surrogate is not a character.", "Write the character itself.")
        elif (info.min_length and len(value) < info.min_length) or (info.max_length and len(value) > info.max_length):
            yield Fault("E304", path, f"the text has {len(value)} characters.", "It is empty or too long.")
        elif info.pattern and not re.search(info.pattern, value):
            yield Fault("E304", path, f"{value[:80]!r} does not have the form {info.pattern}.", "")


def _found(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {str(value)[:40]}"
        case str():
            return f"the string {value[:40]!r}"
        case list():
            return f"a list of {len(value)}"
        case _:
            return "an object"
