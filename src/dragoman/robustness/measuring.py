"""The function of ``dragoman robustness``: runs a system on edited documents, or reads its runs, and compares."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from dragoman import benchmark as benchmarks
from dragoman import files, json_text, languages
from dragoman.problems import error
from dragoman.robustness import comparing
from dragoman.robustness.edit import parse
from dragoman.robustness.edit_costs import Cost, Difference, corrected, difference
from dragoman.robustness.edits import catalogue
from dragoman.robustness.perturbing import MARK, Perturbed, perturb, read
from dragoman.robustness.robustness_page import page
from dragoman.robustness.robustness_result import Robustness
from dragoman.robustness.robustness_result import read as read_result
from dragoman.schema.records import Document
from dragoman.scoring.gold import check_open, default_split
from dragoman.systems import run_files, run_log
from dragoman.systems.loading import load
from dragoman.systems.protocol import Chat, Options, System
from dragoman.systems.run_folder import run as run_system

RESULT, PAGE = "robustness.json", "robustness.html"
PLACEBO, TESTS = "swap-names", ("rename", "shift-dates")
"""Edits that distinguish memorisation from reading, and the placebo: as many changes, but with known names."""
Progress = Callable[[Sequence[Any], str], Iterable[Any]]


def robustness(
    system: Any,
    out: Path | str,
    *,
    edits: Sequence[str] | None = None,
    runs: Mapping[Path | str, Path | str] | None = None,
    data: benchmarks.Benchmark | Path | str | None = None,
    split: str | None = None,
    only: Sequence[str] = (),
    against: Sequence[Path | str] = (),
    seed: int = 1,
    chat: Chat | None = None,
    timeout: float = 600.0,
    progress: Progress | None = None,
) -> Robustness:
    """Measure the cost of text edits for a system, by layer and type.

    Each edit is applied, the system is run on the changed documents before and after the edit, and the same documents
    are compared. Intermediate results are stored in ``out`` and reused.

    >>> measured = robustness("mine.py:predict", "robust/mine", edits=["rename", "no-break-spaces"])
    >>> robustness("runs/mine", "robust/mine", runs={"edited/rename": "runs/mine-renamed"})

    Args:
        system: as for :func:`dragoman.run`; with ``runs``, the folder of a run on the original.
        out: folder for the edited benchmarks, the runs and the result.
        edits: names of edits with options; if None, all edits for the languages of the benchmark.
        runs: existing runs by folder of an edited benchmark (see :func:`dragoman.perturb`): no system is run then.
        data: the benchmark; the bundled one if None.
        split: split of the documents; ``test`` if None.
        only: ids of documents; all of the split if empty.
        against: result files or ``out`` folders of other systems that cannot have seen the pages.
        seed: seed of the edits.
        chat: options of a chat model; few-shot examples come from ``data``.
        timeout: timeout of an answer in seconds, for a system given by name.
        progress: wraps the documents to report progress.

    Returns:
        The result, which is also written to ``robustness.json`` and ``robustness.html`` in ``out``.

    Raises:
        DragomanError: as :func:`dragoman.perturb` and :func:`dragoman.run`; E753 for runs on another benchmark, or a
            document that is not in the split; E760 if the gold of the split is withheld.

    """
    folder = Path(out)
    held = data if isinstance(data, benchmarks.Benchmark) else benchmarks.load(data)
    chosen = split or default_split(held)
    known = [document.id for document in held.split(chosen)]
    check_open(held, chosen)
    for name in only:
        if name not in known:
            raise error("E753", f"there is no document {name[:80]!r} in {chosen}.", "Give ids of the split.")
    wanted = set(only or known)
    measured = Robustness(
        system="",
        data={"name": held.name, "version": held.version, "fingerprint": held.fingerprint, "split": chosen},
        edits=[],
        costs=[],
        types={},
        values={},
        names={},
        failures=[],
    )
    if runs is not None:
        for where, run in runs.items():
            _add(measured, read(where), Path(system), Path(run), held, chosen, wanted)
        measured.system = measured.system or Path(system).name
    else:
        labels = _labels(edits, held, seed)
        with _loaded(system, Options(timeout, chat=chat or Chat(), benchmark=held)) as once:
            for label in labels:
                _run(measured, once, label, folder, held, chosen, wanted, seed, progress)
            measured.system = measured.system or _name(once)
    corrected(measured.costs)
    measured.memory = _memory(measured, [_result(Path(each)) for each in against])
    files.write(folder / RESULT, json_text.pretty(measured))
    files.write(folder / PAGE, page(measured).encode())
    return measured


@contextmanager
def _loaded(system: Any, options: Options) -> Iterator[Any]:
    """Load a system given by name once for all runs, instead of once per run."""
    if not isinstance(system, str):
        yield system
        return
    loaded = load(system, options)
    try:
        yield loaded._replace(close=lambda: None)
    finally:
        loaded.close()


def _name(system: Any) -> str:
    """Name a system without any measured edit."""
    named = system.card.name if isinstance(system, System) else getattr(system, "__name__", type(system).__name__)
    return str(named)


def _labels(edits: Sequence[str] | None, held: benchmarks.Benchmark, seed: int) -> list[str]:
    if edits is not None:
        return [parse(each, catalogue(), seed=seed).label for each in edits]
    tags = {languages.get(document.language).tag for document in held.documents}
    fit = [edit for edit in catalogue().values() if not edit.languages or tags & {*edit.languages}]
    for edit in fit:
        if not edit.ready:
            warnings.warn(f"{edit.name} is left out: {edit.needs} is not installed.", stacklevel=3)
    return [edit.name for edit in fit if edit.ready]


def _run(
    measured: Robustness,
    system: Any,
    label: str,
    folder: Path,
    held: benchmarks.Benchmark,
    split: str,
    wanted: set[str],
    seed: int,
    progress: Progress | None,
) -> None:
    """Apply an edit, run the system on changed documents before and after, and compare; existing results are reused."""
    name = re.sub(r"[^\w-]+", "-", label)
    perturbed = _perturbed(label, folder / "edited" / name, held, seed)
    changed = [each.id for each in held.split(split) if each.id in wanted & {*perturbed.manifest.documents}]
    if changed:
        edited = _of(benchmarks.load(perturbed.gold), split, changed)
        before, after = folder / "runs" / "original", folder / "runs" / name
        for benchmark, run in ((_of(held, split, changed), before), (edited, after)):
            run_system(system, run, data=benchmark, progress=progress)
        _add(measured, perturbed, before, after, held, split, wanted)
    else:
        _describe(measured, perturbed)


def _perturbed(label: str, folder: Path, held: benchmarks.Benchmark, seed: int) -> Perturbed:
    if (folder / MARK).is_file():
        there = read(folder)
        same = there.manifest.original.get("fingerprint") == held.fingerprint
        if same and [(each["label"], each["seed"]) for each in there.manifest.edits] == [(label, seed)]:
            return there
    return perturb(label, folder, data=held, seed=seed)


def _of(held: benchmarks.Benchmark, split: str, documents: Sequence[str]) -> benchmarks.Benchmark:
    """Restrict a benchmark to documents of a split, so that a system runs only on these."""
    rows = [document for document in held.split(split) if document.id in set(documents)]
    kept: dict[str, list[Document]] = {name: rows if name == split else [] for name in held.splits}
    return benchmarks.Benchmark(replace(held.release, rows={**held.release.rows, "documents": kept}))


def _describe(measured: Robustness, perturbed: Perturbed) -> str:
    described = perturbed.manifest.edits
    label = ", ".join(each["label"] for each in described)
    measured.edits += described
    measured.values[label] = {}
    return label


def _add(
    measured: Robustness,
    perturbed: Perturbed,
    before: Path,
    after: Path,
    held: benchmarks.Benchmark,
    split: str,
    wanted: set[str],
) -> None:
    """Compare a run on the original with one on the edited benchmark, and add the costs to the result."""
    manifest = perturbed.manifest
    if manifest.original.get("fingerprint") != held.fingerprint:
        hint = "Give the benchmark that was edited, with --data."
        raise error("E753", "this was edited from another benchmark.", hint, file=str(perturbed.folder))
    label = _describe(measured, perturbed)
    edited = benchmarks.load(perturbed.gold)
    changed = [each.id for each in held.split(split) if each.id in wanted & {*manifest.documents}]
    if not changed:
        return
    pairs = ((before, held), (after, edited))
    sides = [comparing.Side.of(run, of, split, changed) for run, of in pairs]
    measured.system = sides[0].result.system.name
    spoken = comparing.answered(*sides)
    if not spoken:
        return
    if spoken != changed:
        sides = [comparing.Side.of(run, of, split, spoken) for run, of in pairs]
    expect = "direction" if any(each["expect"] == "direction" for each in manifest.edits) else "invariance"
    measured.costs += comparing.costs(label, expect, *sides)
    measured.types[label] = comparing.by_type(*sides)
    measured.values[label] = comparing.kept_values(*sides)
    measured.names[label] = comparing.by_dev(sides[0], sides[1], held)
    measured.failures += comparing.failures(label, *sides)
    unanswered = _unanswered(before, changed), _unanswered(after, changed)
    if any(unanswered):
        measured.unanswered[label] = unanswered


def _unanswered(run: Path, documents: Sequence[str]) -> int:
    """Count the documents on which a system failed, where its run has a log."""
    log = run / run_files.LOG
    status = {entry.id: entry.status for entry in run_log.read(log)} if log.is_file() else {}
    return sum(status.get(name) == "failed" for name in documents)


def _result(folder: Path) -> Robustness:
    return read_result(folder / RESULT if folder.is_dir() else folder)


def write_page(result: Path | str, out: Path | str) -> Robustness:
    """Write the page of an existing result, full or short, as ``robustness.html`` in a folder."""
    measured = read_result(Path(result))
    files.write(Path(out) / PAGE, page(measured).encode())
    return measured


def _memory(measured: Robustness, others: Sequence[Robustness]) -> list[Difference]:
    """Compare the costs of edits that test memorisation with systems that cannot have seen the pages and the placebo.

    Raises:
        DragomanError: E753 if another system was measured on other data.

    """
    made = []
    for cost in measured.costs:
        if cost.edit.partition(":")[0] not in TESTS:
            continue
        for other in others:
            if other.data != measured.data:
                raise error("E753", f"{other.system[:80]!r} was measured on other data.", "Measure both on the same.")
            made += [difference(cost, each, other.system) for each in other.costs if _same(cost, each)]
        placebo = [each for each in measured.costs if each.edit == PLACEBO and each.measure == cost.measure]
        made += [difference(cost, each, PLACEBO) for each in placebo if cost.edit.partition(":")[0] == "rename"]
    return made


def _same(cost: Cost, other: Cost) -> bool:
    return (cost.edit, cost.measure) == (other.edit, other.measure)
