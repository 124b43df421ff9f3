"""What must follow when gold or predictions change in a known way, whatever they are."""

import copy
import json
import random

import numpy as np
import pytest
from hypothesis import given, settings
from sides import VALUES, rows, scores, seeds, totals
from sides import pair_with_offices as pair

from dragoman.measures.catalogue import MEASURES
from dragoman.measures.clusters import ClusterScore, ConllMean
from dragoman.measures.naming import BY_NAME
from dragoman.measures.scores import FScore

FEW = settings(max_examples=16)
F_MEASURES = tuple(m for m in MEASURES if isinstance(m.score, FScore))
OF_SPLIT = {m.name for m in MEASURES if isinstance(m.score, ClusterScore | ConllMean)}
"""A partition is of the whole split: its counts are not the sum of those of shards."""
ATTEMPTED = {"claims.polarity", "claims.modality", "claims.act", "entities.linked"}
"""Whether a system attempted these is asked of the whole file, so that a shard alone may be undefined."""
OUTSIDE = 60
"""A place where nothing of gold is."""


def shuffled(lines, seed):
    rng = random.Random(seed)
    made = copy.deepcopy(lines)
    for line in made:
        for layer in ("entities", "dates", "claims"):
            rng.shuffle(line[layer])
        for item in line["entities"]:
            rng.shuffle(item["entity_ids"])
        for item in line["claims"]:
            rng.shuffle(item["claimants"])
            rng.shuffle(item["content"])
    rng.shuffle(made)
    return made


@FEW
@given(seeds)
def test_no_order_matters_of_lines_items_ids_fragments_or_claimants(seed):
    gold, predicted = pair(seed)
    first, second = rows(gold, predicted), rows(shuffled(gold, 1), shuffled(predicted, 2))
    for name, counted in first.items():
        assert (counted is None) == (second[name] is None), name
        assert counted is None or counted.tolist() == second[name].tolist(), name


def renamed(lines, documents, prefix):
    """The same under other names of documents, items, clusters and own ids; known entities keep theirs."""
    made = copy.deepcopy(lines)
    names = {}
    own = {"own": f"{prefix}9", "other": f"{prefix}1"}
    for line in made:
        line["id"] = documents[line["id"]]
        names |= {
            item["id"]: f"{prefix}{len(names) + i}"
            for layer in ("entities", "claims")
            for i, item in enumerate(line[layer])
        }
        for item in line["entities"]:
            item["id"] = prefix + item["id"]
            item["entity_ids"] = [own.get(i, i) for i in item["entity_ids"]]
        for item in line["claims"]:
            item["id"] = prefix + item["id"]
            item["parent"] = item["parent"] and prefix + item["parent"]
            item["cluster"] = item["cluster"] and {"k1": "z", "k2": "a"}[item["cluster"]]
            for who in item["claimants"]:
                if isinstance(who.get("mention"), str):
                    who["mention"] = prefix + who["mention"]
                if "entity_ids" in who:
                    who["entity_ids"] = [own.get(i, i) for i in who["entity_ids"]]
    return made


@FEW
@given(seeds)
def test_names_do_not_matter(seed):
    gold, predicted = pair(seed)
    documents = {"d0": "z", "d1": "m", "d2": "a"}
    first = totals(gold, predicted)
    second = totals(renamed(gold, documents, "g"), renamed(predicted, documents, "p"))
    for name, total in first.items():
        if total is None:
            assert second[name] is None, name
        else:
            # Shares of cluster measures are rounded mention by mention: the sums are the same, but for the last unit.
            assert second[name] == pytest.approx(total, abs=100 if name in OF_SPLIT else 0), name


@FEW
@given(seeds)
def test_names_of_known_entities_do_not_matter_where_nothing_is_looked_up(seed):
    gold, predicted = pair(seed)
    swap = {"china": "x1", "Q148": "x1", "dprk": "x0", "asean": "x2"}

    def changed(lines):
        made = copy.deepcopy(lines)
        for line in made:
            for item in line["entities"]:
                item["entity_ids"] = [swap.get(i, i) for i in item["entity_ids"]]
        return made

    first, second = totals(gold, predicted), totals(changed(gold), changed(predicted))
    for name in OF_SPLIT:
        if name.startswith("entities.") and first[name] is not None:
            assert second[name] == pytest.approx(first[name], abs=100), name


@FEW
@given(seeds)
def test_counts_of_shards_add_up(seed):
    gold, predicted = pair(seed, documents=4)
    whole = totals(gold, predicted)
    shards = [totals(gold[i : i + 2], predicted[i : i + 2]) for i in (0, 2)]
    for name, total in whole.items():
        if name in OF_SPLIT | ATTEMPTED:
            continue
        parts = [shard[name] for shard in shards if shard[name] is not None]
        assert (total or []) == [sum(column) for column in zip(*parts, strict=True)], name


@FEW
@given(seeds)
def test_counts_of_shards_add_up_where_each_attempts_all(seed):
    gold, predicted = pair(seed, documents=4)
    for line in predicted:
        line["entities"].append(
            {"id": "e", "start": OUTSIDE, "end": OUTSIDE + 1, "type": "PER", "entity_ids": ["china"]}
        )
        line["claims"].append(a_claim(OUTSIDE))
    for line in gold:
        line["entities"].append(
            {"id": "e", "start": OUTSIDE, "end": OUTSIDE + 1, "type": "PER", "entity_ids": ["china"]}
        )
        line["text"] = line["text"].ljust(OUTSIDE + 20)
    whole = totals(gold, predicted)
    shards = [totals(gold[i : i + 2], predicted[i : i + 2]) for i in (0, 2)]
    for name in ATTEMPTED:
        assert whole[name] == [sum(column) for column in zip(*(shard[name] for shard in shards), strict=True)], name


def a_claim(place):
    return {
        "id": f"new{place}",
        "content": [[place, place + 3]],
        "claimants": [{"role": "AUTHOR"}],
        "polarity": "positive",
        "modality": "fact",
        "act": "assert",
    }


def with_wrong(predicted, seed):
    """The prediction with something more that nothing in gold is near to."""
    rng = random.Random(seed)
    made = copy.deepcopy(predicted)
    line = rng.choice(made)
    line["entities"].append(
        {
            "id": "wrong",
            "start": OUTSIDE,
            "end": OUTSIDE + 2,
            "type": "PER",
            "entity_ids": rng.choice([["china"], ["own"], ["other"]]),
        }
    )
    line["dates"].append({"start": OUTSIDE, "end": OUTSIDE + 2, "type": "DATE", "value": rng.choice(VALUES)})
    line["claims"].append({**a_claim(OUTSIDE), "cluster": rng.choice([None, "k1", "other"])})
    return made


def roomy(gold):
    return [{**line, "text": line["text"].ljust(OUTSIDE + 20)} for line in gold]


@FEW
@given(seeds)
def test_a_wrong_prediction_never_raises_anything(seed):
    gold, predicted = pair(seed)
    gold = roomy(gold)
    before, after = scores(gold, predicted), scores(gold, with_wrong(predicted, seed))
    for name, leaves in before.items():
        for leaf in leaves:
            if leaves[leaf] is None or after[name][leaf] is None:
                # From nothing at all a score becomes 0 and no more; a score never goes away but for precision 0/0.
                assert not after[name][leaf] or name in OF_SPLIT | ATTEMPTED, (name, leaf)
            elif leaf in {"precision", "recall", "f1", "mean", "accuracy"}:
                assert after[name][leaf] <= leaves[leaf] + 1e-8, (name, leaf)


@FEW
@given(seeds)
def test_a_wrong_prediction_leaves_what_is_right_alone(seed):
    gold, predicted = pair(seed)
    gold = roomy(gold)
    before, after = totals(gold, predicted), totals(gold, with_wrong(predicted, seed))
    for measure in F_MEASURES:
        if before[measure.name] is not None:
            credit, of_gold, number = before[measure.name]
            assert after[measure.name][:2] == [credit, of_gold], measure.name
            assert after[measure.name][2] in {number, number + 1}, measure.name


@FEW
@given(seeds)
def test_a_right_prediction_that_is_removed_never_raises_f1(seed):
    """Right: the same as gold, and near to no other prediction, which could take its place."""
    gold, predicted = pair(seed)
    gold = roomy(gold)
    right = {"start": OUTSIDE, "end": OUTSIDE + 4, "type": "DATE"}
    gold[0]["entities"].append({"id": "r", **right, "entity_ids": ["china"]})
    gold[0]["dates"].append({**right, "value": "2024-06"})
    gold[0]["claims"].append(a_claim(OUTSIDE + 5))
    with_right = copy.deepcopy(predicted)
    for layer in ("entities", "dates", "claims"):
        with_right[0][layer].append(copy.deepcopy(gold[0][layer][-1]))
    before, after = scores(gold, with_right), scores(gold, predicted)
    for measure in F_MEASURES:
        for leaf in ("recall", "f1"):
            value = after[measure.name][leaf]
            assert value is None or value <= before[measure.name][leaf], (measure.name, leaf)


@FEW
@given(seeds)
def test_gold_against_itself_is_1_or_null(seed):
    gold, _ = pair(seed)
    answers = [{k: v for k, v in line.items() if k != "text"} for line in gold]
    for line in answers:
        line["dates"] = [{k: v for k, v in item.items() if k != "value_external"} for item in line["dates"]]
    found = {value for leaves in scores(gold, answers).values() for value in leaves.values()}
    assert found <= {1.0, None}
    assert 1.0 in found


@FEW
@given(seeds)
def test_nothing_predicted_is_0_or_null(seed):
    gold, _ = pair(seed)
    found = scores(gold, [])
    assert {value for leaves in found.values() for value in leaves.values()} <= {0.0, None}
    for measure in F_MEASURES:
        assert found[measure.name]["precision"] is None
    empty = [{"id": line["id"], "entities": [], "dates": [], "claims": []} for line in gold]
    assert scores(gold, empty) == found


@FEW
@given(seeds)
def test_nothing_on_either_side_is_null(seed):
    gold, _ = pair(seed)
    empty = [{"id": line["id"], "entities": [], "dates": [], "claims": []} for line in gold]
    assert {value for leaves in scores(empty, empty).values() for value in leaves.values()} == {None}


SYMMETRIC = {m.name for m in MEASURES if m.score.headline in {"f1", "mean"}} - {"claims.attributed"}
"""All but that: a mention of gold's entity elsewhere is accepted for a claimant, not one of the prediction's."""


@FEW
@given(seeds)
def test_exchanging_the_sides_exchanges_precision_and_recall(seed):
    gold, predicted = pair(seed)
    for line, other in zip(gold, predicted, strict=True):
        other["text"] = line["text"]
        for item in line["dates"]:
            item.pop("value_external", None)
    one, two = scores(gold, predicted), scores(predicted, gold)
    for name in SYMMETRIC:
        if one[name]["f1" if "f1" in one[name] else "mean"] is None or None in two[name].values():
            continue  # a side that attempts nothing is undefined, one that has no gold is, too
        if "f1" not in one[name]:
            assert two[name]["mean"] == pytest.approx(one[name]["mean"], abs=1e-8), name
            continue
        assert two[name]["f1"] == pytest.approx(one[name]["f1"], abs=1e-8), name
        assert two[name]["precision"] == pytest.approx(one[name]["recall"], abs=1e-8), name


@FEW
@given(seeds)
def test_a_wrong_attribute_lowers_that_attribute_and_nothing_else(seed):
    gold, predicted = pair(seed)
    rng = random.Random(seed)
    answers = [(line, item) for line in predicted for item in line["claims"]]
    if not answers:
        return
    line, item = rng.choice(answers)
    name, never = rng.choice([("polarity", "none"), ("modality", "dreamt"), ("act", "sing")])
    changed = json.loads(json.dumps(predicted))
    place = predicted.index(line), line["claims"].index(item)
    changed[place[0]]["claims"][place[1]][name] = never
    before, after = rows(gold, predicted), rows(gold, changed)
    for other, counted in before.items():
        if other == f"claims.{name}":
            if counted[:, 1].sum():
                assert (after[other][:, 0] <= counted[:, 0]).all()
        elif counted is not None and other not in OF_SPLIT | {"claims.chain"}:
            assert counted.tolist() == after[other].tolist(), other


@FEW
@given(seeds)
def test_every_count_is_a_count(seed):
    gold, predicted = pair(seed)
    for name, counted in rows(gold, predicted).items():
        if counted is None:
            continue
        measure = BY_NAME[name]
        assert counted.dtype == np.int64
        assert (counted >= 0).all(), name
        if isinstance(measure.score, FScore):
            credit, of_gold, of_predicted = counted.T
            assert (credit <= measure.score.full * np.minimum(of_gold, of_predicted)).all(), name
        for value in measure.score.finish(counted.sum(axis=0)).values():
            assert np.isnan(value) or 0 <= value <= 1 + 1e-9, name


@FEW
@given(seeds)
def test_measures_are_ordered_as_their_definitions_are(seed):
    gold, predicted = pair(seed)
    t = totals(gold, predicted)
    assert t["entities.strict"][0] <= t["entities.exact"][0] <= t["entities.partial"][0] / 2
    assert t["entities.strict"][0] <= t["entities.clitic"][0] <= t["entities.type"][0]
    assert t["dates.strict"][0] <= t["dates.type"][0] <= t["dates.relaxed"][0]
    assert t["dates.value_string"][0] <= t["dates.value"][0] <= t["dates.relaxed"][0]
    assert t["claims.attributed"][0] <= t["claims.content"][0]
    assert t["claims.soft"][0] <= t["claims.content"][0] * 1_000_000
