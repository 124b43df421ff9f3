"""Ours against the definitions: on random input both say the same."""

from collections import defaultdict

import numpy as np
import pytest
from definitions import (
    World,
    b_cubed,
    best_pairings,
    ceaf_e,
    characters,
    close,
    exact,
    f_counts,
    interval_credit,
    lea,
    line_of,
    linked_ids,
    matchings,
    millionths,
    muc,
    overlap,
    overlap_and_type,
    partial,
    same_claimants,
    scores,
    shared,
    strict,
    value,
    value_string,
)
from definitions import dice as dice_of
from hypothesis import given, settings
from hypothesis import strategies as st
from sides import REGISTRY, TEXT, both, seeds, tally, totals
from sides import pair_with_offices as pair

from dragoman import languages
from dragoman.measures import clitics, spans
from dragoman.measures.clusters import clustering, entity_mentions
from dragoman.measures.naming import BY_NAME, select
from dragoman.measures.pair import Pair

FEW = settings(max_examples=40)
ANY_LANGUAGE = clitics.Rules.of(languages.all())

places = st.tuples(st.integers(0, 8), st.integers(1, 4))
typed = st.tuples(places, st.sampled_from(["PER", "ORG", None]))
entity_lists = st.lists(st.lists(typed, max_size=5), min_size=2, max_size=2)


def entities(items):
    return [{"start": s, "end": s + n, "type": t} for (s, n), t in items]


def as_lines(layer, documents):
    return [{"id": f"d{i}", layer: items} for i, items in enumerate(documents)]


@FEW
@given(entity_lists, entity_lists)
def test_spans(gold, predicted):
    ours, theirs = [entities(d) for d in gold], [entities(d) for d in predicted]
    names = {"strict": strict, "exact": exact, "type": overlap_and_type, "partial": partial}
    found = totals(
        as_lines("entities", ours), as_lines("entities", theirs), select([f"entities.{name}" for name in names])
    )
    for name, credit in names.items():
        assert found[f"entities.{name}"] == f_counts(ours, theirs, credit), name


@FEW
@given(seeds)
def test_spans_but_for_clitics(seed):
    gold, predicted = pair(seed)

    def credit(a, b):
        before = TEXT[min(a["start"], b["start"]) : max(a["start"], b["start"])]
        after = TEXT[min(a["end"], b["end"]) : max(a["end"], b["end"])]
        return int(bool(shared(a, b)) and a["type"] == b["type"] and ANY_LANGUAGE.allow(before, after))

    found = totals(gold, predicted, select(["entities.clitic"]))
    expected = f_counts([d["entities"] for d in gold], [d["entities"] for d in predicted], credit)
    assert found["entities.clitic"] == expected


@FEW
@given(seeds)
def test_links(seed):
    gold, predicted = pair(seed)
    sides = [
        [[{**e, "links": linked_ids(e, REGISTRY)} for e in line["entities"]] for line in lines]
        for lines in (gold, predicted)
    ]
    found = totals(gold, predicted, select(["entities.linked"]))["entities.linked"]
    expected = f_counts(*sides, lambda a, b: int(exact(a, b) and a["links"] == b["links"]))
    given_ids = any(e["entity_ids"] for line in gold for e in line["entities"])
    linked = any(e["links"] for line in sides[1] for e in line) or not any(line["entities"] for line in predicted)
    assert found == (expected if given_ids and linked else None)


@FEW
@given(seeds)
def test_dates(seed):
    gold, predicted = pair(seed)
    ours, theirs = [d["dates"] for d in gold], [d["dates"] for d in predicted]
    names = {
        "exact": exact,
        "strict": strict,
        "relaxed": overlap,
        "type": overlap_and_type,
        "value": value,
        "value_string": value_string,
    }
    found = totals(gold, predicted, select([f"dates.{name}" for name in names]))
    for name, credit in names.items():
        assert found[f"dates.{name}"] == f_counts(ours, theirs, credit), name


@FEW
@given(seeds)
def test_intervals_of_days(seed):
    gold, predicted = pair(seed)
    ours, theirs = [d["dates"] for d in gold], [d["dates"] for d in predicted]
    found = totals(gold, predicted, select(["dates.interval"]))["dates.interval"]
    assert found == f_counts(ours, theirs, interval_credit)


def claim_counts(gold, predicted, right, asked=lambda a: True):
    """All (right, asked) that a best pairing can have, summed over documents one by one, as lists a document."""
    found = []
    for ours, theirs in zip(gold, predicted, strict=True):
        judge = right(ours, theirs)
        pairings = best_pairings(close(ours["claims"], theirs["claims"]), lambda p, judge=judge: int(judge(*p)))
        found.append(
            {
                (sum(judge(*p) for p in pairing), sum(asked(ours["claims"][p[0]]) for p in pairing))
                for pairing in pairings
            }
        )
    return found


@FEW
@given(seeds)
def test_claims_by_content(seed):
    gold, predicted = pair(seed)
    found = totals(gold, predicted, select(["claims.content", "claims.soft", "claims.attributed"]))
    hits = soft = attributed = 0
    for ours, theirs in zip(gold, predicted, strict=True):
        similar = close(ours["claims"], theirs["claims"])
        best = best_pairings(similar)[0]
        hits += len(best)
        soft += sum(millionths(similar[p]) for p in best)
        world = World(ours, REGISTRY)
        right = [
            (i, j) for i, j in similar if same_claimants(world, ours, ours["claims"][i], theirs, theirs["claims"][j])
        ]
        attributed += max(map(len, matchings(right)))
    numbers = [sum(len(d["claims"]) for d in side) for side in (gold, predicted)]
    assert found["claims.content"] == [hits, *numbers]
    assert found["claims.soft"] == [soft, *numbers]
    assert found["claims.attributed"] == [attributed, *numbers]


def per_document(name, gold, predicted):
    ours, theirs = both(gold, predicted)
    counted = tally(BY_NAME[name], ours, theirs)
    return [] if counted is None else [tuple(row) for row in counted.rows.tolist()]


@FEW
@given(seeds)
@pytest.mark.parametrize("name", ["polarity", "modality", "act"])
def test_claims_by_attribute(name, seed):
    gold, predicted = pair(seed)
    if not any(c[name] for d in predicted for c in d["claims"]):
        return

    def right(ours, theirs):
        return lambda i, j: ours["claims"][i][name] is not None and ours["claims"][i][name] == theirs["claims"][j][name]

    allowed = claim_counts(gold, predicted, right, lambda a: a[name] is not None)
    for row, some in zip(per_document(f"claims.{name}", gold, predicted), allowed, strict=True):
        assert row in some


@FEW
@given(seeds)
def test_claims_by_cue(seed):
    gold, predicted = pair(seed)

    def right(ours, theirs):
        def judge(i, j):
            a, b = ours["claims"][i].get("cue"), theirs["claims"][j].get("cue")
            return not (characters(a) | characters(b)) or 2 * dice_of(a, b) >= 1

        return judge

    allowed = claim_counts(gold, predicted, right)
    for row, some in zip(per_document("claims.cue", gold, predicted), allowed, strict=True):
        assert row in some


@FEW
@given(seeds)
def test_claims_by_chain(seed):
    gold, predicted = pair(seed)
    for row, ours, theirs in zip(per_document("claims.chain", gold, predicted), gold, predicted, strict=True):
        similar = close(ours["claims"], theirs["claims"])
        possible = set()
        # Of equally good pairings the one with most whole lines.
        for pairing in best_pairings(similar):
            partner = dict(pairing)
            lines = [(line_of(ours["claims"], g), line_of(theirs["claims"], p)) for g, p in pairing]
            possible.add((sum([partner.get(x) for x in a] == b for a, b in lines), len(pairing)))
        assert row == max(possible)


partitions = st.lists(st.integers(0, 4), min_size=9, max_size=9).map(
    lambda labels: [frozenset(i for i, x in enumerate(labels) if x == c) for c in range(1, 5)]
)


def of_entities(clusters):
    documents = defaultdict(list)
    for number, cluster in enumerate(clusters):
        for mention in sorted(cluster):
            documents[mention % 2].append({"start": mention, "end": mention + 1, "entity_ids": [f"k{number}"]})
    return [{"id": f"d{i}", "entities": documents[i]} for i in range(2)]


def of_claims(clusters):
    documents = defaultdict(list)
    for number, cluster in enumerate(clusters):
        for mention in sorted(cluster):
            name = f"k{number}" if len(cluster) > 1 or mention % 3 else None
            documents[mention % 2].append({"content": [[mention, mention + 1]], "cluster": name})
    return [{"id": f"d{i}", "claims": documents[i]} for i in range(2)]


@settings(max_examples=50)
@given(partitions, partitions)
@pytest.mark.parametrize(("layer", "lines"), [("entities", of_entities), ("claims", of_claims)])
def test_clusters(layer, lines, key, response):
    key, response = ([c for c in side if c] for side in (key, response))
    measures = {"muc": muc, "b_cubed": b_cubed, "ceaf_e": ceaf_e, "lea": lea}
    found = totals(lines(key), lines(response), select([f"{layer}.{name}" for name in [*measures, "conll"]]))
    if layer == "entities" and not key:
        assert all(total is None for total in found.values())
        return
    f1 = {}
    for name, definition in measures.items():
        ours = BY_NAME[f"{layer}.{name}"].score.finish(np.array(found[f"{layer}.{name}"]))
        recall, precision, f1[name] = scores(definition, key, response)
        for leaf, expected in (("recall", recall), ("precision", precision), ("f1", f1[name])):
            if expected is None:
                assert np.isnan(ours[leaf]), (name, leaf)
            else:
                assert ours[leaf] == pytest.approx(float(expected), abs=1e-8), (name, leaf)
    conll = BY_NAME[f"{layer}.conll"].score.finish(np.array(found[f"{layer}.conll"]))["mean"]
    three = [f1[name] for name in ("muc", "b_cubed", "ceaf_e")]
    if None in three:
        assert np.isnan(conll)
    else:
        assert conll == pytest.approx(float(sum(three) / 3), abs=1e-8)


@FEW
@given(st.lists(st.tuples(places, st.sets(st.sampled_from("abc"), max_size=2)), max_size=8))
def test_mentions_of_the_same_span_are_one_with_the_ids_of_all(mentions):
    items = [{"start": s, "end": s + n, "entity_ids": sorted(ids)} for (s, n), ids in mentions]
    named = defaultdict(set)
    for item in items:
        if item["entity_ids"]:
            named[item["start"], item["end"]] |= set(item["entity_ids"])
    clusters = defaultdict(set)
    for place, ids in named.items():
        clusters[frozenset(ids)].add(place)
    ours, _ = both([{"id": "d", "entities": items}], [])
    match = clustering(entity_mentions(Pair(ours, ours)), np.arange(1))
    sizes = np.bincount(match.gold_cluster).tolist() if len(match.gold_cluster) else []
    assert sorted(sizes) == sorted(map(len, clusters.values()))
    assert len(match.gold) == len(named)


@FEW
@given(entity_lists)
def test_nested_spans(documents):
    lines = [entities(d) for d in documents]
    ours, _ = both(as_lines("entities", lines), [])
    inside = spans.nested(ours.entities).tolist()
    for i in range(len(ours.entities)):
        doc, start, end = (int(column[i]) for column in (ours.entities.doc, ours.entities.start, ours.entities.end))
        others = [
            (int(ours.entities.start[j]), int(ours.entities.end[j]))
            for j in range(len(ours.entities))
            if j != i and int(ours.entities.doc[j]) == doc
        ]
        assert inside[i] == any(s <= start and end <= e for s, e in others)
