"""Scoring: from submission and gold, or two files, to a result with scores, slices, intervals and counts.

Names are imported on first use, so that files are parsed while the rest is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman.lazy_names import importer

if TYPE_CHECKING:
    from dragoman.scoring.api import score, validate
    from dragoman.scoring.comparison import compare
    from dragoman.scoring.documents import score_documents
    from dragoman.scoring.gold import Gold, from_benchmark, reference
    from dragoman.statistics.resampling import Resampling

__all__ = ["Gold", "Resampling", "compare", "from_benchmark", "reference", "score", "score_documents", "validate"]

_HOMES = {
    "Gold": "dragoman.scoring.gold",
    "Resampling": "dragoman.statistics.resampling",
    "compare": "dragoman.scoring.comparison",
    "from_benchmark": "dragoman.scoring.gold",
    "reference": "dragoman.scoring.gold",
    "score": "dragoman.scoring.api",
    "score_documents": "dragoman.scoring.documents",
    "validate": "dragoman.scoring.api",
}

__getattr__ = importer(__name__, _HOMES)
