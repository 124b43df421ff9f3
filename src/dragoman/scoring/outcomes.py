"""The outcome of every gold and predicted label: right, or a kind of error, from the matches of the measures.

A label is *right* if the strictest measure of its layer pairs it. Otherwise the more lenient measures of the layer
determine the error: a pair with the same span has the wrong type, one with overlap the wrong boundary, and so on.
Labels that no measure pairs are missed (gold) or spurious (pred).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dragoman.measures.naming import BY_NAME
from dragoman.measures.pair import Pair

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Annotations, Spans
    from dragoman.measures.scores import Match

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
"""For each layer its measures, the strictest first, with the outcome of labels that are first paired by it."""
NO_PARTNER = -1
_SPARSE = 16
"""If there are more than this many possible pairs of types per label, pairs are sorted instead of counted in a table.
"""
Confusion = dict[tuple[str, str], int]


@dataclass(frozen=True)
class Outcomes:
    """The outcomes of the labels of a layer.

    Attributes:
        gold: the outcome of each gold label, length g; ``pred`` of each predicted label, length p.
        gold_partner: index of the predicted label that each gold label is paired with, or :data:`NO_PARTNER`, shape
            (g,); ``pred_partner`` the reverse, shape (p,).
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
        pred: the predictions, on the same documents in the same order.

    Returns:
        The outcomes, or None if the system did not attempt the layer.

    """
    if not pred.attempts(layer):
        return None
    sides = (len(getattr(gold, layer)), len(getattr(pred, layer)))
    pair = Pair(gold, pred)
    gold_partner, pred_partner, stage = _partners((BY_NAME[name].match(pair) for name, _ in MEASURES[layer]), sides)
    kinds = [kind for _, kind in MEASURES[layer]]
    return Outcomes(
        [MISSED if at == NO_PARTNER else kinds[at] for at in stage.tolist()],
        [SPURIOUS if g == NO_PARTNER else kinds[stage[g]] for g in pred_partner.tolist()],
        gold_partner,
        pred_partner,
        gold.has(layer),
    )


def _partners(matches: Iterable[Match], sides: tuple[int, int]) -> tuple[Ints, Ints, Ints]:
    """Pair labels by several matches, the strictest first.

    Args:
        matches: matches of the same labels.
        sides: number of gold and of predicted labels.

    Returns:
        The partner of each gold label, that of each predicted label, and the index of the match that paired each gold
        label; :data:`NO_PARTNER` for none.

    """
    gold_partner, pred_partner, stage = (np.full(number, NO_PARTNER, np.int64) for number in (*sides, sides[0]))
    for at, match in enumerate(matches):
        # A lenient measure may pair differently: earlier pairs take precedence. After the first match, few are free.
        free = np.flatnonzero(gold_partner[match.gold] < 0)
        free = free[(pred_partner[match.pred[free]] < 0) & (match.credit[free] > 0)]
        g, p = match.gold[free], match.pred[free]
        gold_partner[g], pred_partner[p], stage[g] = p, g, at
    return gold_partner, pred_partner, stage


def confusion(outcomes: Outcomes, gold: Annotations, pred: Annotations, layer: str) -> Confusion:
    """Count the pairs of types (gold, predicted) of paired labels; the empty type represents a missing label.

    Only entities and dates have types.
    """
    return _confused(
        outcomes.gold_partner, outcomes.pred_partner, getattr(gold, layer), getattr(pred, layer), outcomes.scored
    )


def confusion_of(matches: Iterable[Match], gold: Spans, pred: Spans) -> Confusion:
    """Compute the same from the matches of the layer's :data:`MEASURES`, if all documents are scored."""
    gold_partner, pred_partner, _ = _partners(matches, (len(gold), len(pred)))
    return _confused(gold_partner, pred_partner, gold, pred, None)


def _confused(gold_partner: Ints, pred_partner: Ints, gold: Spans, pred: Spans, scored: Bools | None) -> Confusion:
    spurious = np.flatnonzero(pred_partner == NO_PARTNER)
    g = np.concatenate([np.arange(len(gold)), np.full(len(spurious), NO_PARTNER)])
    p = np.concatenate([gold_partner, spurious])
    if scored is not None:
        counted = scored[np.concatenate([gold.doc, pred.doc[spurious]])]
        g, p = g[counted], p[counted]
    (g_codes, g_names), (p_codes, p_names) = _types(gold, g), _types(pred, p)
    pairs, counts = _tallied(g_codes * len(p_names) + p_codes, len(g_names) * len(p_names))
    return {
        (g_names[pair // len(p_names)], p_names[pair % len(p_names)]): count
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True)
    }


def _tallied(codes: Ints, most: int) -> tuple[Ints, Ints]:
    """Distinct codes below ``most``, and their counts; by counting where they are dense, else by sorting."""
    if most > _SPARSE * len(codes):
        return np.unique(codes, return_counts=True)
    counts = np.bincount(codes, minlength=most)
    pairs = np.flatnonzero(counts)
    return pairs, counts[pairs]


def _types(side: Spans, at: Ints) -> tuple[Ints, list[str]]:
    """Codes of the types of labels, and names of the codes: ``?`` for a label without a type, empty for no label."""
    labels = side.type.labels
    codes = np.where(side.type.codes < 0, len(labels), side.type.codes)
    return np.append(codes, len(labels) + 1)[at], [*labels, "?", ""]  # NO_PARTNER indexes the last entry
