"""Paired tests: whether two systems differ on the same documents by more than chance.

The two tests ask different things. The permutation test asks whether the outputs of the two systems can be exchanged,
document by document, without its being noticed in the difference: its p is the share of exchanges after which they are
as far apart as they are. The bootstrap asks how the difference itself would come out on other documents of the same
kind. Where all that a system answers lies in one document the first can be far below .05 and the second far above.

The permutation test swaps the two systems' rows document by document (Yeh 2000; Noreen 1989); where there are
few documents all swaps are tried and p is exact. p counts the observed arrangement itself, so it is never 0 (Phipson
and Smyth 2010), and two identical systems get 1.
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
"""So many random swaps a pair of the family keep the least p, after correction, at .025."""
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
    systems: Sequence[Ints],
    finish: Finish,
    leaf: str,
    *,
    family: int = 0,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
) -> dict[tuple[int, int], float | None]:
    """Two-sided p of the paired permutation test for every pair of systems.

    A pair has the p that it has alone: the arrangements of the documents are the same for all pairs, and are drawn and
    summed once. A pair that is at the floor of its p, with no arrangement as extreme as the observed one, gets more of
    them where the floor would not survive the correction for its family; it stays at the floor or rises, so that its p
    holds as it would with all of them drawn at once. For other arguments see :func:`permutation`.

    Args:
        systems: counts of each system on the same documents.
        finish: scores from summed counts.
        leaf: the score to compare.
        family: number of pairs whose p are corrected together; 0 for no more draws.
        permutations: how many random swaps at first.
        seed: of the generator.

    Returns:
        p by the places of the two systems, the earlier one first.

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
    """Return pairs at the floor of their p so many rounds of draws in all, or all arrangements if these are fewer."""
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
    """Pairs of systems, with what is asked of them under an arrangement."""

    def __init__(self, systems: Sequence[Ints], finish: Finish, leaf: str) -> None:
        self._systems, self._finish, self._leaf = systems, finish, leaf
        self._totals = [summed(rows) for rows in systems]

    def moved(self, pair: tuple[int, int]) -> int:
        """Count the documents on which two systems differ: swapping any other changes nothing."""
        return int((self._systems[pair[0]] != self._systems[pair[1]]).any(axis=1).sum())

    def observed(self, pair: tuple[int, int]) -> Floats:
        first, second = (self._totals[each] for each in pair)
        return _gap(first, second, self._finish, self._leaf)

    def exact(self, pair: tuple[int, int]) -> float:
        """Return the p of all arrangements, among which the observed one is."""
        first, second = (self._systems[each] for each in pair)
        shift = _every((first - second)[(first != second).any(axis=1)])
        return self.extreme(pair, shift) / len(shift)

    def extreme(self, pair: tuple[int, int], shift: Floats) -> int:
        """Count arrangements under which two systems are as far apart as observed, or a score is undefined."""
        first, second = (self._totals[each] for each in pair)
        gaps = _gap(first - shift, second + shift, self._finish, self._leaf)
        observed = abs(self.observed(pair))
        return int((np.abs(gaps) >= observed - EQUAL).sum()) + int(np.isnan(gaps).sum())


def _every(moved: Ints) -> Floats:
    """Sum the rows that each arrangement swaps, of all arrangements."""
    every = np.arange(2 ** len(moved), dtype="<u4")
    return _sums(every.view(np.uint8).reshape(-1, 4), moved)


class _Drawn:
    """Random arrangements, each a bit for every document, and the rows of each system that they swap."""

    def __init__(self, systems: Sequence[Ints], permutations: int, seed: int) -> None:
        self._systems, self._permutations = systems, permutations
        self._generator = np.random.Generator(np.random.PCG64(seed))
        self._summed: Floats | None = None

    def next(self) -> None:
        """Draw the next arrangements."""
        documents, self._width = self._systems[0].shape
        shape = (self._permutations, (documents + 7) // 8)
        swaps = self._generator.integers(0, 256, size=shape, dtype=np.uint8)
        # A column's sums lie side by side: scores are made of columns, for every pair anew.
        self._summed = np.ascontiguousarray(_sums(swaps, np.concatenate(self._systems, axis=1)).T)

    def shift(self, pair: tuple[int, int]) -> Floats:
        """Return what each arrangement moves from the first system to the second, shape (permutations, columns)."""
        if self._summed is None:
            self.next()
        assert self._summed is not None
        first, second = (self._summed[each * self._width : (each + 1) * self._width].T for each in pair)
        moved: Floats = first - second
        return moved


def _sums(swaps: NDArray[np.uint8], rows: Ints) -> Floats:
    """Sum the rows that each arrangement swaps; arrangements are bits, one a row, packed into bytes: (k, bytes)."""
    summed = np.empty((len(swaps), rows.shape[1]))
    # Doubles hold these sums exactly up to 2**53, and their matrix product is far quicker than that of integers.
    exact = rows.astype(np.float64)
    step = max(1, _CELLS // len(rows))
    for first in range(0, len(swaps), step):
        part = np.unpackbits(swaps[first : first + step], axis=1, count=len(rows), bitorder="little")
        summed[first : first + step] = part.astype(np.float64) @ exact
    return summed


class Bootstrapped(NamedTuple):
    """What resampled documents say of the difference of two systems.

    Attributes:
        p: two-sided p of the paired bootstrap test.
        interval: percentile interval of the difference, first minus second.

    Both are None where resamples cannot vary, and where a score is undefined.

    """

    p: float | None
    interval: tuple[float, float] | None


def bootstrap(
    first: Ints, second: Ints, finish: Finish, leaf: str, *, resamples: int = PERMUTATIONS, seed: int = SEED
) -> Bootstrapped:
    """Two-sided p of the paired bootstrap test, and the interval of the difference.

    p says how often the resampled difference strays as far from the observed one as that is from 0
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
    """Test every pair of systems, by their places, on the same resamples, which are drawn once.

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
        tests[i, j] = Bootstrapped(_strays(gaps, observed), percentiles(gaps))
    return tests


def resampled(systems: Sequence[Ints], finishes: Sequence[Finish], leaf: str, *, resamples: int, seed: int) -> Floats:
    """Score all systems, each in its way, on the same resampled documents, shape (resamples, systems)."""
    together = totals(np.concatenate(systems, axis=1), resamples, seed)
    width = systems[0].shape[1]
    scored = [finish(together[:, i * width : (i + 1) * width])[leaf] for i, finish in enumerate(finishes)]
    return np.stack(scored, axis=1)


def _strays(gaps: Floats, observed: Floats) -> float:
    centred = gaps - observed
    extreme = int((np.abs(centred) >= abs(observed) - EQUAL).sum()) + int(np.isnan(centred).sum())
    return (extreme + 1) / (len(gaps) + 1)


def _gap(a: NDArray[Any], b: NDArray[Any], finish: Finish, leaf: str) -> Floats:
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
