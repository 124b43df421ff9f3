"""What a submission is read against: the documents, their texts, and what its labels may be."""

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
"""The label sets of the default scheme, by the field that they are checked in."""


def closed_sets(own: labels.LabelSets) -> Mapping[str, tuple[str, ...]]:
    """Label sets of a benchmark that has some of its own, by the field that they are checked in."""
    return {name: labels.members(name, own) if name in own else known for name, known in CLOSED_SETS.items()}


@dataclass(frozen=True)
class Target:
    """What a submission is read against.

    Attributes:
        documents: ids that a line may have, in order; None takes any (the file is itself the reference).
        texts: text of each document, where known; quotes and surfaces are checked against it.
        label_sets: the closed label sets by field; empty takes any label.
        aliases: other names of a registry id (its Wikidata id), to the registry id.
        registry: ids that stand for known entities; empty where any id does.
        rename: types as they are written, each with the one that it is read as.
        quotes: which place a quote without ``occurrence`` means (:mod:`dragoman.text.quote_places`).
        ignore_unknown_fields: whether a field that nobody knows is passed over and counted, not an error.
        advice: what to do where a document is not known, if there is more to say than which are known.
        strict_values: whether a date value outside the grammar is an error (else it is compared as written).

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
