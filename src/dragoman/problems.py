"""Numbered problems: what is wrong, where, and how to correct it.

Every diagnostic about an input is a :class:`Problem` with a code from :data:`CATALOGUE`. Codes are stable between
versions, so that they can be looked up and tested for; the wording may change. Functions that cannot continue raise
:class:`DragomanError`, which carries one or more problems; code that reads or checks a whole input collects its
problems in :class:`Diagnostics`.

This module is at the bottom of the import order: every package may import it, and it imports none of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
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
    "E107": "compressed file that cannot be unpacked",
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
    "E220": "another kind of file",
    "E221": "more than one reading",
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
    "E607": "inconsistent claims",
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
    "E735": "review of an unknown kit",
    "E736": "answer that fits no card",
    "E737": "two reviews of one reader",
    "E738": "review of other labels",
    "E739": "no tools for spreadsheets",
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
    "E750": "no such edit",
    "E751": "cannot be edited",
    "E752": "edit against the rules",
    "E753": "runs that cannot be compared",
    "E760": "gold that is withheld",
    "E761": "private bundle that does not fit",
    "E770": "redirect that is not followed",
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
    "E840": "over the limit of submissions",
    "E841": "no such team or token",
    "E842": "scoring service cannot run",
    "E850": "shard that cannot be scored",
    "E851": "engine cannot be used",
    "E852": "folder that does not hold shards",
    # warnings
    "W720": "several annotations of a task",
    "W721": "change that does not count",
    "W820": "track that is not stated",
    "W821": "layer without a right answer",
    "W822": "predictions that equal those of another run",
    "W823": "nearer to gold than the annotators' control",
    "W824": "no better than what its team had before",
    "W901": "duplicate prediction",
    "W902": "document left out",
    "W903": "quote found inexactly",
    "W904": "quote without a place",
    "W905": "cannot be held by the format",
    "W906": "read with a repair",
    "W907": "raw pass against a rule",
    "W908": "layer left out of a line",
    "W910": "quoted more often than it occurs",
    "W911": "unknown field passed over",
    "W912": "labels of another Unicode form",
}


class Problem(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One thing that is wrong with an input.

    Attributes:
        code: a key of :data:`CATALOGUE`; ``E`` for errors, ``W`` for warnings.
        what: what is wrong, in one sentence.
        hint: how to correct it, in one sentence; empty where there is no useful advice.
        file: the file's name as the user wrote it, or empty.
        line: 1-based line in the file, or 0 if the problem has no line.
        byte: 0-based byte offset in the file, or -1 if the problem has none.
        path: path in the line's JSON, as in ``entities[3].start``, or empty.

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
        """Return the location of the problem, as in ``p.jsonl, line 3, entities[0].start``."""
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
        # One line, even where it quotes several of a library's; lone surrogates, which no stream takes, are escaped.
        line = " ".join(f"{head}{self.what}{tail}".splitlines())
        return line.encode("utf-8", "backslashreplace").decode()


class DragomanError(Exception):
    """Raised when work cannot continue; carries the problems, in the order in which they occur in the input."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def error(code: str, what: str, hint: str = "", *, file: str = "", line: int = 0, path: str = "") -> DragomanError:
    """Make the exception for a single problem."""
    return DragomanError(Problem(code=code, what=what, hint=hint, file=file, line=line, path=path))


MAX_PROBLEMS = 1000
"""Maximum number of errors listed per input, and of warnings per code; the rest are only counted."""
MAX_REPAIRS = 20
"""Maximum number of repairs (W906) listed per input: an input with one usually has many."""
MAX_COMPARED = 4_000_000
"""Budget, per input, of names compared to find the one that was meant; once it is spent, hints make no suggestion."""
MAX_EXPLAINED = 1_000_000
"""Budget, per input, of code points searched to explain a mismatch; once it is spent, no more is explained."""
MAX_SHOWN = 80
"""Characters of untrusted text that a message quotes."""
_SIMILARITY = 60.0
"""Minimum similarity, in percent, of a suggested name."""


def shown(text: str) -> str:
    """Quote untrusted text in a message: truncated, with invisible characters escaped."""
    return repr(text) if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]!r}…"


class LimitReached(Exception):  # noqa: N818 - control flow: stops reading an input with too many errors
    """There are more errors than are listed."""


@dataclass
class Diagnostics:
    """Collects the problems of one input, in the order in which they are found.

    It assigns locations, limits how many problems are listed and bounds the work spent on hints, for every reader,
    converter and check.

    Attributes:
        file: name of the input in problems.
        limit: maximum number of errors listed, and of warnings per code; None lists all.
        stops: whether an error beyond the limit raises :class:`LimitReached` instead of only being counted.
        line: number of the current line, from 1, for problems without a line of their own; 0 for none.
        byte: byte offset of the current line in the input, from 0.
        listed: the problems that are listed.
        losses: what the target format of a conversion cannot represent, counted by kind (a plural noun).

    Example:
        >>> diagnostics = Diagnostics("p.jsonl", line=3)
        >>> diagnostics.add("E402", "the span 5 to 5 is empty.", path="entities[0]")
        >>> [problem.where() for problem in diagnostics.problems()]
        ['p.jsonl, line 3, entities[0]']

    """

    file: str = ""
    limit: int | None = MAX_PROBLEMS
    stops: bool = False
    line: int = 0
    byte: int = 0
    listed: list[Problem] = field(default_factory=list)
    losses: Counter[str] = field(default_factory=Counter)
    _counts: Counter[str] = field(default_factory=Counter)
    _compared: int = 0
    _explained: int = 0

    def add(
        self, code: str, what: str, hint: str = "", *, path: str = "", line: int | None = None, byte: int = -1
    ) -> None:
        """Record a problem.

        Args:
            code: number of the problem.
            what: what is wrong.
            hint: how to correct it.
            path: where in the line's JSON.
            line: number of its line; None for the current line.
            byte: byte offset within the current line, or -1.

        Raises:
            LimitReached: there are more errors than are listed, and ``stops`` is set.

        """
        place, number = self.byte + byte if byte >= 0 else -1, self.line if line is None else line
        self.take(Problem(code=code, what=what, hint=hint, file=self.file, line=number, path=path, byte=place))

    def take(self, *problems: Problem) -> None:
        """Record problems that already have their locations.

        Raises:
            LimitReached: as :meth:`add`.

        """
        for problem in problems:
            kind = _kind(problem)
            self._counts[kind] += 1
            if not self._over(kind):
                self.listed.append(problem)
            elif self.stops and kind == _ERRORS:
                raise LimitReached

    def lose(self, kind: str, count: int = 1) -> None:
        """Count items that the target format cannot represent; ``kind`` is a plural noun."""
        if count:
            self.losses[kind] += count

    @property
    def errors(self) -> int:
        """Number of errors, listed or not."""
        return self._counts[_ERRORS]

    @property
    def failed(self) -> bool:
        """Whether there are errors."""
        return self.errors > 0

    def lost(self) -> dict[str, int]:
        """Return the losses by kind, sorted; empty if there are errors, because then nothing is converted."""
        return {} if self.failed else dict(sorted(self.losses.items()))

    def problems(self) -> tuple[Problem, ...]:
        """Return the listed problems in the order found, then the numbers of unlisted ones, then the losses."""
        return (
            *self.listed,
            *(self._unlisted(kind) for kind in sorted(self._counts, key=_ERRORS.__eq__) if self._over(kind)),
            *(
                Problem(code="W905", what=f"lost: {kind} ({count:,}).", file=self.file)
                for kind, count in self.lost().items()
            ),
        )

    def _over(self, kind: str) -> bool:
        return self.limit is not None and self._counts[kind] > self._limit_of(kind)

    def _limit_of(self, kind: str) -> int:
        assert self.limit is not None
        return min(self.limit, MAX_REPAIRS) if kind == "W906" else self.limit

    def _unlisted(self, kind: str) -> Problem:
        """Make the problem that counts the unlisted problems of a kind."""
        most = self._limit_of(kind)
        more = self._counts[kind] - most
        if kind != _ERRORS:
            number = "is 1" if more == 1 else f"are {more:,}"
            what = f"there {number} more of these; only the first {most:,} are listed."
            return Problem(code=kind, what=what, file=self.file)
        what = "there is 1 more error." if more == 1 else f"there are {more:,} more errors."
        if self.stops:
            what = f"there are more than {most:,} errors; reading stopped in line {self.line}."
        return Problem(code="E208", what=what, hint="Correct these first.", file=self.file, line=self.line)

    def affords(self, characters: int) -> bool:
        """Tell whether ``characters`` more code points may be searched to explain a problem; they are charged to the
        budget.
        """
        self._explained += characters
        return self._explained <= MAX_EXPLAINED

    def nearest(self, name: str, names: list[str]) -> str | None:
        """Return the name that was probably meant; None if none is similar, or the budget is spent."""
        return next(iter(self._near(name, names, 1)), None)

    def suggest(self, name: str, names: list[str], otherwise: str) -> str:
        """Make the hint for an unknown name: up to three similar names, or else ``otherwise`` and some known names."""
        *most, last = [repr(near) for near in self._near(name, names, 3)] or [""]
        if last:
            return f"Did you mean {', '.join(most)} or {last}?" if most else f"Did you mean {last}?"
        some = ", ".join(shown(known) for known in names[:5]) + (" …" if len(names) > 5 else "")
        return f"{otherwise} Known here: {some}." if some else otherwise

    def _near(self, name: str, names: list[str], most: int) -> list[str]:
        self._compared += len(names)
        if self._compared > MAX_COMPARED:
            return []
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - only needed for hints; keeps start-up fast

        near = process.extract(name[:200], names, scorer=fuzz.ratio, score_cutoff=_SIMILARITY, limit=most)
        return [str(one) for one, _, _ in near]


_ERRORS = "E"


def _kind(problem: Problem) -> str:
    """Return the key under which a problem is counted: errors together, warnings by code."""
    return _ERRORS if problem.severity == "error" else problem.code
