"""Run a system over a benchmark, document by document, into a run folder."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from dragoman import files
from dragoman.problems import Problem, error
from dragoman.reading.read import read_bytes
from dragoman.schema.records import Document
from dragoman.systems.protocol import Reply, System, SystemFailure, unlabelled

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark
    from dragoman.reading.target import Target

Progress = Callable[[Sequence[Document], str], Iterable[Document]]
Told = Callable[[Sequence[int]], None]
Status = Literal["answered", "left out", "failed"]


class Entry(msgspec.Struct, forbid_unknown_fields=True):
    """A line of ``log.jsonl``: what happened with one document, and the answer as it was given."""

    id: str
    status: Status
    seconds: float
    answer: dict[str, Any] | None = None
    problems: list[str] = []
    raw: str | None = None
    tokens: list[int] = []


class Budget(NamedTuple):
    """What may be spent on a run.

    Attributes:
        most: in the currency of the prices.
        prices: of a million tokens read and of a million written.

    """

    most: float
    prices: tuple[float, float]

    def used_up(self, tokens: Sequence[int]) -> bool:
        """Say whether the tokens read and written cost as much or more."""
        return cost(tokens, self.prices) >= self.most


def cost(tokens: Sequence[int], prices: Sequence[float]) -> float:
    """Price of some tokens read and written, at prices of a million of each."""
    return sum(number * price / 1e6 for number, price in zip(tokens, prices, strict=True))


def _nobody(_tokens: Sequence[int]) -> None:
    pass


def run(
    system: System,
    benchmark: Benchmark,
    folder: Path,
    progress: Progress,
    *,
    jobs: int = 1,
    budget: Budget | None = None,
    told: Told = _nobody,
) -> dict[str, Any]:
    """Run a system on every document of every split.

    The folder then holds ``system.toml``, ``log.jsonl`` (a line a document, with the answer as it was given) and
    ``predictions.jsonl`` (the valid answers, in the order of the benchmark). A document that is in the log is not
    run again unless it failed, so an interrupted run is resumed by running it again. A document on which
    the system fails, or for which it gives labels that are not valid, fails alone.

    Args:
        system: what to run.
        benchmark: whose documents.
        folder: the run's folder, made if need be.
        progress: wraps the documents to show how far it is.
        jobs: how many documents are under way at once; the order of the log may then differ, nothing else.
        budget: what may be spent; no further document is asked about when it is used up, earlier sessions included.
        told: is told, after each document, the tokens read and written so far, earlier sessions included.

    Returns:
        ``system``, path of the ``predictions``, number of ``documents`` answered, the ids of those ``left_out``,
        ``failed`` and ``not_asked``, ``tokens`` read and written where there were any, and ``why``: up to three of the
        reasons; all are in the log.

    Raises:
        DragomanError: E803 when the folder holds a run of another system, E108 when it cannot be written.

    """
    target = benchmark.target()
    card = _toml(system)
    described, log = folder / "system.toml", folder / "log.jsonl"
    if described.exists() and files.read_bytes(described) != card:
        what = "the folder holds a run of another system, or of another version of it."
        raise error("E803", what, "Choose another folder.", file=str(folder))
    files.remove_parts(folder)
    files.write(described, card)
    logged = _log(log)
    entries = {entry.id: entry for entry in logged}
    # A document that failed and was asked about again was paid for twice.
    spent = [sum(entry.tokens[i] for entry in logged if entry.tokens) for i in (0, 1)]
    waiting = [d for d in benchmark.documents if d.id not in entries or entries[d.id].status == "failed"]
    with contextlib.closing(system):
        answers = _answers(system, waiting, target, jobs, lambda: budget is None or not budget.used_up(spent))
        for _, entry in zip(progress(waiting, system.card.name), answers, strict=True):
            if entry is not None:
                entries[entry.id] = entry
                spent[:] = [total + more for total, more in zip(spent, entry.tokens or [0, 0], strict=True)]
                _append(log, entry)
                told(spent)
    order = [entries[document.id] for document in benchmark.documents if document.id in entries]
    answered = [{"id": entry.id, **(entry.answer or {})} for entry in order if entry.status == "answered"]
    files.write(folder / "predictions.jsonl", files.json_lines(answered))
    return {
        "system": system.card.name,
        "predictions": str(folder / "predictions.jsonl"),
        "documents": len(answered),
        "left_out": [entry.id for entry in order if entry.status == "left out"],
        "failed": [entry.id for entry in order if entry.status == "failed"],
        "not_asked": [document.id for document in benchmark.documents if document.id not in entries],
        "tokens": spent if any(spent) else [],
        "why": sorted({problem for entry in order if entry.status == "failed" for problem in entry.problems[:1]})[:3],
    }


def _answers(
    system: System, waiting: Sequence[Document], target: Target, jobs: int, goes_on: Callable[[], bool]
) -> Iterator[Entry | None]:
    """Ask about each document; give each answer as soon as it is there, None for one that was not asked about."""

    def ask(document: Document) -> Entry | None:
        return _one(system, document, target) if goes_on() else None

    if jobs == 1:  # a system that is not made for threads is called from the one that it was loaded in
        yield from map(ask, waiting)
        return
    pool = ThreadPoolExecutor(jobs)
    try:
        asked = [pool.submit(ask, document) for document in waiting]
        yield from (future.result() for future in as_completed(asked))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _one(system: System, document: Document, target: Target) -> Entry:
    """Ask the system about one document."""
    start = time.monotonic()
    try:
        given = system.predict(unlabelled(document))
    except (Exception, SystemExit) as cause:  # noqa: BLE001 - a system may do anything; it fails on this document alone
        kept = cause.reply if isinstance(cause, SystemFailure) else None
        return _entry(document, "failed", start, kept or Reply(None), [f"{type(cause).__name__}: {_said(cause)}"])
    reply = given if isinstance(given, Reply) else Reply(given)
    if reply.labels is None:
        return _entry(document, "left out", start, reply)
    try:
        line = _line(reply.labels, document)
    except ValueError as cause:
        # The labels may be anything: they are not kept in the log, which has to be read again.
        return _entry(document, "failed", start, reply._replace(labels=None), [str(cause)])
    problems: list[Problem] = [p for p in read_bytes(line, target).problems if p.severity == "error"]
    if problems:
        return _entry(document, "failed", start, reply, [str(problem) for problem in problems[:20]])
    return _entry(document, "answered", start, reply)


def _line(labels: Any, document: Document) -> bytes:
    """Write labels as a line of a submission; ValueError where they cannot be one."""
    if not isinstance(labels, dict):
        why = f"the answer is no dict and not None, but of the type {type(labels).__name__}"
        raise ValueError(why)  # noqa: TRY004 - one kind for all that is wrong with an answer
    if labels.get("id", document.id) != document.id:
        why = f"the answer is for {labels['id']!r:.200}"
        raise ValueError(why)
    try:
        return files.canonical_json({**labels, "id": document.id})
    except Exception as cause:
        why = f"the answer cannot be written as JSON: {type(cause).__name__}: {_said(cause)}"
        raise ValueError(why) from cause


def _entry(document: Document, status: Status, start: float, reply: Reply, problems: list[str] | None = None) -> Entry:
    seconds, tokens = _since(start), list(reply.tokens) if any(reply.tokens) else []
    raw = None if reply.raw is None else _plain(reply.raw)
    return Entry(document.id, status, seconds, reply.labels, [_plain(said) for said in problems or []], raw, tokens)


def _said(cause: BaseException) -> str:
    try:
        return str(cause)[:2000]
    except Exception:  # noqa: BLE001 - an exception of the system's own
        return "(its message cannot be read)"


def _plain(text: str) -> str:
    """Write lone surrogates, which are no characters, as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _since(start: float) -> float:
    return round(time.monotonic() - start, 3)


def _toml(system: System) -> bytes:
    """Write the system's card as TOML; strings and lists of strings are written alike in JSON and TOML."""
    fields = {name: value for name, value in msgspec.structs.asdict(system.card).items() if value not in (None, [])}
    return b"".join(b"%s = %s\n" % (name.encode(), files.canonical_json(value)) for name, value in fields.items())


def _log(path: Path) -> list[Entry]:
    """Entries of a log; a last line that was cut off when the process was killed is dropped from the file."""
    if not path.exists():
        return []
    data = files.read_bytes(path)
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        files.write(path, whole)
    return [files.decode(line, Entry, str(path), number) for number, line in enumerate(whole.splitlines(), 1)]


def _append(path: Path, entry: Entry) -> None:
    try:
        with path.open("ab") as out:
            out.write(files.canonical_json(entry) + b"\n")
            out.flush()
            os.fsync(out.fileno())
    except OSError as cause:
        hint = "Free some space and run again: what was done is kept."
        raise error("E108", f"cannot write the log: {cause.strerror}.", hint, file=str(path)) from cause
