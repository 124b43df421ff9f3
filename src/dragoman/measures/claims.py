"""Measures on claims: content, cue, claimants, parents and attributes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dragoman.annotations import JOINER, NULL, Coded
from dragoman.matching import equals
from dragoman.matching.assignment import assign
from dragoman.matching.overlap import overlapping_pairs
from dragoman.measures.claimants import correspond
from dragoman.measures.clusters import Mentions
from dragoman.measures.scores import Match
from dragoman.measures.spans import SCALE, equal_and_given

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Claims
    from dragoman.measures.pair import Pair

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


def dice(pair: Pair) -> tuple[Ints, Ints, Ints, Ints]:
    """Return all pairs of claims whose contents share characters.

    Returns:
        Gold claim, predicted claim, number of shared characters, and sum of the numbers of characters of both, shape
        (k,) each; the Dice coefficient (1945) is twice the third divided by the fourth.

    """
    return pair.memo.get("dice", lambda: _dice(pair.gold.claims, pair.pred.claims))


def _dice(gold: Claims, pred: Claims) -> tuple[Ints, Ints, Ints, Ints]:
    fragments = overlapping_pairs(
        gold.doc[gold.fragment_claim],
        gold.fragment_start,
        gold.fragment_end,
        pred.doc[pred.fragment_claim],
        pred.fragment_start,
        pred.fragment_end,
    )
    key = gold.fragment_claim[fragments[0]] * (len(pred) + 1) + pred.fragment_claim[fragments[1]]
    distinct, place = np.unique(key, return_inverse=True)
    shared = np.zeros(len(distinct), np.int64)
    np.add.at(shared, place, fragments[2])
    g, p = distinct // (len(pred) + 1), distinct % (len(pred) + 1)
    return g, p, shared, _length(gold)[g] + _length(pred)[p]


def _length(claims: Claims) -> Ints:
    length = np.zeros(len(claims), np.int64)
    np.add.at(length, claims.fragment_claim, claims.fragment_end - claims.fragment_start)
    return length


def content(pair: Pair) -> Match:
    """Match claims whose contents have a Dice coefficient of at least one half."""
    return pair.memo.get("content", lambda: _assigned(pair, near(pair)))


def near(pair: Pair) -> tuple[Ints, Ints, Ints, Ints]:
    """Return all pairs of claims with a Dice coefficient of at least one half, in the form of :func:`dice`."""
    return pair.memo.get("near", lambda: _near(*dice(pair)))


def _near(g: Ints, p: Ints, shared: Ints, both: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    enough = 4 * shared >= both
    return g[enough], p[enough], shared[enough], both[enough]


def soft(pair: Pair) -> Match:
    """Credit each pair of :func:`content` with its Dice coefficient."""
    g, p, shared, both = dice(pair)
    pairs = content(pair)
    width = len(pair.pred.claims) + 1
    at = np.searchsorted(g * width + p, pairs.gold * width + pairs.pred)
    return replace(pairs, credit=2 * SCALE * shared[at] // np.maximum(both[at], 1), full=SCALE)


def cue(pair: Pair) -> Match:
    """Credit matched claims whose cues have a Dice coefficient of at least one half, or with no cue on either side."""
    pairs = near(pair)
    g, p = pairs[:2]
    gold, pred = _as_content(pair.gold.claims), _as_content(pair.pred.claims)
    width = len(pred) + 1
    g_cue, p_cue = _near(*_dice(gold, pred))[:2]
    right = np.isin(g * width + p, g_cue * width + p_cue)
    right |= (_length(gold)[g] == 0) & (_length(pred)[p] == 0)
    return _assigned(pair, pairs, right)


def _as_content(claims: Claims) -> Claims:
    """Return claims with their cues in place of their contents."""
    return replace(
        claims, fragment_claim=claims.cue_claim, fragment_start=claims.cue_start, fragment_end=claims.cue_end
    )


def chain(pair: Pair) -> Match:
    """Credit matched claims whose chains of ancestors are matched to each other.

    Among equally good matchings the one with most such claims is taken. In a document with more than
    :data:`dragoman.matching.equals.MAX_CANDIDATES` candidate pairs the matching prefers pairs whose ancestors are
    similar step by step, which need not be the best.
    """
    gold, pred = pair.gold.claims, pair.pred.claims
    candidates = near(pair)
    hopeful = _similar_chains(gold, pred, candidates)
    pairs = _assigned(pair, candidates, hopeful)
    right = _chains_matched(gold, pred, pairs.gold, pairs.pred)
    # Upper bound: a pair can be right only if it is in hopeful. Where all such pairs are right, the matching is
    # optimal.
    doc = gold.doc[pairs.gold]
    short = np.unique(doc[(pairs.credit > 0) & ~right])
    if len(short):
        settled = ~np.isin(doc, short)
        better = [_best_chains(gold, pred, candidates, hopeful, (pairs.gold, pairs.pred), each) for each in short]
        g, p = (
            np.concatenate([matched_[settled], *(each[side] for each in better)])
            for side, matched_ in enumerate((pairs.gold, pairs.pred))
        )
        order = np.argsort(g)
        pairs = replace(pairs, gold=g[order], pred=p[order])
        right = _chains_matched(gold, pred, pairs.gold, pairs.pred)
    return replace(pairs, credit=right.astype(np.int64))


def _chains_matched(gold: Claims, pred: Claims, g: Ints, p: Ints) -> Bools:
    """Whether the chains of ancestors of each pair are matched to each other."""
    partner = np.full(len(gold) + 1, NULL - 1, np.int64)
    partner[g], partner[-1] = p, NULL
    right = np.ones(len(g), bool)
    while ((g != NULL) | (p != NULL)).any():
        g = np.where(g == NULL, NULL, gold.parent[g])
        p = np.where(p == NULL, NULL, pred.parent[p])
        right &= partner[g] == p
        g, p = np.where(right, g, NULL), np.where(right, p, NULL)
    return right


def _best_chains(
    gold: Claims,
    pred: Claims,
    candidates: tuple[Ints, Ints, Ints, Ints],
    hopeful: Bools,
    pairs: tuple[Ints, Ints],
    doc: np.int64,
) -> tuple[Ints, Ints]:
    """Re-match the claims of a document: of all matchings as good as the given one, one with most matched chains."""
    here = gold.doc[candidates[0]] == doc
    g, p, shared, both = (column[here] for column in candidates)
    similarity = 2 * SCALE * shared // np.maximum(both, 1)
    width = len(pred) + 1
    known = g * width + p  # ascending
    above = gold.parent[g] * width + pred.parent[p]
    needs = np.where(hopeful[here], np.searchsorted(known, above), equals.NEVER)
    needs[hopeful[here] & (gold.parent[g] == NULL)] = equals.ROOT
    chosen = np.flatnonzero(np.isin(known, pairs[0] * width + pairs[1]))
    # The number of pairs takes precedence over the sum of similarities.
    best = equals.best_of_equals(g, p, similarity + SCALE * (len(g) + 1), needs, chosen)
    return g[best], p[best]


def _similar_chains(gold: Claims, pred: Claims, pairs: tuple[Ints, Ints, Ints, Ints]) -> Bools:
    """Whether the chains of ancestors of each pair have the same length and similar contents step by step."""
    g, p = pairs[:2]
    width = len(pred) + 1
    known = g * width + p
    right = np.ones(len(g), bool)
    while ((g != NULL) | (p != NULL)).any():
        g = np.where(g == NULL, NULL, gold.parent[g])
        p = np.where(p == NULL, NULL, pred.parent[p])
        right &= np.isin(g * width + p, known) | ((g == NULL) & (p == NULL))
        right &= (g == NULL) == (p == NULL)
        g, p = np.where(right, g, NULL), np.where(right, p, NULL)
    return right


def attribute(pair: Pair, name: str) -> Match:
    """Credit matched claims, among those with an attribute in gold, for which it is the same."""
    gold, pred = getattr(pair.gold.claims, name), getattr(pair.pred.claims, name)
    candidates = near(pair)
    pairs = _assigned(pair, candidates, equal_and_given(gold, pred, candidates[:2]))
    asked = gold.codes[pairs.gold] != NULL
    return replace(pairs, gold=pairs.gold[asked], pred=pairs.pred[asked], credit=pairs.credit[asked])


def claim_mentions(pair: Pair) -> Mentions:
    """Return matched claims with their equivalence clusters; a claim without a cluster is a singleton.

    Clusters of claims of one side with the same content are merged, as for mentions with the same span, so that it does
    not matter which of them is matched.
    """
    pairs = content(pair)
    names = (_cluster_names(pair.gold.claims), _cluster_names(pair.pred.claims))
    return Mentions(pairs.gold, pairs.pred, pairs.credit, 1, pairs.gold_doc, pairs.pred_doc, *names)


def _cluster_names(claims: Claims) -> Coded:
    """Cluster of each claim, merged for claims with the same content."""
    if not len(claims):
        return claims.cluster
    first = np.searchsorted(claims.fragment_claim, np.arange(len(claims)))
    last = np.append(first[1:], len(claims.fragment_claim)) - 1
    # Claims are sorted by document, first and last character: those with the same content are adjacent.
    again = np.ones(len(claims) - 1, bool)
    for column in (claims.doc, claims.fragment_start[first], claims.fragment_end[last]):
        again &= column[1:] == column[:-1]
    same_content: dict[tuple[int, tuple[int, ...]], list[int]] = defaultdict(list)
    for claim in np.flatnonzero(np.append(again, False) | np.append(False, again)).tolist():
        inside = slice(int(first[claim]), int(last[claim]) + 1)
        content_ = (*claims.fragment_start[inside].tolist(), *claims.fragment_end[inside].tolist())
        same_content[int(claims.doc[claim]), content_].append(claim)
    labels = dict(zip(claims.cluster.labels, range(len(claims.cluster.labels)), strict=True))
    codes = claims.cluster.codes.copy()
    for group in same_content.values():
        names = sorted({name for claim in group if (name := claims.cluster.value(claim)) is not None})
        if names:
            codes[group] = labels.setdefault(JOINER.join(names), len(labels))
    return Coded(codes, tuple(labels))


def attributed(pair: Pair) -> Match:
    """Match claims with a Dice coefficient of content of at least one half and every claimant right."""
    g, p, shared, both = near(pair)
    right = same_claimants(pair, g, p)
    return _assigned(pair, (g[right], p[right], shared[right], both[right]))


def _assigned(pair: Pair, pairs: tuple[Ints, Ints, Ints, Ints], right: Bools | None = None) -> Match:
    """Match candidates one to one: most pairs, then the largest sum of Dice coefficients, then most right pairs.

    The last criterion makes the score of an attribute independent of others where claims of the same content compete.
    Only right pairs earn credit; all pairs if ``right`` is None.
    """
    g, p, shared, both = pairs
    credit = np.ones(len(g), np.int64) if right is None else right.astype(np.int64)
    chosen = assign(g, p, (np.ones_like(g), 2 * SCALE * shared // np.maximum(both, 1), credit))
    return Match(g[chosen], p[chosen], credit[chosen], 1, pair.gold.claims.doc, pair.pred.claims.doc)


def same_claimants(pair: Pair, g: Ints, p: Ints) -> Bools:
    """Whether the claimants of each pair of claims correspond one to one, shape (k,).

    For the definition see :func:`dragoman.measures.claimants.correspond`.
    """
    gold, pred = pair.gold.claims, pair.pred.claims
    g_count = np.bincount(gold.claimant_claim, minlength=len(gold))
    p_count = np.bincount(pred.claimant_claim, minlength=len(pred))
    result: Bools = g_count[g] == p_count[p]
    at, g_claimant, p_claimant = _claimant_pairs(gold, pred, g, p, result)
    good = correspond(pair, g_claimant, p_claimant)
    at, g_claimant, p_claimant = at[good], g_claimant[good], p_claimant[good]
    # Every claimant must have a partner in a one-to-one assignment. A single claimant needs no search.
    size = g_count[g]
    reached = np.zeros(len(g), np.int64)
    single = size[at] == 1
    np.add.at(reached, at[single], 1)
    several = ~single
    if several.any():
        g_slot = at[several] * (int(g_claimant.max()) + 1) + g_claimant[several]
        p_slot = at[several] * (int(p_claimant.max()) + 1) + p_claimant[several]
        chosen = assign(_dense(g_slot), _dense(p_slot), (np.ones_like(g_slot),))
        np.add.at(reached, at[several][chosen], 1)
    result &= reached == size
    return result


def _dense(values: Ints) -> Ints:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _claimant_pairs(gold: Claims, pred: Claims, g: Ints, p: Ints, wanted: Bools) -> tuple[Ints, Ints, Ints]:
    """All (pair of claims, gold claimant, predicted claimant) for the wanted pairs, shape (k,) each."""
    g_first = np.searchsorted(gold.claimant_claim, g)
    g_count = np.searchsorted(gold.claimant_claim, g, side="right") - g_first
    p_first = np.searchsorted(pred.claimant_claim, p)
    p_count = np.searchsorted(pred.claimant_claim, p, side="right") - p_first
    count = np.where(wanted, g_count * p_count, 0)
    at = np.repeat(np.arange(len(g)), count)
    within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    return at, g_first[at] + within // p_count[at], p_first[at] + within % p_count[at]
