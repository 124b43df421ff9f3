"""The source table: pages of a corpus, how each is segmented, and the document times and splits.

``corpus/sources.toml`` is written by hand, so everything in it is checked; each problem names the entry.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import regex
from msgspec import Meta

from dragoman import files, timex
from dragoman.problems import Diagnostics, DragomanError, Problem
from dragoman.schema import labels
from dragoman.text import visible

MAX_PAGES = 10_000
"""Maximum number of pages of a corpus."""
NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
"""Pattern of the name of a data set."""
VERSION = r"^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}(\.dev(0|[1-9][0-9]*))?$"
"""Pattern of the version of a data set."""
LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$"
"""Pattern of the language of a page: a BCP 47 tag."""
PAGE = r"^[A-Za-z0-9_]{1,40}$"
"""Pattern of the id of a page."""
_DOCUMENTS = regex.compile(
    r"(?P<page>[A-Za-z0-9_]+)(\.(?P<kind>[a-z]+)-((?P<low>\d{1,6})(\.\.(?P<high>\d{1,6}))?|\*))?"
)
T = TypeVar("T", bound=msgspec.Struct)


class Entry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Base class of tables: unknown fields are errors."""


class Source(Entry):
    """One page of the corpus, as ``[[page]]`` declares it.

    Attributes:
        id: the page's id; letters, digits and underscores.
        file: name of the file under ``corpus/pages/``.
        bytes: its size, in bytes.
        sha256: its SHA-256, 64 hexadecimal digits in lower case.
        language: BCP 47 tag of its text.
        profile: name of the profile that segments it, without ``.toml``.
        rights: owner of the text, and terms on which it is reproduced.
        publisher: publisher, as far as the page shows, or None.
        publisher_evidence: evidence for it on the page, or None.
        captured: when it was scraped, an EDTF date or interval, or None if unknown.
        captured_evidence: evidence for it, or None.

    """

    id: Annotated[str, Meta(pattern=PAGE)]
    file: str
    bytes: Annotated[int, Meta(ge=0)]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    language: Annotated[str, Meta(pattern=LANGUAGE)]
    profile: str
    rights: str
    publisher: str | None = None
    publisher_evidence: str | None = None
    captured: str | None = None
    captured_evidence: str | None = None


class DeclaredTime(Entry):
    """A time that no profile can read from its page, as ``[[time]]`` declares it.

    Attributes:
        documents: documents that it applies to, each an id, a range or all of a kind.
        published: document time proved by the page itself, an EDTF date or interval, or None.
        published_evidence: evidence for it on the page, or why there is none.
        published_external: document time known from other sources, an EDTF date or interval, or None.
        published_external_status: whether it was verified.
        published_external_evidence: its source.

    """

    documents: list[str]
    published: str | None = None
    published_evidence: str | None = None
    published_external: str | None = None
    published_external_status: labels.ExternalStatus | None = None
    published_external_evidence: str | None = None


class SplitRules(Entry):
    """Assignment of documents to splits: the split whose list names it, else the default."""

    default: labels.Split
    dev: list[str] = []
    test: list[str] = []


class Dataset(Entry):
    """Name and version of the benchmark, for its releases; curation only checks that they are well formed."""

    name: Annotated[str, Meta(pattern=NAME)]
    version: Annotated[str, Meta(pattern=VERSION)]


class SourceTable(msgspec.Struct, frozen=True):
    """Checked content of ``corpus/sources.toml``.

    Attributes:
        path: the file.
        pages: declared pages, in the order of the file.
        times: declared document times.
        splits: declared splits.

    """

    path: Path
    pages: tuple[Source, ...]
    times: tuple[DeclaredTime, ...]
    splits: SplitRules

    def problem(self, where: str, what: str, hint: str) -> Problem:
        """Make problem E706 for an entry of the table."""
        return Problem(code="E706", file=str(self.path), path=where, what=what, hint=hint)


def corpus_file(root: Path, folder: str, name: str) -> Path:
    """Path of a file in a folder of the corpus, for a name in a table.

    Args:
        root: the source root, which contains ``corpus/``.
        folder: ``pages`` or ``profiles``.
        name: file name with extension.

    Raises:
        DragomanError: E304 if it is not a plain file name, E706 for a link to outside of the folder.

    """
    directory = root / "corpus" / folder
    path = files.child(directory, name)
    try:
        inside = path.resolve().parent == directory.resolve()
    except (OSError, RuntimeError):
        inside = False
    if not inside:
        what = f"{visible(name)!r} is a link that leads out of corpus/{folder}."
        raise DragomanError(Problem(code="E706", file=str(path), what=what, hint="Put the file itself there."))
    return path


def convert(value: Any, type_: type[T], file: str, where: str) -> T:
    """Convert a TOML table to one of the structures of this module.

    Args:
        value: the parsed table.
        type_: the structure.
        file: name of the file in problems.
        where: path of the table in the file, for problems.

    Raises:
        DragomanError: E706 with the path of the invalid value.

    """
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError as cause:
        what, _, path = str(cause).partition(" - at `$")
        at = f"{where}{path.rstrip('`')}".lstrip(".")
        hint = f"Known fields: {', '.join(type_.__struct_fields__)}." if "unknown field" in what else ""
        raise DragomanError(Problem(code="E706", file=file, path=at, what=f"{visible(what)}.", hint=hint)) from cause


def tables(data: dict[str, Any], key: str, type_: type[T], diagnostics: Diagnostics) -> list[T]:
    """Convert an array of tables one by one, so that every invalid one is reported.

    Args:
        data: the TOML table that contains the array.
        key: the array's key.
        type_: the structure of one table.
        diagnostics: collects the problems.

    """
    tables: list[T] = []
    array = data.get(key, [])
    if not isinstance(array, list):
        diagnostics.add("E706", f"`{key}` is not an array of tables.", f"Write `[[{key}]]`.", path=key)
        return tables
    for index, value in enumerate(array):
        try:
            tables.append(convert(value, type_, diagnostics.file, f"{key}[{index}]"))
        except DragomanError as cause:
            diagnostics.take(*cause.problems)
    return tables


def check_keys(data: dict[str, Any], known: Sequence[str], diagnostics: Diagnostics) -> None:
    """Report unknown top-level keys, and a schema version other than 1.

    Args:
        data: the whole TOML file.
        known: the keys besides ``schema_version``.
        diagnostics: collects the problems.

    """
    if type(data.get("schema_version")) is not int or data["schema_version"] != 1:
        diagnostics.add("E706", "there is no `schema_version = 1`.", "Write it first.", path="schema_version")
    for key in data.keys() - {"schema_version", *known}:
        what, hint = f"`{visible(key)}` is not a known key.", f"Known keys: schema_version, {', '.join(known)}."
        diagnostics.add("E706", what, hint, path=visible(key))


def read_sources(root: Path | str) -> SourceTable:
    """Read and check the source table of a corpus.

    Args:
        root: the source root, which contains ``corpus/sources.toml``.

    Raises:
        DragomanError: E706 with all problems at once, E207 if it is not TOML, or as
            :func:`dragoman.files.read_text`.

    """
    path = Path(root) / "corpus" / "sources.toml"
    data = files.read_toml(path)
    diagnostics = Diagnostics(str(path))
    check_keys(data, ("dataset", "splits", "page", "time"), diagnostics)
    pages = tables(data, "page", Source, diagnostics)
    times = tables(data, "time", DeclaredTime, diagnostics)
    splits = SplitRules(default="test")
    try:
        splits = convert(data.get("splits", {}), SplitRules, str(path), "splits")
        if "dataset" in data:
            convert(data["dataset"], Dataset, str(path), "dataset")
    except DragomanError as cause:
        diagnostics.take(*cause.problems)
    table = SourceTable(path, tuple(pages), tuple(times), splits)
    if not diagnostics.failed:
        diagnostics.take(*_pages_problems(table), *_times_problems(table))
    if diagnostics.failed:
        raise DragomanError(diagnostics.problems())
    return table


def _pages_problems(table: SourceTable) -> Iterable[Problem]:
    if not 0 < len(table.pages) <= MAX_PAGES:
        what = f"there are {len(table.pages)} pages; between 1 and {MAX_PAGES:,} are read."
        yield table.problem("page", what, "Declare each page in a `[[page]]` table.")
    seen: dict[tuple[str, str], int] = {}
    for index, page in enumerate(table.pages):
        # Ids become file names, and some file systems are case-insensitive.
        for field, value in (("id", page.id), ("file", page.file)):
            first = seen.setdefault((field, value.casefold()), index)
            if first != index:
                what = f"the {field} {visible(value)!r} is that of page[{first}] too."
                yield table.problem(f"page[{index}].{field}", what, f"Give each page its own {field}.")
        yield from _value_problems(table, f"page[{index}].captured", page.captured)
        for field, statement, evidence in (
            ("captured", page.captured, page.captured_evidence),
            ("publisher", page.publisher, page.publisher_evidence),
        ):
            if statement is not None and not evidence:
                what = f"`{field}` stands without evidence."
                yield table.problem(f"page[{index}].{field}", what, f"Say in `{field}_evidence` what shows it.")


def _times_problems(table: SourceTable) -> Iterable[Problem]:
    for index, time in enumerate(table.times):
        if not time.documents:
            yield table.problem(f"time[{index}].documents", "no document is named.", "Name at least one.")
        if time.published is not None and not time.published_evidence:
            hint = "Say in `published_evidence` what on the page proves it."
            yield table.problem(f"time[{index}].published", "`published` stands without evidence.", hint)
        wrong = [
            *_value_problems(table, f"time[{index}].published", time.published),
            *_value_problems(table, f"time[{index}].published_external", time.published_external),
        ]
        yield from wrong
        if not wrong and time.published and time.published_external:
            yield from _tier_problems(table, f"time[{index}].published_external", time)
        external = (time.published_external, time.published_external_status, time.published_external_evidence)
        if any(external) and not all(external):
            hint = "Give `published_external`, `published_external_status` and `published_external_evidence` together."
            yield table.problem(f"time[{index}].published_external", "the external time is incomplete.", hint)


def _value_problems(table: SourceTable, where: str, value: str | None) -> Iterable[Problem]:
    """Check that a value is a date or an interval that denotes days; it is not normalised."""
    if value is None:
        return
    hint = "Write an EDTF date or interval: 2024, 2024-11-01, 2024-01-01/2024-08-31, 2025-10-19/.."
    try:
        if not timex.type_fits(value, "DATE") or timex.interval(value) is None:
            yield table.problem(where, f"{visible(value)!r} does not say which days it can be.", hint)
    except timex.TimexError as cause:
        yield table.problem(where, f"{visible(str(cause))}.", hint)


def _tier_problems(table: SourceTable, where: str, time: DeclaredTime) -> Iterable[Problem]:
    """Check that the external document time does not contradict the one that the page proves."""
    proven, known = timex.interval(time.published or ""), timex.interval(time.published_external or "")
    assert proven
    assert known
    early, late = dt.date.min, dt.date.max
    if (known.earliest or early) < (proven.earliest or early) or (known.latest or late) > (proven.latest or late):
        what = f"{time.published_external} reaches beyond {time.published}, which the page proves."
        yield table.problem(where, what, "One of the two is wrong.")


def select(table: SourceTable, pattern: str, documents: Sequence[str], where: str) -> list[str]:
    """Expand a pattern to document ids.

    Args:
        table: the table with the declaration, for problems.
        pattern: an id, ``page.kind-3..7``, ``page.kind-*`` or a page's id for all its documents.
        documents: all ids of the corpus, in order.
        where: path of the declaration in the table, for problems.

    Raises:
        DragomanError: E706 if the pattern is malformed or matches nothing.

    """
    parts = _DOCUMENTS.fullmatch(pattern)
    if not parts:
        hint = "Write an id, `000.related-14..17`, `000.related-*` or `000`."
        raise DragomanError(table.problem(where, f"{visible(pattern)!r} does not name documents.", hint))
    low, high = int(parts["low"] or 0), int(parts["high"] or parts["low"] or 10**6)
    prefix = f"{parts['page']}.{parts['kind']}-" if parts["kind"] else f"{parts['page']}."
    chosen = [
        document
        for document in documents
        if document.startswith(prefix) and (not parts["kind"] or low <= int(document.rpartition("-")[2]) <= high)
    ]
    wanted = high - low + 1 if parts["low"] else 1
    if len(chosen) < wanted or wanted < 1:
        what = f"{visible(pattern)!r} names documents that do not exist."
        hint = f"Documents: {documents[0]} to {documents[-1]}." if documents else ""
        raise DragomanError(table.problem(where, what, hint))
    return chosen


def assign_splits(table: SourceTable, documents: Sequence[str]) -> dict[str, labels.Split]:
    """Assign a split to every document.

    Args:
        table: the source table.
        documents: all ids of the corpus, in order.

    Returns:
        A split for each id, in the same order.

    Raises:
        DragomanError: E706 if a rule matches nothing, or a document is named twice.

    """
    named: dict[str, labels.Split] = {}
    lists: tuple[tuple[labels.Split, list[str]], ...] = (("dev", table.splits.dev), ("test", table.splits.test))
    for split, patterns in lists:
        for index, pattern in enumerate(patterns):
            where = f"splits.{split}[{index}]"
            for document in select(table, pattern, documents, where):
                if document in named:
                    what = f"{document} is named by an earlier rule too."
                    raise DragomanError(table.problem(where, what, "Name each document once."))
                named[document] = split
    return {document: named.get(document, table.splits.default) for document in documents}
