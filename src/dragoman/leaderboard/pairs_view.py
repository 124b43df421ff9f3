"""The paired tests of a column and track, as a matrix and as a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dragoman.leaderboard import views
from dragoman.leaderboard.board_data import order
from dragoman.leaderboard.ranking import TRACKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dragoman.leaderboard.ranking import Column
    from dragoman.schema.leaderboard_json import Board, BoardContrast, BoardEntry

MAX_MATRIX = 25
"""Maximum number of systems in a matrix, by place."""
MAX_PAIRS = 200
"""Maximum number of pairs listed in words; all are in ``leaderboard.json``."""


@dataclass(frozen=True)
class Verdict:
    """Outcome of the tests of a system against another.

    Attributes:
        sign: ``+`` significantly better, ``−`` significantly worse, ``?`` by only one of the two tests, ``=`` not
            distinguishable.
        kind: the same as a word, for the style sheet.
        text: the same in a sentence, with the numbers.
        hangs: the document that accounts for over half of the difference, or empty.

    """

    sign: str
    kind: str
    text: str
    hangs: str


@dataclass(frozen=True)
class Pair:
    """A pair in words."""

    first: BoardEntry
    second: BoardEntry
    difference: str
    interval: str
    p: str
    verdict: Verdict


@dataclass(frozen=True)
class Pairs:
    """The pairs of a column and track.

    Attributes:
        title: column and track.
        entries: systems of the matrix, by place.
        matrix: verdict of each system (row) against each other (column), None on the diagonal.
        left_out: number of systems beyond :data:`MAX_MATRIX`.
        pairs: pairs in words, by place of the first and then of the second.
        more: number of pairs beyond :data:`MAX_PAIRS`.

    """

    title: str
    entries: list[BoardEntry]
    matrix: list[list[Verdict | None]]
    left_out: int
    pairs: list[Pair]
    more: int


def all_pairs(board: Board, shown: Sequence[Column]) -> list[Pairs]:
    """Return the tested pairs of each ranked column and track, where there are any."""
    made = [
        _pairs(board, column, track)
        for column in shown
        if column.ranked
        for track in TRACKS
        if any(cell.place for entry in board.entries if entry.track == track and (cell := entry.cells.get(column.name)))
    ]
    return [each for each in made if each.pairs]


def _pairs(board: Board, column: Column, track: str) -> Pairs:
    def placed(entry: BoardEntry) -> bool:
        return entry.track == track and column.name in entry.cells and entry.cells[column.name].place is not None

    entries = sorted(filter(placed, board.entries), key=lambda entry: order(entry, column.name))
    tested = {}
    for each in board.contrasts.get(column.name, []):
        tested[each.first, each.second] = each, 1
        tested[each.second, each.first] = each, -1
    inside = entries[:MAX_MATRIX]
    matrix = [
        [_verdict(*tested[row.id, other.id]) if (row.id, other.id) in tested else None for other in inside]
        for row in inside
    ]
    both = [
        (first, second)
        for i, first in enumerate(entries)
        for second in entries[i + 1 :]
        if (first.id, second.id) in tested
    ]
    pairs = [_pair(first, second, *tested[first.id, second.id]) for first, second in both[:MAX_PAIRS]]
    title = f"{views.heading(column)}, {track} track"
    return Pairs(title, inside, matrix, len(entries) - len(inside), pairs, len(both) - len(pairs))


def _pair(first: BoardEntry, second: BoardEntry, tested: BoardContrast, sign: int) -> Pair:
    p = f"{tested.p_holm:.4f}" if tested.p_holm >= 0.0001 else "< 0.0001"
    return Pair(first, second, f"{sign * tested.difference:+.3f}", _interval(tested, sign), p, _verdict(tested, sign))


def _interval(tested: BoardContrast, sign: int) -> str:
    if tested.interval is None:
        return ""
    low, high = sorted(sign * end for end in tested.interval)
    return f"{low:+.3f} to {high:+.3f}"


def _verdict(tested: BoardContrast, sign: int) -> Verdict:
    by, within = f"{abs(tested.difference):.3f}", _interval(tested, sign)
    if tested.better is not None:
        better = (tested.better == "first") == (sign > 0)
        text, mark, kind = ("better", "+", "better") if better else ("worse", "−", "worse")
    elif failed := views.ONE_FAILED.get(tuple(tested.failed)):
        text, mark, kind = failed, "?", "unsure"
    else:
        text, mark, kind = "no significant difference", "=", "equal"
    return Verdict(mark, kind, f"{text}: {by}{f', {within}' if within else ''}", tested.document or "")
