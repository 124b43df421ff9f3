"""The function behind ``dragoman.run``, and the run that it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dragoman import benchmark as benchmarks
from dragoman.problems import error
from dragoman.schema import run_file
from dragoman.schema.system_card import SystemCard
from dragoman.systems import run_files
from dragoman.systems.budget import Budget
from dragoman.systems.loading import load, read_card
from dragoman.systems.protocol import Chat, Options, Predict, System
from dragoman.systems.run import How
from dragoman.systems.run import run as run_system
from dragoman.systems.selection import Selection
from dragoman.text import counted

if TYPE_CHECKING:
    from dragoman.schema.records import Document
    from dragoman.systems.run import Progress

_MAX_NAME = 120
MAX_REPEATS = 100
"""Most repeats of a run."""


@dataclass(frozen=True)
class Run:
    """A run of a system: a folder that :func:`dragoman.score` and :func:`dragoman.report` take.

    Attributes:
        folder: with ``predictions.jsonl``, ``log.jsonl``, ``run.json`` and ``system.toml``; further repeats in
            ``repeat-2`` …
        summary: documents kept, asked, answered, left out, failed and not asked, tokens, and why documents failed.

    """

    folder: Path
    summary: dict[str, Any]

    @property
    def predictions(self) -> Path:
        """The valid answers, JSONL, one document a line; of several repeats those of the first."""
        return self.folder / "predictions.jsonl"

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain values."""
        return dict(self.summary)

    def __fspath__(self) -> str:
        return str(self.folder)

    def __repr__(self) -> str:
        parts = [
            f"{self.summary['system']} in {self.folder}: {self.summary['kept']} kept",
            f"{self.summary['asked']} asked",
            f"{counted(self.summary['documents'], 'document')} answered",
        ]
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
    split: str | None = None,
    only: Iterable[str] = (),
    limit: int | None = None,
    repeats: int | None = None,
    fresh: bool = False,
    strict: bool = False,
    map: Mapping[str, str] | None = None,  # noqa: A002 - as score calls it
    progress: Callable[[Sequence[Document], str], Iterable[Document]] | None = None,
) -> Run:
    """Run a system on the documents of a benchmark; run again, it is taken up where it was left.

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
        budget: what may be spent on each repeat.
        split: only the documents of this split.
        only: only the documents with these ids.
        limit: only so many documents, the first ones.
        repeats: how often the system is run; as often as the folder says, or once, if None. Of a chat model each
            repeat has the next seed.
        fresh: set answers that are there aside, and ask again.
        strict: whether one label that is not valid, or one piece that failed, fails its document; else it is left
            out, and named in the log.
        map: of ``hf:`` and ``spacy:``, from labels of the model to types of the benchmark; what neither is a type of
            the benchmark nor has a counterpart there is left out and counted.
        progress: wraps the documents to show how far it is.

    Raises:
        DragomanError: E801 a system that cannot be loaded, E803 a folder of another system or of a run under way, E206
            a budget, time limit, selection or number of repeats that is none, E702 a split that is not there, E108 a
            folder that cannot be written, E501 a map to a type that the benchmark does not have.

    """
    description = card if card is None or isinstance(card, SystemCard) else read_card(Path(card))
    benchmark = data if isinstance(data, benchmarks.Benchmark) else benchmarks.load(data)
    options = Options(timeout, description, chat or Chat(), benchmark, map or {})

    def loaded(number: int) -> System:
        if isinstance(system, System):
            return system
        if isinstance(system, str):
            seed = options.chat.seed + number - 1
            return load(system, options._replace(chat=options.chat._replace(seed=seed)))
        if callable(system):
            name = getattr(system, "__name__", type(system).__name__)
            return System(system, description or SystemCard(name=name[-_MAX_NAME:]))
        hint = "Give a function, or a name such as mine.py:predict."
        raise error("E801", f"a {type(system).__name__} is no system.", hint)

    how = How(jobs, budget, selection=Selection(split, tuple(only), limit), strict=strict, fresh=fresh)
    summary = run_repeats(loaded, benchmark, Path(out), progress or _quietly, how, repeats)
    return Run(Path(out), summary)


def run_repeats(
    loaded: Callable[[int], System],
    benchmark: benchmarks.Benchmark,
    folder: Path,
    progress: Progress,
    how: How,
    repeats: int | None = None,
) -> dict[str, Any]:
    """Run a system one or more times, into one folder.

    Args:
        loaded: loads the system for a repeat, from 1.
        benchmark: whose documents.
        folder: of the run; the first repeat lies in it, the others in ``repeat-2`` and so on below it.
        progress: wraps the documents of a repeat.
        how: how each is run.
        repeats: how many there are to be; as many as there are if None. Those beyond it are set aside.

    Returns:
        The summary of the first, with counts of all repeats added up and the documents of the others as
        ``repeat-2/ID``; ``repeats`` where there is more than one.

    Raises:
        DragomanError: E206 for a number of repeats that is none; as :func:`dragoman.systems.run.run`.

    """
    there = run_file.repeats(folder)
    number = len(there) if repeats is None else repeats
    if not 1 <= number <= MAX_REPEATS:
        raise error("E206", f"there cannot be {number} repeats.", f"Give 1 to {MAX_REPEATS}.", path="repeats")
    first = run_system(loaded(1), benchmark, folder, progress, how=how)
    aside = run_files.set_aside(folder, [path for path in there[number:] if path.exists()])
    first |= {"set_aside": aside} if aside else {}
    for other in range(2, number + 1):
        if "stopped" in first:
            break
        path = run_file.repeat(folder, other)
        _add(first, run_system(loaded(other), benchmark, path, progress, how=how), path.name)
    return first if number == 1 else {**first, "repeats": number}


def _add(first: dict[str, Any], summary: Mapping[str, Any], name: str) -> None:
    """Add the summary of a repeat to that of the first."""
    for key in ("kept", "asked", "labels_left_out", "failed_pieces"):
        first[key] += summary[key]
    for key in ("left_out", "failed", "not_asked"):
        first[key] = [*first[key], *(f"{name}/{each}" for each in summary[key])]
    first["tokens"] = [a + b for a, b in zip(first["tokens"] or [0, 0], summary["tokens"] or [0, 0], strict=True)]
    first["tokens"] = first["tokens"] if any(first["tokens"]) else []
    for key in ("repairs", "labels_not_mapped"):
        names = {*first[key], *summary[key]}
        first[key] = {each: first[key].get(each, 0) + summary[key].get(each, 0) for each in sorted(names)}
    first["why"] = sorted({*first["why"], *summary["why"]})[:3]
    first["notes"] += [f"{name}: {note}" for note in summary["notes"]]
    first.update({key: summary[key] for key in ("stopped",) if key in summary})


def _quietly(documents: Sequence[Document], _what: str) -> Iterable[Document]:
    return documents
