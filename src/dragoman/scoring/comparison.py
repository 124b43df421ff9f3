"""Results: stored, read and compared. A comparison needs no gold: the counts are in the results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dragoman.measures.catalogue import BY_NAME, HEADLINE, Measure
from dragoman.problems import error
from dragoman.schema.result import Comparison, Contrast, Result, Standing
from dragoman.statistics import bootstrap, paired

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_MAX = 2.0**62
"""Counts that sum to more than this would not fit into an integer."""


def compare(*results: Result, measures: list[str] | None = None) -> Comparison:
    """Compare systems on the same documents.

    Args:
        results: two or more results on the same data, with counts.
        measures: names of measures; those that all results have if None.

    Returns:
        For each measure the systems with intervals, ranks and rank intervals, and every pair with its difference, the
        p of the paired permutation and bootstrap tests, Holm's correction over the pairs of a measure, and the
        minimum detectable difference.

    Raises:
        DragomanError: E709 when there are fewer than two, or they are on different data.

    """
    if len(results) < 2:
        raise error("E709", "there is nothing to compare with.", "Give two results or more.")
    first = results[0]
    for other in results[1:]:
        if (other.data.fingerprint, other.data.split) != (first.data.fingerprint, first.data.split):
            what = f"{other.system.name!r} was scored on other data than {first.system.name!r}: {other.signature}."
            raise error("E709", what, "Score both on the same version and split.")
    shared = [name for name in BY_NAME if all(name in result.counts for result in results)]
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
        standings={name: _standings(BY_NAME[name], results) for name in chosen},
        contrasts={name: _contrasts(BY_NAME[name], results) for name in chosen},
    )


def default_measures(results: Sequence[Result]) -> list[str] | None:
    """Name the headline measures that all results have counts of; None, for all that they share, if they have none."""
    return [name for name in HEADLINE if all(name in result.counts for result in results)] or None


def rows_of(result: Result, measure: Measure) -> Ints:
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


def _standings(measure: Measure, results: tuple[Result, ...]) -> list[Standing]:
    leaf, finish = measure.score.headline, measure.score.finish
    rows = [rows_of(result, measure) for result in results]
    scores = [_number(finish(part.sum(axis=0))[leaf]) for part in rows]
    ranks = bootstrap.ranks(rows, finish, leaf)
    low, high = np.quantile(ranks, [0.025, 0.975], axis=0, method="inverted_cdf").astype(int)
    return [
        Standing(
            system=result.system.name,
            score=scores[i],
            interval=_list(bootstrap.interval(rows[i], finish, leaf)),
            rank=1 + sum(other is not None and other > (scores[i] or 0.0) + 1e-12 for other in scores)
            if scores[i] is not None
            else None,
            rank_interval=[int(low[i]), int(high[i])],
        )
        for i, result in enumerate(results)
    ]


def _contrasts(measure: Measure, results: tuple[Result, ...]) -> list[Contrast]:
    leaf, finish = measure.score.headline, measure.score.finish
    rows = [rows_of(result, measure) for result in results]
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
