"""Bootstrap: how far a score could have come out differently with other documents of the same kind.

Percentile intervals over documents (Efron and Tibshirani 1993). With few documents the intervals are too narrow: of
10,000 simulated samples of a known population the nominal 95 % held the true F1 for 94.1 % with 100 documents, 93.6 %
with 30, 90.4 % with 10 and 83.4 % with 5 (tests/statistics).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from dragoman.statistics import multinomial
from dragoman.statistics.resampling import RESAMPLES, SEED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

Finish = Callable[["Ints"], dict[str, "Floats"]]

LEVEL = 0.95
_FEW = 200
"""So many documents are drawn one by one, and the draws shared; of more, those with equal rows are drawn together."""


def totals(rows: Ints, resamples: int = RESAMPLES, seed: int = SEED) -> Ints:
    """Sum resampled rows.

    Args:
        rows: counts, shape (documents, columns).
        resamples: how many resamples.
        seed: the same seed gives the same sums in any process.

    Returns:
        Shape (resamples, columns).

    """
    if len(rows) <= _FEW:
        # In one order, whatever order the documents come in; equal rows are interchangeable.
        ordered = rows[np.lexsort(rows.T[::-1])].astype(np.float64)
        few: Ints = (_weights(len(rows), resamples, seed).astype(np.float64) @ ordered).astype(np.int64)
        return few
    return multinomial.sums(rows, resamples, np.random.Generator(np.random.PCG64(seed)))


@lru_cache(maxsize=16)
def _weights(documents: int, resamples: int, seed: int) -> NDArray[np.int16]:
    """How often each of a few documents is in each resample, shape (resamples, documents).

    A scoring asks for the same ones for every measure and slice, so that they are drawn once.
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    chosen = generator.integers(0, documents, size=(resamples, documents))
    place = chosen + documents * np.arange(resamples)[:, None]
    return np.bincount(place.ravel(), minlength=resamples * documents).reshape(resamples, documents).astype(np.int16)


def interval(
    rows: Ints,
    finish: Finish,
    leaf: str,
    *,
    condensed: Callable[[Ints], Ints] | None = None,
    resamples: int = RESAMPLES,
    seed: int = SEED,
    level: float = LEVEL,
) -> tuple[float, float] | None:
    """Percentile interval of a score that follows from some rows.

    Args:
        rows: counts, shape (documents, columns).
        finish: scores from summed counts, vectorised over leading axes.
        leaf: the score.
        condensed: makes rows that have the same score, and fewer distinct ones among them: many documents gain by it.
        resamples: how many resamples.
        seed: of the generator.
        level: probability that the interval is meant to hold.

    Returns:
        Low and high; None with fewer than two rows, or where the score is undefined in a resample out of ten or more.

    """
    if len(rows) < 2:
        return None
    if condensed is not None and len(rows) > _FEW:
        rows = condensed(rows)
    return _percentiles(finish(totals(rows, resamples, seed))[leaf], level)


def _percentiles(values: Floats, level: float) -> tuple[float, float] | None:
    defined = values[~np.isnan(values)]
    if len(defined) < 0.9 * len(values):
        return None
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def grouped(rows: Ints, groups: list[str | None]) -> Ints:
    """Sum rows by group (the page that a document is from), for resampling groups instead of documents."""
    _, place = np.unique(np.array([str(group) for group in groups]), return_inverse=True)
    summed = np.zeros((int(place.max(initial=-1)) + 1, rows.shape[1]), np.int64)
    np.add.at(summed, place, rows)
    return summed


def ranks(systems: list[Ints], finish: Finish, leaf: str, *, resamples: int = RESAMPLES, seed: int = SEED) -> Ints:
    """Rank of each system in each resample, all systems on the same resampled documents.

    Args:
        systems: counts of each system, shape (documents, columns) each.
        finish: scores from summed counts.
        leaf: the score to rank by, higher being better; undefined ranks last, equal ones share the best rank.
        resamples: how many resamples.
        seed: of the generator.

    Returns:
        Ranks from 1, shape (resamples, systems).

    """
    together = totals(np.concatenate(systems, axis=1), resamples, seed)
    width = systems[0].shape[1]
    scores = np.stack([finish(together[:, i * width : (i + 1) * width])[leaf] for i in range(len(systems))], axis=1)
    scores = np.nan_to_num(scores, nan=-np.inf)
    ranked = np.empty(scores.shape, np.int64)
    for i in range(len(systems)):  # all at once would take the memory of resamples times pairs
        ranked[:, i] = 1 + (scores > scores[:, i : i + 1] + 1e-12).sum(axis=1)
    return ranked
