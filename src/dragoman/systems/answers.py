"""The form in which a chat model answers, as quotes, and gold in that form for examples.

It is the submission's own form with what a model has to fill in: nothing is optional, so that a server can hold the
model to the schema.
"""

from __future__ import annotations

from typing import Any

import msgspec

from dragoman.schema import labels
from dragoman.schema.docstrings import settle
from dragoman.schema.records import Document, Fragment
from dragoman.text import quote_of


class Quote(msgspec.Struct, forbid_unknown_fields=True):
    """Words of the document and which occurrence of them, from 1."""

    quote: str
    occurrence: int


class SaidEntity(msgspec.Struct, forbid_unknown_fields=True):
    """A mention."""

    id: str
    quote: str
    occurrence: int
    type: labels.EntityType
    form: labels.EntityForm
    entity_ids: list[str]


class SaidDate(msgspec.Struct, forbid_unknown_fields=True):
    """A temporal expression."""

    quote: str
    occurrence: int
    type: labels.DateType
    value: str
    mod: labels.DateMod | None


class SaidClaimant(msgspec.Struct, forbid_unknown_fields=True):
    """Who makes a claim."""

    role: labels.ClaimantRole
    mention: str | None


class SaidClaim(msgspec.Struct, forbid_unknown_fields=True):
    """A claim."""

    id: str
    content: list[Quote]
    cue: list[Quote]
    claimants: list[SaidClaimant]
    parent: str | None
    polarity: labels.Polarity
    modality: labels.Modality
    act: labels.Act


class Answer(msgspec.Struct, forbid_unknown_fields=True):
    """What a model answers about a document."""

    entities: list[SaidEntity]
    dates: list[SaidDate]
    claims: list[SaidClaim]


def schema() -> dict[str, Any]:
    """JSON Schema of an answer: every field required, none besides."""
    settle(__name__)
    (top,), components = msgspec.json.schema_components([Answer], ref_template="#/$defs/{name}")
    return {**components.pop(top["$ref"].rpartition("/")[2]), "$defs": components}


def gold(document: Document) -> Answer:
    """Put the gold labels of a document into the form of an answer."""

    def quote(start: int, end: int) -> tuple[str, int]:
        return quote_of(document.text, start, end)

    def quotes(fragments: list[Fragment]) -> list[Quote]:
        return [Quote(*quote(fragment.start, fragment.end)) for fragment in fragments]

    return Answer(
        [SaidEntity(e.id, *quote(e.start, e.end), e.type, e.form, e.entity_ids) for e in document.entities],
        [SaidDate(*quote(d.start, d.end), d.type, d.value, d.mod) for d in document.dates],
        [
            SaidClaim(
                claim.id,
                quotes(claim.content),
                quotes(claim.cue),
                [SaidClaimant(claimant.role, claimant.mention) for claimant in claim.claimants],
                claim.parent,
                claim.polarity,
                claim.modality,
                claim.act,
            )
            for claim in document.claims
        ],
    )
