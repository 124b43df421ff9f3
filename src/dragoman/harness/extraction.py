"""The task that a harness runs: which documents, what a model is told of each, what its answer is, and the scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman import benchmark as benchmarks
from dragoman.measures.catalogue import HEADLINE
from dragoman.schema.layers import LAYER_NAMES
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
"""Reasons why a model stopped, as inspect_ai names them, by those of chat completions; any other is a whole answer."""


@dataclass(frozen=True)
class Extraction:
    """Documents of a split, as a harness asks about them.

    Attributes:
        benchmark: whose documents.
        split: of the benchmark.
        prompt: what is asked; documents that its examples are from are not asked about.

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
            data: the benchmark, as :func:`dragoman.load` takes it; the bundled one if None.
            split: its split; ``test``, or the last one, if None.
            layers: the layers to ask for; all if empty.
            examples: examples a language, from the split ``dev``.

        Raises:
            DragomanError: E701 and E702 for data or a split that is not there, E206 for a layer that is none.

        """
        benchmark = benchmarks.load(data)
        asked = prompt.make(benchmark, layers or LAYER_NAMES, count=examples)
        made = cls(benchmark, split or gold.default_split(benchmark), asked)
        # A split that is not there or has no gold is an error here, not after the run.
        assert made.withheld or made.gold.data.documents
        return made

    @property
    def withheld(self) -> bool:
        """Whether the gold of the split is withheld: answers are read and kept as ever, and have no scores here."""
        return self.benchmark.withholds(self.split)

    @cached_property
    def documents(self) -> list[Document]:
        """Documents to ask about, in the order of the benchmark."""
        return Selection(self.split).documents(self.benchmark, self.prompt.sources)

    @cached_property
    def by_id(self) -> dict[str, Document]:
        """Find a document by its id."""
        return {document.id: document for document in self.documents}

    @cached_property
    def gold(self) -> Gold:
        """Gold of the split."""
        return gold.from_benchmark(self.benchmark, self.split)

    @cached_property
    def card(self) -> SystemCard:
        """What the scored system used; its name is the harness's to say."""
        return SystemCard(name="model", resources=["text", "dev"] if self.prompt.sources else ["text"])

    def messages(self, name: str) -> list[Message]:
        """Write the messages about a document."""
        return self.prompt.messages(self.by_id[name])

    def target(self, name: str) -> dict[str, Any]:
        """Give the gold of a document in the form of an answer; nothing where it is withheld."""
        return {} if self.withheld else answers.gold(self.by_id[name], self.prompt.layers)

    def schema(self) -> dict[str, Any]:
        """Give the JSON Schema of an answer."""
        return answers.schema(self.prompt.layers, self.prompt.label_sets)

    def answer(self, name: str, text: str, reason: str = "stop", limit: int | None = None) -> Entry:
        """Read what a model wrote about a document, as ``dragoman run`` does.

        Args:
            name: id of the document.
            text: what the model wrote.
            reason: why it stopped, as in chat completions: ``stop``, ``length``, ``content_filter``.
            limit: tokens that the answer was limited to, for the message.

        Returns:
            The line of a run's log: ``answer`` has the labels that are valid, and is None where there are none.

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
        """Give the scores that a harness shows, by name; each is None where gold is withheld; as :meth:`score`."""
        if self.withheld:
            return dict.fromkeys(names(self.prompt.layers))
        return figures(self.score(epochs, asked, intervals=intervals))

    def score(
        self, epochs: Sequence[Sequence[Mapping[str, Any]]], asked: Sequence[str], *, intervals: bool = True
    ) -> Result:
        """Score answers on the documents that were asked about.

        Args:
            epochs: of each repeat the lines of a submission: an id and the layers; a document that failed has none.
            asked: ids of the documents that were asked about, a part of the split perhaps.
            intervals: whether error bars are made.

        Returns:
            The result; of several repeats their mean, with the interval over documents and repeats.

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
        """Gold of some documents of the split."""
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
    """Names of the scores that :func:`figures` gives where some layers were asked for."""
    made = ["headline"] if set(layers) == set(LAYER_NAMES) else []
    made += [f"{name}.f1" for name in HEADLINE if name.partition(".")[0] in layers]
    return [each for name in made for each in (name, f"{name}_low", f"{name}_high")]


def figures(result: Result) -> dict[str, float | None]:
    """Give the scores of a result that a harness shows, by name.

    Returns:
        ``headline`` and the F1 of the measure that stands for each layer, as ``entities.strict.f1``, each with the ends
        of its interval (95 %) as ``…_low`` and ``…_high``; None where it is not defined, was not asked for, or is no
        score because the prompt has examples from the split.

    """
    made: dict[str, float | None] = {}
    if all(layer in result.scores for layer in LAYER_NAMES):
        interval = None if result.headline is None else result.headline.interval
        made |= _named("headline", result.scores.get("headline"), interval)
    for name in HEADLINE:
        layer, _, short = name.partition(".")
        scores = (result.scores.get(layer) or {}).get(short)
        if layer in result.scores:
            made |= _named(f"{name}.f1", scores and scores["f1"], scores and scores.get("interval"))
    return dict.fromkeys(made) if result.seen else made


def _named(name: str, score: float | None, interval: Sequence[float] | None) -> dict[str, float | None]:
    low, high = interval or (None, None)
    return {name: score, f"{name}_low": low, f"{name}_high": high}
