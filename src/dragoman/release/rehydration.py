"""Restore the texts of a text-free release from a reader's own copy of the pages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from dragoman import files, utf8
from dragoman.problems import DragomanError, Problem, error
from dragoman.release import parquet, standoff
from dragoman.release.integrity import MAX_BYTES
from dragoman.release.page_diff import in_words, places
from dragoman.release.textless import Row, Rows, with_text

if TYPE_CHECKING:
    from pathlib import Path

    from dragoman.release.content import Release
    from dragoman.release.standoff import Page

MAX_FILES = 100_000
"""Maximum number of files in a folder of pages."""
MAX_COMPARED = 1000
"""Maximum number of files that are searched for a changed page, if no file has its name."""


def rehydrate(folder: Path, pages: Path, out: Path) -> Release:
    """Restore the texts and write the release.

    Args:
        folder: the text-free release.
        pages: folder with a copy of each page; recognised by content, not by file name.
        out: folder of the release: new, empty, or an earlier release.

    Returns:
        The release, with the same canonical rows as the original one.

    Raises:
        DragomanError: E716 for every page that is missing or differs, with the first differences; E715 for a damaged
            release; E108 if the folder contains other files. Nothing is written then.

    """
    manifest, rows, card = standoff.read(folder)
    texts = _texts(manifest.pages, rows, pages)
    own = {} if isinstance(manifest.label_sets, msgspec.UnsetType) else manifest.label_sets
    release = with_text(rows, texts, manifest.name, manifest.version, manifest.schema_version, own)
    if release.fingerprint != manifest.fingerprint:
        raise error("E715", "the rows are not those of the manifest.", "Fetch the release again.", file=str(folder))
    parquet.write(release, out, {"README.md": card})
    return release


def _texts(pages: list[Page], rows: Rows, folder: Path) -> dict[str, str]:
    """Text of each page, by id."""
    try:
        listed = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as cause:
        what = f"cannot read the folder: {cause.strerror}."
        raise error("E101", what, "Check the path.", file=str(folder)) from cause
    if len(listed) > MAX_FILES:
        raise error("E106", f"the folder holds over {MAX_FILES:,} files.", "Give that of the pages.", file=str(folder))
    wanted = {page.sha256: page for page in pages}
    sizes = {page.bytes for page in pages}
    texts: dict[str, str] = {}
    others = list(listed)
    for path in listed:
        if path.stat().st_size in sizes:
            data = files.read_regular(path, limit=MAX_BYTES)
            page = wanted.get(files.sha256(data))
            if page is not None:
                utf8.check_text(data, str(path))
                texts[page.id] = data.decode("utf-8")
                others.remove(path)
    lacking = [page for page in pages if page.id not in texts]
    try:
        problems = [problem for page in lacking for problem in _lacking(page, rows, others, folder)]
    except (LookupError, TypeError, ValueError, ArithmeticError) as cause:
        raise error("E715", f"a row is not in the form: {cause!r}"[:300] + ".", "Fetch the release again.") from cause
    if problems:
        raise DragomanError(problems)
    return texts


def _lacking(page: Page, rows: Rows, listed: list[Path], folder: Path) -> Iterator[Problem]:
    """Report a page that was not found, or where the file that is most likely its copy differs."""
    candidate = next((path for path in listed if path.name == page.file), None)
    candidate = candidate or next((path for path in listed if path.stem.split("_")[0] == page.id), None)
    candidate = candidate or _nearest(page, rows, listed)
    if candidate is None:
        what = f"no file is page {page.id} (sha256 {page.sha256[:16]}…, {page.bytes:,} bytes)."
        yield Problem(code="E716", what=what, hint=f"Put it there, as {page.file!r} or any name.", file=str(folder))
        return
    data = files.read_regular(candidate, limit=max(2**26, 4 * page.bytes))
    what, line = _where(data, page, _lines_of(page.id, rows))
    yield Problem(code="E716", what=what, hint=_cause(data, page), file=str(candidate), line=line)


def _nearest(page: Page, rows: Rows, listed: list[Path]) -> Path | None:
    """Return the file of similar size with most lines of a page, at least a third of them; None if there is none."""
    wanted = {segment["sha256"] for segment in _lines_of(page.id, rows)}
    near = [path for path in listed if page.bytes / 2 <= path.stat().st_size <= 2 * page.bytes][:MAX_COMPARED]
    shared = {}
    for path in near:
        lines = files.read_regular(path).replace(b"\r\n", b"\n").split(b"\n")
        shared[path] = len(wanted & {files.sha256(line) for line in lines})
    best = max(near, key=lambda path: shared[path], default=None)
    return best if best is not None and shared[best] * 3 >= len(wanted) > 0 else None


def _lines_of(page: str, rows: Rows) -> list[Row]:
    segments = [row for split in rows["segments"].values() for row in split if row.get("page") == page]
    return sorted(segments, key=lambda row: int(row["index"]))


def _where(data: bytes, page: Page, segments: list[Row]) -> tuple[str, int]:
    """Describe where a page differs, by the checksums of its lines; also return the line, or 0."""
    head = f"this is not page {page.id}"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as cause:
        return f"{head}: byte {cause.start} is not UTF-8.", data.count(b"\n", 0, cause.start) + 1
    differences = places(text, segments)
    if not differences:
        return f"{head}: its lines are the same, and it differs between or after them.", 0
    return f"{head}; it differs at {in_words(differences)}.", differences[0].line


def _cause(data: bytes, page: Page) -> str:
    """Guess how a page was changed, for a hint."""
    text = data.decode("utf-8", "replace")
    guesses = {
        "It was saved with a byte order mark: take that away.": text.removeprefix("\ufeff"),
        "Its line ends were changed: it has line feeds alone.": text.replace("\r\n", "\n"),
        "Its line ends were changed: it has carriage returns and line feeds.": text.replace("\n", "\r\n"),
        "Its last line feed is missing.": text + "\n",
        "It has a line feed too many at its end.": text.removesuffix("\n"),
        "Its spaces became no-break spaces: put spaces back.": text.replace("\u00a0", " "),
        "Its lines end in blanks: take them away.": re.sub(r"[ \t]+(?=\n|$)", "", text),
        "It was decomposed: put it into Unicode form NFC.": unicodedata.normalize("NFC", text),
        "It was composed: put it into Unicode form NFD.": unicodedata.normalize("NFD", text),
    }
    for guess, corrected in guesses.items():
        if files.sha256(corrected.encode()) == page.sha256:
            return guess
    return "Get the page as it was when it was labelled."
