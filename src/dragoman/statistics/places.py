"""Ranking: places by score, and ranges of places by significance tests.

The leaderboard, `compare` and `diff --runs` all use these definitions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from dragoman.statistics import paired
from dragoman.statistics.bootstrap import EQUAL, summed
from dragoman.statistics.power import MIN_DOCUMENTS, without_each

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.statistics.bootstrap import Finish

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

LEVEL = 0.05
"""Level of the tests, after Holm's correction."""
Test = Literal["permutation", "bootstrap"]
PERMUTATION: Test = "permutation"
BOOTSTRAP: Test = "bootstrap"


def placed(score: float | None, documents: int) -> bool:
    """Whether a score has a place: it must be defined, above 0, and on at least :data:`MIN_DOCUMENTS` documents."""
    return score is not None and score > EQUAL and documents >= MIN_DOCUMENTS


def places(scores: Sequence[float]) -> list[int]:
    """Return places from 1 by score, as in 1, 2, 2, 4; scores that are less than 1e-12 apart are equal.

    Example:
        >>> places([0.5, 0.9, 0.5, 0.1])
        [2, 1, 2, 4]

    """
    level = _levels(scores)
    return [1 + sum(other > own for other in level) for own in level]


def ranges(scores: Sequence[float], better: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the range of possible places of each system, given the test results.

    The best place is 1 + the number of significantly better systems, the last is the number of systems minus that of
    significantly worse ones. Ranges are then widened, never narrowed, until neither end of a system's range is worse
    than that of a system with a lower or equal score.

    Args:
        scores: scores of the systems.
        better: pairs of indices, of which the first is significantly better than the second.

    Returns:
        Best and last place of each system; its own place is between them.

    Example:
        >>> ranges([0.9, 0.6, 0.5], [(0, 2), (1, 2)])
        [(1, 2), (1, 2), (3, 3)]

    """
    number, level = len(scores), _levels(scores)
    low, high = [1] * number, [number] * number
    for winner, loser in better:
        low[loser] += 1
        high[winner] -= 1
    return [
        (
            min(low[other] for other in range(number) if level[other] <= level[own]),
            max(high[other] for other in range(number) if level[other] >= level[own]),
        )
        for own in range(number)
    ]


def _levels(scores: Sequence[float]) -> list[int]:
    """Return the rank among distinct scores, from the lowest; equality within the tolerance is made transitive."""
    levels = [0] * len(scores)
    order = sorted(range(len(scores)), key=scores.__getitem__)
    for before, after in pairwise(order):
        levels[after] = levels[before] + (scores[after] - scores[before] >= EQUAL)
    return levels


@dataclass(frozen=True)
class Tested:
    """Test results of two systems, by their indices, on the same documents.

    Attributes:
        first: one system.
        second: the other.
        difference: score of the first minus that of the second.
        interval: paired bootstrap interval of the difference, None if resamples cannot vary.
        p: p of the paired permutation test.
        p_bootstrap: p of the paired bootstrap test, None as for the interval.
        p_holm: p after Holm's correction over the family.
        better: index of the better system, None if neither is: this requires both a p_holm below :data:`LEVEL` and an
            interval without 0.
        failed: the tests, ``permutation`` and ``bootstrap``, that do not find a difference.
        document: index of the document without which less than half of the difference remains; None if there is none.

    """

    first: int
    second: int
    difference: float
    interval: tuple[float, float] | None
    p: float
    p_bootstrap: float | None
    p_holm: float
    better: int | None
    failed: tuple[Test, ...]
    document: int | None


def compare_pairs(
    systems: Sequence[Ints], finish: Finish, leaf: str, redrawn: Sequence[Finish] | None = None
) -> list[Tested]:
    """Test all pairs of a family of systems that have places (see :func:`placed`).

    Args:
        systems: counts of each system on the same documents, shape (documents, columns) each.
        finish: turns summed counts into scores.
        leaf: name of the score to compare.
        redrawn: for each system, the score function for resampled counts, if more than documents is resampled (such as
            repeats); ``finish`` if None.

    Returns:
        All pairs, the smaller index first, in the order of :func:`itertools.combinations`.

    """
    number = len(systems)
    if number < 2:
        return []
    scores = [float(finish(summed(rows))[leaf]) for rows in systems]
    p_values = paired.all_permutations(systems, finish, leaf, family=number * (number - 1) // 2)
    adjusted = paired.holm(list(p_values.values()))
    drawn = paired.all_bootstraps(systems, finish, leaf, redrawn=redrawn)
    without = np.stack([without_each(rows, finish, leaf) for rows in systems])
    made = []
    for ((i, j), p), p_holm in zip(p_values.items(), adjusted, strict=True):
        assert p is not None  # scores of systems with places are defined
        assert p_holm is not None
        difference, (p_bootstrap, interval) = scores[i] - scores[j], drawn[i, j]
        failed: list[Test] = []
        if p_holm >= LEVEL:
            failed.append(PERMUTATION)
        if interval is None or not (interval[0] > 0 if difference > 0 else interval[1] < 0):
            failed.append(BOOTSTRAP)
        better = None if failed else i if difference > 0 else j
        document = _document(difference, without[i] - without[j])
        made.append(Tested(i, j, difference, interval, p, p_bootstrap, p_holm, better, tuple(failed), document))
    return made


def _document(difference: float, without: Floats) -> int | None:
    """Return the document whose removal reduces the difference most, if less than half of it remains."""
    if abs(difference) < EQUAL:
        return None
    # If a score is undefined without a document, nothing of the difference remains.
    share = np.nan_to_num(without / difference, nan=0.0)
    least = int(share.argmin())
    return least if share[least] < 0.5 - EQUAL else None


def winners(tests: Sequence[Tested]) -> list[tuple[int, int]]:
    """Return pairs of indices of which the first is significantly better than the second, for :func:`ranges`."""
    return [(t.better, t.first + t.second - t.better) for t in tests if t.better is not None]


def not_told_from_best(places_of: Sequence[int], tests: Sequence[Tested]) -> list[bool]:
    """Return for each system whether no system at place 1 is significantly better; True for those at place 1."""
    beaten = {loser for winner, loser in winners(tests) if places_of[winner] == 1}
    return [position not in beaten for position in range(len(places_of))]
