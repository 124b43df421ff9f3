"""Driver for streaming: holds only a few blocks of labels, and the counts of all documents.

If both files have their documents in the same order they are read in step. Otherwise they are joined by a hybrid hash
join (DeWitt et al. 1984): the rows of both are partitioned by a hash of the document id, many of them in temporary
files, and the partitions are joined one after the other. Memory is bounded, disk space is not. If the precise path is
needed, :class:`dragoman.reading.fallback.Fallback` is raised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

from dragoman.problems import DragomanError
from dragoman.reading import columns
from dragoman.reading.arrow_rows import ids_of
from dragoman.reading.fallback import Fallback
from dragoman.reading.target import Target
from dragoman.scoring.partials import Partial, count_reference, join
from dragoman.scoring.partitions import PARTITIONS, Partitions
from dragoman.scoring.threads import in_threads

if TYPE_CHECKING:
    from dragoman.annotations import Annotations
    from dragoman.measures.measure import Measure
    from dragoman.reading.prefetch import Prefetch

T = TypeVar("T")
_RULES = Target()
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
    blocks, before = iter(pred), set[str | None]()
    rest: pa.Table | None = None
    for block in gold:
        here = set(ids_of(block))
        if len(here) < block.num_rows or not before.isdisjoint(here):
            raise Fallback("a document twice")
        before.update(here)
        parts = []
        while (rest := next(blocks, None) if rest is None else rest) is not None:
            ids = ids_of(rest)
            known = next((at for at, each in enumerate(ids) if each not in here), len(ids))
            parts.append(rest.slice(0, known))
            if known < len(ids):
                if ids[known] in before:
                    raise Reordered
                rest = rest.slice(known)
                break
            rest = None
        yield block, pa.concat_tables(parts) if parts else None
    if rest is not None or next(blocks, None) is not None:
        raise Reordered


def _joined(folder: Path, gold: Prefetch, pred: Prefetch) -> Iterator[tuple[pa.Table | None, pa.Table | None]]:
    """Yield the rows of both sides that are in the same partitions, some partitions at a time."""
    with Partitions(folder / "gold") as of_gold, Partitions(folder / "pred") as of_pred:
        for gold_rows, pred_rows in zip_longest(gold, pred):
            if gold_rows is not None:
                of_gold.add(gold_rows)
            if pred_rows is not None:
                of_pred.add(pred_rows)
    step = max(1, PART * PARTITIONS // max(1, of_gold.size + of_pred.size))
    for first in range(0, PARTITIONS, step):
        some = range(first, min(first + step, PARTITIONS))
        yield of_gold.take(some), of_pred.take(some)
