"""Paired tests: whether two systems differ on the same documents by more than chance.

The permutation test swaps the two systems' rows document by document (Yeh 2000; Noreen 1989); where there are
few documents all swaps are tried and p is exact. p counts the observed arrangement itself, so it is never 0 (Phipson
and Smyth 2010), and two identical systems get 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dragoman.statistics.bootstrap import totals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.statistics.bootstrap import Finish

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

PERMUTATIONS = 10_000
SEED = 1
_EQUAL = 1e-12
"""Differences closer than this are the same: sums of the same fractions may round differently."""
_CELLS = 20_000_000
"""How many swaps of a row are held at once."""


def permutation(
    first: Ints, second: Ints, finish: Finish, leaf: str, *, permutations: int = PERMUTATIONS, seed: int = SEED
) -> float | None:
    """Two-sided p of the paired permutation test on the difference of a score.

    Args:
        first: counts of one system, shape (documents, columns).
        second: counts of the other on the same documents.
        finish: scores from summed counts.
        leaf: the score to compare.
        permutations: how many random swaps; all are tried where they are no more than that.
        seed: of the generator.

    Returns:
        p from 1/(permutations + 1) to 1, or None where the score is undefined for either system.

    """
    difference = first - second
    moved = difference[(difference != 0).any(axis=1)]
    a, b = first.sum(axis=0), second.sum(axis=0)
    observed = _gap(a, b, finish, leaf)
    if np.isnan(observed):
        return None
    if not len(moved):
        return 1.0
    if 2 ** len(moved) <= permutations:
        every = np.arange(2 ** len(moved), dtype="<u4")
        swaps: NDArray[np.uint8] = every.view(np.uint8).reshape(-1, 4)
        extra = 0
    else:
        generator = np.random.Generator(np.random.PCG64(seed))
        swaps = generator.integers(0, 256, size=(permutations, (len(moved) + 7) // 8), dtype=np.uint8)
        extra = 1
    shift = _sums(swaps, moved)
    gaps = _gap(a - shift, b + shift, finish, leaf)
    extreme = int((np.abs(gaps) >= abs(observed) - _EQUAL).sum()) + int(np.isnan(gaps).sum())
    return (extreme + extra) / (len(swaps) + extra)


def _sums(swaps: NDArray[np.uint8], moved: Ints) -> Ints:
    """Sum the rows that each arrangement swaps; arrangements are bits, one a row, packed into bytes: (k, bytes)."""
    summed = np.empty((len(swaps), moved.shape[1]), np.int64)
    # Doubles hold these sums exactly, and their matrix product is far quicker than that of integers.
    rows = moved.astype(np.float64)
    step = max(1, _CELLS // len(moved))
    for first in range(0, len(swaps), step):
        part = np.unpackbits(swaps[first : first + step], axis=1, count=len(moved), bitorder="little")
        summed[first : first + step] = (part.astype(np.float64) @ rows).astype(np.int64)
    return summed


def bootstrap(
    first: Ints, second: Ints, finish: Finish, leaf: str, *, resamples: int = PERMUTATIONS, seed: int = SEED
) -> float | None:
    """Two-sided p of the paired bootstrap test: how often the resampled difference strays as far as the observed one.

    Arguments and result as for :func:`permutation` (Berg-Kirkpatrick et al. 2012, centred on the observed difference).
    """
    observed = _gap(first.sum(axis=0), second.sum(axis=0), finish, leaf)
    if np.isnan(observed):
        return None
    gaps = _resampled(first, second, finish, leaf, resamples, seed) - observed
    extreme = int((np.abs(gaps) >= abs(observed) - _EQUAL).sum()) + int(np.isnan(gaps).sum())
    return (extreme + 1) / (resamples + 1)


def detectable(
    first: Ints, second: Ints, finish: Finish, leaf: str, *, resamples: int = PERMUTATIONS, seed: int = SEED
) -> float | None:
    """Minimum detectable difference: what two systems like these must differ by to be told apart.

    The difference that a two-sided test at .05 finds with power .8 if it has the standard deviation that its bootstrap
    shows: (1.960 + 0.842) times that (Card et al. 2020 on power in this field). None where it is undefined, and with
    fewer than two documents.
    """
    if len(first) < 2:
        return None
    gaps = _resampled(first, second, finish, leaf, resamples, seed)
    spread = float(np.nanstd(gaps)) if not np.isnan(gaps).all() else float("nan")
    return None if np.isnan(spread) else (1.959964 + 0.841621) * spread


def _resampled(first: Ints, second: Ints, finish: Finish, leaf: str, resamples: int, seed: int) -> Floats:
    together = totals(np.concatenate([first, second], axis=1), resamples, seed)
    width = first.shape[1]
    return _gap(together[:, :width], together[:, width:], finish, leaf)


def _gap(a: Ints, b: Ints, finish: Finish, leaf: str) -> Floats:
    return finish(a)[leaf] - finish(b)[leaf]


def holm(p_values: list[float | None]) -> list[float | None]:
    """Adjust p-values of a family so that the chance of any false finding stays below the level (Holm 1979).

    None stays None and does not count as a member of the family.
    """
    order = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for step, (p, index) in enumerate(order):
        highest = max(highest, min(1.0, p * (len(order) - step)))
        adjusted[index] = highest
    return adjusted
