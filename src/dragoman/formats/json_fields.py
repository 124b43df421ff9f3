"""Typed access to the fields of untrusted JSON, with a record of the fields that were read, so that others
are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from dragoman import json_text
from dragoman.formats.outcome import decoded
from dragoman.problems import Diagnostics, DragomanError


def parse(data: bytes, diagnostics: Diagnostics) -> list[tuple[int, Any]]:
    """Return the values of a JSON file with their line numbers: one value (line 0), or one per line, as in JSONL.

    Reports E102 to E106 and E201; the list is empty after an error.
    """
    if decoded(data, diagnostics) is None:
        return []
    lines = [(number, raw) for number, raw in enumerate(data.split(b"\n"), start=1) if raw.strip()]
    if len(lines) < 2 or not _whole(lines[0][1]):
        lines = [(0, data)]
    values = []
    for number, raw in lines:
        try:
            values.append((number, json_text.decode(raw, object, diagnostics.file, number)))
        except DragomanError as cause:
            diagnostics.take(*cause.problems)
    return [] if diagnostics.failed else values


def _whole(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return True


def records(data: bytes, diagnostics: Diagnostics) -> Iterator[Node]:
    """Yield the objects of a JSON file, one per document: a list, a single one, or one per line; reports E202 for
    others.
    """
    for line, value in parse(data, diagnostics):
        if isinstance(value, list):
            yield from nodes(value, diagnostics, line)
        elif isinstance(value, dict):
            yield Node(value, diagnostics, line)
        else:
            what = f"expected an object, found {str(value)[:40]!r}."
            diagnostics.add("E202", what, "Each document is an object.", line=line)


class Node:
    """A JSON object and its location."""

    def __init__(self, value: dict[str, Any], diagnostics: Diagnostics, line: int = 0, path: str = "") -> None:
        self.value, self.diagnostics, self.line, self.path = value, diagnostics, line, path
        self.asked: set[str] = set()

    def at(self, key: str) -> str:
        """Return the path of a field."""
        return f"{self.path}.{key}" if self.path else key

    def string(self, key: str) -> str | None:
        """Return a field that is a string, null or absent."""
        value: str | None = self._typed(key, str, "a string")
        return value

    def integer(self, key: str) -> int | None:
        """Return a field that is an integer, null or absent."""
        value: int | None = self._typed(key, int, "an integer")
        return value

    def number(self, key: str) -> float | None:
        """Return a field that is a number, null or absent."""
        value: float | None = self._typed(key, (int, float), "a number")
        return value

    def items(self, key: str) -> list[Any]:
        """Return a field that is a list, null or absent."""
        value: list[Any] = self._typed(key, list, "a list") or []
        return value

    def node(self, key: str) -> Node | None:
        """Return a field that is an object, null or absent."""
        value = self._typed(key, dict, "an object")
        return None if value is None else Node(value, self.diagnostics, self.line, self.at(key))

    def nodes(self, key: str) -> Iterator[Node]:
        """Yield the objects of a field that is a list of them, null or absent."""
        yield from nodes(self.items(key), self.diagnostics, self.line, self.at(key))

    def _typed(self, key: str, type_: type | tuple[type, ...], name: str) -> Any:
        self.asked.add(key)
        value = self.value.get(key)
        if value is None or (isinstance(value, type_) and not isinstance(value, bool)):
            return value
        what = f"expected {name}, found {str(value)[:40]!r}."
        self.diagnostics.add("E202", what, line=self.line, path=self.at(key))
        return None

    def rest(self) -> dict[str, Any]:
        """Return the non-empty fields that were not read."""
        return {
            key: value for key, value in self.value.items() if key not in self.asked and value not in (None, "", [], {})
        }


def nodes(values: list[Any], diagnostics: Diagnostics, line: int = 0, path: str = "") -> Iterator[Node]:
    """Yield the objects of a list; reports E202 for other values."""
    for index, value in enumerate(values):
        at = f"{path}[{index}]"
        if isinstance(value, dict):
            yield Node(value, diagnostics, line, at)
        else:
            diagnostics.add("E202", f"expected an object, found {str(value)[:40]!r}.", line=line, path=at)


def without_nulls(value: Any) -> Any:
    """Remove fields that are null from objects, at every level."""
    if isinstance(value, Mapping):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list | tuple) else value
