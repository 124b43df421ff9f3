"""The modules for `evaluate.load`: by path, offline, with the package's scores."""

from pathlib import Path

import msgspec
import pytest

import dragoman
from dragoman.problems import DragomanError

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


FULL = {
    "entities": {"exact": 3, "strict": 3, "type": 3, "partial": 3},
    "dates": {"strict": 3, "relaxed": 3, "type": 3, "value": 3, "value_string": 3},
    "claims": {"content": 3, "attributed": 3},
}
"""Measures whose precision, recall and F1 a module has always given."""


@pytest.mark.parametrize("name", list(FULL))
def test_the_keys_that_were_there_stay(load, name):
    scores = load(name).compute(predictions=REFERENCES[name], references=REFERENCES[name])
    for measure in FULL[name]:
        assert {f"{name}.{measure}.{leaf}" for leaf in ("precision", "recall", "f1")} <= scores.keys()


def rows_with_numbers(split, tmp_path):
    """Rows of the data set as `load_dataset` gives them: class labels are numbers."""
    import datasets

    from dragoman.authoring import release_folder
    from dragoman.release import source_root

    root = MODULES.parents[1]
    release_folder.write(source_root.assemble(root), root, tmp_path / "release")
    return datasets.load_dataset(str(tmp_path / "release"), split=split, cache_dir=str(tmp_path / "cache"))


def test_gold_in_every_form_scores_1_in_each_module_and_combined(load, benchmark, split, tmp_path):
    import evaluate

    dataset = rows_with_numbers(split, tmp_path)
    forms = {
        "a Dataset": dataset,
        "its rows": list(dataset),
        "documents": benchmark.split(split),
        "lines": benchmark.gold_lines(split),
        "dictionaries": msgspec.to_builtins(benchmark.split(split)),
    }
    assert isinstance(forms["its rows"][0]["kind"], int)
    heads = ("entities.strict.f1", "dates.value.f1", "claims.attributed.f1")
    for form, documents in forms.items():
        for name, head in zip(EXPECTED, heads, strict=True):
            assert load(name).compute(predictions=documents, references=documents)[head] == 1.0, (form, name)
        both = evaluate.combine([load(name) for name in EXPECTED])
        scores = both.compute(predictions=documents, references=documents)
        assert [scores[head] for head in heads] == [1.0] * 3, form
    both = evaluate.combine([load(name) for name in EXPECTED])
    for document in forms["dictionaries"]:
        both.add(prediction=document, reference=document)
    scores = both.compute()
    assert [scores[head] for head in heads] == [1.0] * 3


WRONG = {
    "an unknown field": ("entities", [{"start": 0, "end": 4, "label": "PER"}], "E203"),
    "a field of another name": ("dates", [{"start": 0, "end": 4, "timex_value": "2024-06"}], "E203"),
    "a fraction": ("entities", [{"start": 0.9, "end": 3.9, "type": "PER"}], "E202"),
    "a number in quotation marks": ("entities", [{"start": "0", "end": 4, "type": "PER"}], "E202"),
    "an empty span": ("entities", [{"start": 4, "end": 4, "type": "PER"}], "E402"),
    "a list for a span": ("entities", [[0, 4, "PER"]], "E202"),
    "a mention that is not there": ("claims", [{"content": [[0, 4]], "claimants": [{"mention": "e1"}]}], "E601"),
    "a content that is no pair": ("claims", [{"content": [[0, 4, 8]]}], "E202"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_the_command_line_refuses_is_refused_with_its_words(load, wrong, tmp_path):
    name, items, code = WRONG[wrong]
    predictions = [{"id": "a", name: items}, {"id": "b", name: []}]
    with pytest.raises(DragomanError) as refused:
        load(name).compute(predictions=predictions, references=REFERENCES[name])
    said = [problem for problem in dragoman.validate(predictions, REFERENCES[name]) if problem.severity == "error"]
    assert said[0].code == code
    assert list(refused.value.problems) == said


@pytest.mark.parametrize("name", list(EXPECTED))
@pytest.mark.parametrize(
    "shape", [[["O", "B-PER"], ["O"]], [[{"start": 0, "end": 4}], []], ["a", "b"], [1, 2], "a path", 7, None]
)
def test_another_shape_is_named_and_the_right_one_shown(load, name, shape):
    with pytest.raises(DragomanError, match="E202") as refused:
        load(name).compute(predictions=shape, references=REFERENCES[name])
    assert f'"{name}"' in refused.value.problems[0].hint


def test_as_many_predictions_as_references(load):
    with pytest.raises(DragomanError, match="1 prediction and 2 references"):
        load("entities").compute(predictions=[{"id": "a"}], references=REFERENCES["entities"])


def test_options_of_the_scorer_are_options_here(load):
    gold = [{"id": "a", "text": "Kim met Kim.", "entities": [{"start": 8, "end": 11, "type": "PER"}]}]
    pred = [{"id": "a", "entities": [{"quote": "Kim", "type": "PER", "sure": 1}]}]
    options = {"ignore_unknown_fields": True}
    f1 = {
        policy: load("entities").compute(predictions=pred, references=gold, quotes=policy, **options)
        for policy in ("in-order", "all", "strict")
    }
    # In order it is the first Kim; all are two, of which one is right: 2·1 / (1 + 2).
    assert {policy: scores["entities.strict.f1"] for policy, scores in f1.items()} == {
        "in-order": 0.0,
        "all": pytest.approx(2 / 3),
        "strict": 0.0,
    }
