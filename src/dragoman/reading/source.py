"""Where labels come from: files, shards, bytes, rows in memory; parsed first, read against a target afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dragoman.problems import DragomanError, error
from dragoman.reading.labelled_file import LabelledFile
from dragoman.reading.shards import check_distinct, holds_shards, shards_of

if TYPE_CHECKING:
    from concurrent.futures import Future

    from dragoman.reading.parsing import Parsed
    from dragoman.reading.read import Reading
    from dragoman.reading.target import Target

FORMS = "a path, a folder of shards, bytes, documents as dictionaries, a `datasets.Dataset` or an Arrow table"


@dataclass(frozen=True)
class Source:
    """Labels of one side.

    Attributes:
        name: how it is called in problems, and a system after it.
        path: the file or folder that was given; None where it is in memory.
        paths: its files, in the order of their names; empty where it is in memory.
        data: the bytes of a file, where it is in memory.
        how: what must be told of its files, where somebody did.

    """

    name: str
    path: Path | None = None
    paths: tuple[Path, ...] = ()
    data: bytes = b""
    how: LabelledFile | None = None

    @classmethod
    def of(cls, value: Any, name: str) -> Source:  # noqa: PLR0911 - one for each form
        """Recognise what somebody gave.

        Args:
            value: a path of a file, a folder of shards or a run; a :class:`LabelledFile`; bytes of a file; documents
            as dictionaries in the
                form of a submission's lines; a ``datasets.Dataset``; an Arrow table.
            name: what to call it where it has no name of its own.

        Raises:
            DragomanError: E202 for anything else, E852 for a folder that does not hold shards.

        """
        if isinstance(value, LabelledFile):
            return replace(cls.of(value.path, name), how=value)
        if isinstance(value, str | PathLike):
            path = Path(value)
            run = path / "predictions.jsonl"
            files = [run] if run.is_file() else shards_of(path) if holds_shards(path) else [path]
            return cls(path.name, path, tuple(files))
        if isinstance(value, bytes | bytearray | memoryview):
            return cls(name, data=bytes(value))
        if hasattr(value, "features") and hasattr(value, "to_list"):  # a datasets.Dataset, which need not be installed
            return cls(name, data=_json_lines(_decoded(row, value.features) for row in value.to_list()))
        if hasattr(value, "schema") and hasattr(value, "to_batches"):
            return cls(name, data=_parquet(value))
        rows = [value] if isinstance(value, Mapping) else value
        if isinstance(rows, Iterable) and not isinstance(rows, Iterator | Mapping):
            rows = list(rows)
            if all(isinstance(row, Mapping) for row in rows):
                return cls(name, data=_json_lines(rows))
        if isinstance(rows, Iterator):
            return cls.of(list(rows), name)
        raise error("E202", f"{name} cannot be a {type(value).__name__}.", f"Give {FORMS}.")

    @property
    def size(self) -> int:
        """Bytes of all files, as they lie on the disk; 0 where it is in memory or a file is none."""
        return sum(path.stat().st_size for path in self.paths) if all(path.is_file() for path in self.paths) else 0

    @property
    def streams(self) -> bool:
        """Whether it is of JSONL files that can be read block by block, more than once."""
        if self.how is not None and self.how.format is not None:
            return False
        return bool(self.paths) and all(path.is_file() and path.suffix != ".parquet" for path in self.paths)

    @contextmanager
    def parsing(self) -> Iterator[list[Future[Parsed]]]:
        """Parse all files in the background.

        Whoever takes a future's result takes it off the list too, so that it can go when it has been read.
        """
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - start-up does not need it

        from dragoman.reading.parsing import parse_bytes, parse_file  # noqa: PLC0415 - Arrow, imported when it is known

        with ThreadPoolExecutor(2) as pool:
            if self.paths:
                yield [pool.submit(parse_file, path, self.how) for path in self.paths]
            else:
                yield [pool.submit(parse_bytes, self.data, self.name, self.how)]


def read_shards(parsed: list[Future[Parsed]], target: Target) -> tuple[Reading, list[str]]:
    """Read all files of a side, and put them together.

    Args:
        parsed: the files, parsed; the list is emptied.
        target: what they are read against; without documents, each document that any file has is one.

    Returns:
        The labels, or everything that is wrong with any file; and the SHA-256 of each file.

    """
    from dragoman.reading.concat import stacked  # noqa: PLC0415
    from dragoman.reading.read import Reading, read_parsed  # noqa: PLC0415

    readings, digests, names = [], [], []
    while parsed:
        shard = parsed.pop(0).result()
        digests.append(shard.sha256)
        names.append(shard.name)
        readings.append(read_parsed(shard, target))
    if len(readings) == 1:
        return readings[0], digests
    problems = [problem for reading in readings for problem in reading.problems]
    tally = {way: sum(reading.tally[way] for reading in readings) for way in readings[0].tally}
    labels = [reading.annotations for reading in readings]
    read_as = ", ".join(dict.fromkeys(reading.read_as for reading in readings if reading.read_as))
    if any(part is None for part in labels):
        return Reading(None, tuple(problems), tally, read_as=read_as), digests
    try:
        given = [tuple(d for d, has in zip(part.documents, part.given, strict=True) if has) for part in labels if part]
        place = check_distinct(names, given)
    except DragomanError as cause:
        return Reading(None, (*problems, *cause.problems), tally), digests
    documents = tuple(sorted(place)) if target.documents is None else target.documents
    return Reading(stacked(documents, [part for part in labels if part]), tuple(problems), tally, read_as), digests


def _json_lines(rows: Iterable[Any]) -> bytes:
    """Write rows as JSONL, without fields that are None: tables of rows have every field."""
    from dragoman import files  # noqa: PLC0415
    from dragoman.formats.json_fields import without_nulls  # noqa: PLC0415

    return files.json_lines(map(without_nulls, rows))


def _decoded(value: Any, feature: Any) -> Any:
    """Give class labels, which ``datasets`` holds as numbers, their names."""
    if value is None or feature is None:
        return value
    if hasattr(feature, "int2str"):
        return feature.int2str(value) if isinstance(value, int) else value
    if isinstance(value, Mapping):
        return {key: _decoded(inner, feature.get(key)) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        inner_feature = feature[0] if isinstance(feature, list) else getattr(feature, "feature", None)
        return [_decoded(inner, inner_feature) for inner in value]
    return value


def _parquet(table: Any) -> bytes:
    """Write an Arrow table as a parquet file in memory, so that it is read as every parquet file is."""
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table(table), sink)
    data: bytes = sink.getvalue().to_pybytes()
    return data
