"""Description of a board for its pages and the Hub: data, limitations and citation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dragoman import json_text
from dragoman.leaderboard.views import number
from dragoman.reports.rendering import short
from dragoman.statistics.power import MIN_DOCUMENTS
from dragoman.text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dragoman.leaderboard.ranking import Column
    from dragoman.schema.leaderboard_json import Board, BoardData

HUB = "https://huggingface.co/datasets"
OWN = "dragoman"
"""Name of the bundled data set, whose gold is described here; other data sets describe theirs in their card."""
_OWN_GOLD = (
    "The gold labels were made by large language models of one family: two annotated, one adjudicated; no "
    "native speaker of the languages has reviewed them."
)
_OTHER_GOLD = "The card of the data set says who made the gold labels."
_TITLE = "Dragoman: a benchmark for machines that read diplomatic news"


@dataclass(frozen=True)
class About:
    """What a board's about page and cards say.

    Attributes:
        what: description of the board, in a sentence or two.
        cannot: limitations of the board, one sentence each.
        citation: citation in BibTeX.
        data: address of the data set on the Hub, or None.
        guidelines: address of the guidelines there, or None.

    """

    what: str
    cannot: list[str]
    citation: str
    data: str | None
    guidelines: str | None


def about(board: Board, shown: Sequence[Column], dataset: str | None) -> About:
    """Describe a board.

    Args:
        board: the board.
        shown: its columns, in order.
        dataset: repository of the data set on the Hub, ``owner/name``, if it has one.

    """
    data, documents = board.data, {column.name: column.documents or 0 for column in board.columns}
    languages = [(column.title, documents.get(column.name, 0)) for column in shown if column.by_language]
    pages = f" from {number(data.pages, 'page')}" if data.pages else ""
    among = ", ".join(f"{title} {count}" for title, count in languages)
    on = f"{number(data.documents, 'document')}{pages}"
    what = (
        f"Systems that find {_found(shown)} in news, scored on {on} of "
        f"{short(data.name, 80)} {short(data.version or '', 40)}, split {short(data.split or '', 40)}"
        f"{f' ({among})' if among else ''}. {_OWN_GOLD if data.name == OWN else _OTHER_GOLD}"
    )
    home = f"{HUB}/{dataset}" if dataset else None
    return About(
        what,
        list(_cannot(data, languages)),
        _citation(data),
        home,
        f"{home}/blob/main/GUIDELINES.md" if home else None,
    )


def _found(shown: Sequence[Column]) -> str:
    """Enumerate the layers of the board, as in ``entities, dates and claims``."""
    *most, last = [c.measures[0].layer for c in shown if c.ranked and c.facet is None and len(c.measures) == 1]
    return f"{', '.join(most)} and {last}" if most else last


def _cannot(data: BoardData, languages: list[tuple[str, int]]) -> list[str]:
    held = number(data.pages, "page") if data.pages else number(data.documents, "document")
    little = f"{held} {'says' if (data.pages or data.documents) == 1 else 'say'} little about other news"
    said = [
        f"{little}; intervals hold only for documents like these.",
        "No significant difference between two systems does not mean that they are equally good.",
    ]
    few = [f"{title} ({number(documents, 'document')})" for title, documents in languages if documents < MIN_DOCUMENTS]
    if few:
        said.append(f"No places for {' or '.join(few)}: fewer than {MIN_DOCUMENTS} documents, only scores are given.")
    if data.name == OWN:
        said.append(
            "Human performance is unknown: no person has labelled these documents. "
            "The annotators' control is a model of the same family: neither an upper bound nor human performance."
        )
    return said


def _citation(data: BoardData) -> str:
    name, version = _plain(data.name), _plain(data.version or "")
    title = _TITLE if data.name == OWN else name
    author = "The Dragoman authors" if data.name == OWN else f"The authors of {name}"
    key = "".join(char for char in f"{name}-{version}" if char.isascii() and (char.isalnum() or char in "-."))
    lines = (
        f"@misc{{{key},",
        f"  title = {{{title}}},",
        f"  author = {{{{{author}}}}},",
        f"  version = {{{version}}},",
        f"  note = {{Data set {name}, split {_plain(data.split or '')}, fingerprint {data.fingerprint[:16]}}}",
        "}",
    )
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Remove the characters that have a meaning in BibTeX."""
    return "".join(char for char in visible(text)[:200] if char not in '{}\\@%#"')


def space_card(board: Board, dataset: str | None) -> bytes:
    """Write ``README.md`` of a static Space: the front matter that the Hub reads, and a line for readers.

    The front matter is JSON in YAML, so that no name can end a value early.
    """
    name = visible(board.data.name)[:80]
    front = {
        "title": f"{name} leaderboard",
        "sdk": "static",
        "app_file": "index.html",
        "pinned": False,
        "tags": ["leaderboard"],
        **({"datasets": [dataset]} if dataset else {}),
    }
    lines = [f"{key}: {json_text.canonical(value).decode()}" for key, value in front.items()]
    return (
        "\n".join(["---", *lines, "---"]) + "\n# Leaderboard\n\nMade by `dragoman leaderboard`. Open `index.html`, or "
        "read `leaderboard.json`.\n"
    ).encode()
