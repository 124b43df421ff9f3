"""Versions of the data: which part has to grow for what changed (Semantic Versioning 2.0.0, for gold).

A version under development, as in ``2.0.0.dev0`` (PEP 440), comes before its release. Of it nothing is promised: its
rows may change until it is released, and which they were says the hash in a signature. Whatever changes, it is enough
that the number after ``dev`` grows.
"""

from __future__ import annotations

import re
from typing import Literal

from dragoman.problems import error

Level = Literal["none", "patch", "minor", "major"]
_PARTS: tuple[Level, ...] = ("major", "minor", "patch")
_VERSION = re.compile(r"(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})(?:\.dev(0|[1-9][0-9]{0,5}))?")
_RELEASED = 10**6
"""Stands after every number of a version under development."""


def numbers(version: str) -> tuple[int, int, int]:
    """Read a version; one under development has the numbers of the release that it leads to.

    Raises:
        DragomanError: E714 if it is not three numbers with dots between, with ``.dev`` and a number after them or not.

    """
    return _parsed(version)[:3]


def is_development(version: str) -> bool:
    """Say whether a version is under development; raises as :func:`numbers`."""
    return _parsed(version)[3] < _RELEASED


def is_version(text: str) -> bool:
    """Say whether a text is written as a version."""
    return _VERSION.fullmatch(text) is not None


def order(version: str) -> tuple[int, int, int, int]:
    """Key by which versions are sorted, the oldest first; raises as :func:`numbers`."""
    return _parsed(version)


def _parsed(version: str) -> tuple[int, int, int, int]:
    match = _VERSION.fullmatch(version)
    if match is None:
        raise error("E714", f"{version[:40]!r} is no version.", "Write three numbers, as in 1.2.0.")
    major, minor, patch, development = match.groups()
    return int(major), int(minor), int(patch), _RELEASED if development is None else int(development)


def given(old: str, new: str) -> Level | Literal["less"]:
    """Say which part of the version grew: the first that differs; ``less`` if the newer one is below.

    A step of a version under development, to the next or to its release, counts as a major one.
    """
    before, after = _parsed(old), _parsed(new)
    if after < before:
        return "less"
    return next((part for part, a, b in zip((*_PARTS, _PARTS[0]), before, after, strict=True) if a != b), "none")


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
    if is_development(old):
        return f"{major}.{minor}.{patch}.dev{_parsed(old)[3] + (needs != 'none')}"
    if needs == "major" and major:
        return f"{major + 1}.0.0"
    if needs in {"major", "minor"}:
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + (needs == 'patch')}"
