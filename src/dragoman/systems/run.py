"""Run a system over a benchmark, document by document, into a run folder."""

from __future__ import annotations

import contextlib
import math
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from dragoman import files
from dragoman.locking import only_writer
from dragoman.problems import Problem, error
from dragoman.reading.read import read_bytes
from dragoman.redaction import redact
from dragoman.schema.records import Document
from dragoman.schema.system_card import SUBMITTED, SystemCard
from dragoman.systems import run_log
from dragoman.systems.protocol import Reply, System, SystemFailure, Unreachable, unlabelled
from dragoman.systems.run_log import Entry, Status, plain

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark
    from dragoman.reading.target import Target

Progress = Callable[[Sequence[Document], str], Iterable[Document]]
OnTokens = Callable[[Sequence[int]], None]

MAX_UNREACHABLE = 3
"""Documents in a row for which a system cannot be reached, after which no further one is asked about."""
MAX_DEPTH = 100
"""Lists and objects inside each other in an answer; what is deeper may not be read again."""
MAX_REPR = 2**20
"""Characters of labels that are no JSON and stand in the log as Python writes them."""


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

    def check(self) -> None:
        """Refuse what is no amount: nothing is above NaN, so that it would never be used up.

        Raises:
            DragomanError: E206.

        """
        if not all(math.isfinite(number) and number >= 0 for number in (self.most, *self.prices)):
            raise error("E206", "a budget or a price is no amount.", "Give numbers from 0 on.", path="budget")


def cost(tokens: Sequence[int], prices: Sequence[float]) -> float:
    """Price of some tokens read and written, at prices of a million of each."""
    return math.fsum(number * price / 1e6 for number, price in zip(tokens, prices, strict=True))


def _ignore(_tokens: Sequence[int]) -> None:
    pass


class _Watch:
    """Notices, from several threads, that a system cannot be reached any more.

    Attributes:
        stopped: why no further document is to be asked about, and what to do; empty as long as all is well.

    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_a_row = 0
        self.stopped = ""

    def answered(self) -> None:
        with self._lock:
            self._in_a_row = 0

    def failed(self, cause: BaseException) -> None:
        with self._lock:
            self._in_a_row = self._in_a_row + 1 if isinstance(cause, Unreachable) else 0
            if isinstance(cause, Unreachable) and self._in_a_row >= MAX_UNREACHABLE:
                self.stopped = f"{MAX_UNREACHABLE} documents in a row failed in this way. {cause.hint}"


def run(
    system: System,
    benchmark: Benchmark,
    folder: Path,
    progress: Progress,
    *,
    jobs: int = 1,
    budget: Budget | None = None,
    on_tokens: OnTokens = _ignore,
) -> dict[str, Any]:
    """Run a system on every document of every split.

    The folder then holds ``system.toml``, ``log.jsonl`` (a line a document, with the answer as it was given) and
    ``predictions.jsonl`` (the valid answers, in the order of the benchmark). A document that is in the log is not
    run again unless it failed, so an interrupted run is resumed by running it again. A document on which
    the system fails, or for which it gives labels that are not valid, fails alone; where the system cannot be reached
    for :data:`MAX_UNREACHABLE` documents in a row, the others are not asked about.

    Args:
        system: what to run.
        benchmark: whose documents.
        folder: the run's folder, made if need be.
        progress: wraps the documents to show how far it is.
        jobs: how many documents are under way at once; the order of the log may then differ, nothing else.
        budget: what may be spent; no further document is asked about when it is used up, earlier sessions included.
        on_tokens: called after each document with the tokens read and written so far, earlier sessions included.

    Returns:
        ``system``, path of the ``predictions``, number of ``documents`` answered, the ids of those ``left_out``,
        ``failed`` and ``not_asked``, ``tokens`` read and written where there were any, ``why``: up to three of the
        reasons (all are in the log), and ``card_lacks``: what the system's card has to say yet to be a submission.
        Where the run ended because the system cannot be reached, ``stopped`` says so, and what to do.

    Raises:
        DragomanError: E803 when the folder holds a run of another system, or another run writes to it; E206 for a
            budget that is none; E108 when it cannot be written.

    """
    if budget is not None:
        budget.check()
    with only_writer(folder, "E803"):
        return _run(system, benchmark, folder, progress, jobs, budget, on_tokens)


def _run(
    system: System,
    benchmark: Benchmark,
    folder: Path,
    progress: Progress,
    jobs: int,
    budget: Budget | None,
    on_tokens: OnTokens,
) -> dict[str, Any]:
    target, card = benchmark.target(), _redacted(system.card)
    described, log, predictions = (folder / name for name in ("system.toml", "log.jsonl", "predictions.jsonl"))
    for path in (described, log, predictions):
        files.check_regular(path)
    if described.exists() and files.read_bytes(described) != _toml(card):
        what = "the folder holds a run of another system, or of another version of it."
        raise error("E803", what, "Choose another folder.", file=str(folder))
    files.remove_parts(folder)
    files.write(described, _toml(card))
    logged = run_log.read(log)
    entries = {entry.id: entry for entry in logged}
    spent = run_log.spent(logged)
    # What failed is asked about last: documents that a server does not survive keep no other one from its turn.
    waiting = [d for d in benchmark.documents if d.id not in entries]
    waiting += [d for d in benchmark.documents if d.id in entries and entries[d.id].status == "failed"]
    watch = _Watch()

    def ask(document: Document) -> Entry | None:
        if watch.stopped or (budget is not None and budget.used_up(spent)):
            return None
        return _one(system, document, target, watch)

    with contextlib.closing(system):
        for _, entry in zip(progress(waiting, card.name), _answers(ask, waiting, jobs), strict=True):
            if entry is not None:
                entries[entry.id] = entry
                spent[:] = [total + more for total, more in zip(spent, entry.tokens or [0, 0], strict=True)]
                run_log.append(log, entry)
                on_tokens(spent)
    order = [entries[document.id] for document in benchmark.documents if document.id in entries]
    answered = [{"id": entry.id, **(entry.answer or {})} for entry in order if entry.status == "answered"]
    files.write(predictions, files.json_lines(answered))
    return {
        "system": card.name,
        "predictions": str(predictions),
        "documents": len(answered),
        "left_out": [entry.id for entry in order if entry.status == "left out"],
        "failed": [entry.id for entry in order if entry.status == "failed"],
        "not_asked": [document.id for document in benchmark.documents if document.id not in entries],
        "tokens": spent if any(spent) else [],
        "why": sorted({problem for entry in order if entry.status == "failed" for problem in entry.problems[:1]})[:3],
        "card_lacks": [name for name in SUBMITTED if not getattr(card, name)],
        **({"stopped": watch.stopped} if watch.stopped else {}),
    }


def _answers(ask: Callable[[Document], Entry | None], waiting: Sequence[Document], jobs: int) -> Iterator[Entry | None]:
    """Ask about each document; give each answer as soon as it is there, None for one that was not asked about."""
    if jobs == 1:  # a system that is not made for threads is called from the one that it was loaded in
        yield from map(ask, waiting)
        return
    pool = ThreadPoolExecutor(jobs)
    try:
        asked = [pool.submit(ask, document) for document in waiting]
        yield from (future.result() for future in as_completed(asked))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _one(system: System, document: Document, target: Target, watch: _Watch) -> Entry:
    """Ask the system about one document."""
    start = time.monotonic()
    try:
        given = system.predict(unlabelled(document))
    except (Exception, SystemExit) as cause:  # noqa: BLE001 - a system may do anything; it fails on this document alone
        watch.failed(cause)
        reply = cause.reply if isinstance(cause, SystemFailure) else None
        why = f"{type(cause).__name__}: {_message(cause)}"
        return _entry(document, "failed", start, (reply or Reply(None))._replace(labels=None), [why])
    watch.answered()
    reply = given if isinstance(given, Reply) else Reply(given)
    if reply.labels is None:
        return _entry(document, "left out", start, reply)
    try:
        line = _line(reply.labels, document)
        problems: list[Problem] = [p for p in read_bytes(line, target).problems if p.severity == "error"]
    except Exception as cause:  # noqa: BLE001 - the labels may be anything
        # They do not stand in the log, which has to be read again.
        why = str(cause) if isinstance(cause, _UnusableError) else f"{type(cause).__name__}: {_message(cause)}"
        raw = _words(reply.labels) if reply.raw is None else reply.raw
        return _entry(document, "failed", start, Reply(None, raw, reply.tokens), [why])
    if problems:
        return _entry(document, "failed", start, reply, [str(problem) for problem in problems[:20]])
    return _entry(document, "answered", start, reply)


class _UnusableError(Exception):
    """The labels cannot be a line of a submission."""


def _line(labels: Any, document: Document) -> bytes:
    """Write labels as a line of a submission."""
    if not isinstance(labels, dict):
        raise _UnusableError(f"the answer is no dict and not None, but of the type {type(labels).__name__}")
    if labels.get("id", document.id) != document.id:
        raise _UnusableError(f"the answer is for {redact(repr(labels['id']))[:200]}")
    try:
        line = files.canonical_json({**labels, "id": document.id})
    except Exception as cause:
        why = f"the answer cannot be written as JSON: {type(cause).__name__}: {_message(cause)}"
        raise _UnusableError(why) from cause
    if _depth(line) > MAX_DEPTH:
        raise _UnusableError(f"the answer is nested more than {MAX_DEPTH} deep")
    text = line.decode()
    if redact(text) != text:
        raise _UnusableError("the answer repeats a secret, such as the key of its endpoint")
    return line


def _depth(line: bytes) -> int:
    """Count the lists and objects inside each other in JSON."""
    brackets = re.sub(rb'"(?:[^"\\]|\\.)*"|[^\[\]{}]', b"", line)
    return max(accumulate(1 if bracket in b"[{" else -1 for bracket in brackets), default=0)


def _entry(document: Document, status: Status, start: float, reply: Reply, problems: Sequence[str] = ()) -> Entry:
    raw, tokens = None if reply.raw is None else plain(str(reply.raw)), run_log.tokens(reply.tokens)
    seconds = round(time.monotonic() - start, 3)
    return Entry(
        document.id, status, seconds, reply.labels, [*map(plain, problems)], raw, tokens if any(tokens) else []
    )


def _message(cause: BaseException) -> str:
    try:
        return plain(str(cause))[:2000]
    except Exception:  # noqa: BLE001 - an exception of the system's own
        return "(its message cannot be read)"


def _words(labels: Any) -> str | None:
    """Write labels that are no JSON as Python does."""
    try:
        return plain(repr(labels))[:MAX_REPR]
    except Exception:  # noqa: BLE001 - the labels may be anything
        return None


def _redacted(card: SystemCard) -> SystemCard:
    """Take secrets out of a card: its name may hold the arguments of a program."""
    fields = msgspec.structs.asdict(card)
    words = {name: redact(value) for name, value in fields.items() if isinstance(value, str)}
    lists = {name: [redact(each) for each in value] for name, value in fields.items() if isinstance(value, list)}
    return msgspec.structs.replace(card, **words, **lists)


def _toml(card: SystemCard) -> bytes:
    """Write a system's card as TOML; strings and lists of strings are written alike in JSON and TOML."""
    fields = {name: value for name, value in msgspec.structs.asdict(card).items() if value not in (None, [])}
    return b"".join(b"%s = %s\n" % (name.encode(), files.canonical_json(value)) for name, value in fields.items())
