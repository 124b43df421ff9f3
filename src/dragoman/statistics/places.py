"""Places follow scores, and ranges follow tests: who stands where, and between which places it could stand.

This is the one meaning of a place: the leaderboard, `compare` and `diff --runs` all ask here.
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
    """Whether a score has a place: it is defined and above 0, on :data:`MIN_DOCUMENTS` annotated documents or more."""
    return score is not None and score > EQUAL and documents >= MIN_DOCUMENTS


def places(scores: Sequence[float]) -> list[int]:
    """Places from 1 by score, as in 1, 2, 2, 4; scores that are less than 1e-12 apart are equal.

    Example:
        >>> places([0.5, 0.9, 0.5, 0.1])
        [2, 1, 2, 4]

    """
    level = _levels(scores)
    return [1 + sum(other > own for other in level) for own in level]


def ranges(scores: Sequence[float], better: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return for each system the places between which it could stand, by what was tested.

    The best is 1 + the number of systems tested better, the last their number less those tested worse. Ranges are then
    widened, and never narrowed, until neither end of a system's is worse than that of one that scores no more.

    Args:
        scores: of the systems.
        better: pairs of positions, of which the first was tested better than the second.

    Returns:
        Best and last place of each system; its own place lies between them.

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
    """Rank among the distinct scores, from the lowest: being equal carries over from pair to pair."""
    levels = [0] * len(scores)
    order = sorted(range(len(scores)), key=scores.__getitem__)
    for before, after in pairwise(order):
        levels[after] = levels[before] + (scores[after] - scores[before] >= EQUAL)
    return levels


@dataclass(frozen=True)
class Tested:
    """Two systems, by their positions, on the same documents.

    Attributes:
        first: one system.
        second: the other.
        difference: score of the first less that of the second.
        interval: paired bootstrap interval of the difference, None where resamples say nothing.
        p: p of the paired permutation test.
        p_bootstrap: p of the paired bootstrap test, None as for the interval.
        p_holm: p after Holm's correction over the family.
        better: the system that is better, None if neither is: that takes both a p_holm below :data:`LEVEL` and an
            interval without 0.
        failed: the tests, of ``permutation`` and ``bootstrap``, that do not tell them apart.
        document: position of the document on which over half of the difference hangs: without it, less than half of it
            is left; None if there is none.

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
    """Test all pairs of a family: systems that have places in one column (see :func:`placed`).

    Args:
        systems: counts of each on the same documents, shape (documents, columns) each.
        finish: scores from summed counts.
        leaf: the score to compare.
        redrawn: of each system the scores of resampled counts, where these vary by more than the documents that are
            drawn; ``finish`` if None.

    Returns:
        Every pair, the earlier system first, in the order of :func:`itertools.combinations`.

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
    """Position of the document without which least of a difference is left, if that is less than half."""
    if abs(difference) < EQUAL:
        return None
    # Where a score is undefined without a document, nothing of the difference is left.
    share = np.nan_to_num(without / difference, nan=0.0)
    least = int(share.argmin())
    return least if share[least] < 0.5 - EQUAL else None


def winners(tests: Sequence[Tested]) -> list[tuple[int, int]]:
    """Pairs of positions of which the first was tested better than the second, as :func:`ranges` takes them."""
    return [(t.better, t.first + t.second - t.better) for t in tests if t.better is not None]


def not_told_from_best(places_of: Sequence[int], tests: Sequence[Tested]) -> list[bool]:
    """Whether no system at place 1 is tested better, for each system; those at place 1 are among these."""
    beaten = {loser for winner, loser in winners(tests) if places_of[winner] == 1}
    return [position not in beaten for position in range(len(places_of))]
