"""spaCy pipelines and Hugging Face models as systems: real ones, made on the spot."""

import json

import pytest

from dragoman.problems import DragomanError
from dragoman.systems.loading import load
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
