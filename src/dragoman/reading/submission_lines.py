"""Labels in any form as lines of a submission, for conversion to other formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman.formats.outcome import Converted, refuse
from dragoman.reading import lines as precise
from dragoman.reading.shards import check_distinct
from dragoman.reading.source import Source

if TYPE_CHECKING:
    from dragoman.problems import Problem
    from dragoman.reading.parsing import Parsed
    from dragoman.reading.target import Target
    from dragoman.schema.submission import Submission


def submission_lines(value: Any, target: Target) -> Converted:
    """Read labels line by line.

    Args:
        value: anything that :meth:`dragoman.reading.source.Source.of` accepts; or a benchmark, with all its splits.
        target: what they are read against.

    Returns:
        The lines in plain form, and their problems; no lines if there are errors.

    Raises:
        DragomanError: for an unsupported value, or one that cannot be read at all; E302 for a document in two files.

    """
    if hasattr(value, "gold_lines"):  # a Benchmark, which this package must not import
        return Converted([line for split in value.splits for line in value.gold_lines(split)])
    made: list[Submission] = []
    problems: list[Problem] = []
    names: list[str] = []
    documents: list[list[str]] = []
    with Source.of(value, "input").parsing() as parsed:
        for future in parsed:
            shard = future.result()
            given = _lines_of(shard, target)
            names.append(shard.name)
            documents.append([line.id for line in given.lines])
            made += given.lines
            problems += given.problems
    failed = any(problem.severity == "error" for problem in problems)
    if len(names) > 1 and not failed:
        check_distinct(names, documents)
    return Converted([] if failed else made, tuple(problems))


def _lines_of(parsed: Parsed, target: Target) -> Converted:
    """Read the lines of one file, or of files of another tool, with the checks of a submission."""
    if parsed.foreign is None:
        data = parsed.as_lines(ignore_unknown_fields=target.ignore_unknown_fields)
        given = precise.read(data, target, parsed.name)
        return Converted(given.lines, given.problems)
    from dragoman.formats import format_files  # noqa: PLC0415 - not needed for a submission
    from dragoman.reading.foreign import located  # noqa: PLC0415

    refuse(parsed.problems)
    converted = parsed.foreign.lines(target.texts, parsed.name)
    refuse(converted.problems)
    given = precise.read(format_files.jsonl(converted.lines), target, parsed.name)
    return Converted(given.lines, (*converted.problems, *located(given.problems, converted.lines, parsed.foreign)))
