"""Count a measure on the documents that have gold for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dragoman.annotations import Annotations
from dragoman.measures.catalogue import Measure
from dragoman.measures.scores import Match

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Counted:
    """Counts of a measure.

    Attributes:
        rows: one row a document that was scored.
        documents: positions of these documents among all, ascending.
        match: the match behind the rows; its documents are positions in :attr:`documents`.
        gold: the gold annotations of these documents.
        predicted: the labels of the system on them.

    """

    rows: Ints
    documents: Ints
    match: Match
    gold: Annotations
    predicted: Annotations


def count(measure: Measure, predicted: Annotations, gold: Annotations) -> Counted | None:
    """Count a measure on the documents that have gold for it.

    Args:
        measure: from the catalogue.
        predicted: labels of a system.
        gold: gold labels of the same documents.

    Returns:
        The counts, or None where no document has gold or the system did not attempt the layer.

    """
    scored = _has_gold(measure.layer, gold)
    if not _attempts(measure.layer, predicted):
        return None
    if measure.defined is not None:
        scored = scored & measure.defined(gold, predicted)
    at = np.flatnonzero(scored)
    if not len(at):
        return None
    ours, theirs = gold, predicted
    if len(at) < len(gold.documents) or predicted.documents != gold.documents:
        names = tuple(gold.documents[i] for i in at.tolist())
        ours, theirs = gold.of(names), predicted.of(names)
    match = measure.match(ours, theirs)
    return Counted(measure.score.counts(match, len(at)), at, match, ours, theirs)


def _has_gold(layer: str, gold: Annotations) -> Bools:
    """Which documents have gold; for pages the measures say themselves where they are defined."""
    return np.ones(len(gold.documents), bool) if layer == "pages" else gold.has(layer)


def _attempts(layer: str, predicted: Annotations) -> bool:
    return layer == "pages" or predicted.attempts(layer)
