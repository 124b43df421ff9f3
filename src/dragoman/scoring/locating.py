"""Errors of files whose labels exceed the memory budget: located block by block, with the messages of small files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from typing import IO, TYPE_CHECKING

from msgspec.structs import replace as changed

from dragoman import files, utf8
from dragoman.parquet_pages import is_parquet
from dragoman.problems import DragomanError, Problem
from dragoman.reading.parsing import is_foreign
from dragoman.reading.read import problems_of
from dragoman.reading.shards import check_distinct
from dragoman.reading.target import Target
from dragoman.schema.layers import LAYER_NAMES
from dragoman.scoring.gold import no_labels

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from dragoman.reading.source import Source
    from dragoman.scoring.sides import Sides

WINDOW = 2**24
"""Bytes of a file that are held at a time."""


def problems(sides: Sides, *, all_splits: bool = False) -> tuple[Problem, ...]:
    """List what is wrong with the predictions; empty if nothing is, or if they are no files of a submission.

    Only the document ids of gold, and their places in a temporary file of its texts, are held for the whole file.

    Args:
        sides: both sides.
        all_splits: whether documents of all splits of a benchmark are allowed, as in validation.

    Raises:
        DragomanError: with the errors of the gold.

    """
    with tempfile.TemporaryFile(prefix="dragoman-") as file:
        target = _target(sides, file, all_splits=all_splits)
        if target is None or sides.pred is None or not _in_lines(sides.pred):
            return ()
        return _problems(sides.pred, sides.on(target), _Rows())


def _target(sides: Sides, file: IO[bytes], *, all_splits: bool) -> Target | None:
    """Make what predictions are checked against; None if gold is not in files of a submission."""
    if sides.reference is None:
        benchmark = sides.benchmark() if all_splits else None
        return sides.read_gold([]).target if benchmark is None else benchmark.target(sides.split)
    if not _in_lines(sides.reference):
        return None
    rows = _Rows(_Texts(file))
    errors = [each for each in _problems(sides.reference, sides.rules, rows) if each.severity == "error"]
    if errors:
        raise DragomanError(errors)
    if not rows.annotated:
        raise no_labels(sides.reference)
    return Target(documents=tuple(name for part in rows.documents for name in part), texts=rows.texts or {})


def _in_lines(source: Source) -> bool:
    """Whether a source consists of files of a submission."""
    return source.streams and not any(is_foreign(path) for path in source.paths)


def _problems(source: Source, target: Target, rows: _Rows) -> tuple[Problem, ...]:
    found: list[Problem] = []
    for path in source.paths:
        rows.documents.append([])
        try:
            found += problems_of(_blocks(path), target, str(path), rows.add)
        except DragomanError as cause:
            found += cause.problems
    if not any(each.severity == "error" for each in found):
        try:
            check_distinct([str(path) for path in source.paths], rows.documents)
        except DragomanError as cause:
            found += cause.problems
    return tuple(found)


def _blocks(path: Path) -> Iterator[bytes | pa.Table]:
    """Read a file in blocks of lines or rows.

    Raises:
        DragomanError: it is not UTF-8 text, as :func:`dragoman.utf8.check_text` with the place in the file, or not
            readable parquet.

    """
    if is_parquet(path):
        from dragoman.reading import parquet_input  # noqa: PLC0415 - not needed for JSONL

        return parquet_input.blocks(path, WINDOW)
    line = byte = 0
    for block in files.blocks(path, size=WINDOW):
        # Only the first bytes of a file can be a byte order mark: a line feed precedes those of other blocks.
        added = b"\n" if byte else b""
        try:
            utf8.check_text(added + block, str(path))
        except DragomanError as cause:
            before = len(added)
            raise DragomanError(
                changed(each, line=each.line + line - before, byte=each.byte + byte - before) for each in cause.problems
            ) from None
        line, byte = line + block.count(b"\n"), byte + len(block)
    return files.blocks(path, size=WINDOW)


class _Rows:
    """What is kept of the rows of a side.

    Attributes:
        documents: ids of the documents, by file.
        texts: their texts; None if they are not kept.
        annotated: whether any document has labels.

    """

    def __init__(self, texts: _Texts | None = None) -> None:
        self.documents: list[list[str]] = []
        self.texts, self.annotated = texts, False

    def add(self, rows: pa.Table) -> None:
        """Add the rows of a block."""
        names = rows.column("id").to_pylist()
        self.documents[-1] += names
        layers = [rows.column(name) for name in LAYER_NAMES if name in rows.column_names]
        self.annotated = self.annotated or any(layer.null_count < len(layer) for layer in layers)
        if self.texts is not None and "text" in rows.column_names:
            for name, text in zip(names, rows.column("text").to_pylist(), strict=True):
                if text is not None:
                    self.texts.add(name, text)


class _Texts(Mapping[str, str]):
    """Texts by document id, in a file.

    Args:
        file: empty; open for reading and writing.

    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._end = file, 0
        self._places: dict[str, tuple[int, int]] = {}

    def add(self, name: str, text: str) -> None:
        data = text.encode()
        self._file.seek(self._end)
        self._file.write(data)
        self._places[name] = self._end, len(data)
        self._end += len(data)

    def __getitem__(self, name: str) -> str:
        start, length = self._places[name]
        self._file.seek(start)
        return self._file.read(length).decode()

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
