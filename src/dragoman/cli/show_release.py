"""How the difference of two releases looks in a terminal. All text from outside is made harmless."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dragoman.files import pretty_json
from dragoman.leaderboard.version_effect import COLUMNS
from dragoman.release.diff_text import lines
from dragoman.release.semver import wanted
from dragoman.text import visible, visible_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dragoman.leaderboard.version_effect import Effect
    from dragoman.release.diff import Difference


def difference(changes: Difference, effects: Sequence[Effect] | None, *, as_json: bool) -> None:
    """Print a difference, and what it does to runs where that was asked for."""
    if as_json:
        value = {"difference": changes} if effects is None else {"difference": changes, "runs": effects}
        sys.stdout.write(visible_json(pretty_json(value).decode()))
        return
    _say(f"{changes.old.name} {changes.old.version} → {changes.new.version}")
    _say(f"{changes.old.fingerprint[:16]} → {changes.new.fingerprint[:16]}")
    for line in lines(changes):
        _say(line)
    _say(_counts(changes))
    if changes.allowed:
        _say("The version says so.")
    else:
        smallest = wanted(changes.old.version, changes.needs)
        _say(f"The version does not say so: after {changes.old.version} this has to be {smallest} or above.")
    for effect in effects or ():
        _effect(effect)


def _counts(changes: Difference) -> str:
    if changes.needs == "none":
        return "The same rows."
    if not changes.changes:
        return "The same labels, in another order."
    kinds = [change.kind for change in changes.changes]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    return f"{counts}: a {changes.needs} version."


def _effect(effect: Effect) -> None:
    _say(f"{effect.run}{'' if effect.ranked else ' (no place)'}{'' if effect.moved else ': as before'}")
    for problem in effect.problems:
        _say(f"  {problem}")
    for column in COLUMNS if effect.moved else ():
        (before, after), ranks = effect.scores[column], effect.ranks[column]
        if before is None and after is None:
            continue
        change = "" if before is None or after is None else f" ({after - before:+.3f})"
        rank = f", place {_rank(ranks[0])} → {_rank(ranks[1])}" if effect.ranked else ""
        _say(f"  {column} {_number(before)} → {_number(after)}{change}{rank}")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _rank(value: int | None) -> str:
    return "–" if value is None else str(value)


def _say(line: str) -> None:
    sys.stdout.write(visible(line) + "\n")
