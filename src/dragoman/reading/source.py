"""Sources of labels: files, shards, bytes, rows in memory; parsed first, then checked against a target."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dragoman import files
from dragoman.parquet_pages import OnDisk, is_parquet
from dragoman.problems import DragomanError
from dragoman.reading.labelled_file import LabelledFile
from dragoman.reading.memory_budget import MAX_HELD
from dragoman.reading.shards import check_distinct, holds_shards, shards_of

if TYPE_CHECKING:
    from concurrent.futures import Future

    from dragoman.reading.memory_budget import Budget
    from dragoman.reading.parsing import Parsed
    from dragoman.reading.read import Reading
    from dragoman.reading.target import Target


LOG = ".eval"
"""File extension of a log of inspect_ai."""


def is_log(value: Any) -> bool:
    """Whether a value is the path of a log of inspect_ai, by its extension."""
    return isinstance(value, str | PathLike) and str(value).endswith(LOG) and not files.is_folder(str(value))


@dataclass(frozen=True)
class Source:
    """Labels of one side.

    Attributes:
        name: its name in problems, and default name of the system.
        path: the file or folder that was given; None for data in memory.
        paths: its files, sorted by name; empty for data in memory.
        data: the bytes of a file, for data in memory.
        how: format and other options of its files, if given.

    """

    name: str
    path: Path | None = None
    paths: tuple[Path, ...] = ()
    data: bytes = b""
    how: LabelledFile | None = None

    @classmethod
    def of(cls, value: Any, name: str) -> Source:  # noqa: PLR0911 - one for each form
        """Make a source from any supported value.

        Args:
            value: a path of a file, ``-`` for standard input, a folder of shards, of files of another tool or a run; a
                log of inspect_ai (its first epoch); a :class:`~dragoman.reading.labelled_file.LabelledFile`; bytes of a
                file; documents as dictionaries in the form of a submission's lines, or as records; a
                ``datasets.Dataset`` or ``DatasetDict``; an Arrow table, or any object with ``__arrow_c_stream__``.
            name: name for a value without a name of its own.

        Raises:
            DragomanError: E202 for anything else, E852 for a folder without shards.

        """
        if isinstance(value, LabelledFile):
            return replace(cls.of(value.path, name), how=value)
        if isinstance(value, str | PathLike):
            if str(value) == files.STANDARD_INPUT:
                return cls("standard input", data=files.read_bytes(files.STANDARD_INPUT, limit=MAX_HELD))
            path = Path(value)
            if is_log(path):
                from dragoman.reading import inspect_log, rows  # noqa: PLC0415 - logs of inspect_ai are rare

                return cls(path.name, path, data=rows.json_lines(inspect_log.read(path).epochs[0], name))
            run = path / "predictions.jsonl"
            paths = [run] if run.is_file() else shards_of(path) if holds_shards(path) else [path]
            return cls(path.name, path, tuple(paths))
        if isinstance(value, bytes | bytearray | memoryview):
            return cls(name, data=files.unpacked(bytes(value), name, limit=MAX_HELD))
        if hasattr(value, "__arrow_c_stream__") and not hasattr(value, "features"):
            return cls(name, data=_parquet(value))
        from dragoman.reading import rows  # noqa: PLC0415 - not needed for files

        return cls(name, data=rows.json_lines(value, name))

    @property
    def size(self) -> int:
        """Size of all files in bytes, uncompressed for parquet; 0 for data in memory or another kind of file."""
        return sum(map(_size, self.paths)) if all(path.is_file() for path in self.paths) else 0

    @property
    def streams(self) -> bool:
        """Whether it consists of files that can be read block by block, repeatedly, if their rows are valid."""
        if self.how is not None and self.how.format is not None:
            return False
        return bool(self.paths) and all(path.is_file() for path in self.paths)

    @contextmanager
    def parsing(self, budget: Budget | None = None) -> Iterator[list[Future[Parsed]]]:
        """Parse all files in the background.

        The caller should remove a future from the list when taking its result, so that its memory can be freed.

        Args:
            budget: memory budget for the labels, which may be shared with other sources.

        """
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - start-up does not need it

        from dragoman.reading.memory_budget import Budget  # noqa: PLC0415 - as below
        from dragoman.reading.parsing import parse_bytes, parse_file  # noqa: PLC0415 - imports Arrow

        budget = budget or Budget()
        with ThreadPoolExecutor(2) as pool:
            if self.paths:
                yield [pool.submit(parse_file, path, self.how, budget) for path in self.paths]
            else:
                yield [pool.submit(parse_bytes, self.data, self.name, self.how, budget)]


def read_shards(parsed: list[Future[Parsed]], target: Target) -> Reading:
    """Read all files of a side, and concatenate them.

    Args:
        parsed: the files, parsed; the list is emptied.
        target: what they are checked against; without ``documents``, all documents in the files are accepted.

    Returns:
        The labels, or the problems of all files.

    """
    from dragoman.reading.concat import stacked  # noqa: PLC0415
    from dragoman.reading.read import Reading, read_parsed  # noqa: PLC0415

    readings, names = [], []
    while parsed:
        shard = parsed.pop(0).result()
        names.append(shard.name)
        readings.append(read_parsed(shard, target))
    if len(readings) == 1:
        return readings[0]
    problems = [problem for reading in readings for problem in reading.problems]
    tally, unknown = (total(getattr(reading, name) for reading in readings) for name in ("tally", "unknown"))
    read_as = ", ".join(dict.fromkeys(reading.read_as for reading in readings if reading.read_as))
    made = Reading(None, tuple(problems), tally, unknown, read_as)
    labels = [reading.annotations for reading in readings]
    if any(part is None for part in labels):
        return made
    try:
        given = [tuple(d for d, has in zip(part.documents, part.given, strict=True) if has) for part in labels if part]
        place = check_distinct(names, given)
    except DragomanError as cause:
        return replace(made, problems=(*problems, *cause.problems))
    documents = tuple(sorted(place)) if target.documents is None else target.documents
    return replace(made, annotations=stacked(documents, [part for part in labels if part], target.texts))


def total(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Add counts of several files by key, with keys in order of first occurrence."""
    added: dict[str, int] = {}
    for each in counts:
        for key, number in each.items():
            added[key] = added.get(key, 0) + number
    return added


def _size(path: Path) -> int:
    """Return the size of a file on disk or, for parquet, its estimated decompressed size, if it is readable."""
    size = path.stat().st_size
    if not is_parquet(path):
        return size
    from dragoman.reading.parquet_input import unpacked_size  # noqa: PLC0415 - Arrow, only for parquet

    with contextlib.suppress(DragomanError, OSError), path.open("rb") as file:
        return unpacked_size(OnDisk(file), str(path))
    return size


def _parquet(table: Any) -> bytes:
    """Write an Arrow table as a parquet file in memory, so that it is read like any parquet file."""
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table(table), sink)
    data: bytes = sink.getvalue().to_pybytes()
    return data
