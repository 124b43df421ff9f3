"""The budget of a run, and its cost in tokens."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from dragoman.problems import error


class Budget(NamedTuple):
    """The most that may be spent on a run.

    Attributes:
        most: upper limit of the cost, in the currency of the prices.
        prices: price of a million prompt tokens, and of a million completion tokens.

    """

    most: float
    prices: tuple[float, float]

    def used_up(self, tokens: Sequence[int]) -> bool:
        """Return whether the prompt and completion tokens so far cost the limit or more."""
        return cost(tokens, self.prices) >= self.most

    def check(self) -> None:
        """Check that limit and prices are finite and at least 0: a budget of NaN would never be used up.

        Raises:
            DragomanError: E206 if they are not.

        """
        if not all(math.isfinite(number) and number >= 0 for number in (self.most, *self.prices)):
            raise error("E206", "a budget or a price is no amount.", "Give numbers from 0 on.", path="budget")


def cost(tokens: Sequence[int], prices: Sequence[float]) -> float:
    """Return the cost of prompt and completion tokens, given the prices of a million of each."""
    return math.fsum(number * price / 1e6 for number, price in zip(tokens, prices, strict=True))
