"""Options of the confidence intervals."""

from __future__ import annotations

from dataclasses import dataclass

RESAMPLES = 10_000
"""Default number of bootstrap resamples."""
SEED = 1
"""Default seed of the random number generator."""


@dataclass(frozen=True)
class Resampling:
    """Options of the bootstrap confidence intervals (percentile, 95 %, over documents).

    Attributes:
        resamples: number of resamples; 0 for no intervals.
        seed: seed of the random number generator.

    """

    resamples: int = RESAMPLES
    seed: int = SEED
