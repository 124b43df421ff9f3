"""Tasks for inspect_ai: ``inspect eval dragoman/extraction --model …``.

inspect_ai discovers them by the entry point ``dragoman`` in the group ``inspect_ai``. A sample is a document, an epoch
is a repeat. The score of a sample is the F1 of its document, for inspection; the metrics are micro-averages over all
documents. The metadata of each sample's score has what ``dragoman score LOG.eval`` reads. Where the gold of the split
is withheld there are no scores, and the log contains the answers to submit.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    ResponseSchema,
)
from inspect_ai.scorer import Metric, SampleScore, Score, Scorer, Target, metric, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import JSONSchema

from dragoman.harness.extraction import STOPPED, Extraction
from dragoman.schema.layers import LAYER_NAMES
from dragoman.systems.protocol import Chat
from dragoman.version import __version__

if TYPE_CHECKING:
    from dragoman.schema.records import Document
    from dragoman.systems.prompt import Message
    from dragoman.systems.run_log import Entry

_USUAL = Chat()
_ALL = ",".join(LAYER_NAMES)
_MESSAGES = {"system": ChatMessageSystem, "user": ChatMessageUser, "assistant": ChatMessageAssistant}


@task
def extraction(
    layers: str | list[str] = _ALL,
    split: str | None = None,
    data: str | None = None,
    examples: int = _USUAL.examples,
    form: str = _USUAL.form,
    seed: int = _USUAL.seed,
) -> Task:
    """Extract all layers of a document in one answer.

    Args:
        layers: layers to extract, separated by commas.
        split: split of the benchmark; None for ``test``.
        data: the benchmark, as ``dragoman score --data`` takes it; None for the bundled one.
        examples: few-shot examples per language, from the split ``dev``.
        form: ``json_schema`` constrains decoding to the schema of an answer, if the provider supports it; ``text`` does
            not.
        seed: sampling seed of the first epoch; it is incremented with every epoch.

    """
    if form not in {"json_schema", "text"}:
        raise ValueError(f"form is json_schema or text, not {form!r}")
    chosen = layers.split(",") if isinstance(layers, str) else layers
    asked = Extraction.of(data, split, [layer.strip() for layer in chosen], examples)
    held = ResponseSchema(name="labels", json_schema=JSONSchema.model_validate(asked.schema()), strict=True)
    return Task(
        dataset=MemoryDataset([_sample(asked, d) for d in asked.documents], name=asked.benchmark.name),
        solver=one_answer(seed),
        scorer=labels(",".join(asked.prompt.layers), asked.split, data, examples),
        config=GenerateConfig(
            temperature=_USUAL.temperature,
            max_tokens=_USUAL.max_tokens,
            response_schema=held if form == "json_schema" else None,
        ),
        version=asked.benchmark.version,
        metadata={
            "dragoman": __version__,
            "data": asked.benchmark.name,
            "version": asked.benchmark.version,
            "fingerprint": asked.benchmark.fingerprint,
            "split": asked.split,
            "layers": list(asked.prompt.layers),
            "prompt": asked.prompt.name,
            "prompt_sha256": asked.prompt.sha256,
            "seen": list(asked.prompt.sources),
            "resources": asked.card.resources,
        },
    )


def _of_layer(layer: str, split: str | None, data: str | None, examples: int, form: str, seed: int) -> Task:
    made: Task = extraction(layer, split, data, examples, form, seed)
    return made


@task
def entities(
    split: str | None = None, data: str | None = None, examples: int = 2, form: str = _USUAL.form, seed: int = 1
) -> Task:
    """Extract entities only; arguments as in ``extraction``."""
    return _of_layer("entities", split, data, examples, form, seed)


@task
def dates(
    split: str | None = None, data: str | None = None, examples: int = 2, form: str = _USUAL.form, seed: int = 1
) -> Task:
    """Extract dates only; arguments as in ``extraction``."""
    return _of_layer("dates", split, data, examples, form, seed)


@task
def claims(
    split: str | None = None, data: str | None = None, examples: int = 2, form: str = _USUAL.form, seed: int = 1
) -> Task:
    """Extract claims only; arguments as in ``extraction``."""
    return _of_layer("claims", split, data, examples, form, seed)


def _sample(asked: Extraction, document: Document) -> Sample:
    return Sample(
        id=document.id,
        input=[_message(each) for each in asked.messages(document.id)],
        target=json.dumps(asked.target(document.id), ensure_ascii=False, indent=1),
        metadata={name: getattr(document, name) for name in ("language", "kind", "page", "published", "title", "text")},
    )


def _message(message: Message) -> ChatMessage:
    made: ChatMessage = _MESSAGES[message["role"]](content=message["content"])
    return made


@solver
def one_answer(seed: int) -> Solver:
    """Generate once per sample, with a different seed in each epoch."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        return await generate(state, tool_calls="none", seed=seed + state.epoch - 1)

    return solve


@cache
def _extraction(layers: str, split: str, data: str | None, examples: int) -> Extraction:
    return Extraction.of(data, split, layers.split(","), examples)


@metric(scores="unreduced")
def scores() -> Metric:
    """Score all documents together, per epoch, and average over epochs; intervals are over documents and epochs."""

    def of(samples: list[SampleScore]) -> dict[str, float | None]:
        if not samples:
            return {}
        by_epoch: dict[int, list[Any]] = {}
        for sample in samples:
            said = sample.score.metadata or {}
            by_epoch.setdefault(said["epoch"], []).append(said.get("line"))
        lines = [[line for line in by_epoch[epoch] if line is not None] for epoch in sorted(by_epoch)]
        asked = _extraction(**(samples[0].score.metadata or {})["task"])
        made = asked.figures(lines, [str(sample.sample_id) for sample in samples])
        answered = sum(map(len, lines))
        return {**made, "answered": answered, "failed": len(samples) - answered}

    return of


@scorer(metrics=[scores()])
def labels(layers: str, split: str, data: str | None, examples: int) -> Scorer:
    """Parse an answer as ``dragoman run`` does, and score its document on its own; arguments as in ``extraction``."""
    asked = _extraction(layers, split, data, examples)

    async def score(state: TaskState, target: Target) -> Score:  # noqa: ARG001 - gold comes from the benchmark
        name, output = str(state.sample_id), state.output
        entry = asked.answer(name, output.completion, STOPPED.get(str(output.stop_reason), "stop"))
        line = None if entry.answer is None else {"id": name, **entry.answer}
        alone = asked.figures([[line] if line else []], [name], intervals=False)
        return Score(
            value={layer: _f1(alone, layer) for layer in asked.prompt.layers},
            answer=json.dumps(entry.answer, ensure_ascii=False, indent=1) if line else "",
            explanation=_explained(entry),
            metadata={
                "task": {"layers": layers, "split": split, "data": data, "examples": examples},
                "epoch": state.epoch,
                "line": line,
                "status": entry.status,
                "problems": entry.problems,
                "repairs": entry.repairs,
                "left_out": entry.left_out,
            },
        )

    return score


def _f1(made: dict[str, float | None], layer: str) -> float:
    """Return the main F1 of a layer for one document; NaN where neither gold nor prediction has labels."""
    found = next((v for name, v in made.items() if name.startswith(f"{layer}.") and name.endswith(".f1")), None)
    return float("nan") if found is None else found


def _explained(entry: Entry) -> str:
    lines = [f"{entry.status}; labels that are not valid: {entry.left_out}"]
    lines += [f"repaired: {name}" for name in entry.repairs] + entry.problems
    return "\n".join(lines)
