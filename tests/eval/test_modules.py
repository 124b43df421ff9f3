"""The modules for `evaluate.load`: by path, offline, with the package's scores."""

from pathlib import Path

import pytest

MODULES = Path(__file__).resolve().parents[2] / "eval" / "modules"

REFERENCES = {
    "entities": [
        {"id": "a", "entities": [{"start": 0, "end": 4, "type": "PER"}, {"start": 5, "end": 9, "type": "GPE"}]},
        {"id": "b", "entities": []},
    ],
    "dates": [
        {"id": "a", "dates": [{"start": 0, "end": 4, "type": "DATE", "value": "2024-06"}]},
        {"id": "b", "dates": []},
    ],
    "claims": [
        {"id": "a", "claims": [{"id": "c1", "content": [[0, 10]], "claimants": [{"role": "AUTHOR"}], "act": "assert"}]},
        {"id": "b", "claims": []},
    ],
}
PREDICTIONS = {
    # strict: 1 of 2 gold and 2 predicted: F1 = 2·1 / 4
    "entities": [
        {"id": "b", "entities": [{"start": 0, "end": 4, "type": "PER"}]},
        {"id": "a", "entities": [{"start": 0, "end": 4, "type": "PER"}]},
    ],
    # value: 2024-06-01/2024-06-30 is 2024-06
    "dates": [
        {"id": "a", "dates": [{"start": 0, "end": 4, "type": "DATE", "value": "2024-06-01/2024-06-30"}]},
        {"id": "b", "dates": []},
    ],
    # content: Dice = 2·8 / (10 + 8) = .89; the claimant differs
    "claims": [
        {"id": "a", "claims": [{"content": [[0, 8]], "claimants": [{"role": "IMPLICIT"}], "act": "assert"}]},
        {"id": "b", "claims": []},
    ],
}
EXPECTED = {
    "entities": {"entities.strict.f1": 0.5, "entities.exact.f1": 0.5},
    "dates": {"dates.value.f1": 1.0, "dates.value_string.f1": 0.0},
    "claims": {"claims.content.f1": 1.0, "claims.attributed.f1": 0.0, "claims.act.accuracy": 1.0},
}


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    evaluate = pytest.importorskip("evaluate", reason="install the extra `evaluate`")
    cache = tmp_path_factory.mktemp("cache")
    return lambda name: evaluate.load(str(MODULES / name), cache_dir=str(cache))


@pytest.mark.parametrize("name", list(EXPECTED))
def test_a_module_gives_the_scores_of_the_package(load, name):
    module = load(name)
    by_id = {document["id"]: document for document in PREDICTIONS[name]}
    predictions = [by_id[document["id"]] for document in REFERENCES[name]]
    scores = module.compute(predictions=predictions, references=REFERENCES[name])
    assert {key: scores[key] for key in EXPECTED[name]} == EXPECTED[name]


@pytest.mark.parametrize("name", list(EXPECTED))
def test_adding_one_by_one_is_the_same(load, name):
    whole = load(name).compute(predictions=REFERENCES[name], references=REFERENCES[name])
    module = load(name)
    for document in REFERENCES[name]:
        module.add(prediction=document, reference=document)
    assert module.compute() == whole
    assert whole[f"{name}.{'content' if name == 'claims' else 'strict'}.f1"] == 1.0
