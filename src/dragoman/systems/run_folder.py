"""The function behind ``dragoman.run``, and its result."""

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
"""Maximum number of repeats of a run."""


@dataclass(frozen=True)
class Run:
    """A finished run of a system, which :func:`dragoman.score` and :func:`dragoman.report` accept.

    Attributes:
        folder: the run folder, with ``predictions.jsonl``, ``log.jsonl``, ``run.json`` and ``system.toml``; further
            repeats are in ``repeat-2`` and so on.
        summary: documents kept, asked, answered, left out, failed and not asked, tokens, and reasons for failures; for
            its keys see :func:`dragoman.systems.run.run`.

    """

    folder: Path
    summary: dict[str, Any]

    @property
    def predictions(self) -> Path:
        """Path of the valid answers, as JSONL with one document per line; of several repeats those of the first."""
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
    """Run a system on the documents of a benchmark; a repeated call resumes an interrupted run.

    >>> def predict(document):
    ...     return {"entities": []}
    >>> finished = run(predict, "runs/nothing")
    >>> run("mine.py:predict", "runs/mine"), run("cmd:./mine --fast", "runs/fast", jobs=4)

    Args:
        system: a function from a document to its labels (see :class:`dragoman.systems.protocol.Predict`); or
            ``path.py:function``, ``pkg.module:function``, ``cmd:PROGRAM``, ``chat:MODEL``, ``hf:MODEL`` or
            ``spacy:MODEL``. This runs its code.
        out: folder of the run; it is created if necessary.
        data: the benchmark, or what :func:`dragoman.load` takes; the bundled one if None.
        card: the system card, or its file; the one in the folder of the system's file if None.
        jobs: number of documents processed in parallel.
        timeout: timeout of an answer, in seconds; not for functions.
        chat: options of the requests to a chat model.
        budget: budget of each repeat.
        split: only the documents of this split.
        only: only the documents with these ids; all if empty.
        limit: only the first documents, up to this number.
        repeats: number of repeats; if None, as many as the folder has, at least one. For a chat model each repeat uses
            the next seed.
        fresh: whether to set existing answers aside and run on all documents again.
        strict: whether one invalid label, or one failed piece, fails its document; else it is dropped and reported in
            the log.
        map: map from labels of an ``hf:`` or ``spacy:`` model to entity types of the benchmark; spans of labels that
            are neither a type of the benchmark nor have a counterpart are dropped and counted.
        progress: called with the documents and the system's name; returns an iterable of the documents that shows
            progress.

    Returns:
        The run: its folder, and a summary with numbers of documents and tokens.

    Raises:
        DragomanError: E801 for a system that cannot be loaded, E803 for a folder of another system or of a run in
            progress, E206 for an invalid budget, timeout, selection or number of repeats, E702 for an unknown split,
            E108 for a folder that cannot be written, E501 for a map to a type that the benchmark does not have.

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
    """Run a system once or several times, into one folder.

    Args:
        loaded: loads the system for a repeat, numbered from 1.
        benchmark: the benchmark, for its documents.
        folder: folder of the run; the first repeat is in it, the others in its folders ``repeat-2`` and so on.
        progress: wraps the documents of a repeat to show progress.
        how: options of each repeat.
        repeats: number of repeats; as many as the folder has if None. Existing repeats beyond it are set aside.

    Returns:
        The summary of the first repeat, with counts summed over all repeats and the documents of the others as
        ``repeat-2/ID``; with ``repeats`` if there is more than one.

    Raises:
        DragomanError: E206 for an invalid number of repeats; as :func:`dragoman.systems.run.run`.

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
    if "reread" in summary:
        first["reread"] = first.get("reread", 0) + summary["reread"]
    first.update({key: summary[key] for key in ("stopped",) if key in summary})


def _quietly(documents: Sequence[Document], _what: str) -> Iterable[Document]:
    return documents
