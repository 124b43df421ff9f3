"""Findings of the checks: problems with the level that found them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, get_args

from dragoman.problems import Diagnostics, Problem

if TYPE_CHECKING:
    from pathlib import Path

Level = Literal[1, 2, 3, 4, 5, 6]
LEVELS: tuple[Level, ...] = get_args(Level)
NAMES: dict[Level, str] = {1: "schema", 2: "offsets", 3: "references", 4: "language", 5: "time", 6: "across documents"}
QUALITY: frozenset[Level] = frozenset({4, 6})
"""Levels that check the quality of annotation; raw passes are never corrected, so for them these levels only warn."""
QUALITY_CODES = frozenset({"E603"})
"""Codes that are about the quality of annotation at any level: nesting of reported claims."""


class Finding(NamedTuple):
    """A problem, and the level that found it."""

    level: Level
    problem: Problem


class Report(Protocol):
    """Records a problem of the current file: code, path, what is wrong and how to correct it."""

    def __call__(self, code: str, path: str, what: str, hint: str = "") -> None:
        """Record the problem."""


def _by_level() -> dict[Level, Diagnostics]:
    return {level: Diagnostics(limit=None) for level in LEVELS}


@dataclass
class Findings:
    """Collects the findings of all levels.

    Attributes:
        root: the source root; file names in problems are relative to it.
        broken: files with an error at level 1 or 2, which later levels skip.

    """

    root: Path
    broken: set[Path] = field(default_factory=set)
    _diagnostics: dict[Level, Diagnostics] = field(default_factory=_by_level)

    @property
    def listed(self) -> list[Finding]:
        """Findings, by level, and within a level in the order in which they were made."""
        return [
            Finding(level, problem)
            for level, diagnostics in self._diagnostics.items()
            for problem in diagnostics.listed
        ]

    def name(self, file: Path) -> str:
        """Return the name of a file in problems."""
        return file.relative_to(self.root).as_posix() if file.is_relative_to(self.root) else str(file)

    def add(self, level: Level, file: Path, problem: Problem) -> None:
        """Record a complete problem."""
        self._diagnostics[level].take(problem)
        if level <= 2 and problem.severity == "error":
            self.broken.add(file)

    def reporter(self, level: Level, file: Path, *, raw: bool = False) -> Report:
        """Make a function that records the problems of one file at one level.

        Args:
            level: the level.
            file: the file.
            raw: whether the file is part of a raw pass, for which levels of quality only warn.

        """

        def report(code: str, path: str, what: str, hint: str = "") -> None:
            if raw and (level in QUALITY or code in QUALITY_CODES):
                code, hint = "W907", ""
            self.add(level, file, Problem(code=code, what=what, hint=hint, file=self.name(file), path=path))

        return report

    def nearest(self, name: str, names: list[str]) -> str | None:
        """Return the name that was probably meant; None if none is similar."""
        return self._diagnostics[1].nearest(name, names)

    def intact(self, *folders: Path) -> bool:
        """Tell whether all files of some folders could be read and have valid spans, so that absence can be judged."""
        return not any(path.parent in folders for path in self.broken)

    def errors(self, level: Level | None = None) -> list[Finding]:
        """Return the errors of one level, or of all."""
        return [f for f in self.listed if f.problem.severity == "error" and level in {None, f.level}]
