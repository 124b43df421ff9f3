"""Ranking: places of systems in each column by score, and the range of places by the paired tests.

The closed and the open track are ranked separately. Place, range and "better" are defined in
:mod:`dragoman.statistics.places`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import UNSET

from dragoman import languages
from dragoman.measures.catalogue import HEADLINE, headline_of
from dragoman.measures.measure import Measure
from dragoman.measures.naming import BY_NAME
from dragoman.schema.layers import LAYER_NAMES, TYPED
from dragoman.schema.leaderboard_json import BoardContrast, Cell, Place
from dragoman.schema.measure_names import within_layer
from dragoman.scoring import repeats
from dragoman.scoring.comparison import rows_of
from dragoman.statistics import bootstrap, places
from dragoman.statistics.power import MIN_DOCUMENTS
from dragoman.statistics.resampling import SEED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.leaderboard.entries import Entry
    from dragoman.schema.result_file import Result
    from dragoman.schema.system_card import Track
    from dragoman.scoring import Gold
    from dragoman.statistics.bootstrap import Finish

    Ints = NDArray[np.int64]

TRACKS: tuple[Track, ...] = ("closed", "open")
_LEAF = "score"


@dataclass(frozen=True)
class Column:
    """A column of the board: one measure, or the mean of some, on all documents or on a slice of them.

    Attributes:
        title: display name.
        measures: measures whose main scores are averaged.
        facet: slice that it is computed on, as a facet of the gold and its value; None for all documents.
        ranked: whether systems have places in it.
        blocks: number of count tables side by side, one per repeat; the score is the mean over them.

    """

    title: str
    measures: tuple[Measure, ...]
    facet: tuple[str, str] | None = None
    ranked: bool = False
    blocks: int = 1

    @property
    def name(self) -> str:
        """The column's name in leaderboard.json."""
        name = self.measures[0].name if len(self.measures) == 1 else "headline"
        return name if self.facet is None else f"{name}[{self.facet[0]}={self.facet[1]}]"

    @property
    def by_language(self) -> bool:
        """Whether it is the headline on the documents of one language."""
        return self.ranked and self.facet is not None and self.facet[0] == "language"

    @property
    def layers(self) -> set[str]:
        """Layers that a system has to attempt."""
        return {measure.layer for measure in self.measures}

    def finish(self, totals: Ints) -> dict[str, Any]:
        """Turn summed counts, shape (…, columns of all measures), into a score of shape (…)."""
        if self.blocks > 1:
            return repeats.averaged(replace(self, blocks=1).finish, _LEAF, self.blocks)(totals)
        parts, at = [], 0
        for measure in self.measures:
            width = len(measure.score.columns)
            parts.append(measure.score.main(totals[..., at : at + width]))
            at += width
        return {_LEAF: np.mean(parts, axis=0)}

    def mask(self, gold: Gold) -> NDArray[np.bool_]:
        """Return the mask of the documents in its slice, shape (documents,); all for a slice by type of label."""
        if self.facet is None or self.facet[0] == "type":
            return np.ones(len(gold.data.documents), bool)
        facet, value = self.facet
        return np.array([each == value for each in gold.facets[facet]], bool)

    def rows(self, result: Result, gold: Gold) -> Ints:
        """Concatenate the counts of all measures, shape (documents of the column, columns of all measures)."""
        documents = len(gold.data.documents)
        table = np.zeros((documents, sum(len(measure.score.columns) for measure in self.measures)), np.int64)
        scored, at = np.zeros(documents, bool), 0
        for measure in self.measures:
            own = np.array(result.counts[measure.name].documents, np.int64)
            width = len(measure.score.columns)
            table[own, at : at + width] = rows_of(result, measure)
            scored[own] = True
            at += width
        part: Ints = table[scored & self.mask(gold)]
        return part

    def is_attempted(self, entry: Entry) -> bool:
        """Whether an entry has the counts and attempts the layers of this column."""
        counted = entry.result is not None and all(measure.name in entry.result.counts for measure in self.measures)
        return counted and self.layers - {"pages"} <= set(entry.attempted)


def columns(gold: Gold) -> list[Column]:
    """Columns of the board; the headline, overall and per language, and each layer's main measure are ranked.

    Slices by kind of document or type of label and the other measures are not ranked. Layers without gold have no
    column; if there is only one layer, its main measure is the headline.
    """
    parts = [
        (facet, value)
        for facet in ("language", "kind")
        for value in sorted({each for each in gold.facets.get(facet, ()) if each is not None})
    ]
    names = headline_of({layer: gold.annotations.has(layer).any() for layer in LAYER_NAMES})
    main = tuple(BY_NAME[name] for name in names or HEADLINE)
    layers = {measure.layer for measure in main}
    made = [Column("Headline", main, ranked=True)] if len(main) > 1 else []
    made += [Column(measure.layer.capitalize(), (measure,), ranked=True) for measure in main]
    made += [Column(_title(facet, value), main, (facet, value), facet == "language") for facet, value in parts]
    if len(main) > 1:
        made += [Column(_title(facet, value), (measure,), (facet, value)) for measure in main for facet, value in parts]
    for measure in main:
        annotations = getattr(gold.annotations, measure.layer)
        labels = sorted(annotations.type.labels) if measure.layer in TYPED else []
        made += [Column(label, (measure,), ("type", label)) for label in labels]
    others = [m for m in BY_NAME.values() if m.layer in layers and m not in main]
    return made + [Column(within_layer(measure.name), (measure,)) for measure in others]


def _title(facet: str, value: str) -> str:
    return languages.get(value).name if facet == "language" else value.replace("_", " ")


@dataclass(frozen=True)
class ScoredColumn:
    """A column with its cells by entry, and the pairwise tests behind the places."""

    column: Column
    cells: dict[str, Cell]
    contrasts: list[BoardContrast]
    documents: int
    labels: int | None


def score_column(column: Column, entries: Sequence[Entry], gold: Gold) -> ScoredColumn:
    """Score all entries in a column, and rank those that are eligible.

    Args:
        column: what to score.
        entries: all scored entries.
        gold: what they were scored against.

    Returns:
        A cell for each entry; with a place, within its track, only if column and entry are ranked and the score
        qualifies (:func:`dragoman.statistics.places.placed`).

    """
    documents, labels = annotated(gold, column), labelled(gold, column)
    cells = {entry.id: Cell(None) for entry in entries}
    results = {entry.id: entry.result for entry in entries if entry.result is not None and column.is_attempted(entry)}
    if column.facet is not None and column.facet[0] == "type":
        # A slice by type selects labels, not documents: the scorer has computed it already.
        leaf = column.measures[0].score.headline
        for name, result in results.items():
            cells[name].score = result.slices.get(column.name, {}).get(leaf)
        return ScoredColumn(column, cells, [], documents, labels)
    tables = {name: [column.rows(view, gold) for view in repeats.views(result)] for name, result in results.items()}
    for name, parts in tables.items():
        cells[name] = _cell(column, parts, documents)
    laid, blocks = repeats.side_by_side(list(tables.values()))
    rows = dict(zip(tables, laid, strict=True))
    numbers = {name: len(parts) for name, parts in tables.items()}
    column = replace(column, blocks=blocks)
    contrasts: list[BoardContrast] = []
    for track in TRACKS if column.ranked else ():
        ranked = [
            entry.id
            for entry in entries
            if entry.state == "ranked" and entry.track == track and places.placed(cells[entry.id].score, documents)
        ]
        redrawn = repeats.redrawn_side_by_side(
            replace(column, blocks=1).finish, _LEAF, [numbers[name] for name in ranked], blocks, SEED
        )
        contrasts += _place(column, ranked, rows, cells, names_of(column, gold), redrawn)
    return ScoredColumn(column, cells, contrasts, documents, labels)


def _cell(column: Column, parts: list[Ints], documents: int) -> Cell:
    """Score a system by the counts of each of its repeats; with an interval if documents suffice for a place."""
    rows = np.concatenate(parts, axis=1)
    finish = repeats.averaged(column.finish, _LEAF, len(parts))
    score = float(finish(rows.sum(axis=0))[_LEAF]) if len(rows) else float("nan")
    if np.isnan(score):
        return Cell(None)
    # Only in ranked columns: fifty intervals per system would be noise, and slow. Its report has them all.
    drawn = repeats.redrawn(column.finish, _LEAF, len(parts), SEED)
    wanted = column.ranked and documents >= MIN_DOCUMENTS
    interval = bootstrap.interval(rows, drawn, _LEAF) if wanted else None
    spread = repeats.spread_of(parts, column.finish, _LEAF)
    return Cell(score, None if interval is None else list(interval), spread=UNSET if spread is None else spread)


def annotated(gold: Gold, column: Column) -> int:
    """Count the annotated documents of a column; with several layers, of the layer that has fewest."""
    mask = column.mask(gold)
    return min(int((gold.annotations.has(layer) & mask).sum()) for layer in column.layers)


def labelled(gold: Gold, column: Column) -> int | None:
    """Count the gold labels of a column; None for a column of several layers."""
    if len(column.layers) > 1:
        return None
    labels = getattr(gold.annotations, *column.layers)
    counted = (gold.annotations.has(*column.layers) & column.mask(gold))[labels.doc]
    if column.facet is not None and column.facet[0] == "type":
        counted &= labels.type.recode((column.facet[1],)) == 0
    return int(counted.sum())


def names_of(column: Column, gold: Gold) -> list[str]:
    """Ids of the documents that a column has rows of."""
    annotated = np.logical_or.reduce([gold.annotations.has(layer) for layer in column.layers])
    return [gold.data.documents[i] for i in np.flatnonzero(annotated & column.mask(gold)).tolist()]


def _place(
    column: Column,
    ranked: list[str],
    rows: dict[str, Ints],
    cells: dict[str, Cell],
    documents: list[str],
    redrawn: Sequence[Finish] | None,
) -> list[BoardContrast]:
    """Rank the systems of one track, write their places into the cells, and return the paired tests."""
    scores = [cells[name].score or 0.0 for name in ranked]
    tests = places.compare_pairs([rows[name] for name in ranked], column.finish, _LEAF, redrawn)
    by_score = places.places(scores)
    spread = places.ranges(scores, places.winners(tests))
    best = places.not_told_from_best(by_score, tests)
    tied = [0] * len(ranked)
    for test in tests:
        if test.better is None:
            tied[test.first] += 1
            tied[test.second] += 1
    for i, name in enumerate(ranked):
        cells[name].place = Place(by_score[i], list(spread[i]), tied[i], best[i])
    return [
        BoardContrast(
            first=ranked[test.first],
            second=ranked[test.second],
            difference=test.difference,
            interval=None if test.interval is None else list(test.interval),
            p=test.p,
            p_holm=test.p_holm,
            better=None if test.better is None else "first" if test.better == test.first else "second",
            failed=list(test.failed),
            document=None if test.document is None else documents[test.document],
        )
        for test in tests
    ]
