"""Coreference over a whole split, across documents and languages: MUC, B³, CEAF-e, LEA and the CoNLL mean.

Clusters partition the mentions of the split, not of a document: clusters and alignment are fixed on the split, each
mention's share of the sums is credited to its document, and intervals over documents are conditional on that. A span
that is repeated within one side counts once, and belongs to the entity of all its ids together; the CoNLL scorer
instead keeps the first copy within a chain, and counts a span in two chains twice. Shares are integers in units of
1/:data:`SCALE`, rounded so that those of a cluster add up to the cluster's total.

Definitions: MUC (Vilain et al. 1995), B³ (Bagga and Baldwin 1998), CEAF with the entity-based similarity φ4 (Luo 2005),
LEA (Moosavi and Strube 2016), and the mean of the first three as in CoNLL-2012 (Pradhan et al. 2014).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from dragoman.annotations import JOINER, NULL, Coded
from dragoman.matching.assignment import assign
from dragoman.matching.exact import equal_pairs
from dragoman.measures.memo import Memo
from dragoman.measures.scores import Match, Score, ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Annotations, Entities
    from dragoman.measures.pair import Pair

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

SCALE = 1_000_000_000
"""Shares are integers in units of one billionth."""


@dataclass(frozen=True, slots=True)
class Mentions(Match):
    """A match of the mentions of some documents, with the name of the cluster that each belongs to.

    Attributes:
        gold_name: name of the cluster of every gold mention, shape (g,); NULL for a singleton.
        pred_name: the same for every predicted mention, shape (p,).

    """

    gold_name: Coded
    pred_name: Coded

    @classmethod
    def concatenated(cls, parts: Sequence[Mentions], first: Sequence[int]) -> Mentions:
        """Concatenate the mentions of different documents.

        Args:
            parts: the mentions; at least one.
            first: for each part, the index of its first document in the result.

        """
        g_first = np.cumsum([0, *(len(part.gold_doc) for part in parts)]).tolist()
        p_first = np.cumsum([0, *(len(part.pred_doc) for part in parts)]).tolist()
        return cls(
            np.concatenate([part.gold + at for part, at in zip(parts, g_first, strict=False)]),
            np.concatenate([part.pred + at for part, at in zip(parts, p_first, strict=False)]),
            np.concatenate([part.credit for part in parts]),
            parts[0].full,
            np.concatenate([part.gold_doc + at for part, at in zip(parts, first, strict=False)]),
            np.concatenate([part.pred_doc + at for part, at in zip(parts, first, strict=False)]),
            Coded.concatenated([part.gold_name for part in parts]),
            Coded.concatenated([part.pred_name for part in parts]),
        )


@dataclass(frozen=True, slots=True)
class Clustering(Match):
    """A match of the mentions of a whole split, with the cluster that each belongs to.

    Attributes:
        gold_cluster: cluster of every gold mention, numbered from 0 in order of first occurrence, shape (g,).
        pred_cluster: the same for every predicted mention, shape (p,).
        memo: intermediate results that cluster measures share.

    """

    gold_cluster: Ints
    pred_cluster: Ints
    memo: Memo = field(default_factory=Memo, repr=False)


def clustering(mentions: Mentions, places: Ints) -> Clustering:
    """Sort the mentions of all documents and number their clusters.

    Args:
        mentions: mentions of all documents.
        places: position of each document in the order of the split, shape (documents,).

    """
    g_order = np.argsort(places[mentions.gold_doc], kind="stable")
    p_order = np.argsort(places[mentions.pred_doc], kind="stable")
    gold, pred = _inverse(g_order)[mentions.gold], _inverse(p_order)[mentions.pred]
    order = np.argsort(gold, kind="stable")
    return Clustering(
        gold[order],
        pred[order],
        mentions.credit[order],
        mentions.full,
        places[mentions.gold_doc][g_order],
        places[mentions.pred_doc][p_order],
        _numbers(mentions.gold_name.take(g_order)),
        _numbers(mentions.pred_name.take(p_order)),
    )


def _inverse(order: Ints) -> Ints:
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place


def _numbers(name: Coded) -> Ints:
    codes = name.codes.astype(np.int64)
    return numbered(np.where(codes == NULL, len(name.labels) + np.arange(len(codes)), codes))


@dataclass(frozen=True, slots=True)
class Partition:
    """One side: the cluster of each of its mentions, and the other side's cluster of the paired mention.

    Attributes:
        own: cluster, shape (n,).
        other: cluster on the other side, NULL where the mention has no partner, shape (n,).
        size: size of each own cluster, shape (clusters,).
        other_size: size of each cluster of the other side.
        part: index of the intersection of own and other cluster that each mention is in, shape (n,).
        together: size of that intersection, the mention itself included; 0 where the mention has no partner, shape
            (n,).
        is_gold: whether it is the gold side.

    """

    own: Ints
    other: Ints
    size: Ints
    other_size: Ints
    part: Ints
    together: Ints
    is_gold: bool

    @classmethod
    def of(cls, own: Ints, other: Ints, sizes: tuple[Ints, Ints], *, is_gold: bool) -> Partition:
        """Derive a partition from the clusters of a side's mentions, those of their partners, and the cluster sizes."""
        part: Ints = np.unique(own * (len(sizes[1]) + 1) + other, return_inverse=True)[1].astype(np.int64)
        together = np.where(other == NULL, 0, np.bincount(part)[part] if len(part) else part)
        return cls(own, other, *sizes, part, together, is_gold)


def partitions(match: Clustering) -> tuple[Partition, Partition]:
    """Both sides of a clustering."""
    return match.memo.get("partitions", lambda: _partitions(match))


def _partitions(match: Clustering) -> tuple[Partition, Partition]:
    g_size = np.bincount(match.gold_cluster) if len(match.gold_cluster) else np.zeros(0, np.int64)
    p_size = np.bincount(match.pred_cluster) if len(match.pred_cluster) else np.zeros(0, np.int64)
    g_other = np.full(len(match.gold_cluster), NULL, np.int64)
    p_other = np.full(len(match.pred_cluster), NULL, np.int64)
    g_other[match.gold] = match.pred_cluster[match.pred]
    p_other[match.pred] = match.gold_cluster[match.gold]
    return (
        Partition.of(match.gold_cluster, g_other, (g_size, p_size), is_gold=True),
        Partition.of(match.pred_cluster, p_other, (p_size, g_size), is_gold=False),
    )


Shares = tuple["Floats", "Floats"]
"""Numerator and denominator of a recall, as the share of each mention, shape (n,) each.

A numerator is constant within a part (see :class:`Partition`), a denominator within a cluster.
"""


def muc(side: Partition) -> Shares:
    """MUC (Vilain et al. 1995): a cluster of n mentions that the other side cuts into p parts keeps n - p links."""
    size = side.size[side.own]
    # Each part contributes one less than its size; a mention without a partner is a part of its own.
    together = side.together
    links = np.where(together > 0, (together - 1) / np.maximum(together, 1), 0.0)
    return links, (size - 1) / size


def b_cubed(side: Partition) -> Shares:
    """B³ (Bagga and Baldwin 1998): for each mention, the share of its cluster in the same cluster on the other side."""
    return side.together / side.size[side.own], np.ones(len(side.own))


def ceaf_e(side: Partition) -> Shares:
    """CEAF with φ4 (Luo 2005): similarity 2·common / (own + other) of clusters under the best one-to-one alignment.

    Among equally good alignments the one with most common mentions is taken; remaining ties are broken by the order in
    which clusters first occur, so that both sides use the same one, regardless of the order of files and ids.
    """
    paired = np.zeros(len(side.own), bool)
    known = np.flatnonzero(side.other != NULL)
    if len(known):
        paired[known] = _aligned(side, known)
    size, other = side.size[side.own], np.append(side.other_size, 0)[side.other]
    # The pair's similarity, spread evenly over the mentions that the two clusters share.
    return np.where(paired, 2.0 / (size + other), 0.0), 1.0 / size


def _aligned(side: Partition, known: Ints) -> NDArray[np.bool_]:
    """Whether the best alignment pairs the two clusters of each paired mention, shape (known,)."""
    own, other, size, other_size = side.own[known], side.other[known], side.size, side.other_size
    if not side.is_gold:  # always from the gold side, so that ties are broken identically
        own, other, size, other_size = other, own, other_size, size
    edges, place = np.unique(own * len(other_size) + other, return_inverse=True)
    common = np.bincount(place)
    gold, pred = edges // len(other_size), edges % len(other_size)
    similarity = np.rint(2 * SCALE * common / (size[gold] + other_size[pred])).astype(np.int64)
    taken = np.zeros(len(edges), bool)
    taken[assign(gold, pred, (similarity, common))] = True
    return taken[place]


def lea(side: Partition) -> Shares:
    """LEA (Moosavi and Strube 2016): links resolved, clusters weighted by size; a singleton has one link, to itself."""
    size, together = side.size[side.own], side.together
    other = np.append(side.other_size, 0)[side.other]
    # A mention has together - 1 of its size - 1 links on the other side; summed over a cluster this is size times
    # the share of links resolved.
    resolved = np.where(together > 0, (together - 1) / np.maximum(size - 1, 1), 0.0)
    return np.where(size == 1, (together == 1) & (other == 1), resolved).astype(float), np.ones(len(side.own))


MEASURES: dict[str, Callable[[Partition], Shares]] = {"muc": muc, "b_cubed": b_cubed, "ceaf_e": ceaf_e, "lea": lea}


def _fixed(share: Floats, group: Ints) -> Ints:
    """Return shares in units of 1/:data:`SCALE`; the (equal) shares of a group add up to their sum rounded once."""
    if not len(share):
        return np.zeros(0, np.int64)
    order = np.argsort(group, kind="stable")
    in_order = group[order]
    rank = np.arange(len(group)) - np.searchsorted(in_order, in_order)
    scaled = share[order] * SCALE
    parts = np.empty(len(share), np.int64)
    parts[order] = np.rint((rank + 1) * scaled) - np.rint(rank * scaled)
    return parts


class ClusterScore(Score):
    """Precision, recall and F1 of a cluster measure: recall over gold mentions, precision over predicted ones."""

    columns = ("recall_credit", "recall_total", "precision_credit", "precision_total")
    leaves = ("precision", "recall", "f1")
    headline = "f1"
    full = SCALE
    whole = True

    def __init__(self, name: str) -> None:
        self.name = name
        self.shares = MEASURES[name]

    def counts(self, match: Match, documents: int) -> Ints:
        """Sum each document's shares of the four totals, shape (documents, 4)."""
        assert isinstance(match, Clustering)
        return match.memo.get(("shares", self.name, documents), lambda: self._counts(match, documents))

    def _counts(self, match: Clustering, documents: int) -> Ints:
        rows = np.zeros((documents, 4), np.int64)
        for offset, (side, doc) in enumerate(zip(partitions(match), (match.gold_doc, match.pred_doc), strict=True)):
            for column, (share, group) in enumerate(zip(self.shares(side), (side.part, side.own), strict=True)):
                np.add.at(rows[:, 2 * offset + column], doc, _fixed(share, group))
        return rows

    def finish(self, total: Ints | Floats) -> dict[str, Floats]:
        """Compute precision, recall and F1 from totals, shape (…, 4), each of shape (…)."""
        recall, precision = ratio(total[..., 0], total[..., 1]), ratio(total[..., 2], total[..., 3])
        return {"precision": precision, "recall": recall, "f1": _f1(precision, recall)}


def _f1(precision: Floats, recall: Floats) -> Floats:
    """Harmonic mean; 0 where nothing is right, nan where neither precision nor recall is defined."""
    p, r = np.nan_to_num(precision), np.nan_to_num(recall)
    f1 = np.where(p + r > 0, ratio(2 * p * r, p + r), 0.0)
    return np.where(np.isnan(precision) & np.isnan(recall), np.nan, f1)


class ConllMean(Score):
    """Mean of the F1 of MUC, B³ and CEAF-e (CoNLL-2012)."""

    parts = tuple(ClusterScore(name) for name in ("muc", "b_cubed", "ceaf_e"))
    columns = tuple(f"{name}_{column}" for name in ("muc", "b_cubed", "ceaf_e") for column in ClusterScore.columns)
    leaves = ("mean",)
    headline = "mean"
    full = SCALE
    whole = True

    def counts(self, match: Match, documents: int) -> Ints:
        """Concatenate the counts of the three measures, shape (documents, 12)."""
        return np.concatenate([part.counts(match, documents) for part in self.parts], axis=1)

    def finish(self, total: Ints | Floats) -> dict[str, Floats]:
        """Mean of the three F1 scores; nan if one of them is."""
        f1 = [part.finish(total[..., 4 * i : 4 * i + 4])["f1"] for i, part in enumerate(self.parts)]
        return {"mean": np.mean(f1, axis=0)}


def entity_mentions(pair: Pair) -> Mentions:
    """Match mentions by span, with the clusters given by their entity ids.

    A mention with two ids belongs to the cluster of that pair of ids. Mentions without ids are ignored. Mentions of one
    side with the same span are merged, with the ids of all.
    """
    return pair.memo.get("entity mentions", lambda: _entity_mentions(pair))


def _entity_mentions(pair: Pair) -> Mentions:
    (g_doc, g_start, g_end, g_name), (p_doc, p_start, p_end, p_name) = (_mentions(s) for s in (pair.gold, pair.pred))
    g, p = equal_pairs((g_doc, g_start, g_end), (p_doc, p_start, p_end))
    return Mentions(g, p, np.ones(len(g), np.int64), 1, g_doc, p_doc, g_name, p_name)


def without_singletons(match: Clustering) -> Clustering:
    """Remove singletons from both sides, as in the CoNLL-2012 data."""
    sides = ((match.gold_cluster, match.gold_doc), (match.pred_cluster, match.pred_doc))
    several = [np.bincount(cluster)[cluster] > 1 if len(cluster) else np.zeros(0, bool) for cluster, _ in sides]
    place = [np.cumsum(mask) - 1 for mask in several]
    both = several[0][match.gold] & several[1][match.pred]
    return Clustering(
        place[0][match.gold[both]],
        place[1][match.pred[both]],
        match.credit[both],
        match.full,
        match.gold_doc[several[0]],
        match.pred_doc[several[1]],
        numbered(match.gold_cluster[several[0]]),
        numbered(match.pred_cluster[several[1]]),
    )


def _mentions(annotations: Annotations) -> tuple[Ints, Ints, Ints, Coded]:
    """Document, start, end and cluster name of the distinct mentions of one side."""
    e = annotations.entities.take(np.flatnonzero(annotations.entities.ids.codes != NULL))
    first = np.ones(len(e), bool)
    first[1:] = (np.diff(e.doc) != 0) | (np.diff(e.start) != 0) | (np.diff(e.end) != 0)
    name = _names(e, first)
    e = e.take(np.flatnonzero(first))
    return e.doc, e.start, e.end, name


def _names(entities: Entities, first: NDArray[np.bool_]) -> Coded:
    """Ids of the distinct spans; for a repeated span the union over its copies, shape (spans,)."""
    labels = list(entities.ids.labels)
    place = {label: i for i, label in enumerate(labels)}
    at = np.flatnonzero(first)
    codes = entities.ids.codes[at]
    copies = np.diff(np.append(at, len(entities)))
    for span in np.flatnonzero(copies > 1).tolist():
        given = {labels[code] for code in entities.ids.codes[at[span] : at[span] + copies[span]].tolist()}
        joined = JOINER.join(sorted({i for label in given for i in label.split(JOINER)}))
        codes[span] = place.setdefault(joined, len(place))
        labels += [joined] * (len(place) - len(labels))
    return Coded(codes, tuple(labels))


def numbered(codes: Ints) -> Ints:
    """Renumber codes from 0 in order of first occurrence, so that neither names nor the order of a file matter."""
    _, first, place = np.unique(codes, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[place]
