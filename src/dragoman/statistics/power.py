"""Statistical power: the difference of two systems that the permutation test can detect.

The formula (1.96 + 0.84) times the bootstrap standard deviation has less than the nominal power of .8 with few
documents: it ignores that the difference itself increases the variance under permutation, and that the variance is
estimated from few documents. Here the test is simulated instead, on the contribution of each document (Card et al. 2020
recommend simulation for NLP).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dragoman.statistics.bootstrap import MAX_FEW, summed, weights
from dragoman.statistics.resampling import SEED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.statistics.bootstrap import Finish

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

POWER = 0.8
"""Probability with which a difference is detected."""
MIN_DOCUMENTS = 6
"""With fewer documents no difference has a p below .05: five give 2/2**5 at best."""
_SIMULATIONS = 2_000
_TWO_SIDED = 1.959964
"""Quantile .975 of the normal distribution: level .05, two-sided."""
_ONE_SIDED = 0.841621
"""Quantile .8 of the normal distribution."""


def without_each(rows: Ints, finish: Finish, leaf: str) -> Floats:
    """Compute the score without each document, shape (documents,)."""
    return finish(summed(rows) - rows)[leaf]


def detectable(first: Ints, second: Ints, finish: Finish, leaf: str, *, seed: int = SEED) -> float | None:
    """Compute the minimum detectable difference of two systems like these.

    This is the difference that the paired permutation test detects at .05, before any correction, with power .8. Each
    document contributes to the observed difference the amount that its removal subtracts (the pseudo-values of the
    jackknife, Efron and Tibshirani 1993, chapter 11). These contributions are centred, resampled, and shifted by the
    same amount for all documents; exchanging the systems on a document changes the sign of its contribution, so that
    the test rejects where the sum exceeds 1.96 times the root of the sum of squares. The result is the shift with which
    four in five resamples are rejected. With more than 200 documents the sum is assumed to be normal instead of
    resampled.

    Args:
        first: counts of one system, shape (documents, columns).
        second: counts of the other on the same documents, same shape.
        finish: turns summed counts into scores.
        leaf: name of the score to compare.
        seed: seed of the random number generator.

    Returns:
        The difference, at least 0; None if it cannot be estimated: with fewer than :data:`MIN_DOCUMENTS` documents, if
        a score is undefined, with or without a document, or if all documents contribute the same.

    """
    documents = len(first)
    if documents < MIN_DOCUMENTS:
        return None
    observed = finish(summed(first))[leaf] - finish(summed(second))[leaf]
    parts = observed - (without_each(first, finish, leaf) - without_each(second, finish, leaf))
    # Bessel's correction: variance over other documents of the same kind, with n - 1 instead of n.
    parts = (parts - parts.mean()) * (documents - 1) * (documents / (documents - 1)) ** 0.5
    squares = parts * parts
    if not squares.sum() > (documents * 1e-9) ** 2:  # not: a comparison with nan is false
        return None
    if documents <= MAX_FEW:
        drawn = weights(documents, _SIMULATIONS, seed).astype(np.float64)
        needed = float(np.quantile(_needed(drawn @ parts, drawn @ squares, documents), POWER))
    else:
        total = squares.sum(keepdims=True)
        needed = float(_needed(-_ONE_SIDED * total**0.5, total, documents)[0])
    return needed


def _needed(total: Floats, squares: Floats, documents: int) -> Floats:
    """Return the smallest shift of all contributions with which the test rejects.

    It rejects where (total + n·d)² > 1.96² (squares + 2·d·total + n·d²): a quadratic in d, of which this is the larger
    root, or 0 if that is negative.
    """
    level = _TWO_SIDED**2
    a = documents * documents - level * documents
    half = total * (documents - level)
    c = total * total - level * squares
    larger: Floats = (np.sqrt(np.maximum(half * half - a * c, 0.0)) - half) / a
    return np.maximum(larger, 0.0)
