"""Two passes as a project of their disagreements: one task per point.

The page of a task shows the labels of both passes, as regions named ``a:e12`` and ``b:e7``, the labels that they refer
to, and the question which to keep. The answers are read as decisions by
:mod:`dragoman.authoring.label_studio.comparison_answers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from dragoman import json_text
from dragoman.authoring.adjudication import read_decisions, read_passes
from dragoman.authoring.disagreements import Point, points
from dragoman.authoring.label_studio.comparison_text import headline, in_words
from dragoman.authoring.label_studio.label_fields import Draft, Label
from dragoman.authoring.label_studio.state import Item, Side
from dragoman.problems import error
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.records import Document, Labels

SIDES = ("a", "b")
"""Names of the first and the second pass in decisions, whatever the passes are called."""


class Pushed(msgspec.Struct, frozen=True):
    """A point as it was pushed.

    Attributes:
        layer: layer of its labels.
        a: id of the label in the first pass, or None; ``b`` likewise in the second.
        draft: the labels of both passes, and those that they refer to, with ids like ``a:e12``.
        mentions: start, end and name (``a:e3``) of each entity of both passes, the first pass first.

    """

    layer: str
    a: str | None
    b: str | None
    draft: Draft
    mentions: list[tuple[int, int, str]]

    @property
    def own(self) -> list[str]:
        """Names of the labels that the point is about."""
        return [f"{side}:{name}" for side, name in zip(SIDES, (self.a, self.b), strict=True) if name is not None]


def of_comparison(
    root: Path, names: tuple[str, str], documents: Mapping[str, Document], *, undecided: bool = False
) -> list[Item]:
    """Make an item for each point on which two passes differ, with the labels of both as a suggestion.

    Args:
        root: the source root.
        names: names of the passes.
        documents: the corpus, by id.
        undecided: leave out points with a decision in ``decisions.jsonl``.

    Raises:
        DragomanError: E701 if a pass is missing, or errors in the passes or decisions.

    """
    for name in names:
        folder = root / "annotations" / "passes" / name
        if not folder.is_dir():
            raise error("E701", f"there is no pass {name!r}.", "Check --root and the names.", file=str(folder))
    first, second = read_passes(root, dict(documents), names).values()
    # Earlier decisions are not shown on the page, since they would bias the adjudicator.
    decided = {
        (decision.document, decision.layer, decision.a, decision.b)
        for decision in read_decisions(root / "annotations" / "decisions.jsonl")
        if names == SIDES  # the file is about the passes that gold is built from
    }
    made: list[Item] = []
    for document in documents.values():
        if document.id in first:
            sides = (first[document.id], second[document.id])
            differing = [point for point in points(*sides) if not point.agreed]
            made += [
                _item(document, point, differing, sides, names)
                for point in differing
                if not (undecided and point.key in decided)
            ]
    return made


def _item(
    document: Document,
    point: Point,
    differing: list[Point],
    sides: tuple[Labels, Labels],
    names: tuple[str, str],
) -> Item:
    _, layer, a, b = point.key
    number = differing.index(point) + 1
    draft: Draft = {of: [] for of in LAYER_NAMES}
    mentions: list[tuple[int, int, str]] = []
    for side, label, labels in zip(SIDES, (point.a, point.b), sides, strict=True):
        mentions += [(entity.start, entity.end, f"{side}:{entity.id}") for entity in labels.entities]
        if label is not None:
            _add(draft, layer, label, labels, side)
    listed = [
        f"{'→' if other is point else ' '} {at}. {headline(other, document)}" for at, other in enumerate(differing, 1)
    ]
    notes: dict[str, Any] = {
        "title": f"{document.id}, point {number} of {len(differing)}: {headline(point, document)}",
        "points": "\n".join(listed),
    }
    for side, name, label, labels in zip(SIDES, names, (point.a, point.b), sides, strict=True):
        notes[f"side_{side}"] = f"{side} (pass {name})\n{in_words(label, labels, point.differences)}"
    base = json_text.canonical(Pushed(layer, a, b, draft, mentions))
    return Item(document, base, [Side(draft, "both passes")], notes, f"{layer} a:{a or '-'} b:{b or '-'}")


def _add(draft: Draft, layer: str, label: Any, labels: Labels, side: str) -> None:
    """Add a label of one side to the labels of a point, with those that its relations need on the page."""
    if layer == "claims":
        mentioned = {claimant.mention for claimant in label.claimants}
        draft["entities"] += [
            named("entities", msgspec.to_builtins(entity), side) for entity in labels.entities if entity.id in mentioned
        ]
        for claim in labels.claims:
            if claim.id == label.parent:
                parent = named("claims", msgspec.to_builtins(claim), side)
                draft["claims"].append(parent | {"claimants": [], "cue": [], "parent": None})
    draft[layer].append(named(layer, msgspec.to_builtins(label), side))


def named(layer: str, label: Label, side: str) -> Label:
    """Prefix the id of a label, and its references, with its side, as in decisions."""
    changed: Label = {"id": f"{side}:{label['id']}"}
    if layer == "dates" and label["ref"] not in {"none", "published"}:
        changed["ref"] = f"{side}:{label['ref']}"
    if layer == "claims":
        changed["parent"] = label["parent"] and f"{side}:{label['parent']}"
        changed["dates"] = [f"{side}:{date}" for date in label["dates"]]
        changed["claimants"] = [
            claimant | ({"mention": f"{side}:{claimant['mention']}"} if claimant.get("mention") else {})
            for claimant in label["claimants"]
        ]
    return label | changed
