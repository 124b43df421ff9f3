"""The forest plot: scores of a column with their confidence intervals on one axis, ordered by place.

Controls are drawn as separate points: chance level, and a model of the annotators' family.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dragoman.leaderboard import views
from dragoman.leaderboard.board_data import order
from dragoman.leaderboard.ranking import TRACKS

if TYPE_CHECKING:
    from dragoman.schema.leaderboard_json import Board, BoardEntry

CONTROL = "annotators' model family; not an upper bound"
CHANCE = "random answers"
TICKS = (0, 25, 50, 75, 100)
"""Ticks of the axis, in hundredths (F1 × 100)."""


@dataclass(frozen=True)
class Mark:
    """A system in the plot.

    Attributes:
        entry: the system.
        name: its name, on one line.
        kind: ``system``, ``control`` or ``chance``; selects the marker.
        note: explanation of a control; empty for a system.
        score: its formatted score and interval.
        answered: how many documents it answered, in words; empty in the plot of a single language.

    """

    entry: BoardEntry
    name: str
    kind: str
    note: str
    score: views.ScoreView
    answered: str


@dataclass(frozen=True)
class Forest:
    """The plot: groups of systems with their headings, and the kinds and positions (0 to 100) of the controls."""

    groups: list[tuple[str, list[Mark]]]
    lines: list[tuple[str, float]]


def forest(board: Board, tab: views.Tab) -> Forest:
    """Lay out the plot of a table's main column; entries without a score in it are left out."""
    name = tab.main.name
    marks = [
        Mark(entry, views.name(entry), _kind(entry), _note(entry), drawn, _answered(board, entry, tab))
        for entry in sorted(board.entries, key=lambda entry: order(entry, name))
        if (drawn := views.score(entry.cells.get(name))).at is not None
    ]
    groups = [
        (f"{track.capitalize()} track", [m for m in marks if m.entry.state == "ranked" and m.entry.track == track])
        for track in TRACKS
    ]
    groups.append(("Control", [mark for mark in marks if mark.kind == "control"]))
    lines = [(mark.kind, mark.score.at) for mark in marks if mark.kind != "system" and mark.score.at is not None]
    return Forest([(title, group) for title, group in groups if group], lines)


def _kind(entry: BoardEntry) -> str:
    if entry.card is not None and entry.card.control and entry.state == "not independent":
        return "control"
    return "chance" if entry.card is not None and entry.card.chance and entry.state == "ranked" else "system"


def _answered(board: Board, entry: BoardEntry, tab: views.Tab) -> str:
    number = "" if board.closed else views.answered(board, entry, tab)
    return f"answered {number}" if number else ""


def _note(entry: BoardEntry) -> str:
    return {"control": CONTROL, "chance": CHANCE}.get(_kind(entry), "")
