"""Curation: pages are segmented, and segments grouped into documents, with an alignment of each document to its page.

A page is never modified: it is verified against the source table (size and SHA-256), and its lines are segmented by its
profile. A page that is not in Unicode normalisation form NFC is not normalised either; offsets count its actual code
points. All pages are curated before anything is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from dragoman import files, json_text, utf8
from dragoman.authoring.document_time import add_declared, read_date, set_published
from dragoman.authoring.profiles import TEXT_KINDS, Profile, read_profile
from dragoman.authoring.segmentation import MAX_PAGE, Cut, cut, split_lines
from dragoman.problems import Diagnostics, DragomanError, error
from dragoman.release.source_table import Source, SourceTable, assign_splits, corpus_file, read_sources
from dragoman.schema import labels
from dragoman.schema.records import CuratedPage, Document, Segment
from dragoman.text import Block, TextMap, counted

_SHORT: dict[labels.DocumentKind, str] = {
    "article": "article-{}",
    "related_item": "related-{:02d}",
    "sidebar_headline": "headline-{:02d}",
}


class Changes(NamedTuple):
    """Difference between curated pages and ``corpus/documents/``.

    Attributes:
        pages: the curated pages, in the order of the source table.
        changed: files that are missing or differ; after :func:`write`, the files that were written.
        unchanged: files that are up to date.
        stale: files without a page; they are never removed.

    """

    pages: list[CuratedPage]
    changed: list[Path]
    unchanged: list[Path]
    stale: list[Path]


def curate(root: Path | str) -> list[CuratedPage]:
    """Segment all pages of a corpus into documents; nothing is written.

    Args:
        root: the source root, which contains ``corpus/``.

    Returns:
        The pages, in the order of the source table.

    Raises:
        DragomanError: with all errors: E704 a page changed, E705 a page does not fit its profile, E706 a profile or the
            source table is invalid, or as :func:`dragoman.files.read_text`.

    """
    root = Path(root)
    table = read_sources(root)
    diagnostics = Diagnostics()
    profiles: dict[str, Profile | None] = {}
    pages: list[CuratedPage] = []
    for index, source in enumerate(table.pages):
        try:
            if source.profile not in profiles:
                profiles[source.profile] = None
                profiles[source.profile] = _read_profile(root, table, index)
            profile = profiles[source.profile]
            page = _read_page(root, table, index)
            if profile is not None:
                pages.append(_curate_page(source, page, profile))
        except DragomanError as cause:
            diagnostics.take(*cause.problems)
    if not diagnostics.failed:
        add_declared(table, pages, diagnostics)
        _add_splits(table, pages, diagnostics)
    if diagnostics.failed:
        raise DragomanError(diagnostics.problems())
    return pages


def read_pages(root: Path | str) -> list[tuple[Source, str]]:
    """Read the pages of a corpus, each with its entry in the source table.

    Raises:
        DragomanError: as :func:`curate`, E704 for the first page that changed.

    """
    table = read_sources(root)
    return [(source, _read_page(Path(root), table, index)) for index, source in enumerate(table.pages)]


def _add_splits(table: SourceTable, pages: Sequence[CuratedPage], diagnostics: Diagnostics) -> None:
    try:
        splits = assign_splits(table, [document.id for page in pages for document in page.documents])
    except DragomanError as cause:
        diagnostics.take(*cause.problems)
        return
    for page in pages:
        page.splits = {document.id: splits[document.id] for document in page.documents}


def _named(cause: DragomanError, table: SourceTable, where: str) -> DragomanError:
    """Name the entry of the table that has an invalid file name."""
    return DragomanError(
        table.problem(where, problem.what, problem.hint) if problem.code == "E304" else problem
        for problem in cause.problems
    )


def _read_profile(root: Path, table: SourceTable, index: int) -> Profile:
    try:
        return read_profile(root, table.pages[index].profile)
    except DragomanError as cause:
        raise _named(cause, table, f"page[{index}].profile") from cause


def _read_page(root: Path, table: SourceTable, index: int) -> str:
    """Read a page, and verify its bytes against the source table."""
    source = table.pages[index]
    try:
        path = corpus_file(root, "pages", source.file)
    except DragomanError as cause:
        raise _named(cause, table, f"page[{index}].file") from cause
    data = files.read_bytes(path, limit=MAX_PAGE)
    differs = []
    if len(data) != source.bytes:
        differs.append(f"{counted(len(data), 'byte')} instead of {source.bytes:,}")
    if files.sha256(data) != source.sha256:
        differs.append(f"sha256 {files.sha256(data)} instead of {source.sha256}")
    if differs:
        what = f"page {source.id} is not the one that was entered in sources.toml: {', '.join(differs)}."
        hint = "Put the page back as it was; a new version of a page is a new page with an id of its own."
        raise error("E704", what, hint, file=str(path))
    utf8.check_text(data, str(path), max_line=MAX_PAGE)
    return data.decode("utf-8")


def _curate_page(source: Source, page: str, profile: Profile) -> CuratedPage:
    name = f"corpus/pages/{source.file}"
    cuts = cut(split_lines(page, name), profile, name)
    documents: list[Document] = []
    segments: list[Segment] = []
    texts: dict[str, list[str]] = {}
    passage = -1
    for index, piece in enumerate(cuts):
        section = profile.sections[piece.section]
        if piece.passage != passage and section.document is not None and section.document != "same":
            documents.append(_begin(source, section.document, documents))
        passage = piece.passage
        # Boilerplate belongs to the site, not to the document it appears in.
        owner = documents[-1] if section.document and documents and piece.rule.kind != "boilerplate" else None
        segment = _segment(source.id, index, piece, owner)
        segments.append(segment)
        if owner is None:
            continue
        if segment.dup_of is None and piece.rule.kind in TEXT_KINDS:
            parts = texts.setdefault(owner.id, [])
            segment.document_start = sum(map(len, parts)) + len(parts)
            parts.append(piece.text)
            if owner.title is None and piece.rule.kind in ("headline", "related_headline"):
                owner.title = piece.text
        if "year" in piece.groups:
            value, evidence = read_date(piece, profile, name)
            set_published(owner, value, evidence, name, piece.line.number)
    for document in documents:
        document.text = "\n".join(texts[document.id])
    return CuratedPage(page=source.id, sha256=source.sha256, segments=segments, documents=documents, splits={})


def _begin(source: Source, kind: labels.DocumentKind, before: Sequence[Document]) -> Document:
    number = 1 + sum(document.kind == kind for document in before)
    return Document(
        id=f"{source.id}.{_SHORT[kind].format(number)}",
        page=source.id,
        kind=kind,
        language=source.language,
        publisher=source.publisher,
        captured=source.captured,
        text="",
    )


def _segment(page: str, index: int, piece: Cut, owner: Document | None) -> Segment:
    return Segment(
        page=page,
        index=index,
        start=piece.start,
        end=piece.start + len(piece.text),
        text=piece.text,
        kind=piece.rule.kind,
        document=owner.id if owner else None,
        dup_of=piece.repeats,
        truncated=piece.truncated,
    )


def page_map(page: CuratedPage, document_id: str) -> TextMap:
    """Map offsets in a document's text to offsets in its page, both in code points.

    Args:
        page: the curated page.
        document_id: one of its documents.

    Raises:
        DragomanError: E301 when the page has no such document.

    """
    if all(document.id != document_id for document in page.documents):
        known = ", ".join(document.id for document in page.documents[:5])
        raise error("E301", f"page {page.page} has no document {document_id!r}.", f"It has {known} …")
    return TextMap(
        Block(segment.document_start, len(segment.text), segment.start, len(segment.text))
        for segment in page.segments
        if segment.document == document_id and segment.document_start is not None
    )


def read_curated(root: Path | str) -> list[CuratedPage]:
    """Read the curated pages.

    Args:
        root: the source root, which contains ``corpus/``.

    Returns:
        The pages, in the order of the source table.

    Raises:
        DragomanError: E101 if a page was not curated, E704 if it was curated from other bytes than the source table
            declares, E201 or E202 if the file is damaged.

    """
    pages: list[CuratedPage] = []
    diagnostics = Diagnostics()
    for source in read_sources(root).pages:
        path = _target(Path(root), source.id)
        try:
            page = files.read_json(path, CuratedPage)
            if (page.page, page.sha256) != (source.id, source.sha256):
                hint = "Run dragoman author curate."
                raise error("E704", f"the file was not made from page {source.id} as it is now.", hint, file=str(path))
            pages.append(page)
        except DragomanError as cause:
            diagnostics.take(*cause.problems)
    if diagnostics.failed:
        raise DragomanError(diagnostics.problems())
    return pages


def _target(root: Path, page: str) -> Path:
    return files.child(root / "corpus" / "documents", f"{page}.json")


def compare(root: Path | str, pages: list[CuratedPage]) -> Changes:
    """Compare curated pages with the files in ``corpus/documents/``; nothing is written.

    Args:
        root: the source root.
        pages: from :func:`curate`.

    Raises:
        DragomanError: E101 when the folder cannot be read.

    """
    changed: list[Path] = []
    unchanged: list[Path] = []
    folder = Path(root) / "corpus" / "documents"
    for page in pages:
        path = _target(Path(root), page.page)
        try:
            same = not path.is_symlink() and path.is_file() and path.read_bytes() == json_text.pretty(page)
        except OSError:
            same = False
        (unchanged if same else changed).append(path)
    try:
        present = sorted(folder.iterdir()) if folder.exists() else []
    except OSError as cause:
        hint = "It must be a folder that can be read."
        raise error("E101", f"cannot list it: {cause.strerror}.", hint, file=str(folder)) from cause
    expected = {path.name for path in (*changed, *unchanged)}
    stale = [path for path in present if path.name not in expected and not path.name.startswith(".")]
    return Changes(pages, changed, unchanged, stale)


def write(root: Path | str, pages: list[CuratedPage]) -> Changes:
    """Write curated pages to ``corpus/documents/``, each file atomically and only if it changes.

    Args:
        root: the source root.
        pages: from :func:`curate`.

    Returns:
        The files that were written, unchanged or stale.

    Raises:
        DragomanError: E108 when the system refuses to write, or as :func:`compare`.

    """
    changes = compare(root, pages)
    for page in pages:
        path = _target(Path(root), page.page)
        if path in changes.changed:
            files.write(path, json_text.pretty(page))
    return changes
