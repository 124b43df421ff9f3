"""Dragoman: a benchmark for machines that read diplomatic news, and the scorer for it.

>>> import dragoman
>>> benchmark = dragoman.load()          # the bundled data; no network, no `datasets`
>>> result = dragoman.score("predictions.jsonl", benchmark)

Importing the package loads nothing heavy: what a name needs is imported when the name is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dragoman.version import __version__

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark, load
    from dragoman.problems import DragomanError, Problem
    from dragoman.schema.result import Result
    from dragoman.scoring import score, validate
    from dragoman.scoring.comparison import compare

__all__ = ["Benchmark", "DragomanError", "Problem", "Result", "__version__", "compare", "load", "score", "validate"]

_HOMES = {
    "Benchmark": "dragoman.benchmark",
    "DragomanError": "dragoman.problems",
    "Problem": "dragoman.problems",
    "Result": "dragoman.schema.result",
    "compare": "dragoman.scoring.comparison",
    "load": "dragoman.benchmark",
    "score": "dragoman.scoring",
    "validate": "dragoman.scoring",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'dragoman' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
