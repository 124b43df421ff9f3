"""Gold and predictions for the tests of the measures, from lines or random."""

import json
import random
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from dragoman.measures.catalogue import MEASURES
from dragoman.reading.read import read_bytes
from dragoman.reading.target import Target
from dragoman.scoring.memory import count_annotations
from dragoman.scoring.partials import finish

TEXT = "조선은 로씨야와 중국의 외무상들이 والصين وبالعراق في بلد 아세안에서 만났다"
REGISTRY = frozenset({"china", "dprk", "asean", "chair"})
OFFICES = ([], [["chair", "china"]], [["chair", "china"], ["chair", "asean"]])
"""Possible holders of the only office of the registry in a document."""
VALUES = ("2024", "2024-06", "2024-06-17", "2024-06-01/2024-06-30", "2024-W25", "XXXX-WXX-2", "P12M", "P1Y", "2023/..")


def read(lines, target=None):
    data = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    return read_bytes(data, target or Target(registry=REGISTRY, aliases={"Q148": "china"})).checked()


def both(gold, predicted, registry=REGISTRY):
    """Return the annotations of gold lines and of predicted lines; ``offices`` of a gold line has office holders."""
    offices = {line["id"]: tuple(map(tuple, line["offices"])) for line in gold if "offices" in line}
    gold, predicted = (
        [{k: v for k, v in line.items() if k != "offices"} for line in side] for side in (gold, predicted)
    )
    known = {"registry": registry, "aliases": {"Q148": "china"}}
    gold_side = replace(read(gold, Target(**known)), offices=offices)
    texts = {name: text for name, text in zip(gold_side.documents, gold_side.texts, strict=True) if text is not None}
    return gold_side, read(predicted, Target(documents=gold_side.documents, texts=texts, **known))


def rows(gold, predicted, measures=MEASURES, registry=REGISTRY):
    """Return the counts of each measure, None if undefined."""
    gold_side, pred_side = both(gold, predicted, registry)
    tallies = finish(count_annotations(measures, gold_side, pred_side), measures, gold_side.documents)
    return {measure.name: None if tally is None else tally.rows for measure, tally in tallies}


def tally(measure, gold, pred):
    """Return the counts of a measure on annotations of both sides, None if it is not applicable."""
    ((_, counts),) = finish(count_annotations([measure], gold, pred), [measure], gold.documents)
    return counts


def totals(gold, predicted, measures=MEASURES):
    return {
        name: None if part is None else part.sum(axis=0).tolist()
        for name, part in rows(gold, predicted, measures).items()
    }


def scores(gold, predicted, measures=MEASURES):
    """Return all scores of each measure, None if undefined."""
    found = {}
    for name, total in totals(gold, predicted, measures).items():
        measure = next(m for m in MEASURES if m.name == name)
        leaves = dict.fromkeys(measure.score.leaves)
        if total is not None:
            finished = measure.score.finish(np.array(total))
            leaves = {leaf: None if np.isnan(value) else float(value) for leaf, value in finished.items()}
        found[name] = leaves
    return found


seeds = st.integers(0, 2**32)
"""Strategy for seeds of a generator: random whole files are too large to be drawn by hypothesis."""


def file(rng, documents=3, *, gold=True):
    """Return random lines with all layers, on few positions, so that many labels overlap."""
    return [document(rng, f"d{i}", gold=gold) for i in range(documents)]


def document(rng, name, *, gold=True):
    line = {"id": name, "published": rng.choice(VALUES[:5])}
    if gold:
        line["text"] = TEXT
    line["entities"] = [entity(rng, f"e{i}") for i in range(rng.randint(0, 6))]
    line["dates"] = [date(rng, gold=gold) for _ in range(rng.randint(0, 4))]
    line["claims"] = []
    for i in range(rng.randint(0, 5)):
        line["claims"].append(claim(rng, f"c{i}", line, gold=gold))
    return line


def span(rng, longest=6):
    start = rng.randint(0, 30)
    return {"start": start, "end": start + rng.randint(1, longest)}


def entity(rng, name):
    ids = rng.choice([[], ["china"], ["dprk"], ["china", "dprk"], ["Q148"], ["asean"], ["chair"], ["own"]])
    return {"id": name, **span(rng), "type": rng.choice(["PER", "GPE"]), "entity_ids": ids}


def date(rng, *, gold=True):
    made = {**span(rng), "type": rng.choice(["DATE", "DATE", "SET"]), "value": rng.choice([*VALUES, None])}
    made["mod"] = rng.choice([None, None, "START", "BEFORE"])
    if gold and rng.random() < 0.3:
        made["value_external"] = rng.choice(VALUES)
    return made


def claim(rng, name, line, *, gold):
    fragments = [span(rng, 12) for _ in range(rng.randint(1, 2))]
    above = [c["id"] for c in line["claims"]]
    made = {
        "id": name,
        "content": [[f["start"], f["end"]] for f in fragments],
        "claimants": [claimant(rng, line, gold=gold) for _ in range(rng.choice([1, 1, 1, 2, 0]))],
        "parent": rng.choice([None, *above]),
        "polarity": rng.choice(["positive", "negative"]),
        "modality": rng.choice(["fact", "future", None]),
        "act": rng.choice(["assert", "deny"]),
        "cluster": rng.choice([None, "k1", "k2"]),
    }
    if rng.random() < 0.6:
        cue = span(rng, 4)
        made["cue"] = [[cue["start"], cue["end"]]]
    return made


def claimant(rng, line, *, gold):
    kind = rng.random()
    if kind < 0.2:
        return {"role": "AUTHOR"}
    if kind < 0.5:
        known = [[], ["china"], ["dprk"], ["chair"], ["china", "dprk"]]
        ids = rng.choice(known if gold else [*known, ["own"], ["other"], ["own", "china"]])
        return {"role": "IMPLICIT", "entity_ids": ids}
    if kind < 0.8 and line["entities"]:
        role = rng.choice(["MENTION", "MENTION", "IMPLICIT"])
        return {"role": role, "mention": rng.choice(line["entities"])["id"]}
    place = span(rng)
    return {"mention": [place["start"], place["end"]]}


def noisy(rng, lines):
    """Return a prediction with much of the gold, some of it changed, and some spurious labels."""
    made = json.loads(json.dumps(lines))
    for line in made:
        line.pop("text", None)
        line["dates"] = [{k: v for k, v in d.items() if k != "value_external"} for d in line["dates"]]
        line["dates"] = [d for d in line["dates"] if rng.random() < 0.8] + [date(rng, gold=False)] * rng.randint(0, 1)
        for item in line["entities"]:
            if rng.random() < 0.3:
                item.update(span(rng))
            if rng.random() < 0.4:
                item["entity_ids"] = rng.choice([["china"], ["own"], ["other"], ["own", "other"], ["Q42"], []])
        kept = [c for c in line["claims"] if rng.random() < 0.8]
        names = {c["id"] for c in kept}
        for item in kept:
            item["parent"] = item["parent"] if item["parent"] in names and rng.random() < 0.9 else None
            item["polarity"] = rng.choice([item["polarity"], "positive"])
            item["cluster"] = rng.choice([item["cluster"], "k1", None])
            if rng.random() < 0.3:
                item["claimants"] = [claimant(rng, line, gold=False) for _ in item["claimants"]]
            if rng.random() < 0.3:
                start, end = item["content"][0]
                item["content"][0] = [start, end + 2]
        line["claims"] = kept
    return made


def pair_with_offices(seed, documents=3):
    """Return gold with holders of offices, which no file has, and a prediction."""
    gold, predicted = pair(seed, documents)
    return with_offices(random.Random(seed), gold), predicted


def with_offices(rng, gold):
    return [{**line, "offices": rng.choice(OFFICES)} for line in gold]


def pair(seed, documents=3):
    rng = random.Random(seed)
    gold = file(rng, documents)
    return gold, noisy(rng, gold) if rng.random() < 0.7 else file(rng, documents, gold=False)
