"""The label sets of the annotation scheme, each defined here and nowhere else.

A set whose labels mean something to the code is a ``Literal``. A set that a benchmark may have its own of is a string
with the name of the set and the labels of the default scheme; which labels go is what the benchmark says
(:data:`LabelSets`). :func:`values` gives the members of either in their defined order, which is also the order of the
class labels in a release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta

LabelSets = Mapping[str, Mapping[str, str]]
"""By the name of a set, as ``entities.type``: a line on what each label is, by label, in the order of the set. A set
that is not there is that of the default scheme."""

_NAME = "label_set"


def _own(name: str, *members: str) -> Meta:
    """Mark a string as a label of a set that a benchmark may have its own of."""
    # The comment is how the JSON Schema of a benchmark finds the places of its labels.
    return Meta(extra={_NAME: name}, extra_json_schema={"enum": sorted(members), "$comment": name})


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

_TYPES = ("PER", "ORG", "GPE", "LOC", "FAC", "EVENT", "DOC", "ROLE")
_FORMS = ("NAM", "ABR", "ADJ", "NOM", "DEI")
EntityType = Annotated[str, _own("entities.type", *_TYPES)]
EntityForm = Annotated[str, _own("entities.form", *_FORMS)]

DateType = Literal["DATE", "TIME", "DURATION", "SET"]
DateMod = Literal["START", "MID", "END", "APPROX", "BEFORE", "AFTER"]
DateSource = Literal["text", "page", "world"]

ClaimantRole = Literal["MENTION", "AUTHOR", "IMPLICIT"]
Polarity = Literal["positive", "negative"]
_MODALITIES = ("fact", "future", "possible", "conditional", "intention", "deontic")
_ACTS = ("assert", "support", "blame", "thank", "commit", "demand", "agree", "deny", "wish")
_FLAGS = ("quote", "presupposed", "editorial", "garbled")
Modality = Annotated[str, _own("claims.modality", *_MODALITIES)]
Act = Annotated[str, _own("claims.act", *_ACTS)]
Flag = Annotated[str, _own("claims.flags", *_FLAGS)]
LinkRelation = Literal["entailment", "update", "contrast"]

_PHENOMENA = (
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
)
Phenomenon = Annotated[str, _own("phenomena", *_PHENOMENA)]

WikidataStatus = Literal["checked", "from memory", "none"]
ExternalStatus = Literal["checked", "from memory"]


DEFAULT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "entities.type": _TYPES,
        "entities.form": _FORMS,
        "claims.modality": _MODALITIES,
        "claims.act": _ACTS,
        "claims.flags": _FLAGS,
        "phenomena": _PHENOMENA,
    }
)
"""The sets that a benchmark may have its own of, with the labels of the default scheme."""


def name_of(marks: Mapping[str, Any] | None) -> str | None:
    """Name of a set that a benchmark may have its own of, from ``extra`` of a type that msgspec describes."""
    return (marks or {}).get(_NAME)


def values(label_set: Any, own: LabelSets | None = None) -> tuple[str, ...]:
    """Members of a label set, in their defined order.

    Args:
        label_set: one of the types above.
        own: sets that a benchmark has of its own.

    Example:
        >>> values(EntityForm, {"entities.form": {"NAME": "a name"}})
        ('NAME',)

    """
    first, *marks = get_args(label_set)
    if first is not str:
        return get_args(label_set)
    return members(marks[0].extra[_NAME], own)


def members(name: str, own: LabelSets | None = None) -> tuple[str, ...]:
    """Labels of a set by its name: those of the benchmark, else those of the default scheme.

    Phenomena that follow from labels by rule stand in every set of phenomena, so that there they are added to.
    """
    if not own or name not in own:
        return DEFAULT[name]
    return (*(_PHENOMENA if name == "phenomena" else ()), *own[name])


def ordered(chosen: Iterable[str], label_set: Any) -> list[str]:
    """Sort labels, each once: those of the default scheme in their order, then a benchmark's own by the alphabet."""
    known, some = values(label_set), set(chosen)
    return [*(label for label in known if label in some), *sorted(some.difference(known))]


_CLOSED = (
    *(Layer, Split, SegmentKind, DocumentKind, DateType, DateMod, DateSource, ClaimantRole),
    *(Polarity, LinkRelation, WikidataStatus, ExternalStatus),
)
_ORDERS = {frozenset(get_args(label_set)): get_args(label_set) for label_set in _CLOSED}


def in_order(chosen: Any) -> tuple[str, ...]:
    """Members of one of the literal sets in their defined order, whatever order they come in."""
    return _ORDERS[frozenset(chosen)]
