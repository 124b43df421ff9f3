"""Withhold the gold of one split of a release: public rows, and withheld ones.

The public rows have ids, texts, document times and segments of every document. For the withheld split they contain
nothing made by annotators: no labels, no English lines, no evidence for document times, no relations of its claims. The
registry contains only what other splits use, without names that occur in the texts of the withheld split and mention
the entity in no other; clusters of claims only those formed by claims of the other splits. All this is a function of
the texts and of the other splits' gold, so that the public rows do not depend on the withheld labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import structs

from dragoman.problems import error
from dragoman.release.content import Release, registry_of, with_layers
from dragoman.release.textless import bare, with_surfaces
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.records import ClaimLink, Document, RegistryEntry
from dragoman.schema.release_rows import READING, ROW_SCHEMA, UNSPLIT

_EVIDENCE = ("published_evidence", "published_external_evidence")
"""Annotators' evidence for a document time, which mentions dates and events in its text."""
_MADE = ("layers_annotated", *LAYER_NAMES, *_EVIDENCE)
"""Fields of a document that are empty if its split is withheld."""


class Hidden(NamedTuple):
    """Withheld content of a release.

    Attributes:
        documents: by id, the fields that differ from the public rows, labels without surfaces.
        registry: all rows.
        claim_links: all rows.

    """

    documents: dict[str, dict[str, Any]]
    registry: list[RegistryEntry]
    claim_links: list[ClaimLink]


def withhold(release: Release, split: str) -> tuple[Release, Hidden]:
    """Split a release into public rows and withheld content.

    Args:
        release: the whole release, in the current row schema.
        split: split whose gold is withheld.

    Returns:
        The public release, and the withheld content.

    Raises:
        DragomanError: E702 for an unknown split, E703 if it has no gold, E714 for rows of an earlier schema.

    """
    documents: dict[str, list[Document]] = {name: list(rows) for name, rows in release.rows["documents"].items()}  # type: ignore[arg-type]
    if split not in documents:
        raise error("E702", f"there is no split {split[:80]!r}.", f"Splits: {', '.join(documents)}.")
    if not any(document.layers_annotated for document in documents[split]):
        raise error("E703", f"no document of the split {split[:80]!r} has gold: there is nothing to withhold.")
    if release.row_schema != ROW_SCHEMA:
        raise error("E714", "these rows have the columns of an earlier release.", "Build the release from its source.")
    others = [document for name, rows in documents.items() if name != split for document in rows]
    clusters = Counter(claim.cluster for document in others for claim in document.claims)
    shown = {
        name: [_emptied(each) if name == split else _unclustered(each, clusters) for each in rows]
        for name, rows in documents.items()
    }
    registry: list[RegistryEntry] = list(release.rows["registry"][UNSPLIT])  # type: ignore[arg-type]
    links: list[ClaimLink] = list(release.rows["claim_links"][UNSPLIT])  # type: ignore[arg-type]
    ids = {document.id for document in documents[split]}
    rows: dict[str, Mapping[str, Sequence[Any]]] = {
        **release.rows,
        "documents": shown,
        "registry": {UNSPLIT: registry_of(registry, others, documents[split])},
        "claim_links": {UNSPLIT: [link for link in links if ids.isdisjoint(_documents(link))]},
    }
    if READING in rows:
        rows[READING] = {name: () if name == split else part for name, part in rows[READING].items()}
    differing = {
        whole.id: _difference(whole, part)
        for name, parts in shown.items()
        for whole, part in zip(documents[name], parts, strict=True)
        if whole != part
    }
    public = Release(release.name, release.version, with_layers(rows), release.row_schema, release.label_sets)
    return public, Hidden(differing, registry, links)


def restored(public: Release, hidden: Hidden) -> Release:
    """Restore the withheld content, without the English lines, which are not part of the fingerprint.

    Raises:
        LookupError, msgspec.ValidationError: if the content was withheld from other rows.

    """
    documents = {
        name: [_whole(document, hidden.documents.get(document.id, {})) for document in rows]  # type: ignore[arg-type, attr-defined]
        for name, rows in public.rows["documents"].items()
    }
    rows = {
        **public.without_reading().rows,
        "documents": documents,
        "registry": {UNSPLIT: hidden.registry},
        "claim_links": {UNSPLIT: hidden.claim_links},
    }
    return Release(public.name, public.version, with_layers(rows), public.row_schema, public.label_sets)


def _emptied(document: Document) -> Document:
    return structs.replace(document, **{name: None if name in _EVIDENCE else [] for name in _MADE})


def _unclustered(document: Document, clusters: Mapping[str | None, int]) -> Document:
    """Remove clusters of one claim: its equivalents are in the withheld split."""
    claims = [
        claim if claim.cluster is None or clusters[claim.cluster] > 1 else structs.replace(claim, cluster=None)
        for claim in document.claims
    ]
    return structs.replace(document, claims=claims)


def _documents(link: ClaimLink) -> set[str]:
    return {claim.partition("#")[0] for claim in (link.claim, link.other)}


def _difference(whole: Document, part: Document) -> dict[str, Any]:
    fields = (name for name in Document.__struct_fields__ if getattr(whole, name) != getattr(part, name))
    return {name: bare(msgspec.to_builtins(getattr(whole, name))) for name in fields}


def _whole(document: Document, fields: Mapping[str, Any]) -> Document:
    made = {name: with_surfaces(value, document.text, _slice) for name, value in fields.items()}
    return msgspec.convert({**msgspec.to_builtins(document), **made}, Document)


def _slice(text: str, start: int, end: int) -> str:
    return text[start:end]
