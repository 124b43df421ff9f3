"""The pages of a board, made from its data alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dragoman.leaderboard import forest, pairs_view, phenomena_view, robustness_view, views
from dragoman.leaderboard.about import about
from dragoman.leaderboard.ranking import TRACKS
from dragoman.reports.rendering import environment, inlined
from dragoman.schema.layers import LAYER_NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dragoman.leaderboard.ranking import Column
    from dragoman.leaderboard.robustness_view import EditCosts
    from dragoman.schema.leaderboard_json import Board, BoardEntry

_UNRANKED = {"other data", "not reproduced", "invalid"}


def pages(
    board: Board,
    shown: Sequence[Column],
    reported: Mapping[str, str],
    dataset: str | None = None,
    edit_costs: Mapping[str, EditCosts] | None = None,
) -> Iterator[tuple[str, str]]:
    """Render every page except the reports.

    Args:
        board: the board.
        shown: its columns, in order.
        reported: page of the report by id of the entry.
        dataset: repository of the data set on the Hub, ``owner/name``, if it has one.
        edit_costs: what edits of the texts cost, by id of the entry.

    Yields:
        The page's file and its HTML.

    """
    jinja, tabs = environment(), views.tabs(board, shown)
    edited = robustness_view.laid_out(board, edit_costs or {})
    common: dict[str, Any] = {
        "board": board,
        "tabs": tabs,
        "views": views,
        "layers": [layer for layer in LAYER_NAMES if any({layer} == column.layers for column in shown)],
        "reported": reported,
        "edited": edited,
        "edited_ids": {each.entry.id for each in edited},
        "about": about(board, shown, dataset),
        "here": "",
        "root": "",
    }
    style = ("board/board.css", "theme.js")
    plain, acting = inlined(*style), inlined(*style, "board/sort.js", "board/controls.js")
    for tab in tabs:
        yield (
            tab.file,
            jinja.get_template("board/table.html").render(
                common | acting | {"here": tab.file, "tab": tab} | _table(board, tab)
            ),
        )
    columns = phenomena_view.phenomena(board)
    counted: list[tuple[str, str, dict[str, Any]]] = [
        ("phenomena.html", "phenomena", {"columns": columns, "rows": phenomena_view.rows(board, columns)}),
        ("differences.html", "differences", {"all_pairs": pairs_view.all_pairs(board, shown)}),
    ]
    others: list[tuple[str, str, dict[str, Any]]] = [
        *([] if board.closed else counted),
        ("about.html", "about", {}),
        ("submit.html", "submit", {}),
        *([("robustness.html", "robustness", {})] if edited else []),
    ]
    for file, template, own in others:
        yield file, jinja.get_template(f"board/{template}.html").render(common | acting | {"here": file} | own)
    for each in edited:
        context = common | acting | {"root": "../", "here": "robustness.html", "edits": each}
        yield f"robustness/{each.entry.id}.html", jinja.get_template("board/edits.html").render(context)
    for entry in board.entries:
        yield (
            f"systems/{entry.id}.html",
            jinja.get_template("board/system.html").render(
                common | plain | {"root": "../"} | _system(board, entry, shown)
            ),
        )


def _table(board: Board, tab: views.Tab) -> dict[str, Any]:
    return {
        "main": views.head(board, tab.main, tab),
        "heads": [views.head(board, column, tab) for column in tab.others],
        "forest": forest.forest(board, tab),
        "ticks": forest.TICKS,
        "tracks": [(track, views.rows(board, tab, "ranked", track)) for track in TRACKS],
        "not_independent": views.rows(board, tab, "not independent"),
        "others": [entry for entry in board.entries if entry.state in _UNRANKED],
    }


def _system(board: Board, entry: BoardEntry, shown: Sequence[Column]) -> dict[str, Any]:
    heads, slices = views.slices(entry, shown)
    return {
        "entry": entry,
        "link": views.link(entry.card.url if entry.card else None),
        "measures": views.measures(entry),
        "heads": heads,
        "slices": slices,
        "places": [
            (views.heading(column), entry.cells[column.name], views.tied(board, entry, column.name))
            for column in shown
            if column.ranked and column.name in entry.cells
        ],
    }
