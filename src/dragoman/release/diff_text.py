"""Format the changes between two releases as short lines of text, not yet escaped for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.release.diff import ADDED, CHANGED, MOVED, REMOVED, RENUMBERED

if TYPE_CHECKING:
    from dragoman.release.diff import Change, Difference

_SIGNS = {ADDED: "+", REMOVED: "-", CHANGED: "~", RENUMBERED: "=", MOVED: "="}
_SHOWN = 60
_CONTEXT = 12
_MAX_ALIKE = 3
"""Maximum number of renumbered or moved labels of a document that are listed; more are counted."""


def lines(difference: Difference) -> Iterator[str]:
    """Yield lines on all changes, documents first; consequences of other changes are grouped by document and layer."""
    for where, changes in groupby(difference.changes, key=lambda change: change.where):
        if where:
            yield where
        for said in _of_one(list(changes)):
            yield ("  " if where else "") + said


def _of_one(changes: list[Change]) -> Iterator[str]:
    groups: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        if change.kind in {RENUMBERED, MOVED}:
            groups.setdefault((change.config, change.kind), []).append(change)
    for change in changes:
        group = groups.get((change.config, change.kind), [])
        if len(group) <= _MAX_ALIKE:
            yield line(change)
        elif change is group[0]:
            yield f"= {change.config}: {len(group)} {change.kind}, from {line(group[0])[2:]}"


def line(change: Change) -> str:
    """Format one change, without its document."""
    what = f" “{short(change.what)}”" if change.what else ""
    if change.config == "documents" and change.kind in {ADDED, REMOVED}:
        what = f" ({change.what})"
    return f"{_SIGNS[change.kind]} {f'{change.config} {change.id}'.rstrip()}{what}{_said(change)}"


def _said(change: Change) -> str:
    """Format the fields of a change, or the type of an added or removed label."""
    if change.kind in {ADDED, REMOVED}:
        return "".join(f" {value}" for pair in change.fields.values() for value in pair if value is not None)
    return ": " + "; ".join(_field(name, before, after) for name, (before, after) in change.fields.items())


def _field(name: str, before: Any, after: Any) -> str:
    """Format the change of a field; for lists of strings only additions and removals."""
    if isinstance(before, str) and isinstance(after, str):
        return f"{name} {' → '.join(_around(before, after))}"
    words = all(isinstance(side, list) and all(isinstance(each, str) for each in side) for side in (before, after))
    if not words or sorted(before) == sorted(after):
        return f"{name} {short(_value(before))} → {short(_value(after))}"
    gone, come = sorted({*before} - {*after}), sorted({*after} - {*before})
    return " ".join([name, *(f"−{short(each)}" for each in gone), *(f"+{short(each)}" for each in come)])


def _around(before: str, after: str) -> tuple[str, str]:
    """Shorten two long texts to the part where they differ."""
    if max(len(before), len(after)) <= _SHOWN:
        return _quoted(before), _quoted(after)
    least = min(len(before), len(after))
    start = next((i for i in range(least) if before[i] != after[i]), least)
    end = next((i for i in range(least - start) if before[-1 - i] != after[-1 - i]), least - start)
    low = start - _CONTEXT if start > _CONTEXT + 1 else 0
    made = []
    for text in (before, after):
        high = len(text) - end + _CONTEXT
        made.append(f"“{'…' if low else ''}{short(text[low:high])}{'…' if high < len(text) else ''}”")
    return made[0], made[1]


def _quoted(text: str) -> str:
    """Quote a text unless it is a single word."""
    return text if text and not any(map(str.isspace, text)) else f"“{short(text)}”"


def _value(value: Any) -> str:
    match value:
        case None:
            return "none"
        case str():
            return value
        case [{"start": _, "end": _, "text": _}, *_]:
            return " + ".join(f"{each['start']}–{each['end']} “{short(each['text'], 30)}”" for each in value)
        case [{"role": _, "mention": _, "entity_ids": _}, *_]:
            return " + ".join(_claimant(each) for each in value)
        case []:
            return "none"
        case _:
            return msgspec.json.encode(value).decode()


def _claimant(value: dict[str, Any]) -> str:
    ids = f" ({', '.join(value['entity_ids'])})" if value["entity_ids"] else ""
    return f"{value['role']}{' ' + value['mention'] if value['mention'] else ''}{ids}"


def short(text: str, most: int = _SHOWN) -> str:
    """Text on one line, truncated to ``most`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
