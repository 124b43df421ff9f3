"""On which documents a measure can be taken, besides needing gold.

Some measures need something that the whole of a side has or lacks: a system that gives no ids at all is not scored on
them, one that forgot them in a document is. What a side has anywhere is its traits. They are looked up in the labels
themselves, unless these are a part of something larger and carry its traits with them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from dragoman.annotations import NULL
from dragoman.measures.links import linkable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Annotations

    Bools = NDArray[np.bool_]

TRAITS: Mapping[str, Callable[[Annotations], bool]] = MappingProxyType(
    {
        "entities": lambda side: len(side.entities) > 0,
        "ids": lambda side: bool((side.entities.ids.codes != NULL).any()),
        "links": lambda side: len(linkable(side)) > 0,
        "segments": lambda side: len(side.segments) > 0,
        "times": lambda side: bool((side.published.codes != NULL).any()),
        "polarity": lambda side: bool((side.claims.polarity.codes != NULL).any()),
        "modality": lambda side: bool((side.claims.modality.codes != NULL).any()),
        "act": lambda side: bool((side.claims.act.codes != NULL).any()),
    }
)
"""What a side may have somewhere, with how to tell."""


def traits(side: Annotations) -> frozenset[str]:
    """Tell what a side has in some document."""
    return frozenset(trait for trait in TRAITS if has(side, trait))


def has(side: Annotations, trait: str) -> bool:
    """Whether a side has something in some document of the whole."""
    return TRAITS[trait](side) if side.traits is None else trait in side.traits


def by_links(gold: Annotations, predicted: Annotations) -> Bools:
    """All documents, if both sides link at all, or nothing was predicted; else none."""
    given = has(predicted, "links") or not has(predicted, "entities")
    return np.full(len(gold.documents), given and has(gold, "ids"))


def by_ids(gold: Annotations, predicted: Annotations) -> Bools:
    """All documents, if both sides have ids at all, or nothing was predicted; else none."""
    given = has(predicted, "ids") or not has(predicted, "entities")
    return np.full(len(gold.documents), given and has(gold, "ids"))


def by_segments(gold: Annotations, predicted: Annotations) -> Bools:
    """Documents with segments in gold, if the system gives segments at all."""
    known = np.zeros(len(gold.documents), bool)
    known[gold.segments.doc] = has(predicted, "segments")
    return known


def by_times(gold: Annotations, predicted: Annotations) -> Bools:
    """Documents with a time in gold, if the system gives times at all."""
    known: Bools = (gold.published.codes != NULL) | (gold.published_external.codes != NULL)
    return known & has(predicted, "times")


def by_texts(gold: Annotations, _predicted: Annotations) -> Bools:
    """Documents whose text is known."""
    return np.array([text is not None for text in gold.texts], bool)
