"""Versions of the data: which part has to grow for what changed (Semantic Versioning 2.0.0, for gold)."""

from __future__ import annotations

import re
from typing import Literal

from dragoman.problems import error

Level = Literal["none", "patch", "minor", "major"]
_PARTS: tuple[Level, ...] = ("major", "minor", "patch")
_VERSION = re.compile(r"(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})")


def numbers(version: str) -> tuple[int, int, int]:
    """Read a version.

    Raises:
        DragomanError: E714 if it is not three numbers with dots between.

    """
    match = _VERSION.fullmatch(version)
    if match is None:
        raise error("E714", f"{version[:40]!r} is no version.", "Write three numbers, as in 1.2.0.")
    major, minor, patch = map(int, match.groups())
    return major, minor, patch


def given(old: str, new: str) -> Level | Literal["less"]:
    """Say which part of the version grew: the first that differs; ``less`` if the newer one is below."""
    before, after = numbers(old), numbers(new)
    if after < before:
        return "less"
    return next((part for part, a, b in zip(_PARTS, before, after, strict=True) if a != b), "none")


def suffices(old: str, new: str, needs: Level) -> bool:
    """Tell whether a version grew by what is needed.

    Below 1.0.0 the minor number may stand for the major one.
    """
    grown = given(old, new)
    if grown == "less":
        return False
    if needs == "major" and numbers(old)[0] == 0:
        needs = "minor"
    order: tuple[Level, ...] = ("none", "patch", "minor", "major")
    return order.index(grown) >= order.index(needs)


def wanted(old: str, needs: Level) -> str:
    """Give the smallest version that suffices after another one."""
    major, minor, patch = numbers(old)
    if needs == "major" and major:
        return f"{major + 1}.0.0"
    if needs in {"major", "minor"}:
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + (needs == 'patch')}"
