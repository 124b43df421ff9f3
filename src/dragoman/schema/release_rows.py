"""The rows of a release: one record type a configuration, derived from the records."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from dragoman.schema.layers import LAYERS
from dragoman.schema.records import ClaimLink, Document, Record, RegistryEntry, Segment

if TYPE_CHECKING:
    from collections.abc import Mapping


def _in_document(record: type[Record]) -> type[Record]:
    """Put the id of its document before the fields of a label."""
    fields: list[Any] = [("document", Annotated[str, Meta(description="document id")])]
    for field in msgspec.structs.fields(record):
        if field.required:
            fields.append((field.name, field.type))
        elif field.default_factory is not msgspec.NODEFAULT:
            fields.append((field.name, field.type, msgspec.field(default_factory=field.default_factory)))
        else:
            fields.append((field.name, field.type, field.default))
    made: Any = msgspec.defstruct(f"{record.__name__}Row", fields, bases=(Record,), kw_only=True, module=__name__)
    return made  # type: ignore[no-any-return]


CONFIGS: Mapping[str, type[Record]] = MappingProxyType(
    {
        "documents": Document,
        **{layer.name: _in_document(layer.gold) for layer in LAYERS},
        "segments": Segment,
        "registry": RegistryEntry,
        "claim_links": ClaimLink,
    }
)
"""Record type of each configuration; the first is the default one."""

UNSPLIT = "full"
"""The single split of ``registry`` and ``claim_links``. The name ``all`` is reserved by ``datasets`` for the union of
a configuration's splits, which is the same here, so that ``split="all"`` works too."""


def row_of(config: str, document: str, label: Record) -> Record:
    """Row of a label in its own configuration."""
    return CONFIGS[config](document=document, **msgspec.structs.asdict(label))
