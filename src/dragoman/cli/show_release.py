"""Output of the difference between two releases. Untrusted text is escaped."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dragoman import json_text
from dragoman.leaderboard.version_effect import COLUMNS
from dragoman.release.diff_text import lines
from dragoman.release.semver import wanted
from dragoman.text import visible, visible_json

_ROUNDING = 1e-12
"""Scores that differ by less are equal, as on the leaderboard."""
_SHOWN = 0.0005
"""Smallest change that is visible in three decimals."""

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dragoman.leaderboard.version_effect import Effect
    from dragoman.release.diff import Difference


def difference(changes: Difference, effects: Sequence[Effect] | None, *, as_json: bool) -> None:
    """Print a difference, and its effect on runs if that was requested."""
    if as_json:
        value = {"difference": changes} if effects is None else {"difference": changes, "runs": effects}
        sys.stdout.write(visible_json(json_text.pretty(value).decode()))
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
        moved = [] if _is_same(before, after) else [f"{_number(before)} → {_number(after)}{_change(before, after)}"]
        if effect.ranked and ranks[0] != ranks[1]:
            moved.append(f"place {_rank(ranks[0])} → {_rank(ranks[1])}")
        if moved:  # unchanged columns are not listed
            _say(f"  {column} {', '.join(moved)}")


def _is_same(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is after
    return abs(after - before) < _ROUNDING


def _change(before: float | None, after: float | None) -> str:
    """Format the change of a score; a change that three decimals do not show has its first significant digit."""
    if before is None or after is None:
        return ""
    change = after - before
    return f" ({change:+.3f})" if abs(change) >= _SHOWN else f" ({change:+.0e})"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _rank(value: int | None) -> str:
    return "–" if value is None else str(value)


def _say(line: str) -> None:
    sys.stdout.write(visible(line) + "\n")
