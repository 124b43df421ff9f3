"""Conversion between documents of a benchmark and lines of a submission."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from dragoman.schema.layers import LAYER_NAMES, LAYERS
from dragoman.schema.records import Claimant, Document, Fragment, Labels, Segment
from dragoman.schema.submission import (
    PredictedClaim,
    PredictedClaimant,
    PredictedDate,
    PredictedEntity,
    PredictedSegment,
    Submission,
)

T = TypeVar("T")

_ABOUT = [name for name in Document.__struct_fields__ if name in Submission.__struct_fields__]


def document_of(line: Submission) -> Document:
    """Convert a line to a document, with those of its labels that a document can represent."""
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


_ABOUT_A_LINE = tuple(name for name in Submission.__struct_fields__ if name not in {"id", "segments", *LAYER_NAMES})
"""Fields of a line that describe its document."""


def as_submission(labels: Document | Labels) -> Submission:
    """Convert gold of a document to a line of a submission; a layer that was not annotated is absent.

    From a document the line also has the text and metadata; from stored labels only the labels.
    """
    name = labels.document if hasattr(labels, "document") else labels.id
    known = labels.layers_annotated
    about = {field: getattr(labels, field) for field in _ABOUT_A_LINE if hasattr(labels, field)}
    return Submission(
        id=name,
        **about,
        entities=[_predicted(e, PredictedEntity) for e in labels.entities] if "entities" in known else None,
        dates=[_predicted(d, PredictedDate) for d in labels.dates] if "dates" in known else None,
        claims=[
            msgspec.structs.replace(
                _predicted(claim, PredictedClaim),
                content=[(fragment.start, fragment.end) for fragment in claim.content],
                cue=[(fragment.start, fragment.end) for fragment in claim.cue],
                claimants=[_predicted(claimant, PredictedClaimant) for claimant in claim.claimants],
            )
            for claim in labels.claims
        ]
        if "claims" in known
        else None,
    )


def segment_line(segment: Segment) -> PredictedSegment:
    """Convert a segment of a page to one with offsets in its document's text."""
    start = segment.document_start or 0
    return PredictedSegment(start=start, end=start + segment.end - segment.start, kind=segment.kind)


def _predicted(label: msgspec.Struct, type_: type[T]) -> T:
    return type_(**msgspec.structs.asdict(label))
