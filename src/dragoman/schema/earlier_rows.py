"""Row types of earlier row schemas: a released version keeps its fingerprint.

A release is read, hashed and written in its original row types, and processed in the current ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from dragoman.schema import labels
from dragoman.schema.records import Name, Record, RegistryEntry

if TYPE_CHECKING:
    from collections.abc import Collection


class Names(Record):
    """Names of an entity by language, the usual one first."""

    ko: list[str] = []
    ar: list[str] = []
    en: list[str] = []


class NamedInThree(Record):
    """A row of the registry in row schema 1: names in three languages, and nothing of documents."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="registry id, a slug")]
    type: Annotated[labels.EntityType, Meta(description="entity type")]
    names: Annotated[Names, Meta(description="names in Korean, Arabic and English, the usual one first")]
    wikidata: Annotated[
        Annotated[str, Meta(pattern=r"^Q[1-9][0-9]*$")] | None, Meta(description="Wikidata id, bare, or null")
    ] = None
    wikidata_status: Annotated[labels.WikidataStatus, Meta(description="how far the Wikidata id can be trusted")] = (
        "none"
    )

    def today(self, in_dev: Collection[str]) -> RegistryEntry:
        """Convert the row to the current row schema; holders of offices are unknown.

        Args:
            in_dev: ids that labels of the split ``dev`` refer to.

        """
        names = [Name(tag, name) for tag in sorted(Names.__struct_fields__) for name in getattr(self.names, tag)]
        return RegistryEntry(self.id, self.type, names, self.wikidata, self.wikidata_status, self.id in in_dev)
