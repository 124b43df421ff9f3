"""Entity labels of other schemes, and the type that each stands for."""

from __future__ import annotations

from typing import Any

from dragoman.schema.labels import EntityType, values

TYPES: dict[str, str] = {
    **{type_: type_ for type_ in values(EntityType)},
    "PERSON": "PER",
    "PS": "PER",
    "PERS": "PER",
    "OG": "ORG",
    "ORGANIZATION": "ORG",
    "NORP": "ORG",
    "LC": "LOC",
    "LOCATION": "LOC",
    "FACILITY": "FAC",
    "AF": "FAC",
    "EV": "EVENT",
    "LAW": "DOC",
    "TITLE": "ROLE",
}
"""Type of each label of CoNLL-2003, OntoNotes 5, KLUE and ANERcorp that has one here; OntoNotes' NORP, a nationality or
group, is mostly the adjective of a body. What is not here, such as MISC or QUANTITY, has no counterpart."""


def entity(start: int, end: int, label: str) -> dict[str, Any] | None:
    """Make an entity of a submission from a span of another scheme; None where the label has no counterpart."""
    type_ = TYPES.get(label.upper().partition("-")[2] if label[:2].upper() in {"B-", "I-"} else label.upper())
    return None if type_ is None or end <= start else {"start": start, "end": end, "type": type_}
