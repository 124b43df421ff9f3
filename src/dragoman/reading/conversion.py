"""The function behind ``dragoman.convert`` and the command of that name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from dragoman import files
from dragoman.formats import registry
from dragoman.formats.outcome import Written, refuse
from dragoman.problems import Problem
from dragoman.reading import lines as precise
from dragoman.reading.labelled_file import LabelledFile
from dragoman.reading.parsing import JSONL, Parsed
from dragoman.reading.shards import check_distinct
from dragoman.reading.source import Source
from dragoman.reading.target import Target
from dragoman.schema.submission import Submission


@dataclass(frozen=True)
class Conversion:
    """What a conversion made.

    Attributes:
        documents: how many documents were converted.
        files: bytes by file name.
        paths: where they were written; empty where they were not.
        problems: repairs (W906) and losses (W905): everything that did not fit, counted.

    """

    documents: int
    files: Mapping[str, bytes]
    problems: tuple[Problem, ...] = ()
    paths: tuple[Path, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """Everything but the bytes as plain values, as ``dragoman convert --json`` prints it."""
        return {
            "documents": self.documents,
            "files": [str(path) for path in self.paths],
            "problems": msgspec.to_builtins(self.problems),
        }

    def __repr__(self) -> str:
        where = ", ".join(str(path) for path in self.paths) or ", ".join(self.files)
        counted = f"; {len(self.problems)} kinds of repair or loss" if self.problems else ""
        return f"{self.documents} documents in {where}{counted}"


def convert(
    path: Path | str,
    to: str = JSONL,
    *,
    out: Path | str | None = None,
    read: str | None = None,
    documents: Sequence[str] = (),
    texts: Mapping[str, str] | None = None,
    characters: bool | None = None,
    columns: str | Sequence[str] = (),
    labels: str | Sequence[str] = (),
    clean_text: bool = False,
) -> Conversion:
    """Convert labels from or to what other tools have; everything that does not fit is counted.

    >>> convert("mine.conll", out="mine.jsonl")
    >>> convert("pred.jsonl", to="brat", out="pred-brat").problems

    What is read goes through the checks of ``validate``: nothing is written that it would refuse.

    Args:
        path: a file, or a folder of files of one format.
        to: format to write, as :data:`dragoman.formats.registry.FORMATS` names them; ``jsonl`` is a submission.
        out: file or folder to write; nothing is written if None.
        read: format to read; recognised by content if None.
        documents: ids of the documents, in order, for a format that names none.
        texts: texts by document id, for offsets to be checked against and tokens to be found in.
        characters: CoNLL: a token a character, not a word; recognised, when it is read, if None.
        columns: CoNLL: the columns by name, as in ``form=1,tag=3``.
        labels: names of tags that are numbers, in the order of these numbers.
        clean_text: brat: offsets count in the text without byte order mark, with LF as line ends.

    Raises:
        DragomanError: for everything that is wrong with the input; E209 an unknown format, E220 a file of none, E221
            one that may be of two, E108 a file that cannot be written.

    """
    how = LabelledFile(path, read, columns, documents, labels, characters, clean_text)
    write = None if to == JSONL else registry.writer(to)
    known = texts or {}
    made, problems = _read(how, Target(texts=known))
    written = Written({"submission.jsonl": registry.jsonl(made)})
    if write is not None:
        written = write(made, known, replace(how.options(), name=str(path)))
    content = written.checked()
    paths = () if out is None else tuple(registry.write_path(written, Path(out)))
    return Conversion(len(made), content, (*problems, *written.problems), paths)


def _read(how: LabelledFile, target: Target) -> tuple[list[Submission], list[Problem]]:
    """Read all files, each line checked as that of a submission is; and what is merely odd about them."""
    source = Source.of(how, "input")
    lines: list[Submission] = []
    problems: list[Problem] = []
    names: list[str] = []
    places: list[Sequence[str]] = []
    with source.parsing() as waiting:
        while waiting:
            parsed = waiting.pop(0).result()
            refuse(parsed.problems)
            found, said = _lines(parsed, target)
            refuse(said)
            problems += said
            lines += found
            names.append(parsed.name)
            places.append([line.id for line in found])
    if len(names) > 1:
        check_distinct(names, places)
    return lines, problems


def _lines(parsed: Parsed, target: Target) -> tuple[list[Submission], tuple[Problem, ...]]:
    if parsed.foreign is not None:
        from dragoman.reading.foreign import located  # noqa: PLC0415 - what converters need is known by now

        converted = parsed.foreign.lines(target.texts, parsed.name)
        refuse(converted.problems)
        given = precise.read(registry.jsonl(converted.lines), target, parsed.name)
        return given.lines, (*converted.problems, *located(given.problems, converted.lines))
    if parsed.rows and parsed.table is not None:
        from dragoman.reading import parquet_input  # noqa: PLC0415 - not needed for JSONL

        data = parquet_input.json_lines(parsed.table)
    else:
        data = files.read_bytes(parsed.name) if parsed.data is None else parsed.data
        files.check_text(data, parsed.name)
    given = precise.read(data, target, parsed.name)
    return given.lines, given.problems
