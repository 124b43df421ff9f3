"""The log of a run: the outcome and the raw answer of each document, without secrets."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from dragoman import files, json_text
from dragoman.problems import error
from dragoman.redaction import redact_file

Status = Literal["answered", "left out", "failed"]
MAX_ENTRIES = 2**20
"""Maximum number of lines of a log."""


class Entry(msgspec.Struct, forbid_unknown_fields=True):
    """A line of ``log.jsonl``: the outcome and the raw answer of one document.

    Attributes:
        id: id of the document.
        status: outcome: answered, left out by the system, or failed.
        seconds: duration of the answer, in seconds.
        answer: the valid labels.
        problems: messages on why it failed, or on what was dropped from the answer.
        raw: the answer as the system returned it, or the body of a response without one.
        tokens: prompt and completion tokens.
        estimated: whether these are estimates.
        repairs: names of the repairs made to the answer.
        left_out: number of invalid labels, which were dropped.
        unmapped: labels of a model that have no type of the benchmark, and how many spans of each were dropped.
        failed_pieces: number of pieces of the document without an answer; the next run retries the document.
        traceback: traceback of an exception of the system.
        hash: hash of the system's code and input: the answer is reused as long as it is unchanged.
        raw_hash: the same without the answer parser: as long as it is unchanged, the raw answer can be parsed again.
        parts: for each request, the length of its answer in ``raw`` in characters, and why it ended, if both are known;
            answers are separated by line feeds.
        reread: whether it was parsed again instead of requested; its tokens were counted before.

    """

    id: str
    status: Status
    seconds: float
    answer: dict[str, Any] | None = None
    problems: list[str] = []
    raw: str | None = None
    tokens: list[int] = []
    estimated: bool = False
    repairs: list[str] = []
    left_out: int = 0
    unmapped: dict[str, int] = {}
    failed_pieces: int = 0
    traceback: str | None = None
    hash: str = ""
    raw_hash: str = ""
    parts: list[tuple[int, str]] = []
    reread: bool = False

    @property
    def answers(self) -> list[tuple[str, str]]:
        """The answers to the requests about the document, as they were given; none where that is not known."""
        found, at = [], 0
        for length, reason in self.parts:
            found.append(((self.raw or "")[at : at + length], reason))
            at += length + 1
        return found


def read(path: Path) -> list[Entry]:
    """Read the entries of a log; an incomplete last line, of a process that was killed, is removed from the file.

    Raises:
        DragomanError: E101 if it is not a file, E106 if too large, E201 or E202 for a line that is not a log entry.

    """
    if not path.exists():
        return []
    data = files.read_regular(path)
    if data.count(b"\n") > MAX_ENTRIES:
        raise error("E106", f"the log has over {MAX_ENTRIES:,} lines.", "Move it aside.", file=str(path))
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        files.write(path, whole)
    return [json_text.decode(line, Entry, str(path), number) for number, line in enumerate(whole.split(b"\n")[:-1], 1)]


def append(path: Path, entry: Entry) -> None:
    """Append an entry.

    Raises:
        DragomanError: E108 if the file cannot be written.

    """
    try:
        with path.open("ab") as out:
            out.write(redact_file(json_text.canonical(entry)) + b"\n")
            out.flush()
            os.fsync(out.fileno())
    except OSError as cause:
        hint = "Free some space and run again: what was done before stands in the log."
        raise error("E108", f"cannot write the log: {cause.strerror}.", hint, file=str(path)) from cause


def tokens(counts: Any) -> list[int]:
    """Parse prompt and completion tokens leniently; what is not a count is read as 0.

    Example:
        ``tokens(("12", -3))`` is ``[12, 0]``.

    """
    pair = list(counts) if isinstance(counts, Sequence) and not isinstance(counts, str) else []
    return [_count(value) for value in (*pair, 0, 0)[:2]]


def _count(value: Any) -> int:
    try:
        number = float(value)  # also parses a number of thousands of digits, which int() rejects
    except (TypeError, ValueError, OverflowError):
        return 0
    # Integers up to 2⁵³ are exact in every JSON parser.
    return int(number) if not isinstance(value, bool) and math.isfinite(number) and 0 <= number <= 2**53 else 0


def spent(entries: Iterable[Entry]) -> list[int]:
    """Return the total of prompt and completion tokens; a retry of a failed document counts as well."""
    pairs = [tokens(entry.tokens) for entry in entries if not entry.reread]
    return [sum(pair[i] for pair in pairs) for i in (0, 1)]
