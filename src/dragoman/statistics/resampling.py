"""How error bars are made."""

from __future__ import annotations

from dataclasses import dataclass

RESAMPLES = 10_000
"""Resamples of the bootstrap where nothing else is asked for."""
SEED = 1
"""Seed of the generator where nothing else is asked for."""


@dataclass(frozen=True)
class Resampling:
    """How error bars are made.

    Attributes:
        resamples: number of resamples; 0 for no error bars.
        seed: of the generator.

    """

    resamples: int = RESAMPLES
    seed: int = SEED
