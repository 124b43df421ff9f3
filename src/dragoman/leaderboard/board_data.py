"""The board as data: all entries judged and ranked, and the same as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from dragoman.leaderboard.entries import Entry, examine, folders
from dragoman.leaderboard.ranking import LEVEL, columns, fill
from dragoman.schema.leaderboard_json import BOARD_VERSION, Board, BoardColumn, BoardData, BoardEntry, Cell
from dragoman.text import visible

if TYPE_CHECKING:
    from dragoman.leaderboard.ranking import Column
    from dragoman.problems import Problem
    from dragoman.scoring import Gold

Progress = Callable[[Sequence[Path], str], Iterable[Path]]
_MAX = 100
_STATES = ("ranked", "not independent", "other data", "not reproduced", "invalid")


def judge(runs: Path, gold: Gold, progress: Progress) -> tuple[Board, dict[str, Entry]]:
    """Read, score and rank all runs.

    Args:
        runs: folder of ``system/data version``.
        gold: what to score against.
        progress: wraps the folders to show how far it is.

    Returns:
        The board, and the entries behind it by their ids.

    Raises:
        DragomanError: E820 when there are no runs. A bad run is an entry, not an error.

    """
    entries = [examine(path, gold) for path in progress(folders(runs), "scoring")]
    scored = [entry for entry in entries if entry.result is not None]
    filled = [fill(column, scored, gold) for column in columns(gold)]
    cells = {entry.id: {each.column.name: each.cells[entry.id] for each in filled} for entry in scored}
    board = Board(
        schema_version=BOARD_VERSION,
        data=BoardData(
            gold.data.name, gold.data.version, gold.data.fingerprint, gold.data.split, len(gold.data.documents)
        ),
        level=LEVEL,
        columns=[BoardColumn(each.column.name, each.column.ranked) for each in filled],
        entries=[_entry(entry, cells.get(entry.id, {})) for entry in entries],
        contrasts={each.column.name: each.contrasts for each in filled if each.column.ranked},
    )
    board.entries.sort(key=lambda entry: order(entry, "headline"))
    return board, {entry.id: entry for entry in entries}


def order(entry: BoardEntry, column: str) -> tuple[int, int, float, str]:
    """Sort key of an entry in a column: ranked ones by rank, then score; the others behind them."""
    cell = entry.cells.get(column) or Cell(None)
    rank = cell.place.rank if cell.place is not None else 1_000_000
    return _STATES.index(entry.state), rank, -(cell.score if cell.score is not None else -1.0), entry.folder


def _entry(entry: Entry, cells: dict[str, Cell]) -> BoardEntry:
    return BoardEntry(
        id=entry.id,
        folder=visible(entry.folder),
        state=entry.state,
        card=entry.card,
        problems=[_said(entry, problem) for problem in entry.problems[:_MAX]],
        attempted=list(entry.attempted),
        missing=None if entry.result is None else entry.result.coverage.missing,
        cells=cells,
    )


def _said(entry: Entry, problem: Problem) -> str:
    """Say a problem with the file as it is called below the runs: where they lie is nobody's business."""
    file = problem.file.replace(str(entry.path), entry.folder, 1)
    return visible(str(structs.replace(problem, file=file)))


def as_csv(board: Board, shown: Sequence[Column]) -> bytes:
    """Write the board as CSV, one row an entry; no cell of text begins like a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    ranked = [column.name for column in shown if column.ranked]
    writer.writerow(
        ["system", "version", "folder", "state"]
        + [f"rank {name}" for name in ranked]
        + [column.name for column in shown]
    )
    for entry in board.entries:
        name, version = (entry.card.name, entry.card.version or "") if entry.card else (entry.folder, "")
        places = [cell.place.rank if (cell := entry.cells.get(name)) and cell.place else "" for name in ranked]
        scores = [entry.cells[c.name].score if c.name in entry.cells else None for c in shown]
        texts = [plain(text) for text in (name, version, entry.folder, entry.state)]
        writer.writerow([*texts, *places, *("" if score is None else f"{score:.6f}" for score in scores)])
    return out.getvalue().encode()


def plain(text: str) -> str:
    """Text for a cell of a spreadsheet: control characters shown, and never taken for a formula.

    Spreadsheets run a cell that begins with one of these signs, after spaces too; a quote in front keeps it text.
    """
    safe = visible(text)
    return f"'{safe}" if safe.lstrip()[:1] in {"=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"} else safe
