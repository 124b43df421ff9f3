"""The log of a run: what happened with each document, and the answer as it was given. Nothing secret is in it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from dragoman import files
from dragoman.problems import error
from dragoman.redaction import redact_file

Status = Literal["answered", "left out", "failed"]


class Entry(msgspec.Struct, forbid_unknown_fields=True):
    """A line of ``log.jsonl``: what happened with one document, and the answer as it was given.

    Attributes:
        id: of the document.
        status: what became of it.
        seconds: how long the answer took.
        answer: the labels that are valid.
        problems: why it failed, or what of the answer was left out.
        raw: the answer as the system gave it, or the body of a response that holds none.
        tokens: tokens read and written.
        estimated: whether these are an estimate.
        repairs: names of what was repaired in the answer.
        left_out: labels that are not valid and were left out.
        unmapped: labels of a model that stand for no type of the benchmark, and how often each was left out.
        failed_pieces: pieces of the document without an answer; the document is asked about again by the next run.
        traceback: of what the system raised.
        hash: of what the system got and of its code: the answer is kept as long as that is what it was.
        raw_hash: the same without what reads the answer: as long as that is what it was, the answer is read again.
        parts: of each request the characters of its answer in ``raw``, and why it ended, where both are known: answers
            are parted by line feeds.
        reread: whether it was read again, and not asked for; its tokens were counted before.

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
    """Entries of a log; a last line that was cut off when the process was killed is dropped from the file.

    Raises:
        DragomanError: E101 where it is no file, E201 or E202 where a line is none of a log.

    """
    if not path.exists():
        return []
    data = files.read_regular(path)
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        files.write(path, whole)
    return [files.decode(line, Entry, str(path), number) for number, line in enumerate(whole.split(b"\n")[:-1], 1)]


def append(path: Path, entry: Entry) -> None:
    """Add a line.

    Raises:
        DragomanError: E108 where it cannot be written.

    """
    try:
        with path.open("ab") as out:
            out.write(redact_file(files.canonical_json(entry)) + b"\n")
            out.flush()
            os.fsync(out.fileno())
    except OSError as cause:
        hint = "Free some space and run again: what was done before stands in the log."
        raise error("E108", f"cannot write the log: {cause.strerror}.", hint, file=str(path)) from cause


def tokens(counts: Any) -> list[int]:
    """Read the tokens read and written, however they are given; what is no such number counts as 0.

    Example:
        ``tokens(("12", -3))`` is ``[12, 0]``.

    """
    pair = list(counts) if isinstance(counts, Sequence) and not isinstance(counts, str) else []
    return [_count(value) for value in (*pair, 0, 0)[:2]]


def _count(value: Any) -> int:
    try:
        number = float(value)  # also of a number of thousands of digits, which int() refuses
    except (TypeError, ValueError, OverflowError):
        return 0
    # Up to 2⁵³ every count is exact in JSON wherever it is read.
    return int(number) if not isinstance(value, bool) and math.isfinite(number) and 0 <= number <= 2**53 else 0


def spent(entries: Iterable[Entry]) -> list[int]:
    """Tokens read and written in all; a document that failed and was asked about again was paid for twice."""
    pairs = [tokens(entry.tokens) for entry in entries if not entry.reread]
    return [sum(pair[i] for pair in pairs) for i in (0, 1)]
