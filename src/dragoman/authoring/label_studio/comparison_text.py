"""Points of two passes in words, for the page of a comparison."""

from __future__ import annotations

from typing import Any

import msgspec

from dragoman.authoring.disagreements import Label, Point
from dragoman.schema.layers import LAYERS
from dragoman.schema.records import Document, Labels

MAX_SHOWN = 40
"""Characters of a label's text that are shown in a list of points."""


def headline(point: Point, document: Document) -> str:
    """Summarise a point in one line, as in ``entities '최선희' (a e1, b -): form``."""
    label = point.a or point.b
    spans = getattr(label, "content", [label])
    text = document.text[spans[0].start : spans[0].end]
    text = text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
    ids = ", ".join(f"{side} {one.id if one else '-'}" for side, one in (("a", point.a), ("b", point.b)))
    return f"{point.layer} {' '.join(text.split())!r} ({ids}): {', '.join(point.differences)}"


def in_words(label: Label | None, labels: Labels, differences: tuple[str, ...]) -> str:
    """Describe a label of one side, one field per line; fields in which the sides differ are marked.

    Args:
        label: the label, or None.
        labels: all labels of its document and side, to resolve references.
        differences: names of the fields that differ.

    """
    if label is None:
        return "has no such label"
    built = msgspec.to_builtins(label)
    layer = next(layer for layer in LAYERS if isinstance(label, layer.gold))
    surfaces = {entity.id: entity.text for entity in labels.entities}
    surfaces |= {date.id: date.text for date in labels.dates}
    surfaces |= {claim.id: " … ".join(fragment.text for fragment in claim.content) for claim in labels.claims}
    lines = [f"{label.id} {surfaces[label.id]!r}"]
    for name in layer.compared:
        shown = _shown(name, built.get(name), surfaces)
        if shown or name in differences:
            lines.append(f"{'≠' if name in differences else ' '} {name}: {shown or '-'}")
    return "\n".join(lines)


def _shown(name: str, value: Any, surfaces: dict[str, str]) -> str:
    if not value:
        return ""
    if name in ("content", "cue"):
        return " … ".join(fragment["text"] for fragment in value)
    if name == "claimants":
        return "; ".join(
            " ".join(
                [
                    claimant["role"],
                    *([repr(surfaces.get(claimant["mention"], claimant["mention"]))] if claimant["mention"] else []),
                    *([f"({', '.join(claimant['entity_ids'])})"] if claimant["entity_ids"] else []),
                ]
            )
            for claimant in value
        )
    if name in ("parent", "ref"):
        return f"{value} {surfaces[value]!r}" if value in surfaces else str(value)
    return ", ".join(value) if isinstance(value, list) else str(value)
