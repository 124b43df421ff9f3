"""Power: how far two systems must be apart for the permutation test to tell them apart.

A formula with the standard deviation of the bootstrap, (1.96 + 0.84) times it, promises power .8 and gives less with
few documents: it leaves out that the difference itself adds to what the permutation test sees by chance, and that the
spread of few documents is known badly. Here the test is simulated instead, on what each document contributes (Card et
al. 2020 recommend simulation for tests of this field).
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
"""Probability with which a difference is to be found."""
MIN_DOCUMENTS = 6
"""With fewer documents no difference has a p below .05: five give 2/2**5 at best."""
_SIMULATIONS = 2_000
_TWO_SIDED = 1.959964
"""Quantile .975 of the normal distribution: the level .05 on two sides."""
_ONE_SIDED = 0.841621
"""Quantile .8 of the normal distribution."""


def without_each(rows: Ints, finish: Finish, leaf: str) -> Floats:
    """Score without one document, for each of them, shape (documents,)."""
    return finish(summed(rows) - rows)[leaf]


def detectable(first: Ints, second: Ints, finish: Finish, leaf: str, *, seed: int = SEED) -> float | None:
    """Minimum detectable difference: what two systems like these must differ by to be told apart.

    That is the difference that the paired permutation test finds at .05, before any correction, with power .8. Each
    document contributes to the observed difference what its removal takes away (the jackknife's pseudo-values, Efron
    and Tibshirani 1993, chapter 11). These contributions are centred, resampled, and raised by the same amount for all
    documents; exchanging the systems on a document changes the sign of its contribution, so that the test rejects
    where the sum exceeds 1.96 times the root of the sum of squares. The result is the amount with which four in five
    resamples are rejected. With more than 200 documents the sum is taken as normal instead of resampled.

    Args:
        first: counts of one system, shape (documents, columns).
        second: counts of the other on the same documents.
        finish: scores from summed counts.
        leaf: the score to compare.
        seed: of the generator.

    Returns:
        The difference, above 0; None where it cannot be known: with fewer than :data:`MIN_DOCUMENTS` documents, where
        a score is undefined, with or without some document, and where all documents contribute the same.

    """
    documents = len(first)
    if documents < MIN_DOCUMENTS:
        return None
    observed = finish(summed(first))[leaf] - finish(summed(second))[leaf]
    parts = observed - (without_each(first, finish, leaf) - without_each(second, finish, leaf))
    # Dividing by n - 1 and not n makes the variance that of other documents of the same kind.
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
    """Least amount by which all contributions must be raised so that the test rejects.

    It rejects where (total + n·d)² > 1.96² (squares + 2·d·total + n·d²): a quadratic in d, of which this is the larger
    root, or 0 where there is none above it.
    """
    level = _TWO_SIDED**2
    a = documents * documents - level * documents
    half = total * (documents - level)
    c = total * total - level * squares
    larger: Floats = (np.sqrt(np.maximum(half * half - a * c, 0.0)) - half) / a
    return np.maximum(larger, 0.0)
