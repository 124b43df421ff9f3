"""What is counted of a measure: all of its scores, slices and error bars follow from it, and parts of it add up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from dragoman.annotations import LAYERS, Annotations
from dragoman.measures.applicability import traits
from dragoman.measures.catalogue import Measure, of_whole
from dragoman.scoring.counts import count
from dragoman.scoring.slices import Types, recalls

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


_ITEMS = 100_000
"""Items of both sides that are worked on at a time."""


@dataclass(frozen=True)
class Tally:
    """Counts of a measure on some documents.

    Attributes:
        documents: positions of the documents that were scored, ascending, shape (n,).
        rows: one row a document, shape (n, columns).
        types: the same of the items of each type alone, by type.
        recalls: for each slice of gold items what they earned, and how many they are; None where some gold item is no
            item of the measure.

    """

    documents: Ints
    rows: Ints
    types: Mapping[str, Ints] = field(default_factory=dict)
    recalls: Mapping[str, tuple[int, int]] | None = None


def tallies(
    measures: Iterable[Measure], predicted: Annotations, gold: Annotations
) -> Iterator[tuple[Measure, Tally | None]]:
    """Count measures, one after the other; None where no document has gold or the system did not attempt the layer."""
    types = Types()
    for measure in measures:
        counted = count(measure, predicted, gold)
        if counted is None:
            yield measure, None
            continue
        by_type = dict(types.rows(measure, counted))
        yield measure, Tally(counted.documents, counted.rows, by_type, recalls(measure, counted))


def tallies_in_parts(
    measures: Iterable[Measure], predicted: Annotations, gold: Annotations
) -> Iterator[tuple[Measure, Tally | None]]:
    """Count as :func:`tallies` does, some documents at a time: what is worked on then stays in the cache.

    Measures that are over all documents at once are counted on all of them.
    """
    measures = tuple(measures)
    parts = list(_parts(predicted, gold))
    if len(parts) == 1:
        yield from tallies(measures, predicted, gold)
        return
    ours, theirs = replace(gold, traits=traits(gold)), replace(predicted, traits=traits(predicted))
    by_document = [measure for measure in measures if not of_whole(measure)]
    found: dict[str, list[Tally]] = {}
    for first, last in parts:
        for measure, tally in tallies(by_document, theirs.between(first, last), ours.between(first, last)):
            if tally is not None:
                part = replace(packed(tally), documents=tally.documents + first)
                found.setdefault(measure.name, []).append(part)
    for measure in measures:
        if of_whole(measure):
            yield from tallies([measure], predicted, gold)
        else:
            yield measure, joined(found.pop(measure.name)) if measure.name in found else None


def _parts(predicted: Annotations, gold: Annotations) -> Iterator[tuple[int, int]]:
    """Cut the documents where they have so many items; where items are in another order than documents, do not."""
    documents = len(gold.documents)
    items = np.zeros(documents, np.int64)
    for layer in (*LAYERS, "segments"):
        for side in (predicted, gold):
            doc = getattr(side, layer).doc
            if (doc[1:] < doc[:-1]).any():
                return iter([(0, documents)])
            items += np.bincount(doc, minlength=documents)
    part = np.cumsum(items) // _ITEMS
    bounds = [0, *(np.flatnonzero(np.diff(part)) + 1).tolist(), documents]
    return pairwise(bounds)


def packed(tally: Tally) -> Tally:
    """Hold the counts in as few bytes as they need, until they are joined: counts of a document are small."""
    return replace(tally, rows=_packed(tally.rows), types={label: _packed(rows) for label, rows in tally.types.items()})


def _packed(rows: Ints) -> Ints:
    return rows.astype(np.min_scalar_type(int(rows.max(initial=0))))


def joined(parts: Iterable[Tally]) -> Tally:
    """Put the counts of different documents together, whatever the order of the parts; there must be one at least."""
    parts = list(parts)
    documents = np.concatenate([part.documents for part in parts])
    order = None if (documents[1:] > documents[:-1]).all() else np.argsort(documents)

    def together(columns: list[Ints]) -> Ints:
        column = np.concatenate(columns, dtype=np.int64)
        return column if order is None else column[order]

    return Tally(
        together([part.documents for part in parts]),
        together([part.rows for part in parts]),
        {label: together([part.types[label] for part in parts]) for label in sorted(parts[0].types)},
        _added([part.recalls for part in parts]),
    )


def _added(parts: list[Mapping[str, tuple[int, int]] | None]) -> Mapping[str, tuple[int, int]] | None:
    total: dict[str, tuple[int, int]] = {}
    for part in parts:
        if part is None:
            return None
        for name, (earned, items) in part.items():
            before = total.get(name, (0, 0))
            total[name] = (before[0] + earned, before[1] + items)
    return total
