"""Scores of a system that was run several times: their mean, the spread between repeats, and error bars over both.

The score of K repeats is the mean of their scores; the best of them is never taken. Its interval is a bootstrap of two
levels: in each resample documents are drawn, and repeats, so that it says how the mean could have come out on other
documents and in other runs (Efron and Tibshirani 1993, chapter 8). So is the interval of a difference, where the
repeats of each system are drawn by themselves; permutation tests swap a document's rows of all repeats together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import fsum, isnan, lcm, sqrt
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from dragoman.measures.naming import measure as measure_named
from dragoman.problems import error
from dragoman.schema.result_file import Spread
from dragoman.statistics import bootstrap
from dragoman.statistics.resampling import Resampling

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.schema import result_file as records
    from dragoman.scoring.result import Result

    Ints = NDArray[np.int64]
    Finish = Callable[[Any], Mapping[str, Any]]

MAX_SIDE_BY_SIDE = 420
"""Least common multiple of the numbers of repeats up to which systems are compared."""


def number(result: records.Result) -> int:
    """Count the repeats of a result."""
    return 1 + len(result.repeats)


def views(result: records.Result) -> Iterator[records.Result]:
    """Give a result with the counts of each repeat in turn."""
    yield result
    for counts in result.repeats:
        yield msgspec.structs.replace(result, counts=counts, repeats=[])


def mean(results: Sequence[Result], resampling: Resampling) -> Result:
    """Make one result of those of several repeats.

    Args:
        results: of the repeats, in order, all on the same data and of the same measures; without intervals.
        resampling: how the error bars are made.

    Returns:
        The first, with the mean of each score (null where it is null in any repeat), without confusion and counts by
        document, and beside the scores of each
        measure ``spread``: the least and the greatest main score of the repeats and their standard deviation. A
        document counts as missing where any repeat left it out.

    """
    first = results[0]
    scores = _mean([result.scores for result in results])
    for name in first.counts:
        layer, _, short = name.partition(".")
        if scores[layer][short] is not None:
            parts = [result.scores[layer][short] for result in results]
            of = measure_named(name)
            apart = spread([part[of.score.headline] for part in parts])
            scores[layer][short]["spread"] = None if apart is None else msgspec.to_builtins(apart)
            rows = [_rows(result.counts[name]) for result in results if name in result.counts]
            scores[layer][short]["interval"] = _interval(rows, of.score.finish, of.score.headline, resampling)
            scores[layer][short].pop("interval_by_page", None)
    missing = sorted({name for result in results for name in result.coverage.missing_documents})
    coverage = msgspec.structs.replace(
        first.coverage,
        missing=max(len(missing), *(result.coverage.missing for result in results)),
        missing_documents=missing[:100],
    )
    made = msgspec.structs.replace(
        first,
        scores=scores,
        slices=_mean([result.slices for result in results]),
        coverage=coverage,
        signature=f"{first.signature}|repeats:{len(results)}",
        headline=first.headline and msgspec.structs.replace(first.headline, score=scores["headline"], interval=None),
        confusion={},  # both are of one repeat alone
        by_document={},
        repeats=[result.counts for result in results[1:]],
    )
    made.by = first.by
    return made


def _mean(values: Sequence[Any]) -> Any:
    """Take the mean of numbers, also inside mappings; null where any is, or where one has no such key."""
    first = values[0]
    if all(isinstance(value, Mapping) for value in values):
        return {key: _mean([value.get(key) for value in values]) for key in first}
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < len(values):
        return first if all(value == first for value in values) else None
    if all(value == first for value in values):
        return first
    return fsum(numbers) / len(numbers)


def spread(scores: Sequence[float | None]) -> Spread | None:
    """Say how far the scores of repeats are apart; None for one repeat, and where one has no score.

    Example:
        >>> spread([0.5, 0.75, 0.25])
        Spread(low=0.25, high=0.75, sd=0.25)

    """
    known = [score for score in scores if score is not None and not isnan(score)]
    if len(known) < len(scores) or len(known) < 2:
        return None
    middle = fsum(known) / len(known)
    deviation = sqrt(fsum((score - middle) ** 2 for score in known) / (len(known) - 1))
    return Spread(min(known), max(known), deviation)


def spread_of(parts: Sequence[Ints], finish: Finish, leaf: str) -> Spread | None:
    """Say how far the scores of repeats are apart, from the counts of each, shape (documents, columns)."""
    return spread([float(finish(part.sum(axis=0))[leaf]) for part in parts])


def _rows(counts: records.Counts) -> Ints:
    return np.array(counts.rows, np.int64)


def _interval(rows: Sequence[Ints], finish: Finish, leaf: str, resampling: Resampling) -> list[float] | None:
    if not resampling.resamples or len({part.shape for part in rows}) != 1:
        return None
    together = np.concatenate(rows, axis=1)
    drawn = redrawn(finish, leaf, len(rows), resampling.seed)
    ends = bootstrap.interval(together, drawn, leaf, resamples=resampling.resamples, seed=resampling.seed)
    return None if ends is None else list(ends)


def side_by_side(tables: Sequence[Sequence[Ints]]) -> tuple[list[Ints], int]:
    """Lay the counts of each system's repeats side by side, for tests between systems.

    Args:
        tables: of each system the counts of each repeat, shape (documents, columns).

    Returns:
        Of each system a table of shape (documents, blocks * columns), and the number of blocks, which is the same for
        all: a system with fewer repeats has each of them several times, so that the mean over blocks is its mean.

    Raises:
        DragomanError: E709 where that would be more than :data:`MAX_SIDE_BY_SIDE` blocks.

    """
    blocks = lcm(*(len(parts) for parts in tables))  # of none it is 1
    if blocks > MAX_SIDE_BY_SIDE:
        what = f"numbers of repeats with the least common multiple {blocks} cannot be compared."
        raise error("E709", what, "Run the systems equally often.")
    return [np.tile(np.concatenate(parts, axis=1), blocks // len(parts)) for parts in tables], blocks


def averaged(finish: Finish, leaf: str, blocks: int) -> Callable[[Any], dict[str, Any]]:
    """Make the score of a table of blocks side by side: the mean of the score of each."""

    def of_all(totals: Any) -> dict[str, Any]:
        return {leaf: _of_blocks(totals, finish, leaf, blocks).mean(axis=-1)}

    return of_all


def redrawn(
    finish: Finish, leaf: str, blocks: int, seed: int, *, stream: tuple[int, ...] = ()
) -> Callable[[Any], dict[str, Any]]:
    """Make the score of resampled tables of blocks: the mean over blocks that are drawn anew for each resample.

    Systems with different ``stream`` have their repeats drawn independently of each other.
    """

    def of_drawn(totals: Any) -> dict[str, Any]:
        scores = _of_blocks(totals, finish, leaf, blocks)
        generator = np.random.Generator(np.random.PCG64((seed, blocks, *stream)))
        chosen = generator.integers(0, blocks, size=scores.shape)
        return {leaf: np.take_along_axis(scores, chosen, axis=-1).mean(axis=-1)}

    return of_drawn


def redrawn_side_by_side(
    finish: Finish, leaf: str, numbers: Sequence[int], blocks: int, seed: int
) -> list[Callable[[Any], dict[str, Any]]] | None:
    """Make the scores of resampled tables that :func:`side_by_side` laid, one a system, for their differences.

    Args:
        finish: scores from summed counts of one repeat.
        leaf: the score.
        numbers: how many repeats each system has.
        blocks: how many tables lie side by side for each.
        seed: of the generator.

    Returns:
        One a system, that draws from its own repeats, as many as it has; None where no system has several.

    """
    if max(numbers, default=1) == 1:
        return None

    def of_system(number: int, at: int) -> Callable[[Any], dict[str, Any]]:
        drawn = redrawn(finish, leaf, number, seed, stream=(at,))
        return lambda totals: drawn(totals[..., : totals.shape[-1] * number // blocks])

    return [of_system(number, at) for at, number in enumerate(numbers, 1)]


def _of_blocks(totals: Any, finish: Finish, leaf: str, blocks: int) -> NDArray[np.float64]:
    width = totals.shape[-1] // blocks
    parts = [finish(totals[..., at * width : (at + 1) * width])[leaf] for at in range(blocks)]
    return np.stack([np.asarray(part, np.float64) for part in parts], axis=-1)


def notes(result: records.Result) -> Iterator[str]:
    """Say how far the repeats of a result are apart, in a line for people."""
    if not result.repeats:
        return
    spreads = [
        (apart["high"] - apart["low"], f"{layer}.{name}", apart)
        for layer, measures in result.scores.items()
        if isinstance(measures, Mapping)
        for name, scores in measures.items()
        if scores and (apart := scores.get("spread"))
    ]
    line = f"mean of {number(result)} repeats; intervals are over documents and repeats"
    if spreads:
        _, name, apart = max(spreads, key=lambda one: one[0])
        line += f"; farthest apart: {name}, {apart['low']:.3f} to {apart['high']:.3f}"
    yield line
