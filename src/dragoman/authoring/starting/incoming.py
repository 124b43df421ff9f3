"""Input for a new benchmark: pages of plain text, or documents in any supported format of labels."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from dragoman import files, utf8
from dragoman.authoring.segmentation import MAX_PAGE
from dragoman.formats import registry
from dragoman.formats.sample import Sample
from dragoman.problems import Diagnostics, DragomanError, Problem, shown
from dragoman.reading.labelled_file import LabelledFile
from dragoman.reading.source import Source
from dragoman.reading.submission_lines import submission_lines
from dragoman.reading.target import Target
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.submission import Submission
from dragoman.text import counted

PAGE_SUFFIX = ".txt"
NOTHING: Mapping[str, Any] = MappingProxyType({})
_SPLITS = {"dev": "dev", "train": "dev", "validation": "dev", "valid": "dev", "val": "dev", "test": "test"}
"""Common names of splits, mapped to dev (open for development) and test."""
_ID = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True)
class Incoming:
    """A document, or a page that is not segmented yet.

    Attributes:
        name: id, or name of the file, as given.
        source: file that it comes from, as given.
        text: its text.
        language: BCP 47 tag, or None if unknown.
        split: ``dev`` or ``test``, or None if not stated.
        line: the document with its labels; None for a page.

    """

    name: str
    source: str
    text: str
    language: str | None = None
    split: str | None = None
    line: Submission | None = None


@dataclass(frozen=True)
class Read:
    """Documents and pages in order, with repairs and losses."""

    documents: tuple[Incoming, ...]
    problems: tuple[Problem, ...] = ()


def read(
    paths: Sequence[Path],
    form: str | None = None,
    languages: Sequence[str] = (),
    *,
    options: Mapping[str, Any] = NOTHING,
) -> Read:
    """Read files and folders.

    Args:
        paths: ``.txt`` files or folders of them are pages; everything else is documents: JSONL or parquet in Dragoman's
            schema, or a format that :func:`dragoman.score` takes, detected by content.
        form: the format, if it cannot be detected.
        languages: languages of the benchmark: a page ``NAME.fa.txt`` or ``fa/NAME.txt`` is in ``fa``.
        options: options of the reader, as fields of :class:`~dragoman.reading.labelled_file.LabelledFile`.

    Raises:
        DragomanError: with all errors in the input; E703 if there are no documents.

    """
    diagnostics = Diagnostics(limit=None)
    found: list[Incoming] = []
    for path in paths:
        try:
            pages = [] if form else _pages(path)
            found += [_page(page, languages) for page in pages] or _documents(
                LabelledFile(path, form, **options), diagnostics
            )
        except DragomanError as cause:
            diagnostics.take(*cause.problems)
    if not diagnostics.failed and not found:
        diagnostics.add("E703", "there are no documents.", "Give pages, or documents with texts.")
    if diagnostics.failed:
        raise DragomanError(diagnostics.problems())
    return Read(tuple(found), diagnostics.problems())


def _pages(path: Path) -> list[Path]:
    """Return the pages at a path: itself, or those of a folder that only has pages and folders of pages."""
    if not path.is_dir():
        return [path] if path.suffix == PAGE_SUFFIX and not _has_tags(path) else []
    inside = sorted(each for each in path.rglob("*") if each.is_file() and not each.name.startswith("."))
    return inside if inside and all(each.suffix == PAGE_SUFFIX for each in inside) else []


def _has_tags(path: Path) -> bool:
    """Tell whether a text file has a token and a tag per line, since many data sets use the suffix ``.txt``
    for these.
    """
    return registry.named("conll").recognises(Sample(files.read_bytes(path), path.name))


def _page(path: Path, languages: Sequence[str]) -> Incoming:
    data = files.read_bytes(path, limit=MAX_PAGE)
    utf8.check_text(data, str(path), max_line=MAX_PAGE)
    named = [tag for tag in languages if path.stem.endswith(f".{tag}") or path.parent.name == tag]
    stem = path.stem.removesuffix(f".{named[0]}") if named else path.stem
    return Incoming(stem, str(path), data.decode(), named[0] if named else None)


def _documents(given: LabelledFile, diagnostics: Diagnostics) -> list[Incoming]:
    path = str(given.path)
    converted = submission_lines(given, Target(ignore_unknown_fields=True))
    lines = converted.checked()
    diagnostics.take(*(p for p in converted.problems if not (p.code == "W911" and "split" in p.what)))
    splits = _splits(given, diagnostics)
    diagnostics.file = path
    lacking = [line.id for line in lines if not (line.text or "").strip()]
    if lacking:
        what = f"there is no text in {len(lacking)} of {counted(len(lines), 'document')}, such as {shown(lacking[0])}."
        diagnostics.add("E204", what, "Add the field `text`; for brat put the .txt files beside.")
    lines = _without_values(lines)
    return [Incoming(x.id, path, x.text or "", x.language, splits.get(x.id), x) for x in lines]


class _Split(msgspec.Struct):
    """The split of a line, a field that is not part of a submission."""

    id: str
    split: str | None = None


def _splits(given: LabelledFile, diagnostics: Diagnostics) -> dict[str, str]:
    """Read the splits that lines or rows in Dragoman's schema state, by document."""
    found: dict[str, str] = {}
    decoder = msgspec.json.Decoder(_Split)
    with Source.of(given, "input").parsing() as parsed:
        for future in parsed:
            shard = future.result()
            if shard.foreign is not None:
                continue
            diagnostics.file = shard.name
            for number, line in enumerate(shard.as_lines(ignore_unknown_fields=True).splitlines(), 1):
                if not line.strip():
                    continue
                try:
                    made = decoder.decode(line)
                except msgspec.MsgspecError:
                    what = "the split is not a string."
                    diagnostics.add("E202", what, "Write dev or test.", line=number, path="split")
                    continue
                if made.split is None:
                    continue
                if made.split.lower() not in _SPLITS:
                    what = f"there is no split {shown(made.split)}."
                    diagnostics.add("E702", what, f"Splits: {', '.join(_SPLITS)}.", line=number, path="split")
                else:
                    found[made.id] = _SPLITS[made.split.lower()]
    return found


def _without_values(lines: list[Submission]) -> list[Submission]:
    """Convert dates to entities if no date in the input has a value: they were annotated as plain labels."""
    if not any(line.dates for line in lines) or any(date.value for line in lines for date in line.dates or ()):
        return lines
    from dragoman.schema.submission import PredictedEntity  # noqa: PLC0415

    made = []
    for line in lines:
        moved = [PredictedEntity(start=d.start, end=d.end, text=d.text, type=d.type) for d in line.dates or ()]
        entities = sorted([*(line.entities or []), *moved], key=lambda e: (e.start or 0, -(e.end or 0)))
        annotated = [layer for layer in line.layers_annotated or LAYER_NAMES if layer != "dates"]
        kept = annotated if line.layers_annotated is not None else None
        made.append(msgspec.structs.replace(line, entities=entities, dates=None, layers_annotated=kept))
    return made


def with_ids(documents: Sequence[Incoming]) -> dict[str, Incoming]:
    """Assign each document a valid page id: letters, digits and underscores, unique regardless of case."""
    made: dict[str, Incoming] = {}
    taken: set[str] = set()
    for number, each in enumerate(documents, 1):
        # Ids of documents in a release derive from their page's id.
        latin = unicodedata.normalize("NFKD", each.name.removesuffix(".article-1"))
        bare = "".join(char for char in latin if not unicodedata.combining(char))
        plain = _ID.sub("_", bare).strip("_")[:34]
        wanted = plain if plain and bare.isascii() else f"{number:03d}"
        unique, again = wanted, 2
        while unique.casefold() in taken:
            unique, again = f"{wanted}_{again}", again + 1
        taken.add(unique.casefold())
        made[unique] = each
    return made


def in_language(documents: Sequence[Incoming], languages: Sequence[str]) -> list[Incoming]:
    """Assign each document its language; by default that of a monolingual benchmark.

    Raises:
        DragomanError: E204 for documents without a known language.

    """
    only = languages[0] if len(languages) == 1 else None
    made = [replace(each, language=each.language or only) for each in documents]
    lacking = [each.name for each in made if each.language is None]
    if lacking:
        what = f"nothing says in which language {shown(lacking[0])} is (and {len(lacking) - 1} more)."
        hint = "Add `language` to the document, or call a page NAME.fa.txt."
        raise DragomanError(Problem(code="E204", what=what, hint=hint))
    return made
