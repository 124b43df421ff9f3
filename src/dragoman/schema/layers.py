"""The layers of labels, with a descriptor of the properties of each.

Descriptors are used for planning; row-wise work is done on columns and integer codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from dragoman.schema import labels
from dragoman.schema.pass_file import QuotedClaim, QuotedDate, QuotedEntity
from dragoman.schema.records import Claim, Date, Entity, Record
from dragoman.schema.submission import PredictedClaim, PredictedDate, PredictedEntity


@dataclass(frozen=True, slots=True)
class LayerDescriptor:
    """A layer of labels.

    Attributes:
        name: its key in records and files, ``entities``.
        singular: noun for one of its labels, ``entity``.
        gold: record of a gold label.
        predicted: record of a label in a submission.
        quoted: record of a label in a pass, where spans are quotes.
        compared: fields that are shown in comparisons of two labels, in order.
        defaults: default values by field.
        reserved: names of its regions on the labelling page, which cannot be names of types.

    """

    name: labels.Layer
    singular: str
    gold: type[Record]
    predicted: type[Record]
    quoted: type[Record]
    compared: tuple[str, ...]
    defaults: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    reserved: tuple[str, ...] = ()

    @property
    def typed(self) -> bool:
        """Whether its labels have a type."""
        return "type" in self.gold.__struct_fields__

    @property
    def contiguous(self) -> bool:
        """Whether a label is one span; otherwise its content is fragments."""
        return "start" in self.gold.__struct_fields__


LAYERS: tuple[LayerDescriptor, ...] = (
    LayerDescriptor("entities", "entity", Entity, PredictedEntity, QuotedEntity, ("type", "form", "entity_ids")),
    LayerDescriptor(
        "dates",
        "date",
        Date,
        PredictedDate,
        QuotedDate,
        ("type", "value", "mod", "ref", "source", "value_external"),
        MappingProxyType({"ref": "none", "source": "text"}),
        labels.values(labels.DateType),
    ),
    LayerDescriptor(
        "claims",
        "claim",
        Claim,
        PredictedClaim,
        QuotedClaim,
        ("content", "claimants", "cue", "parent", "polarity", "modality", "act", "flags", "cluster", "gloss"),
        MappingProxyType({"polarity": "positive", "modality": "fact", "act": "assert"}),
        ("CLAIM", "CUE", "CLAIMANT"),
    ),
)
"""All layers, in canonical order."""

LAYER_NAMES: tuple[str, ...] = tuple(layer.name for layer in LAYERS)
"""Names of all layers, in canonical order."""
TYPED: tuple[str, ...] = tuple(layer.name for layer in LAYERS if layer.typed)
"""Names of the layers whose labels have types."""
CONTIGUOUS: tuple[str, ...] = tuple(layer.name for layer in LAYERS if layer.contiguous)
"""Names of the layers whose labels are one span each."""

_BY_NAME: dict[str, LayerDescriptor] = {layer.name: layer for layer in LAYERS}


def by_name(name: str) -> LayerDescriptor:
    """Descriptor of a layer.

    Raises:
        KeyError: there is no layer of that name.

    Example:
        >>> by_name("entities").singular
        'entity'

    """
    return _BY_NAME[name]
