"""Absence earns nothing where gold has something; saying everything gains nothing; names of one's own are only names.

Gold is made up at random, and every item of it has every optional field. Then a field is taken from predicted items,
one after the other or many at once, and no score may rise that judges it.
"""

import copy
import random

from hypothesis import given, settings
from sides import REGISTRY, TEXT, VALUES, scores, seeds, span, totals

from dragoman.measures.catalogue import MEASURES
from dragoman.measures.clusters import ClusterScore, ConllMean
from dragoman.measures.scores import FScore

SOME = settings(max_examples=25)
CLUSTERS = {m.name for m in MEASURES if isinstance(m.score, ClusterScore | ConllMean)}
OWN = ("k", "l", "m")
KNOWN = sorted(REGISTRY - {"chair"})
MODS = ("START", "END", "BEFORE")
ROOM = 100
"""Beyond all that gold has: where a claim of gold that has no parent stands, near to no prediction."""


def whole_gold(rng):
    """A document in which every item has every optional field; parents lead to one claim that has none."""
    line = {"id": "d", "text": TEXT.ljust(ROOM + 30), "published": rng.choice(VALUES[:4])}
    line["offices"] = [["chair", rng.choice(KNOWN)]]
    line["entities"] = [
        {"id": f"e{i}", **span(rng), "type": rng.choice(["PER", "ORG"]), "entity_ids": ids(rng, [*KNOWN, "chair"])}
        for i in range(4)
    ]
    line["dates"] = [date(rng) for _ in range(3)]
    line["claims"] = [claim(rng, "c0", line, content=[[ROOM, ROOM + 20]])]
    line["claims"] += [claim(rng, f"c{i}", line, parent=f"c{rng.randrange(i)}") for i in range(1, 4)]
    ends = [10, 20, 30]
    line["segments"] = [
        {"start": a, "end": b, "kind": rng.choice(["body", "headline"])} for a, b in zip([0, *ends], ends, strict=False)
    ]
    return line


def ids(rng, names):
    return sorted(rng.sample(names, rng.choice([1, 1, 2])))


def date(rng):
    return {**span(rng), "type": rng.choice(["DATE", "SET"]), "value": rng.choice(VALUES), "mod": rng.choice(MODS)}


def claim(rng, name, line, *, parent=None, content=None):
    place, cue = span(rng, 12), span(rng, 4)
    return {
        "id": name,
        "content": content or [[place["start"], place["end"]]],
        "claimants": [
            rng.choice(
                [
                    {"role": "MENTION", "mention": rng.choice(line["entities"])["id"], "entity_ids": ids(rng, KNOWN)},
                    {"role": "IMPLICIT", "entity_ids": ids(rng, [*KNOWN, "chair"])},
                    {"role": "AUTHOR"},
                ]
            )
        ],
        "cue": [[cue["start"], cue["end"]]],
        "parent": parent,
        "polarity": rng.choice(["positive", "negative"]),
        "modality": rng.choice(["fact", "future"]),
        "act": rng.choice(["assert", "deny"]),
        "cluster": rng.choice(["k1", "k2"]),
    }


def predicted(rng, gold):
    """Much of gold, with places and values changed, and ids of the system's own."""
    line = copy.deepcopy({k: v for k, v in gold.items() if k not in {"text", "offices"}})
    for item in line["entities"]:
        if rng.random() < 0.4:
            item.update(span(rng))
        if rng.random() < 0.6:
            item["entity_ids"] = ids(rng, rng.choice([KNOWN, OWN]))
    for item in line["dates"]:
        if rng.random() < 0.5:
            item.update({name: value for name, value in date(rng).items() if name not in {"start", "end"}})
    for item in line["claims"][1:]:
        change(rng, item, line)
    for item in line["segments"]:
        item["kind"] = rng.choice(["body", "headline"])
    return line


def change(rng, item, line):
    """Give a claim other labels and claimants, here and there."""
    other = claim(rng, item["id"], line)
    for name in ("cue", "polarity", "modality", "act", "claimants", "cluster"):
        if rng.random() < 0.4:
            item[name] = other[name]
    for who in item["claimants"]:
        if who["role"] == "IMPLICIT" and rng.random() < 0.5:
            who["entity_ids"] = ids(rng, OWN)
        if who["role"] == "IMPLICIT" and rng.random() < 0.3:
            who["mention"] = rng.choice(line["entities"])["id"]


def made(seed):
    rng = random.Random(seed)
    gold = whole_gold(rng)
    return rng, gold, predicted(rng, gold)


def takes(line):
    """Every field that can still be taken from a predicted item, as the item and the name."""
    found = [(item, "type") for item in line["entities"]]
    found += [(item, name) for item in line["dates"] for name in ("type", "value", "mod")]
    found += [(item, "kind") for item in line["segments"]]
    # An own id means what most of its mentions stand for: it is taken from all of them, as it is from a cluster.
    found += [(item, "entity_ids") for item in line["entities"] if not set(item.get("entity_ids", ())) & set(OWN)]
    for item in line["claims"]:
        found += [(item, name) for name in ("cue", "polarity", "modality", "act", "claimants")]
        found += [(item, "parent")] if item["id"] != "c0" else []
        found += [(who, name) for who in item.get("claimants", ()) for name in ("entity_ids", "mention")]
    return [(item, name) for item, name in found if name in item]


def take(item, name):
    del item[name]
    if name == "mention":
        item["role"] = "IMPLICIT"


def not_raised(before, after):
    for name in before.keys() - CLUSTERS:
        for leaf, value in before[name].items():
            if value is not None and after[name][leaf] is not None:
                assert after[name][leaf] <= value + 1e-12, (name, leaf)


@SOME
@given(seeds)
def test_no_field_that_is_taken_raises_a_score(seed):
    rng, gold, line = made(seed)
    before = scores([gold], [line])
    for number in rng.sample(range(len(takes(line))), 6):
        less = copy.deepcopy(line)
        take(*takes(less)[number])
        not_raised(before, scores([gold], [less]))


@SOME
@given(seeds)
def test_no_fields_that_are_taken_one_after_the_other_raise_a_score(seed):
    rng, gold, line = made(seed)
    before = scores([gold], [line])
    for _ in range(8):
        take(*rng.choice(takes(line)))
        after = scores([gold], [line])
        not_raised(before, after)
        before = after


@SOME
@given(seeds)
def test_an_own_id_that_is_taken_from_all_that_have_it_raises_nothing(seed):
    rng, gold, line = made(seed)
    before, own = scores([gold], [line]), rng.choice(OWN)
    everyone = [*line["entities"], *(who for item in line["claims"] for who in item["claimants"])]
    for item in everyone:
        if own in item.get("entity_ids", ()):
            del item["entity_ids"]
    not_raised(before, scores([gold], [line]))


@SOME
@given(seeds)
def test_every_item_stays_among_those_that_are_judged(seed):
    """No count of what is judged changes, whatever is taken: all denominators of F1 and of accuracies stay."""
    rng, gold, line = made(seed)
    before = totals([gold], [line])
    for _ in range(10):
        take(*rng.choice(takes(line)))
    after = totals([gold], [line])
    for measure in MEASURES:
        was, now = before[measure.name], after[measure.name]
        if measure.name not in CLUSTERS and was is not None and now is not None:
            attempted = measure.attribute is None or any(item.get(measure.attribute) for item in line["claims"])
            if attempted:
                assert was[1:] == now[1:], measure.name
            assert isinstance(measure.score, FScore) == (len(now) == 3)


@SOME
@given(seeds)
def test_one_to_one_renaming_of_own_names_changes_nothing(seed):
    rng, gold, line = made(seed)
    names = dict(zip(OWN, rng.sample(["z", "a", "k", "~", "0"], 3), strict=True))
    clusters = dict(zip(["k1", "k2"], rng.sample(["k2", "k1", "b", "zz"], 2), strict=True))
    other = copy.deepcopy(line)
    for item in [*other["entities"], *(who for each in other["claims"] for who in each["claimants"])]:
        if "entity_ids" in item:
            item["entity_ids"] = [names.get(name, name) for name in item["entity_ids"]]
    for item in other["entities"] + other["claims"]:
        item["id"] = f"{rng.choice('az')}{item['id']}"
    renamed = dict(zip([e["id"] for e in line["entities"]], [e["id"] for e in other["entities"]], strict=True))
    renamed |= dict(zip([c["id"] for c in line["claims"]], [c["id"] for c in other["claims"]], strict=True))
    for item in other["claims"]:
        item["cluster"] = clusters[item["cluster"]]
        item["parent"] = item["parent"] and renamed[item["parent"]]
        for who in item["claimants"]:
            if "mention" in who:
                who["mention"] = renamed[who["mention"]]
    assert totals([gold], [other]) == totals([gold], [line])


@SOME
@given(seeds)
def test_saying_everything_gains_nothing(seed):
    """A mention that spans the text, all ids, and every antecedent are worth no more than nothing said."""
    rng, gold, line = made(seed)
    end = len(gold["text"])
    line["entities"].append({"id": "all", "start": 0, "end": end, "type": "PER"})
    nothing, everything = copy.deepcopy(line), copy.deepcopy(line)
    for number in range(1, 4):
        nothing["claims"][number]["claimants"] = [{"role": "IMPLICIT"}]
        everything["claims"][number]["claimants"] = rng.choice(
            [
                [{"role": "MENTION", "mention": "all"}],
                [{"role": "IMPLICIT", "entity_ids": sorted(REGISTRY)}],
                [{"role": "IMPLICIT", "mention": item["id"]} for item in line["entities"]],
                [{"role": "AUTHOR"}, {"role": "IMPLICIT", "entity_ids": sorted(REGISTRY)}],
            ]
        )
    assert totals([gold], [everything])["claims.attributed"] == totals([gold], [nothing])["claims.attributed"]
    for item in line["entities"]:
        item["entity_ids"] = sorted(REGISTRY)
    assert totals([gold], [line])["entities.linked"][0] == 0
    for item in line["claims"]:
        item["cue"] = [[0, end]]
    assert totals([gold], [line])["claims.cue"][0] == 0
