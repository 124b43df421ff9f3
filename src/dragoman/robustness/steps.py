"""One edit carried out on a document or on all of a benchmark, and what it did, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from dragoman import languages
from dragoman.problems import error
from dragoman.robustness.carrying import Carried, carry
from dragoman.robustness.draft import Draft
from dragoman.schema.layers import LAYER_NAMES

if TYPE_CHECKING:
    from dragoman.robustness.edit import Applied, Row

Item = TypeVar("Item")


@dataclass
class Tally:
    """What an edit did to some documents.

    Attributes:
        documents: how many there were.
        edited: ids of those that it changed.
        places: stretches that were replaced.
        moved: labels at other offsets, by layer; ``changed`` those with other values, ``dropped``, ``added``.
        unable: what could not be edited, by reason.

    """

    documents: int = 0
    edited: list[str] = field(default_factory=list)
    places: int = 0
    moved: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    added: Counter[str] = field(default_factory=Counter)
    unable: Counter[str] = field(default_factory=Counter)

    def take(self, carried: Carried, places: int) -> None:
        """Count one document."""
        self.documents += 1
        if carried.edited:
            self.edited.append(carried.row["id"])
        self.places += places
        for name in ("moved", "changed", "dropped", "added", "unable"):
            getattr(self, name).update(getattr(carried, name))

    def to_dict(self) -> dict[str, Any]:
        """Give the counts as plain values; layers without any are left out."""
        layers = ("moved", "changed", "dropped", "added")
        return {
            "documents": self.documents,
            "edited": len(self.edited),
            "places": self.places,
            **{name: {layer: n for layer in LAYER_NAMES if (n := getattr(self, name)[layer])} for name in layers},
            "unable": dict(sorted((+self.unable).items())),
        }


def speaks(row: Row, applied: Applied) -> bool:
    """Whether a document is in a language that an edit is for; one whose language is not known is, if all are."""
    known = applied.edit.languages
    return not known or languages.get(row.get("language")).tag in known


class Again(Generic[Item]):
    """Items that are made anew each time that somebody goes through them.

    Attributes:
        made: makes them.

    """

    def __init__(self, made: Callable[[], Iterable[Item]]) -> None:
        self.made = made

    def __iter__(self) -> Iterator[Item]:
        return iter(self.made())


def plan_of(rows: Iterable[Row], applied: Applied) -> Any:
    """Let an edit look at all documents, if it has to; ``rows`` can be gone through several times."""
    prepare = applied.edit.prepare
    return None if prepare is None else prepare(Again(lambda: (r for r in rows if speaks(r, applied))), applied)


def edited(row: Row, applied: Applied, plan: Any, tally: Tally) -> Carried:
    """Edit a document; the row that is given stays as it is.

    Raises:
        DragomanError: E751 for a document without a text, E406 for a label without offsets.

    """
    if not isinstance(row.get("text"), str):
        hint = "An edit needs the text of every document, as a field `text`."
        raise error("E751", f"the document {str(row.get('id'))[:80]!r} has no text.", hint)
    draft = Draft(msgspec.json.decode(msgspec.json.encode(row)), applied, plan)
    if speaks(row, applied):
        applied.edit.change(draft)
    carried = carry(draft)
    tally.take(carried, len(draft.replacements) + sum(map(len, draft.lines_after.values())) + (draft.order is not None))
    return carried


def rewritten(name: str, language: str, applied: Applied) -> str:
    """Write a name as an edit writes texts; the name itself where the edit is for another language."""
    row = {"id": name, "text": name, "language": language}
    if "\n" in name or not speaks(row, applied):
        return name
    draft = Draft(row, applied)
    applied.edit.change(draft)
    text: str = carry(draft).row["text"]
    return text
