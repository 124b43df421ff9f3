"""Effect of a new release on earlier runs: their scores and places on both releases."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from dragoman import scoring
from dragoman.leaderboard import isolation
from dragoman.leaderboard.entries import folders, of_version, readable_files
from dragoman.leaderboard.examination import Progress, not_examined, picklable, read_predictions
from dragoman.leaderboard.ranking import TRACKS, Column, annotated
from dragoman.measures.catalogue import HEADLINE, HEADLINE_SPLIT, headline_of
from dragoman.measures.naming import select
from dragoman.problems import DragomanError, Problem
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.system_card import Track
from dragoman.statistics import places
from dragoman.systems.loading import read_card

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark
    from dragoman.schema.result_file import Result
    from dragoman.scoring import Gold

COLUMNS = ("headline", *HEADLINE)
Both = list[float | None]


class Effect(msgspec.Struct, forbid_unknown_fields=True):
    """A run on two releases.

    Attributes:
        run: folder of the run, ``system/data version``.
        scores: score on the older and on the newer release by column; null where it has none.
        ranks: place by that score among these runs of its track, with ties as on the leaderboard: 1, 2, 2, 4; null for
            a score of 0, with fewer than six annotated documents, and for a run that the leaderboard does not rank
            either, because its card cannot be read or says that it is not independent of the gold.
        track: the track by its card; null if that cannot be read.
        ranked: whether it takes part in the ranking.
        problems: why it cannot be scored on one of the releases, or ranked.

    """

    run: str
    scores: dict[str, Both]
    ranks: dict[str, list[int | None]]
    ranked: bool = True
    problems: list[str] = []
    track: Track | None = None

    @property
    def moved(self) -> bool:
        """Whether any score or place differs between the two."""
        return any(before != after for pair in (self.scores, self.ranks) for before, after in pair.values())


def effects(
    runs: Path,
    old: Benchmark,
    new: Benchmark,
    progress: Progress = lambda items, _: items,
) -> list[Effect]:
    """Score the predictions of all runs on the test split of two releases; each system by its run on the older one.

    Args:
        runs: folder of ``system/data version``.
        old: the earlier release.
        new: the later release.
        progress: wraps the folders to report progress.

    Returns:
        One effect per run, sorted by folder.

    Raises:
        DragomanError: E820 where there are no runs, E703 for a release without gold.

    """
    golds = [picklable(scoring.from_benchmark(each, HEADLINE_SPLIT)) for each in (old, new)]
    paths = of_version(folders(runs), old.version)
    outcomes = isolation.each(partial(_scored, golds=golds), paths)
    made = [
        _failed(path, outcome.reason) if isinstance(outcome, isolation.Failure) else outcome
        for path, outcome in zip(progress(paths, "runs"), outcomes, strict=True)
    ]
    for column in COLUMNS:
        for side in (0, 1):
            for each in made:
                each.ranks.setdefault(column, []).append(None)
            for track in TRACKS:
                among = [each for each in made if each.ranked and each.track == track]
                gold = golds[side]
                own = headline_of({layer: gold.annotations.has(layer).any() for layer in LAYER_NAMES})
                names = list(own) if column == "headline" else [column]
                _place(among, column, side, annotated(gold, Column(column, select(names))))
    return made


def _place(effects_of: Sequence[Effect], column: str, side: int, documents: int) -> None:
    """Set the places of the runs of one track in a column, on the older (0) or the newer release (1)."""
    among = [each for each in effects_of if places.placed(each.scores[column][side], documents)]
    by_score = places.places([each.scores[column][side] or 0.0 for each in among])
    for each, place in zip(among, by_score, strict=True):
        each.ranks[column][side] = place


def _failed(path: Path, reason: str) -> Effect:
    scores: dict[str, Both] = {column: [None, None] for column in COLUMNS}
    return Effect(
        f"{path.parent.name}/{path.name}", scores, {}, problems=[str(not_examined(path, reason))], ranked=False
    )


def _scored(path: Path, golds: Sequence[Gold]) -> Effect:
    effect = Effect(f"{path.parent.name}/{path.name}", {column: [] for column in COLUMNS}, {})
    try:
        card = read_card(_readable(path, "system.toml"))
        effect.ranked, effect.track = card.independent, card.track
    except DragomanError as cause:
        effect.ranked, effect.problems = False, [str(problem) for problem in cause.problems[:3]]
    for gold in golds:
        try:
            result = _result(path, gold)
        except DragomanError as cause:
            effect.problems += [f"on {gold.data.version}: {problem}" for problem in cause.problems[:3]]
            result = None
        for column in COLUMNS:
            effect.scores[column].append(None if result is None else _score(result, column))
    return effect


def _result(path: Path, gold: Gold) -> Result:
    data = read_predictions(_readable(path, "predictions.jsonl"))
    return scoring.score(data, gold, measures=select(list(HEADLINE)), intervals=False)


def _readable(path: Path, name: str) -> Path:
    """Return the path of a file of a run after checking that it may be opened.

    Raises:
        DragomanError: E820 to E823 if it is missing, is a link or a special file, or is too large.

    """
    names, problems = readable_files(path)
    if name not in names:
        what = f"{name} is missing or unreadable."
        raise DragomanError([*problems, Problem(code="E820", what=what, file=str(path))])
    return path / name


def _score(result: Result, column: str) -> float | None:
    if column == "headline":
        headline: float | None = result.scores["headline"]
        return headline
    score = result.scores_of(column)
    return None if score is None else score["f1"]
