"""JSON from outside: every field is asked for by name and type, and what nobody asked for can be counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from dragoman.files import decode
from dragoman.formats.outcome import decoded
from dragoman.problems import Diagnostics, DragomanError


def parse(data: bytes, diagnostics: Diagnostics) -> list[tuple[int, Any]]:
    """Values of a JSON file, each with its line: one value (line 0), or one a line, as in JSONL.

    Notes E102 to E106 and E201; the list is empty after an error.
    """
    if decoded(data, diagnostics) is None:
        return []
    lines = [(number, raw) for number, raw in enumerate(data.split(b"\n"), start=1) if raw.strip()]
    if len(lines) < 2 or not _whole(lines[0][1]):
        lines = [(0, data)]
    values = []
    for number, raw in lines:
        try:
            values.append((number, decode(raw, object, diagnostics.file, number)))
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
    """Objects of a JSON file, one a document: a list of them, one alone, or one a line; notes E202 for what is none."""
    for line, value in parse(data, diagnostics):
        if isinstance(value, list):
            yield from nodes(value, diagnostics, line)
        elif isinstance(value, dict):
            yield Node(value, diagnostics, line)
        else:
            what = f"expected an object, found {str(value)[:40]!r}."
            diagnostics.add("E202", what, "Each document is an object.", line=line)


class Node:
    """A JSON object, and where it stands."""

    def __init__(self, value: dict[str, Any], diagnostics: Diagnostics, line: int = 0, path: str = "") -> None:
        self.value, self.diagnostics, self.line, self.path = value, diagnostics, line, path
        self.asked: set[str] = set()

    def at(self, key: str) -> str:
        """Path of a field."""
        return f"{self.path}.{key}" if self.path else key

    def string(self, key: str) -> str | None:
        """Field that is a string, null or absent."""
        value: str | None = self._typed(key, str, "a string")
        return value

    def integer(self, key: str) -> int | None:
        """Field that is an integer, null or absent."""
        value: int | None = self._typed(key, int, "an integer")
        return value

    def number(self, key: str) -> float | None:
        """Field that is a number, null or absent."""
        value: float | None = self._typed(key, (int, float), "a number")
        return value

    def items(self, key: str) -> list[Any]:
        """Field that is a list, null or absent."""
        value: list[Any] = self._typed(key, list, "a list") or []
        return value

    def node(self, key: str) -> Node | None:
        """Field that is an object, null or absent."""
        value = self._typed(key, dict, "an object")
        return None if value is None else Node(value, self.diagnostics, self.line, self.at(key))

    def nodes(self, key: str) -> Iterator[Node]:
        """Objects of a field that is a list of them, null or absent."""
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
        """Fields that nobody asked for and that say something."""
        return {
            key: value for key, value in self.value.items() if key not in self.asked and value not in (None, "", [], {})
        }


def nodes(values: list[Any], diagnostics: Diagnostics, line: int = 0, path: str = "") -> Iterator[Node]:
    """Objects of a list; notes E202 for what is none."""
    for index, value in enumerate(values):
        at = f"{path}[{index}]"
        if isinstance(value, dict):
            yield Node(value, diagnostics, line, at)
        else:
            diagnostics.add("E202", f"expected an object, found {str(value)[:40]!r}.", line=line, path=at)


def without_nulls(value: Any) -> Any:
    """Leave out the fields of objects that are null, on every level."""
    if isinstance(value, Mapping):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list | tuple) else value
