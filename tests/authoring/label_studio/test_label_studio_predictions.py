"""Claimants that a system gives as bare spans keep their place on the page, and what has no place is named."""

import json
from pathlib import Path

import pytest

from dragoman.authoring.adjudication import read_documents
from dragoman.authoring.label_studio import config, controls, file_kinds, push_items, regions, sync
from dragoman.authoring.label_studio.region_reader import decode

ROOT = Path(__file__).parents[3]
DOCUMENTS = read_documents(ROOT)
NAME = "000.article-1"
TEXT = DOCUMENTS[NAME].text
KIND = file_kinds.of_predictions("bare")


def claim(number, *claimants, **more):
    return {"id": f"c{number}", "content": [[30, 40 + number]], "claimants": list(claimants), **more}


@pytest.fixture
def submission(tmp_path):
    """Predictions of one document, with claimants of every form."""
    claims = [
        claim(1, {"mention": [10, 14]}, {"mention": "e1"}),
        claim(2, {"role": "MENTION", "quote": TEXT[10:14], "occurrence": 1}),
        claim(3, {"mention": [0, 4]}),
        claim(4, {"role": "AUTHOR"}, {"role": "IMPLICIT", "entity_ids": ["asean"]}),
        claim(5, {"mention": "e9"}, {"role": "MENTION"}),
        claim(6, {"mention": [10, 10**6]}, {"quote": "no such words"}, parent="c99"),
    ]
    entities = [{"id": "e1", "start": 0, "end": 4, "type": "ORG"}]
    path = tmp_path / "predictions.jsonl"
    path.write_text(json.dumps({"id": NAME, "entities": entities, "claims": claims}) + "\n", "utf-8")
    return path


@pytest.fixture
def item(submission):
    (found,), _ = push_items.of_predictions(submission, "bare", DOCUMENTS)
    return found


def test_claimants_have_a_place_or_are_named(submission):
    (item,), problems = push_items.of_predictions(submission, "bare", DOCUMENTS)
    first = TEXT.index(TEXT[10:14])
    assert [c["claimants"] for c in item.sides[0].draft["claims"]] == [
        [{"role": "MENTION", "mention": [10, 14]}, {"role": "MENTION", "mention": "e1"}],
        [{"role": "MENTION", "mention": [first, first + 4]}],
        [{"role": "MENTION", "mention": "e1"}],
        [{"role": "AUTHOR"}, {"role": "IMPLICIT", "entity_ids": ["asean"]}],
        [],
        [],
    ]
    assert [(problem.code, problem.file) for problem in problems] == [("W904", NAME)] * 5
    said = [problem.what for problem in problems]
    assert "'e9' of claims[4].claimants[0], which is no entity here, was left out" in said[0]
    places = ["claims[4].claimants[1]", "claims[5].claimants[0]", "claims[5].claimants[1]", "'c99' of c6"]
    assert [place in what for place, what in zip(places, said[1:], strict=True)] == [True] * 4


def test_a_bare_claimant_is_a_region_with_a_relation(item):
    results = regions.encode(item.sides[0].draft, TEXT)
    bare = [r for r in results if r.get("value", {}).get("labels") == [controls.SPEAKER]]
    assert [(r["value"]["start"], r["value"]["end"], r["value"]["text"]) for r in bare] == [(10, 14, TEXT[10:14])]
    assert {"type": "relation", "from_id": "c1", "to_id": bare[0]["id"], "direction": "right"}.items() <= next(
        r for r in results if r.get("to_id") == bare[0]["id"]
    ).items()
    read = decode(results, TEXT, item.sides[0].draft)
    assert read.aside == []
    assert KIND.returned(read.draft, item.base, item.document) == (item.base, [])


@pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
def test_made_an_entity_the_claimant_points_to_it(stub, speaker, item, tmp_path):
    sync.push(speaker, KIND, [item], config=config.make, progress=lambda work, _: iter(work))
    (task,) = stub.stored.values()
    results = json.loads(json.dumps(task["predictions"][0]["result"]))
    next(r for r in results if r.get("value", {}).get("labels") == [controls.SPEAKER])["value"]["labels"] = ["PER"]
    task["annotations"] = [{"id": 1, "result": results}]
    outcome = sync.pull(speaker, KIND, DOCUMENTS, tmp_path, progress=lambda work, _: iter(work))
    assert outcome.problems == []
    came = json.loads(KIND.path(tmp_path, NAME).read_bytes())
    (new,) = [entity for entity in came["entities"] if entity["id"] != "e1"]
    assert (new["start"], new["end"], new["type"]) == (10, 14, "PER")
    assert [c["mention"] for c in came["claims"][0]["claimants"]] == [new["id"], "e1"]


@pytest.mark.parametrize("kind", [file_kinds.DOCUMENTS, file_kinds.of_pass("x")], ids=lambda kind: kind.name)
def test_gold_and_passes_take_no_bare_claimant(item, kind):
    draft = {"entities": [], "dates": [], "claims": []}
    written = item.sides[0].draft["claims"][0] | {"polarity": "positive", "modality": "fact", "act": "assert"}
    draft["claims"] = [written | {"claimants": [{"role": "MENTION", "mention": [10, 14]}], "cue": []}]
    empty = json.dumps({"document": NAME, "entities": [], "dates": [], "claims": []}).encode()
    _, rejected = kind.returned(draft, b"" if kind is file_kinds.DOCUMENTS else empty, item.document)
    assert [(problem.code, problem.path) for problem in rejected] == [("E202", "claims: c1")]
    assert "entity type" in rejected[0].hint
