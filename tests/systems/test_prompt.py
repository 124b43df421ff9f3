"""The prompt: what it says, where its examples come from, and that it is the benchmark's own."""

import json
import re
from pathlib import Path

import msgspec
import pytest

import dragoman
from dragoman.benchmark import Benchmark
from dragoman.problems import DragomanError
from dragoman.reading.target import CLOSED_SETS
from dragoman.systems import answers, examples, prompt
from dragoman.systems.valid_labels import valid

PROMPTS = Path(prompt.__file__).parent / "prompts"
LANGUAGES = ["ko-KP", "ar"]


@pytest.fixture(scope="module")
def made():
    return prompt.make(dragoman.load())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_is_named_and_explained_in_the_prompt_itself(made, language):
    text = made.instructions(language)
    for name, labels in CLOSED_SETS.items():
        if name != "segments.kind":
            for label in labels:
                assert re.search(rf"^- {label}: \w", text, re.MULTILINE), (name, label)
    assert "{{" not in text
    assert made.benchmark in text


@pytest.mark.parametrize("layers", [("entities",), ("dates",), ("claims",), ("entities", "claims"), prompt.LAYER_NAMES])
def test_a_prompt_is_of_the_layers_that_are_asked_for(benchmark, layers):
    text = prompt.make(benchmark, layers).instructions("ar")
    assert [layer for layer in prompt.LAYER_NAMES if f"## {layer}" in text] == list(layers)
    shape, _, example = text.partition("For this made-up document")
    assert all((f'"{layer}": [' in shape) == (layer in layers) for layer in prompt.LAYER_NAMES)
    assert set(json.loads(example[example.rindex("\n{") :])) == set(layers)


@pytest.mark.parametrize("layers", [prompt.LAYER_NAMES, ("claims",)])
def test_the_worked_example_is_valid_and_shows_nesting_a_cue_and_a_chain(benchmark, layers):
    worked = json.loads((PROMPTS / "worked_example.json").read_text(encoding="utf-8"))
    document = msgspec.structs.replace(benchmark.documents[0], text=worked["text"], published=worked["published"])
    target = benchmark.target()
    target = type(target)((document.id,), {document.id: document.text}, target.label_sets, strict_values=True)
    answer = answers.narrowed(worked["answer"], layers)
    assert valid(answer, document, target).problems == ()
    inner = [e["quote"] for e in worked["answer"]["entities"]]
    assert any(a != b and a in b for a in inner for b in inner)
    assert [claim["parent"] for claim in worked["answer"]["claims"]] == [None, "c1"]
    assert all(claim["cue"] for claim in worked["answer"]["claims"])


@pytest.mark.parametrize("count", [1, 2, 3])
def test_examples_show_nesting_a_cue_and_a_chain_where_dev_has_them(benchmark, count):
    chosen = examples.choose(benchmark, prompt.LAYER_NAMES, count)
    dev = benchmark.split("dev")
    for language in LANGUAGES:
        gold = [d for d in dev if d.language == language]
        shown = [example.document for example in chosen[language]]
        for what in (
            lambda d: any("nested" in e.phenomena for e in d.entities),
            lambda d: any(claim.cue for claim in d.claims),
            lambda d: any(claim.parent for claim in d.claims),
        ):
            assert any(map(what, shown)) == any(map(what, gold))


def test_examples_are_whole_lines_of_dev_within_the_budget_and_valid(benchmark):
    chosen = examples.choose(benchmark, prompt.LAYER_NAMES, 5, 3000)
    dev = {d.id: d for d in benchmark.split("dev")}
    for made in chosen.values():
        assert 0 < sum(len(e.document.text) + len(e.text) for e in made) <= 3000
        for example in made:
            source = dev[example.source]
            assert f"\n{example.document.text}\n" in f"\n{source.text}\n"
            target = benchmark.target()
            target = type(target)((source.id,), {source.id: example.document.text}, target.label_sets)
            assert valid(json.loads(example.text), example.document, target).problems == ()
    assert chosen == examples.choose(benchmark, prompt.LAYER_NAMES, 5, 3000)


def test_examples_are_of_the_benchmark_that_is_run_and_so_are_labels_and_languages(benchmark):
    target = benchmark.target()

    class Mine(Benchmark):
        """A benchmark in another language, with labels of its own."""

        def split(self, name):
            return [
                msgspec.structs.replace(
                    d, language="fr", id=f"9{d.id}", text=f"Été {d.text}", entities=[], claims=[], dates=[]
                )
                for d in benchmark.split(name)
            ]

        def target(self, split=None):
            return type(target)(label_sets={**target.label_sets, "entities.type": ("PLANT", "ANIMAL")})

    made = prompt.make(Mine(benchmark.release))
    (language,) = made.examples
    text = made.instructions("fr")
    assert language == "fr"
    assert "- PLANT\n- ANIMAL\n" in text
    assert '"type": "PLANT|ANIMAL"' in text
    assert "GPE:" not in text
    assert "Korean" not in text
    assert "Arabic" not in text
    assert "made-up document" not in text  # its labels are not those of this benchmark
    assert all(source.startswith("9") for source in made.sources)


def test_a_benchmark_without_dev_has_no_examples(benchmark):
    class Mine(Benchmark):
        splits = ("test",)

    made = prompt.make(Mine(benchmark.release))
    assert made.sources == ()
    assert len(made.messages(benchmark.split("test")[0])) == 2


def test_the_hash_is_of_all_that_is_said_and_of_nothing_else(benchmark, made):
    assert prompt.make(benchmark).sha256 == made.sha256
    others = [
        prompt.make(benchmark, ("dates",)),
        prompt.make(benchmark, count=1),
        prompt.make(benchmark, count=0),
        prompt.make(benchmark, most=2000),
    ]
    assert len({made.sha256, *(other.sha256 for other in others)}) == 5


def test_a_prompt_of_ones_own_takes_the_place_of_the_rules(benchmark, tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("Find {{layers}} in {{language}}: {{shape}} {{dates.type}} {not this}", encoding="utf-8")
    made = prompt.make(benchmark, ("dates",), count=1, own=path)
    system, *_, _last = made.messages(benchmark.split("test")[0])
    assert made.name == "mine.txt"
    assert system["content"].startswith('Find dates in Korean (ko-KP): {"dates": [{"quote": "…"')
    assert "- DATE: " in system["content"]
    assert system["content"].endswith("{not this}")
    assert made.sources


@pytest.mark.parametrize("layers", [(), ("persons",), ("dates", "persons")])
def test_layers_that_are_none_are_refused(benchmark, layers):
    with pytest.raises(DragomanError, match="E206"):
        prompt.make(benchmark, layers)


def test_the_rules_say_nothing_of_documents_of_test(benchmark):
    """Words of names in the rules that stand in test: ordinary nouns alone."""
    rules = "".join(path.read_text(encoding="utf-8") for path in PROMPTS.rglob("*.md"))
    words = set(re.findall(r"[가-힣]{3,}|[\u0621-\u064a]{4,}", rules))
    names = {e.text for d in benchmark.split("test") for e in d.entities if e.form == "NAM" and e.type != "ROLE"}
    assert words
    assert not words & names


def test_the_schema_holds_a_server_to_the_label_sets(benchmark):
    made = answers.schema(["dates"], {"dates.type": ("A", "B")})
    item = made["properties"]["dates"]["items"]
    assert item["properties"]["type"] == {"enum": ["A", "B"], "type": "string"}
    assert item["properties"]["mod"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert item["required"] == ["quote", "occurrence", "type", "value", "mod"]
    assert item["additionalProperties"] is made["additionalProperties"] is False
