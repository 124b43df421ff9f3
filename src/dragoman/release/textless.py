"""Removal and restoration of third-party text in rows: text from a page is replaced by offsets into the page.

Removed are the texts of documents and segments, all surfaces, titles, quotations in publisher and evidence, and names
in the registry that occur on a page, unless they are English. Labels, offsets, glosses, English names, and the SHA-256
of each text remain. ``reading`` is left out altogether, since it is a translation of the texts.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.files import sha256
from dragoman.problems import error
from dragoman.release import content
from dragoman.release.content import Release, with_layers
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.release_rows import READING, ROW_SCHEMAS, UNSPLIT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dragoman.schema.labels import LabelSets
    from dragoman.schema.records import Record

Row = dict[str, Any]
Rows = dict[str, dict[str, list[Row]]]

STORED = tuple(config for config in content.STORED if config != READING)
"""Configurations that are stored; those of the layers are derived from the documents."""
_QUOTING = ("title", "publisher", "published_evidence", "published_external_evidence")
_OURS = "en"
"""Language of the names that were written by the project and are not from a page."""
MAX_TEXT = 2**27
"""Maximum number of characters of all texts and surfaces of a release."""
_SHORTEST = 6
"""Minimum length in characters of a quotation from a page within a field written by annotators."""


def without_text(release: Release, pages: Mapping[str, str]) -> Rows:
    """Remove third-party text from rows.

    Args:
        release: the rows.
        pages: text by page id.

    Returns:
        Rows by configuration and split, only of :data:`STORED`.

    Raises:
        DragomanError: E715 if the text cannot be restored exactly from the pages.

    """
    quotes = {name: SequenceMatcher(None, "", text, autojunk=False) for name, text in pages.items()}
    made: Rows = {config: {} for config in STORED}
    for config in STORED:
        for split, rows in release.rows[config].items():
            made[config][split] = [_without(config, msgspec.to_builtins(row), pages, quotes) for row in rows]
    if with_text(made, pages, release.name, release.version, release.row_schema).fingerprint != release.fingerprint:
        raise error("E715", "the pages do not give back the rows as they are.", "Curate the pages again.")
    return made


def _without(config: str, row: Row, pages: Mapping[str, str], quotes: Mapping[str, SequenceMatcher[str]]) -> Row:
    if config == "registry":
        return row | {"names": _names(row["names"], lambda name: _name(name, pages))}
    if config == "claim_links":
        return row
    made: Row = bare(row)
    made["sha256"] = sha256(row["text"].encode())
    if row["page"] not in pages:
        raise error("E715", f"there is no page {row['page'][:80]!r}, which a row of {config} is of.", "Curate again.")
    if config == "documents":
        for field in _QUOTING:
            made[field] = None if row[field] is None else _pieces(row[field], quotes[row["page"]])
    return made


def _names(names: Any, turned: Callable[[Any], Any]) -> Any:
    """Convert the names of an entity that are not English: by language in row schema 1, a list in later ones."""
    if isinstance(names, dict):
        return {tag: each if tag == _OURS else [turned(name) for name in each] for tag, each in names.items()}
    return [each if each["language"] == _OURS else {**each, "name": turned(each["name"])} for each in names]


def bare(value: Any) -> Any:
    """Remove the surfaces of labels, on all levels."""
    if isinstance(value, dict):
        return {key: bare(inner) for key, inner in value.items() if key != "text"}
    return [bare(inner) for inner in value] if isinstance(value, list) else value


def _name(name: str, pages: Mapping[str, str]) -> str | list[Any]:
    """Replace a name by page, start and end, if it occurs on a page."""
    for page, text in pages.items():
        at = text.find(name)
        if at >= 0 and name:
            return [page, at, at + len(name)]
    return name


def _pieces(value: str, page: SequenceMatcher[str]) -> list[Any]:
    """Split a value into own words, as strings, and quotations from the page, as start and end, in order."""
    page.set_seq1(value)
    return _cut(value, page, 0, len(value))


def _cut(value: str, page: SequenceMatcher[str], low: int, high: int) -> list[Any]:
    match = page.find_longest_match(low, high)
    # A field that occurs on the page as a whole is a quotation, however short.
    if match.size < min(_SHORTEST, len(value)) or not match.size:
        return [value[low:high]] if low < high else []
    quoted = [match.b, match.b + match.size]
    return [*_cut(value, page, low, match.a), quoted, *_cut(value, page, match.a + match.size, high)]


def with_text(
    rows: Rows, pages: Mapping[str, str], name: str, version: str, row_schema: str, own: LabelSets | None = None
) -> Release:
    """Restore the text.

    Args:
        rows: result of :func:`without_text`; may be untrusted.
        pages: text by page id.
        name: name of the data set.
        version: its version.
        row_schema: version of the columns of the rows.
        own: the benchmark's own label sets.

    Returns:
        The release; the caller checks its fingerprint.

    Raises:
        DragomanError: E715 if a row is invalid.

    """
    try:
        return Release(name, version, _filled(rows, pages, row_schema), row_schema, own or {})
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as cause:
        raise error("E715", f"a row is not in the form: {cause!r}"[:300] + ".", "Fetch the release again.") from cause


class _Cutter:
    """Slices at most :data:`MAX_TEXT` characters in total, since rows may refer to a page any number of times."""

    def __init__(self) -> None:
        self._left = MAX_TEXT

    def __call__(self, text: str, start: int, end: int) -> str:
        piece = text[start:end]
        self._left -= len(piece)
        if self._left < 0:
            raise error("E106", f"the texts are over {MAX_TEXT:,} characters.", "Fetch the release again.")
        return piece


def _filled(rows: Rows, pages: Mapping[str, str], row_schema: str) -> content.Rows:
    cut = _Cutter()
    made: dict[str, dict[str, list[Record]]] = {config: {} for config in STORED}
    parts: dict[str, list[tuple[int, str]]] = {}

    def record(config: str, row: Row) -> Record:
        plain = {key: value for key, value in row.items() if key != "sha256"}
        done: Record = msgspec.convert(plain, ROW_SCHEMAS[row_schema][config])
        return done

    for split, segments in rows["segments"].items():
        made["segments"][split] = []
        for segment in segments:
            text = cut(pages[segment["page"]], segment["start"], segment["end"])
            if segment["document_start"] is not None:
                parts.setdefault(segment["document"], []).append((segment["document_start"], text))
            made["segments"][split].append(record("segments", {**segment, "text": text}))
    for split, documents in rows["documents"].items():
        made["documents"][split] = [
            record("documents", _document(document, parts.get(document["id"], []), pages[document["page"]], cut))
            for document in documents
        ]
    made["registry"][UNSPLIT] = [record("registry", _entity(row, pages, cut)) for row in rows["registry"][UNSPLIT]]
    made["claim_links"][UNSPLIT] = [record("claim_links", row) for row in rows["claim_links"][UNSPLIT]]
    return with_layers(made)


def _document(row: Row, parts: Sequence[tuple[int, str]], page: str, cut: _Cutter) -> Row:
    """Join a document's text from its lines, and restore all surfaces."""
    text = "\n".join(part for _, part in sorted(parts))
    made = {key: with_surfaces(value, text, cut) if key in LAYER_NAMES else value for key, value in row.items()}
    for field in _QUOTING:
        if row[field] is not None:
            made[field] = "".join(each if isinstance(each, str) else cut(page, *each) for each in row[field])
    return {**made, "text": text}


def with_surfaces(value: Any, text: str, cut: Callable[[str, int, int], str]) -> Any:
    """Add the surface of each span, sliced by ``cut`` from the text, on all levels."""
    if isinstance(value, list):
        return [with_surfaces(inner, text, cut) for inner in value]
    if not isinstance(value, dict):
        return value
    made = {key: with_surfaces(inner, text, cut) for key, inner in value.items()}
    return {**made, "text": cut(text, value["start"], value["end"])} if "start" in value and "end" in value else made


def _entity(row: Row, pages: Mapping[str, str], cut: _Cutter) -> Row:
    def named(name: Any) -> str:
        return name if isinstance(name, str) else cut(pages[name[0]], name[1], name[2])

    return {**row, "names": _names(row["names"], named)}
