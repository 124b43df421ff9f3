"""Dragoman: a benchmark for machines that read diplomatic news, and the scorer for it.

>>> import dragoman
>>> benchmark = dragoman.load()                # the bundled data; no network, no `datasets`
>>> result = dragoman.score("predictions.jsonl")
>>> result["entities.strict.f1[language=ar]"]

Importing the package is cheap: the module behind a public name is imported when the name is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman.lazy_names import importer
from dragoman.version import __version__

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark, load
    from dragoman.problems import DragomanError, Problem
    from dragoman.reading.labelled_file import LabelledFile
    from dragoman.reports.report import report
    from dragoman.robustness.perturbing import perturb
    from dragoman.scoring.api import score, validate
    from dragoman.scoring.comparison import compare
    from dragoman.scoring.comparison_result import Comparison
    from dragoman.scoring.converting import convert
    from dragoman.scoring.result import Result
    from dragoman.statistics.resampling import Resampling
    from dragoman.systems.run_folder import run

__all__ = [
    "Benchmark",
    "Comparison",
    "DragomanError",
    "LabelledFile",
    "Problem",
    "Resampling",
    "Result",
    "__version__",
    "compare",
    "convert",
    "load",
    "perturb",
    "report",
    "run",
    "score",
    "validate",
]

_HOMES = {
    "Benchmark": "dragoman.benchmark",
    "Comparison": "dragoman.scoring.comparison_result",
    "DragomanError": "dragoman.problems",
    "LabelledFile": "dragoman.reading.labelled_file",
    "Problem": "dragoman.problems",
    "Resampling": "dragoman.statistics.resampling",
    "Result": "dragoman.scoring.result",
    "compare": "dragoman.scoring.comparison",
    "convert": "dragoman.scoring.converting",
    "load": "dragoman.benchmark",
    "perturb": "dragoman.robustness.perturbing",
    "report": "dragoman.reports.report",
    "run": "dragoman.systems.run_folder",
    "score": "dragoman.scoring.api",
    "validate": "dragoman.scoring.api",
}


__getattr__ = importer(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
