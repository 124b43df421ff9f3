"""Scores of a system that was run several times: mean, spread, and confidence intervals over documents and repeats.

The score of K repeats is the mean of their scores, never the best of them. Its interval is a two-level bootstrap: in
each resample both documents and repeats are drawn, so that it covers the variation over documents and over runs (Efron
and Tibshirani 1993, chapter 8). The same holds for the interval of a difference, where the repeats of each system are
drawn independently; permutation tests swap the rows of all repeats of a document together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import fsum, isnan, lcm, sqrt
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from dragoman.measures.naming import measure as measure_named
from dragoman.problems import error
from dragoman.schema.measure_names import layer_of, within_layer
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
"""Maximum least common multiple of the numbers of repeats of compared systems."""


def number(result: records.Result) -> int:
    """Return the number of repeats of a result."""
    return 1 + len(result.repeats)


def views(result: records.Result) -> Iterator[records.Result]:
    """Yield a result with the counts of each repeat in turn."""
    yield result
    for counts in result.repeats:
        yield msgspec.structs.replace(result, counts=counts, repeats=[])


def mean(results: Sequence[Result], resampling: Resampling) -> Result:
    """Average the results of several repeats.

    Args:
        results: results of the repeats, in order, on the same data and with the same measures; without intervals.
        resampling: options of the confidence intervals.

    Returns:
        The first result with the mean of each score (null if it is null in any repeat), without confusion and counts by
        document, and with ``spread`` for each measure: minimum, maximum and standard deviation of the main scores. A
        document is missing if any repeat left it out.

    """
    first = results[0]
    scores = _mean([result.scores for result in results])
    for name in first.counts:
        mean = scores[layer_of(name)][within_layer(name)]
        if mean is not None:
            parts = [part for result in results if (part := result.scores_of(name)) is not None]
            of = measure_named(name)
            apart = spread([part[of.score.headline] for part in parts])
            mean["spread"] = None if apart is None else msgspec.to_builtins(apart)
            rows = [_rows(result.counts[name]) for result in results if name in result.counts]
            mean["interval"] = _interval(rows, of.score.finish, of.score.headline, resampling)
            mean.pop("interval_by_page", None)
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
        confusion={},  # both are of a single repeat
        by_document={},
        repeats=[result.counts for result in results[1:]],
    )
    made.by = first.by
    return made


def _mean(values: Sequence[Any]) -> Any:
    """Average numbers, recursively in mappings; None if any is None or missing."""
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
    """Return minimum, maximum and sample standard deviation of scores; None for a single one, or if one is undefined.

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
    """Return the spread of scores from the counts of each repeat, shape (documents, columns)."""
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
    """Concatenate the counts of each system's repeats as blocks of columns, for tests between systems.

    Args:
        tables: by system, the counts of each repeat, shape (documents, columns).

    Returns:
        A table for each system, shape (documents, blocks * columns), and the common number of blocks: repeats of a
        system with fewer of them are replicated, so that the mean over blocks is unchanged.

    Raises:
        DragomanError: E709 if there would be more than :data:`MAX_SIDE_BY_SIDE` blocks.

    """
    blocks = lcm(*(len(parts) for parts in tables))  # 1 for no systems
    if blocks > MAX_SIDE_BY_SIDE:
        what = f"numbers of repeats with the least common multiple {blocks} cannot be compared."
        raise error("E709", what, "Run the systems equally often.")
    return [np.tile(np.concatenate(parts, axis=1), blocks // len(parts)) for parts in tables], blocks


def averaged(finish: Finish, leaf: str, blocks: int) -> Callable[[Any], dict[str, Any]]:
    """Make the score function of a table of blocks: the mean of the scores of the blocks."""

    def of_all(totals: Any) -> dict[str, Any]:
        return {leaf: _of_blocks(totals, finish, leaf, blocks).mean(axis=-1)}

    return of_all


def redrawn(
    finish: Finish, leaf: str, blocks: int, seed: int, *, stream: tuple[int, ...] = ()
) -> Callable[[Any], dict[str, Any]]:
    """Make the score function of resampled tables of blocks: the mean over blocks that are resampled for each resample.

    Repeats of systems with different ``stream`` are drawn independently.
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
    """Make the score functions of resampled tables from :func:`side_by_side`, one per system, for differences.

    Args:
        finish: turns summed counts of one repeat into scores.
        leaf: name of the score.
        numbers: number of repeats of each system.
        blocks: number of blocks of each table.
        seed: seed of the random number generator.

    Returns:
        One function per system, which draws as many repeats as it has from its own; None if no system has several.

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
    """Yield a line of text on the spread of repeats of a result."""
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
