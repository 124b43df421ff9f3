"""The package against a scorer that is plain, slow and sure, on small inputs at random.

Some cases in the tests; ORACLE_CASES=20000 (and ORACLE_FIRST, the first seed) for many.
"""

import copy
import os
import random

import numpy as np
import pytest
from naive import LAYERS, Naive
from sides import REGISTRY, VALUES, file, noisy, rows, span, with_offices

from dragoman.measures.catalogue import MEASURES
from dragoman.measures.naming import BY_NAME

CASES = int(os.environ.get("ORACLE_CASES", "150"))
FIRST = int(os.environ.get("ORACLE_FIRST", "0"))
KINDS = ("headline", "body", None)


def case(seed):
    """Gold, predictions and the registry: all layers, with repeated and missing things."""
    rng = random.Random(seed)
    gold = file(rng, rng.choice([1, 2, 3]))
    for line in gold:
        shrink(rng, line, gold=True)
        line["segments"] = segments(rng)
        line["published_external"] = rng.choice([None, None, *VALUES[:4], "2024/.."])
        line["published"] = rng.choice([None, line["published"], line["published"]])
    pred = noisy(rng, gold) if rng.random() < 0.7 else file(rng, len(gold), gold=False)
    for line in pred:
        shrink(rng, line, gold=False)
        line.pop("published_external", None)
        line["published"] = rng.choice([line["published"], line["published"], None, *VALUES[:4]])
        line["segments"] = segments(rng) if rng.random() < 0.5 else line.get("segments", [])
    if rng.random() < 0.5:
        for line in gold + pred:
            crowd(rng, line, own=line in pred)
    gold = with_offices(rng, gold)
    registry = REGISTRY if rng.random() < 0.7 else frozenset()
    if rng.random() < 0.3:
        without = rng.choice(LAYERS)
        for side in (gold, pred) if rng.random() < 0.5 else (gold[:1], pred[:1]):
            for line in side:
                leave_out(line, without)
    if rng.random() < 0.2:
        pred = pred[1:]
    return gold, pred, registry


def shrink(rng, line, *, gold):
    """Repeat claims, take fields away, and keep a line small enough for all its pairings to be tried."""
    line["entities"], line["dates"] = line["entities"][:5], line["dates"][:4]
    known = {item["id"] for item in line["entities"]}
    line["claims"] = line["claims"][: 4 if rng.random() < 0.5 else 3]
    for item in line["claims"]:
        for who in item["claimants"]:
            if isinstance(who.get("mention"), str) and who["mention"] not in known:
                who.update(mention=[(place := span(rng))["start"], place["end"]])
    if line["claims"] and rng.random() < 0.4:
        again = copy.deepcopy(rng.choice(line["claims"]))
        again.update(id=f"again{gold}", cluster=rng.choice([None, "k1", "k2", "k3"]))
        again["parent"] = rng.choice([None, again["parent"], *(c["id"] for c in line["claims"])])
        line["claims"].append(again)
    for item in line["entities"] + line["dates"]:
        if rng.random() < 0.1:
            item["type"] = None
    for item in line["claims"] if not gold else ():
        for name in ("polarity", "act", "modality", "cue", "parent"):
            if rng.random() < 0.15:
                item[name] = None


def crowd(rng, line, *, own):
    """Put all mentions on a few characters, where each is near to several, and have claimants be named by ids."""
    names = (
        [["own"], ["other"], ["own", "other"]]
        if own
        else [["china"], ["dprk"], ["asean"], ["chair"], ["china", "dprk"]]
    )
    for item in line["entities"]:
        start = rng.randint(0, 8)
        item.update(start=start, end=start + rng.randint(1, 5), entity_ids=rng.choice(names))
    for item in line["claims"]:
        for who in item["claimants"]:
            who.clear()
            start = rng.randint(0, 8)
            by_ids = {"role": "IMPLICIT", "entity_ids": rng.choice(names)}
            who.update(rng.choice([by_ids, {"mention": [start, start + rng.randint(1, 5)]}]))


def segments(rng):
    ends = sorted(rng.sample(range(1, 40), rng.randint(1, 4)))
    return [{"start": a, "end": b, "kind": rng.choice(KINDS)} for a, b in zip([0, *ends], ends, strict=False)]


def leave_out(line, layer):
    """A layer that nobody answered or annotated; claimants then have spans of their own."""
    places = {item["id"]: [item["start"], item["end"]] for item in line.get("entities", [])}
    if layer == "entities":
        for who in (who for claim in line.get("claims", []) for who in claim["claimants"]):
            if isinstance(who.get("mention"), str):
                who["mention"] = places[who["mention"]]
    line.pop(layer, None)


def disagreement(seed):
    """What the two scorers do not agree on, None where they do."""
    gold, pred, registry = case(seed)
    naive = Naive(gold, pred, registry)
    counted = rows(gold, pred, MEASURES, registry)
    for name, allowed in naive.counts().items():
        ours = None if counted[name] is None else tuple(counted[name].sum(axis=0).tolist())
        if (allowed is None) != (ours is None) or (allowed and ours not in allowed):
            return name, ours, allowed
    for layer in ("entities", "claims"):
        allowed = naive.clusters(layer)
        if allowed == []:
            continue
        names = ("muc", "b_cubed", "ceaf_e", "lea")
        if allowed is None or counted[f"{layer}.muc"] is None:
            if not (allowed is None and counted[f"{layer}.muc"] is None):
                return f"{layer}.muc", counted[f"{layer}.muc"], allowed
            continue
        ours = [finished(f"{layer}.{name}", counted) for name in names]
        conll = finished(f"{layer}.conll", counted)["mean"]
        wanted = [
            [
                same(each[name][0], got["recall"])
                and same(each[name][1], got["precision"])
                and same(each[name][2], got["f1"])
                for name, got in zip(names, ours, strict=True)
            ]
            + [same(each["conll"], conll)]
            for each in allowed
        ]
        if not any(map(all, wanted)):
            return f"clusters of {layer}", ours, allowed
    return None


def finished(name, counted):
    return BY_NAME[name].score.finish(counted[name].sum(axis=0))


def same(expected, value):
    return bool(np.isnan(value)) if expected is None else abs(float(expected) - float(value)) < 1e-7


@pytest.mark.parametrize("part", range(10))
def test_both_scorers_agree(part):
    for seed in range(FIRST + part, FIRST + CASES, 10):
        assert disagreement(seed) is None, seed


@pytest.mark.parametrize("seed", [703070, 711940])
def test_they_agree_on_ties_between_gold_mentions_with_the_same_span(seed):
    assert disagreement(seed) is None
