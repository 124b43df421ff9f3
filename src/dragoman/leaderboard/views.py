"""View models of the board's pages, ready for the templates: its tables, and the parts of a system's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dragoman.leaderboard.board_data import order
from dragoman.measures.naming import BY_NAME
from dragoman.reports.rendering import short
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.leaderboard_json import Cell

if TYPE_CHECKING:
    from dragoman.leaderboard.ranking import Column
    from dragoman.schema.leaderboard_json import Board, BoardEntry, Place

_MAX_URL = 2000
"""Longest address that becomes a link, in characters."""


@dataclass(frozen=True)
class Tab:
    """A page of the board with one table.

    Attributes:
        file: its file.
        title: what to call it.
        main: the column that it orders by.
        others: columns shown after it.

    """

    file: str
    title: str
    main: Column
    others: list[Column]


def tabs(shown: Sequence[Column]) -> list[Tab]:
    """Pages of the board: all layers together, then each with its own measures and slices."""
    headline, *layers = (column for column in shown if column.ranked)
    parts = [c for c in shown if c.facet and len(c.measures) > 1]
    made = [Tab("index.html", "Overall", headline, [*layers, *parts])]
    for column in layers:
        columns = [c for c in shown if c.layers == column.layers and c is not column]
        made.append(Tab(f"{column.title.lower()}.html", column.title, column, columns))
    return made


@dataclass(frozen=True)
class ScoreView:
    """A score as it is drawn.

    Attributes:
        text: three decimals, or a dash.
        sort: what to sort by; -1 for no score.
        interval: as text, or empty.
        low: left end of the interval, 0 to 100, or None.
        high: its right end.
        at: the score, 0 to 100.

    """

    text: str
    sort: float
    interval: str = ""
    low: float | None = None
    high: float | None = None
    at: float | None = None


def score(cell: Cell | None) -> ScoreView:
    """Make a cell ready to be drawn."""
    if cell is None or cell.score is None:
        return ScoreView("–", -1.0)
    text, at = f"{cell.score:.3f}", round(100 * cell.score, 1)
    if cell.interval is None:
        return ScoreView(text, cell.score, at=at)
    low, high = cell.interval
    return ScoreView(text, cell.score, f"{low:.3f}–{high:.3f}", round(100 * low, 1), round(100 * high, 1), at)


@dataclass(frozen=True)
class Row:
    """An entry in a table, with its place under the table's main column."""

    entry: BoardEntry
    name: str
    under: str
    rank: str
    note: str
    main: ScoreView
    others: list[ScoreView]


def rows(board: Board, tab: Tab, state: str, track: str | None = None) -> list[Row]:
    """Rows of a table: entries of a state, and of a track if one is given, that have a score there, by place."""
    main = tab.main.name
    entries = [
        entry
        for entry in board.entries
        if entry.state == state and (entry.track or "open") == (track or entry.track or "open") and _scored(entry, tab)
    ]
    return [_row(entry, tab) for entry in sorted(entries, key=lambda entry: order(entry, main))]


def _scored(entry: BoardEntry, tab: Tab) -> bool:
    """Whether an entry belongs in a table: overall all do, so that those without headline are seen too."""
    cell = entry.cells.get(tab.main.name)
    return bool(entry.cells) and (len(tab.main.measures) > 1 or (cell is not None and cell.score is not None))


def _row(entry: BoardEntry, tab: Tab) -> Row:
    cell = entry.cells.get(tab.main.name) or Cell(None)
    place = cell.place
    rank = "–" if place is None else str(place.rank)
    note = "" if place is None else span(place)
    others = [score(entry.cells.get(column.name)) for column in tab.others]
    best = place is not None and place.best and place.rank > 1
    under = " · ".join(filter(None, (_under(entry), "not told from the best" if best else "")))
    return Row(entry, name(entry), under, rank, note, score(cell), others)


def span(place: Place) -> str:
    """Write the range of a place."""
    return "–".join(map(str, dict.fromkeys(place.range)))


def _under(entry: BoardEntry) -> str:
    """Describe an entry in the line below its name: its version, layers if not all, documents left out."""
    parts = [short(entry.card.version, 24)] if entry.card is not None and entry.card.version else []
    if len(entry.attempted) < len(LAYER_NAMES):
        parts.append("only " + ", ".join(entry.attempted))
    if entry.missing:
        parts.append(f"{entry.missing} left out")
    return " · ".join(parts)


def name(entry: BoardEntry) -> str:
    """Name an entry on one line, short enough for a table."""
    return short(entry.card.name if entry.card is not None else entry.folder, 120)


def link(url: str | None) -> tuple[str, str] | None:
    """Address and host of a URL that may be a link: http or https, with a plain host; None for any other."""
    # Browsers and urlsplit read a backslash differently; none of these signs belongs in an address.
    if not url or len(url) > _MAX_URL or not url.isascii() or not url.isprintable() or set(url) & set(' "<>\\^`{|}'):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    plain = bool(host) and all(char.isalnum() or char in ".-" for char in host)
    return (url, host) if parts.scheme in {"http", "https"} and plain and "@" not in parts.netloc else None


def measures(entry: BoardEntry) -> list[tuple[str, ScoreView, str]]:
    """Scores of an entry on all documents: measure, score, definition."""
    return [
        (column, score(cell), BY_NAME[column].definition if column in BY_NAME else "mean of the three layers' F1")
        for column, cell in entry.cells.items()
        if "[" not in column
    ]


def slices(entry: BoardEntry, shown: Sequence[Column]) -> tuple[list[str], list[tuple[str, list[ScoreView]]]]:
    """Scores of an entry on parts of the documents: headings, and a row for each part."""
    parts = list(dict.fromkeys(column.facet for column in shown if column.facet and len(column.measures) > 1))
    mains = [column.name for column in shown if column.ranked]
    made = [
        (f"{facet}: {value}", [score(entry.cells.get(f"{main}[{facet}={value}]")) for main in mains])
        for facet, value in parts
    ]
    return [column.title for column in shown if column.ranked], made


_ONE_FAILED: dict[tuple[str, ...], str] = {
    ("permutation",): "the permutation test finds no difference, the bootstrap does",
    ("bootstrap",): "the bootstrap finds no difference, the permutation test does",
}


def tied(board: Board, entry: BoardEntry, column: str) -> list[tuple[BoardEntry, str]]:
    """Entries that cannot be told from one in a column, in the board's order, each with what to know of the pair."""
    notes = {}
    for contrast in board.contrasts.get(column, []):
        if entry.id in {contrast.first, contrast.second} and contrast.better is None:
            hangs = contrast.document and f"over half of the difference hangs on {contrast.document}"
            said = [_ONE_FAILED.get(tuple(contrast.failed)), hangs]
            notes[contrast.second if contrast.first == entry.id else contrast.first] = "; ".join(filter(None, said))
    return [(other, notes[other.id]) for other in board.entries if other.id in notes]
