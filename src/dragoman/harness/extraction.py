"""The harness-independent part of a task: documents, prompts, parsing of answers, and scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman import benchmark as benchmarks
from dragoman.measures.catalogue import HEADLINE
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.measure_names import layer_of
from dragoman.schema.system_card import SystemCard
from dragoman.scoring import api, gold, repeats
from dragoman.statistics.resampling import Resampling
from dragoman.systems import answers, prompt
from dragoman.systems.asking import Watch, ask
from dragoman.systems.completion import read_text
from dragoman.systems.protocol import Reply, System
from dragoman.systems.selection import Selection

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark
    from dragoman.schema.records import Document
    from dragoman.scoring.gold import Gold
    from dragoman.scoring.result import Result
    from dragoman.systems.prompt import Message, Prompt
    from dragoman.systems.run_log import Entry

STOPPED: Mapping[str, str] = {"max_tokens": "length", "model_length": "length", "content_filter": "content_filter"}
"""inspect_ai's stop reasons, mapped to finish reasons of the chat completions API; any other is a complete answer."""


@dataclass(frozen=True)
class Extraction:
    """The extraction task on the documents of a split.

    Attributes:
        benchmark: the benchmark that the documents are from.
        split: name of the split.
        prompt: the prompt; documents that its few-shot examples come from are excluded.

    """

    benchmark: Benchmark
    split: str
    prompt: Prompt

    @classmethod
    def of(
        cls, data: Any = None, split: str | None = None, layers: Sequence[str] = (), examples: int = 2
    ) -> Extraction:
        """Make the task.

        Args:
            data: the benchmark, as :func:`dragoman.load` takes it; None for the bundled one.
            split: name of the split; None for ``test``, or the last split.
            layers: the layers to extract; empty for all.
            examples: few-shot examples per language, from the split ``dev``.

        Raises:
            DragomanError: E701 and E702 for an unknown benchmark or split, E206 for an unknown layer.

        """
        benchmark = benchmarks.load(data)
        asked = prompt.make(benchmark, layers or LAYER_NAMES, count=examples)
        made = cls(benchmark, split or gold.default_split(benchmark), asked)
        # Raise here, not after the run, if the split is unknown or has no gold.
        assert made.withheld or made.gold.data.documents
        return made

    @property
    def withheld(self) -> bool:
        """Whether the gold of the split is withheld: answers are parsed and stored as usual, but cannot be
        scored here.
        """
        return self.benchmark.withholds(self.split)

    @cached_property
    def documents(self) -> list[Document]:
        """Documents of the task, in the order of the benchmark."""
        return Selection(self.split).documents(self.benchmark, self.prompt.sources)

    @cached_property
    def by_id(self) -> dict[str, Document]:
        """Documents by id."""
        return {document.id: document for document in self.documents}

    @cached_property
    def gold(self) -> Gold:
        """Gold of the split."""
        return gold.from_benchmark(self.benchmark, self.split)

    @cached_property
    def card(self) -> SystemCard:
        """System card of the scored system; the harness knows the model's name."""
        return SystemCard(name="model", resources=["text", "dev"] if self.prompt.sources else ["text"])

    def messages(self, name: str) -> list[Message]:
        """Return the chat messages for a document."""
        return self.prompt.messages(self.by_id[name])

    def target(self, name: str) -> dict[str, Any]:
        """Return the gold of a document in the form of an answer; empty where it is withheld."""
        return {} if self.withheld else answers.gold(self.by_id[name], self.prompt.layers)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of an answer."""
        return answers.schema(self.prompt.layers, self.prompt.label_sets)

    def answer(self, name: str, text: str, reason: str = "stop", limit: int | None = None) -> Entry:
        """Parse a model's answer for a document, as ``dragoman run`` does.

        Args:
            name: id of the document.
            text: the model's answer.
            reason: finish reason, as in the chat completions API: ``stop``, ``length``, ``content_filter``.
            limit: maximum number of tokens of the answer, for the message.

        Returns:
            An entry of a run's log: ``answer`` has the valid labels, and is None if the answer could not be parsed.

        """
        system = System(
            lambda _: read_text(text, reason, self.prompt.layers, limit, Reply(None, text)),
            self.card,
            layers=self.prompt.layers,
        )
        return ask(system, self.by_id[name], self.benchmark.target(), Watch())

    def figures(
        self, epochs: Sequence[Sequence[Mapping[str, Any]]], asked: Sequence[str], *, intervals: bool = True
    ) -> dict[str, float | None]:
        """Return the scores that a harness shows, by name; all None where gold is withheld. Arguments as in
        :meth:`score`.
        """
        if self.withheld:
            return dict.fromkeys(names(self.prompt.layers))
        return figures(self.score(epochs, asked, intervals=intervals))

    def score(
        self, epochs: Sequence[Sequence[Mapping[str, Any]]], asked: Sequence[str], *, intervals: bool = True
    ) -> Result:
        """Score answers on a subset of the documents.

        Args:
            epochs: for each repeat, the submission lines (an id and the layers); documents that failed have none.
            asked: ids of the documents that were run, possibly a part of the split.
            intervals: whether to compute confidence intervals.

        Returns:
            The result; for several repeats their mean, with intervals over documents and repeats.

        Raises:
            DragomanError: E760 where the gold of the split is withheld.

        """
        chosen = tuple(name for name in self.gold.data.documents if name in set(asked))
        against = self._part(chosen)
        several = len(epochs) > 1
        made = [
            api.score(
                list(lines),
                against,
                system=self.card,
                intervals=intervals and not several,
                measures=list(self.prompt.layers),
            )
            for lines in epochs
        ]
        return repeats.mean(made, Resampling() if intervals else Resampling(0)) if several else made[0]

    def _part(self, chosen: tuple[str, ...]) -> Gold:
        """Restrict the gold to some documents of the split."""
        whole = self.gold
        if len(chosen) == len(whole.data.documents):
            return whole
        at = [whole.data.documents.index(name) for name in chosen]
        return replace(
            whole,
            annotations=whole.annotations.of(chosen),
            data=msgspec.structs.replace(whole.data, documents=list(chosen)),
            facets={name: tuple(values[place] for place in at) for name, values in whole.facets.items()},
        )


def names(layers: Sequence[str]) -> list[str]:
    """Return the names of the scores in :func:`figures` for a task with some layers."""
    made = ["headline"] if set(layers) == set(LAYER_NAMES) else []
    made += [f"{name}.f1" for name in HEADLINE if layer_of(name) in layers]
    return [each for name in made for each in (name, f"{name}_low", f"{name}_high")]


def figures(result: Result) -> dict[str, float | None]:
    """Return the scores of a result that a harness shows, by name.

    Returns:
        ``headline`` and the F1 of the main measure of each layer, such as ``entities.strict.f1``, each with the bounds
        of its 95 % confidence interval as ``…_low`` and ``…_high``; None where undefined, not computed, or invalid
        because the prompt has examples from the split.

    """
    made: dict[str, float | None] = {}
    if all(layer in result.scores for layer in LAYER_NAMES):
        interval = None if result.headline is None else result.headline.interval
        made |= _named("headline", result.scores.get("headline"), interval)
    for name in HEADLINE:
        scores = result.scores_of(name)
        if layer_of(name) in result.scores:
            made |= _named(f"{name}.f1", scores["f1"] if scores else None, scores.get("interval") if scores else None)
    return dict.fromkeys(made) if result.seen else made


def _named(name: str, score: float | None, interval: Sequence[float] | None) -> dict[str, float | None]:
    low, high = interval or (None, None)
    return {name: score, f"{name}_low": low, f"{name}_high": high}
