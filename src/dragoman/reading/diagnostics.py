"""Problems as they are found: where in the file, how many at most, and which name somebody may have meant."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from dragoman.problems import Problem
from dragoman.schema.shape import shown

MAX_PROBLEMS = 1000
"""Errors listed before reading stops, and warnings of one kind listed before the rest are only counted."""

MAX_COMPARED = 4_000_000
"""Names looked at in a file to find those that were meant; when they are used up, problems come without a guess."""

SIMILARITY = 60.0
"""Least similarity, in percent, of a name that somebody may have meant."""


class LimitReached(Exception):  # noqa: N818 - not an error: the way out of a file that has too many
    """There are more errors than are listed."""


@dataclass
class Diagnostics:
    """Collects the problems of one file.

    Attributes:
        file: how the file is called in problems.
        line: number of the line at hand, from 1; ``byte`` is where it begins in the file, from 0.
        most: errors listed before :class:`Enough` is raised.

    """

    file: str = ""
    line: int = 0
    byte: int = 0
    most: int = MAX_PROBLEMS
    listed: list[Problem] = field(default_factory=list)
    errors: int = 0
    warnings: Counter[str] = field(default_factory=Counter)
    _compared: int = 0

    def __call__(self, code: str, path: str, what: str, hint: str = "", *, byte: int = -1) -> None:
        """Note a problem in the line at hand.

        Args:
            code: number of the problem.
            path: where in the line's JSON.
            what: what is wrong.
            hint: how to correct it.
            byte: where in the line, in bytes from its beginning, or -1.

        Raises:
            Enough: there are more errors than are listed.

        """
        if code.startswith("W"):
            self.warnings[code] += 1
            if self.warnings[code] > self.most:
                return
        else:
            self.errors += 1
            if self.errors > self.most:
                raise LimitReached
        place = self.byte + byte if byte >= 0 else -1
        self.listed.append(
            Problem(code=code, what=what, hint=hint, file=self.file, line=self.line, path=path, byte=place)
        )

    def problems(self) -> list[Problem]:
        """All problems in the order in which they were found, and at the end how many are not listed."""
        found = list(self.listed)
        for code, count in self.warnings.items():
            if count > self.most:
                what = f"there are {count - self.most:,} more of these; only the first {self.most:,} are listed."
                found.append(Problem(code=code, what=what, file=self.file))
        if self.errors > self.most:
            what = f"there are more than {self.most:,} errors; reading stopped in line {self.line}."
            found.append(Problem(code="E208", what=what, hint="Mend these first.", file=self.file, line=self.line))
        return found

    def nearest(self, name: str, names: list[str]) -> str | None:
        """Find the name that somebody may have meant; None when none is near, or after too many searches."""
        return next(iter(self._near(name, names, 1)), None)

    def meant(self, name: str, names: list[str], otherwise: str) -> str:
        """Ask for the names that somebody may have meant, up to three; if none is near, say what there is."""
        *most, last = [repr(near) for near in self._near(name, names, 3)] or [""]
        if last:
            return f"Did you mean {', '.join(most)} or {last}?" if most else f"Did you mean {last}?"
        some = ", ".join(shown(known) for known in names[:5]) + (" …" if len(names) > 5 else "")
        return f"{otherwise} Known here: {some}." if some else otherwise

    def _near(self, name: str, names: list[str], most: int) -> list[str]:
        self._compared += len(names)
        if self._compared > MAX_COMPARED:
            return []
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - only what is wrong needs it, and start-up does not

        found = process.extract(name[:200], names, scorer=fuzz.ratio, score_cutoff=SIMILARITY, limit=most)
        return [str(near) for near, _, _ in found]
