"""The prompt of a chat model: rules, labels, the shape of an answer, examples, and the document.

The rules are a summary of the annotation guidelines (version 2) for each layer and language, without their test cases.
They are in ``prompts/``, which is part of the package. Label sets, languages and examples are those of the benchmark
that is run, so that another benchmark has a prompt of its own. Every model gets the same prompt.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dragoman import files, json_text, languages
from dragoman.problems import error
from dragoman.schema.layers import LAYER_NAMES
from dragoman.systems import answers, examples

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark
    from dragoman.schema.records import Document
    from dragoman.systems.answers import LabelSets
    from dragoman.systems.examples import Example

NAME = "dragoman"
REVISION = 1
"""Incremented whenever the text of the prompt changes for the same benchmark."""
Message = dict[str, str]


@dataclass(frozen=True)
class Prompt:
    """The prompt for the documents of a benchmark.

    Attributes:
        name: name and revision, as ``dragoman-1``; for a prompt of one's own the file's name.
        benchmark: name of the benchmark.
        layers: names of the requested layers, in their order.
        label_sets: labels by field.
        described: definitions of the labels of the benchmark's own label sets, by field and label.
        examples: examples by language.
        own: a text that replaces the rules, with the same placeholders, or None.

    """

    name: str
    benchmark: str
    layers: tuple[str, ...]
    label_sets: LabelSets
    described: Mapping[str, Mapping[str, str]]
    examples: dict[str, list[Example]] = field(default_factory=dict)
    own: str | None = None

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Ids of the documents that examples come from, sorted."""
        return tuple(sorted({example.source for made in self.examples.values() for example in made}))

    @cached_property
    def _written(self) -> dict[str, str]:
        """Cache of the rules by language."""
        return {}

    def instructions(self, language: str) -> str:
        """Return the rules for documents of a language."""
        if language not in self._written:
            self._written[language] = self._instructions(language)
        return self._written[language]

    def _instructions(self, language: str) -> str:
        # The default rules on entities define the default types, which do not hold for own types.
        own = {"entities": "own_entities"} if "entities.type" in self.described else {}
        parts = ["intro", *(own.get(layer, layer) for layer in self.layers)]
        text = "\n\n".join(_part(part) for part in parts) if self.own is None else self.own
        if self.own is None:
            special = _language_part(language)
            text = "\n\n".join([text, *([special] if special else []), _part("outro")])
        for place, value in self._places(language).items():
            text = text.replace("{{" + place + "}}", value)
        return text.strip()

    def _places(self, language: str) -> dict[str, str]:
        described = languages.get(language).name
        with_entities = "entities" in self.layers
        return {
            "benchmark": self.benchmark,
            "language": described if described == language else f"{described} ({language})",
            "layers": ", ".join(self.layers),
            "shape": answers.shape(self.layers, self.label_sets),
            "example": self._worked_example(),
            "claimants": (
                "With MENTION, `mention` is the `id` of one of your entities; else it is null."
                if with_entities
                else "With MENTION, `quote` and `occurrence` say where the claimant is mentioned; else they are null."
            )
            + "\n",
            **{name: _listed(name, labels, self.described.get(name)) for name, labels in self.label_sets.items()},
        }

    def _worked_example(self) -> str:
        """Return a made-up example; empty if the benchmark does not have all of its labels."""
        made = json.loads(_read("worked_example.json"))
        used = answers.labels_in({layer: made["answer"][layer] for layer in self.layers})
        if any(label not in self.label_sets.get(name, (label,)) for name, label in used):
            return ""
        answer = json.dumps(answers.narrowed(made["answer"], self.layers), ensure_ascii=False)
        head = f"Document time: {made['published']}\nLanguage: {made['language']}"
        return f"For this made-up document\n\n{head}\n{made['text']}\n\nthe answer is\n\n{answer}"

    def messages(self, document: Document) -> list[Message]:
        """Return the messages about a document: rules, examples of its language as earlier turns, and the document."""
        made = [{"role": "system", "content": self.instructions(document.language)}]
        for example in self.examples.get(document.language, []):
            made.append({"role": "user", "content": shown(example.document)})
            made.append({"role": "assistant", "content": example.text})
        return [*made, {"role": "user", "content": shown(document)}]

    def parts(self) -> dict[str, Any]:
        """Return all parts of the prompt, by language, to be hashed or written to a file."""
        spoken = sorted(self.examples) or [""]
        return {
            "name": self.name,
            "rules": {language: self.instructions(language) for language in spoken},
            "examples": {
                language: [{"document": shown(e.document), "answer": e.answer, "source": e.source} for e in made]
                for language, made in sorted(self.examples.items())
            },
        }

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of all parts of the prompt, which do not depend on the document."""
        return files.sha256(json_text.canonical(self.parts()))


def make(
    benchmark: Benchmark,
    layers: Sequence[str] = LAYER_NAMES,
    *,
    count: int = 2,
    most: int = examples.MAX_CHARACTERS,
    own: Path | None = None,
) -> Prompt:
    """Build the prompt of a benchmark.

    Args:
        benchmark: the benchmark, for label sets, languages and examples.
        layers: names of the layers to request; those that the benchmark does not have are left out, unless it has none
            of them.
        count: number of examples per language.
        most: maximum characters of all examples of a language.
        own: file with a text that replaces the rules. ``{{shape}}``, ``{{layers}}``, ``{{language}}``,
            ``{{benchmark}}``, ``{{example}}`` and label sets, as ``{{entities.type}}``, are filled in.

    Raises:
        DragomanError: E206 for an unknown layer or no layer; as :func:`dragoman.files.read_text` for a file that cannot
            be read.

    """
    unknown = [layer for layer in layers if layer not in LAYER_NAMES]
    if unknown or not layers:
        what = f"there is no layer {unknown[0][:80]!r}." if unknown else "no layer is asked for."
        raise error("E206", what, f"Layers: {', '.join(LAYER_NAMES)}.", path="layers")
    # A benchmark without a layer has no gold to score predictions of that layer.
    held = [layer for layer in layers if layer in benchmark.release.layers] or layers
    chosen = tuple(layer for layer in LAYER_NAMES if layer in held)
    return Prompt(
        f"{NAME}-{REVISION}" if own is None else own.name,
        benchmark.name,
        chosen,
        benchmark.target().label_sets,
        benchmark.release.label_sets,
        {
            **{document.language: [] for document in benchmark.documents},
            **examples.choose(benchmark, chosen, count, most),
        },
        None if own is None else files.read_text(own),
    )


def shown(document: Document) -> str:
    """Put a document between tags that its text does not contain."""
    mark, number = "document", 0
    while mark in document.text:
        number += 1
        mark = f"document-{number}"
    time = document.published or "unknown"
    return f"Document time: {time}\nLanguage: {document.language}\n<{mark}>\n{document.text}\n</{mark}>"


@cache
def _read(name: str) -> str:
    return (resources.files("dragoman.systems") / "prompts" / name).read_text("utf-8")


def _part(name: str) -> str:
    return _read(f"{name}.md").strip()


@cache
def _described() -> dict[str, dict[str, str]]:
    """Definitions of the default labels, by field and label."""
    return tomllib.loads(_read("labels.toml"))


@cache
def _language_part(language: str) -> str:
    """Return the rules of a language; empty if there are none."""
    tag = languages.get(language).tag
    file = resources.files("dragoman.systems") / "prompts" / "languages" / f"{tag}.md"
    return file.read_text("utf-8").strip() if tag.isalpha() and file.is_file() else ""


def _listed(name: str, labels: Sequence[str], own: Mapping[str, str] | None) -> str:
    """List the labels of a label set, with their definitions if known."""
    known = _described().get(name, {}) if own is None else own
    return "\n".join(f"- {label}: {known[label]}" if label in known else f"- {label}" for label in labels)
