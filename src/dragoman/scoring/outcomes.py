"""The outcome of every label, gold and pred: right, or which kind of error, by the matches of the measures themselves.

A label is *right* if the strictest measure of its layer pairs it. If not, the more lenient measures of the layer say
what is wrong with it: paired by the same span it has the wrong type, paired by overlap the wrong boundary, and so on.
What no measure pairs is missed (gold) or spurious (pred).
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
"""For each layer its measures, the strictest first, and the outcome of a pair that no stricter one has paired."""
NO_PARTNER = -1
_SPARSE = 16
"""Pairs of types that are more times as many as the labels are too sparse to be counted in a table."""
Confusion = dict[tuple[str, str], int]


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
    """Pair labels by some matches, the strictest first.

    Args:
        matches: of the same labels.
        sides: how many labels gold and pred have.

    Returns:
        The partner of each gold label, that of each pred label, and by which match each gold label was paired;
        :data:`NO_PARTNER` where it was not.

    """
    gold_partner, pred_partner, stage = (np.full(number, NO_PARTNER, np.int64) for number in (*sides, sides[0]))
    for at, match in enumerate(matches):
        # A lenient measure may pair otherwise than a stricter one: what is paired already stays so.
        free = (match.credit > 0) & (gold_partner[match.gold] < 0) & (pred_partner[match.pred] < 0)
        g, p = match.gold[free], match.pred[free]
        gold_partner[g], pred_partner[p], stage[g] = p, g, at
    return gold_partner, pred_partner, stage


def confusion(outcomes: Outcomes, gold: Annotations, pred: Annotations, layer: str) -> Confusion:
    """Count the types of paired labels, gold first; the empty type stands for the side that has no label.

    Only entities and dates have types.
    """
    return _confused(
        outcomes.gold_partner, outcomes.pred_partner, getattr(gold, layer), getattr(pred, layer), outcomes.scored
    )


def confusion_of(matches: Iterable[Match], gold: Spans, pred: Spans) -> Confusion:
    """Count the same from the matches of the layer's :data:`MEASURES`, on documents that are all scored."""
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
    """Distinct codes below a number, and how often each occurs; counted where they are dense, else sorted."""
    if most > _SPARSE * len(codes):
        return np.unique(codes, return_counts=True)
    counts = np.bincount(codes, minlength=most)
    pairs = np.flatnonzero(counts)
    return pairs, counts[pairs]


def _types(side: Spans, at: Ints) -> tuple[Ints, list[str]]:
    """Codes of the types of some labels, and their names: ``?`` for a label without a type, empty for no label."""
    labels = side.type.labels
    codes = np.where(side.type.codes < 0, len(labels), side.type.codes)
    return np.append(codes, len(labels) + 1)[at], [*labels, "?", ""]  # NO_PARTNER is the place of the last one
