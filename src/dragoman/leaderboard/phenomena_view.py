"""Recall of each system on the gold labels with each phenomenon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dragoman.leaderboard import views
from dragoman.leaderboard.board_data import order
from dragoman.reports import words
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.measure_names import layer_of
from dragoman.scoring.result_table import MIN_LABELS

if TYPE_CHECKING:
    from dragoman.schema.leaderboard_json import Board, BoardEntry

_WHOLE = 1e-6
"""Tolerance within which recall times labels counts as a whole number; a mean over repeats need not be one."""


@dataclass(frozen=True)
class Phenomenon:
    """A column: a phenomenon in a layer.

    Attributes:
        key: its name in ``leaderboard.json``.
        layer: the layer.
        title: the phenomenon, in words.
        labels: number of gold labels that have it.
        few: whether that is too few for a reliable score.

    """

    key: str
    layer: str
    title: str
    labels: int
    few: bool


@dataclass(frozen=True)
class Found:
    """A cell: formatted recall with its counts."""

    score: views.ScoreView
    counts: str


@dataclass(frozen=True)
class PhenomenaRow:
    """A system's recall by phenomenon."""

    entry: BoardEntry
    name: str
    state: str
    cells: list[Found]


def phenomena(board: Board) -> list[Phenomenon]:
    """Columns of the table, by layer and descending number of labels."""
    made = []
    for key, labels in board.phenomena.items():
        measure, _, facet = key.partition(".recall[phenomenon=")
        name = facet.removesuffix("]")
        title = words.PHENOMENA.get(name, name.replace("_", " "))
        made.append(Phenomenon(key, layer_of(measure), title, labels, labels < MIN_LABELS))
    return sorted(made, key=lambda each: (LAYER_NAMES.index(each.layer), -each.labels, each.title))


def rows(board: Board, columns: list[Phenomenon]) -> list[PhenomenaRow]:
    """Rows of the table: systems with any such recall, by state and headline."""
    return [
        PhenomenaRow(
            entry,
            views.name(entry),
            entry.state if entry.state != "ranked" else f"{entry.track} track",
            [_found(entry.recall.get(column.key), column.labels) for column in columns],
        )
        for entry in sorted(board.entries, key=lambda entry: order(entry, board.columns[0].name))
        if entry.recall
    ]


def _found(recall: float | None, labels: int) -> Found:
    if recall is None:
        return Found(views.score(None), "")
    number = recall * labels
    counts = f"{round(number)} of {labels}" if abs(number - round(number)) < _WHOLE else f"of {labels}"
    return Found(views.ScoreView(f"{recall:.2f}", recall, at=round(100 * recall, 1)), counts)
