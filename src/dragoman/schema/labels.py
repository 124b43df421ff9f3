"""The closed label sets of the annotation scheme, each defined here and nowhere else.

Each set is a ``Literal``; :func:`values` gives its members in their defined order, which is also the order of
the class labels in a release.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

Layer = Literal["entities", "dates", "claims"]
"""Names of the layers, literal for msgspec; what they are is said in :mod:`dragoman.schema.layers`."""
Split = Literal["dev", "test"]

SegmentKind = Literal[
    "headline",
    "subhead",
    "byline",
    "meta",
    "dateline",
    "body",
    "related_headline",
    "related_teaser",
    "related_date",
    "keywords",
    "source",
    "boilerplate",
]
DocumentKind = Literal["article", "related_item", "sidebar_headline"]

EntityType = Literal["PER", "ORG", "GPE", "LOC", "FAC", "EVENT", "DOC", "ROLE"]
EntityForm = Literal["NAM", "ABR", "ADJ", "NOM", "DEI"]

DateType = Literal["DATE", "TIME", "DURATION", "SET"]
DateMod = Literal["START", "MID", "END", "APPROX", "BEFORE", "AFTER"]
DateSource = Literal["text", "page", "world"]

ClaimantRole = Literal["MENTION", "AUTHOR", "IMPLICIT"]
Polarity = Literal["positive", "negative"]
Modality = Literal["fact", "future", "possible", "conditional", "intention", "deontic"]
Act = Literal["assert", "support", "blame", "thank", "commit", "demand", "agree", "deny", "wish"]
Flag = Literal["quote", "presupposed", "editorial", "garbled"]
LinkRelation = Literal["entailment", "update", "contrast"]

Phenomenon = Literal[
    "fused_edge",
    "proclitic",
    "dprk_spelling",
    "spelling_variant",
    "deictic",
    "multi_referent",
    "nested",
    "homonym_state",
    "relative_date",
    "far_anchor",
    "range",
    "unsettled_date",
    "machine_translation",
    "truncated",
    "reported_chain",
    "implicit_claimant",
    "cross_language",
]

WikidataStatus = Literal["checked", "from memory", "none"]
ExternalStatus = Literal["checked", "from memory"]


def values(label_set: Any) -> tuple[str, ...]:
    """Members of a label set, in their defined order."""
    return get_args(label_set)


_SETS = (
    *(Layer, Split, SegmentKind, DocumentKind, EntityType, EntityForm, DateType, DateMod, DateSource, ClaimantRole),
    *(Polarity, Modality, Act, Flag, LinkRelation, Phenomenon, WikidataStatus, ExternalStatus),
)
_ORDERS = {frozenset(values(label_set)): values(label_set) for label_set in _SETS}


def in_order(members: Any) -> tuple[str, ...]:
    """Members of one of the sets in their defined order, whatever order they come in."""
    return _ORDERS[frozenset(members)]
