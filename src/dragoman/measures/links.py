"""Which entity a mention stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dragoman.annotations import JOINER, NULL, Coded
from dragoman.matching.exact import equal_pairs
from dragoman.measures.scores import Match
from dragoman.measures.spans import codes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Annotations
    from dragoman.measures.pair import Pair

    Ints = NDArray[np.int64]


def links(annotations: Annotations) -> Coded:
    """Give the known entities of each mention, as a set; a system's own strings make clusters and no links."""
    ids = annotations.entities.ids
    if not annotations.registry:
        return ids
    known = [JOINER.join(i for i in label.split(JOINER) if i in annotations.registry) for label in ids.labels]
    place = {label: i for i, label in enumerate(dict.fromkeys(label for label in known if label))}
    table = np.array([place.get(label, NULL) for label in known] + [NULL], np.int32)
    return Coded(table[ids.codes], tuple(place))


def linkable(annotations: Annotations) -> Ints:
    """Mentions with ids of known entities."""
    return np.flatnonzero(links(annotations).codes != NULL)


def linked(pair: Pair) -> Match:
    """Pair mentions with the same span and the same set of known entities, among the mentions that have any."""
    g, p = linkable(pair.gold), linkable(pair.pred)
    gold, pred = pair.gold.entities.take(g), pair.pred.entities.take(p)
    g_ids, p_ids = codes(links(pair.gold).take(g), links(pair.pred).take(p))
    pairs = equal_pairs((gold.doc, gold.start, gold.end, g_ids), (pred.doc, pred.start, pred.end, p_ids))
    return Match(*pairs, np.ones(len(pairs[0]), np.int64), 1, gold.doc, pred.doc)
