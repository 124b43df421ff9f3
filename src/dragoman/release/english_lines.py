"""The English lines of a source root, ``annotations/reading/reading.jsonl``: translations for other readers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dragoman import json_text
from dragoman.files import check_regular, read_bytes
from dragoman.problems import DragomanError, Problem
from dragoman.schema.records import ReadingLine
from dragoman.text import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dragoman.schema.records import Document


def file_of(root: Path) -> Path:
    """Path of the file in a source root."""
    return root / "annotations" / "reading" / "reading.jsonl"


def read(root: Path) -> list[ReadingLine]:
    """Read the lines without checks; none if there is no file.

    Raises:
        DragomanError: E201 to E206 for an invalid line, or as :func:`dragoman.files.read_bytes`.

    """
    path = file_of(root)
    if not path.exists():
        return []
    check_regular(path)
    return [
        json_text.decode(line, ReadingLine, str(path), number)
        for number, line in enumerate(read_bytes(path).splitlines(), 1)
    ]


def faults(lines: Iterable[ReadingLine], documents: Iterable[Document]) -> Iterator[Problem]:
    """Check the English lines: a document has one for every line, in order and from 0, or none.

    Yields:
        E301 for lines of an unknown document, E713 for a document with missing, additional or reordered lines.

    """
    numbers: dict[str, list[int]] = {}
    for each in lines:
        numbers.setdefault(each.document, []).append(each.line)
    for document in documents:
        wanted = list(range(document.text.count("\n") + 1))
        if numbers.pop(document.id, wanted) != wanted:
            has = counted(len(wanted), "line")
            what = f"{document.id} has {has}, and the English ones are not of each of them in order."
            yield Problem(code="E713", what=what, hint="Give one for every line, from 0, or none.")
    for name in numbers:
        what = f"there are English lines of {name[:80]!r}, which is no document."
        yield Problem(code="E301", what=what, hint="Take them out.")


def by_split(root: Path, documents: Mapping[str, Sequence[Document]]) -> dict[str, list[ReadingLine]]:
    """Read the lines by split, in the order of the documents; empty if there is no file.

    Raises:
        DragomanError: as :func:`read`, and with all :func:`faults`.

    """
    lines = read(root)
    wrong = list(faults(lines, (document for each in documents.values() for document in each)))
    if wrong:
        raise DragomanError(wrong)
    of_document: dict[str, list[ReadingLine]] = {}
    for line in lines:
        of_document.setdefault(line.document, []).append(line)
    if not lines:
        return {}
    return {split: [line for d in each for line in of_document.get(d.id, [])] for split, each in documents.items()}
