"""Bootstrap confidence intervals: variation of a score over other documents of the same kind.

Percentile intervals over documents (Efron and Tibshirani 1993). With few documents the intervals are too narrow: in
10,000 simulated samples of a known population the nominal 95 % interval contained the true F1 for 94.1 % with 100
documents, 93.6 % with 30, 90.4 % with 10 and 83.4 % with 5 (tests/statistics).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from dragoman.statistics import multinomial
from dragoman.statistics.resampling import RESAMPLES, SEED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

Finish = Callable[["NDArray[Any]"], dict[str, "Floats"]]

LEVEL = 0.95
EQUAL = 1e-12
"""Scores closer than this are equal: sums of the same fractions may round differently."""
_ADDABLE = 2**61
"""Counts below this can be added in pairs within 64 bits."""
MAX_FEW = 200
"""Up to this number, documents are drawn individually and the draws are shared; beyond it, documents with equal rows
are drawn together.
"""


def totals(rows: Ints, resamples: int = RESAMPLES, seed: int = SEED) -> Floats:
    """Sum resampled rows.

    The sums are doubles: exact up to 2**53, and rounded above that, instead of overflowing as 64-bit integers would.

    Args:
        rows: counts, shape (documents, columns).
        resamples: how many resamples.
        seed: random seed; the sums are reproducible in any process.

    Returns:
        Shape (resamples, columns).

    """
    if len(rows) <= MAX_FEW:
        # Sorted, so that the result does not depend on the order of documents; equal rows are interchangeable.
        ordered = rows[np.lexsort(rows.T[::-1])].astype(np.float64)
        few: Floats = weights(len(rows), resamples, seed).astype(np.float64) @ ordered
        return few
    return multinomial.sums(rows, resamples, np.random.Generator(np.random.PCG64(seed)))


@lru_cache(maxsize=16)
def weights(documents: int, resamples: int, seed: int) -> NDArray[np.int16]:
    """Return how often each document occurs in each resample, shape (resamples, documents).

    Cached, since all measures and slices use the same ones.
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
    """Compute the percentile interval of a score.

    Args:
        rows: counts, shape (documents, columns).
        finish: turns summed counts into scores, vectorised over leading axes.
        leaf: name of the score.
        condensed: maps rows to rows with the same score and fewer distinct values, which is faster for many documents.
        resamples: number of resamples.
        seed: seed of the random number generator.
        level: nominal coverage, 0 to 1.

    Returns:
        Lower and upper end; None with fewer than two documents, if the score is the same in all resamples, or if it is
        undefined in more than a tenth of them. If all documents have a score of 0, or of 1, resampling cannot show any
        variation, and an interval of width 0 would suggest certainty.

    """
    if len(rows) < 2:
        return None
    if condensed is not None and len(rows) > MAX_FEW and rows.max() < _ADDABLE:
        rows = condensed(rows)
    values = finish(totals(rows, resamples, seed))[leaf]
    defined = values[~np.isnan(values)]
    return percentiles(values, level) if len(defined) and np.ptp(defined) > EQUAL else None


def summed(rows: Ints) -> Floats:
    """Sum rows as doubles: exact up to 2**53, and rounded above that, instead of overflowing."""
    total: Floats = rows.sum(axis=0, dtype=np.float64)
    return total


def varies(rows: Ints) -> bool:
    """Whether resamples of rows can differ: there are at least two rows, and not all are equal.

    Otherwise they carry no information on other documents, and there is no p value.
    """
    return len(rows) > 1 and bool((rows != rows[0]).any())


def percentiles(values: Floats, level: float = LEVEL) -> tuple[float, float] | None:
    """Return the percentile interval of resampled values; None if more than a tenth of them is undefined."""
    defined = values[~np.isnan(values)]
    if len(defined) < 0.9 * len(values):
        return None
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def grouped(rows: Ints, groups: list[str | None]) -> Ints:
    """Sum rows by group (such as the page of a document), for resampling groups instead of documents."""
    _, place = np.unique(np.array([str(group) for group in groups]), return_inverse=True)
    summed = np.zeros((int(place.max(initial=-1)) + 1, rows.shape[1]), np.int64)
    np.add.at(summed, place, rows)
    return summed
