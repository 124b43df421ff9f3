"""View models for the templates of the board's pages: its tables, and the parts of a system's page."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import regex
from msgspec import UnsetType

from dragoman.leaderboard.board_data import order
from dragoman.measures.naming import BY_NAME
from dragoman.reports.rendering import short
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.leaderboard_json import Cell
from dragoman.schema.measure_names import layer_of
from dragoman.scoring.result_table import MIN_LABELS
from dragoman.statistics.power import MIN_DOCUMENTS
from dragoman.tables import interval
from dragoman.text import counted

if TYPE_CHECKING:
    from dragoman.leaderboard.ranking import Column
    from dragoman.schema.leaderboard_json import Board, BoardEntry, Place

_MAX_URL = 2000
"""Maximum length of a URL that becomes a link, in characters."""


@dataclass(frozen=True)
class Tab:
    """A page of the board with one table.

    Attributes:
        file: its file.
        title: display name.
        group: group of tabs that it belongs to: ``documents`` or ``layers``.
        main: the column that it is sorted by.
        others: columns shown after it.
        documents: number of documents of the main column.

    """

    file: str
    title: str
    group: str
    main: Column
    others: list[Column]
    documents: int

    @property
    def layers(self) -> list[str]:
        """Layers of the main column, in order."""
        return [layer for layer in LAYER_NAMES if layer in self.main.layers]


def tabs(board: Board, shown: Sequence[Column]) -> list[Tab]:
    """Pages of the board: all documents, those of each language, then each layer with its own measures and slices.

    With a single layer, the first page is that layer's.
    """
    documents = {column.name: column.documents or 0 for column in board.columns}
    headline, *layers = (column for column in shown if column.ranked and column.facet is None)
    parts = [c for c in shown if c.facet and len(c.measures) > 1]
    beside = [*layers, *parts] if layers else [c for c in shown if c is not headline]
    made = [Tab("index.html", "All", "documents", headline, beside, documents[headline.name])]
    for column in (c for c in shown if c.by_language):
        own = [c for c in shown if c.facet == column.facet and c is not column]
        file = f"language-{_slug(str(column.facet and column.facet[1]))}.html"
        made.append(Tab(file, column.title, "documents", column, own, documents[column.name]))
    for column in layers:
        own = [c for c in shown if c.layers == column.layers and c is not column]
        made.append(Tab(f"{column.title.lower()}.html", column.title, "layers", column, own, documents[column.name]))
    return made


def _slug(text: str) -> str:
    """Turn a language tag, which another benchmark may spell in any way, into part of a file name."""
    plain = regex.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return plain if plain == text.lower() else f"{plain[:20]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def heading(column: Column) -> str:
    """Name a column outside of its table: its layer, or the headline, and its slice."""
    if column.facet is None:
        return column.title
    of = "Headline" if len(column.measures) > 1 else column.measures[0].layer.capitalize()
    return f"{of}, {column.title}"


@dataclass(frozen=True)
class Head:
    """A heading of a column.

    Attributes:
        key: the column's name.
        title: display name.
        n: number of labels or documents that it is computed on, in words.
        few: whether that is too few for a reliable score.

    """

    key: str
    title: str
    n: str
    few: bool


def number(count: int, of: str) -> str:
    """Format a count with its noun.

    >>> number(1, "pair"), number(0, "pair")
    ('1 pair', '0 pairs')

    """
    return counted(count, of)


def head(board: Board, column: Column, tab: Tab) -> Head:
    """Make the heading of a column in a table: the layer in the table of a language, elsewhere the slice.

    ``n`` counts labels for a single layer, documents for several.
    """
    known = next(each for each in board.columns if each.name == column.name)
    n = number(known.documents or 0, "doc") if known.labels is None else number(known.labels, "label")
    few = (known.labels is not None and known.labels < MIN_LABELS) or (known.documents or 0) < MIN_DOCUMENTS
    language = tab.main.facet is not None and column.facet == tab.main.facet
    title = column.measures[0].layer.capitalize() if language and len(column.measures) == 1 else column.title
    of_kind = column.facet is not None and column.facet[0] == "kind"
    return Head(column.name, title.capitalize() if of_kind else title.replace("_", " "), n, few)


@dataclass(frozen=True)
class ScoreView:
    """A score formatted for a page.

    Attributes:
        text: three decimals, or a dash.
        sort: what to sort by; -1 for no score.
        interval: as text, or empty.
        low: lower end of the interval, 0 to 100, or None.
        high: upper end.
        at: the score, 0 to 100, or None.
        spread: lowest and highest score of several repeats, as text, or empty.

    """

    text: str
    sort: float
    interval: str = ""
    low: float | None = None
    high: float | None = None
    at: float | None = None
    spread: str = ""

    @property
    def heat(self) -> int:
        """Index of the background colour: tenths of the score, 0 to 9."""
        return min(9, int((self.at or 0.0) / 10))


def score(cell: Cell | None) -> ScoreView:
    """Format a cell."""
    if cell is None or cell.score is None:
        return ScoreView("–", -1.0)
    text, at = f"{cell.score:.3f}", round(100 * cell.score, 1)
    spread = "" if isinstance(cell.spread, UnsetType) else interval([cell.spread.low, cell.spread.high])
    if cell.interval is None:
        return ScoreView(text, cell.score, at=at, spread=spread)
    low, high = cell.interval
    return ScoreView(text, cell.score, interval(cell.interval), round(100 * low, 1), round(100 * high, 1), at, spread)


@dataclass(frozen=True)
class Row:
    """An entry in a table, with its place in the table's main column."""

    entry: BoardEntry
    name: str
    under: str
    rank: str
    note: str
    answered: str
    main: ScoreView
    others: list[ScoreView]


def rows(board: Board, tab: Tab, state: str, track: str | None = None) -> list[Row]:
    """Rows of a table: scored entries of a state, and of a track if given, by place."""
    main = tab.main.name
    entries = [
        entry
        for entry in board.entries
        if entry.state == state and (entry.track or "open") == (track or entry.track or "open") and _scored(entry, tab)
    ]
    return [_row(board, entry, tab) for entry in sorted(entries, key=lambda entry: order(entry, main))]


def _scored(entry: BoardEntry, tab: Tab) -> bool:
    """Whether an entry belongs in a table; all do in the overall one, so that entries without headline are seen too."""
    cell = entry.cells.get(tab.main.name)
    return bool(entry.cells) and (tab.file == "index.html" or (cell is not None and cell.score is not None))


def _row(board: Board, entry: BoardEntry, tab: Tab) -> Row:
    cell = entry.cells.get(tab.main.name) or Cell(None)
    place = cell.place
    rank = "–" if place is None else str(place.rank)
    note = "" if place is None else span(place)
    others = [score(entry.cells.get(column.name)) for column in tab.others]
    best = place is not None and place.best and place.rank > 1
    under = " · ".join(filter(None, (_under(entry, tab), "not significantly worse than the best" if best else "")))
    return Row(entry, name(entry), under, rank, note, answered(board, entry, tab), score(cell), others)


def answered(board: Board, entry: BoardEntry, tab: Tab) -> str:
    """Say how many of the annotated documents an entry answered, by layer if that differs; empty for a language."""
    if tab.main.facet is not None:
        return ""
    annotated = {layer_of(column.name): column.documents for column in board.columns if "[" not in column.name}
    counts = {
        layer: f"{entry.answered[layer]} of {annotated[layer]}"
        for layer in tab.layers
        if layer in entry.attempted and layer in entry.answered
    }
    if len(set(counts.values())) <= 1:
        return next(iter(counts.values()), "–")
    return ", ".join(f"{layer} {number}" for layer, number in counts.items())


def span(place: Place) -> str:
    """Format the range of a place; empty if it has none."""
    return "–".join(map(str, dict.fromkeys(place.range or ())))


def _under(entry: BoardEntry, tab: Tab) -> str:
    """Describe an entry in the line below its name: version, size, layers if not all, documents left out."""
    parts = [short(entry.card.version, 24)] if entry.card is not None and entry.card.version else []
    if entry.card is not None and entry.card.parameter_count:
        parts.append(parameters(entry.card.parameter_count))
    if not isinstance(entry.repeats, UnsetType):
        parts.append(f"mean of {entry.repeats} repeats")
    if len(entry.attempted) < len(tab.layers if tab.main.facet is None and tab.group == "documents" else LAYER_NAMES):
        parts.append("only " + ", ".join(entry.attempted))
    if entry.missing and tab.main.facet is None:
        parts.append(f"{entry.missing} left out")
    return " · ".join(parts)


SIZES: tuple[tuple[str, str, float], ...] = (
    ("none", "none trained", 0),
    ("1", "up to 1 billion", 1e9),
    ("10", "1 to 10 billion", 1e10),
    ("100", "10 to 100 billion", 1e11),
    ("more", "over 100 billion", math.inf),
)
"""Size classes: key, display name, and maximum number of trained parameters."""


def size(entry: BoardEntry) -> str:
    """Return the size class of a system, by its number of trained parameters; ``not said`` if it is unknown."""
    count = None if entry.card is None else entry.card.parameter_count
    return "not said" if count is None else next(key for key, _, most in SIZES if count <= most)


_UNITS = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k"))


def parameters(count: int) -> str:
    """Write a number of trained parameters in two digits or three.

    >>> parameters(268_098_176), parameters(1_200_000_000), parameters(950), parameters(999_700_000)
    ('268M parameters', '1.2B parameters', '950 parameters', '1B parameters')

    """
    for unit, sign in _UNITS:
        if count >= unit * 0.9995:
            return f"{float(f'{count / unit:.{2 if count < 10 * unit else 3}g}'):g}{sign} parameters"
    return counted(count, "parameter")


def name(entry: BoardEntry) -> str:
    """Name an entry on one line, short enough for a table."""
    return short(entry.card.name if entry.card is not None else entry.folder, 120)


def link(url: str | None) -> tuple[str, str] | None:
    """URL and host if the URL may become a link (http or https, plain host); None otherwise."""
    # Browsers and urlsplit read a backslash differently; none of these characters is valid in a URL.
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
        (column, score(cell), BY_NAME[column].definition if column in BY_NAME else "mean F1 of the layers")
        for column, cell in entry.cells.items()
        if "[" not in column
    ]


def slices(entry: BoardEntry, shown: Sequence[Column]) -> tuple[list[str], list[tuple[str, list[ScoreView]]]]:
    """Scores of an entry on slices of the documents: headings, and a row for each slice."""
    parts = list(dict.fromkeys(column.facet for column in shown if column.facet and column.facet[0] != "type"))
    mains = [column for column in shown if column.ranked and column.facet is None]
    made = [
        (f"{facet}: {value}", [score(entry.cells.get(f"{main.name}[{facet}={value}]")) for main in mains])
        for facet, value in parts
    ]
    return [column.title for column in mains], made


ONE_FAILED: dict[tuple[str, ...], str] = {
    ("permutation",): "no difference by the permutation test, a difference by the bootstrap",
    ("bootstrap",): "no difference by the bootstrap, a difference by the permutation test",
}


def tied(board: Board, entry: BoardEntry, column: str) -> list[tuple[BoardEntry, str]]:
    """Entries that the tests do not distinguish from this one in a column, in board order, with notes on the pair."""
    notes = {}
    for contrast in board.contrasts.get(column, []):
        if entry.id in {contrast.first, contrast.second} and contrast.better is None:
            hangs = contrast.document and f"over half of the difference comes from {short(contrast.document, 80)}"
            said = [ONE_FAILED.get(tuple(contrast.failed)), hangs]
            notes[contrast.second if contrast.first == entry.id else contrast.first] = "; ".join(filter(None, said))
    return [(other, notes[other.id]) for other in board.entries if other.id in notes]
