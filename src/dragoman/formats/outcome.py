"""What every converter takes and gives: options, a report that counts what is lost, and the two results.

A converter never drops anything in silence. What is *wrong* with the input is an error, with the line and the mend, and
then nothing is converted; what was read although it was not quite right is a *repair* (W906); what is right and has
no place on the other side is a *loss*, counted by its kind (W905).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dragoman.files import check_text
from dragoman.problems import DragomanError, Problem
from dragoman.schema import labels
from dragoman.schema.submission import Submission
from dragoman.text import explain_mismatch

LIMIT = 2**26
"""Largest input of a converter, in bytes: 64 MiB. Parsed JSON and XML take a multiple of it in memory."""
MAX_PROBLEMS = 1000
"""Errors listed before the rest are only counted."""
MAX_REPAIRS = 20
"""Repairs listed one by one before the rest are only counted."""
MAX_GUESSES = 10
"""Spans whose mismatch is looked into before it is only stated: a guess goes through the whole text."""
_GUESSED_TEXT = 200_000
DATE_LABELS = frozenset(labels.values(labels.DateType))
"""Labels that belong to the dates layer in formats with one set of labels for all spans."""

Scheme = Literal["auto", "bio", "iob1", "bioes", "bilou"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a converter is told beside the data. Every format uses what concerns it.

    Attributes:
        name: how the input is called in problems.
        documents: ids of the documents in the input, in order, for formats that name none.
        texts: texts by document id; offsets are checked against them, and tokens without offsets are found in them.
        date_labels: span labels that belong to the dates layer; all others belong to entities.
        columns: CoNLL: the columns' names; ``FORM`` and ``TAG`` are needed, ``START`` and ``END`` may be there.
        scheme: CoNLL and pipeline output: the tagging scheme, or ``auto`` to recognise it.
        characters: CoNLL, writing: every character is a token, as is usual for Korean; else words are.

    """

    name: str = ""
    documents: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    date_labels: frozenset[str] = DATE_LABELS
    columns: tuple[str, ...] = ()
    scheme: Scheme = "auto"
    characters: bool = False

    def layer(self, label: str | None) -> str:
        """Layer of a span with this label."""
        return "dates" if label in self.date_labels else "entities"


DEFAULT = Options()


@dataclass(frozen=True, slots=True)
class Converted:
    """Submission lines made from a format.

    Attributes:
        lines: one a document, spans as offsets in code points; empty where there are errors.
        problems: errors first, in the order of the input; then repairs; then one warning W905 for each kind of loss.
        losses: how many of each kind a submission cannot hold.

    """

    lines: list[Submission]
    problems: tuple[Problem, ...] = ()
    losses: Mapping[str, int] = field(default_factory=dict)

    def checked(self) -> list[Submission]:
        """Return the lines, or raise.

        Raises:
            DragomanError: with every error.

        """
        refuse(self.problems)
        return self.lines


@dataclass(frozen=True, slots=True)
class Written:
    """Files in a format, made from submission lines.

    Attributes:
        files: bytes by file name; each name is a plain file name (:func:`dragoman.files.child`). Empty where there are
            errors: nothing is written by halves.
        problems: as for :class:`Converted`.
        losses: how many of each kind the format cannot hold.

    """

    files: Mapping[str, bytes]
    problems: tuple[Problem, ...] = ()
    losses: Mapping[str, int] = field(default_factory=dict)

    def checked(self) -> Mapping[str, bytes]:
        """Return the files, or raise.

        Raises:
            DragomanError: with every error.

        """
        refuse(self.problems)
        return self.files


def refuse(problems: tuple[Problem, ...]) -> None:
    """Raise when there is an error among the problems."""
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise DragomanError(errors)


class Report:
    """Collects errors, repairs and losses while a converter works.

    Args:
        name: how the input is called in problems.

    """

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.losses: Counter[str] = Counter()
        self._errors: list[Problem] = []
        self._repairs: list[Problem] = []
        self._unlisted = [0, 0]
        self._guesses = MAX_GUESSES

    @property
    def failed(self) -> bool:
        """Whether there is an error."""
        return bool(self._errors)

    def error(self, code: str, what: str, hint: str = "", *, line: int = 0, path: str = "") -> None:
        """Note something wrong, at a line (from 1) or a path of the input."""
        if len(self._errors) >= MAX_PROBLEMS:
            self._unlisted[0] += 1
            return
        self._errors.append(Problem(code=code, what=what, hint=hint, file=self.name, line=line, path=path))

    def raised(self, cause: DragomanError) -> None:
        """Note the problems that something else raised."""
        self._errors += cause.problems

    def guess(self, text: str | None, start: int, end: int, surface: str | None) -> str | None:
        """Guess why a span does not show its surface, as long as guesses are left; else None."""
        if text is None or not surface or not self._guesses or len(text) > _GUESSED_TEXT:
            return None
        self._guesses -= 1
        return explain_mismatch(text, start, end, surface)

    def repair(self, what: str, hint: str = "", *, line: int = 0, path: str = "") -> None:
        """Note something that was read although it is not quite right."""
        if len(self._repairs) >= MAX_REPAIRS:
            self._unlisted[1] += 1
            return
        self._repairs.append(Problem(code="W906", what=what, hint=hint, file=self.name, line=line, path=path))

    def lose(self, kind: str, count: int = 1) -> None:
        """Count something that has no place on the other side; ``kind`` is a noun in the plural."""
        if count:
            self.losses[kind] += count

    def problems(self) -> tuple[Problem, ...]:
        """Everything noted: errors, repairs, and a warning for each kind of loss."""
        errors, repairs = list(self._errors), list(self._repairs)
        if self._unlisted[0]:
            what = f"there are {self._unlisted[0]:,} more errors."
            errors.append(Problem(code="E208", what=what, hint="Mend these first.", file=self.name))
        if self._unlisted[1]:
            repairs.append(Problem(code="W906", what=f"there are {self._unlisted[1]:,} more repairs.", file=self.name))
        lost = [
            Problem(code="W905", what=f"lost: {kind} ({count:,}).", file=self.name)
            for kind, count in self.lost().items()
        ]
        return (*errors, *repairs, *lost)

    def lost(self) -> dict[str, int]:
        """Count of each kind of loss; empty where there are errors, because then nothing is converted."""
        return {} if self.failed else dict(sorted(self.losses.items()))

    def converted(self, lines: list[Submission]) -> Converted:
        """Make the result of reading."""
        return Converted([] if self.failed else lines, self.problems(), self.lost())

    def written(self, files: Mapping[str, bytes]) -> Written:
        """Make the result of writing."""
        return Written({} if self.failed else files, self.problems(), self.lost())

    def text(self, data: bytes) -> str | None:
        """Text of the input, or None after an error (E102 to E106)."""
        if len(data) > LIMIT:
            self.error("E106", f"the file is over {LIMIT:,} bytes.", "Split it into several.")
            return None
        try:
            check_text(data, self.name, max_line=LIMIT)
        except DragomanError as cause:
            self.raised(cause)
            return None
        return data.decode()
