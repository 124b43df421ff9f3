"""Results: stored, read and compared. A comparison needs no gold: the counts are in the results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dragoman.measures.catalogue import HEADLINE
from dragoman.measures.measure import Measure
from dragoman.measures.naming import measure
from dragoman.problems import error
from dragoman.schema import result_file as records
from dragoman.schema.result_file import Contrast, Standing
from dragoman.scoring import repeats
from dragoman.scoring.result import Comparison
from dragoman.scoring.result import read as read_result
from dragoman.statistics import bootstrap, paired
from dragoman.statistics.resampling import SEED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_MAX = 2.0**62
"""Counts that sum to more than this would not fit into an integer."""


def compare(*results: records.Result | Path | str, measures: Iterable[str | Measure] | None = None) -> Comparison:
    """Compare systems on the same documents; no gold is needed.

    >>> compare(score("a.jsonl"), score("b.jsonl"))
    >>> compare("a.json", "b.json", measures=["entities.strict"])

    Args:
        results: two or more results on the same data, with counts, or files of such.
        measures: names of measures or values; those of the headline that all results have if None, or else all that
            they share.

    Returns:
        For each measure the systems with intervals, ranks and rank intervals, and every pair with its difference, the
        p of the paired permutation and bootstrap tests, Holm's correction over the pairs of a measure, and the
        minimum detectable difference.

    Raises:
        DragomanError: E709 when there are fewer than two, or they are on different data.

    """
    read = tuple(each if isinstance(each, records.Result) else read_result(each) for each in results)
    names = [str(each) for each in measures] if measures else default_measures(read)
    return _compared(read, names)


def _compared(results: tuple[records.Result, ...], measures: list[str] | None) -> Comparison:
    if len(results) < 2:
        raise error("E709", "there is nothing to compare with.", "Give two results or more.")
    first = results[0]
    for other in results[1:]:
        if (other.data.fingerprint, other.data.split) != (first.data.fingerprint, first.data.split):
            what = f"{other.system.name!r} was scored on other data than {first.system.name!r}: {other.signature}."
            raise error("E709", what, "Score both on the same version and split.")
    shared = [name for name in first.counts if all(name in result.counts for result in results)]
    unknown = [name for name in measures or [] if name not in shared]
    if unknown:
        raise error("E709", f"not all results have counts of {unknown[0]!r}.", f"All have: {', '.join(shared)}.")
    if not shared:
        raise error("E709", "the results have counts of no measure in common.", "Score all of them again.")
    chosen = measures or shared
    for name in chosen:
        if any(other.counts[name].documents != first.counts[name].documents for other in results[1:]):
            what = f"{name} was not taken on the same documents of all systems."
            raise error("E709", what, "Score all of them again.")
    return Comparison(
        systems=[result.system.name for result in results],
        data=first.data,
        standings={name: _standings(measure(name), results) for name in chosen},
        contrasts={name: _contrasts(measure(name), results) for name in chosen},
    )


def default_measures(results: Sequence[records.Result]) -> list[str] | None:
    """Name the headline measures that all results have counts of; None, for all that they share, if they have none."""
    return [name for name in HEADLINE if all(name in result.counts for result in results)] or None


def rows_of(result: records.Result, measure: Measure) -> Ints:
    """Read the counts of a measure, one row a document that was scored.

    Raises:
        DragomanError: E709 when the counts do not have the columns that the measure has now.

    """
    counts = result.counts[measure.name]
    if tuple(counts.columns) != measure.score.columns or counts.full != measure.score.full:
        what = f"the counts of {measure.name} in {result.system.name!r} are of another version."
        raise error("E709", what, "Score the predictions again.")
    try:
        rows = np.array(counts.rows, np.int64)
    except (ValueError, OverflowError):
        rows = np.zeros(0, np.int64)
    shape = (len(counts.documents), len(counts.columns))
    if rows.shape != shape or not len(rows) or rows.min() < 0 or rows.sum(axis=0, dtype=np.float64).max() > _MAX:
        what = f"the counts of {measure.name} in {result.system.name!r} are not a table of a row a document."
        raise error("E709", what, "Score the predictions again.")
    return rows


def _standings(of: Measure, results: tuple[records.Result, ...]) -> list[Standing]:
    leaf = of.score.headline
    parts = [[rows_of(view, of) for view in repeats.views(result)] for result in results]
    rows, blocks = repeats.side_by_side(parts)
    finish = repeats.averaged(of.score.finish, leaf, blocks)
    drawn = [repeats.redrawn(of.score.finish, leaf, len(each), SEED) for each in parts]
    scores = [_number(finish(part.sum(axis=0))[leaf]) for part in rows]
    ranks = bootstrap.ranks(rows, finish, leaf)
    low, high = np.quantile(ranks, [0.025, 0.975], axis=0, method="inverted_cdf").astype(int)
    return [
        Standing(
            system=result.system.name,
            score=scores[i],
            interval=_list(bootstrap.interval(np.concatenate(parts[i], axis=1), drawn[i], leaf)),
            rank=1 + sum(other is not None and other > (scores[i] or 0.0) + 1e-12 for other in scores)
            if scores[i] is not None
            else None,
            rank_interval=[int(low[i]), int(high[i])],
        )
        for i, result in enumerate(results)
    ]


def _contrasts(of: Measure, results: tuple[records.Result, ...]) -> list[Contrast]:
    leaf = of.score.headline
    rows, blocks = repeats.side_by_side([[rows_of(view, of) for view in repeats.views(result)] for result in results])
    finish = repeats.averaged(of.score.finish, leaf, blocks)
    scores = [finish(part.sum(axis=0))[leaf] for part in rows]
    swapped = paired.all_permutations(rows, finish, leaf)
    made = [
        Contrast(
            first=results[a].system.name,
            second=results[b].system.name,
            difference=_number(scores[a] - scores[b]),
            p_permutation=swapped[a, b],
            p_bootstrap=drawn.p,
            p_holm=None,
            detectable=drawn.detectable,
        )
        for (a, b), drawn in paired.all_bootstraps(rows, finish, leaf).items()
    ]
    for contrast, adjusted in zip(made, paired.holm([c.p_permutation for c in made]), strict=True):
        contrast.p_holm = adjusted
    return made


def _number(value: object) -> float | None:
    number = float(value)  # type: ignore[arg-type]
    return None if np.isnan(number) else number


def _list(pair: tuple[float, float] | None) -> list[float] | None:
    return None if pair is None else list(pair)
