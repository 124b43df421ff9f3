"""Cases worked by hand, for every measure: gold, predictions, and what must come out, with the arithmetic in words.

A case has ``gold`` and ``pred`` lines in the form of a submission, or ``gold_clusters`` and
``pred_clusters``: clusters of letters, each letter a mention, read once as entities and once as claims.
``expected`` has the summed counts and the scores as fractions, null for undefined; null in place of a measure for one
that is not defined at all.
"""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from sides import tally

from dragoman.measures.catalogue import MEASURES
from dragoman.measures.clusters import ClusterScore, ConllMean
from dragoman.measures.naming import BY_NAME
from dragoman.measures.scores import FScore
from dragoman.reading.read import read_bytes
from dragoman.reading.target import Target

FOLDER = Path(__file__).parent / "cases"
PLACE = {letter: 3 * i for i, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}


def spelled_out():
    """All cases, those of letters once as entities and once as claims."""
    for path in sorted(FOLDER.glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8")):
            if "gold" in case:
                yield pytest.param(case, id=f"{path.stem}: {case['name']}")
                continue
            for layer in ("entities", "claims"):
                lines = {side: [in_layer(layer, case[f"{side}_clusters"])] for side in ("gold", "pred")}
                expected = {f"{layer}.{name}": scores for name, scores in case["expected"].items()}
                yield pytest.param({**case, **lines, "expected": expected}, id=f"clusters of {layer}: {case['name']}")


def in_layer(layer, clusters):
    items = []
    for number, letters in enumerate(clusters):
        for letter in letters.split():
            start, end = PLACE[letter], PLACE[letter] + 2
            if layer == "entities":
                items.append({"start": start, "end": end, "entity_ids": [f"k{number}"]})
            else:
                items.append({"content": [[start, end]], "cluster": f"k{number}"})
    return {"id": "d", layer: items}


def read(lines, target):
    data = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    return read_bytes(data, target).checked()


def both_sides(case):
    known = {"registry": frozenset(case.get("registry", ())), "aliases": case.get("aliases", {})}
    offices = {name: tuple(map(tuple, pairs)) for name, pairs in case.get("offices", {}).items()}
    gold = replace(read(case["gold"], Target(**known)), offices=offices)
    texts = {name: text for name, text in zip(gold.documents, gold.texts, strict=True) if text is not None}
    return gold, read(case["pred"], Target(documents=gold.documents, texts=texts, **known))


CASES = list(spelled_out())


@pytest.mark.parametrize("case", CASES)
def test_the_arithmetic_in_words_is_what_comes_out(case):
    gold, pred = both_sides(case)
    for name, expected in case["expected"].items():
        measure = BY_NAME[name]
        counted = tally(measure, gold, pred)
        if expected is None:
            assert counted is None, name
            continue
        assert counted is not None, name
        total = counted.rows.sum(axis=0)
        scores = measure.score.finish(total)
        for leaf, value in expected.items():
            if leaf == "counts":
                assert total.tolist() == value, name
            elif value is None:
                assert np.isnan(scores[leaf]), (name, leaf)
            else:
                assert scores[leaf] == pytest.approx(float(Fraction(value)), abs=1e-6), (name, leaf)


def test_both_sides_of_ceaf_e_take_the_same_of_two_equally_good_alignments():
    """Each gold cluster 0, 1, 2 shares one mention with each predicted cluster but that of its own number.

    Two alignments are as good as each other: 0-1, 1-2, 2-0, whose mentions are in document b, and 0-2, 1-0, 2-1, in c.
    All similarities are 2/(4 + 4), as document a adds to each cluster two mentions that the other side lacks. Gold's
    first cluster has its first partner in the first alignment, the predicted first one in the second: gold decides.
    """
    pairs = {"b": [(0, 1), (1, 2), (2, 0)], "c": [(0, 2), (1, 0), (2, 1)]}
    gold, pred = ([{"id": "a", "entities": mentions([0, 1, 2, 0, 1, 2], first)}] for first in (0, 18))
    for name, of_document in pairs.items():
        gold.append({"id": name, "entities": mentions([g for g, _ in of_document])})
        pred.append({"id": name, "entities": mentions([p for _, p in of_document])})
    read_gold, read_pred = both_sides({"gold": gold, "pred": pred})
    rows = tally(BY_NAME["entities.ceaf_e"], read_gold, read_pred).rows
    assert rows[:, 0].tolist() == rows[:, 2].tolist() == [0, 750_000_000, 0]


def mentions(clusters, first=0):
    """Mentions one after the other, each of a cluster."""
    return [
        {"start": first + 3 * place, "end": first + 3 * place + 2, "entity_ids": [f"k{cluster}"]}
        for place, cluster in enumerate(clusters)
    ]


def test_every_measure_has_a_case_with_its_main_score_and_one_that_is_neither_0_nor_1():
    scores = {}
    for parameter in CASES:
        for name, expected in parameter.values[0]["expected"].items():
            main = (expected or {}).get(BY_NAME[name].score.headline)
            scores.setdefault(name, set()).add(None if main is None else Fraction(main))
    for measure in MEASURES:
        assert any(value is not None and 0 < value < 1 for value in scores.get(measure.name, ())), measure.name


def test_every_measure_has_a_case_that_is_undefined():
    for measure in MEASURES:
        assert any(
            (expected := parameter.values[0]["expected"].get(measure.name, 0)) is None
            or (expected != 0 and measure.score.headline in expected and expected[measure.score.headline] is None)
            for parameter in CASES
        ), measure.name


def test_every_case_says_how_it_is_worked_out_and_has_its_own_name():
    names = [parameter.id for parameter in CASES]
    assert len(set(names)) == len(names)
    assert all(len(parameter.values[0]["why"]) > 10 for parameter in CASES)


def test_a_leaf_named_f1_is_an_f1():
    for measure in MEASURES:
        has = "f1" in measure.score.leaves
        assert has == isinstance(measure.score, FScore | ClusterScore)
        if isinstance(measure.score, ConllMean):
            assert measure.score.leaves == ("mean",)
