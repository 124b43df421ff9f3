"""Score one file against another block by block, where both have their documents in the same order.

What is held of the files is a few blocks, and of the documents their counts; only cluster measures, which are over all
documents, keep what they need of the labels. What the first block has (fields, layers, ids, times) is taken for what
the whole has. Where that turns out to be wrong, as where the order is another or anything is the matter with a line,
there is no answer, and the files are to be read as wholes: that way also says what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from dragoman.annotations import Annotations
from dragoman.measures.applicability import traits
from dragoman.measures.catalogue import Measure
from dragoman.problems import DragomanError
from dragoman.reading import columns
from dragoman.reading.arrow_rows import column_of
from dragoman.reading.fallback import Fallback
from dragoman.reading.target import Target
from dragoman.schema import result as results
from dragoman.scoring.assemble import assemble, coverage_of
from dragoman.scoring.partials import Tally, joined, packed, tallies
from dragoman.scoring.shards import TYPED, Sum, Whole, Work, add, count_whole, thinned
from dragoman.scoring.slices import USUAL, Resampling

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.reading.prefetch import Prefetch

    Ints = NDArray[np.int64]


def score_in_step(
    predictions: Prefetch,
    reference: Prefetch,
    *,
    measures: Iterable[Measure],
    system: str,
    resampling: Resampling = USUAL,
    singletons: bool = True,
) -> results.Result | None:
    """Score a file against another; the result is that of :func:`dragoman.scoring.score`, to the byte.

    Args:
        predictions: labels of a system.
        reference: what they are scored against.
        measures: what to compute, from the catalogue.
        system: what to call the system.
        resampling: how error bars are made.
        singletons: whether clusters of one mention count in cluster measures.

    Returns:
        The result, or None if the files are to be read as wholes.

    """
    counts = _Counts(Work(tuple(measure.name for measure in measures), singletons))
    try:
        for ours, theirs in _in_step(reference, predictions):
            gold = columns.build(ours, Target())
            texts = {name: text for name, text in zip(gold.documents, gold.texts, strict=True) if text is not None}
            counts.add(gold, columns.build(theirs, Target(documents=gold.documents, texts=texts)))
        coverage, taken = counts.total()
    except (Fallback, DragomanError, pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    return assemble(
        taken,
        data=results.Data("reference", None, reference.sha256(), None, counts.documents()),
        system=system,
        resampling=resampling,
        coverage=coverage,
        singletons=singletons,
    )


def _in_step(reference: Prefetch, predictions: Prefetch) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Give each block of the reference with the predictions on its documents.

    Raises:
        Fallback: the predictions have another order, or documents that the reference lacks.

    """
    blocks, seen = iter(predictions), set[str]()
    left: pa.Table | None = None
    for ours in reference:
        here = set(_names(ours))
        if len(here) < ours.num_rows or not seen.isdisjoint(here):
            raise Fallback("a document twice")
        seen.update(here)
        theirs = []
        while (left := next(blocks, None) if left is None else left) is not None:
            names = _names(left)
            known = next((at for at, name in enumerate(names) if name not in here), len(names))
            theirs.append(left.slice(0, known))
            if known < len(names):
                if names[known] in seen:
                    raise Fallback("another order")
                left = left.slice(known)
                break
            left = None
        yield ours, pa.concat_tables(theirs) if theirs else _empty(ours)
    if left is not None or next(blocks, None) is not None:
        raise Fallback("unknown documents")


def _names(rows: pa.Table) -> list[str]:
    """Ids of the rows, in order."""
    names: list[str] = column_of(rows, "id", pa.string()).to_pylist()
    return names


def _empty(rows: pa.Table) -> pa.Table:
    return rows.schema.empty_table().select(["id"])


_NOTHING = Whole({}, frozenset(), frozenset(), frozenset())


@dataclass
class _Counts:
    """What has been counted so far.

    Attributes:
        work: what to count.
        parts: the counts of each block, with the documents as positions in the block.
        blocks: documents of each block.
        held: what cluster measures need of each block.
        labels: types that either side has had so far, by layer.
        gold_labels: types that gold has had so far, by layer.
        whole: what the first block has, which is taken for what all have.
        found: what the blocks so far have.
        annotated: whether gold has had any labels so far.

    """

    work: Work
    parts: list[Sum] = field(default_factory=list)
    blocks: list[tuple[str, ...]] = field(default_factory=list)
    held: list[tuple[Annotations, Annotations]] = field(default_factory=list)
    labels: dict[str, set[str]] = field(default_factory=lambda: {layer: set() for layer in TYPED})
    gold_labels: dict[str, set[str]] = field(default_factory=lambda: {layer: set() for layer in TYPED})
    whole: Whole | None = None
    found: Whole = _NOTHING
    annotated: bool = False

    def add(self, gold: Annotations, predicted: Annotations) -> None:
        """Count a block."""
        for layer in TYPED:
            self.gold_labels[layer].update(getattr(gold, layer).type.labels)
            self.labels[layer].update(*(getattr(side, layer).type.labels for side in (gold, predicted)))
        # Predictions without a line on a block say nothing of what they answer.
        answered = predicted.answered if predicted.given.any() else frozenset()
        self.annotated |= bool(gold.present.any())
        self.found = Whole(
            {},
            self.found.gold_traits | traits(gold),
            self.found.traits | traits(predicted),
            self.found.answered | answered,
        )
        self.whole = self.whole or self.found
        whole = replace(self.whole, labels={layer: tuple(sorted(labels)) for layer, labels in self.labels.items()})
        ours, theirs = whole.gold(gold), whole.predicted(predicted)
        counted = {
            measure.name: packed(tally)
            for measure, tally in tallies(self.work.by_document(), theirs, ours)
            if tally is not None
        }
        self.parts.append(Sum(counted, coverage_of(theirs, ours)))
        self.blocks.append(gold.documents)
        layers = self._whole_layers(ours, theirs)
        if layers:
            self.held.append((thinned(ours, layers), thinned(theirs, layers)))

    def _whole_layers(self, gold: Annotations, predicted: Annotations) -> frozenset[str]:
        """Layers of which a measure needs all documents at once."""
        return frozenset(
            measure.layer
            for measure in self.work.of_whole()
            if predicted.attempts(measure.layer) and (measure.defined is None or measure.defined(gold, predicted).any())
        )

    def documents(self) -> list[str]:
        """All documents, in order."""
        return sorted(name for block in self.blocks for name in block)

    def total(self) -> tuple[results.Coverage, Iterator[tuple[Measure, Tally | None]]]:
        """Put everything together: what was answered, and the counts of each measure, made one after the other.

        Raises:
            Fallback: the first block was not like the whole.

        """
        if self.whole is None or not self.annotated or not self.found.answered:
            raise Fallback("no labels")
        if self.found != replace(self.whole, labels={}):
            raise Fallback("the first block is not like the others")
        place = {name: at for at, name in enumerate(self.documents())}
        places = [np.array([place[name] for name in names], np.int64) for names in self.blocks]
        of_whole: dict[str, Tally] = {}
        if self.held:
            labels = {layer: tuple(sorted(labels)) for layer, labels in self.gold_labels.items()}
            of_whole = count_whole(self.work, replace(self.whole, labels=labels), tuple(place), *self.held)
        coverage = add(*(replace(part, tallies={}) for part in self.parts)).coverage
        return coverage, ((measure, self._joined(measure.name, places, of_whole)) for measure in self.work.chosen())

    def _joined(self, name: str, places: list[Ints], of_whole: dict[str, Tally]) -> Tally | None:
        """Join the counts of one measure."""
        both = zip(places, self.parts, strict=True)
        parts = [(place, part.tallies[name]) for place, part in both if name in part.tallies]
        if not parts:
            return of_whole.get(name)
        typed = any(tally.types for _, tally in parts)
        return joined(
            replace(tally, documents=place[tally.documents], types=self._types(name, tally) if typed else {})
            for place, tally in parts
        )

    def _types(self, name: str, tally: Tally) -> dict[str, Any]:
        """Give the counts of every type that gold has, whether this part has any or not."""
        layer = name.partition(".")[0]
        none = np.zeros_like(tally.rows)
        return {label: tally.types.get(label, none) for label in sorted(self.gold_labels[layer])}
