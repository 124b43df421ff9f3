"""What became of every label, gold and predicted, by the matches of the measures themselves.

A label is *right* if its layer's first measure pairs it. If not, the looser measures of the layer say what is wrong
with it: paired by the same span it has the wrong type, paired by overlap the wrong boundary, and so on. What no measure
pairs is missed (gold) or spurious (predicted).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dragoman.measures.catalogue import BY_NAME
from dragoman.measures.pair import Pair

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Annotations

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

RIGHT, MISSED, SPURIOUS = "right", "missed", "spurious"
LADDERS: dict[str, tuple[tuple[str, str], ...]] = {
    "entities": (
        ("entities.strict", RIGHT),
        ("entities.exact", "wrong type"),
        ("entities.type", "wrong boundary"),
        ("entities.partial", "wrong type and boundary"),
    ),
    "dates": (("dates.value", RIGHT), ("dates.relaxed", "wrong value")),
    "claims": (("claims.attributed", RIGHT), ("claims.content", "wrong claimant")),
}
"""For each layer the measures, the strictest first, and what a pair of each, not paired before, is."""
NO_PARTNER = -1


@dataclass(frozen=True)
class Judged:
    """What became of the labels of a layer.

    Attributes:
        gold: what each gold label is, shape (g,); ``predicted`` likewise, shape (p,).
        gold_partner: the predicted label that each gold label is paired with, or :data:`NO_PARTNER`, shape (g,);
            ``predicted_partner`` the other way, shape (p,).
        scored: which documents have gold for the layer, shape (documents,).

    """

    gold: list[str]
    predicted: list[str]
    gold_partner: Ints
    predicted_partner: Ints
    scored: Bools


def judge(layer: str, gold: Annotations, predicted: Annotations) -> Judged | None:
    """Say what became of every label of a layer.

    Args:
        layer: ``entities``, ``dates`` or ``claims``.
        gold: the gold labels.
        predicted: the labels of a system, on the same documents in the same order.

    Returns:
        What the labels are, or None where the system did not attempt the layer.

    """
    if not predicted.attempts(layer):
        return None
    g_kind: list[str] = [MISSED] * len(getattr(gold, layer))
    p_kind: list[str] = [SPURIOUS] * len(getattr(predicted, layer))
    g_partner, p_partner = np.full(len(g_kind), NO_PARTNER), np.full(len(p_kind), NO_PARTNER)
    pair = Pair(gold, predicted)
    for name, kind in LADDERS[layer]:
        match = BY_NAME[name].match(pair)
        for g, p in zip(match.gold[match.credit > 0].tolist(), match.pred[match.credit > 0].tolist(), strict=True):
            # A looser measure may pair otherwise than a stricter one: what is paired already stays so.
            if g_partner[g] == NO_PARTNER and p_partner[p] == NO_PARTNER:
                g_partner[g], p_partner[p] = p, g
                g_kind[g] = p_kind[p] = kind
    return Judged(g_kind, p_kind, g_partner, p_partner, gold.has(layer))


def confusion(judged: Judged, gold: Annotations, predicted: Annotations, layer: str) -> dict[tuple[str, str], int]:
    """Count the types of paired labels, gold first; the empty type stands for the side that has no label.

    Only entities and dates have types.
    """
    ours, theirs = getattr(gold, layer), getattr(predicted, layer)
    counts: dict[tuple[str, str], int] = {}
    pairs = [(g, int(p)) for g, p in enumerate(judged.gold_partner) if judged.scored[ours.doc[g]]]
    alone = [p for p, g in enumerate(judged.predicted_partner) if g == NO_PARTNER and judged.scored[theirs.doc[p]]]
    for g, p in [*pairs, *((NO_PARTNER, p) for p in alone)]:
        key = (
            "" if g == NO_PARTNER else ours.type.value(g) or "?",
            "" if p == NO_PARTNER else theirs.type.value(p) or "?",
        )
        counts[key] = counts.get(key, 0) + 1
    return counts
