"""Pairs of spans that every best match contains, found without an assignment.

Most of what a good system finds has exactly the bounds of a gold span. Overlaps have to be computed, and an assignment
solved, only for the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dragoman.matching.exact import equal_pairs
from dragoman.measures.pair import Pair

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Annotations, Codes, Spans

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

_NEAR = 64
"""A span that overlaps so many of the following ones is not settled, and neither are these."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Settled pairs of a layer, and the spans that remain to be matched.

    Attributes:
        gold: index of the gold span of each pair, shape (k,).
        pred: index of the predicted span of each pair, shape (k,).
        same_type: whether their types are equal, shape (k,).
        rest: the annotations with the remaining spans of the layer.
        gold_rest: index of each remaining gold span, shape (g,).
        pred_rest: index of each remaining predicted span, shape (p,).

    """

    gold: Ints
    pred: Ints
    same_type: Bools
    rest: Pair
    gold_rest: Ints
    pred_rest: Ints


Settle = Callable[[Pair, str], Settled | None]
"""Finds settled pairs of a layer."""


class _Neighbours(NamedTuple):
    """Which spans other spans of the same side overlap, shape (n,) each.

    Attributes:
        any: any other span.
        of_type: one of the same type.
        left: one that covers the left end of the span, and not its right end.
        right: one that covers the right end, and not the left end.

    """

    any: Bools
    of_type: Bools
    left: Bools
    right: Bools


class _Pairs(NamedTuple):
    """Pairs of spans with equal bounds, which no other span of either side has.

    Attributes:
        gold: index of the gold span of each pair, shape (k,).
        pred: index of the predicted span of each pair, shape (k,).
        same_type: whether their types are equal, shape (k,).
        near_gold: what overlaps the gold span of each pair on its side.
        near_pred: what overlaps the predicted span of each pair on its side.

    """

    gold: Ints
    pred: Ints
    same_type: Bools
    near_gold: _Neighbours
    near_pred: _Neighbours


def isolated(pair: Pair, layer: str) -> Settled | None:
    """Settle spans with equal bounds that overlap no other span of either side: no match pairs them otherwise.

    Args:
        pair: gold and predicted annotations.
        layer: a layer of spans.

    Returns:
        The settled pairs; None if there are none.

    """
    # A span that overlaps one of a pair overlaps both, as their bounds are equal: so neighbours of the same side tell.
    return _memo(pair, layer, isolated, lambda found: ~(found.near_gold.any | found.near_pred.any))


def isolated_of_type(pair: Pair, layer: str) -> Settled | None:
    """Settle spans of the same type, with equal bounds, that overlap no other span of this type; see :func:`isolated`.

    No match within types pairs them otherwise.
    """

    def sure(found: _Pairs) -> Bools:
        return found.same_type & ~(found.near_gold.of_type | found.near_pred.of_type)

    return _memo(pair, layer, isolated_of_type, sure)


def dominant(pair: Pair, layer: str) -> Settled | None:
    """Settle spans with equal bounds that a match always pairs if it gives them twice the credit of others.

    Let (g, p) have the bounds I, and let a match pair g with p' and p with g' instead. If p' and g' overlap, (g, p) and
    (g', p') earn more. If they do not, (g, p) alone earns as much, and shares more characters unless p' and g' divide I
    between them: then one covers only the left end of I, the other only its right end. Pairs for which that is possible
    are not settled. Arguments and result are as for :func:`isolated`.
    """

    def sure(found: _Pairs) -> Bools:
        gold, pred = found.near_gold, found.near_pred
        return ~((gold.left & pred.right) | (gold.right & pred.left))

    return _memo(pair, layer, dominant, sure)


def _memo(pair: Pair, layer: str, key: Settle, sure: Callable[[_Pairs], Bools]) -> Settled | None:
    def make() -> Settled | None:
        settled = _settled(pair, layer, sure)
        if settled is not None:
            settled.rest.memo.get((key, layer), lambda: None)  # of the rest nothing more is settled in the same way
        return settled

    return pair.memo.get((key, layer), make)


def _settled(pair: Pair, layer: str, sure: Callable[[_Pairs], Bools]) -> Settled | None:
    found: _Pairs | None = pair.memo.get(("equal bounds", layer), lambda: _equal_bounds(pair, layer))
    chosen = np.zeros(0, np.int64) if found is None else np.flatnonzero(sure(found))
    if found is None or not len(chosen):
        return None
    g, p = found.gold[chosen], found.pred[chosen]
    (g_rest, gold), (p_rest, pred) = _without(pair.gold, layer, g), _without(pair.pred, layer, p)
    return Settled(g, p, found.same_type[chosen], Pair(gold, pred), g_rest, p_rest)


def _equal_bounds(pair: Pair, layer: str) -> _Pairs | None:
    gold: Spans = getattr(pair.gold, layer)
    pred: Spans = getattr(pair.pred, layer)
    if not len(gold) or not len(pred):
        return None
    # The documents one after the other on one number line.
    stride = max(int(gold.end.max()), int(pred.end.max())) + 1
    lines = [(side.doc * stride + side.start, side.doc * stride + side.end) for side in (gold, pred)]
    single = [np.flatnonzero(_single(*line)) for line in lines]
    at = equal_pairs(*([column[index] for column in line] for line, index in zip(lines, single, strict=True)))
    g, p = (index[of] for index, of in zip(single, at, strict=True))
    codes = gold.type.codes, pred.type.recode(gold.type.labels)
    sides = zip(lines, codes, (g, p), strict=True)
    own, other = (_Neighbours(*(mask[index] for mask in _neighbours(*line, type_))) for line, type_, index in sides)
    return _Pairs(g, p, codes[0][g] == codes[1][p], own, other)


def _single(start: Ints, end: Ints) -> Bools:
    """Whether no other span of the side has the same bounds, shape (n,); spans are ordered by start and end."""
    single = np.ones(len(start), bool)
    differs = (start[1:] != start[:-1]) | (end[1:] != end[:-1])
    single[1:] = differs
    single[:-1] &= differs
    return single


def _neighbours(start: Ints, end: Ints, type_: Codes) -> _Neighbours:
    """Find out what overlaps each span of a side; spans are ordered by start and end."""
    masks = _Neighbours(*(np.zeros(len(start), bool) for _ in range(4)))
    for distance in range(1, _NEAR):
        first, second = slice(None, -distance), slice(distance, None)
        overlaps = start[second] < end[first]
        if not overlaps.any():
            return masks
        masks.any[first] |= overlaps
        masks.any[second] |= overlaps
        same = overlaps & (type_[first] == type_[second])
        masks.of_type[first] |= same
        masks.of_type[second] |= same
        masks.right[first] |= overlaps & (start[second] > start[first]) & (end[second] >= end[first])
        masks.left[second] |= overlaps & (end[first] < end[second])
    many = np.flatnonzero(start[_NEAR:] < end[:-_NEAR])
    if len(many):  # each overlaps so many that these are not looked at one by one
        inside = np.zeros(len(start) + 1, np.int64)
        np.add.at(inside, many, 1)
        np.add.at(inside, np.searchsorted(start, end[many]), -1)
        unclear = np.cumsum(inside[:-1]) > 0
        for mask in masks:
            mask[unclear] = True
    return masks


def _without(side: Annotations, layer: str, taken: Ints) -> tuple[Ints, Annotations]:
    spans: Spans = getattr(side, layer)
    left = np.ones(len(spans), bool)
    left[taken] = False
    rest = np.flatnonzero(left)
    part: dict[str, Any] = {layer: spans.take(rest)}
    return rest, replace(side, **part)
