"""The function behind ``dragoman.run``, and the run that it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dragoman import benchmark as benchmarks
from dragoman.problems import error
from dragoman.schema.system_card import SystemCard
from dragoman.systems.loading import load, read_card
from dragoman.systems.protocol import Chat, Options, Predict, System
from dragoman.systems.run import Budget
from dragoman.systems.run import run as run_system

if TYPE_CHECKING:
    from dragoman.schema.records import Document

_MAX_NAME = 120


@dataclass(frozen=True)
class Run:
    """A run of a system: a folder that :func:`dragoman.score` and :func:`dragoman.report` take.

    Attributes:
        folder: with ``predictions.jsonl``, ``log.jsonl`` and ``system.toml``.
        summary: documents answered, left out, failed and not asked, tokens, and why documents failed.

    """

    folder: Path
    summary: dict[str, Any]

    @property
    def predictions(self) -> Path:
        """The valid answers, JSONL, one document a line."""
        return self.folder / "predictions.jsonl"

    def to_dict(self) -> dict[str, Any]:
        """Give the summary as plain values."""
        return dict(self.summary)

    def __fspath__(self) -> str:
        return str(self.folder)

    def __repr__(self) -> str:
        parts = [f"{self.summary['system']} in {self.folder}: {self.summary['documents']} documents answered"]
        parts += [
            f"{len(self.summary[name])} {name.replace('_', ' ')}"
            for name in ("left_out", "failed", "not_asked")
            if self.summary.get(name)
        ]
        return ", ".join(parts)


def run(
    system: str | Predict | System,
    out: Path | str,
    *,
    data: benchmarks.Benchmark | Path | str | None = None,
    card: SystemCard | Path | str | None = None,
    jobs: int = 1,
    timeout: float = 600.0,
    chat: Chat | None = None,
    budget: Budget | None = None,
    progress: Callable[[Sequence[Document], str], Iterable[Document]] | None = None,
) -> Run:
    """Run a system on every document of a benchmark; run again, it is taken up where it was left.

    >>> def predict(document):
    ...     return {"entities": []}
    >>> finished = run(predict, "runs/nothing")
    >>> run("mine.py:predict", "runs/mine"), run("cmd:./mine --fast", "runs/fast", jobs=4)

    Args:
        system: a function from a document to its labels; or ``path.py:function``, ``pkg.module:function``,
            ``cmd:PROGRAM``, ``chat:MODEL``, ``hf:MODEL`` or ``spacy:MODEL``. This runs its code.
        out: folder of the run, made if need be.
        data: the benchmark, or what :func:`dragoman.load` takes; the bundled one if None.
        card: description of the system, or its file; the one beside the system's file if None.
        jobs: documents under way at once.
        timeout: seconds that an answer may take, where the system is no function.
        chat: how a chat model is asked.
        budget: what may be spent.
        progress: wraps the documents to show how far it is.

    Raises:
        DragomanError: E801 a system that cannot be loaded, E803 a folder of another system or of a run under way, E206
            a budget or time limit that is none, E108 a folder that cannot be written.

    """
    description = card if card is None or isinstance(card, SystemCard) else read_card(Path(card))
    if isinstance(system, System):
        loaded = system
    elif isinstance(system, str):
        loaded = load(system, Options(timeout, description, chat or Chat()))
    elif callable(system):
        name = getattr(system, "__name__", type(system).__name__)
        loaded = System(system, description or SystemCard(name=name[-_MAX_NAME:]))
    else:
        hint = "Give a function, or a name such as mine.py:predict."
        raise error("E801", f"a {type(system).__name__} is no system.", hint)
    benchmark = data if isinstance(data, benchmarks.Benchmark) else benchmarks.load(data)
    summary = run_system(loaded, benchmark, Path(out), progress or _quietly, jobs=jobs, budget=budget)
    return Run(Path(out), summary)


def _quietly(documents: Sequence[Document], _what: str) -> Iterable[Document]:
    return documents
