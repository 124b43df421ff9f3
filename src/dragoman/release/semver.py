"""Versions of the data and their increments (Semantic Versioning 2.0.0, applied to gold).

A version under development, as in ``2.0.0.dev0`` (PEP 440), precedes its release. Its rows may change without notice
until it is released; the hash in a signature identifies them. Any change only requires an increment of the number after
``dev``.
"""

from __future__ import annotations

import re
from typing import Literal

from dragoman.problems import error

Level = Literal["none", "patch", "minor", "major"]
_PARTS: tuple[Level, ...] = ("major", "minor", "patch")
_VERSION = re.compile(r"(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})(?:\.dev(0|[1-9][0-9]{0,5}))?")
_RELEASED = 10**6
"""Sorts after every development number."""


def numbers(version: str) -> tuple[int, int, int]:
    """Parse a version; a development version has the numbers of its future release.

    Raises:
        DragomanError: E714 if it is not of the form ``1.2.3`` or ``1.2.3.dev4``.

    """
    return _parsed(version)[:3]


def is_development(version: str) -> bool:
    """Whether a version is a development version; raises as :func:`numbers`."""
    return _parsed(version)[3] < _RELEASED


def is_version(text: str) -> bool:
    """Whether a text has the form of a version."""
    return _VERSION.fullmatch(text) is not None


def order(version: str) -> tuple[int, int, int, int]:
    """Sort key of versions, the oldest first; raises as :func:`numbers`."""
    return _parsed(version)


def _parsed(version: str) -> tuple[int, int, int, int]:
    match = _VERSION.fullmatch(version)
    if match is None:
        raise error("E714", f"{version[:40]!r} is no version.", "Write three numbers, as in 1.2.0.")
    major, minor, patch, development = match.groups()
    return int(major), int(minor), int(patch), _RELEASED if development is None else int(development)


def given(old: str, new: str) -> Level | Literal["less"]:
    """Return the part of the version that was incremented: the first that differs; ``less`` if the newer one is lower.

    An increment of a development version, to the next or to its release, counts as major.
    """
    before, after = _parsed(old), _parsed(new)
    if after < before:
        return "less"
    return next((part for part, a, b in zip((*_PARTS, _PARTS[0]), before, after, strict=True) if a != b), "none")


def suffices(old: str, new: str, needs: Level) -> bool:
    """Whether the increment from one version to another suffices.

    Below 1.0.0 a minor increment counts as a major one.
    """
    grown = given(old, new)
    if grown == "less":
        return False
    if needs == "major" and numbers(old)[0] == 0:
        needs = "minor"
    order: tuple[Level, ...] = ("none", "patch", "minor", "major")
    return order.index(grown) >= order.index(needs)


def wanted(old: str, needs: Level) -> str:
    """Return the smallest version with the required increment."""
    major, minor, patch = numbers(old)
    if is_development(old):
        return f"{major}.{minor}.{patch}.dev{_parsed(old)[3] + (needs != 'none')}"
    if needs == "major" and major:
        return f"{major + 1}.0.0"
    if needs in {"major", "minor"}:
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + (needs == 'patch')}"
