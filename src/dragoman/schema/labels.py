"""The label sets of the annotation scheme, each defined only here.

A set whose labels have a meaning in the code is a ``Literal``. A set that a benchmark may redefine is a string,
annotated with the name of the set and the labels of the default scheme; the valid labels are those of the benchmark
(:data:`LabelSets`). :func:`values` returns the members of either in their defined order, which is also the order of
class labels in a release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta

LabelSets = Mapping[str, Mapping[str, str]]
"""A benchmark's own label sets: by name of the set, as ``entities.type``, the description of each label, in the order
of the set. Other sets are those of the default scheme.
"""

_NAME = "label_set"


def _own(name: str, *members: str) -> Meta:
    """Annotate a string as a label of a set that a benchmark may redefine."""
    # json_schema replaces the enum, which it finds by the comment, by the benchmark's labels.
    return Meta(extra={_NAME: name}, extra_json_schema={"enum": sorted(members), "$comment": name})


Layer = Literal["entities", "dates", "claims"]
"""Names of the layers, literal for msgspec; their descriptors are in :mod:`dragoman.schema.layers`."""
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
"""The sets that a benchmark may redefine, with the labels of the default scheme."""


def name_of(marks: Mapping[str, Any] | None) -> str | None:
    """Return the name of a redefinable label set from ``extra`` of a msgspec type, or None."""
    return (marks or {}).get(_NAME)


def values(label_set: Any, own: LabelSets | None = None) -> tuple[str, ...]:
    """Return the members of a label set, in their defined order.

    Args:
        label_set: one of the types above.
        own: the benchmark's own label sets.

    Example:
        >>> values(EntityForm, {"entities.form": {"NAME": "a name"}})
        ('NAME',)

    """
    first, *marks = get_args(label_set)
    if first is not str:
        return get_args(label_set)
    return members(marks[0].extra[_NAME], own)


def members(name: str, own: LabelSets | None = None) -> tuple[str, ...]:
    """Return the labels of a set by name: those of the benchmark, else those of the default scheme.

    Phenomena of the default scheme are in every set, since some are derived by rule; a benchmark's own are added.
    """
    if not own or name not in own:
        return DEFAULT[name]
    return (*(_PHENOMENA if name == "phenomena" else ()), *own[name])


def ordered(chosen: Iterable[str], label_set: Any) -> list[str]:
    """Sort distinct labels: those of the default scheme in their order, then a benchmark's own alphabetically."""
    known, some = values(label_set), set(chosen)
    return [*(label for label in known if label in some), *sorted(some.difference(known))]


_CLOSED = (
    *(Layer, Split, SegmentKind, DocumentKind, DateType, DateMod, DateSource, ClaimantRole),
    *(Polarity, LinkRelation, WikidataStatus, ExternalStatus),
)
_ORDERS = {frozenset(get_args(label_set)): get_args(label_set) for label_set in _CLOSED}


def in_order(chosen: Any) -> tuple[str, ...]:
    """Return the members of a literal set, given in any order, in their defined order."""
    return _ORDERS[frozenset(chosen)]
