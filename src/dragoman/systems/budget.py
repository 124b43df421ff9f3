"""What may be spent on a run, and what it has cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from dragoman.problems import error


class Budget(NamedTuple):
    """What may be spent on a run.

    Attributes:
        most: in the currency of the prices.
        prices: of a million tokens read and of a million written.

    """

    most: float
    prices: tuple[float, float]

    def used_up(self, tokens: Sequence[int]) -> bool:
        """Say whether the tokens read and written cost as much or more."""
        return cost(tokens, self.prices) >= self.most

    def check(self) -> None:
        """Refuse what is no amount: nothing is above NaN, so that it would never be used up.

        Raises:
            DragomanError: E206.

        """
        if not all(math.isfinite(number) and number >= 0 for number in (self.most, *self.prices)):
            raise error("E206", "a budget or a price is no amount.", "Give numbers from 0 on.", path="budget")


def cost(tokens: Sequence[int], prices: Sequence[float]) -> float:
    """Price of some tokens read and written, at prices of a million of each."""
    return math.fsum(number * price / 1e6 for number, price in zip(tokens, prices, strict=True))
