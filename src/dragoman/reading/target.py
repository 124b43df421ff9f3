"""What a submission is checked against: documents, texts, and label sets."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from dragoman.schema import labels
from dragoman.text.quote_places import IN_ORDER

if TYPE_CHECKING:
    from collections.abc import Mapping

CLOSED_SETS: Mapping[str, tuple[str, ...]] = {
    "entities.type": labels.values(labels.EntityType),
    "entities.form": labels.values(labels.EntityForm),
    "dates.type": labels.values(labels.DateType),
    "dates.mod": labels.values(labels.DateMod),
    "segments.kind": labels.values(labels.SegmentKind),
    "claims.polarity": labels.values(labels.Polarity),
    "claims.modality": labels.values(labels.Modality),
    "claims.act": labels.values(labels.Act),
    "claims.claimants.role": labels.values(labels.ClaimantRole),
}
"""The label sets of the default scheme, by field."""


def closed_sets(own: labels.LabelSets) -> Mapping[str, tuple[str, ...]]:
    """Label sets of a benchmark, by field: its own ones, else those of the default scheme."""
    return {name: labels.members(name, own) if name in own else known for name, known in CLOSED_SETS.items()}


@dataclass(frozen=True)
class Target:
    """What a submission is checked against.

    Attributes:
        documents: allowed document ids, in order; None allows any (the file is itself gold).
        texts: text by document id, where known; quotes and surface forms are checked against it.
        label_sets: the label sets by field; a field without one allows any label.
        aliases: registry id by alias (Wikidata id).
        registry: ids of known entities; if empty, every id is known.
        rename: type by the spelling in the file.
        quotes: policy for quotes without ``occurrence`` (:mod:`dragoman.text.quote_places`).
        ignore_unknown_fields: whether unknown fields are ignored and counted instead of being errors.
        advice: additional hint for unknown document ids.
        strict_values: whether a date value outside the TIMEX3 grammar is an error (else it is compared as written).

    """

    documents: tuple[str, ...] | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    label_sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    registry: frozenset[str] = frozenset()
    rename: Mapping[str, str] = field(default_factory=dict)
    advice: str = ""
    strict_values: bool = False
    quotes: str = IN_ORDER
    ignore_unknown_fields: bool = False

    @cached_property
    def known(self) -> frozenset[str]:
        """The document ids as a set."""
        return frozenset(self.documents or ())
