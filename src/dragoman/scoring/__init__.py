"""Scoring: a submission or any two files, from labels to a result with scores, slices, error bars and counts."""

from dragoman.scoring.api import score, score_documents
from dragoman.scoring.counts import Counted, count
from dragoman.scoring.distributed import score_shards
from dragoman.scoring.gold import Gold, from_benchmark, from_bytes, from_file, from_parsed
from dragoman.scoring.slices import NO_INTERVALS, Resampling
from dragoman.scoring.streaming import score_in_step
from dragoman.scoring.validation import duplicates, validate

__all__ = [
    "NO_INTERVALS",
    "Counted",
    "Gold",
    "Resampling",
    "count",
    "duplicates",
    "from_benchmark",
    "from_bytes",
    "from_file",
    "from_parsed",
    "score",
    "score_documents",
    "score_in_step",
    "score_shards",
    "validate",
]
