"""Coreference over a whole split and all its languages: MUC, B³, CEAF-e, LEA and the CoNLL mean.

A partition is of the split, not of a document: the alignment and the clusters are fixed on it, each mention's share of
the sums is credited to its document, and intervals over documents are conditional on that. A span that is repeated
within one side counts once. Shares are held as integers, in parts of :data:`SCALE`.

Definitions: MUC (Vilain et al. 1995), B³ (Bagga and Baldwin 1998), CEAF with the entity-based similarity φ4 (Luo 2005),
LEA (Moosavi and Strube 2016), and the mean of the first three as in CoNLL-2012 (Pradhan et al. 2014).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dragoman.matching.assignment import components
from dragoman.matching.exact import equal_pairs
from dragoman.measures.counting import Match, Score, ratio
from dragoman.schema.columns import NULL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.schema.columns import Annotations

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

SCALE = 1_000_000_000
"""Shares are parts of a thousand million."""


@dataclass(frozen=True, slots=True)
class Clustering(Match):
    """A match of mentions, with the cluster that each belongs to.

    Attributes:
        gold_cluster: cluster of every gold mention, from 0, shape (g,).
        predicted_cluster: cluster of every predicted mention, from 0, shape (p,).

    """

    gold_cluster: Ints
    predicted_cluster: Ints


@dataclass(frozen=True, slots=True)
class Partition:
    """One side: for each of its mentions its cluster, and the other side's cluster of the mention it is paired with.

    Attributes:
        own: cluster, shape (n,).
        other: cluster on the other side, NULL where the mention has no partner, shape (n,).
        size: size of each own cluster, shape (clusters,).
        other_size: size of each cluster of the other side.

    """

    own: Ints
    other: Ints
    size: Ints
    other_size: Ints

    def together(self) -> Ints:
        """Count for each mention those of its cluster that share its other cluster too, itself included; shape (n,)."""
        width = len(self.other_size) + 1
        key = self.own * width + self.other
        _, place, count = np.unique(key, return_inverse=True, return_counts=True)
        return np.where(self.other == NULL, 0, count[place])


def partitions(match: Clustering) -> tuple[Partition, Partition]:
    """Both sides of a clustering."""
    g_size = np.bincount(match.gold_cluster) if len(match.gold_cluster) else np.zeros(0, np.int64)
    p_size = np.bincount(match.predicted_cluster) if len(match.predicted_cluster) else np.zeros(0, np.int64)
    g_other = np.full(len(match.gold_cluster), NULL, np.int64)
    p_other = np.full(len(match.predicted_cluster), NULL, np.int64)
    g_other[match.gold] = match.predicted_cluster[match.predicted]
    p_other[match.predicted] = match.gold_cluster[match.gold]
    return (
        Partition(match.gold_cluster, g_other, g_size, p_size),
        Partition(match.predicted_cluster, p_other, p_size, g_size),
    )


Shares = tuple["Floats", "Floats"]
"""Numerator and denominator of a recall, as the share of each mention, shape (n,) each."""


def muc(side: Partition) -> Shares:
    """Links kept: a cluster of n mentions that the other side cuts into p parts keeps n - p of its n - 1 links."""
    size = side.size[side.own]
    # Each part contributes one less than its size; a mention without a partner is a part of its own.
    together = side.together()
    kept = np.where(together > 0, (together - 1) / np.maximum(together, 1), 0.0)
    return kept, (size - 1) / size


def b_cubed(side: Partition) -> Shares:
    """For each mention, the share of its cluster that is in the same cluster on the other side."""
    return side.together() / side.size[side.own], np.ones(len(side.own))


def ceaf_e(side: Partition) -> Shares:
    """Similarity 2·common / (own + other) of the clusters that the best one-to-one alignment pairs."""
    paired = np.zeros(len(side.own), bool)
    known = np.flatnonzero(side.other != NULL)
    edges, place = np.unique(np.stack([side.own[known], side.other[known]], axis=1), axis=0, return_inverse=True)
    if len(known):
        paired[known] = _aligned(side, edges, np.bincount(place.reshape(-1)))[place.reshape(-1)]
    size, other = side.size[side.own], np.append(side.other_size, 0)[side.other]
    # The pair's similarity, spread evenly over the mentions that the two clusters share.
    return np.where(paired, 2.0 / (size + other), 0.0), 1.0 / size


def _aligned(side: Partition, edges: Ints, common: Ints) -> NDArray[np.bool_]:
    """Which pairs of clusters that share mentions the best alignment takes, shape (edges,)."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - kept out of the import of the package

    own, other = edges[:, 0], edges[:, 1]
    similarity = 2 * common / (side.size[own] + side.other_size[other])
    taken = np.zeros(len(edges), bool)
    for part in components(own, other):
        rows, row = np.unique(own[part], return_inverse=True)
        columns, column = np.unique(other[part], return_inverse=True)
        matrix = np.zeros((len(rows), len(columns)))
        matrix[row, column] = similarity[part]
        best = np.zeros(matrix.shape, bool)
        best[linear_sum_assignment(matrix, maximize=True)] = True
        taken[part] = best[row, column]
    return taken


def lea(side: Partition) -> Shares:
    """Links resolved, clusters weighted by size; a singleton has one link, to itself."""
    size, together = side.size[side.own], side.together()
    alone = size == 1
    other = np.append(side.other_size, 0)[side.other]
    # A mention has together - 1 of its size - 1 links on the other side; summed over a cluster this is size times
    # the share of links resolved.
    resolved = np.where(together > 0, (together - 1) / np.maximum(size - 1, 1), 0.0)
    return np.where(alone, (together == 1) & (other == 1), resolved).astype(float), np.ones(len(side.own))


MEASURES: dict[str, Callable[[Partition], Shares]] = {"muc": muc, "b_cubed": b_cubed, "ceaf_e": ceaf_e, "lea": lea}


class ClusterScore(Score):
    """Precision, recall and F1 of a cluster measure: recall is taken on gold, precision on the prediction."""

    columns = ("recall_credit", "recall_total", "precision_credit", "precision_total")
    leaves = ("precision", "recall", "f1")
    headline = "f1"
    full = SCALE

    def __init__(self, name: str) -> None:
        self.shares = MEASURES[name]

    def counts(self, match: Match, documents: int) -> Ints:
        """Sum each document's shares of the four totals."""
        assert isinstance(match, Clustering)
        rows = np.zeros((documents, 4), np.int64)
        for offset, (side, doc) in enumerate(
            zip(partitions(match), (match.gold_doc, match.predicted_doc), strict=True)
        ):
            for column, share in enumerate(self.shares(side)):
                np.add.at(rows[:, 2 * offset + column], doc, np.rint(share * SCALE).astype(np.int64))
        return rows

    def finish(self, total: Ints | Floats) -> dict[str, Floats]:
        """Precision, recall and their harmonic mean."""
        recall, precision = ratio(total[..., 0], total[..., 1]), ratio(total[..., 2], total[..., 3])
        return {"precision": precision, "recall": recall, "f1": _f1(precision, recall)}


def _f1(precision: Floats, recall: Floats) -> Floats:
    """Harmonic mean; 0 where one side is defined and nothing is right, undefined where neither is defined."""
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

    def counts(self, match: Match, documents: int) -> Ints:
        """Count for the three measures, side by side."""
        return np.concatenate([part.counts(match, documents) for part in self.parts], axis=1)

    def finish(self, total: Ints | Floats) -> dict[str, Floats]:
        """Mean of the three F1; undefined where one of them is."""
        f1 = [part.finish(total[..., 4 * i : 4 * i + 4])["f1"] for i, part in enumerate(self.parts)]
        return {"mean": np.mean(f1, axis=0)}


def entity_clusters(gold: Annotations, predicted: Annotations, *, singletons: bool = True) -> Clustering:
    """Mentions of the same span, in the clusters that their entity ids make.

    A mention with two ids is of the entity that is the pair. Mentions without ids are in no cluster. Of mentions
    of one side with the same span the first in canonical order counts.

    Args:
        gold: gold annotations.
        predicted: predicted annotations.
        singletons: whether clusters of one mention count.

    """
    sides = [_mentions(side, singletons=singletons) for side in (gold, predicted)]
    (g_doc, g_start, g_end, g_cluster), (p_doc, p_start, p_end, p_cluster) = sides
    g, p = equal_pairs((g_doc, g_start, g_end), (p_doc, p_start, p_end))
    return Clustering(g, p, np.ones(len(g), np.int64), 1, g_doc, p_doc, g_cluster, p_cluster)


def _mentions(annotations: Annotations, *, singletons: bool) -> tuple[Ints, Ints, Ints, Ints]:
    """Document, start, end and cluster of the mentions of one side."""
    e = annotations.entities.take(np.flatnonzero(annotations.entities.ids.codes != NULL))
    first = np.ones(len(e), bool)
    first[1:] = (np.diff(e.doc) != 0) | (np.diff(e.start) != 0) | (np.diff(e.end) != 0)
    e = e.take(np.flatnonzero(first))
    cluster = np.unique(e.ids.codes, return_inverse=True)[1].astype(np.int64)
    if not singletons:
        kept = np.flatnonzero(np.bincount(cluster)[cluster] > 1) if len(cluster) else np.zeros(0, np.int64)
        e, cluster = e.take(kept), np.unique(cluster[kept], return_inverse=True)[1].astype(np.int64)
    return e.doc, e.start, e.end, cluster
