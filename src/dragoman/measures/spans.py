"""Matching of typed spans, shared by entities, dates and segments.

Matches take a :class:`dragoman.measures.pair.Pair` and the name of a layer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING

import numpy as np

from dragoman.annotations import NULL, Coded
from dragoman.matching.assignment import Graph, assign
from dragoman.matching.exact import equal_pairs
from dragoman.matching.overlap import overlapping_pairs
from dragoman.measures.scores import Match
from dragoman.measures.settled_pairs import Settle, dominant, isolated, isolated_of_type

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Codes, Spans
    from dragoman.measures.pair import Pair

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


def sides(pair: Pair, layer: str) -> tuple[Spans, Spans]:
    """Gold and predicted spans of a layer."""
    return getattr(pair.gold, layer), getattr(pair.pred, layer)


def codes(gold: Coded, pred: Coded) -> tuple[Codes, Codes]:
    """Codes of both sides in one vocabulary; labels that gold lacks are below NULL, and missing labels are equal."""
    return gold.codes, pred.recode(gold.labels)


def equal(gold: Coded, pred: Coded, pairs: tuple[Ints, Ints]) -> Bools:
    """Whether the labels of each pair are equal or both missing, shape (k,)."""
    g, p = codes(gold, pred)
    result: Bools = g[pairs[0]] == p[pairs[1]]
    return result


def equal_and_given(gold: Coded, pred: Coded, pairs: tuple[Ints, Ints]) -> Bools:
    """Whether the labels of each pair are equal and not missing, shape (k,)."""
    g, p = codes(gold, pred)
    result: Bools = (g[pairs[0]] == p[pairs[1]]) & (g[pairs[0]] != NULL)
    return result


def equal_types(pair: Pair, layer: str) -> Bools:
    """Whether the types of each overlapping pair are equal, shape (k,)."""
    gold, pred = sides(pair, layer)
    return pair.memo.get(("equal types", layer), lambda: equal(gold.type, pred.type, overlaps(pair, layer)[:2]))


def matched(gold: Spans, pred: Spans, pairs: tuple[Ints, Ints], credit: Ints | None = None, full: int = 1) -> Match:
    """Make the match of given pairs; without ``credit`` each gets full credit."""
    earned = np.full(len(pairs[0]), full, np.int64) if credit is None else credit
    return Match(pairs[0], pairs[1], earned, full, gold.doc, pred.doc)


MatchOfSpans = Callable[["Pair", str], Match]
"""Matches the spans of a layer."""


def _after(settle: Settle, *, of_type: bool) -> Callable[[MatchOfSpans], MatchOfSpans]:
    """Make a match pair settled spans directly, and compute only the rest.

    Args:
        settle: finds the settled pairs.
        of_type: whether the match pairs only spans of the same type; settled spans of different types remain unpaired.

    """

    def of(match: MatchOfSpans) -> MatchOfSpans:
        @wraps(match)
        def whole(pair: Pair, layer: str) -> Match:
            return pair.memo.get((whole, layer), lambda: joined(pair, layer))

        def joined(pair: Pair, layer: str) -> Match:
            settled = settle(pair, layer)
            if settled is None:
                return match(pair, layer)
            rest = match(settled.rest, layer)
            g, p = settled.gold, settled.pred
            if of_type:
                g, p = only(settled.same_type, g, p)
            pairs = (
                np.concatenate([g, settled.gold_rest[rest.gold]]),
                np.concatenate([p, settled.pred_rest[rest.pred]]),
            )
            credit = np.concatenate([np.full(len(g), rest.full, np.int64), rest.credit])
            return matched(*sides(pair, layer), pairs, credit, rest.full)

        return whole

    return of


@_after(isolated, of_type=True)
@_after(isolated_of_type, of_type=True)
def strict(pair: Pair, layer: str) -> Match:
    """Pair items with the same span and the same type."""
    gold, pred = sides(pair, layer)
    gold_type, pred_type = codes(gold.type, pred.type)
    return matched(gold, pred, equal_pairs((*_bounds(gold), gold_type), (*_bounds(pred), pred_type)))


@_after(isolated, of_type=False)
def exact(pair: Pair, layer: str) -> Match:
    """Pair items with the same span regardless of type; those with the same type are paired first."""
    gold, pred = sides(pair, layer)
    same_type = strict(pair, layer)
    g_rest, p_rest = _without(len(gold), same_type.gold), _without(len(pred), same_type.pred)
    g, p = equal_pairs(
        (gold.doc[g_rest], gold.start[g_rest], gold.end[g_rest]),
        (pred.doc[p_rest], pred.start[p_rest], pred.end[p_rest]),
    )
    pairs = (np.concatenate([same_type.gold, g_rest[g]]), np.concatenate([same_type.pred, p_rest[p]]))
    return matched(gold, pred, pairs)


def _without(number: int, taken: Ints) -> Ints:
    """Return the indices below a number that are not taken."""
    rest = np.ones(number, bool)
    rest[taken] = False
    return np.flatnonzero(rest)


def overlaps(pair: Pair, layer: str) -> tuple[Ints, Ints, Ints]:
    """Gold span, predicted span and number of shared characters of all overlapping pairs, shape (k,) each."""
    gold, pred = sides(pair, layer)
    return pair.memo.get(("overlaps", layer), lambda: overlapping_pairs(*_bounds(gold), *_bounds(pred)))


def _bounds(spans: Spans) -> tuple[Ints, Ints, Ints]:
    return spans.doc, spans.start, spans.end


def candidates(pair: Pair, layer: str, *, of_type: bool) -> tuple[Graph, tuple[Ints, ...]]:
    """Overlapping pairs as a graph for assignment, and as columns: gold, predicted, shared characters, equal type.

    Args:
        pair: gold and predicted annotations.
        layer: layer of the spans.
        of_type: whether only pairs of the same type are candidates.

    """

    def make() -> tuple[Graph, tuple[Ints, ...]]:
        same_type = equal_types(pair, layer)
        g, p, shared = overlaps(pair, layer)
        columns: tuple[Ints, ...] = g, p, shared, same_type.astype(np.int64)
        columns = only(same_type, *columns) if of_type else columns
        return Graph(*columns[:2]), columns

    return pair.memo.get(("candidates", layer, of_type), make)


def only(mask: Bools, *columns: Ints) -> tuple[Ints, ...]:
    """Select rows of columns by a mask; without a copy if all are selected."""
    if mask.all():
        return columns
    at = np.flatnonzero(mask)  # selects from several columns faster than the mask
    return tuple(column[at] for column in columns)


def relaxed_where(pair: Pair, layer: str, allowed: Bools) -> Match:
    """Pair overlapping items among the allowed pairs: as many as possible, then with the most shared characters.

    Args:
        pair: gold and predicted annotations.
        layer: which spans.
        allowed: mask of the pairs of :func:`overlaps` that may be used, shape (k,).

    """
    columns = only(allowed, *overlaps(pair, layer), equal_types(pair, layer).astype(np.int64))
    return _most_shared(pair, layer, Graph(*columns[:2]), columns)


@_after(isolated, of_type=False)
def relaxed(pair: Pair, layer: str) -> Match:
    """Pair spans that share a character, regardless of type."""
    return _most_shared(pair, layer, *candidates(pair, layer, of_type=False))


@_after(isolated, of_type=True)
@_after(isolated_of_type, of_type=True)
def overlap_and_type(pair: Pair, layer: str) -> Match:
    """Pair spans that share a character and have the same type."""
    return _most_shared(pair, layer, *candidates(pair, layer, of_type=True))


def _most_shared(pair: Pair, layer: str, graph: Graph, columns: tuple[Ints, ...]) -> Match:
    g, p, shared, same_type = columns
    chosen = graph.assign((np.ones_like(g), shared, same_type))
    return matched(*sides(pair, layer), (g[chosen], p[chosen]))


@_after(isolated, of_type=False)
@_after(dominant, of_type=False)
def partial(pair: Pair, layer: str) -> Match:
    """Pair spans regardless of type, with full credit for the same span and half for a shared character."""
    return _partial(pair, layer, of_type=False)


@_after(isolated, of_type=True)
@_after(isolated_of_type, of_type=True)
def partial_of_type(pair: Pair, layer: str) -> Match:
    """Pair spans as :func:`partial` does, but only within a type."""
    return _partial(pair, layer, of_type=True)


def _partial(pair: Pair, layer: str, *, of_type: bool) -> Match:
    gold, pred = sides(pair, layer)
    graph, (g, p, shared, same_type) = candidates(pair, layer, of_type=of_type)
    same_span = (gold.start[g] == pred.start[p]) & (gold.end[g] == pred.end[p])
    credit = 1 + same_span.astype(np.int64)
    chosen = graph.assign((credit, shared, same_type))
    return matched(gold, pred, (g[chosen], p[chosen]), credit[chosen], full=2)


def overlap_of(pair: Pair, layer: str, threshold: float) -> Match:
    """Pair spans whose intersection over union is at least a threshold, in (0, 1], regardless of type.

    As many pairs as possible, then with the largest sum of intersection over union (Jaccard 1901).
    """
    gold, pred = sides(pair, layer)
    g, p, shared = overlaps(pair, layer)
    union = (gold.end - gold.start)[g] + (pred.end - pred.start)[p] - shared
    allowed = shared >= threshold * union - 1e-9  # so that 0.7 of 10 is 7 despite rounding
    same_type = equal_types(pair, layer).astype(np.int64)
    g, p, shared, union, same_type = only(allowed, g, p, shared, union, same_type)
    chosen = assign(g, p, (np.ones_like(g), shared * SCALE // np.maximum(union, 1), same_type))
    return matched(gold, pred, (g[chosen], p[chosen]))


SCALE = 1_000_000
"""Similarities are integers in units of one millionth."""


def nested(spans: Spans) -> Bools:
    """Whether each span lies inside another one, or has the same bounds as another, shape (n,)."""
    # Items are sorted by document, start and end. On one number line of all documents, a span lies inside another if an
    # earlier one reaches at least as far, or if the next one starts at the same place.
    place = spans.doc * (int(spans.end.max(initial=0)) + 1)
    start, end = place + spans.start, place + spans.end
    inside = np.zeros(len(spans), bool)
    inside[1:] = np.maximum.accumulate(end)[:-1] >= end[1:]
    inside[:-1] |= start[1:] == start[:-1]
    return inside
