"""Driver for streaming: holds only a few blocks of labels, and the counts of all documents.

If both files have their documents in the same order they are read in step. Otherwise the rows of both are partitioned
by a hash of the document id, and the partitions are joined one after the other. Many rows are held in temporary files:
memory is bounded, disk space is not. If the precise path is needed, :class:`dragoman.reading.fallback.Fallback` is
raised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar
from zlib import crc32

import numpy as np
import pyarrow as pa

from dragoman.arrow_buffers import take
from dragoman.problems import DragomanError
from dragoman.reading import columns
from dragoman.reading.arrow_rows import column_of
from dragoman.reading.fallback import Fallback
from dragoman.reading.target import Target
from dragoman.scoring.partials import Partial, count_reference, join
from dragoman.scoring.threads import in_threads

if TYPE_CHECKING:
    from dragoman.annotations import Annotations
    from dragoman.measures.measure import Measure
    from dragoman.reading.prefetch import Prefetch

T = TypeVar("T")
_RULES = Target()
BUCKETS = 32
"""Number of partitions of each side."""
MAX_HELD = 2**26
"""Maximum number of bytes of partitioned rows of each side in memory; more are moved to temporary files."""
PART = 6 * 2**20
"""Approximate number of bytes of rows of both sides that are joined at a time, in whole partitions."""


class Reordered(Exception):  # noqa: N818 - not an error: a reason to read in another way
    """The two files have their documents in different orders."""


class SchemaMismatch(Exception):  # noqa: N818 - not an error: a reason to read in another way
    """A block has fields that the first block does not have, or with another type."""


Parts = Iterable[Callable[[], tuple["Annotations", "Annotations"]]]
"""Part by part, what converts its rows to labels of both sides on the same documents, gold first; in any thread."""


def count(measures: Sequence[Measure], parts: Parts) -> Partial:
    """Count part by part.

    Raises:
        Fallback: there are no labels, or no predictions.

    """
    counted = list(in_threads(lambda part: count_reference(measures, *part()), parts))
    total = join(counted) if counted else None
    if total is None or not total.seen.annotated or not total.seen.lines:
        raise Fallback("no labels")
    return total


def in_step(work: Callable[[Parts], T], gold: Prefetch, pred: Prefetch, rules: Target = _RULES) -> T:
    """Process two files that have their documents in the same order.

    Args:
        work: processes the parts, one after the other.
        gold: rows of gold.
        pred: rows of the predictions.
        rules: a target without documents, with the policies for reading predictions.

    Raises:
        Reordered: the orders differ, or one side has additional documents.
        SchemaMismatch: a block has other fields than the first one.
        Fallback: the precise path is needed.

    """
    return _guarded(work, _labels(_in_step(gold, pred), rules))


def joined(work: Callable[[Parts], T], gold: Prefetch, pred: Prefetch, rules: Target = _RULES) -> T:
    """Process two files with documents in any order; see :func:`in_step`.

    Raises:
        SchemaMismatch: a block has other fields than the first one.
        Fallback: the precise path is needed, also for documents that only the predictions have.

    """
    import tempfile  # noqa: PLC0415 - only for files in different orders

    with tempfile.TemporaryDirectory(prefix="dragoman-") as name:
        return _guarded(work, _labels(_joined(Path(name), gold, pred), rules))


def _guarded(work: Callable[[Parts], T], parts: Parts) -> T:
    try:
        return work(parts)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as cause:
        raise SchemaMismatch(str(cause)) from cause
    except DragomanError as cause:
        raise Fallback(str(cause)) from cause


def _labels(pairs: Iterable[tuple[pa.Table | None, pa.Table | None]], rules: Target) -> Parts:
    """Yield parts from the rows of gold, and the rows of the predictions on the same documents."""
    for gold, pred in pairs:
        if gold is None and pred is None:
            continue
        if gold is None:
            raise Fallback("unknown documents")
        yield partial(_converted, gold, pred, rules)


def _converted(gold: pa.Table, pred: pa.Table | None, rules: Target) -> tuple[Annotations, Annotations]:
    labels = columns.build(gold, Target())
    texts = {name: text for name, text in zip(labels.documents, labels.texts, strict=True) if text is not None}
    rows = gold.schema.empty_table().select(["id"]) if pred is None else pred
    return labels, columns.build(rows, replace(rules, documents=labels.documents, texts=texts))


def _in_step(gold: Prefetch, pred: Prefetch) -> Iterator[tuple[pa.Table, pa.Table | None]]:
    """Yield each block of gold with the predictions on its documents."""
    blocks, before = iter(pred), set[str]()
    rest: pa.Table | None = None
    for block in gold:
        here = set(_names(block))
        if len(here) < block.num_rows or not before.isdisjoint(here):
            raise Fallback("a document twice")
        before.update(here)
        parts = []
        while (rest := next(blocks, None) if rest is None else rest) is not None:
            names = _names(rest)
            known = next((at for at, name in enumerate(names) if name not in here), len(names))
            parts.append(rest.slice(0, known))
            if known < len(names):
                if names[known] in before:
                    raise Reordered
                rest = rest.slice(known)
                break
            rest = None
        yield block, pa.concat_tables(parts) if parts else None
    if rest is not None or next(blocks, None) is not None:
        raise Reordered


def _names(rows: pa.Table) -> list[str]:
    """Ids of the rows, in order."""
    names: list[str] = column_of(rows, "id", pa.string()).to_pylist()
    return names


def _joined(folder: Path, gold: Prefetch, pred: Prefetch) -> Iterator[tuple[pa.Table | None, pa.Table | None]]:
    """Yield the rows of both sides with the same hash, one hash after the other."""
    sides = [_Buckets(folder / side) for side in ("gold", "pred")]
    with ExitStack() as stack:
        for side in sides:
            stack.enter_context(side)
        for blocks in zip_longest(gold, pred):
            for side, rows in zip(sides, blocks, strict=True):
                if rows is not None:
                    side.add(rows)
    for first in range(0, BUCKETS, step := max(1, PART * BUCKETS // max(1, sum(side.size for side in sides)))):
        some = range(first, min(first + step, BUCKETS))
        yield sides[0].take(some), sides[1].take(some)


class _Buckets:
    """Rows of one side by a hash of the document id: in memory, and beyond :data:`MAX_HELD` in temporary files.

    Leaving the context manager completes the files; then the rows can be taken.

    Attributes:
        size: number of bytes of all rows.

    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: list[list[pa.Table]] = [[] for _ in range(BUCKETS)]
        self._held_size = self.size = 0
        self._writers: dict[int, pa.ipc.RecordBatchFileWriter] = {}
        folder.mkdir()

    def add(self, table: pa.Table) -> None:
        """Add the rows of a block."""
        bucket = np.array([crc32((name or "").encode()) % BUCKETS for name in _names(table)], np.int64)
        order, ends = np.argsort(bucket, kind="stable"), np.cumsum(np.bincount(bucket, minlength=BUCKETS))
        columns = [take(column_of(table, name, pa.null()), order) for name in table.column_names]
        rows = pa.Table.from_arrays(columns, schema=table.schema)
        for at in np.unique(bucket).tolist():
            first = int(ends[at - 1]) if at else 0
            self._held[at].append(rows.slice(first, int(ends[at]) - first))
        self.size += rows.nbytes
        self._held_size += rows.nbytes
        if self._held_size > MAX_HELD:
            self._spill()

    def _spill(self) -> None:
        for at, tables in enumerate(self._held):
            for table in tables:
                if at not in self._writers:
                    self._writers[at] = pa.ipc.new_file(str(self._path(at)), table.schema)
                self._writers[at].write_table(table)
            tables.clear()
        self._held_size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self._writers.values():
            writer.close()

    def take(self, buckets: Iterable[int]) -> pa.Table | None:
        """Remove the rows of some buckets, and return them; None if there are none."""
        tables = []
        for at in buckets:
            tables += self._held[at]
            self._held[at] = []
            if at in self._writers:
                with pa.OSFile(str(self._path(at))) as source:
                    tables.append(pa.ipc.open_file(source).read_all())
        return pa.concat_tables(tables) if tables else None

    def _path(self, at: int) -> Path:
        return self._folder / f"{at}.arrow"
