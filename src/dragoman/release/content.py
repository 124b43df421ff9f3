"""A release in memory, and its identity: a hash of its canonical rows, not of file bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import msgspec
from msgspec import structs

from dragoman import json_text
from dragoman.problems import Problem, error
from dragoman.schema.earlier_rows import NamedInThree
from dragoman.schema.labels import LabelSets
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.records import Document, Record, RegistryEntry
from dragoman.schema.release_rows import CONFIGS, READING, ROW_SCHEMA, ROW_SCHEMAS, UNSPLIT, row_of
from dragoman.text import check_span

Rows = Mapping[str, Mapping[str, Sequence[Record]]]
"""Rows by configuration and split."""
STORED = ("documents", "segments", "registry", "claim_links", READING)
"""Configurations that are stored; rows of the layers are derived from the documents."""


class Withheld(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Information in a release on gold that is withheld.

    Attributes:
        split: the split whose gold is withheld.
        sha256: hash of the private bundle with the gold.
        submit: where to submit predictions, in words; may be empty.

    """

    split: str
    sha256: str
    submit: str = ""


@dataclass(frozen=True)
class Release:
    """All rows of one version of a benchmark.

    Attributes:
        name: name of the data set, as in a signature.
        version: its semantic version.
        rows: rows by configuration and split, each sorted as released, in the record types of its row schema.
        row_schema: version of the columns; see :data:`dragoman.schema.release_rows.ROW_SCHEMAS`.
        label_sets: the benchmark's own label sets, with a description of each label.
        withheld: the split whose gold is withheld, if any (:mod:`dragoman.release.withholding`).

    """

    name: str
    version: str
    rows: Rows
    row_schema: str = ROW_SCHEMA
    label_sets: LabelSets = field(default_factory=dict)
    withheld: Withheld | None = None

    @property
    def layers(self) -> tuple[str, ...]:
        """Layers that are annotated in at least one document, in canonical order."""
        found = {layer for rows in self.rows["documents"].values() for row in rows for layer in row.layers_annotated}  # type: ignore[attr-defined]
        return tuple(layer for layer in LAYER_NAMES if layer in found)

    @property
    def configs(self) -> Mapping[str, type[Record]]:
        """Record type by possible configuration."""
        return ROW_SCHEMAS[self.row_schema]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical rows, hexadecimal.

        Each configuration and split contributes its name and its rows as canonical JSON, one per line. Name, version
        and file format are not included, so that the same rows always have the same fingerprint; neither is
        ``reading``, which is only for human readers.
        """
        return fingerprint(self.rows)

    def without_reading(self) -> Release:
        """Return the release without ``reading``, which is only for human readers; the fingerprint is the same."""
        return replace(self, rows={config: rows for config, rows in self.rows.items() if config != READING})

    @cached_property
    def current(self) -> Rows:
        """Its rows converted to the current record types."""
        if self.row_schema == ROW_SCHEMA:
            return self.rows
        used = used_in(self.rows["documents"].get("dev", ()))
        registry = [row.today(used) if isinstance(row, NamedInThree) else row for row in self.rows["registry"][UNSPLIT]]
        return {**self.rows, "registry": {UNSPLIT: registry}}


def fingerprint(rows: Mapping[str, Mapping[str, Sequence[Any]]]) -> str:
    """SHA-256 of rows, hexadecimal: over the names of configurations and splits, and each row as canonical JSON."""
    digest = hashlib.sha256()
    for config in CONFIGS:
        for split, each in sorted(rows.get(config, {}).items()) if config != READING else ():
            digest.update(f"{config}/{split}\n".encode())
            for row in each:
                digest.update(json_text.canonical(row) + b"\n")
    return digest.hexdigest()


def configs_of(row_schema: str, file: str) -> Mapping[str, type[Record]]:
    """Return the record types of the row schema of a manifest.

    Raises:
        DragomanError: E701 for an unknown row schema.

    """
    if row_schema not in ROW_SCHEMAS:
        what = f"the rows have columns that are not known here (row schema {row_schema[:20]!r})."
        raise error("E701", what, "Install a newer version of the package.", file=file)
    return ROW_SCHEMAS[row_schema]


def with_layers(stored: Rows) -> Rows:
    """Derive the rows of the layers from the labels inside the documents; returns configurations in canonical order."""
    made: dict[str, Mapping[str, Sequence[Record]]] = {}
    for config in CONFIGS:
        if config in LAYER_NAMES:
            made[config] = {
                split: [row_of(config, document.id, label) for document in rows for label in getattr(document, config)]  # type: ignore[attr-defined]
                for split, rows in stored["documents"].items()
            }
        elif config in stored:
            made[config] = stored[config]
    return made


def unsliced(name: str, text: str, labelled: Any) -> list[Problem]:
    """Report, as E707, the labels of a document that are not in its text, or have another surface there.

    Args:
        name: id of the document.
        text: its text.
        labelled: a record with its ``entities``, ``dates`` and ``claims``.

    """
    spans = [*labelled.entities, *labelled.dates]
    for claim in labelled.claims:
        spans += [*claim.content, *claim.cue]
    return [
        Problem(
            code="E707",
            what=f"{span.start} to {span.end} is {text[span.start : span.end]!r:.200}, not {span.text!r:.200}.",
            path=name,
            hint="Build the gold again from the passes.",
        )
        for span in spans
        if check_span(text, span.start, span.end, span.text, affords=lambda _: False) is not None
    ]


def used_in(documents: Iterable[Any]) -> frozenset[str]:
    """Registry ids that labels of the documents refer to."""
    used: set[str] = set()
    for document in documents:
        assert isinstance(document, Document)
        for entity in document.entities:
            used.update(entity.entity_ids)
        for claim in document.claims:
            used.update(claim.about, *(claimant.entity_ids for claimant in claim.claimants))
    return frozenset(used)


def registry_of(
    registry: Sequence[RegistryEntry], documents: Sequence[Document], others: Sequence[Document]
) -> list[RegistryEntry]:
    """Return the rows of the registry that labels of the given documents use, restricted to what these documents show.

    Args:
        registry: all rows.
        documents: documents whose registry rows are public.
        others: documents about which a row must disclose nothing: no holder of an office there, and no name that occurs
            in their texts, unless it mentions the entity in ``documents``. (This depends on the texts and not on their
            labels: otherwise missing names would disclose which are labelled.)

    """
    ids = {document.id for document in documents}
    used = set(used_in(documents))
    used |= {held.holder for entry in registry if entry.id in used for held in entry.held if held.document in ids}
    mentioned = {(name, each.text) for document in documents for each in document.entities for name in each.entity_ids}
    texts = [document.text for document in others]
    return [
        structs.replace(
            entry,
            names=[
                each
                for each in entry.names
                if (entry.id, each.name) in mentioned or not any(each.name in text for text in texts)
            ],
            held=[held for held in entry.held if held.document in ids],
        )
        for entry in registry
        if entry.id in used
    ]
