"""What a run's log says of each document: the answer as the system gave it, and what of it was left out."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import msgspec

from dragoman import files
from dragoman.reports.sources import LOG

MAX_RAW = 20_000
"""Characters that are shown of a raw answer."""
MAX_ALL = 5_000_000
"""Characters that are shown of all raw answers of a run."""
MAX_PROBLEMS = 20
"""Problems that are shown of an answer."""


class RawAnswer(msgspec.Struct):
    """What the log says of a document; other fields of a line are passed over.

    Attributes:
        id: of the document.
        raw: the answer as it was given, or its beginning; None where the system gives no text.
        problems: why it failed, or what of the answer was left out.
        cut: how many characters of the answer are not here.

    """

    id: str
    raw: str | None = None
    problems: list[str] = []
    cut: int = 0


def raw_answers(run: Any) -> Mapping[str, RawAnswer]:
    """Read what the log of a run's folder says; nothing where there is no log. The log is not changed.

    Args:
        run: what somebody gave as a run.

    Returns:
        By the document's id, the last line of each. A line that cannot be read, as one that is being written, is
        passed over: nothing that is scored is in the log.

    Raises:
        DragomanError: E106 for a log that is too large, E101 where it cannot be read.

    """
    if not isinstance(run, str | PathLike) or not (Path(run) / LOG).is_file():
        return {}
    decoder = msgspec.json.Decoder(RawAnswer)
    found: dict[str, RawAnswer] = {}
    left = MAX_ALL
    for line in files.read_regular(Path(run) / LOG).split(b"\n"):
        with contextlib.suppress(msgspec.DecodeError):
            answer = decoder.decode(line)
            if answer.raw is not None:
                kept = min(len(answer.raw), MAX_RAW, left)
                answer.cut, answer.raw = len(answer.raw) - kept, answer.raw[:kept]
                left -= kept
            answer.problems = answer.problems[:MAX_PROBLEMS]
            found[answer.id] = answer
    return found
