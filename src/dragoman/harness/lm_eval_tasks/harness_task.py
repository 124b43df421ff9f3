"""The task class for lm-evaluation-harness, which loads this file by its path.

``--metadata '{"split": "dev", "data": "…", "form": "json_schema"}'`` sets the split, the benchmark and whether decoding
is constrained by a JSON schema; ``--num_fewshot`` sets the number of examples per language (default 2).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import datasets
from lm_eval.api.task import ConfigurableTask

from dragoman.harness.extraction import Extraction, names
from dragoman.systems.protocol import Chat
from dragoman.version import __version__

_USUAL = Chat()


class LayersTask(ConfigurableTask):
    """Extraction of some layers from the documents of a split."""

    VERSION = __version__
    OUTPUT_TYPE = "generate_until"

    def __init__(self, config: Mapping[str, Any] | None = None) -> None:
        given = dict(config or {})
        said = dict(given.get("metadata") or {})
        shots = given.get("num_fewshot")
        examples = _USUAL.examples if shots is None else int(shots)
        layers = said.get("layers", ",".join(_USUAL.layers))
        self._made = partial(Extraction.of, said.get("data"), said.get("split"), layers.split(","))
        self.asked = asked = self._made(examples)
        form = said.get("form", "text")
        if form not in {"json_schema", "text"}:
            raise ValueError(f"form is json_schema or text, not {form!r}")
        held = {"type": "json_schema", "json_schema": {"name": "labels", "strict": True, "schema": asked.schema()}}
        generation = {
            "until": [],
            "do_sample": False,
            "temperature": _USUAL.temperature,
            "max_gen_toks": _USUAL.max_tokens,
            **({"response_format": held} if form == "json_schema" else {}),
            **(given.get("generation_kwargs") or {}),
        }
        scored = _Scored(self)
        super().__init__(
            config={
                "task": given["task"],
                "output_type": self.OUTPUT_TYPE,
                "test_split": "test",
                "doc_to_text": "text",
                "doc_to_target": "target",
                "num_fewshot": examples,
                "generation_kwargs": generation,
                "metric_list": [
                    {"metric": name, "aggregation": partial(scored, name), "higher_is_better": True}
                    for name in names(asked.prompt.layers)
                ],
                "process_results": self._processed,
                "metadata": {**said, **self._described()},
            }
        )

    def _described(self) -> dict[str, Any]:
        asked = self.asked
        return {
            "version": __version__,
            "data": asked.benchmark.version,
            "fingerprint": asked.benchmark.fingerprint,
            "prompt": asked.prompt.name,
            "prompt_sha256": asked.prompt.sha256,
            "seen": list(asked.prompt.sources),
        }

    def set_config(self, key: str, value: Any, update: bool = False) -> None:
        """Set a field; the harness sets the number of examples only after construction, so the prompt is
        rebuilt then.
        """
        super().set_config(key, value, update)
        if key == "num_fewshot":
            self.asked = self._made(int(value))
            self.config.metadata.update(self._described())
            self.download()

    def download(self, *_: Any, **__: Any) -> None:
        """Build the data set from the benchmark; nothing is downloaded."""
        asked = self.asked
        rows = [
            {
                "id": d.id,
                "language": d.language,
                "text": d.text,
                "target": json.dumps(asked.target(d.id), ensure_ascii=False),
            }
            for d in asked.documents
        ]
        self.dataset = {"test": datasets.Dataset.from_list(rows)}

    def fewshot_context(
        self,
        doc: Mapping[str, Any],
        num_fewshot: int,
        system_instruction: str | None = None,
        apply_chat_template: bool = False,
        chat_template: Callable[..., Any] | None = None,
        **_: Any,
    ) -> Any:
        """Return the messages for a document, as ``dragoman run`` sends them."""
        assert num_fewshot == self.config.num_fewshot
        messages = self.asked.messages(doc["id"])
        if system_instruction:
            raise ValueError("the rules are a part of the task: leave --system_instruction out")
        if apply_chat_template and chat_template:
            return chat_template(messages)
        return "\n\n".join(message["content"] for message in messages) + "\n\n"

    def _processed(self, doc: Mapping[str, Any], results: Sequence[str | None]) -> dict[str, tuple[str, str]]:
        """Parse an answer; every metric receives the id and the submission line, which is empty if parsing failed."""
        text = results[0] or ""
        entry = self.asked.answer(doc["id"], text, "stop")
        line = "" if entry.answer is None else json.dumps({"id": doc["id"], **entry.answer}, ensure_ascii=False)
        return dict.fromkeys(names(self.asked.prompt.layers), (doc["id"], line))


class _Scored:
    """Scores of a task's answers, computed once for all of its metrics."""

    def __init__(self, task: LayersTask) -> None:
        self._task = task
        self._items: list[tuple[str, str]] = []
        self._figures: dict[str, float | None] = {}

    def __call__(self, name: str, items: Sequence[Sequence[str]]) -> float:
        """Return one score over all documents; NaN where it is undefined."""
        pairs = [(document, line) for document, line in items]
        if pairs != self._items:
            lines = [json.loads(line) for _, line in pairs if line]
            self._figures = self._task.asked.figures([lines], [document for document, _ in pairs])
            self._items = pairs
        value = self._figures.get(name)
        return math.nan if value is None else value
