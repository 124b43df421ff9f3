"""Run a system over a benchmark, document by document, into a run folder."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dragoman import files
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
    """How a run is made. None of it changes an answer.

    Attributes:
        jobs: how many documents are under way at once; the order of the log may then differ, nothing else.
        budget: what may be spent; no further document is asked about when it is used up, earlier sessions included.
        on_tokens: called after each document with the tokens read and written so far, earlier sessions included.
        selection: which documents are asked about.
        strict: whether one label that is not valid, or one piece that failed, fails its document.
        fresh: whether answers that are there are set aside and asked for again.

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

    The folder then holds ``system.toml``, ``run.json`` (what the run was made with), ``log.jsonl`` (a line a
    document, with the answer as it was given) and ``predictions.jsonl`` (the valid answers, in the order of the
    benchmark). An answer is kept as long as what the system got of the document, and its code, are what they were;
    what failed is asked about again. So an interrupted run is resumed by running it again, and a system that was
    changed is asked
    anew: where none of the answers is kept, the whole run is set aside as ``previous-N``. A document on which the
        system fails, or of
    whose labels none is valid, fails alone; where the system cannot be reached for
    :data:`~dragoman.systems.asking.MAX_UNREACHABLE` documents in a row, the others are not asked about.

    Args:
        system: what to run.
        benchmark: whose documents.
        folder: the run's folder, made if need be.
        progress: wraps the documents to show how far it is.
        how: how it is run; in the place of the three that follow.
        jobs: as in :class:`How`.
        budget: as in :class:`How`.
        on_tokens: as in :class:`How`.

    Returns:
        ``system``; how many documents were ``kept`` and ``asked``; path of the ``predictions``, number of ``documents``
        answered, the ids of those ``left_out``, ``failed`` and ``not_asked``, and of those that were ``seen``;
        ``tokens`` read and written where there were any; ``labels_left_out`` (not valid), ``failed_pieces`` of
        documents that are answered but for these, ``labels_not_mapped`` (of a
        model, to types of the benchmark: how many by label) and ``repairs`` of answers by name; ``why``: up to three of
        the reasons for failures (all are in the log); ``card_lacks``: what the system's card has to say yet;
        ``not_seen``: what of the code cannot be seen; ``reread``: number of answers that were read again and not asked
        for, because what reads them was another; ``set_aside``: where an older run went; ``notes``. Where the run
        ended because the system cannot be reached, ``stopped`` says so, and what to do.

    Raises:
        DragomanError: E803 when the folder holds a run of another system, or another run writes to it; E206 for a
            budget or a selection that is none, E702 for a split that is not there; E108 when it cannot be written.

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
    """A run under way.

    Attributes:
        code: the system's code.
        hashes: of what it would get now, by document; ``raw_hashes`` of the same without what reads an answer.
        entries: answers that are true now, by document; of those that failed, too.
        spent: tokens read and written.
        set_aside: name of the folder that an older run was moved to, or nothing.
        logged: documents that there are answers about, stale ones too.
        unread: answers that are true but for what read them, by document.

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
        """Look at what lies in the folder."""
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
                entries[entry.id] = _standing(entries.get(entry.id), entry, how)
            elif entry.parts and raw_hashes.get(entry.id) == entry.raw_hash:
                unread[entry.id] = _standing(unread.get(entry.id), entry, how)
        if logged and not entries and not unread:
            aside = run_files.set_aside(folder, run_files.own_files(folder))
            logged = []
        unread = {name: entry for name, entry in unread.items() if name not in entries}
        spent, known = run_log.spent(logged), {entry.id for entry in logged}
        return cls(system, benchmark, folder, how, code, hashes, entries, spent, aside, known, raw_hashes, unread)

    def run(self, chosen: Sequence[Document], progress: Progress) -> dict[str, Any]:
        """Ask about the documents that have no answer, and write what there is then."""
        again = self._reread()
        # What failed is asked about last: documents that a server does not survive keep no other one from its turn.
        waiting = [d for d in chosen if d.id not in self.entries]
        waiting += [d for d in chosen if d.id in self.entries and self._failed(self.entries[d.id])]
        kept = len(chosen) - len(waiting)
        files.write(self.folder / run_files.CARD, run_files.toml(self.system.card))
        files.write(self.folder / MANIFEST, run_files.manifest(self.system, self.code, self.benchmark))
        asked = self._ask(waiting, progress)
        order = [self.entries[d.id] for d in self.benchmark.documents if d.id in self.entries]
        answered = [entry for entry in order if entry.status == "answered"]
        predictions = self.folder / run_files.PREDICTIONS
        files.write(predictions, files.json_lines({"id": entry.id, **(entry.answer or {})} for entry in answered))
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
        self.entries[entry.id] = _standing(self.entries.get(entry.id), entry, self.how)
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


def _standing(old: Entry | None, new: Entry, how: How) -> Entry:
    """Say which entry stands: an answer without some pieces is not lost where asking again gives none."""
    lost = old is not None and old.status == "answered" and new.status == "failed" and not how.strict
    return old if lost and old is not None else new


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    made: Counter[str] = Counter()
    for each in counts:
        made.update(each)
    return dict(sorted(made.items()))


def _answers(one: Callable[[Document], Entry | None], waiting: Sequence[Document], jobs: int) -> Iterator[Entry | None]:
    """Ask about each document; give each answer as soon as it is there, None for one that was not asked about."""
    if jobs == 1:  # a system that is not made for threads is called from the one that it was loaded in
        yield from map(one, waiting)
        return
    pool = ThreadPoolExecutor(jobs)
    try:
        asked = [pool.submit(one, document) for document in waiting]
        yield from (future.result() for future in as_completed(asked))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
