"""The board as data: all entries evaluated and ranked, and the same as a table for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, structs

from dragoman import tables
from dragoman.leaderboard.closed import admit, cells, rules, shown_columns
from dragoman.leaderboard.entries import Entry, folders, of_version
from dragoman.leaderboard.examination import Progress, examine_all
from dragoman.leaderboard.oddities import oddities
from dragoman.leaderboard.ranking import columns, score_column
from dragoman.measures.catalogue import HEADLINE
from dragoman.schema.leaderboard_json import BOARD_VERSION, Board, BoardColumn, BoardData, BoardEntry, Cell
from dragoman.schema.measure_names import layer_of
from dragoman.scoring import repeats
from dragoman.statistics.places import LEVEL
from dragoman.text import visible

if TYPE_CHECKING:
    from dragoman.leaderboard.closed import Closed
    from dragoman.leaderboard.ranking import Column
    from dragoman.problems import Problem
    from dragoman.scoring import Gold

MAX_PROBLEMS = 100
"""Problems of an entry that are listed."""
_STATES = ("ranked", "not independent", "other data", "not reproduced", "invalid")


def evaluate(
    runs: Path, gold: Gold, progress: Progress, closed: Closed | None = None
) -> tuple[Board, dict[str, Entry]]:
    """Read, score and place all runs; where a system has a run on this version of the data, its other runs are skipped.

    Args:
        runs: folder of ``system/data version``.
        gold: what to score against.
        progress: wraps the folders to report progress.
        closed: rules of a board on withheld gold, which shows only aggregates; None for an open board.

    Returns:
        The board, and the entries behind it by their ids.

    Raises:
        DragomanError: E820 when there are no runs. A bad run is an entry, not an error.

    """
    entries = examine_all(of_version(folders(runs), gold.data.version), gold, progress, withheld=closed is not None)
    shown = None if closed is None else admit(entries, closed)
    scored = [entry for entry in entries if entry.result is not None]
    for entry in scored:
        entry.problems += oddities(entry, scored, withheld=closed is not None)
    board = Board(
        schema_version=BOARD_VERSION,
        data=BoardData(
            gold.data.name,
            gold.data.version,
            gold.data.fingerprint,
            gold.data.split,
            len(gold.data.documents),
            len({page for page in gold.facets.get("page", ()) if page is not None}) or None,
        ),
        level=LEVEL,
        columns=[],
        entries=[],
        contrasts={},
    )
    if closed is None or shown is None:
        filled = [score_column(column, scored, gold) for column in columns(gold)]
        board.columns = [BoardColumn(e.column.name, e.column.ranked, e.documents, e.labels) for e in filled]
        board.contrasts = {each.column.name: each.contrasts for each in filled if each.column.ranked}
        made = {entry.id: {each.column.name: each.cells[entry.id] for each in filled} for entry in scored}
        board.phenomena = {name: part["gold"] for entry in scored for name, part in _phenomena(entry)}
    else:
        board.columns = [BoardColumn(e.name, e.ranked, board.data.documents) for e in shown_columns(gold)]
        made = cells(entries, shown, gold)
        board.closed = rules(entries, shown, closed)
    board.entries = [_entry(entry, made.get(entry.id, {}), whole=closed is None) for entry in entries]
    board.entries.sort(key=lambda entry: order(entry, board.columns[0].name))
    return board, {entry.id: entry for entry in entries}


def order(entry: BoardEntry, column: str) -> tuple[int, str, int, float, str]:
    """Sort key of an entry in a column: ranked entries by track, place and score, then all others."""
    cell = entry.cells.get(column) or Cell(None)
    rank = cell.place.rank if cell.place is not None else 1_000_000
    score = cell.score if cell.score is not None else -1.0
    return _STATES.index(entry.state), entry.track or "open", rank, -score, entry.folder


def _entry(entry: Entry, cells: dict[str, Cell], *, whole: bool) -> BoardEntry:
    """Make the entry of a board; ``whole`` says whether counts by document and label are shown."""
    return BoardEntry(
        id=entry.id,
        folder=visible(entry.folder),
        state=entry.state,
        track=None if entry.card is None else entry.card.track,
        card=entry.card,
        problems=[message(entry, problem) for problem in entry.problems[:MAX_PROBLEMS]],
        attempted=list(entry.attempted),
        missing=None if entry.result is None else entry.result.coverage.missing,
        cells=cells,
        answered=entry.result.coverage.answered if whole and entry.result is not None else {},
        recall={name: part["recall"] for name, part in _phenomena(entry)} if whole else {},
        repeats=UNSET if entry.result is None or not entry.result.repeats else repeats.number(entry.result),
    )


def _phenomena(entry: Entry) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the recall slice of each phenomenon, by the main measure of its layer."""
    for name, part in entry.result.slices.items() if entry.result is not None else ():
        measure, _, facet = name.partition("[phenomenon=")
        if facet and measure in HEADLINE and layer_of(measure) in entry.attempted:
            yield f"{measure}.recall[phenomenon={facet}", part


def message(entry: Entry, problem: Problem) -> str:
    """Format a problem with its file relative to the folder of runs, so that the page does not show local paths."""
    what, file = (text.replace(str(entry.path), entry.folder) for text in (problem.what, problem.file))
    return visible(str(structs.replace(problem, what=what, file=file)))


def as_csv(board: Board, shown: Sequence[Column]) -> bytes:
    """Write the board as CSV, one row per entry; text is escaped so that no spreadsheet reads it as a formula."""
    ranked = [column.name for column in shown if column.ranked]
    head = ["system", "version", "folder", "state", "track", *(f"place {name}" for name in ranked)]
    rows: list[list[str | float | None]] = [[*head, *(column.name for column in shown)]]
    for entry in board.entries:
        name, version = (entry.card.name, entry.card.version or "") if entry.card else (entry.folder, "")
        places = [cell.place.rank if (cell := entry.cells.get(name)) and cell.place else None for name in ranked]
        scores = [entry.cells[c.name].score if c.name in entry.cells else None for c in shown]
        rows.append([name, version, entry.folder, entry.state, entry.track or "", *places, *scores])
    return tables.as_csv(rows)
