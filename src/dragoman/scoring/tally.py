"""What is counted of a measure: all of its scores, slices and error bars follow from it, and parts of it add up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from dragoman.measures.catalogue import Measure
from dragoman.schema.columns import Annotations
from dragoman.scoring.counted import count
from dragoman.scoring.slices import Types, recalls

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Tally:
    """Counts of a measure on some documents.

    Attributes:
        documents: positions of the documents that were scored, ascending, shape (n,).
        rows: one row a document, shape (n, columns).
        types: the same of the items of each type alone, by type.
        recalls: for each slice of gold items what they earned, and how many they are.

    """

    documents: Ints
    rows: Ints
    types: Mapping[str, Ints] = field(default_factory=dict)
    recalls: Mapping[str, tuple[int, int]] = field(default_factory=dict)


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
        yield measure, Tally(counted.documents, counted.rows, by_type, dict(recalls(measure, counted)))


def joined(parts: Iterable[Tally]) -> Tally:
    """Put the counts of different documents together, whatever the order of the parts; there must be one at least."""
    parts = list(parts)
    documents = np.concatenate([part.documents for part in parts])
    order = np.argsort(documents)
    types = {label: np.concatenate([part.types[label] for part in parts])[order] for label in sorted(parts[0].types)}
    recalled: dict[str, tuple[int, int]] = {}
    for part in parts:
        for name, (earned, items) in part.recalls.items():
            before = recalled.get(name, (0, 0))
            recalled[name] = (before[0] + earned, before[1] + items)
    return Tally(documents[order], np.concatenate([part.rows for part in parts])[order], types, recalled)
