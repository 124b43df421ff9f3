"""JSON as bytes: decoded into schema types, and encoded so that the same content gives the same bytes."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Any, TypeVar

import msgspec

from dragoman.problems import error

T = TypeVar("T")


def decode(data: bytes, type_: type[T], name: str = "", line: int = 0) -> T:
    """Decode JSON into a schema type; ``name`` and ``line`` locate the problem that may be raised.

    Raises:
        DragomanError: E102 not UTF-8, E201 invalid JSON, E202 not of that type.

    """
    try:
        return msgspec.json.decode(data, type=type_)
    except msgspec.ValidationError as cause:
        what, _, path = str(cause).partition(" - at `")
        raise error("E202", f"{what}.", file=name, line=line, path=path.rstrip("`").removeprefix("$.")) from cause
    except UnicodeDecodeError as cause:
        raise error("E102", f"{cause}.", "Save the file as UTF-8.", file=name, line=line) from cause
    except (msgspec.DecodeError, RecursionError) as cause:
        raise error("E201", f"{cause}.", "Correct the JSON.", file=name, line=line) from cause


def depth(data: bytes) -> int:
    """Return the maximum nesting depth of JSON arrays and objects.

    Example:
        >>> depth(b'{"a": [["]]]]"]]}')
        3

    """
    brackets = re.sub(rb'"(?:[^"\\]|\\.)*"|[^\[\]{}]', b"", data)
    return max(accumulate(1 if bracket in b"[{" else -1 for bracket in brackets), default=0)


def canonical(value: Any) -> bytes:
    """Encode as canonical JSON, the same bytes for the same content: UTF-8, sorted keys, no spaces, no line feed."""
    return msgspec.json.encode(value, order="sorted")


def pretty(value: Any) -> bytes:
    """Encode as JSON for people and version control: sorted keys, indented by one space, ending in a line feed."""
    return msgspec.json.format(canonical(value), indent=1) + b"\n"


def table(value: Any) -> bytes:
    """Encode like :func:`pretty`, but with each list of numbers on one line: results consist mostly of tables."""
    # JSON strings contain no raw line feed, so that the pattern cannot match inside one.
    lists = rb"\[\n([-+.\deE, \n]+)\n *\]"
    return re.sub(lists, lambda match: b"[" + b", ".join(map(bytes.strip, match[1].split(b","))) + b"]", pretty(value))


def lines(values: Any) -> bytes:
    """Encode as JSONL: canonical JSON, one value per line."""
    return b"".join(canonical(value) + b"\n" for value in values)
