"""Agreement with the labels of a review left out: by place and layer, and what refers to them stays without it."""

import json
from pathlib import Path

import pytest

from dragoman import files, json_text
from dragoman.authoring.adjudication import Place, build_gold, read_decisions, reviewed_places
from dragoman.authoring.agreement import without_places
from dragoman.authoring.card_numbers import agreed
from dragoman.problems import DragomanError
from dragoman.schema.agreement_file import Agreement
from dragoman.schema.pass_file import CONTROLS
from dragoman.schema.records import Claim, Claimant, Entity, Fragment, Labels

ROOT = Path(__file__).resolve().parents[2]


def entity(name, start, end):
    return Entity(id=name, start=start, end=end, text="x" * (end - start), type="PER", form="NAM", entity_ids=["a"])


def claim(name, start, end, *, parent=None, mention=None):
    return Claim(
        id=name,
        content=[Fragment(start, end, "x" * (end - start))],
        claimants=[Claimant(role="MENTION" if mention else "AUTHOR", mention=mention, entity_ids=[])],
        cue=[],
        parent=parent,
        polarity="positive",
        modality="fact",
        act="assert",
        flags=[],
        about=[],
        dates=[],
        gloss="x",
        gloss_intended=None,
        cluster=None,
    )


@pytest.mark.parametrize(
    "path",
    [
        ("passes", "scores"),
        ("passes_without_quoted", "scores", "dates.strict"),
        ("passes_without_quoted", "alpha", "dates.mod"),
        ("with_gold_not_independent", "b", "dates.strict"),
        ("controls_with_gold", "control", "scores", "dates.strict"),
        ("controls_with_gold", "control", "without_reviewed", "scores", "dates.strict"),
        ("controls_with_gold", "control", "documents"),
    ],
    ids=".".join,
)
def test_the_card_refuses_an_agreement_without_a_part(path):
    held = json.loads((ROOT / "annotations" / "agreement.json").read_bytes())
    assert "dates.strict" in agreed(json_text.decode(json.dumps(held).encode(), Agreement))
    part = held
    for name in path[:-1]:
        part = part[name]
    del part[path[-1]]
    with pytest.raises(DragomanError, match="E202"):
        json_text.decode(json.dumps(held).encode(), Agreement)


@pytest.fixture
def labelled():
    claims = [claim("c1", 0, 30, mention="e1"), claim("c2", 5, 9, parent="c1"), claim("c3", 40, 50, parent="c2")]
    return Labels(
        document="d",
        layers_annotated=["entities", "dates", "claims"],
        entities=[entity("e1", 0, 3), entity("e2", 8, 12)],
        dates=[],
        claims=claims,
    )


def test_labels_at_a_place_go_and_what_refers_to_them_stays(labelled):
    rest = without_places(labelled, [Place("entities", 2, 3), Place("claims", 8, 10)])
    assert [e.id for e in rest.entities] == ["e2"]
    assert [(c.id, c.parent) for c in rest.claims] == [("c3", None)]
    rest = without_places(labelled, [Place("entities", 0, 1)])
    assert [(c.id, c.parent, c.claimants[0].mention) for c in rest.claims] == [
        ("c1", None, None),
        ("c2", "c1", None),
        ("c3", "c2", None),
    ]


def test_a_place_that_only_touches_a_label_or_is_of_another_layer_takes_none(labelled):
    places = [Place("entities", 3, 8), Place("claims", 30, 40), Place("dates", 0, 100)]
    assert without_places(labelled, places) == labelled


def test_every_decision_on_a_label_that_answers_a_review_has_a_place():
    places = reviewed_places(ROOT)
    gold = build_gold(ROOT)
    decided = [d for d in read_decisions(ROOT / "annotations/decisions.jsonl") if d.review is not None]
    assert {d.document for d in decided} == places.keys()
    for decision in decided:
        assert any(place.layer == decision.layer for place in places[decision.document])
    left = without_places(gold["003.article-1"], places["003.article-1"])
    assert 0 < len(left.claims) < len(gold["003.article-1"].claims)


def test_the_report_gives_both_controls_with_and_without_these_labels():
    report = files.read_json(ROOT / "annotations/agreement.json", dict)
    assert tuple(report["controls_with_gold"]) == CONTROLS
    for control in report["controls_with_gold"].values():
        assert control["documents"] == 41
        assert control["without_reviewed"]["labels_left_out"]["claims"] > 0
        assert control["without_reviewed"]["scores"].keys() == control["scores"].keys()
