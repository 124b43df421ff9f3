"""Validation and scoring of one submission, each in an isolated process."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from dragoman import files, parquet_pages, redaction
from dragoman.leaderboard import isolation
from dragoman.leaderboard.closed import exact_scores, shown_columns
from dragoman.leaderboard.examination import picklable
from dragoman.problems import Problem
from dragoman.reading.read import read_bytes
from dragoman.schema.layers import LAYER_NAMES
from dragoman.scoring.api import score

if TYPE_CHECKING:
    from dragoman.reading.target import Target
    from dragoman.scoring import Gold

MAX_BYTES = 2**26
"""Maximum size of a submission in bytes, both as sent and decompressed."""
MAX_PROBLEMS = 100
NAME = "predictions.jsonl"


class Bounds(NamedTuple):
    """Resource limits of the process for one submission.

    Attributes:
        memory: maximum size of its data, in bytes.
        seconds: maximum wall-clock time, in seconds.

    """

    memory: int = isolation.MAX_MEMORY
    seconds: float = isolation.MAX_SECONDS


DEFAULT = Bounds()


def problems_of(body: bytes, target: Target, bounds: Bounds = DEFAULT) -> list[Problem]:
    """Validate a submission with public data only.

    Args:
        body: bytes of the submission: JSONL, compressed or not.
        target: the documents of the withheld split, as in the public release.
        bounds: limits of its process.

    Returns:
        Errors, at most :data:`MAX_PROBLEMS`; empty if the submission can be scored.

    """
    (outcome,) = isolation.each(
        partial(_validated, target=target), [body], memory=bounds.memory, seconds=bounds.seconds
    )
    if isinstance(outcome, isolation.Failure):
        hint = "Look for a file that is damaged or far too large."
        what = redaction.redact(f"the submission cannot be read: {outcome.reason}.")
        return [Problem(code="E830", what=what, hint=hint, file=NAME)]
    return outcome


def scores_of(body: bytes, gold: Gold, bounds: Bounds = DEFAULT) -> dict[str, float | None] | isolation.Failure:
    """Score a submission against the withheld gold.

    Returns:
        Exact scores by column, or the reason for a failure; both are confidential, for the log only.

    """
    job = partial(_scored, gold=picklable(gold))
    (outcome,) = isolation.each(job, [body], memory=bounds.memory, seconds=bounds.seconds)
    return outcome


def _validated(body: bytes, target: Target) -> list[Problem]:
    if body.startswith(parquet_pages.MAGIC):
        hint = "Write one JSON object a line, as `dragoman run` does."
        return [Problem(code="E209", what="a submission is JSONL; this is parquet.", hint=hint, file=NAME)]
    unpacked = _unpacked(body)
    reading = read_bytes(unpacked, target, NAME)
    found = [problem for problem in reading.problems if problem.severity == "error"]
    if not found and not any(len(getattr(reading.annotations, name)) for name in LAYER_NAMES):
        hint = "Send the labels that your system found."
        return [Problem(code="E202", what="the submission holds no label of a document here.", hint=hint, file=NAME)]
    return found[:MAX_PROBLEMS]


def _unpacked(body: bytes) -> bytes:
    """Decompress a submission with the same rules as any input file, up to :data:`MAX_BYTES`."""
    return files.unpacked(body, NAME, limit=MAX_BYTES)


def _scored(body: bytes, gold: Gold) -> dict[str, float | None]:
    reading = read_bytes(_unpacked(body), gold.target, NAME)
    return exact_scores(score(reading.checked(), gold, intervals=False), shown_columns(gold))
