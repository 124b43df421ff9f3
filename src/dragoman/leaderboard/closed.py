"""A leaderboard on withheld gold: what it scores against, submission limits, and which scores are disclosed.

The board shows the headline and the main measure of each layer, rounded, where they improve on the team's earlier
submissions, and places by these scores. It shows no counts, slices, intervals or paired tests, and only those problems
of a run that follow from the run itself. The rounding step of a column grows as its gold gets smaller, so that one
label moves a score by at most a quarter of a step when a system predicts as many items as there are in gold.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from math import fsum
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from dragoman import files
from dragoman.benchmark import Benchmark, load
from dragoman.leaderboard.entries import MAX_BYTES, Entry, readable_files
from dragoman.leaderboard.ranking import TRACKS, annotated, columns
from dragoman.leaderboard.submission_log import DEFAULT, NAME, Limits, SubmissionLog, team_key
from dragoman.problems import DragomanError, Problem
from dragoman.release import private_bundle
from dragoman.schema.leaderboard_json import Cell, ClosedBoard, ClosedTeam, Place
from dragoman.schema.run_file import repeats
from dragoman.scoring.gold import from_benchmark
from dragoman.statistics.places import placed, places

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from dragoman.leaderboard.ranking import Column
    from dragoman.leaderboard.submission_log import Shown
    from dragoman.schema.result_file import Result
    from dragoman.scoring import Gold

STEPS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
"""Possible rounding steps of scores, in F1 units (0 to 1), ascending."""
LABELS_IN_STEP = 4
"""A rounding step is at least as large as the change in score that this many labels make."""
CANNOT_BE_SCORED = "it cannot be scored within the limits of memory and time, or at all; the organisers see why"
_TELLING = frozenset({"W821", "W823", "E826"})
"""Problems that disclose something about the gold."""


@dataclass(frozen=True)
class Closed:
    """Withheld gold with the rules of its board.

    Attributes:
        gold: the withheld gold, under the name and fingerprint of the public release.
        benchmark: the public release, with which submissions are validated.
        log: who submitted what.
        limits: how many submissions of each team are scored.

    """

    gold: Gold
    benchmark: Benchmark
    log: SubmissionLog
    limits: Limits = DEFAULT

    def record(self, team: str, system: str, digest: str, exact: Mapping[str, float | None] | None) -> Shown | None:
        """Record a submission that was scored elsewhere or could not be scored; see :meth:`SubmissionLog.record`."""
        new = {} if exact is None else rounded_scores(exact, self.gold)
        return self.log.record(team, system, digest, exact, new, self.limits)


def shown_columns(gold: Gold) -> list[Column]:
    """Columns that a board on withheld gold shows: no slices, which would disclose more about single documents."""
    return [column for column in columns(gold) if column.ranked and column.facet is None]


def steps(gold: Gold) -> dict[str, float]:
    """Return the rounding step of each column."""
    return {column.name: step(column, gold) for column in shown_columns(gold)}


def withheld_gold(folder: Path, data: Path | None = None) -> tuple[Gold, Benchmark]:
    """Open a private bundle with its public release.

    Args:
        folder: the bundle.
        data: the public release; if None, where it was when the two were written.

    Returns:
        The withheld gold, under the name of the public release, and that release, with which submissions are validated.

    Raises:
        DragomanError: E761 if the two do not belong together, E701 if there is no public release.

    """
    private = private_bundle.read(folder)
    public = load(folder / private.place if data is None else data)
    whole = from_benchmark(Benchmark(private_bundle.opened(private, public.release)), private.split)
    return replace(whole, data=structs.replace(whole.data, fingerprint=public.fingerprint)), public


def opened(folder: Path, data: Path | None = None, limits: Limits = DEFAULT) -> Closed:
    """Open a private bundle with its public release and its log; arguments as in :func:`withheld_gold`.

    Raises:
        DragomanError: as there, and E108 if the log of submissions cannot be written.

    """
    gold, public = withheld_gold(folder, data)
    return Closed(gold, public, SubmissionLog(folder / NAME), limits)


def step(column: Column, gold: Gold) -> float:
    """Return the rounding step of a column: the smallest sufficient one of :data:`STEPS`, or the largest."""
    moved = max(1 / max(1, len(getattr(gold.annotations, measure.layer))) for measure in column.measures)
    least = LABELS_IN_STEP * moved / len(column.measures)
    return next((each for each in STEPS if each >= least), STEPS[-1])


def rounded_scores(exact: Mapping[str, float | None], gold: Gold) -> Shown:
    """Round the score of each column to its step."""
    step = steps(gold)
    return {name: rounded(score, step[name]) for name, score in exact.items()}


def rounded(score: float | None, step: float) -> float | None:
    """Round a score to a step.

    >>> rounded(0.68, 0.05)
    0.7

    """
    return None if score is None else round(round(score / step) * step, 3)


def exact_scores(result: Result, shown: list[Column]) -> dict[str, float | None]:
    """Return the unrounded scores of a result by column; None where the system does not attempt the layer."""
    made: dict[str, float | None] = {}
    for column in shown:
        scores = [result.scores_of(measure.name) for measure in column.measures]
        found = [None if each is None else each["f1"] for each in scores]
        known = [each for each in found if each is not None]
        made[column.name] = fsum(known) / len(known) if len(known) == len(found) else None
    return made


def team_of(entry: Entry) -> str:
    """Name the team of a run: its authors, regardless of order and case."""
    authors = sorted({team_key(each) for each in entry.card.authors}) if entry.card else []
    return ", ".join(filter(None, authors)) or entry.folder


def admit(entries: list[Entry], closed: Closed) -> dict[str, Shown]:
    """Count scored runs as submissions of their teams, and decide which scores of each are disclosed.

    A run with an error is not scored and does not count; a run whose scoring fails or exceeds a limit of memory or time
    counts.

    Args:
        entries: the examined runs; modified in place: scores that may not be shown are removed.
        closed: the rules.

    Returns:
        By id of the entry, its rounded scores by column: those that improve on the team's earlier submissions, and None
        where it attempts nothing. No other information about the gold reaches a page.

    """
    shown: dict[str, Shown] = {}
    for entry in entries:
        if entry.result is not None and not entry.failed:
            exact = exact_scores(entry.result, shown_columns(closed.gold))
            new = closed.record(team_of(entry), entry.folder, _digest(entry), exact)
            if new is None:
                what = f"its team has used up its submissions: {closed.limits.per_day} a day, "
                hint = "Submit it on another day, or ask the organisers."
                _refuse(entry, Problem(code="E840", what=f"{what}{closed.limits.total} in total.", hint=hint))
            else:
                shown[entry.id] = new
                entry.problems += _no_better(new, exact, str(entry.path))
        elif any(problem.code == "E830" for problem in entry.problems):
            closed.record(team_of(entry), entry.folder, _digest(entry), None)
        if entry.id not in shown:
            entry.result, entry.attempted = None, ()
        entry.problems = [_untelling(problem) for problem in entry.problems if problem.code not in _TELLING]
    return shown


def _refuse(entry: Entry, problem: Problem) -> None:
    entry.problems.append(structs.replace(problem, file=str(entry.path)))
    entry.state = "invalid"


def _no_better(new: Shown, exact: Mapping[str, float | None], file: str) -> Iterator[Problem]:
    if same := [name for name in exact if name not in new]:
        what = f"not better than its team's earlier submissions by a step: no score is shown for {', '.join(same)}."
        yield Problem(code="W824", what=what, hint="The best score is shown at another run of its team.", file=file)


def _untelling(problem: Problem) -> Problem:
    """Replace the message of a run that could not be scored: an exception's text may contain gold."""
    return structs.replace(problem, what=f"{CANNOT_BE_SCORED}.") if problem.code == "E830" else problem


def _digest(entry: Entry) -> str:
    """Hash the predictions of all repeats of a run (SHA-256, hexadecimal)."""
    digest = hashlib.sha256()
    for folder in repeats(entry.path) or [entry.path]:
        if "predictions.jsonl" in readable_files(folder)[0]:
            try:
                digest.update(files.read_regular(folder / "predictions.jsonl", limit=MAX_BYTES["predictions.jsonl"]))
            except DragomanError as cause:  # it was scored, and was deleted since
                entry.problems += cause.problems
    return digest.hexdigest()


def cells(entries: Sequence[Entry], shown: Mapping[str, Shown], gold: Gold) -> dict[str, dict[str, Cell]]:
    """Make the cells of a board from the disclosed scores, with places by these; by id of the entry and column.

    Places have no ranges: those would follow from tests of the exact scores.
    """
    there = shown_columns(gold)
    made = {name: {column.name: Cell(new.get(column.name)) for column in there} for name, new in shown.items()}
    for column in there:
        documents = annotated(gold, column)
        for track in TRACKS:
            among = [
                cell
                for entry in entries
                if entry.state == "ranked" and entry.track == track
                if (cell := made.get(entry.id, {}).get(column.name)) and placed(cell.score, documents)
            ]
            for cell, rank in zip(among, places([cell.score or 0.0 for cell in among]), strict=True):
                cell.place = Place(rank)
    return made


def rules(entries: Sequence[Entry], shown: Collection[str], closed: Closed) -> ClosedBoard:
    """State the rules of disclosure, and how many submissions of each team were scored."""
    counts = {team_key(name): number for name, (number, _) in closed.log.teams().items()}
    teams = sorted({team_of(entry) for entry in entries if entry.id in shown})
    withheld = closed.benchmark.release.withheld
    return ClosedBoard(
        steps(closed.gold),
        closed.limits.per_day,
        closed.limits.total,
        [ClosedTeam(team, counts.get(team_key(team), 0)) for team in teams],
        "" if withheld is None else withheld.submit,
    )
