"""Write the lines of a submission in another format, and report what was lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from dragoman.formats import format_files, registry
from dragoman.formats.outcome import DEFAULT, Options, Written
from dragoman.problems import Problem
from dragoman.reading.parsing import JSONL
from dragoman.schema.submission import Submission
from dragoman.text import counted


@dataclass(frozen=True)
class Conversion:
    """Result of a conversion.

    Attributes:
        documents: how many documents were converted.
        files: bytes by file name.
        paths: files that were written; empty if none were.
        problems: repairs (W906) and losses (W905), with counts.

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
        said = f"; {counted(len(self.problems), 'kind')} of repair or loss" if self.problems else ""
        return f"{counted(self.documents, 'document')} in {where}{said}"


def write_lines(
    lines: Sequence[Submission],
    to: str = JSONL,
    *,
    texts: Mapping[str, str] | None = None,
    options: Options = DEFAULT,
    problems: Iterable[Problem] = (),
    out: Path | str | None = None,
) -> Conversion:
    """Write lines in a format; everything that it cannot represent is counted.

    Args:
        lines: the lines; a line's own text is used if ``texts`` has none.
        to: ``jsonl``, or a format of :data:`dragoman.formats.registry.FORMATS`.
        texts: texts by document id.
        options: options of the format.
        problems: problems of the lines that are already known.
        out: file or folder to write; nothing is written if None.

    Raises:
        DragomanError: E209 for an unknown format, E108 for a file that cannot be written; and the errors of the format.

    """
    written = Written({"submission.jsonl": format_files.jsonl(lines)})
    if to != JSONL:
        written = registry.writer(to)(lines, texts or {}, options)
    content = written.checked()
    paths = () if out is None else tuple(format_files.write_path(written, Path(out)))
    return Conversion(len(lines), content, (*problems, *written.problems), paths)
