"""Numbered problems: what is wrong, where, and how to mend it.

Every complaint that Dragoman makes about something it was given is a :class:`Problem` with a number from
:data:`CATALOGUE`. The number is stable between versions, so that it can be looked up and tested for; the words
may improve. Functions that cannot go on raise :class:`DragomanError`, which carries one problem or many.

This module is the foundation: every room may use it and it uses none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

Severity = Literal["error", "warning"]

CATALOGUE: dict[str, str] = {
    # 1xx: the file as bytes
    "E101": "file cannot be read",
    "E102": "not UTF-8",
    "E103": "byte order mark or UTF-16",
    "E104": "NUL byte",
    "E105": "line over the limit",
    "E106": "file over the limit",
    "E107": "truncated or damaged gzip",
    "E108": "cannot be written",
    # 2xx: the shape of the data
    "E201": "invalid JSON",
    "E202": "wrong type",
    "E203": "unknown field",
    "E204": "missing field",
    "E205": "repeated field",
    "E206": "number out of range",
    "E207": "invalid TOML",
    "E208": "more problems than are listed",
    "E209": "not in the format",
    "E210": "cannot be held in columns",
    "E211": "not in order",
    # 3xx: identifiers
    "E301": "unknown document",
    "E302": "repeated document",
    "E303": "repeated id within a document",
    "E304": "invalid id",
    # 4xx: spans
    "E401": "span out of range",
    "E402": "empty or reversed span",
    "E403": "surface does not match the text",
    "E404": "quote not found",
    "E405": "ambiguous or missing occurrence",
    "E406": "span without offsets or quote",
    "E407": "crossing spans",
    # 5xx: labels and values
    "E501": "unknown label",
    "E502": "invalid date value",
    "E503": "label that does not fit",
    "E504": "edge or inside of a span against the rules",
    "E505": "days that do not follow",
    # 6xx: references
    "E601": "dangling reference",
    "E602": "circular reference",
    "E603": "reported claim outside the report",
    "E604": "derived field that does not follow",
    "E605": "not one entity",
    "E606": "not used",
    "E607": "claims that do not go together",
    # 7xx: benchmark, corpus and gold
    "E701": "not a benchmark",
    "E702": "unknown split",
    "E703": "split without gold",
    "E704": "page changed",
    "E705": "page does not fit its profile",
    "E706": "profile or source table is wrong",
    "E707": "gold does not slice",
    "E708": "unknown measure",
    "E709": "results that cannot be compared",
    "E710": "undecided",
    "E711": "release is out of date",
    "E712": "raw pass changed",
    "E713": "not complete",
    "E714": "version that does not fit what changed",
    "E715": "text that cannot be left out",
    "E716": "page that is not the one labelled",
    "E717": "file that is no part of a release",
    "E720": "Label Studio does not answer",
    "E721": "Label Studio refuses",
    "E722": "no address or token of Label Studio",
    "E723": "region that does not fit its text",
    "E724": "region that is no label",
    "E725": "changed on both sides",
    "E726": "task that does not fit its document",
    "E727": "no such project",
    "E728": "answer of Label Studio not understood",
    "E729": "Label Studio cannot be started",
    "E730": "no such annotator",
    "E731": "decision that is not complete",
    "E740": "the Hub does not answer",
    "E741": "the Hub takes no such token",
    "E742": "not on the Hub",
    "E743": "the Hub asks to wait",
    "E744": "the Hub fails",
    "E745": "version is published with other content",
    "E746": "the Hub refuses",
    "E747": "not to be published there",
    "E748": "what was published does not come back",
    "E749": "no tools for the Hub",
    # 8xx: systems and runs
    "E801": "system cannot be loaded",
    "E802": "system failed on a document",
    "E803": "run folder cannot be used",
    "E820": "not a submitted run",
    "E821": "file that does not belong to a run",
    "E822": "link or special file in a run",
    "E823": "file too large for a submission",
    "E824": "name of a run's folder",
    "E825": "system card lacks a field",
    "E826": "result that does not reproduce",
    "E827": "run on other data",
    "E828": "layers that do not fit the card",
    "E829": "no place for a leaderboard",
    "E830": "run that cannot be examined",
    "E850": "shard that cannot be scored",
    "E851": "engine cannot be used",
    "E852": "folder that does not hold shards",
    # warnings
    "W720": "several annotations of a task",
    "W721": "change that does not count",
    "W901": "duplicate prediction",
    "W902": "document left out",
    "W903": "quote found inexactly",
    "W904": "quote without a place",
    "W905": "cannot be held by the format",
    "W906": "read with a repair",
    "W907": "raw pass against a rule",
}


class Problem(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One thing that is wrong with something Dragoman was given.

    Attributes:
        code: a key of :data:`CATALOGUE`; ``E`` for errors, ``W`` for warnings.
        what: what is wrong, in one sentence.
        hint: how to correct it, in one sentence; may be empty where nothing useful can be said.
        file: the file's name as the user gave it, or empty.
        line: 1-based line in the file, or 0 where no line is meant.
        byte: 0-based byte offset in the file, or -1 where none is meant.
        path: where in the line's JSON, as in ``entities[3].start``, or empty.

    """

    file: str = ""
    line: int = 0
    path: str = ""
    code: str
    what: str
    hint: str = ""
    byte: int = -1

    @property
    def severity(self) -> Severity:
        """``error`` or ``warning``, by the first letter of the code."""
        return "warning" if self.code.startswith("W") else "error"

    @property
    def title(self) -> str:
        """The catalogue's short title for the code."""
        return CATALOGUE[self.code]

    def where(self) -> str:
        """Say where the problem is, in one phrase such as ``p.jsonl, line 3, entities[0].start``."""
        parts = [self.file] if self.file else []
        if self.line:
            parts.append(f"line {self.line}")
        if self.byte >= 0:
            parts.append(f"byte {self.byte}")
        if self.path:
            parts.append(self.path)
        return ", ".join(parts)

    def __str__(self) -> str:
        where = self.where()
        head = f"{self.code} {where}: " if where else f"{self.code}: "
        tail = f" {self.hint}" if self.hint else ""
        return f"{head}{self.what}{tail}"


class DragomanError(Exception):
    """Raised when the work cannot go on; carries the problems, in the order in which they stand in the input."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def error(code: str, what: str, hint: str = "", *, file: str = "", line: int = 0, path: str = "") -> DragomanError:
    """Make the exception for a single problem, ready to be raised."""
    return DragomanError(Problem(code=code, what=what, hint=hint, file=file, line=line, path=path))
