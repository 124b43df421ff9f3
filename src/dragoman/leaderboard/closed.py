"""A board on withheld gold: what it scores against, who may still submit, and what of the scores may be shown.

Shown are the headline and the main measure of each layer, rounded, with places by the rounded scores: no counts, no
slices, no error bars, no tests of pairs, and of the problems of a run only those that follow from the run itself.
The step of a column grows as its gold gets smaller, so that one label moves a score by a quarter of a step at most,
where a system predicts as much as there is gold.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from dragoman import files
from dragoman.benchmark import Benchmark, load
from dragoman.leaderboard.entries import MAX_BYTES, Entry, readable_files
from dragoman.leaderboard.ranking import columns
from dragoman.leaderboard.submission_log import DEFAULT, NAME, Limits, SubmissionLog
from dragoman.problems import DragomanError, Problem
from dragoman.release import private_bundle
from dragoman.schema.leaderboard_json import ClosedBoard, ClosedTeam
from dragoman.schema.run_file import repeats
from dragoman.scoring.gold import from_benchmark

if TYPE_CHECKING:
    from dragoman.leaderboard.ranking import Column
    from dragoman.schema.leaderboard_json import Board, BoardEntry, Cell, Place
    from dragoman.schema.result_file import Result
    from dragoman.scoring import Gold

STEPS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
"""Steps that scores are rounded to."""
LABELS_IN_STEP = 4
"""A step is at least what so many labels move a score by."""
_TELLING = frozenset({"W821", "W823", "E826", "E830"})
"""Problems that tell of the gold, or may hold what a scorer said as it failed."""


@dataclass(frozen=True)
class Closed:
    """Withheld gold with the rules of its board.

    Attributes:
        gold: what is scored against; named as the public release is.
        benchmark: the public release, with which submissions are validated.
        log: who submitted what.
        limits: how many submissions of a team are scored.

    """

    gold: Gold
    benchmark: Benchmark
    log: SubmissionLog
    limits: Limits = DEFAULT


def shown_columns(gold: Gold) -> list[Column]:
    """Columns that a board on withheld gold shows: none of a part of the documents, which would say more of each."""
    return [column for column in columns(gold) if column.ranked and column.facet is None]


def steps(gold: Gold) -> dict[str, float]:
    """Give what the scores of each column are rounded to."""
    return {column.name: step(column, gold) for column in shown_columns(gold)}


def withheld_gold(folder: Path, data: Path | None = None) -> tuple[Gold, Benchmark]:
    """Open a private bundle with its public release.

    Args:
        folder: the bundle.
        data: the public release; where it lay when the two were written if None.

    Returns:
        The withheld gold, named as the public release is, and that release, with which submissions are validated.

    Raises:
        DragomanError: E761 where the two do not belong together, E701 where there is no public release.

    """
    private = private_bundle.read(folder)
    public = load(folder / private.place if data is None else data)
    whole = from_benchmark(Benchmark(private_bundle.opened(private, public.release)), private.split)
    return replace(whole, data=structs.replace(whole.data, fingerprint=public.fingerprint)), public


def opened(folder: Path, data: Path | None = None, limits: Limits = DEFAULT) -> Closed:
    """Open a private bundle with its public release and its log; as :func:`withheld_gold`.

    Raises:
        DragomanError: as there, and E108 where the log of submissions cannot be written.

    """
    gold, public = withheld_gold(folder, data)
    return Closed(gold, public, SubmissionLog(folder / NAME), limits)


def step(column: Column, gold: Gold) -> float:
    """Give what the scores of a column are rounded to: the least of :data:`STEPS` that is enough, or the largest."""
    moved = max(1 / max(1, len(getattr(gold.annotations, measure.layer))) for measure in column.measures)
    least = LABELS_IN_STEP * moved / len(column.measures)
    return next((each for each in STEPS if each >= least), STEPS[-1])


def rounded(score: float | None, step: float) -> float | None:
    """Round a score to a step.

    >>> rounded(0.68, 0.05)
    0.7

    """
    return None if score is None else round(round(score / step) * step, 3)


def exact_scores(result: Result, shown: list[Column]) -> dict[str, float | None]:
    """Give the scores of a result in the columns of a board, as they are; null where they are not attempted."""
    made: dict[str, float | None] = {}
    for column in shown:
        scores = [(result.scores.get(m.layer) or {}).get(m.name.partition(".")[2]) for m in column.measures]
        found = [None if each is None else each["f1"] for each in scores]
        known = [each for each in found if each is not None]
        made[column.name] = sum(known) / len(known) if len(known) == len(found) else None
    return made


def team_of(entry: Entry) -> str:
    """Name the team of a run: its authors, in whatever order and case."""
    authors = sorted({" ".join(each.split()).casefold() for each in entry.card.authors}) if entry.card else []
    return ", ".join(filter(None, authors)) or entry.folder


def admit(entries: list[Entry], closed: Closed) -> None:
    """Count the runs that were scored as submissions of their teams, and take the scores from what is over a limit."""
    for entry in entries:
        if entry.result is None:
            continue
        exact = exact_scores(entry.result, shown_columns(closed.gold))
        if not closed.log.record(team_of(entry), entry.folder, _digest(entry), exact, closed.limits):
            what = (
                f"its team has made all submissions that it may: {closed.limits.per_day} a day, {closed.limits.total}"
            )
            hint = "Ask the keeper, or submit it on another day."
            entry.problems.append(Problem(code="E840", what=f"{what} in all.", hint=hint, file=str(entry.path)))
            entry.result, entry.attempted, entry.state = None, (), "invalid"
    for entry in entries:
        entry.problems = [problem for problem in entry.problems if problem.code not in _TELLING]


def _digest(entry: Entry) -> str:
    """Hash the predictions of a run, of all its repeats."""
    digest = hashlib.sha256()
    for folder in repeats(entry.path) or [entry.path]:
        if "predictions.jsonl" in readable_files(folder)[0]:
            try:
                digest.update(files.read_regular(folder / "predictions.jsonl", limit=MAX_BYTES["predictions.jsonl"]))
            except DragomanError as cause:  # it was scored, and is gone meanwhile
                entry.problems += cause.problems
    return digest.hexdigest()


def close(board: Board, entries: dict[str, Entry], closed: Closed) -> Board:
    """Give a board that shows aggregates alone: rounded scores, and places by these.

    Args:
        board: the board, whose cells have exact scores.
        entries: the entries behind it, by id.
        closed: the rules.

    """
    rounding = steps(closed.gold)
    shown = [structs.replace(entry, cells=_rounded(entry, rounding), answered={}, recall={}) for entry in board.entries]
    for name in rounding:
        for track in ("closed", "open"):
            cells = [entry.cells[name] for entry in shown if entry.track == track and name in entry.cells]
            _replace_places([cell for cell in cells if cell.place is not None])
    teams = Counter(team_of(entries[entry.id]) for entry in shown if entry.cells)
    counts, withheld = closed.log.teams(), closed.benchmark.release.withheld
    return structs.replace(
        board,
        entries=shown,
        columns=[structs.replace(column, labels=None) for column in board.columns if column.name in rounding],
        contrasts={},
        phenomena={},
        closed=ClosedBoard(
            rounding,
            closed.limits.per_day,
            closed.limits.total,
            [ClosedTeam(team, counts.get(team, (0, {}))[0]) for team in sorted(teams)],
            "" if withheld is None else withheld.submit,
        ),
    )


def _rounded(entry: BoardEntry, rounding: dict[str, float]) -> dict[str, Cell]:
    made = {}
    for name, step_ in rounding.items():
        if name in entry.cells:
            cell = entry.cells[name]
            score = rounded(cell.score, step_)
            made[name] = structs.replace(cell, score=score, interval=None, place=cell.place if score else None)
    return made


def _replace_places(cells: list[Cell]) -> None:
    """Place by rounded scores, and widen the ranges so that systems of one score have one range."""
    for cell in cells:
        assert cell.place is not None
        cell.place.rank = 1 + sum((other.score or 0) > (cell.score or 0) for other in cells)
    ranges = {
        cell.score: [
            min(place.range[0] for place in _places(cells, cell.score)),
            max(place.range[1] for place in _places(cells, cell.score)),
        ]
        for cell in cells
    }
    for cell in cells:
        assert cell.place is not None
        low, high = ranges[cell.score]
        cell.place.range = [min(low, cell.place.rank), max(high, cell.place.rank)]


def _places(cells: list[Cell], score: float | None) -> list[Place]:
    return [cell.place for cell in cells if cell.score == score and cell.place is not None]
