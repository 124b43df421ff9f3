"""The outcome of every label, gold and pred: right, or which kind of error, by the matches of the measures themselves.

A label is *right* if the strictest measure of its layer pairs it. If not, the more lenient measures of the layer say
what is wrong with it: paired by the same span it has the wrong type, paired by overlap the wrong boundary, and so on.
What no measure pairs is missed (gold) or spurious (pred).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dragoman.measures.naming import BY_NAME
from dragoman.measures.pair import Pair

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Annotations

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

RIGHT, MISSED, SPURIOUS = "right", "missed", "spurious"
MEASURES: dict[str, tuple[tuple[str, str], ...]] = {
    "entities": (
        ("entities.strict", RIGHT),
        ("entities.exact", "wrong type"),
        ("entities.type", "wrong boundary"),
        ("entities.partial", "wrong type and boundary"),
    ),
    "dates": (("dates.value", RIGHT), ("dates.relaxed", "wrong value")),
    "claims": (("claims.attributed", RIGHT), ("claims.content", "wrong claimant")),
}
"""For each layer its measures, the strictest first, and the outcome of a pair that no stricter one has paired."""
NO_PARTNER = -1


@dataclass(frozen=True)
class Outcomes:
    """The outcomes of the labels of a layer.

    Attributes:
        gold: the outcome of each gold label, shape (g,); ``pred`` likewise, shape (p,).
        gold_partner: the pred label that each gold label is paired with, or :data:`NO_PARTNER`, shape (g,);
            ``pred_partner`` the other way, shape (p,).
        scored: which documents have gold for the layer, shape (documents,).

    """

    gold: list[str]
    pred: list[str]
    gold_partner: Ints
    pred_partner: Ints
    scored: Bools


def outcomes(layer: str, gold: Annotations, pred: Annotations) -> Outcomes | None:
    """Classify every label of a layer.

    Args:
        layer: ``entities``, ``dates`` or ``claims``.
        gold: the gold labels.
        pred: the labels of a system, on the same documents in the same order.

    Returns:
        The outcomes, or None where the system did not attempt the layer.

    """
    if not pred.attempts(layer):
        return None
    of_gold: list[str] = [MISSED] * len(getattr(gold, layer))
    of_pred: list[str] = [SPURIOUS] * len(getattr(pred, layer))
    gold_partner, pred_partner = np.full(len(of_gold), NO_PARTNER), np.full(len(of_pred), NO_PARTNER)
    pair = Pair(gold, pred)
    for name, outcome in MEASURES[layer]:
        match = BY_NAME[name].match(pair)
        credited = match.credit > 0
        for g, p in zip(match.gold[credited].tolist(), match.pred[credited].tolist(), strict=True):
            # A lenient measure may pair otherwise than a stricter one: what is paired already stays so.
            if gold_partner[g] == NO_PARTNER and pred_partner[p] == NO_PARTNER:
                gold_partner[g], pred_partner[p] = p, g
                of_gold[g] = of_pred[p] = outcome
    return Outcomes(of_gold, of_pred, gold_partner, pred_partner, gold.has(layer))


def confusion(outcomes: Outcomes, gold: Annotations, pred: Annotations, layer: str) -> dict[tuple[str, str], int]:
    """Count the types of paired labels, gold first; the empty type stands for the side that has no label.

    Only entities and dates have types.
    """
    gold_labels, pred_labels = getattr(gold, layer), getattr(pred, layer)
    counts: dict[tuple[str, str], int] = {}
    pairs = [(g, int(p)) for g, p in enumerate(outcomes.gold_partner) if outcomes.scored[gold_labels.doc[g]]]
    spurious = [
        (NO_PARTNER, p)
        for p, g in enumerate(outcomes.pred_partner)
        if g == NO_PARTNER and outcomes.scored[pred_labels.doc[p]]
    ]
    for g, p in [*pairs, *spurious]:
        key = (
            "" if g == NO_PARTNER else gold_labels.type.value(g) or "?",
            "" if p == NO_PARTNER else pred_labels.type.value(p) or "?",
        )
        counts[key] = counts.get(key, 0) + 1
    return counts
