"""Paired tests: whether two systems differ on the same documents by more than chance.

The permutation test swaps the two systems' rows document by document (Yeh 2000; Noreen 1989); where there are
few documents all swaps are tried and p is exact. p counts the observed arrangement itself, so it is never 0 (Phipson
and Smyth 2010), and two identical systems get 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

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
    return all_permutations([first, second], finish, leaf, permutations=permutations, seed=seed)[0, 1]


def all_permutations(
    systems: Sequence[Ints], finish: Finish, leaf: str, *, permutations: int = PERMUTATIONS, seed: int = SEED
) -> dict[tuple[int, int], float | None]:
    """Two-sided p of the paired permutation test for every pair of systems.

    A pair has the p that it has alone: the arrangements of the documents are the same for all pairs, and are drawn and
    summed once. For arguments see :func:`permutation`.

    Returns:
        p by the places of the two systems, the earlier one first.

    """
    totals_of = [rows.sum(axis=0) for rows in systems]
    drawn = _Drawn(systems, permutations, seed)
    p_values: dict[tuple[int, int], float | None] = {}
    for i, j in combinations(range(len(systems)), 2):
        observed = _gap(totals_of[i], totals_of[j], finish, leaf)
        moved = (systems[i] != systems[j]).any(axis=1)
        number = int(moved.sum())
        if np.isnan(observed):
            p_values[i, j] = None
        elif not number:
            p_values[i, j] = 1.0
        else:
            few = 2**number <= permutations
            shift = _every((systems[i] - systems[j])[moved]) if few else drawn.sums(i) - drawn.sums(j)
            gaps = _gap(totals_of[i] - shift, totals_of[j] + shift, finish, leaf)
            extreme = int((np.abs(gaps) >= abs(observed) - _EQUAL).sum()) + int(np.isnan(gaps).sum())
            # Where all arrangements are tried the observed one is among them.
            p_values[i, j] = extreme / len(gaps) if few else (extreme + 1) / (len(gaps) + 1)
    return p_values


def _every(moved: Ints) -> Ints:
    """Sum the rows that each arrangement swaps, of all arrangements."""
    every = np.arange(2 ** len(moved), dtype="<u4")
    return _sums(every.view(np.uint8).reshape(-1, 4), moved)


class _Drawn:
    """Random arrangements, each a bit for every document, and the rows of each system that they swap."""

    def __init__(self, systems: Sequence[Ints], permutations: int, seed: int) -> None:
        self._systems, self._permutations, self._seed = systems, permutations, seed
        self._summed: NDArray[np.int64] | None = None

    def sums(self, system: int) -> Ints:
        """Rows of a system summed over the documents that each arrangement swaps, shape (permutations, columns)."""
        if self._summed is None:
            generator = np.random.Generator(np.random.PCG64(self._seed))
            documents, self._width = self._systems[0].shape
            shape = (self._permutations, (documents + 7) // 8)
            swaps = generator.integers(0, 256, size=shape, dtype=np.uint8)
            # A column's sums lie side by side: scores are made of columns, for every pair anew.
            self._summed = np.ascontiguousarray(_sums(swaps, np.concatenate(self._systems, axis=1)).T)
        return self._summed[system * self._width : (system + 1) * self._width].T


def _sums(swaps: NDArray[np.uint8], rows: Ints) -> Ints:
    """Sum the rows that each arrangement swaps; arrangements are bits, one a row, packed into bytes: (k, bytes)."""
    summed = np.empty((len(swaps), rows.shape[1]), np.int64)
    # Doubles hold these sums exactly, and their matrix product is far quicker than that of integers.
    exact = rows.astype(np.float64)
    step = max(1, _CELLS // len(rows))
    for first in range(0, len(swaps), step):
        part = np.unpackbits(swaps[first : first + step], axis=1, count=len(rows), bitorder="little")
        summed[first : first + step] = (part.astype(np.float64) @ exact).astype(np.int64)
    return summed


def bootstrap(
    first: Ints, second: Ints, finish: Finish, leaf: str, *, resamples: int = PERMUTATIONS, seed: int = SEED
) -> float | None:
    """Two-sided p of the paired bootstrap test: how often the resampled difference strays as far as the observed one.

    Arguments and result as for :func:`permutation` (Berg-Kirkpatrick et al. 2012, centred on the observed difference).
    """
    drawn = resampled([first, second], finish, leaf, resamples=resamples, seed=seed)
    return _strays(drawn[:, 0] - drawn[:, 1], _gap(first.sum(axis=0), second.sum(axis=0), finish, leaf))


def detectable(
    first: Ints, second: Ints, finish: Finish, leaf: str, *, resamples: int = PERMUTATIONS, seed: int = SEED
) -> float | None:
    """Minimum detectable difference: what two systems like these must differ by to be told apart.

    The difference that a two-sided test at .05 finds with power .8 if it has the standard deviation that its bootstrap
    shows: (1.960 + 0.842) times that (Card et al. 2020 on power in this field). None where it is undefined, and with
    fewer than two documents.
    """
    drawn = resampled([first, second], finish, leaf, resamples=resamples, seed=seed)
    return _spread(drawn[:, 0] - drawn[:, 1]) if len(first) >= 2 else None


class Bootstrapped(NamedTuple):
    """What the bootstrap says of a pair: p as of :func:`bootstrap`, and the difference as of :func:`detectable`."""

    p: float | None
    detectable: float | None


def all_bootstraps(
    systems: Sequence[Ints], finish: Finish, leaf: str, *, resamples: int = PERMUTATIONS, seed: int = SEED
) -> dict[tuple[int, int], Bootstrapped]:
    """Both for every pair of systems, by their places, on the same resamples, which are drawn once."""
    drawn = resampled(systems, finish, leaf, resamples=resamples, seed=seed)
    scores = [finish(rows.sum(axis=0))[leaf] for rows in systems]
    tests = {}
    for i, j in combinations(range(len(systems)), 2):
        gaps = drawn[:, i] - drawn[:, j]
        tests[i, j] = Bootstrapped(
            _strays(gaps, scores[i] - scores[j]), _spread(gaps) if len(systems[i]) >= 2 else None
        )
    return tests


def resampled(systems: Sequence[Ints], finish: Finish, leaf: str, *, resamples: int, seed: int) -> Floats:
    """Score all systems on the same resampled documents, shape (resamples, systems)."""
    together = totals(np.concatenate(systems, axis=1), resamples, seed)
    width = systems[0].shape[1]
    return np.stack([finish(together[:, i * width : (i + 1) * width])[leaf] for i in range(len(systems))], axis=1)


def _strays(gaps: Floats, observed: Floats) -> float | None:
    if np.isnan(observed):
        return None
    centred = gaps - observed
    extreme = int((np.abs(centred) >= abs(observed) - _EQUAL).sum()) + int(np.isnan(centred).sum())
    return (extreme + 1) / (len(gaps) + 1)


def _spread(gaps: Floats) -> float | None:
    spread = float(np.nanstd(gaps)) if not np.isnan(gaps).all() else float("nan")
    return None if np.isnan(spread) else (1.959964 + 0.841621) * spread


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
