"""Paired significance tests: whether two systems differ on the same documents by more than chance.

The two tests have different hypotheses. The permutation test assumes that the outputs of the two systems are
exchangeable on each document: p is the share of exchanges with a difference at least as large as the observed one. The
bootstrap estimates the variation of the difference over other documents of the same kind. If all answers of a system
are in one document, the first p can be far below .05 and the second far above.

The permutation test swaps the two systems' rows document by document (Yeh 2000; Noreen 1989); with few documents all
swaps are enumerated and p is exact. p includes the observed arrangement, so it is never 0 (Phipson and Smyth 2010); two
identical systems have p = 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dragoman.statistics.bootstrap import EQUAL, percentiles, summed, totals, varies

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.statistics.bootstrap import Finish

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

PERMUTATIONS = 10_000
SEED = 1
DRAWS_A_PAIR = 40
"""Number of random permutations per pair of the family, so that the smallest corrected p is at most .025."""
_CELLS = 20_000_000
"""Maximum number of swap indicators in memory."""


def permutation(
    first: Ints, second: Ints, finish: Finish, leaf: str, *, permutations: int = PERMUTATIONS, seed: int = SEED
) -> float | None:
    """Compute the two-sided p value of the paired permutation test on the difference of a score.

    Args:
        first: counts of one system, shape (documents, columns).
        second: counts of the other on the same documents, same shape.
        finish: turns summed counts into scores.
        leaf: name of the score to compare.
        permutations: number of random permutations; all are enumerated if there are no more than that.
        seed: seed of the random number generator.

    Returns:
        p from 1/(permutations + 1) to 1, or None if the score is undefined for either system.

    """
    return all_permutations([first, second], finish, leaf, permutations=permutations, seed=seed)[0, 1]


def all_permutations(
    systems: Sequence[Ints],
    finish: Finish,
    leaf: str,
    *,
    family: int = 0,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
) -> dict[tuple[int, int], float | None]:
    """Compute the two-sided p value of the paired permutation test for every pair of systems.

    p values are those of separate tests: the permutations are the same for all pairs, and are drawn and summed once. If
    no permutation of a pair is as extreme as the observed one, and the smallest possible p would not survive the
    correction for its family, more permutations are drawn for it, with the same p as if all had been drawn at once.

    Args:
        systems: counts of each system on the same documents, shape (documents, columns) each.
        finish: turns summed counts into scores.
        leaf: name of the score to compare.
        family: number of pairs whose p values are corrected together; 0 for no additional permutations.
        permutations: initial number of random permutations.
        seed: seed of the random number generator.

    Returns:
        p by the indices of the two systems, the smaller one first; see :func:`permutation`.

    """
    pairs = _Pairs(systems, finish, leaf)
    drawn = _Drawn(systems, permutations, seed)
    p_values: dict[tuple[int, int], float | None] = {}
    floor: list[tuple[int, int]] = []
    for pair in combinations(range(len(systems)), 2):
        number = pairs.moved(pair)
        if np.isnan(pairs.observed(pair)):
            p_values[pair] = None
        elif not number:
            p_values[pair] = 1.0
        elif 2**number <= permutations:
            p_values[pair] = pairs.exact(pair)
        else:
            extreme = pairs.extreme(pair, drawn.shift(pair))
            p_values[pair] = (extreme + 1) / (permutations + 1)
            if not extreme:
                floor.append(pair)
    rounds = -(-DRAWS_A_PAIR * family // permutations)
    if rounds > 1 and floor:
        p_values |= _more(pairs, drawn, floor, rounds, permutations)
    return p_values


def _more(
    pairs: _Pairs, drawn: _Drawn, floor: list[tuple[int, int]], rounds: int, permutations: int
) -> dict[tuple[int, int], float]:
    """Compute p for pairs without an extreme permutation, with ``rounds`` times as many, or enumerate if cheaper."""
    all_draws = rounds * permutations
    few = {pair for pair in floor if 2 ** pairs.moved(pair) <= all_draws}
    p_values = {pair: pairs.exact(pair) for pair in few}
    extreme = dict.fromkeys((pair for pair in floor if pair not in few), 0)
    for _ in range(rounds - 1 if extreme else 0):
        drawn.next()
        for pair in extreme:
            extreme[pair] += pairs.extreme(pair, drawn.shift(pair))
    return p_values | {pair: (number + 1) / (all_draws + 1) for pair, number in extreme.items()}


class _Pairs:
    """Pairs of systems, with statistics under permutations."""

    def __init__(self, systems: Sequence[Ints], finish: Finish, leaf: str) -> None:
        self._systems, self._finish, self._leaf = systems, finish, leaf
        self._totals = [summed(rows) for rows in systems]

    def moved(self, pair: tuple[int, int]) -> int:
        """Return the number of documents on which two systems differ: swapping others has no effect."""
        return int((self._systems[pair[0]] != self._systems[pair[1]]).any(axis=1).sum())

    def observed(self, pair: tuple[int, int]) -> Floats:
        first, second = (self._totals[each] for each in pair)
        return _gap(first, second, self._finish, self._leaf)

    def exact(self, pair: tuple[int, int]) -> float:
        """Return the exact p over all permutations, including the observed one."""
        first, second = (self._systems[each] for each in pair)
        shift = _every((first - second)[(first != second).any(axis=1)])
        return self.extreme(pair, shift) / len(shift)

    def extreme(self, pair: tuple[int, int], shift: Floats) -> int:
        """Count permutations with a difference at least as large as observed, or an undefined score."""
        first, second = (self._totals[each] for each in pair)
        gaps = _gap(first - shift, second + shift, self._finish, self._leaf)
        observed = abs(self.observed(pair))
        return int((np.abs(gaps) >= observed - EQUAL).sum()) + int(np.isnan(gaps).sum())


def _every(moved: Ints) -> Floats:
    """Sum the swapped rows of each of all permutations."""
    every = np.arange(2 ** len(moved), dtype="<u4")
    return _sums(every.view(np.uint8).reshape(-1, 4), moved)


class _Drawn:
    """Random permutations (a swap bit for each document), and the sums of swapped rows of each system."""

    def __init__(self, systems: Sequence[Ints], permutations: int, seed: int) -> None:
        self._systems, self._permutations = systems, permutations
        self._generator = np.random.Generator(np.random.PCG64(seed))
        self._summed: Floats | None = None

    def next(self) -> None:
        """Draw the next permutations."""
        documents, self._width = self._systems[0].shape
        shape = (self._permutations, (documents + 7) // 8)
        swaps = self._generator.integers(0, 256, size=shape, dtype=np.uint8)
        # Contiguous by column, since scores are computed from columns for every pair.
        self._summed = np.ascontiguousarray(_sums(swaps, np.concatenate(self._systems, axis=1)).T)

    def shift(self, pair: tuple[int, int]) -> Floats:
        """Return the counts that each permutation moves from one system to the other, (permutations, columns)."""
        if self._summed is None:
            self.next()
        assert self._summed is not None
        first, second = (self._summed[each * self._width : (each + 1) * self._width].T for each in pair)
        moved: Floats = first - second
        return moved


def _sums(swaps: NDArray[np.uint8], rows: Ints) -> Floats:
    """Sum the rows that each permutation swaps; permutations are bits per row, packed into bytes, shape (k, bytes)."""
    summed = np.empty((len(swaps), rows.shape[1]))
    # Doubles represent these sums exactly up to 2**53, and their matrix product is much faster than that of integers.
    exact = rows.astype(np.float64)
    step = max(1, _CELLS // len(rows))
    for first in range(0, len(swaps), step):
        part = np.unpackbits(swaps[first : first + step], axis=1, count=len(rows), bitorder="little")
        summed[first : first + step] = part.astype(np.float64) @ exact
    return summed


class Bootstrapped(NamedTuple):
    """Result of the paired bootstrap test of two systems.

    Attributes:
        p: two-sided p of the paired bootstrap test.
        interval: 95 % percentile interval of the difference, first minus second.

    Both are None if resamples cannot vary, or a score is undefined.

    """

    p: float | None
    interval: tuple[float, float] | None


def bootstrap(
    first: Ints, second: Ints, finish: Finish, leaf: str, *, resamples: int = PERMUTATIONS, seed: int = SEED
) -> Bootstrapped:
    """Compute the two-sided p of the paired bootstrap test, and the interval of the difference.

    p is the share of resampled differences that deviate from the observed one by at least its absolute value
    (Berg-Kirkpatrick et al. 2012, centred on the observed difference). For arguments see :func:`permutation`.
    """
    return all_bootstraps([first, second], finish, leaf, resamples=resamples, seed=seed)[0, 1]


def all_bootstraps(
    systems: Sequence[Ints],
    finish: Finish,
    leaf: str,
    *,
    redrawn: Sequence[Finish] | None = None,
    resamples: int = PERMUTATIONS,
    seed: int = SEED,
) -> dict[tuple[int, int], Bootstrapped]:
    """Test every pair of systems, by their indices, on the same resamples, which are drawn once.

    For arguments see :func:`permutation`, for ``redrawn`` :func:`dragoman.statistics.places.compare_pairs`.
    """
    drawn = resampled(systems, redrawn or [finish] * len(systems), leaf, resamples=resamples, seed=seed)
    scores = [finish(summed(rows))[leaf] for rows in systems]
    tests = {}
    for i, j in combinations(range(len(systems)), 2):
        observed = scores[i] - scores[j]
        if np.isnan(observed) or not (varies(systems[i]) or varies(systems[j])):
            tests[i, j] = Bootstrapped(None, None)
            continue
        gaps = drawn[:, i] - drawn[:, j]
        tests[i, j] = Bootstrapped(_deviation_p(gaps, observed), percentiles(gaps))
    return tests


def resampled(systems: Sequence[Ints], finishes: Sequence[Finish], leaf: str, *, resamples: int, seed: int) -> Floats:
    """Score all systems, each with its own function, on the same resampled documents, shape (resamples, systems)."""
    together = totals(np.concatenate(systems, axis=1), resamples, seed)
    width = systems[0].shape[1]
    scored = [finish(together[:, i * width : (i + 1) * width])[leaf] for i, finish in enumerate(finishes)]
    return np.stack(scored, axis=1)


def _deviation_p(gaps: Floats, observed: Floats) -> float:
    centred = gaps - observed
    extreme = int((np.abs(centred) >= abs(observed) - EQUAL).sum()) + int(np.isnan(centred).sum())
    return (extreme + 1) / (len(gaps) + 1)


def _gap(a: NDArray[Any], b: NDArray[Any], finish: Finish, leaf: str) -> Floats:
    return finish(a)[leaf] - finish(b)[leaf]


def holm(p_values: list[float | None]) -> list[float | None]:
    """Adjust the p values of a family so that the family-wise error rate is controlled (Holm 1979).

    None is returned as None and not counted as a member of the family.
    """
    order = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for step, (p, index) in enumerate(order):
        highest = max(highest, min(1.0, p * (len(order) - step)))
        adjusted[index] = highest
    return adjusted
