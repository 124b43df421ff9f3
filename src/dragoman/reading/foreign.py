"""Files of other tools: recognised by content, turned into the lines of a submission, and read as such.

Converted lines go through the same checks as a submission, so that what is read, scored and written by
:func:`dragoman.convert` is what ``validate`` accepts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from dragoman.formats import format_files, line_builder, registry
from dragoman.formats.outcome import Converted, Options
from dragoman.problems import DragomanError, Problem
from dragoman.reading.labelled_file import LabelledFile
from dragoman.schema.submission import Submission


@dataclass(frozen=True)
class Foreign:
    """Files of one format of another tool.

    Attributes:
        format: the format's name.
        inputs: bytes by path.
        beside: by path, the neighbouring files of each, by file name.
        options: options of the converter, except the texts.

    """

    format: str
    inputs: Mapping[str, bytes]
    beside: Mapping[str, Mapping[str, bytes]]
    options: Options

    @property
    def title(self) -> str:
        """Name and title of the recognised format."""
        named = registry.named(self.format)
        return f"{named.name} ({named.title})"

    def lines(self, texts: Mapping[str, str], name: str) -> Converted:
        """Convert the files to lines of a submission.

        Args:
            texts: text by document id, where known.
            name: name of the files in problems.

        """
        options = replace(self.options, name=name, texts=texts)
        return format_files.read_files(registry.named(self.format), self.inputs, options, self.beside)


def of_path(path: Path, how: LabelledFile) -> Foreign:
    """Read the files at a path: of the requested format, or of the format recognised in a folder.

    Raises:
        DragomanError: as :func:`dragoman.formats.format_files.gather`.

    """
    gathered = format_files.gather(path, None if how.format is None else registry.named(how.format))
    return Foreign(gathered.format.name, gathered.inputs, gathered.beside, how.options())


def of_bytes(data: bytes, name: str, how: LabelledFile) -> Foreign | None:
    """Recognise a file by its content.

    Returns:
        The file; None if it is, or is meant to be, a submission in JSONL.

    Raises:
        DragomanError: E220 if it has no known format, E221 if it may have more than one.

    """
    try:
        format_ = registry.recognise(data, name) if how.format is None else registry.named(how.format)
    except DragomanError:
        if how.format is not None or not how.columns:
            raise
        format_ = registry.named("conll")  # naming columns implies a format with columns
    if format_ is None:
        return None
    path = Path(name)
    beside = format_files.around(path, format_) if path.is_file() else {}
    return Foreign(format_.name, {name: data}, {name: beside}, how.options())


def located(problems: Iterable[Problem], lines: list[Submission], other: Foreign) -> tuple[Problem, ...]:
    """Replace line numbers by document ids in problems of converted lines, which the user does not see.

    If an unknown document was named after its file or numbered by the converter, the hint mentions ``--document``.
    """
    single = registry.named(other.format).single and len(other.inputs) == 1
    return tuple(
        _placed(problem, lines[problem.line - 1].id, single=single) if 0 < problem.line <= len(lines) else problem
        for problem in problems
    )


def _placed(problem: Problem, document: str, *, single: bool) -> Problem:
    path = f"{document[:80]}: {problem.path}" if problem.path else document[:80]
    named_here = problem.code == "E301" and (single or line_builder.NUMBERED.fullmatch(document))
    named_here = named_here and "--document" not in problem.hint
    hint = f"{problem.hint} Say which it is with --document." if named_here else problem.hint
    return msgspec.structs.replace(problem, line=0, byte=-1, path=path, hint=hint)
