"""Sums over documents drawn with replacement, very many times: exact, and fast if many documents have equal counts.

Documents with equal rows of counts are interchangeable, so that a resample is a multinomial draw over the distinct rows
(kinds). Independent Poisson variables, given their sum, are multinomial (Devroye 1986, chapter XI). Each kind is
therefore drawn independently, with a mean slightly below its number of documents; a draw with too many documents in
total is rejected, and one with too few is completed by drawing the missing documents individually. This is exact for
any mean, and a Poisson variate takes one table look-up where a conditional binomial one takes logarithms.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from dragoman.statistics.distinct_rows import distinct_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

_CELLS = 1_000_000
_SHORT = 0.5
"""How far the mean sum is below the number of documents, in standard deviations: about 0.7 of all draws are accepted.
"""
_PLACES = 2**12
_LARGE = 600.0
"""From this mean on no table is used, since exp(-mean) would underflow."""


def sums(rows: Ints, draws: int, generator: np.random.Generator) -> Floats:
    """Sum rows over documents that are drawn with replacement, as many as there are rows.

    Args:
        rows: counts, shape (documents, columns), at least one document; their order does not matter.
        draws: number of sums.
        generator: random number generator.

    Returns:
        Shape (draws, columns), as doubles, which are exact up to 2**53.

    """
    kinds, count = _kinds(rows)
    documents = len(rows)
    if len(kinds) < documents**0.5 / 4:  # completing draws would dominate the time
        return generator.multinomial(documents, count / documents, size=draws).astype(np.float64) @ kinds.astype(
            np.float64
        )
    # The matrix product of doubles is much faster than that of integers, and cannot overflow.
    columns = np.append(kinds, np.ones((len(kinds), 1), np.int64), axis=1).T.astype(np.float64)
    kind = np.repeat(np.arange(len(kinds)), count)
    summed = np.empty((draws, rows.shape[1]))
    done = 0
    while done < draws:
        tries = min(2 * (draws - done) + 16, 1 + _CELLS // len(kinds))
        sums = columns @ _alone(count, tries, generator)
        sums = sums[:, sums[-1] <= documents][:, : draws - done]
        size = sums.shape[1]
        lacking = documents - sums[-1].astype(np.int64)
        place = kind[generator.integers(0, documents, size=int(lacking.sum()))]
        place *= size
        place += np.repeat(np.arange(size), lacking)
        once = np.broadcast_to(1.0, place.shape)
        sums += columns @ np.bincount(place, weights=once, minlength=len(kinds) * size).reshape(len(kinds), size)
        summed[done : done + size] = sums[:-1].T
        done += size
    return summed


def _kinds(rows: Ints) -> tuple[Ints, Ints]:
    """Return the distinct rows and their numbers of documents, sorted by that number."""
    kinds, place = distinct_rows(rows)
    count = np.bincount(place)
    order = np.argsort(count, kind="stable")
    return kinds[order], count[order]


def _alone(count: Ints, draws: int, generator: np.random.Generator) -> Floats:
    """Draw a Poisson variate for each kind, shape (kinds, draws)."""
    documents = int(count.sum())
    drawn = np.empty((len(count), draws))
    values, first = np.unique(count, return_index=True)
    for value, start, end in zip(values.tolist(), first, [*first[1:], len(count)], strict=True):
        part = drawn[start:end]
        part[:] = _poisson(value * (1 - _SHORT / documents**0.5), part.size, generator).reshape(part.shape)
    return drawn


def _poisson(mean: float, size: int, generator: np.random.Generator) -> Floats:
    """Draw Poisson variates by inversion, with a table for intervals of uniform numbers without a step."""
    if mean >= _LARGE:
        return generator.poisson(mean, size=size).astype(np.float64)
    steps, table = _table(mean)
    place = generator.bit_generator.random_raw(size // 4 + 1).view(np.uint16)[:size]
    place &= _PLACES - 1
    drawn = table.take(place)
    unsure = np.flatnonzero(drawn < 0)
    drawn[unsure] = np.searchsorted(steps, place[unsure] + generator.random(len(unsure)), side="right")
    return drawn


@lru_cache(maxsize=1024)
def _table(mean: float) -> tuple[Floats, Floats]:
    """Return the steps of the distribution function, scaled to table entries, and the value of each entry.

    The value is -1 for an entry with a step inside.
    """
    most = int(mean + 12 * mean**0.5 + 30)
    chance = np.exp(-mean) * np.cumprod(np.append(1.0, mean / np.arange(1, most)))
    steps = np.cumsum(chance) * _PLACES
    inside = np.bincount(np.minimum(steps.astype(np.int64), _PLACES - 1), minlength=_PLACES)
    return steps, np.where(inside > 0, -1.0, np.cumsum(inside))
