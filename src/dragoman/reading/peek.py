"""The first lines of a file, for a look at what it holds before it is read."""

from __future__ import annotations

from pathlib import Path

import msgspec

from dragoman import files
from dragoman.problems import DragomanError

_BYTES = 2**16


class Named(msgspec.Struct):
    """A line, of which only the name of its document matters."""

    id: str


def ids(path: Path) -> list[str]:
    """Ids of the documents at the beginning of a JSONL file, plain or gzip, up to the first line that has none."""
    found: list[str] = []
    try:
        block = next(files.blocks(path, size=_BYTES), b"")
        found.extend(msgspec.json.decode(line, type=Named).id for line in block.splitlines())
    except (DragomanError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # what is wrong is said by whoever reads the whole
    return found
