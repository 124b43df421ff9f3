"""The files of one side: a single file, or a folder of shards."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from dragoman import files
from dragoman.parquet_pages import is_parquet
from dragoman.problems import DragomanError, Problem, error

SUFFIXES = (".jsonl", ".parquet", ".jsonl.gz", ".jsonl.bz2", ".jsonl.xz", ".jsonl.zst", ".jsonl.zip")
_BESIDE = frozenset({"system.toml", "README.md", "LICENSE"})
_SAMPLE = 2**16


def shards_of(path: Path) -> list[Path]:
    """List the shards of a folder, sorted by name; a file is its only shard.

    Hidden files, and names that begin with an underscore, are ignored, as in other tools.

    Raises:
        DragomanError: E852 for a folder without shards, or with other files in it: an overlooked shard would be scored
            as empty.

    """
    if not path.is_dir():
        return [path]
    shards = sorted(p for p in path.iterdir() if not p.name.startswith((".", "_")) and p.name not in _BESIDE)
    hint = f"Give a folder of files that end in {', '.join(SUFFIXES)}."
    for other in shards:
        if not other.name.endswith(SUFFIXES) or other.is_dir():
            raise error("E852", "there is something in the folder that is no shard.", hint, file=str(other))
    if not shards:
        raise error("E852", "there are no shards in the folder.", hint, file=str(path))
    return shards


def holds_shards(path: Path) -> bool:
    """Whether a path is a file or a folder of shards, and not a folder of files of another tool."""
    if not path.is_dir():
        return True
    given = [inner for inner in path.iterdir() if not inner.name.startswith((".", "_")) and inner.name not in _BESIDE]
    return not given or any(inner.name.endswith(SUFFIXES) for inner in given)


def check_distinct(paths: Sequence[str], documents: Sequence[Sequence[str]]) -> dict[str, int]:
    """Return the index of the shard of each document.

    Raises:
        DragomanError: E302 for documents that occur in two shards.

    """
    place: dict[str, int] = {}
    twice = []
    for at, names in enumerate(documents):
        for name in names:
            before = place.setdefault(name, at)
            if before != at:
                what = f"document {name[:80]!r} is in {paths[before]} already."
                twice.append(Problem(code="E302", what=what, hint="Keep one line a document.", file=paths[at]))
    if twice:
        raise DragomanError(twice[:1000])
    return place


class Named(msgspec.Struct):
    """A line, of which only the document id is decoded."""

    id: str


def first_ids(path: Path) -> list[str]:
    """Ids of the first documents in a file: a batch of rows of parquet, or 64 KiB of JSONL, plain or compressed.

    The list is shorter, or empty, if a row cannot be read: problems are reported when the whole file is read.
    """
    names: list[str] = []
    try:
        if is_parquet(path):
            from dragoman.reading.parquet_input import blocks  # noqa: PLC0415 - not needed for JSONL

            rows = next(blocks(path, 1), None)
            return [] if rows is None or "id" not in rows.column_names else list(rows.column("id").to_pylist())
        block = next(files.blocks(path, size=_SAMPLE), b"")
        names.extend(msgspec.json.decode(line, type=Named).id for line in block.splitlines())
    except (DragomanError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    return names
