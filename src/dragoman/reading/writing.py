"""Lines of a submission written in any format: in memory, and to a file or folder where one is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dragoman.formats import registry
from dragoman.formats.outcome import DEFAULT, Options, Written
from dragoman.reading.conversion import Conversion

if TYPE_CHECKING:
    from dragoman.problems import Problem
    from dragoman.schema.submission import Submission

JSONL = "jsonl"


def write_lines(
    lines: Sequence[Submission],
    to: str = JSONL,
    *,
    texts: Mapping[str, str] | None = None,
    options: Options = DEFAULT,
    problems: Iterable[Problem] = (),
    out: Path | str | None = None,
) -> Conversion:
    """Write lines in a format; everything that it cannot hold is counted.

    Args:
        lines: the lines; a line's own text serves where none is given.
        to: ``jsonl``, or a format of :data:`dragoman.formats.registry.FORMATS`.
        texts: texts by document id.
        options: what the format is told.
        problems: what was said of the lines before.
        out: file or folder to write; nothing is written if None.

    Raises:
        DragomanError: E209 an unknown format, E108 a file that cannot be written; and what the format refuses.

    """
    written = Written({"submission.jsonl": registry.jsonl(lines)})
    if to != JSONL:
        written = registry.named(to).write(lines, texts or {}, options)
    content = written.checked()
    paths = () if out is None else tuple(registry.write_path(written, Path(out)))
    return Conversion(len(lines), content, (*problems, *written.problems), paths)
