"""The rows of a release: one record type per configuration, derived from the records."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from dragoman.schema.earlier_rows import NamedInThree
from dragoman.schema.layers import LAYERS
from dragoman.schema.records import ClaimLink, Document, ReadingLine, Record, RegistryEntry, Segment

if TYPE_CHECKING:
    from collections.abc import Mapping


def _in_document(record: type[Record]) -> type[Record]:
    """Make a record type with the document id before the fields of a label."""
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
        "reading": ReadingLine,
    }
)
"""Record type of each configuration; the first is the default one."""

READING = "reading"
"""The configuration that is only for human readers: it is not given to systems, and optional in a release. It is not
part of the fingerprint, so that a release with restored texts has the fingerprint of the original.
"""

ROW_SCHEMA = "2"
"""The current row schema, that of :data:`CONFIGS`."""
ROW_SCHEMAS: Mapping[str, Mapping[str, type[Record]]] = MappingProxyType(
    {
        "1": MappingProxyType(
            {**{name: record for name, record in CONFIGS.items() if name != READING}, "registry": NamedInThree}
        ),
        ROW_SCHEMA: CONFIGS,
    }
)
"""Record types of all row schemas, since a release is identified by its rows in the original row schema."""

UNSPLIT = "full"
"""The single split of ``registry`` and ``claim_links``. The name ``all`` is reserved by ``datasets`` for the union of
a configuration's splits, which is the same here, so that ``split="all"`` works, too."""


def row_of(config: str, document: str, label: Record) -> Record:
    """Return the row of a label in its own configuration."""
    return CONFIGS[config](document=document, **msgspec.structs.asdict(label))
