"""Phenomena that are derived from a label and its text by rule, so that annotators do not mark them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dragoman import languages
from dragoman.schema.labels import Phenomenon, ordered

if TYPE_CHECKING:
    from dragoman.schema.records import Claim, Date, Document, Entity, Labels

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
"""Tags that are set only by rule: those written by an annotator are ignored."""


def tags_of_entity(entity: Entity, all_entities: list[Entity], document: Document) -> set[Phenomenon]:
    """Tags of a mention that follow from its boundaries, referents and nesting."""
    before = document.text[entity.start - 1 : entity.start]
    after = document.text[entity.end : entity.end + 1]
    tags: set[Phenomenon] = set()
    language = languages.get(document.language)
    if language.enclitics and (_is_letter(before) or _is_letter(after)):
        tags.add("fused_edge")
    if language.proclitics and before and re.fullmatch(language.proclitics, before):
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


def tag_across(gold: dict[str, Labels], documents: dict[str, Document], truncated: set[str]) -> None:
    """Set the tags that depend on several documents, or on how a document was segmented.

    ``cross_language``: an entity that is mentioned, or a claim whose cluster has members, in two languages;
    ``truncated``: a label that extends to the end of a text that was truncated on its site.

    Args:
        gold: labels by document; modified in place.
        documents: the documents, for languages and texts.
        truncated: ids of the truncated documents.

    """
    languages: dict[str, set[str]] = {}
    for name, labels_ in gold.items():
        for key in _shared_keys(labels_):
            languages.setdefault(key, set()).add(documents[name].language)
    for name, labels_ in gold.items():
        cut = len(documents[name].text) if name in truncated else None
        for entity in labels_.entities:
            across = any(len(languages[f"entity {key}"]) > 1 for key in entity.entity_ids)
            _retag(entity, {"cross_language": across, "truncated": entity.end == cut})
        for claim in labels_.claims:
            across = claim.cluster is not None and len(languages[f"cluster {claim.cluster}"]) > 1
            _retag(claim, {"cross_language": across, "truncated": claim.content[-1].end == cut})
        for date in labels_.dates:
            _retag(date, {"truncated": date.end == cut})


def _shared_keys(labels_: Labels) -> Iterator[str]:
    for entity in labels_.entities:
        yield from (f"entity {key}" for key in entity.entity_ids)
    yield from (f"cluster {claim.cluster}" for claim in labels_.claims if claim.cluster is not None)


def _retag(label: Entity | Date | Claim, tags: Mapping[Phenomenon, bool]) -> None:
    """Set or remove tags, in canonical order."""
    kept = {tag for tag in label.phenomena if tags.get(tag, True)}
    label.phenomena = ordered(kept.union(tag for tag, wanted in tags.items() if wanted), Phenomenon)


def tags_of_date(date: Date) -> set[Phenomenon]:
    """Tags of a date that follow from its value: whether it is relative, a range, or not resolvable from the page."""
    tags: set[Phenomenon] = set()
    if date.ref != "none":
        tags.add("relative_date")
    if "/" in date.value:
        tags.add("range")
    if date.value_external is not None:
        tags.add("unsettled_date")
    return tags


def tags_of_claim(claim: Claim, all_claims: list[Claim]) -> set[Phenomenon]:
    """Tags of a claim that follow from other labels: whether it is in a chain of reports, and whether its claimant is
    implicit.
    """
    tags: set[Phenomenon] = set()
    if claim.parent is not None or any(other.parent == claim.id for other in all_claims):
        tags.add("reported_chain")
    if any(claimant.role == "IMPLICIT" for claimant in claim.claimants):
        tags.add("implicit_claimant")
    return tags
