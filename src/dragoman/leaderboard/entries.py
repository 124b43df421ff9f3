"""Submitted runs: finding them, and deciding which of their files are safe to read.

A run is untrusted data. Nothing that it names is imported, executed or fetched, and no link in it is followed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import regex

from dragoman.problems import Problem, error
from dragoman.schema.run_file import PREVIOUS, REPEAT

if TYPE_CHECKING:
    from dragoman.schema.leaderboard_json import State
    from dragoman.schema.result_file import Result
    from dragoman.schema.system_card import SystemCard, Track

MAX_BYTES = {
    "system.toml": 2**18,
    "predictions.jsonl": 2**26,
    "result.json": 2**26,
    "log.jsonl": 2**27,
    "run.json": 2**24,
}
"""Files of a run, with the maximum size of each in bytes; ``log.jsonl`` and ``run.json`` may be absent."""
_FOLDERS = regex.compile(rf"(?:{PREVIOUS}|{REPEAT})-[0-9]{{1,4}}")
"""Subfolders of a run: earlier results that were set aside (ignored), and further repeats."""


@dataclass
class Entry:
    """A submitted run.

    Attributes:
        folder: its path below the folder of runs, ``system/data version``.
        path: where it is.
        state: whether it is ranked, or why not.
        card: the system card, if it could be read.
        result: scores computed from its predictions now, without intervals, if they could be computed.
        attempted: layers in which it may be ranked.
        content: hash of its predicted labels, where it attempts something (:mod:`dragoman.scoring.content_hash`).
        problems: everything that is wrong with it.

    """

    folder: str
    path: Path
    state: State = "ranked"
    card: SystemCard | None = None
    result: Result | None = None
    attempted: tuple[str, ...] = ()
    content: int | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The system's name, or that of its folder."""
        return self.card.name if self.card is not None else self.folder

    @property
    def track(self) -> Track:
        """The track of its card; open where that cannot be read."""
        return "open" if self.card is None else self.card.track

    @property
    def id(self) -> str:
        """Unique name for the entry's files, of ASCII letters, digits and hyphens."""
        plain = regex.sub(r"[^a-z0-9]+", "-", self.folder.lower()).strip("-")[:40].rstrip("-") or "run"
        return f"{plain}-{hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:10]}"

    @property
    def failed(self) -> bool:
        """Whether any problem is an error."""
        return any(problem.severity == "error" for problem in self.problems)


def entry_at(path: Path) -> Entry:
    """Make an entry for a folder that has not been examined yet."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
    return Entry(f"{absolute.parent.name}/{absolute.name}", path)


def folders(runs: Path) -> list[Path]:
    """Folders of runs, ``system/data version``, sorted; links are listed and not followed.

    Raises:
        DragomanError: E820 when there is none.

    """
    paths = [
        inner
        for outer in _listed(runs)
        for inner in (_listed(outer) if outer.is_dir() and not outer.is_symlink() else [outer])
        if inner.is_dir() or inner.is_symlink()
    ]
    if not paths:
        hint = "Give the folder that contains system/data version, such as eval/runs."
        raise error("E820", "there are no runs here.", hint, file=str(runs))
    return paths


def of_version(paths: Sequence[Path], version: str | None) -> list[Path]:
    """Drop a system's runs on other versions of the data if it has one on this version."""
    there = {path.parent for path in paths if path.name == version}
    return [path for path in paths if path.name == version or path.parent not in there]


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as cause:
        raise error(
            "E101", f"cannot read the folder: {cause.strerror}.", "Check the path.", file=str(folder)
        ) from cause


def is_link(path: Path) -> bool:
    """Whether a run, or the folder of its system, is a link."""
    return path.is_symlink() or path.parent.is_symlink()


def readable_files(path: Path) -> tuple[set[str], list[Problem]]:
    """List the files of a run that may be opened: regular files with a known name and within the size limits.

    Args:
        path: the run's folder.

    Returns:
        Their names, and a problem for everything else in the folder: E820 a folder that cannot be read, E821 unknown
        names, E822 links, pipes and other special files, E823 sizes. Nothing is opened.

    """
    if is_link(path):
        what = "the run is a symbolic link; it is not read."
        return set(), [Problem(code="E822", what=what, hint="Commit the folder.", file=str(path))]
    names, problems = set(), []
    try:
        listed = sorted(os.scandir(path), key=lambda item: item.name)
    except OSError as cause:
        what = f"cannot read the folder: {cause.strerror}."
        return set(), [Problem(code="E820", what=what, hint="Give a folder, system/data version.", file=str(path))]
    for item in listed:
        status = item.stat(follow_symlinks=False)
        if stat.S_ISLNK(status.st_mode) or not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            what = f"{item.name[:200]!r} is a symbolic link or a special file; it is not opened."
            problems.append(Problem(code="E822", what=what, hint="Commit the file itself.", file=str(path)))
        elif stat.S_ISDIR(status.st_mode) and _FOLDERS.fullmatch(item.name):
            continue
        elif item.name not in MAX_BYTES or not stat.S_ISREG(status.st_mode):
            what = f"{item.name[:200]!r} does not belong here."
            hint = f"A run contains only {', '.join(MAX_BYTES)}."
            problems.append(Problem(code="E821", what=what, hint=hint, file=str(path)))
        elif status.st_size > MAX_BYTES[item.name]:
            what = f"{item.name} has {status.st_size:,} bytes; at most {MAX_BYTES[item.name]:,} are read."
            problems.append(Problem(code="E823", what=what, hint="Leave out what is not scored.", file=str(path)))
        else:
            names.add(item.name)
    return names, problems
