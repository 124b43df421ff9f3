"""Run a system over a benchmark, document by document, into a run folder."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dragoman import files, json_text
from dragoman.locking import only_writer
from dragoman.problems import error
from dragoman.schema.records import Document
from dragoman.schema.run_file import MANIFEST
from dragoman.systems import run_files, run_log
from dragoman.systems.asking import Watch, ask, reread
from dragoman.systems.budget import Budget
from dragoman.systems.protocol import System, unlabelled
from dragoman.systems.provenance import of_answer, of_function, of_raw_answer
from dragoman.systems.run_log import Entry
from dragoman.systems.selection import Selection
from dragoman.text import counted

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark
    from dragoman.systems.provenance import Code

Progress = Callable[[Sequence[Document], str], Iterable[Document]]
OnTokens = Callable[[Sequence[int]], None]


def _ignore(_tokens: Sequence[int]) -> None:
    pass


class How(NamedTuple):
    """Options of a run that do not change an answer.

    Attributes:
        jobs: number of documents processed in parallel; this changes nothing but the order of the log.
        budget: the budget, or None; the run stops when it is used up, including what earlier sessions spent.
        on_tokens: called after each document with the prompt and completion tokens so far, including earlier sessions.
        selection: which documents to run on.
        strict: whether one invalid label, or one failed piece, fails its document.
        fresh: whether to set existing answers aside and run on all documents again.

    """

    jobs: int = 1
    budget: Budget | None = None
    on_tokens: OnTokens = _ignore
    selection: Selection = Selection()
    strict: bool = False
    fresh: bool = False


def run(
    system: System,
    benchmark: Benchmark,
    folder: Path,
    progress: Progress,
    *,
    how: How | None = None,
    jobs: int = 1,
    budget: Budget | None = None,
    on_tokens: OnTokens = _ignore,
) -> dict[str, Any]:
    """Run a system on the documents of a benchmark.

    The folder then holds ``system.toml``, ``run.json`` (what the run was made with), ``log.jsonl`` (a line per
    document, with the raw answer) and ``predictions.jsonl`` (the valid answers, in the order of the benchmark). An
    answer is reused as long as the system's code and its input for the document are unchanged; failures are retried.
    So calling this again resumes an interrupted run, and runs a changed system again: if no answer can be reused, the
    old run is set aside as ``previous-N``. A document on which the system fails, or of whose labels none is valid,
    fails alone; if the system is unreachable for :data:`~dragoman.systems.asking.MAX_UNREACHABLE` documents in a row,
    the run stops.

    Args:
        system: the system to run.
        benchmark: the benchmark, for its documents and label sets.
        folder: folder of the run; it is created if necessary.
        progress: called with the documents and the system's name; returns an iterable of the documents that shows
            progress.
        how: options of the run; replaces the three that follow.
        jobs: as in :class:`How`.
        budget: as in :class:`How`.
        on_tokens: as in :class:`How`.

    Returns:
        A summary. ``system``: its name. ``kept`` and ``asked``: how many documents had an answer already, and how many
        were run. ``predictions``: path of the predictions. ``documents``: how many were answered. ``left_out``,
        ``failed``, ``not_asked`` and ``seen``: ids of the documents that the system skipped, that failed, that were not
        run, and that are few-shot examples. ``tokens``: prompt and completion tokens; empty if not counted.
        ``labels_left_out``: how many labels were invalid. ``failed_pieces``: how many pieces of answered documents
        failed. ``labels_not_mapped``: number of spans by model label without a type of the benchmark. ``repairs``:
        number of repairs of answers by name. ``why``: up to three reasons for failures (all are in the log).
        ``card_lacks``: fields that the system card lacks. ``not_seen``: parts of the code that are not hashed.
        ``reread``: number of answers that were parsed again instead of requested, because the parser changed.
        ``notes``: remarks. ``set_aside``: folder of the old run, if one was set aside. ``stopped``: if the system was
        unreachable, a message that says so, and what to do.

    Raises:
        DragomanError: E803 if the folder holds a run of another system, or another process writes to it; E206 for an
            invalid budget or selection, E702 for an unknown split, E108 if the folder cannot be written.

    """
    how = how or How(jobs, budget, on_tokens)
    if how.budget is not None:
        how.budget.check()
    chosen = how.selection.documents(benchmark, system.seen)
    with only_writer(folder, "E803"):
        session = _Session.opened(system, benchmark, folder, how)
        return session.run(chosen, progress)


@dataclass
class _Session:
    """A run in progress.

    Attributes:
        code: code of the system.
        hashes: hashes of its present code and input, by document; ``raw_hashes``: the same without the answer parser.
        entries: log entries that are up to date, by document, including failures.
        spent: prompt and completion tokens so far.
        set_aside: name of the folder that an older run was moved to, or empty.
        logged: ids of the documents in the log, including those with stale answers.
        unread: log entries whose raw answer is up to date but was parsed by another version, by document.

    """

    system: System
    benchmark: Benchmark
    folder: Path
    how: How
    code: Code
    hashes: dict[str, str]
    entries: dict[str, Entry]
    spent: list[int]
    set_aside: str
    logged: set[str]
    raw_hashes: dict[str, str]
    unread: dict[str, Entry]
    watch: Watch = field(default_factory=Watch)

    @classmethod
    def opened(cls, system: System, benchmark: Benchmark, folder: Path, how: How) -> _Session:
        """Open a run folder: check its files, and read the answers that are up to date."""
        system = system._replace(card=run_files.redacted(system.card))
        described, log = folder / run_files.CARD, folder / run_files.LOG
        for name in (run_files.CARD, run_files.LOG, run_files.PREDICTIONS, MANIFEST):
            files.check_regular(folder / name)
        other = run_files.read_card_name(described)
        if other is not None and other != system.card.name:
            what = f"the folder holds a run of another system: {other[:120]!r}."
            raise error("E803", what, "Choose another folder.", file=str(folder))
        files.remove_parts(folder)
        code = system.code or of_function(system.predict)
        given = {d.id: system.given(unlabelled(d)) for d in benchmark.documents if d.id not in system.seen}
        hashes = {name: of_answer(code, each) for name, each in given.items()}
        raw_hashes = {name: of_raw_answer(code, each) for name, each in given.items()}
        logged = run_log.read(log)
        aside = ""
        entries: dict[str, Entry] = {}
        unread: dict[str, Entry] = {}
        for entry in () if how.fresh else logged:
            if hashes.get(entry.id) == entry.hash:
                entries[entry.id] = _current(entries.get(entry.id), entry, how)
            elif entry.parts and raw_hashes.get(entry.id) == entry.raw_hash:
                unread[entry.id] = _current(unread.get(entry.id), entry, how)
        if logged and not entries and not unread:
            aside = run_files.set_aside(folder, run_files.own_files(folder))
            logged = []
        unread = {name: entry for name, entry in unread.items() if name not in entries}
        spent, known = run_log.spent(logged), {entry.id for entry in logged}
        return cls(system, benchmark, folder, how, code, hashes, entries, spent, aside, known, raw_hashes, unread)

    def run(self, chosen: Sequence[Document], progress: Progress) -> dict[str, Any]:
        """Run on the documents that have no answer, then write predictions, system card and summary."""
        again = self._reread()
        # Failures are retried last, so that documents that crash a server do not block the others.
        waiting = [d for d in chosen if d.id not in self.entries]
        waiting += [d for d in chosen if d.id in self.entries and self._failed(self.entries[d.id])]
        kept = len(chosen) - len(waiting)
        files.write(self.folder / run_files.CARD, run_files.toml(self.system.card))
        files.write(self.folder / MANIFEST, run_files.manifest(self.system, self.code, self.benchmark))
        asked = self._ask(waiting, progress)
        order = [self.entries[d.id] for d in self.benchmark.documents if d.id in self.entries]
        answered = [entry for entry in order if entry.status == "answered"]
        predictions = self.folder / run_files.PREDICTIONS
        files.write(predictions, json_text.lines({"id": entry.id, **(entry.answer or {})} for entry in answered))
        card, lacking = run_files.completed(self.system.card, answered, self.benchmark)
        files.write(self.folder / run_files.CARD, run_files.toml(card))
        repairs = [repair for entry in order for repair in entry.repairs]
        return {
            "system": self.system.card.name,
            "kept": kept,
            "asked": asked,
            "predictions": str(predictions),
            "documents": len(answered),
            "left_out": [entry.id for entry in order if entry.status == "left out"],
            "failed": [entry.id for entry in order if entry.status == "failed"],
            "not_asked": [document.id for document in chosen if document.id not in self.entries],
            "seen": list(self.system.seen),
            "tokens": self.spent if any(self.spent) else [],
            "labels_left_out": sum(entry.left_out for entry in order),
            "failed_pieces": sum(entry.failed_pieces for entry in answered),
            "labels_not_mapped": _added(entry.unmapped for entry in order),
            "repairs": {name: repairs.count(name) for name in sorted(set(repairs))},
            "why": sorted(
                {
                    problem
                    for entry in order
                    if entry.status == "failed" or entry.failed_pieces
                    for problem in entry.problems[:1]
                }
            )[:3],
            "card_lacks": lacking,
            "not_seen": list(self.code.unseen),
            "notes": list(self._notes(order)),
            **({"reread": again} if again else {}),
            **({"set_aside": self.set_aside} if self.set_aside else {}),
            **({"stopped": self.watch.stopped} if self.watch.stopped else {}),
        }

    def _failed(self, entry: Entry) -> bool:
        return entry.status == "failed" or entry.failed_pieces > 0 or (self.how.strict and entry.left_out > 0)

    def _reread(self) -> int:
        """Read answers again that were read by another revision of the reader; give their number."""
        target, read = self.benchmark.target(), 0
        for document in self.benchmark.documents:
            old = self.unread.get(document.id)
            entry = reread(self.system, document, target, old, strict=self.how.strict) if old else None
            if entry is not None:
                self._keep(entry)
                read += 1
        return read

    def _keep(self, entry: Entry) -> None:
        entry.hash, entry.raw_hash = self.hashes[entry.id], self.raw_hashes[entry.id]
        self.entries[entry.id] = _current(self.entries.get(entry.id), entry, self.how)
        run_log.append(self.folder / run_files.LOG, entry)

    def _ask(self, waiting: Sequence[Document], progress: Progress) -> int:
        target, asked = self.benchmark.target(), 0
        budget = self.how.budget

        def one(document: Document) -> Entry | None:
            if self.watch.stopped or (budget is not None and budget.used_up(self.spent)):
                return None
            return ask(self.system, document, target, self.watch, strict=self.how.strict)

        with contextlib.closing(self.system):
            for _, entry in zip(
                progress(waiting, self.system.card.name), _answers(one, waiting, self.how.jobs), strict=True
            ):
                if entry is not None:
                    asked += 1
                    self.spent = [total + more for total, more in zip(self.spent, entry.tokens or [0, 0], strict=True)]
                    self._keep(entry)
                    self.how.on_tokens(self.spent)
        return asked

    def _notes(self, order: Sequence[Entry]) -> Iterator[str]:
        if self.code.edited:
            some = ", ".join(self.code.edited)
            yield f"edited after it was loaded, and run as it was then: {some}; start Python anew to run it as it is"
        estimated = sum(entry.estimated for entry in order)
        if estimated:
            some = counted(estimated, "document")
            yield f"the endpoint counts no tokens: those of {some} are estimated, and what they cost"
        if self.how.budget is not None and order and not any(self.spent):
            yield "the system counts no tokens: the budget has no effect"
        stale = len(self.logged - self.entries.keys())
        if stale:
            some = counted(stale, "document")
            yield f"the answers about {some} are stale, and not in the predictions: run all to ask again"


def _current(old: Entry | None, new: Entry, how: How) -> Entry:
    """Return the entry to keep: an answer that lacks some pieces is not lost if a retry fails."""
    lost = old is not None and old.status == "answered" and new.status == "failed" and not how.strict
    return old if lost and old is not None else new


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    made: Counter[str] = Counter()
    for each in counts:
        made.update(each)
    return dict(sorted(made.items()))


def _answers(one: Callable[[Document], Entry | None], waiting: Sequence[Document], jobs: int) -> Iterator[Entry | None]:
    """Query the system about each document; yield each entry as soon as it is complete, None for a document skipped."""
    if jobs == 1:  # a system that is not thread-safe is called from the thread that it was loaded in
        yield from map(one, waiting)
        return
    pool = ThreadPoolExecutor(jobs)
    try:
        asked = [pool.submit(one, document) for document in waiting]
        yield from (future.result() for future in as_completed(asked))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
