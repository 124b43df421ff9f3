"""Rows in memory, of any supported kind, as lines of JSONL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from dragoman.formats.json_fields import without_nulls
from dragoman.problems import error
from dragoman.reading import class_labels

FORMS = (
    "a path, a folder of shards, bytes, documents as dictionaries or records, a `Benchmark`, a `datasets.Dataset` or "
    "`DatasetDict`, or an Arrow table"
)


def json_lines(value: Any, name: str) -> bytes:
    """Write rows as JSONL, without fields that are None, since tables have every field in every row.

    Args:
        value: documents as dictionaries or records, one or several; a ``datasets.Dataset``, streamed or not, or a
            ``DatasetDict``, whose splits follow each other.
        name: name of the value in problems.

    Raises:
        DragomanError: E202 for anything else.

    """
    try:
        return b"".join(_line(row) for row in _rows(value, name))
    except (TypeError, msgspec.EncodeError, RecursionError, UnicodeEncodeError) as cause:
        what = f"{name} has something in it that is no JSON: {str(cause)[:200]}."
        hint = "A document is a dictionary of strings, integers, lists and dictionaries."
        raise error("E202", what, hint) from cause


def _rows(value: Any, name: str) -> Iterator[Any]:
    """Yield the rows one by one."""
    if _is_dataset(value):
        names = class_labels.of_features(value.features.to_dict()) if value.features is not None else None
        yield from (class_labels.decoded(row, names) for row in value)
    elif isinstance(value, Mapping) and value and all(map(_is_dataset, value.values())):
        for split in value.values():
            yield from _rows(split, name)
    else:
        rows = [value] if isinstance(value, Mapping | msgspec.Struct) else value
        if not isinstance(rows, Iterable) or isinstance(rows, str | bytes):
            raise error("E202", f"{name} cannot be a {type(value).__name__}.", f"Give {FORMS}.")
        for at, row in enumerate(rows, start=1):
            if not isinstance(row, Mapping | msgspec.Struct):
                what = f"{name}, document {at}: expected a dictionary, found a {type(row).__name__}."
                raise error("E202", what, f'A document is {{"id": "…", "entities": […], …}}. Give {FORMS}.')
            yield row


def _is_dataset(value: Any) -> bool:
    """Whether a value is a ``Dataset`` of ``datasets``, without importing that package."""
    return hasattr(value, "features") and hasattr(value, "info") and hasattr(value, "__iter__")


def _line(row: Any) -> bytes:
    plain = msgspec.to_builtins(row) if isinstance(row, msgspec.Struct) else row
    return msgspec.json.encode(without_nulls(plain), order="sorted", enc_hook=_of_numpy) + b"\n"


def _of_numpy(value: Any) -> Any:
    """Convert a numpy number or array for JSON."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a {type(value).__name__}")
