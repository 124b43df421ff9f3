"""Numerical soundness: fixed-point shares, large clusters, large assignments, and what decides where alignments tie."""

import random
from fractions import Fraction

import numpy as np
import pytest
from sides import read, rows, totals

from dragoman.matching import assignment
from dragoman.matching.assignment import assign
from dragoman.measures.clusters import (
    SCALE,
    Clustering,
    ClusterScore,
    ConllMean,
    ceaf_e,
    entity_mentions,
    partitions,
    without_singletons,
)
from dragoman.measures.clusters import (
    clustering as numbered_clustering,
)
from dragoman.measures.naming import select
from dragoman.measures.pair import Pair
from dragoman.problems import DragomanError

CLUSTER = select([f"entities.{name}" for name in ("muc", "b_cubed", "ceaf_e", "lea", "conll")])


def clustering(gold, predicted, documents=None):
    """Two partitions of the same mentions, by the number of each one's cluster; mentions are in documents in turn."""
    gold, predicted = np.asarray(gold), np.asarray(predicted)
    both = np.arange(len(gold))
    doc = both % documents if documents else np.zeros(len(gold), np.int64)
    return Clustering(both, both, np.ones(len(gold), np.int64), 1, doc, doc, gold, predicted)


def test_a_million_mentions_stay_within_an_integer_by_far():
    # No share is more than 1, so that no total is more than that of B³, which has 1 for each mention.
    mentions = np.arange(1_000_000)
    total = ClusterScore("b_cubed").counts(clustering(mentions // 1_000, mentions // 1_000), 1)[0]
    assert total.tolist() == [SCALE * 1_000_000] * 4
    assert SCALE * 1_000_000 < 2**53 < 2**63  # 2**53 is what every reader of JSON keeps
    some = mentions[:50_000]
    for clusters in (np.zeros(len(some), np.int64), some, some // 1_000):
        match = clustering(clusters, clusters)
        for score in (*(ClusterScore(name) for name in ("muc", "b_cubed", "ceaf_e", "lea")), ConllMean()):
            total = score.counts(match, 1).sum(axis=0)
            assert (total >= 0).all()
            assert (total <= SCALE * len(some)).all()
            value = score.finish(total)[score.headline]
            assert np.isnan(value) or value == 1.0


def test_large_clusters_are_exact():
    # Of 150,001 mentions in one cluster each has a share of 6,667 thousand-millionths; rounding each by itself would be
    # off by one part in ten thousand and more.
    size = 150_001
    one = np.zeros(size, np.int64)
    halves = (np.arange(size) >= size // 3).astype(np.int64)
    small, large = size // 3, size - size // 3
    counts = ClusterScore("ceaf_e").counts(clustering(one, halves, 7), 7)
    found = ClusterScore("ceaf_e").finish(counts.sum(axis=0))
    similarity = Fraction(2 * large, size + large)
    assert found["recall"] == pytest.approx(float(similarity), abs=1e-9)
    assert found["precision"] == pytest.approx(float(similarity / 2), abs=1e-9)
    found = ClusterScore("muc").finish(ClusterScore("muc").counts(clustering(one, halves), 1).sum(axis=0))
    assert found["recall"] == pytest.approx((size - 2) / (size - 1), abs=1e-9)
    found = ClusterScore("b_cubed").finish(ClusterScore("b_cubed").counts(clustering(one, halves), 1).sum(axis=0))
    assert found["recall"] == pytest.approx((small**2 + large**2) / size**2, abs=1e-9)


def test_shares_of_a_cluster_differ_by_no_more_than_one_unit_between_mentions():
    match = clustering([0, 0, 0], [0, 0, 0], 3)
    counts = ClusterScore("ceaf_e").counts(match, 3)
    assert counts.sum(axis=0).tolist() == [SCALE] * 4
    assert np.ptp(counts, axis=0).max() <= 1


def test_random_partitions_against_fractions():
    rng = np.random.Generator(np.random.PCG64(4))
    gold, predicted = rng.integers(0, 40, 700), rng.integers(0, 40, 700)
    match = clustering(gold, predicted, 11)
    sizes = [np.bincount(side) for side in (gold, predicted)]
    together = np.array([((gold == g) & (predicted == p)).sum() for g, p in zip(gold, predicted, strict=True)])
    found = ClusterScore("b_cubed").finish(ClusterScore("b_cubed").counts(match, 11).sum(axis=0))
    assert found["recall"] == pytest.approx(
        sum(Fraction(int(t), int(s)) for t, s in zip(together, sizes[0][gold], strict=True)) / 700, abs=1e-9
    )
    side, other = partitions(match)
    assert side.is_gold
    assert not other.is_gold


def tied_lines(rng):
    """Gold {a,b} and the response {a}, {b}, over two documents: only one of the two gets the credit."""
    lines = [
        [
            {"id": "x", "entities": [{"start": 0, "end": 1, "entity_ids": ["k"]}]},
            {"id": "y", "entities": [{"start": 0, "end": 1, "entity_ids": ["k"]}]},
        ],
        [
            {"id": "x", "entities": [{"start": 0, "end": 1, "entity_ids": ["r1"]}]},
            {"id": "y", "entities": [{"start": 0, "end": 1, "entity_ids": ["r2"]}]},
        ],
    ]
    for side in lines:
        rng.shuffle(side)
    return lines


def test_tied_alignments_are_decided_alike_whatever_the_order_and_the_names():
    rng = random.Random(1)
    found = set()
    for number in range(12):
        gold, predicted = tied_lines(rng)
        if number % 2:
            for line in predicted:
                for item in line["entities"]:
                    item["entity_ids"] = [{"r1": "z", "r2": "a"}[i] for i in item["entity_ids"]]
        found.add(str(rows(gold, predicted, CLUSTER)["entities.ceaf_e"].tolist()))
    assert len(found) == 1
    # The first document gets it, in recall and in precision alike: one alignment, seen from both sides.
    half, two_thirds = SCALE // 2, 666_666_667
    assert found == {str([[two_thirds, half, two_thirds, SCALE], [0, half, 0, SCALE]])}


def test_of_tied_alignments_the_one_with_more_mentions_in_common_is_taken():
    # {a,b,c} against {a} is 2*1/4 and against {b,c,x,y,z} 2*2/8: the same. The second has two mentions in common.
    shared = np.arange(3)
    zeros = np.zeros(6, np.int64)
    match = Clustering(
        shared, shared, np.ones(3, np.int64), 1, zeros[:3], zeros, zeros[:3], np.array([0, 1, 1, 1, 1, 1])
    )
    for side in partitions(match):
        assert ceaf_e(side)[0][:3].tolist() == [0, 0.25, 0.25]


def test_ties_in_recall_and_precision_are_the_same_alignment():
    rng = np.random.Generator(np.random.PCG64(9))
    for _ in range(30):
        match = clustering(rng.integers(0, 5, 14), rng.integers(0, 5, 14), 4)
        counts = ClusterScore("ceaf_e").counts(match, 4)
        # The same pairs of clusters earn on both sides, and a pair's mentions are in the same documents on both.
        assert np.abs(counts[:, 0] - counts[:, 2]).max() <= 5
        back = ClusterScore("ceaf_e").counts(clustering(match.pred_cluster, match.gold_cluster, 4), 4)
        assert back.sum(axis=0)[[2, 3, 0, 1]] == pytest.approx(counts.sum(axis=0), abs=5)


def test_documents_share_a_cluster_measure_and_its_total_does_not_depend_on_how():
    rng = np.random.Generator(np.random.PCG64(9))
    gold, predicted = rng.integers(0, 9, 60), rng.integers(0, 9, 60)
    for name in ("muc", "b_cubed", "ceaf_e", "lea"):
        score = ClusterScore(name)
        found = {n: score.counts(clustering(gold, predicted, n), n).sum(axis=0).tolist() for n in (1, 3, 60)}
        assert found[1] == found[3] == found[60]


def test_singletons_can_be_left_out():
    lines = [{"id": "d", "entities": [{"start": i, "end": i + 1, "entity_ids": [k]} for i, k in enumerate("aabcc")]}]
    sides = read(lines), read(lines)
    whole = numbered_clustering(entity_mentions(Pair(*sides)), np.arange(1))
    assert len(whole.gold_doc) == 5
    match = without_singletons(whole)
    assert match.gold_cluster.tolist() == [0, 0, 1, 1]


def random_problem(rng, rows_, columns, edges):
    place = rng.choice(rows_ * columns, edges, replace=False)
    place.sort()
    return place // columns, place % columns, rng.integers(1, 1_000_000, edges)


@pytest.mark.parametrize("shape", [(300, 200), (200, 300)])
def test_sparse_problems_are_solved_as_well_as_full_ones(monkeypatch, shape):
    rng = np.random.Generator(np.random.PCG64(6))
    gold, predicted, weight = random_problem(rng, *shape, 1_500)
    ones = np.ones_like(weight)
    sparse = assign(gold, predicted, (ones, weight))
    monkeypatch.setattr(assignment, "_DENSE_CELLS", 10**9)
    full = assign(gold, predicted, (ones, weight))
    for chosen in (sparse, full):
        assert len(set(gold[chosen].tolist())) == len(set(predicted[chosen].tolist())) == len(chosen)
    assert (len(sparse), weight[sparse].sum()) == (len(full), weight[full].sum())


def test_a_large_sparse_problem_is_no_problem_and_a_large_full_one_is_refused(monkeypatch):
    rng = np.random.Generator(np.random.PCG64(6))
    gold, predicted, weight = random_problem(rng, 6_000, 6_000, 20_000)
    assert len(assign(gold, predicted, (np.ones_like(weight), weight))) > 5_000
    monkeypatch.setattr(assignment, "MAX_CELLS", 99)
    gold, predicted = (part.ravel() for part in np.mgrid[:10, :10])
    with pytest.raises(DragomanError, match="E106"):
        assign(gold, predicted, (np.ones_like(gold),))


def test_credits_of_similarities_never_exceed_the_whole():
    lines = [
        {
            "id": "d",
            "dates": [{"start": 0, "end": 4, "type": "DATE", "value": "2024-02"}],
            "claims": [{"content": [[0, 7], [9, 12]]}],
            "published": "0001/9999",
        }
    ]
    total = totals(lines, lines)
    assert total["dates.interval"] == [1_000_000, 1, 1]
    assert total["claims.soft"] == [1_000_000, 1, 1]
    assert total["pages.published_overlap"] == [1_000_000, 1]
