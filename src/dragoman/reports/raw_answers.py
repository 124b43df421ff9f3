"""Entries of a run's log by document: the raw answer of the system, and its problems."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import msgspec

from dragoman import files
from dragoman.reports.sources import LOG

MAX_RAW = 20_000
"""Maximum number of characters that are shown of a raw answer."""
MAX_ALL = 5_000_000
"""Maximum number of characters that are shown of all raw answers of a run."""
MAX_PROBLEMS = 20
"""Maximum number of problems that are shown of an answer."""


class RawAnswer(msgspec.Struct):
    """Log entry of a document; other fields of a line are ignored.

    Attributes:
        id: id of the document.
        raw: the raw answer, possibly truncated; None if the system returns no text.
        problems: why it failed, or what parts of the answer were dropped.
        cut: number of characters that were truncated.

    """

    id: str
    raw: str | None = None
    problems: list[str] = []
    cut: int = 0


def raw_answers(run: Any) -> Mapping[str, RawAnswer]:
    """Read the log of a run's folder; empty if there is no log.

    Args:
        run: a run's folder; for any other form of predictions there is no log.

    Returns:
        The last entry of each document, by id. Unreadable lines, such as one that is being written, are skipped: the
        log has no influence on scores.

    Raises:
        DragomanError: E106 if the log is too large, E101 if it cannot be read.

    """
    if not isinstance(run, str | PathLike) or not (Path(run) / LOG).is_file():
        return {}
    decoder = msgspec.json.Decoder(RawAnswer)
    found: dict[str, RawAnswer] = {}
    left = MAX_ALL
    for line in io.BytesIO(files.read_regular(Path(run) / LOG)):  # not a list: most lines may be empty
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            answer = decoder.decode(line)
            if answer.raw is not None:
                kept = min(len(answer.raw), MAX_RAW, left)
                answer.cut, answer.raw = len(answer.raw) - kept, answer.raw[:kept]
                left -= kept
            answer.problems = answer.problems[:MAX_PROBLEMS]
            found[answer.id] = answer
    return found
