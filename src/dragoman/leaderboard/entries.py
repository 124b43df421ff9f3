"""Submitted runs: what is wrong with each, and its scores, taken again from its predictions.

A run is data. Nothing that is named in it is imported, run or fetched, and no link in it is followed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import regex

from dragoman import files, scoring
from dragoman.problems import DragomanError, Problem, error
from dragoman.reading.read import read_bytes
from dragoman.schema.result import Result
from dragoman.schema.system_card import SUBMITTED, SystemCard
from dragoman.systems.loading import read_card

if TYPE_CHECKING:
    from dragoman.schema.leaderboard_json import State
    from dragoman.scoring import Gold

FILES = {"system.toml": 2**18, "predictions.jsonl": 2**26, "result.json": 2**26, "log.jsonl": 2**27}
"""Files of a run, with the most bytes of each; ``log.jsonl`` may be absent."""
REQUIRED = ("system.toml", "predictions.jsonl", "result.json")
_NAME = regex.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_RESCORE = "Score the predictions again with this version."
_EQUAL = 1e-9
"""Scores closer than this are the same: another machine may round another way."""
_HARMLESS = {"E821", "E825", "E828"}
"""Problems that the keeper will want mended, and that leave the scores what they are."""


@dataclass
class Entry:
    """A submitted run.

    Attributes:
        folder: its name below the runs: system and data version.
        path: where it is.
        state: whether it is ranked, or why not.
        card: the system's description, if that could be read.
        result: scores taken from its predictions now, without intervals, if they could be taken.
        attempted: layers in which it may be ranked.
        problems: everything that is wrong with it.

    """

    folder: str
    path: Path
    state: State = "ranked"
    card: SystemCard | None = None
    result: Result | None = None
    attempted: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The system's name, or that of its folder."""
        return self.card.name if self.card is not None else self.folder

    @property
    def id(self) -> str:
        """Name for the entry's files: plain letters, and different for different folders."""
        plain = regex.sub(r"[^a-z0-9]+", "-", self.folder.lower()).strip("-")[:40].rstrip("-") or "run"
        return f"{plain}-{hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:10]}"

    @property
    def failed(self) -> bool:
        """Whether anything is an error."""
        return any(problem.severity == "error" for problem in self.problems)


def folders(runs: Path) -> list[Path]:
    """Folders of runs, ``system/data version``, in order; a link among them is listed and not entered.

    Raises:
        DragomanError: E820 when there is none.

    """
    found = [
        inner
        for outer in _listed(runs)
        for inner in (_listed(outer) if outer.is_dir() and not outer.is_symlink() else [outer])
        if inner.is_dir() or inner.is_symlink()
    ]
    if not found:
        hint = "Give the folder that holds system/data version, such as eval/runs."
        raise error("E820", "there are no runs here.", hint, file=str(runs))
    return found


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as cause:
        raise error(
            "E101", f"cannot read the folder: {cause.strerror}.", "Check the path.", file=str(folder)
        ) from cause


def examine(path: Path, gold: Gold) -> Entry:
    """Judge one run: names, files, card, predictions, and whether its result reproduces.

    Args:
        path: its folder, ``…/system/data version``.
        gold: what it is scored against.

    Returns:
        The entry with everything that is wrong. Nothing is raised for a bad run.

    """
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
    entry = Entry(f"{whole.parent.name}/{whole.name}", path)
    entry.problems += _names(whole, str(path))
    if path.is_symlink() or path.parent.is_symlink():
        what = "the run is a link; nothing in it is looked at."
        entry.problems.append(Problem(code="E822", what=what, hint="Commit the folder.", file=str(path)))
        entry.state = _state(entry)
        return entry
    readable = dict(_files(path, entry.problems))
    missing = [name for name in REQUIRED if name not in readable]
    entry.problems += [_missing(path, name) for name in missing if not os.path.lexists(path / name)]
    if "system.toml" in readable:
        try:
            entry.card = read_card(path / "system.toml")
            entry.problems += _card(entry.card, str(path / "system.toml"))
        except DragomanError as cause:
            entry.problems += cause.problems
    stored = None
    if "result.json" in readable:
        try:
            stored = _stored(path / "result.json")
            entry.problems += _data(stored, whole.name, gold, str(path / "result.json"))
        except DragomanError as cause:
            entry.problems += cause.problems
    elif whole.name != gold.data.version:
        entry.problems.append(_other(f"the folder is for data version {whole.name[:80]!r}", gold, str(path)))
    # Predictions on other data name other documents: what is wrong with them there is not known here.
    if "predictions.jsonl" in readable and not any(problem.code == "E827" for problem in entry.problems):
        _score(entry, stored, gold)
    entry.state = _state(entry)
    return entry


def _names(path: Path, shown: str) -> Iterator[Problem]:
    for what, name in (("system", path.parent.name), ("data version", path.name)):
        if not _NAME.fullmatch(name):
            yield Problem(
                code="E824",
                what=f"the folder of the {what} is called {name[:80]!r}.",
                hint="Use up to 64 small letters, digits, dots, hyphens and underscores: system/1.0.0.",
                file=shown,
            )


def _files(path: Path, problems: list[Problem]) -> Iterator[tuple[str, int]]:
    """Files of the run that may be read, with their sizes; complaints about all else go to ``problems``."""
    try:
        listed = sorted(os.scandir(path), key=lambda item: item.name)
    except OSError as cause:
        what = f"cannot read the folder: {cause.strerror}."
        problems.append(Problem(code="E820", what=what, hint="Give a folder, system/data version.", file=str(path)))
        return
    for item in listed:
        status = item.stat(follow_symlinks=False)
        if stat.S_ISLNK(status.st_mode) or not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            what = f"{item.name[:200]!r} is a link or a special file; it is not opened."
            problems.append(Problem(code="E822", what=what, hint="Commit the file itself.", file=str(path)))
        elif item.name not in FILES or not stat.S_ISREG(status.st_mode):
            what = f"{item.name[:200]!r} does not belong here."
            hint = f"A run holds {', '.join(FILES)} and nothing else."
            problems.append(Problem(code="E821", what=what, hint=hint, file=str(path)))
        elif status.st_size > FILES[item.name]:
            what = f"{item.name} has {status.st_size:,} bytes; at most {FILES[item.name]:,} are read."
            problems.append(Problem(code="E823", what=what, hint="Leave out what is not scored.", file=str(path)))
        else:
            yield item.name, status.st_size


def _missing(path: Path, name: str) -> Problem:
    hints = {
        "system.toml": "Describe the system; `dragoman schema system` lists the fields.",
        "predictions.jsonl": "`dragoman run` writes it.",
        "result.json": "`dragoman score predictions.jsonl --out result.json` writes it.",
    }
    return Problem(code="E820", what=f"there is no {name}.", hint=hints[name], file=str(path))


def _card(card: SystemCard, shown: str) -> Iterator[Problem]:
    for name in SUBMITTED:
        if not getattr(card, name):
            what, hint = f"the card does not say {name.replace('_', ' ')}.", "Fill it in, in words if need be."
            yield Problem(code="E825", what=what, hint=hint, file=shown, path=name)


def _stored(path: Path) -> Result:
    data = files.read_bytes(path, limit=FILES[path.name])
    files.check_text(data, str(path), max_line=FILES[path.name])
    return files.decode(data, Result, str(path))


def _data(stored: Result, version: str, gold: Gold, shown: str) -> Iterator[Problem]:
    if stored.data.version != version:
        yield _other(
            f"the folder says data version {version[:80]!r} and the result {stored.data.version!r:.80}", gold, shown
        )
    elif (stored.data.version, stored.data.fingerprint) != (gold.data.version, gold.data.fingerprint):
        yield _other(
            f"the result is on data {stored.data.version!r:.80} ({stored.data.fingerprint[:8]!r})", gold, shown
        )
    elif stored.data.split != gold.data.split:
        yield _other(f"the result is on the split {stored.data.split!r:.80}", gold, shown)


def _other(what: str, gold: Gold, shown: str) -> Problem:
    data = gold.data
    what = f"{what}; the board is on {data.version!r} ({data.fingerprint[:8]!r}), split {data.split!r}."
    return Problem(code="E827", what=what, hint="Run and score again on the board's data.", file=shown)


def _score(entry: Entry, stored: Result | None, gold: Gold) -> None:
    path = entry.path / "predictions.jsonl"
    try:
        data = files.read_bytes(path, limit=FILES[path.name])
        reading = read_bytes(data, gold.target, str(path))
        entry.problems += reading.problems
        if reading.annotations is None:
            return
        entry.result = scoring.score(reading.annotations, gold, system=entry.name, resampling=scoring.NO_INTERVALS)
    except DragomanError as cause:
        entry.problems += cause.problems
        return
    entry.result.coverage.quotes = {way: number for way, number in reading.tally.items() if number}
    found = [layer for layer, attempted in entry.result.coverage.attempted.items() if attempted]
    claimed = found if entry.card is None or entry.card.layers is None else list(entry.card.layers)
    entry.attempted = tuple(layer for layer in found if layer in claimed)
    for layer in sorted(set(found) ^ set(claimed)):
        which = "the predictions do not have" if layer in claimed else "the card does not name"
        what = f"{which} the layer {layer}: it is not ranked there."
        hint = "Name in `layers` what the predictions hold."
        entry.problems.append(Problem(code="E828", what=what, hint=hint, file=str(entry.path)))
    if stored is not None:
        entry.problems += _differences(stored, entry.result, str(entry.path / "result.json"))


def _differences(stored: Result, again: Result, shown: str) -> Iterator[Problem]:
    """Say which counts of the stored result are not those of the predictions, or else which scores."""
    same = True
    for name in sorted(set(stored.counts) | set(again.counts)):
        ours, theirs = again.counts.get(name), stored.counts.get(name)
        if ours != theirs:
            which = "has no counts" if theirs is None else "has counts" if ours is None else "has other counts"
            what = f"the result {which} of {name[:80]!r}; the predictions give " + _total(ours) + "."
            same = False
            yield Problem(code="E826", what=what, hint=_RESCORE, file=shown)
    if not same:
        return
    for keys, score in _numbers(again.scores):
        found: object = stored.scores
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        if not isinstance(found, int | float) or abs(found - score) > _EQUAL:
            what = f"the result says that {'.'.join(keys)} is {found!r:.80}; its counts give {score:.6f}."
            yield Problem(code="E826", what=what, hint=_RESCORE, file=shown)


def _numbers(scores: Mapping[str, Any], *names: str) -> Iterator[tuple[tuple[str, ...], float]]:
    """Scores that are numbers, with the keys that lead to them; intervals, which are drawn, are none."""
    for name, score in scores.items():
        if isinstance(score, dict):
            yield from _numbers(score, *names, name)
        elif isinstance(score, float):
            yield (*names, name), score


def _total(counts: object) -> str:
    if counts is None:
        return "none"
    table = msgspec.to_builtins(counts)
    sums = map(sum, zip(*table["rows"], strict=True))
    return ", ".join(f"{name} {total}" for name, total in zip(table["columns"], sums, strict=True))


def _state(entry: Entry) -> State:
    codes = {problem.code for problem in entry.problems if problem.severity == "error"} - _HARMLESS
    if not codes:
        return "ranked" if entry.card is None or entry.card.independent else "not independent"
    if codes == {"E827"}:
        return "other data"
    return "not reproduced" if codes == {"E826"} else "invalid"
