"""Measures on claims: their content, and who makes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dragoman.annotations import NULL
from dragoman.matching.assignment import assign
from dragoman.matching.overlap import overlapping_pairs
from dragoman.measures.applicability import has
from dragoman.measures.clusters import Clustering, numbered
from dragoman.measures.memo import kept
from dragoman.measures.scores import Match
from dragoman.measures.spans import codes, equal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Annotations, Claims

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

SCALE = 1_000_000
"""Similarities are held as integers: parts of a million."""


def dice(gold: Claims, predicted: Claims) -> tuple[Ints, Ints, Ints, Ints]:
    """Find all pairs of claims whose contents share characters.

    Returns:
        Gold claim, predicted claim, number of shared characters, and number of characters of both together, shape
        (k,) each; the Dice coefficient (1945) is twice the third over the fourth.

    """
    columns = [c for s in (gold, predicted) for c in (s.doc, s.fragment_claim, s.fragment_start, s.fragment_end)]
    return kept("dice", columns, lambda: _dice(gold, predicted))


def _dice(gold: Claims, predicted: Claims) -> tuple[Ints, Ints, Ints, Ints]:
    fragments = overlapping_pairs(
        gold.doc[gold.fragment_claim],
        gold.fragment_start,
        gold.fragment_end,
        predicted.doc[predicted.fragment_claim],
        predicted.fragment_start,
        predicted.fragment_end,
    )
    key = gold.fragment_claim[fragments[0]] * (len(predicted) + 1) + predicted.fragment_claim[fragments[1]]
    distinct, place = np.unique(key, return_inverse=True)
    shared = np.zeros(len(distinct), np.int64)
    np.add.at(shared, place, fragments[2])
    g, p = distinct // (len(predicted) + 1), distinct % (len(predicted) + 1)
    return g, p, shared, _length(gold)[g] + _length(predicted)[p]


def _length(claims: Claims) -> Ints:
    length = np.zeros(len(claims), np.int64)
    np.add.at(length, claims.fragment_claim, claims.fragment_end - claims.fragment_start)
    return length


def content(gold: Annotations, predicted: Annotations) -> Match:
    """Claims whose contents have a Dice coefficient of at least one half."""
    return _assigned(gold.claims, predicted.claims, near(gold.claims, predicted.claims))


def near(gold: Claims, predicted: Claims) -> tuple[Ints, Ints, Ints, Ints]:
    """Find all pairs of claims with a Dice coefficient of at least one half; for the result see :func:`dice`."""
    g, p, shared, both = dice(gold, predicted)
    enough = 4 * shared >= both
    return g[enough], p[enough], shared[enough], both[enough]


def soft(gold: Annotations, predicted: Annotations) -> Match:
    """Credit each pair of :func:`content` with its Dice coefficient."""
    g, p, shared, both = dice(gold.claims, predicted.claims)
    pairs = content(gold, predicted)
    width = len(predicted.claims) + 1
    at = np.searchsorted(g * width + p, pairs.gold * width + pairs.predicted)
    return replace(pairs, credit=2 * SCALE * shared[at] // np.maximum(both[at], 1), full=SCALE)


def cue(gold: Annotations, predicted: Annotations) -> Match:
    """Among matched claims, cues with a Dice coefficient of at least one half, or no cue on either side."""
    pairs = near(gold.claims, predicted.claims)
    g, p = pairs[:2]
    ours, theirs = _as_content(gold.claims), _as_content(predicted.claims)
    width = len(theirs) + 1
    g_cue, p_cue = near(ours, theirs)[:2]
    right = np.isin(g * width + p, g_cue * width + p_cue)
    right |= (_length(ours)[g] == 0) & (_length(theirs)[p] == 0)
    return _assigned(gold.claims, predicted.claims, pairs, right)


def _as_content(claims: Claims) -> Claims:
    """Claims with their cues in place of their contents."""
    return replace(
        claims, fragment_claim=claims.cue_claim, fragment_start=claims.cue_start, fragment_end=claims.cue_end
    )


def chain(gold: Annotations, predicted: Annotations) -> Match:
    """Among matched claims, those whose whole lines of parents are matched to each other."""
    candidates = near(gold.claims, predicted.claims)
    pairs = _assigned(gold.claims, predicted.claims, candidates, _same_lines(gold.claims, predicted.claims, candidates))
    partner = np.full(len(gold.claims) + 1, NULL - 1, np.int64)
    partner[pairs.gold], partner[-1] = pairs.predicted, NULL
    g, p = pairs.gold, pairs.predicted
    right = np.ones(len(g), bool)
    while ((g != NULL) | (p != NULL)).any():
        g = np.where(g == NULL, NULL, gold.claims.parent[g])
        p = np.where(p == NULL, NULL, predicted.claims.parent[p])
        right &= partner[g] == p
        g, p = np.where(right, g, NULL), np.where(right, p, NULL)
    return replace(pairs, credit=right.astype(np.int64))


def _same_lines(gold: Claims, predicted: Claims, pairs: tuple[Ints, Ints, Ints, Ints]) -> Bools:
    """Whether the lines of parents of each pair are as long as each other, and near to each other step by step."""
    g, p = pairs[:2]
    width = len(predicted) + 1
    known = g * width + p
    right = np.ones(len(g), bool)
    while ((g != NULL) | (p != NULL)).any():
        g = np.where(g == NULL, NULL, gold.parent[g])
        p = np.where(p == NULL, NULL, predicted.parent[p])
        right &= np.isin(g * width + p, known) | ((g == NULL) & (p == NULL))
        right &= (g == NULL) == (p == NULL)
        g, p = np.where(right, g, NULL), np.where(right, p, NULL)
    return right


def attribute(name: str) -> Callable[[Annotations, Annotations], Match]:
    """Make the match of an attribute: among matched claims that have it in gold, those where it is the same.

    Where no predicted claim has the attribute it was not attempted, and no pair counts.
    """

    def match(gold: Annotations, predicted: Annotations) -> Match:
        candidates = near(gold.claims, predicted.claims)
        ours, theirs = getattr(gold.claims, name), getattr(predicted.claims, name)
        right = equal(ours, theirs, candidates[:2])
        pairs = _assigned(gold.claims, predicted.claims, candidates, right)
        asked = (ours.codes[pairs.gold] != NULL) & has(predicted, name)
        return replace(pairs, gold=pairs.gold[asked], predicted=pairs.predicted[asked], credit=pairs.credit[asked])

    return match


def claim_clusters(gold: Annotations, predicted: Annotations) -> Clustering:
    """Pair matched claims, in the clusters of equivalent claims; a claim without a cluster is one of its own."""
    sides = (gold.claims, predicted.claims)
    columns = [c for s in sides for c in (s.doc, s.fragment_claim, s.fragment_start, s.fragment_end, s.cluster.codes)]

    def made() -> Clustering:
        pairs = content(gold, predicted)
        clusters = [_clusters(side) for side in sides]
        return Clustering(
            pairs.gold, pairs.predicted, pairs.credit, 1, pairs.gold_doc, pairs.predicted_doc, clusters[0], clusters[1]
        )

    return kept("claim clusters", columns, made, *(side.cluster.labels for side in sides))


def _clusters(claims: Claims) -> Ints:
    codes_ = claims.cluster.codes.astype(np.int64)
    own = len(claims.cluster.labels) + np.arange(len(claims))
    return numbered(np.where(codes_ == NULL, own, codes_))


def attributed(gold: Annotations, predicted: Annotations) -> Match:
    """Claims with content at one half and every claimant right."""
    g, p, shared, both = near(gold.claims, predicted.claims)
    right = same_claimants(gold, predicted, g, p)
    return _assigned(gold.claims, predicted.claims, (g[right], p[right], shared[right], both[right]))


def _assigned(
    gold: Claims, predicted: Claims, pairs: tuple[Ints, Ints, Ints, Ints], right: Bools | None = None
) -> Match:
    """As many pairs as can be, then the largest sum of Dice coefficients, then the most that are right.

    The last makes an attribute's score hang on that attribute alone, where claims of the same content compete. Only
    right pairs earn credit; all do if nothing is said of that.
    """
    g, p, shared, both = pairs
    credit = np.ones(len(g), np.int64) if right is None else right.astype(np.int64)
    chosen = assign(g, p, (np.ones_like(g), 2 * SCALE * shared // np.maximum(both, 1), credit))
    return Match(g[chosen], p[chosen], credit[chosen], 1, gold.doc, predicted.doc)


def same_claimants(gold: Annotations, predicted: Annotations, g: Ints, p: Ints) -> Bools:
    """Whether the claimants of each pair of claims correspond one to one.

    Mentions correspond if they overlap, or if the predicted one falls on any mention of the same entity; AUTHOR with
    AUTHOR; IMPLICIT with IMPLICIT if the id sets are equal, or if either side gives none.
    """
    g_count = np.bincount(gold.claims.claimant_claim, minlength=len(gold.claims))
    p_count = np.bincount(predicted.claims.claimant_claim, minlength=len(predicted.claims))
    result: Bools = g_count[g] == p_count[p]
    pair, left, right = _claimant_pairs(gold.claims, predicted.claims, g, p, result)
    good = _corresponds(gold, predicted, left, right)
    pair, left, right = pair[good], left[good], right[good]
    # Every claimant is needed: one-to-one assignment must reach them all. One claimant needs no search.
    size = g_count[g]
    reached = np.zeros(len(g), np.int64)
    single = size[pair] == 1
    np.add.at(reached, pair[single], 1)
    several = ~single
    if several.any():
        g_slot = pair[several] * (int(left.max()) + 1) + left[several]
        p_slot = pair[several] * (int(right.max()) + 1) + right[several]
        chosen = assign(_dense(g_slot), _dense(p_slot), (np.ones_like(g_slot),))
        np.add.at(reached, pair[several][chosen], 1)
    result &= reached == size
    return result


def _dense(values: Ints) -> Ints:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _claimant_pairs(gold: Claims, predicted: Claims, g: Ints, p: Ints, wanted: Bools) -> tuple[Ints, Ints, Ints]:
    """All (pair of claims, claimant of gold, claimant of the prediction) for the pairs wanted."""
    g_first = np.searchsorted(gold.claimant_claim, g)
    g_count = np.searchsorted(gold.claimant_claim, g, side="right") - g_first
    p_first = np.searchsorted(predicted.claimant_claim, p)
    p_count = np.searchsorted(predicted.claimant_claim, p, side="right") - p_first
    count = np.where(wanted, g_count * p_count, 0)
    pair = np.repeat(np.arange(len(g)), count)
    within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    return pair, g_first[pair] + within // p_count[pair], p_first[pair] + within % p_count[pair]


def _corresponds(gold: Annotations, predicted: Annotations, left: Ints, right: Ints) -> Bools:
    """Whether a gold claimant and a predicted claimant are the same, shape (k,)."""
    ours, theirs = gold.claims, predicted.claims
    g_role, p_role = codes(ours.claimant_role, theirs.claimant_role)
    same_role = g_role[left] == p_role[right]
    role = np.array([*ours.claimant_role.labels, ""])[g_role[left]]
    g_ids, p_ids = codes(ours.claimant_ids, theirs.claimant_ids)
    implicit = (g_ids[left] == p_ids[right]) | (g_ids[left] == NULL) | (p_ids[right] == NULL)
    overlap = np.minimum(ours.claimant_end[left], theirs.claimant_end[right]) > np.maximum(
        ours.claimant_start[left], theirs.claimant_start[right]
    )
    mention = overlap | _on_entity(gold, theirs, left, right)
    right_one: Bools = same_role & np.select([role == "MENTION", role == "IMPLICIT"], [mention, implicit], True)
    return right_one


def _on_entity(gold: Annotations, theirs: Claims, left: Ints, right: Ints) -> Bools:
    """Whether the predicted claimant's span overlaps a gold mention of the gold claimant's entity, shape (k,)."""
    ours, entities = gold.claims, gold.entities
    if not len(entities):
        return np.zeros(len(left), bool)
    spanned = np.flatnonzero(theirs.claimant_start != NULL)
    claimant_doc = theirs.doc[theirs.claimant_claim[spanned]]
    mention, claimant, _ = overlapping_pairs(
        entities.doc,
        entities.start,
        entities.end,
        claimant_doc,
        theirs.claimant_start[spanned],
        theirs.claimant_end[spanned],
    )
    # The claimants whose span falls on a mention of an id set, as (claimant, id set) keys to look up.
    ids = entities.ids.recode(ours.claimant_ids.labels).astype(np.int64)[mention]
    width = len(ours.claimant_ids.labels) + 1
    known = np.unique((spanned[claimant] * width + ids)[ids >= 0])
    # No key ends with the last of the width, which is what stands for no id set.
    wanted = ours.claimant_ids.codes[left].astype(np.int64) % width
    result: Bools = np.isin(right * width + wanted, known)
    return result
