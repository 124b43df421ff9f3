"""What occurs anywhere in the data: some measures are computed only if a side as a whole has something.

A system without any ids is not scored on them; a system that omits them in one document is. Parts of the data are
counted independently, so that this information accompanies the counts and is evaluated at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from dragoman.annotations import NULL
from dragoman.measures.links import has_links
from dragoman.schema.layers import LAYER_NAMES, TYPED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Annotations, Spans
    from dragoman.measures.pair import Pair

ATTRIBUTES: Mapping[str, Callable[[Annotations], bool]] = MappingProxyType(
    {
        "entities": lambda side: len(side.entities) > 0,
        "ids": lambda side: bool((side.entities.ids.codes != NULL).any()),
        "links": has_links,
        "segments": lambda side: len(side.segments) > 0,
        "times": lambda side: bool((side.published.codes != NULL).any()),
        "polarity": lambda side: bool((side.claims.polarity.codes != NULL).any()),
        "modality": lambda side: bool((side.claims.modality.codes != NULL).any()),
        "act": lambda side: bool((side.claims.act.codes != NULL).any()),
    }
)
"""Properties that a side may have, each with its test."""
MAX_PREDICTED_TYPES = 100
"""Types that occur only in predictions get no slices if there are more than this: they are probably not types at all.
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What occurs anywhere in the data.


    Attributes:
        gold: which of :data:`ATTRIBUTES` gold has.
        pred: which of them predictions have.
        types: types in gold, by layer.
        pred_types: types in predictions on documents with gold of the layer, by layer.
        answered: layers that occur in at least one line of the predictions.
        lines: whether the predictions have any line.
        annotated: whether gold has any labels.

    """

    gold: frozenset[str]
    pred: frozenset[str]
    types: Mapping[str, frozenset[str]]
    pred_types: Mapping[str, frozenset[str]]
    answered: frozenset[str]
    lines: bool
    annotated: bool

    @classmethod
    def of(cls, pair: Pair) -> Seen:
        """Inspect a pair."""
        lines = bool(pair.pred.given.any())
        return cls(
            frozenset(name for name, has in ATTRIBUTES.items() if has(pair.gold)),
            frozenset(name for name, has in ATTRIBUTES.items() if has(pair.pred)),
            {layer: frozenset(getattr(pair.gold, layer).type.labels) for layer in TYPED},
            {layer: _types(getattr(pair.pred, layer), pair.gold.has(layer)) for layer in TYPED},
            pair.pred.answered if lines else frozenset(),
            lines,
            bool(pair.gold.present.any()),
        )

    @classmethod
    def union(cls, parts: Iterable[Seen]) -> Seen:
        """Combine what occurs in parts of the data; there must be at least one."""
        parts = list(parts)
        return cls(
            frozenset().union(*(part.gold for part in parts)),
            frozenset().union(*(part.pred for part in parts)),
            {layer: frozenset().union(*(part.types[layer] for part in parts)) for layer in TYPED},
            {layer: frozenset().union(*(part.pred_types[layer] for part in parts)) for layer in TYPED},
            frozenset().union(*(part.answered for part in parts)),
            any(part.lines for part in parts),
            any(part.annotated for part in parts),
        )

    def in_file(self, answered: frozenset[str]) -> Seen:
        """Return a copy for a file whose answered layers are known: all layers, if it has no line."""
        return replace(self, answered=answered, lines=True)

    def sliced_types(self, layer: str) -> list[str]:
        """Return the types to slice by: those of gold, and those only in predictions, unless there are too many."""
        more = self.pred_types[layer] - self.types[layer]
        return sorted(self.types[layer] | (more if len(more) <= MAX_PREDICTED_TYPES else frozenset()))

    def attempts(self, layer: str) -> bool:
        """Whether a system attempts a layer: some line has its key, or there are no lines at all."""
        return layer in self.answered or not self.lines or layer not in LAYER_NAMES


def _types(spans: Spans, scored: NDArray[np.bool_]) -> frozenset[str]:
    """Return the types of spans in the documents of a mask, shape (documents,)."""
    codes = spans.type.codes[scored[spans.doc]]
    return frozenset(spans.type.labels[code] for code in np.unique(codes[codes != NULL]).tolist())


def both_link(seen: Seen) -> bool:
    """Whether gold has ids, and predictions have links to known entities or no entities at all."""
    return ("links" in seen.pred or "entities" not in seen.pred) and "ids" in seen.gold


def both_have_ids(seen: Seen) -> bool:
    """Whether gold has ids, and predictions have ids or no entities at all."""
    return ("ids" in seen.pred or "entities" not in seen.pred) and "ids" in seen.gold


def has_segments(seen: Seen) -> bool:
    """Whether the system predicts any segments."""
    return "segments" in seen.pred


def has_times(seen: Seen) -> bool:
    """Whether the system predicts any document times."""
    return "times" in seen.pred
