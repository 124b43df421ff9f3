"""Documents as a benchmark has them, made of the lines of gold in any other form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dragoman.schema.layers import LAYERS
from dragoman.schema.records import Claimant, Document, Fragment
from dragoman.schema.submission import Submission

_ABOUT = [name for name in Document.__struct_fields__ if name in Submission.__struct_fields__]


def document_of(line: Submission) -> Document:
    """Make the document that a line is of; its labels as far as a document has a place for them."""
    text = line.text or ""
    about: dict[str, Any] = {name: getattr(line, name) for name in _ABOUT}

    def fragments(pairs: Sequence[Any] | None) -> list[Fragment]:
        return [Fragment(start, end, text[start:end]) for start, end in pairs or ()]

    def labels(layer: str, record: Any) -> list[Any]:
        made = []
        for number, item in enumerate(getattr(line, layer) or (), start=1):
            values = {name: getattr(item, name, None) for name in record.__struct_fields__}
            values |= {"id": item.id or f"{layer[0]}{number}", "phenomena": item.phenomena or []}
            if layer == "claims":
                values |= {name: fragments(values[name]) for name in ("content", "cue")}
                values["claimants"] = [
                    Claimant(who.role or "MENTION", who.mention if isinstance(who.mention, str) else None)
                    for who in item.claimants or ()
                ]
            else:
                values["text"] = text[item.start or 0 : item.end or 0]
            if layer == "entities":
                values["entity_ids"] = item.entity_ids or []
            made.append(record(**values))
        return made

    known: list[Any] = [layer.name for layer in LAYERS if getattr(line, layer.name) is not None]
    about |= {
        "id": line.id,
        "page": line.page or line.id,
        "kind": line.kind or "article",
        "language": line.language or "und",
        "layers_annotated": known if line.layers_annotated is None else line.layers_annotated,
    }
    about |= {layer.name: labels(layer.name, layer.gold) for layer in LAYERS}
    return Document(**about)
