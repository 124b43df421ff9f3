"""Entity linking: which known entities a mention denotes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from dragoman.annotations import JOINER, NULL, Coded
from dragoman.matching.exact import equal_pairs
from dragoman.measures.spans import codes, matched

if TYPE_CHECKING:
    from collections.abc import Collection

    from dragoman.annotations import Annotations
    from dragoman.measures.pair import Pair
    from dragoman.measures.scores import Match


WIKIDATA = re.compile(r"Q[1-9][0-9]*")
"""Form of a Wikidata item id, which is a known entity whether the registry has it or not."""


def is_known(name: str, names: Collection[str]) -> bool:
    """Whether an id is one of the given names, or a Wikidata id."""
    return name in names or WIKIDATA.fullmatch(name) is not None


def links(annotations: Annotations) -> Coded:
    """Return the known entities of each mention, as a set; ids that are local to a system form clusters, not links."""
    ids = annotations.entities.ids
    if not annotations.registry:
        return ids
    known = [JOINER.join(i for i in label.split(JOINER) if is_known(i, annotations.registry)) for label in ids.labels]
    place = {label: i for i, label in enumerate(dict.fromkeys(label for label in known if label))}
    table = np.array([place.get(label, NULL) for label in known] + [NULL], np.int32)
    return Coded(table[ids.codes], tuple(place))


def has_links(annotations: Annotations) -> bool:
    """Whether any mention has the id of a known entity."""
    return bool((links(annotations).codes != NULL).any())


def linked(pair: Pair) -> Match:
    """Pair mentions with the same span and the same set of known entities; no known entity equals none."""
    gold, pred = pair.gold.entities, pair.pred.entities
    g_ids, p_ids = codes(links(pair.gold), links(pair.pred))
    return matched(
        gold, pred, equal_pairs((gold.doc, gold.start, gold.end, g_ids), (pred.doc, pred.start, pred.end, p_ids))
    )
