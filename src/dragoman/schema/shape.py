"""Check whether a JSON value has the shape of a record, and report all faults, not only the first.

The checks are derived from the records by :mod:`msgspec.inspect`, so that they agree with the schema.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from dragoman.problems import MAX_SHOWN, shown
from dragoman.schema import labels

NO_CONTROL = r"^(?![\s\S]*[\x00-\x1f\x7f-\x9f])"
"""Pattern of a text without control characters, which are invisible in a terminal or act as separators."""

NAMES: dict[Any, str] = {
    inspect.StrType: "a string",
    inspect.IntType: "an integer",
    inspect.BoolType: "true or false",
    inspect.NoneType: "null",
    inspect.StructType: "an object",
    inspect.DictType: "an object",
    inspect.ListType: "a list",
    inspect.TupleType: "a pair [start, end]",
    inspect.LiteralType: "a label",
}


class Fault(NamedTuple):
    """A fault of a value: problem code, path, description, and a hint on how to correct it."""

    code: str
    path: str
    what: str
    hint: str


class Repeats(dict[str, Any]):
    """A JSON object that records repeated keys."""

    repeated: tuple[str, ...] = ()

    @classmethod
    def from_pairs(cls, pairs: list[tuple[str, Any]]) -> Repeats:
        """For ``object_pairs_hook``."""
        made = cls(pairs)
        if len(made) < len(pairs):
            counts = Counter(key for key, _ in pairs)
            made.repeated = tuple(sorted(key for key, count in counts.items() if count > 1))
        return made


class NoNumber:
    """Represents ``NaN``, ``Infinity`` or ``-Infinity``, which are common but not valid JSON."""

    def __init__(self, word: str) -> None:
        self.word = word


def step(path: str, key: str) -> str:
    """Path of a field of the object at ``path``; a key that is not an identifier is quoted."""
    if len(key) > MAX_SHOWN or not key.isidentifier():
        return f"{path}[{shown(key)}]"
    return f"{path}.{key}" if path else key


@cache
def fields(record: type[msgspec.Struct]) -> inspect.StructType:
    """Return the msgspec description of a record."""
    info = inspect.type_info(record)
    assert isinstance(info, inspect.StructType)
    return info


class _Field(NamedTuple):
    """A field of a record."""

    shape: _Shape
    required: bool


class _Shape:
    """The allowed types of a field or of the items of a list, computed once per record.

    Attributes:
        options: the allowed types.
        label_set: name of its label set, if a benchmark may redefine that.
        wanted: the allowed types in words: ``an integer or null``.

    """

    def __init__(self, info: Any) -> None:
        whole = _plain(info)
        written = whole.types if isinstance(whole, inspect.UnionType) else [info]
        self.options = [_plain(one) for one in written]
        self.label_set = next((name for one in written if (name := label_set(one)) is not None), None)
        kinds = (
            "a label" if self.label_set and isinstance(option, inspect.StrType) else NAMES[type(option)]
            for option in self.options
        )
        self.wanted = " or ".join(dict.fromkeys(kinds))

    @cached_property
    def types(self) -> set[type]:
        """Classes of the allowed types."""
        return {type(option) for option in self.options}

    @cached_property
    def items(self) -> tuple[_Shape, ...]:
        """Shape of the items of a list (one shape), or of each item of a pair; only one of the options is a list."""
        (info,) = (option for option in self.options if isinstance(option, inspect.ListType | inspect.TupleType))
        return tuple(map(_Shape, info.item_types if isinstance(info, inspect.TupleType) else (info.item_type,)))

    @cached_property
    def table(self) -> tuple[_Shape, _Shape]:
        """Shapes of keys and values of a dictionary."""
        (info,) = (option for option in self.options if isinstance(option, inspect.DictType))
        return _Shape(info.key_type), _Shape(info.value_type)


@cache
def _fields(record: type) -> dict[str, _Field]:
    """Fields of a record by their JSON names."""
    return {field.encode_name: _Field(_Shape(field.type), field.required) for field in fields(record).fields}


def label_set(info: Any) -> str | None:
    """Return the name of the redefinable label set of a type, or None."""
    return labels.name_of(info.extra) if isinstance(info, inspect.Metadata) else None


def _plain(info: Any) -> Any:
    return _plain(info.type) if isinstance(info, inspect.Metadata) else info


class _Look(NamedTuple):
    """Context of a check: a function for the most similar name, a counter of unknown fields, and own label sets."""

    nearest: Callable[[str, list[str]], str | None]
    unknown: Counter[str] | None
    own: labels.LabelSets | None


def faults(
    value: dict[str, Any],
    record: type[msgspec.Struct],
    nearest: Callable[[str, list[str]], str | None],
    unknown: Counter[str] | None = None,
    own: labels.LabelSets | None = None,
) -> Iterator[Fault]:
    """Yield all faults in the shape of an object, in the order of its keys.

    A value without faults can be converted to the record by :func:`msgspec.convert`.

    Args:
        value: result of ``json.loads``: objects as :class:`Repeats`, ``NaN`` and infinities as :class:`NoNumber`.
        record: the expected record type.
        nearest: returns the most similar of some names, or None.
        unknown: if given, unknown fields are no faults: they are removed from the value, and counted here by path
            without indices (``entities.confidence``).
        own: the benchmark's own label sets.

    Yields:
        Faults with codes E201 (a lone surrogate, ``NaN``), E202, E203, E204, E205, E206, E304 and E501.

    """
    yield from _struct(value, record, "", _Look(nearest, unknown, own))


def _struct(value: dict[str, Any], record: type, path: str, look: _Look) -> Iterator[Fault]:
    known = _fields(record)
    for key in getattr(value, "repeated", ()):
        yield Fault("E205", step(path, key), f"the field {shown(key)} is given more than once.", "Keep one.")
    for key, inner in value.items():
        if key not in known and look.unknown is not None:
            if inner is not None:
                look.unknown[_POSITION.sub("", step(path, key))] += 1
        elif key not in known:
            near = _meant(key, list(known), look)
            hint = f"Did you mean {near!r}?" if near else f"Known fields: {', '.join(known)}."
            yield Fault("E203", step(path, key), f"there is no field {shown(key)}.", hint)
        else:
            yield from _value(inner, known[key].shape, step(path, key), look)
    if look.unknown is not None:
        for key in value.keys() - known.keys():
            del value[key]
    for key, field in known.items():
        if field.required and key not in value:
            yield Fault("E204", step(path, key), f"the field {key!r} is missing.", f"Add it: {field.shape.wanted}.")


_POSITION = re.compile(r"\[[0-9]+\]")
_ELSEWHERE = {
    "type": ("label", "tag", "category", "class", "entity", "entity_type", "entity_group", "ner_type", "labels"),
    "start": ("begin", "from", "offset", "start_char", "start_offset", "char_start", "beginoffset"),
    "end": ("stop", "to", "end_char", "end_offset", "char_end", "endoffset"),
    "text": ("surface", "word", "string", "span", "body", "content"),
    "quote": ("quotation", "phrase", "words", "exact"),
    "occurrence": ("nth", "index", "which", "instance"),
    "value": ("val", "timex_value", "normalized", "normalised", "resolved"),
    "id": ("doc_id", "docid", "document_id", "doc", "document", "key", "guid", "uid"),
    "entities": ("ents", "spans", "mentions", "ner", "annotations", "named_entities", "labels", "label"),
    "dates": ("timexes", "timex", "times", "temporal", "date"),
    "claims": ("attributions", "statements", "claim", "quotes", "quotations"),
    "claimants": ("speaker", "speakers", "source", "sources", "claimant", "holder"),
    "entity_ids": ("kb_id", "wikidata", "qid", "entity_id", "link", "links"),
    "language": ("lang", "locale"),
}
"""Names of fields in other tools and models, by field."""


def _meant(key: str, known: list[str], look: _Look) -> str | None:
    """Return the field that was probably meant: by names in other tools, else the most similar one."""
    return called_elsewhere(key, known) or look.nearest(key, known)


def called_elsewhere(key: str, known: Iterable[str] | None = None) -> str | None:
    """Return the field that has this name in other tools and models, among ``known`` or all fields, or None."""
    among = _ELSEWHERE.keys() if known is None else set(known)
    return next((name for name, others in _ELSEWHERE.items() if name in among and key.lower() in others), None)


def _value(value: Any, shape: _Shape, path: str, look: _Look) -> Iterator[Fault]:
    if isinstance(value, NoNumber):
        yield Fault("E201", path, f"{value.word} is not a JSON number.", f"Write {shape.wanted}.")
        return
    chosen = next((option for option in shape.options if _is(value, option)), None)
    if chosen is None:
        yield Fault("E202", path, f"expected {shape.wanted}, found {_described(value)}.", _hint(value, shape))
    elif isinstance(chosen, inspect.StructType):
        yield from _struct(value, chosen.cls, path, look)
    elif isinstance(chosen, inspect.ListType | inspect.TupleType):
        yield from _items(value, chosen, shape.items, path, look)
    elif isinstance(chosen, inspect.DictType):
        yield from _table(value, *shape.table, path, look)
    elif shape.label_set is not None and isinstance(chosen, inspect.StrType):
        yield from _label(value, labels.members(shape.label_set, look.own), path, look)
    else:
        yield from _constraints(value, chosen, path, look)


def _hint(value: Any, shape: _Shape) -> str:
    """Return a hint for a value of the wrong type."""
    wanted = shape.types
    if isinstance(value, float) and value.is_integer() and inspect.IntType in wanted:
        return f"Write {int(value)}, without point or exponent." if abs(value) < 2**53 else "Write an integer."
    if isinstance(value, str) and inspect.IntType in wanted:
        return "Write the number without quotation marks."
    if isinstance(value, bool | int | float) and wanted & {inspect.StrType, inspect.LiteralType}:
        return "Write it in quotation marks."
    if value is None and inspect.NoneType not in wanted:
        return "Give it, or leave the whole item out."
    if inspect.ListType in wanted and not isinstance(value, list):
        return "Write a list, of one item if need be."
    return f"Write {shape.wanted}."


_KINDS: dict[type, type] = {
    inspect.StrType: str,
    inspect.LiteralType: str,
    inspect.NoneType: type(None),
    inspect.StructType: dict,
    inspect.DictType: dict,
    inspect.ListType: list,
    inspect.TupleType: list,
    inspect.BoolType: bool,
    inspect.IntType: int,
}


def _is(value: Any, info: Any) -> bool:
    kind = _KINDS[type(info)]
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def _items(value: list[Any], info: Any, shapes: tuple[_Shape, ...], path: str, look: _Look) -> Iterator[Fault]:
    if isinstance(info, inspect.TupleType):
        if len(value) != len(shapes):
            what = f"expected a pair [start, end], found a list of {len(value)}."
            yield Fault("E202", path, what, "Write two integers, as in [120, 160].")
            return
    else:
        shapes *= len(value)
        if info.min_length and len(value) < info.min_length:
            yield Fault("E202", path, "the list is empty.", f"At least {info.min_length} item is needed.")
    for index, (inner, shape) in enumerate(zip(value, shapes, strict=True)):
        yield from _value(inner, shape, f"{path}[{index}]", look)


def _table(value: dict[str, Any], keys: _Shape, values: _Shape, path: str, look: _Look) -> Iterator[Fault]:
    for key in getattr(value, "repeated", ()):
        yield Fault("E205", step(path, key), f"the field {shown(key)} is given more than once.", "Keep one.")
    for key, inner in value.items():
        yield from _value(key, keys, step(path, key), look)
        yield from _value(inner, values, step(path, key), look)


def _constraints(value: Any, info: Any, path: str, look: _Look) -> Iterator[Fault]:
    if isinstance(info, inspect.LiteralType):
        yield from _label(value, tuple(map(str, info.values)), path, look)
    elif isinstance(info, inspect.IntType):
        low = info.ge if info.ge is not None else -(2**63)
        high = info.le if info.le is not None else 2**63 - 1
        if not low <= value <= high:
            # Formatting a number of thousands of digits is slow, and useless.
            size = str(value) if abs(value) < 10**20 else "the number"
            yield Fault("E206", path, f"{size} is out of range.", f"It must be from {low} to {high}.")
    elif isinstance(info, inspect.StrType):
        yield from _text(value, info, path)


def _label(value: str, known: tuple[str, ...], path: str, look: _Look) -> Iterator[Fault]:
    if value not in known:
        near = look.nearest(value, list(known))
        hint = f"Did you mean {near!r}?" if near else f"Labels: {', '.join(known)}."
        yield Fault("E501", path, f"there is no label {shown(value)}.", hint)


_SURROGATE = re.compile(r"[\ud800-\udfff]")


def _text(value: str, info: inspect.StrType, path: str) -> Iterator[Fault]:
    low, high = info.min_length or 0, info.max_length
    if not value.isascii() and _SURROGATE.search(value):
        yield Fault("E201", path, "a lone surrogate is not a character.", "Write the character itself.")
    elif len(value) < low:
        yield Fault("E304", path, "the text is empty.", "Give one, or leave the field out.")
    elif high is not None and len(value) > high:
        yield Fault("E304", path, f"the text has {len(value):,} characters.", f"At most {high} are allowed.")
    elif info.pattern and not re.search(info.pattern, value):
        if info.pattern == NO_CONTROL:
            yield Fault("E304", path, f"{shown(value)} has a control character.", "Use characters that can be seen.")
        else:
            yield Fault("E304", path, f"{shown(value)} is not of the right form.", f"The form is {info.pattern}.")


def _described(value: Any) -> str:
    match value:
        case None | bool():
            return "null" if value is None else str(value).lower()
        case int() | float():
            return f"the number {value}" if isinstance(value, float) or abs(value) < 10**20 else "a huge number"
        case str():
            return f"the string {shown(value)}"
        case list():
            return f"a list of {len(value)}"
        case _:
            return "an object"
