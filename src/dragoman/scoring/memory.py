"""Driver for labels that are held in memory: they are counted in batches of documents that fit into the CPU cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from dragoman.measures.pair import Pair
from dragoman.measures.seen import Seen
from dragoman.schema.layers import LAYER_NAMES
from dragoman.scoring.partials import Partial, count, join
from dragoman.scoring.threads import in_threads

if TYPE_CHECKING:
    from dragoman.annotations import Annotations
    from dragoman.measures.measure import Measure

ITEMS = 100_000
"""Number of items of both sides per batch: intermediate results then fit into the CPU cache."""


def count_annotations(measures: Sequence[Measure], gold: Annotations, pred: Annotations) -> Partial:
    """Count measures on annotations of the same documents.

    Args:
        measures: what to count.
        gold: the gold labels.
        pred: the predictions on the same documents in the same order.

    """
    seen = Seen.of(Pair(gold, pred)).in_file(pred.answered)

    def counted(bounds: tuple[int, int]) -> Partial:
        return count(measures, gold.between(*bounds), pred.between(*bounds), seen)

    return join(list(in_threads(counted, stretches(gold, pred))))


def stretches(gold: Annotations, pred: Annotations) -> Iterator[tuple[int, int]]:
    """Divide the documents into ranges of about :data:`ITEMS` items; one range if items are not sorted by document."""
    documents = len(gold.documents)
    items = np.zeros(documents, np.int64)
    for layer in (*LAYER_NAMES, "segments"):
        for side in (gold, pred):
            doc = getattr(side, layer).doc
            if (doc[1:] < doc[:-1]).any():
                return iter([(0, documents)])
            items += np.bincount(doc, minlength=documents)
    part = np.cumsum(items) // ITEMS
    return pairwise([0, *(np.flatnonzero(np.diff(part)) + 1).tolist(), documents])
