"""Measures on spans with a type: entities and dates share them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dragoman.annotations import NULL, Coded
from dragoman.matching.assignment import assign
from dragoman.matching.exact import equal_pairs
from dragoman.matching.overlap import overlapping_pairs
from dragoman.measures.memo import kept
from dragoman.measures.scores import Match

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Codes, Spans

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


def codes(gold: Coded, predicted: Coded) -> tuple[Codes, Codes]:
    """Codes of both sides in one vocabulary; labels that gold lacks are below NULL, and a null equals a null."""
    return gold.codes, predicted.recode(gold.labels)


def equal(gold: Coded, predicted: Coded, pairs: tuple[Ints, Ints]) -> Bools:
    """Whether the labels of each pair are equal and given."""
    g, p = codes(gold, predicted)
    same: Bools = (g[pairs[0]] == p[pairs[1]]) & (g[pairs[0]] != NULL)
    return same


def same(gold: Coded, predicted: Coded, pairs: tuple[Ints, Ints]) -> Bools:
    """Whether the labels of each pair are equal; two that are not given are."""

    def alike() -> Bools:
        g, p = codes(gold, predicted)
        equal: Bools = g[pairs[0]] == p[pairs[1]]
        return equal

    return kept("same", (gold.codes, predicted.codes, *pairs), alike, gold.labels, predicted.labels)


def _match(gold: Spans, predicted: Spans, pairs: tuple[Ints, Ints], credit: Ints | None = None, full: int = 1) -> Match:
    earned = np.full(len(pairs[0]), full, np.int64) if credit is None else credit
    return Match(pairs[0], pairs[1], earned, full, gold.doc, predicted.doc)


def strict(gold: Spans, predicted: Spans) -> Match:
    """Pair items with the same span and the same type."""

    def pairs() -> tuple[Ints, Ints]:
        g_type, p_type = codes(gold.type, predicted.type)
        return equal_pairs((*_bounds(gold), g_type), (*_bounds(predicted), p_type))

    columns = (*_bounds(gold), gold.type.codes, *_bounds(predicted), predicted.type.codes)
    return _match(gold, predicted, kept("strict", columns, pairs, gold.type.labels, predicted.type.labels))


def exact(gold: Spans, predicted: Spans) -> Match:
    """Pair items with the same span, whatever the type; items of equal type go together first."""
    same = strict(gold, predicted)
    g_left, p_left = _without(len(gold), same.gold), _without(len(predicted), same.predicted)
    g, p = equal_pairs(
        (gold.doc[g_left], gold.start[g_left], gold.end[g_left]),
        (predicted.doc[p_left], predicted.start[p_left], predicted.end[p_left]),
    )
    pairs = (np.concatenate([same.gold, g_left[g]]), np.concatenate([same.predicted, p_left[p]]))
    return _match(gold, predicted, pairs)


def _without(number: int, taken: Ints) -> Ints:
    """Give the indices below a number that were not taken."""
    left = np.ones(number, bool)
    left[taken] = False
    return np.flatnonzero(left)


def overlaps(gold: Spans, predicted: Spans) -> tuple[Ints, Ints, Ints]:
    """All overlapping pairs, with the number of shared characters."""
    columns = (*_bounds(gold), *_bounds(predicted))
    return kept("overlaps", columns, lambda: overlapping_pairs(*columns))


def _bounds(spans: Spans) -> tuple[Ints, Ints, Ints]:
    return spans.doc, spans.start, spans.end


def _only(mask: Bools, *columns: Ints) -> tuple[Ints, ...]:
    """Keep what a mask says of columns; there is nothing to copy if that is all."""
    return columns if mask.all() else tuple(column[mask] for column in columns)


def relaxed_where(gold: Spans, predicted: Spans, pairs: tuple[Ints, Ints, Ints], allowed: Bools) -> Match:
    """Pair overlapping items among those allowed: as many as can be, then with the most shared characters."""
    same_type = same(gold.type, predicted.type, pairs[:2]).astype(np.int64)
    g, p, shared, same_type = _only(allowed, *pairs, same_type)
    chosen = assign(g, p, (np.ones_like(g), shared, same_type))
    return _match(gold, predicted, (g[chosen], p[chosen]))


def relaxed(gold: Spans, predicted: Spans) -> Match:
    """Pair spans that share a character, whatever the type."""
    pairs = overlaps(gold, predicted)
    return relaxed_where(gold, predicted, pairs, np.ones(len(pairs[0]), bool))


def overlap_and_type(gold: Spans, predicted: Spans) -> Match:
    """Pair spans that share a character and have the same type."""
    pairs = overlaps(gold, predicted)
    return relaxed_where(gold, predicted, pairs, same(gold.type, predicted.type, pairs[:2]))


def partial(gold: Spans, predicted: Spans) -> Match:
    """Give full credit for the same span, half for one that shares a character, whatever the type."""
    pairs = overlaps(gold, predicted)
    return _partial_where(gold, predicted, pairs, np.ones(len(pairs[0]), bool))


def partial_of_type(gold: Spans, predicted: Spans) -> Match:
    """Credit spans as :func:`partial`, each type for itself."""
    pairs = overlaps(gold, predicted)
    return _partial_where(gold, predicted, pairs, same(gold.type, predicted.type, pairs[:2]))


def _partial_where(gold: Spans, predicted: Spans, pairs: tuple[Ints, Ints, Ints], allowed: Bools) -> Match:
    g, p, shared = pairs

    def half_or_full() -> Ints:
        same_span = (gold.start[g] == predicted.start[p]) & (gold.end[g] == predicted.end[p])
        both: Ints = 1 + same_span.astype(np.int64)
        return both

    credit = kept("partial", (gold.start, gold.end, predicted.start, predicted.end, g, p), half_or_full)
    same_type = same(gold.type, predicted.type, pairs[:2]).astype(np.int64)
    g, p, shared, credit, same_type = _only(allowed, *pairs, credit, same_type)
    chosen = assign(g, p, (credit, shared, same_type))
    return _match(gold, predicted, (g[chosen], p[chosen]), credit[chosen], full=2)


def nested(spans: Spans) -> Bools:
    """Whether each span lies inside another one, or has the same bounds as one, shape (n,)."""
    return kept("nested", _bounds(spans), lambda: _nested(spans))


def _nested(spans: Spans) -> Bools:
    # Items are in order of document, start and end. On one number line of all documents a span lies inside another if
    # one that began no later reaches as far, or if the next one begins where it does.
    place = spans.doc * (int(spans.end.max(initial=0)) + 1)
    start, end = place + spans.start, place + spans.end
    inside = np.zeros(len(spans), bool)
    inside[1:] = np.maximum.accumulate(end)[:-1] >= end[1:]
    inside[:-1] |= start[1:] == start[:-1]
    return inside
