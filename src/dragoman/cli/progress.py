"""Progress of a run in a terminal: documents, rate, tokens and cost."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dragoman.systems.budget import cost
from dragoman.text import visible

T = TypeVar("T")


class Running:
    """A progress bar on stderr, if that is a terminal.

    Args:
        prices: prices of a million input and output tokens; no cost is shown if both are 0.

    """

    def __init__(self, prices: tuple[float, float]) -> None:
        console = Console(file=sys.stderr)
        self.prices = prices
        self.done = 0
        self.bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[so_far]}", markup=False),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def over(self, items: Sequence[T], what: str) -> Iterator[T]:
        """Iterate over the documents of a run."""
        self.began = time.monotonic()
        task = self.bar.add_task(visible(what), total=len(items), so_far="")
        with self.bar:
            for item in items:
                yield item
                self.bar.advance(task)

    def count(self, tokens: Sequence[int]) -> None:
        """Update the rate in documents per minute, the input and output tokens so far, and their cost."""
        self.done += 1
        line = so_far(tokens, self.prices, self.done, time.monotonic() - self.began)
        for task in self.bar.task_ids:
            self.bar.update(task, so_far=line)


def so_far(tokens: Sequence[int], prices: tuple[float, float], documents: int, seconds: float) -> str:
    """Format the rate, tokens and cost of a run in one line."""
    parts = [f"{documents / seconds * 60:,.1f} a minute"] if seconds > 0 else []
    if any(tokens):
        parts.append(f"{tokens[0]:,} + {tokens[1]:,} tokens")
    if any(prices):
        parts.append(f"cost {cost(tokens, prices):,.4f}")
    return ", ".join(parts)
