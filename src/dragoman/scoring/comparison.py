"""Comparison of stored results. No gold is needed, since the results contain the counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from dragoman.measures.catalogue import HEADLINE
from dragoman.measures.measure import Measure
from dragoman.measures.naming import measure
from dragoman.problems import error
from dragoman.schema import result_file as records
from dragoman.schema.result_file import Contrast, Standing
from dragoman.scoring import repeats
from dragoman.scoring.comparability import check_revisions, check_same
from dragoman.scoring.comparison_result import Comparison
from dragoman.scoring.result import read as read_result
from dragoman.statistics import bootstrap, places, power
from dragoman.statistics.resampling import SEED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_MAX = 2.0**60
"""Maximum sum of counts: larger sums of several systems would not fit into 64 bits."""


def compare(*results: records.Result | Path | str, measures: Iterable[str | Measure] | None = None) -> Comparison:
    """Compare systems on the same documents; no gold is needed.

    >>> compare(score("a.jsonl"), score("b.jsonl"))
    >>> compare("a.json", "b.json", measures=["entities.strict"])

    Args:
        results: two or more results on the same data, with counts, or paths of result files.
        measures: names of measures, or measures; if None, the headline measures that all results have, or else all
            common ones.

    Returns:
        For each measure: the systems with intervals, places and ranges of places; and for every pair the difference
        with its interval, p values of the paired permutation and bootstrap tests, Holm-corrected over the pairs of a
        measure, which one is better, and the minimum detectable difference. Systems with a score of 0, and systems that
        are not independent of the gold by their cards, have no place, and their pairs are not tested; with fewer than
        six documents there are no places.

    Raises:
        DragomanError: E709 if there are fewer than two, or for each difference in data, split, revisions of the
            measures, quote policy or label map.

    """
    read = tuple(each if isinstance(each, records.Result) else read_result(each) for each in results)
    names = [str(each) for each in measures] if measures else default_measures(read)
    named = _distinctly_named(read, results)
    compared = _compared(named, names)
    compared.not_independent = [result.system.name for result in named if result.system.independent is False]
    if not measures:
        compared.left_out = _lacking(named)
    return compared


def _lacking(results: Sequence[records.Result]) -> dict[str, list[str]]:
    """Return the headline measures that only some results have, with the systems without counts."""
    lacking = {name: [r.system.name for r in results if name not in r.counts] for name in HEADLINE}
    return {name: systems for name, systems in lacking.items() if 0 < len(systems) < len(results)}


def _distinctly_named(
    read: tuple[records.Result, ...], given: Sequence[records.Result | Path | str]
) -> tuple[records.Result, ...]:
    """Rename systems with equal names, by the distinguishing part of their paths, or by a number."""
    by_name: dict[str, list[int]] = {}
    for at, result in enumerate(read):
        by_name.setdefault(result.system.name, []).append(at)
    named = list(read)
    for name, indices in by_name.items():
        if len(indices) == 1:
            continue
        parts = [Path(each).resolve().parts if isinstance(each := given[at], Path | str) else () for at in indices]
        depth = next((n for n in range(1, max(map(len, parts)) + 1) if len({p[-n:] for p in parts}) == len(parts)), 0)
        for number, (at, path) in enumerate(zip(indices, parts, strict=True), start=1):
            mark = "/".join(path[-depth:]) if depth and path else str(number)
            system = msgspec.structs.replace(read[at].system, name=f"{name} ({mark})")
            named[at] = msgspec.structs.replace(read[at], system=system)
    return tuple(named)


def _compared(results: tuple[records.Result, ...], measures: list[str] | None) -> Comparison:
    if len(results) < 2:
        raise error("E709", "there is nothing to compare with.", "Give two results or more.")
    check_same(results)
    first = results[0]
    shared = [name for name in first.counts if all(name in result.counts for result in results)]
    unknown = [name for name in measures or [] if name not in shared]
    if unknown:
        raise error("E709", f"not all results have counts of {unknown[0]!r}.", f"All have: {', '.join(shared)}.")
    if not shared:
        raise error("E709", "the results have counts of no measure in common.", "Score all of them again.")
    chosen = measures or shared
    check_revisions(results, chosen)
    for name in chosen:
        same = (first.data.documents, first.counts[name].documents)
        views = [(view.data.documents, view.counts.get(name)) for result in results for view in repeats.views(result)]
        if any(counts is None or (documents, counts.documents) != same for documents, counts in views):
            what = f"{name} was not taken on the same documents of all systems, in all their repeats."
            raise error("E709", what, "Score all of them again.")
    compared = {name: _compared_by(measure(name), results) for name in chosen}
    return Comparison(
        systems=[result.system.name for result in results],
        data=first.data,
        level=places.LEVEL,
        standings={name: standings for name, (standings, _) in compared.items()},
        contrasts={name: contrasts for name, (_, contrasts) in compared.items()},
    )


def default_measures(results: Sequence[records.Result]) -> list[str] | None:
    """Return the headline measures that all results have counts of; None (all common measures) if there are none."""
    return [name for name in HEADLINE if all(name in result.counts for result in results)] or None


def rows_of(result: records.Result, measure: Measure) -> Ints:
    """Return the counts of a measure, shape (scored documents, columns).

    Raises:
        DragomanError: E709 if the counts do not have the current columns of the measure, or are malformed.

    """
    counts = result.counts[measure.name]
    if tuple(counts.columns) != measure.score.columns or counts.full != measure.score.full:
        what = f"the counts of {measure.name} in {result.system.name!r} are of another version."
        raise error("E709", what, "Score the predictions again.")
    try:
        rows = np.array(counts.rows, np.int64)
    except (ValueError, OverflowError):
        rows = np.zeros(0, np.int64)
    shape = (len(counts.documents), len(counts.columns))
    scored = set(counts.documents)
    known = len(scored) == len(counts.documents) and scored <= set(range(len(result.data.documents)))
    if rows.shape != shape or not len(rows) or rows.min() < 0 or not known:
        what = f"the counts of {measure.name} in {result.system.name!r} are not a table of a row a document."
        raise error("E709", what, "Score the predictions again.")
    if rows.sum(axis=0, dtype=np.float64).max() > _MAX:
        what = f"the counts of {measure.name} in {result.system.name!r} sum to more than 2**60."
        raise error("E709", what, "Compare parts of the data.")
    return rows


def _compared_by(of: Measure, results: tuple[records.Result, ...]) -> tuple[list[Standing], list[Contrast]]:
    """Rank all systems by a measure and test every pair of ranked ones."""
    leaf = of.score.headline

    def main(total: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
        return {leaf: of.score.main(total)}

    parts = [[rows_of(view, of) for view in repeats.views(result)] for result in results]
    rows, blocks = repeats.side_by_side(parts)
    drawn = [repeats.redrawn(main, leaf, len(each), SEED) for each in parts]
    finish = repeats.averaged(main, leaf, blocks)
    scores = [_number(finish(part.sum(axis=0))[leaf]) for part in rows]
    documents = len(rows[0])
    independent = [result.system.independent is not False for result in results]
    at = [i for i, score in enumerate(scores) if independent[i] and places.placed(score, documents)]
    redrawn = repeats.redrawn_side_by_side(main, leaf, [len(parts[i]) for i in at], blocks, SEED)
    tests = places.compare_pairs([rows[i] for i in at], finish, leaf, redrawn)
    placed = [score for i in at if (score := scores[i]) is not None]
    place = places.places(placed)
    spread = places.ranges(placed, places.winners(tests))
    best = places.not_told_from_best(place, tests)
    stood = {i: k for k, i in enumerate(at)}
    standings = [
        Standing(
            result.system.name,
            scores[i],
            _list(bootstrap.interval(np.concatenate(parts[i], axis=1), drawn[i], leaf)),
            documents,
            rank=place[stood[i]] if i in stood else None,
            range=list(spread[stood[i]]) if i in stood else None,
            best=best[stood[i]] if i in stood else None,
            repeats=len(parts[i]),
            spread=repeats.spread_of(parts[i], main, leaf),
        )
        for i, result in enumerate(results)
    ]
    tested = {(at[test.first], at[test.second]): test for test in tests}
    names = [results[0].data.documents[i] for i in results[0].counts[of.name].documents]
    contrasts = []
    for i, j in combinations(range(len(results)), 2):
        a, b = scores[i], scores[j]
        contrast = Contrast(
            results[i].system.name,
            results[j].system.name,
            None if a is None or b is None else a - b,
            None,
            None,
            None,
            None,
            None,
            [],
            None,
            None,
        )
        if (i, j) in tested:
            test = tested[i, j]
            contrast.interval, contrast.p_bootstrap = _list(test.interval), test.p_bootstrap
            contrast.p_permutation, contrast.p_holm = test.p, test.p_holm
            contrast.better = None if test.better is None else "first" if test.better == test.first else "second"
            contrast.failed = list(test.failed)
            contrast.document = None if test.document is None else names[test.document]
            contrast.detectable = power.detectable(rows[i], rows[j], finish, leaf)
        contrasts.append(contrast)
    return standings, contrasts


def _number(value: object) -> float | None:
    number = float(value)  # type: ignore[arg-type]
    return None if np.isnan(number) else number


def _list(pair: tuple[float, float] | None) -> list[float] | None:
    return None if pair is None else list(pair)
