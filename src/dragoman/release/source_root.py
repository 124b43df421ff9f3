"""Build the rows of a release from corpus and gold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from dragoman.files import check_regular, read_json, read_toml
from dragoman.problems import Diagnostics, DragomanError, error
from dragoman.release import english_lines, scheme_file
from dragoman.release.content import Release, Rows, unsliced, used_in, with_layers
from dragoman.release.semver import numbers
from dragoman.schema import labels, own_labels
from dragoman.schema.records import (
    ClaimLink,
    CuratedPage,
    Document,
    Held,
    Labels,
    Name,
    OfficeHolder,
    RegistryEntry,
    Segment,
    SourceEntity,
)
from dragoman.schema.release_rows import READING, UNSPLIT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

T = TypeVar("T")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def assemble(root: Path) -> Release:
    """Read a source root and add the gold to its documents.

    Args:
        root: a folder with ``corpus/documents/``, and ``annotations/gold/`` and ``annotations/registry/`` if there is
            gold. A document without a gold file has no annotated layer.

    Raises:
        DragomanError: E701 if there are no curated documents, E301 for gold of an unknown document, E302 for a document
            or gold that is there twice, E707 if a gold span does not match its text, E202 for a document without a
            split or on another page, E501 for an unknown label, E706 or E714 for an invalid name or version, or as
            :func:`dragoman.files.read_json`.

    """
    scheme = scheme_file.read(root)
    name, version = _identity(root, scheme)
    pages = [_read(path, CuratedPage) for path in sorted((root / "corpus" / "documents").glob("*.json"))]
    if not pages:
        hint = "Curate it first: dragoman author curate cuts the pages into documents."
        raise error("E701", "there are no documents in the corpus.", hint, file=str(root / "corpus" / "documents"))
    splits = {document: split for page in pages for document, split in page.splits.items()}
    _check_pages(pages, splits, root)
    documents = {document.id: document for page in pages for document in page.documents}
    diagnostics = Diagnostics()
    held: set[str] = set()
    for gold in _gold(root):
        if gold.document in held:
            hint = "Keep one: DOCUMENT.json."
            raise error("E302", f"two files have gold of {gold.document[:80]!r}.", hint, file=str(root))
        held.add(gold.document)
        diagnostics.file = f"{gold.document}.json"
        own_labels.report(gold, scheme.label_sets, diagnostics)
        if gold.document not in documents:
            raise error("E301", f"there is gold for {gold.document!r}, which is no document.", file=str(root))
        documents[gold.document] = _labelled(documents[gold.document], gold)
    if diagnostics.failed:
        raise DragomanError(diagnostics.problems())
    by_split = {
        split: [document for document in documents.values() if splits[document.id] == split]
        for split in labels.values(labels.Split)
    }
    segments = {
        split: [
            segment
            for page in pages
            for segment in page.segments
            if splits[segment.document or page.documents[0].id] == split
        ]
        for split in by_split
    }
    links = _array(root / "annotations" / "registry" / "claim_links.json", ClaimLink)
    rows: Rows = {
        "documents": by_split,
        "segments": segments,
        "registry": {UNSPLIT: _registry(root, used_in(by_split["dev"]), scheme)},
        "claim_links": {UNSPLIT: links},
        READING: english_lines.by_split(root, by_split),
    }
    return Release(name, version, with_layers(rows), label_sets=scheme.label_sets)


def _check_pages(pages: Sequence[CuratedPage], splits: Collection[str], root: Path) -> None:
    """Check that curated pages fit together: each document is there once, on its own page, and has a split.

    Raises:
        DragomanError: E202 for a row of another page, a document without a split or a segment of no document, E302 for
            a repeated document.

    """
    folder, owner = str(root / "corpus" / "documents"), dict[str, str]()
    for page in pages:
        rows: list[Document | Segment] = [*page.documents, *page.segments]
        other = next((row.page for row in rows if row.page != page.page), None)
        if other is not None:
            what = f"a row is of page {other[:80]!r}."
            raise error("E202", what, "Curate the pages again.", file=folder, path=page.page[:80])
        for document in page.documents:
            if document.id in owner:
                what = f"{document.id[:80]!r} is on page {owner[document.id][:80]!r} too."
                raise error("E302", what, "Curate the pages again.", file=folder, path=f"{page.page[:80]}.documents")
            owner[document.id] = page.page
        of_segments = [each.document for each in page.segments if each.document is not None or not page.documents]
        for name in (*(document.id for document in page.documents), *of_segments):
            if name not in splits:
                what = "a segment belongs to no document." if name is None else f"{name[:80]!r} has no split."
                hint = "Name the split of each document."
                raise error("E202", what, hint, file=folder, path=f"{page.page[:80]}.splits")


def _registry(root: Path, in_dev: Collection[str], scheme: scheme_file.Scheme) -> list[RegistryEntry]:
    """Convert the registry of a source root to rows, with holders of offices, and whether dev refers to an entity."""
    held: dict[str, list[Held]] = {}
    for row in read_offices(root):
        held.setdefault(row.office, []).append(Held(row.document, row.holder))
    path = root / "annotations" / "registry" / "entities.json"
    entries: list[SourceEntity] = _array(path, SourceEntity)
    diagnostics = Diagnostics(str(path))
    for each in entries:
        own_labels.report(each, scheme.label_sets, diagnostics, f"[{each.id}]")
    if diagnostics.failed:
        raise DragomanError(diagnostics.problems())
    return [
        RegistryEntry(
            each.id,
            each.type,
            [Name(tag, name) for tag in sorted(each.names) for name in each.names[tag]],
            each.wikidata,
            each.wikidata_status,
            each.id in in_dev,
            sorted(held.get(each.id, []), key=lambda row: (row.document, row.holder)),
        )
        for each in entries
    ]


def read_offices(root: Path) -> list[OfficeHolder]:
    """Read the holders of offices by document, ``annotations/registry/offices.json``; empty if there is no file.

    Raises:
        DragomanError: as :func:`dragoman.files.read_json`.

    """
    return _array(root / "annotations" / "registry" / "offices.json", OfficeHolder)


def _identity(root: Path, scheme: scheme_file.Scheme) -> tuple[str, str]:
    path = root / "corpus" / "sources.toml"
    check_regular(path)
    table = read_toml(path).get("dataset", {})
    own = {"name": scheme.name, "version": scheme.version}
    for key, value in own.items():
        if value is not None and isinstance(table, dict) and table.setdefault(key, value) != value:
            what = f"the {key} is {value!r} in {scheme_file.FILE} and another in [dataset]."
            raise error("E706", what, "Write it in one of them.", file=str(path))
    if not isinstance(table, dict) or not all(isinstance(table.get(key), str) for key in ("name", "version")):
        hint = f'Write name = "…" and version = "0.1.0" into corpus/{scheme_file.FILE}.'
        raise error("E706", "there is no name and version.", hint, file=str(path))
    if not _NAME.fullmatch(table["name"]):
        hint = "Use up to 100 letters, digits, dots, hyphens and underscores."
        raise error("E706", f"{table['name'][:80]!r} cannot be the name of a release.", hint, file=str(path))
    numbers(table["version"])
    return table["name"], table["version"]


def _gold(root: Path) -> Iterator[Labels]:
    for path in sorted((root / "annotations" / "gold").glob("*.json")):
        yield _read(path, Labels)


def _read(path: Path, type_: type[T]) -> T:
    check_regular(path)
    return read_json(path, type_)


def _array(path: Path, type_: Any) -> list[Any]:
    return _read(path, list[type_]) if path.exists() else []


def _labelled(document: Document, gold: Labels) -> Document:
    """Add gold to a document; E707 for a span whose text is not its surface."""
    wrong = unsliced(document.id, document.text, gold)
    if wrong:
        raise DragomanError(wrong)
    return msgspec.structs.replace(
        document,
        layers_annotated=gold.layers_annotated,
        entities=gold.entities,
        dates=gold.dates,
        claims=gold.claims,
    )
