"""Labels in any form of ours as the lines of a submission, for whoever writes them in another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman.formats.outcome import Converted
from dragoman.reading import lines as precise
from dragoman.reading.source import Source

if TYPE_CHECKING:
    from dragoman.problems import Problem
    from dragoman.reading.target import Target
    from dragoman.schema.submission import Submission


def submission_lines(value: Any, target: Target) -> Converted:
    """Read labels line by line.

    Args:
        value: whatever :meth:`dragoman.reading.source.Source.of` takes; or a benchmark, of which all splits are given.
        target: what they are read against.

    Returns:
        The lines in plain form, and what is wrong with them; no lines where there are errors.

    Raises:
        DragomanError: for what is none of the forms, or cannot be read at all.

    """
    if hasattr(value, "gold_lines"):  # a benchmark, which is above this room
        return Converted([line for split in value.splits for line in value.gold_lines(split)])
    source = Source.of(value, "input")
    made: list[Submission] = []
    problems: list[Problem] = []
    with source.parsing() as parsed:
        for future in parsed:
            shard = future.result()
            data = shard.as_lines(ignore_unknown_fields=target.ignore_unknown_fields)
            given = precise.read(data, target, shard.name)
            made += given.lines
            problems += given.problems
    failed = any(problem.severity == "error" for problem in problems)
    return Converted([] if failed else made, tuple(problems))
