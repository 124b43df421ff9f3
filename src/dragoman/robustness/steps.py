"""Apply one edit to a document or to all of a benchmark, and count what it did."""

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
    """Counts of what an edit did.

    Attributes:
        documents: number of documents.
        edited: ids of those that it changed.
        places: number of replacements.
        moved: number of labels with new offsets, by layer; ``changed`` with new values, ``dropped``, ``added``.
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
        """Add one document."""
        self.documents += 1
        if carried.edited:
            self.edited.append(carried.row["id"])
        self.places += places
        for name in ("moved", "changed", "dropped", "added", "unable"):
            getattr(self, name).update(getattr(carried, name))

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain values; layers with 0 are left out."""
        layers = ("moved", "changed", "dropped", "added")
        return {
            "documents": self.documents,
            "edited": len(self.edited),
            "places": self.places,
            **{name: {layer: n for layer in LAYER_NAMES if (n := getattr(self, name)[layer])} for name in layers},
            "unable": dict(sorted((+self.unable).items())),
        }


def speaks(row: Row, applied: Applied) -> bool:
    """Whether an edit supports the language of a document; an unknown language only if it supports all."""
    known = applied.edit.languages
    return not known or languages.get(row.get("language")).tag in known


class Again(Generic[Item]):
    """A re-iterable: items are produced again for each iteration.

    Attributes:
        made: returns the items.

    """

    def __init__(self, made: Callable[[], Iterable[Item]]) -> None:
        self.made = made

    def __iter__(self) -> Iterator[Item]:
        return iter(self.made())


def plan_of(rows: Iterable[Row], applied: Applied) -> Any:
    """Call ``prepare`` of an edit, if it has one; ``rows`` must be re-iterable."""
    prepare = applied.edit.prepare
    return None if prepare is None else prepare(Again(lambda: (r for r in rows if speaks(r, applied))), applied)


def edited(row: Row, applied: Applied, plan: Any, tally: Tally) -> Carried:
    """Edit a copy of a document.

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
    """Apply an edit to a name; unchanged if the edit does not support the language."""
    row = {"id": name, "text": name, "language": language}
    if "\n" in name or not speaks(row, applied):
        return name
    draft = Draft(row, applied)
    applied.edit.change(draft)
    text: str = carry(draft).row["text"]
    return text
