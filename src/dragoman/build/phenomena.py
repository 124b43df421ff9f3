"""Phenomena that follow from a label and its text by rule: what an annotator need not write."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dragoman.schema.labels import Phenomenon
    from dragoman.schema.records import Claim, Date, Document, Entity

DERIVED = frozenset(
    {
        "fused_edge",
        "proclitic",
        "deictic",
        "multi_referent",
        "nested",
        "relative_date",
        "range",
        "reported_chain",
        "implicit_claimant",
    }
)
"""Tags that are set by rule alone: one that somebody wrote does not count."""

_PROCLITICS = "وفبكل"


def tags_of_entity(entity: Entity, all_entities: list[Entity], document: Document) -> set[Phenomenon]:
    """Tags of a mention: how its edges, its referents and its place make it hard."""
    before = document.text[entity.start - 1 : entity.start]
    after = document.text[entity.end : entity.end + 1]
    tags: set[Phenomenon] = set()
    if document.language.startswith("ko") and (_is_letter(before) or _is_letter(after)):
        tags.add("fused_edge")
    if document.language.startswith("ar") and before and before in _PROCLITICS:
        tags.add("proclitic")
    if entity.form == "DEI":
        tags.add("deictic")
    if len(entity.entity_ids) > 1:
        tags.add("multi_referent")
    if any(o is not entity and o.start <= entity.start and entity.end <= o.end for o in all_entities):
        tags.add("nested")
    return tags


def _is_letter(char: str) -> bool:
    return bool(char) and unicodedata.category(char)[0] == "L"


def tags_of_date(date: Date) -> set[Phenomenon]:
    """Tags of a date: whether it needs an anchor, spans a range, or cannot be settled by the page."""
    tags: set[Phenomenon] = set()
    if date.ref != "none":
        tags.add("relative_date")
    if "/" in date.value:
        tags.add("range")
    if date.value_external is not None:
        tags.add("unsettled_date")
    return tags


def tags_of_claim(claim: Claim, all_claims: list[Claim]) -> set[Phenomenon]:
    """Tags of a claim: whether it is in a chain of reports, and whether its claimant is named."""
    tags: set[Phenomenon] = set()
    if claim.parent is not None or any(other.parent == claim.id for other in all_claims):
        tags.add("reported_chain")
    if any(claimant.role == "IMPLICIT" for claimant in claim.claimants):
        tags.add("implicit_claimant")
    return tags
