"""Examination of a submitted run: all problems, and scores computed from its predictions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import regex

from dragoman import files, parquet_pages, scoring
from dragoman.leaderboard import isolation
from dragoman.leaderboard.entries import MAX_BYTES, Entry, entry_at, is_link, readable_files
from dragoman.leaderboard.reproduction import check_data, differences, other_data, read_result
from dragoman.problems import DragomanError, Problem, error
from dragoman.reading.read import Reading, read_bytes
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.run_file import repeats
from dragoman.scoring.comparability import is_old
from dragoman.scoring.content_hash import content
from dragoman.scoring.repeats import mean
from dragoman.statistics.resampling import Resampling
from dragoman.systems.loading import read_card

if TYPE_CHECKING:
    from dragoman.schema import result_file as results
    from dragoman.schema.leaderboard_json import State
    from dragoman.schema.system_card import SystemCard
    from dragoman.scoring import Gold
    from dragoman.scoring.result import Result

Progress = Callable[[Sequence[Path], str], Iterable[Path]]
"""Iterates over paths and reports progress; the second argument is a label for it."""
REQUIRED = ("system.toml", "predictions.jsonl", "result.json")
CARD_FIELDS = ("version", "authors", "licence", "parameters", "training_data", "layers", "languages")
"""Fields of the system card that a submission has to fill in, besides the name."""
_NAME = regex.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def examine_all(paths: Sequence[Path], gold: Gold, progress: Progress, *, withheld: bool = False) -> list[Entry]:
    """Examine runs, each in a separate process, so that a crash affects only its own entry.

    Args:
        paths: their folders, ``…/system/data version``.
        gold: what they are scored against.
        progress: wraps the folders to report progress.
        withheld: whether the gold is withheld: runs then have no result file.

    Returns:
        Their entries, in the same order; one whose process raised, died or exceeded the limits of
        :mod:`dragoman.leaderboard.isolation` has problem E830.

    """
    outcomes = isolation.each(partial(examine, gold=picklable(gold), withheld=withheld), paths)
    return [
        _failed(path, outcome.reason) if isinstance(outcome, isolation.Failure) else outcome
        for path, outcome in zip(progress(paths, "scoring"), outcomes, strict=True)
    ]


def picklable(gold: Gold) -> Gold:
    """Make gold that can be pickled: the read-only view of its label sets cannot."""
    return replace(gold, target=replace(gold.target, label_sets=dict(gold.target.label_sets)))


def _failed(path: Path, reason: str) -> Entry:
    entry = entry_at(path)
    entry.problems.append(not_examined(path, reason))
    entry.state = _state(entry)
    return entry


def not_examined(path: Path, reason: str) -> Problem:
    """Make the problem E830 of a run whose examination failed."""
    hint = "Look for a damaged or oversized file; if there is none, please report this."
    return Problem(code="E830", what=f"the run cannot be examined: {reason}.", hint=hint, file=str(path))


def examine(path: Path, gold: Gold, *, withheld: bool = False) -> Entry:
    """Examine one run in this process: names, files, card, predictions, and whether its result can be reproduced.

    Args:
        path: its folder, ``…/system/data version``.
        gold: what it is scored against; where labels are withheld, documents without labels, and nothing is scored.
        withheld: whether the gold is withheld: a result file in the run's folder is then ignored.

    Returns:
        The entry with all its problems. Nothing is raised for a bad run.

    """
    entry = entry_at(path)
    system, version = entry.folder.split("/")
    entry.problems += _check_names(system, version, str(path))
    readable, problems = readable_files(path)
    entry.problems += problems
    if is_link(path):
        entry.state = _state(entry)
        return entry
    required = [name for name in REQUIRED if not (withheld and name == "result.json")]
    entry.problems += [_missing(path, name) for name in required if not os.path.lexists(path / name)]
    with _noting(entry):
        if "system.toml" in readable:
            entry.card = read_card(path / "system.toml")
            entry.problems += _check_card(entry.card, str(path / "system.toml"))
    stored = None
    with _noting(entry):
        if "result.json" in readable and not withheld:
            stored = read_result(path / "result.json")
            entry.problems += check_data(stored, version, gold, str(path / "result.json"))
            if is_old(stored):
                stored = None  # already reported: every count would differ in its revision
        elif version != gold.data.version:
            entry.problems.append(other_data(f"the folder is for data version {version[:80]!r}", gold, str(path)))
    # Predictions on other data name other documents: they cannot be checked against these.
    if "predictions.jsonl" in readable and not any(problem.code == "E827" for problem in entry.problems):
        with _noting(entry):
            _score(entry, stored, gold)
    entry.state = _state(entry)
    return entry


@contextmanager
def _noting(entry: Entry) -> Iterator[None]:
    """Add whatever is raised to the problems of an entry; what was read before is retained."""
    try:
        yield
    except DragomanError as cause:
        entry.problems += cause.problems
    except Exception as cause:  # noqa: BLE001 - whatever a reader raises is the problem of this entry
        entry.problems.append(not_examined(entry.path, isolation.reason(cause)))


def _check_names(system: str, version: str, file: str) -> Iterator[Problem]:
    for what, name in (("system", system), ("data version", version)):
        if not _NAME.fullmatch(name):
            yield Problem(
                code="E824",
                what=f"the folder of the {what} is called {name[:80]!r}.",
                hint="Use up to 64 lowercase letters, digits, dots, hyphens and underscores: system/1.0.0.",
                file=file,
            )


def _missing(path: Path, name: str) -> Problem:
    hints = {
        "system.toml": "Describe the system; `dragoman schema system` lists the fields.",
        "predictions.jsonl": "`dragoman run` writes it.",
        "result.json": "`dragoman score predictions.jsonl --out result.json` writes it.",
    }
    return Problem(code="E820", what=f"there is no {name}.", hint=hints[name], file=str(path))


def _check_card(card: SystemCard, file: str) -> Iterator[Problem]:
    for name in CARD_FIELDS:
        if not getattr(card, name):
            what, hint = f"the card does not state {name.replace('_', ' ')}.", "Fill it in, as free text if necessary."
            yield Problem(code="E825", what=what, hint=hint, file=file, path=name)

    if card.resources is None:
        what = "the card does not state which resources the system used: it is ranked in the open track."
        hint = "List them in `resources`: text, dev, registry, passes, reading, web; closed track: only text and dev."
        yield Problem(code="W820", what=what, hint=hint, file=file, path="resources")


def read_predictions(path: Path) -> bytes:
    """Read the predictions of a run: JSONL, plain or gzip; other formats are refused.

    Raises:
        DragomanError: E106 over the size limit, E209 parquet, or as :func:`dragoman.files.read_bytes`.

    """
    data = files.read_bytes(path, limit=MAX_BYTES[path.name])
    if data.startswith(parquet_pages.MAGIC):
        hint = "Write one JSON object per line, as `dragoman run` does."
        raise error("E209", "the predictions of a run are JSONL; this is parquet.", hint, file=str(path))
    return data


def _score(entry: Entry, stored: results.Result | None, gold: Gold) -> None:
    """Read the predictions of an entry, score them where there is gold, and compare with its submitted result."""
    scored: list[Result] = []
    first = None
    for folder in repeats(entry.path):
        reading = _read(folder, entry, gold)
        if reading is None:
            return
        first = first or reading.checked()
        if gold.annotations.present.any():
            scored.append(_scored(reading, entry, gold))
    assert first is not None
    if scored:
        entry.result = mean(scored, Resampling(0)) if len(scored) > 1 else scored[0]
    attempted = [layer for layer in LAYER_NAMES if first.attempts(layer)]
    named = attempted if entry.card is None or entry.card.layers is None else list(entry.card.layers)
    entry.attempted = tuple(layer for layer in attempted if layer in named)
    if any(len(getattr(first, layer)) for layer in LAYER_NAMES):
        entry.content = content(first)
    for layer in sorted(set(attempted) ^ set(named)):
        which = "the predictions do not contain" if layer in named else "the card does not name"
        what = f"{which} the layer {layer}."
        hint = "List in `layers` exactly the layers of the predictions."
        entry.problems.append(Problem(code="E828", what=what, hint=hint, file=str(entry.path)))
    if stored is not None and entry.result is not None:
        entry.problems += differences(stored, entry.result, str(entry.path / "result.json"))


def _read(folder: Path, entry: Entry, gold: Gold) -> Reading | None:
    """Read the predictions of one repeat of a run; None if they have errors."""
    if folder != entry.path:
        readable, problems = readable_files(folder)
        entry.problems += problems
        if "predictions.jsonl" not in readable:
            entry.problems.append(_missing(folder, "predictions.jsonl"))
            return None
    path = folder / "predictions.jsonl"
    reading = read_bytes(read_predictions(path), gold.target, str(path))
    entry.problems += reading.problems
    return None if reading.annotations is None else reading


def _scored(reading: Reading, entry: Entry, gold: Gold) -> Result:
    result = scoring.score(reading.checked(), gold, system=entry.name, intervals=False)
    result.coverage.quotes = {way: number for way, number in reading.tally.items() if number}
    return result


def _state(entry: Entry) -> State:
    codes = {problem.code for problem in entry.problems if problem.severity == "error"}
    if not codes:
        return "ranked" if entry.card is None or entry.card.independent else "not independent"
    if codes == {"E827"}:
        return "other data"
    return "not reproduced" if codes == {"E826"} else "invalid"
