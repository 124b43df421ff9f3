"""spaCy pipelines and Hugging Face models as systems: real ones, made on the spot."""

import json

import pytest
from typer.testing import CliRunner

import dragoman
from dragoman.authoring.starting import incoming
from dragoman.authoring.starting.new_benchmark import Plan, make
from dragoman.cli.app import app
from dragoman.problems import DragomanError
from dragoman.systems.label_mapping import TypeMap
from dragoman.systems.loading import load
from dragoman.systems.provenance import Code
from dragoman.systems.run import run

WORDS = ("아세안", "آسيان", "كوريا", "프랑스")


def quietly(items, _what):
    return items


def test_a_spacy_pipeline_runs_and_its_offsets_fall_on_the_words(benchmark, tmp_path):
    import spacy

    pipeline = spacy.blank("xx")
    pipeline.add_pipe("entity_ruler").add_patterns(
        [{"label": "ORG", "pattern": word} for word in WORDS] + [{"label": "QUANTITY", "pattern": "2025"}]
    )
    pipeline.to_disk(tmp_path / "pipeline")
    summary = run(load(f"spacy:{tmp_path / 'pipeline'}"), benchmark, tmp_path / "run", quietly)
    assert summary["documents"] == len(benchmark.documents)
    texts = {d.id: d.text for d in benchmark.documents}
    found = [
        (texts[line["id"]][e["start"] : e["end"]], e["type"])
        for line in map(json.loads, (tmp_path / "run/predictions.jsonl").read_text("utf-8").splitlines())
        for e in line["entities"]
    ]
    assert found
    assert {word for word, _ in found} <= set(WORDS)
    assert {type_ for _, type_ in found} == {"ORG"}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A tiny token-classification model with random weights and a vocabulary of characters."""
    torch = pytest.importorskip("torch", reason="there is no torch: pip install torch==2.13.0")
    from transformers import BertConfig, BertForTokenClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("model")
    characters = sorted({c for word in WORDS for c in word})
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters, *(f"##{c}" for c in characters)]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
        id2label=dict(enumerate(["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-MISC"])),
    )
    BertForTokenClassification(config).save_pretrained(folder)
    BertTokenizerFast(str(folder / "vocab.txt"), do_lower_case=False, model_max_length=64).save_pretrained(folder)
    return folder


def test_a_model_runs_on_texts_longer_than_its_window(benchmark, model, tmp_path):
    summary = run(load(f"hf:{model}"), benchmark, tmp_path / "run", quietly, jobs=2)
    assert summary["failed"] == []
    texts = {d.id: d.text for d in benchmark.documents}
    lines = [json.loads(line) for line in (tmp_path / "run/predictions.jsonl").read_text("utf-8").splitlines()]
    assert {e["type"] for line in lines for e in line["entities"]} <= {"PER", "ORG"}
    assert max(e["end"] / len(texts[line["id"]]) for line in lines for e in line["entities"]) > 0.9
    longest = max(lines, key=lambda line: len(texts[line["id"]]))
    assert max(e["end"] for e in longest["entities"]) > 1000  # beyond the first window of 64 tokens


def test_code_of_a_model_does_not_run(model, tmp_path):
    import shutil

    folder = shutil.copytree(model, tmp_path / "model")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config |= {"model_type": "mine", "auto_map": {"AutoConfig": "code.C", "AutoModelForTokenClassification": "code.M"}}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "code.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n", encoding="utf-8")
    with pytest.raises(DragomanError, match="E801"):
        load(f"hf:{folder}")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["spacy:/nowhere", "hf:/nowhere"])
def test_what_is_not_there_is_said(name):
    with pytest.raises(DragomanError, match="E801"):
        load(name)


@pytest.fixture
def firms(tmp_path):
    """A benchmark with types of its own, as `dragoman author new` makes it."""
    given = tmp_path / "given.jsonl"
    line = {
        "id": "a",
        "language": "en",
        "text": "Nora and Ada sell S5 in Oslo.",
        "entities": [
            {"quote": "Nora", "type": "FIRM"},
            {"quote": "S5", "type": "Prod"},
            {"quote": "Ada", "type": "PER"},
        ],
    }
    given.write_text(json.dumps(line) + "\n", "utf-8")
    make(tmp_path / "firms", Plan("firms"), incoming.read([given]))
    return dragoman.load(tmp_path / "firms")


def ruler(folder):
    import spacy

    pipeline = spacy.blank("xx")
    labels = {"Nora": "ORG", "S5": "PROD", "Ada": "PERSON", "Oslo": "GPE"}
    pipeline.add_pipe("entity_ruler").add_patterns([{"label": v, "pattern": k} for k, v in labels.items()])
    pipeline.to_disk(folder)
    return f"spacy:{folder}"


def test_labels_are_mapped_to_the_types_of_the_benchmark_and_the_rest_is_named(firms, tmp_path):
    system = ruler(tmp_path / "pipeline")
    made = dragoman.run(system, tmp_path / "run", data=firms)
    (line,) = map(json.loads, made.predictions.read_text("utf-8").splitlines())
    # PROD is Prod whatever its case, PERSON is another scheme's PER; no type here is meant by ORG and GPE.
    assert [(each["start"], each["type"]) for each in line["entities"]] == [(9, "PER"), (18, "Prod")]
    assert made.summary["labels_not_mapped"] == {"GPE": 1, "ORG": 1}
    mapped = dragoman.run(system, tmp_path / "run", data=firms, map={"ORG": "FIRM"})
    assert mapped.summary["asked"] == 1  # another map is another system
    (line,) = map(json.loads, mapped.predictions.read_text("utf-8").splitlines())
    assert [(each["start"], each["type"]) for each in line["entities"]] == [(0, "FIRM"), (9, "PER"), (18, "Prod")]
    assert mapped.summary["labels_not_mapped"] == {"GPE": 1}
    assert dragoman.run(system, tmp_path / "run", data=firms, map={"ORG": "FIRM"}).summary["labels_not_mapped"] == {
        "GPE": 1
    }


def test_a_map_to_a_type_that_is_not_there_is_refused(firms, tmp_path):
    with pytest.raises(DragomanError, match=r"E501 .*no type 'FIRMA'\. Did you mean 'FIRM'"):
        dragoman.run(ruler(tmp_path / "pipeline"), tmp_path / "run", data=firms, map={"ORG": "FIRMA"})
    assert not (tmp_path / "run").exists()


def test_the_command_says_what_was_not_mapped(firms, tmp_path):
    command = ["run", ruler(tmp_path / "pipeline"), "--data", str(tmp_path / "firms"), "--out", str(tmp_path / "run")]
    done = CliRunner().invoke(app, [*command, "--map", "ORG=FIRM"])
    assert done.exit_code == 0, done.output
    assert "labels not mapped: GPE 1\n" in done.stdout
    refused = CliRunner().invoke(app, ["run", "cmd:cat", "--out", str(tmp_path / "other"), "--map", "ORG=FIRM"])
    assert refused.exit_code == 2


def test_without_types_of_its_own_a_benchmark_maps_as_before(benchmark):
    mapped = TypeMap.of(benchmark)
    assert [mapped.type_of(label) for label in ("B-PER", "PS", "norp", "QUANTITY")] == ["PER", "PER", "ORG", None]
    code = Code({"files": "x"})
    assert mapped.in_code(code) == code
