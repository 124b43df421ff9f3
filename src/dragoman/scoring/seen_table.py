"""Presentation of a result on data that the system was trained on or prompted with, without scores."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from dragoman.tables import Table, as_csv
from dragoman.text import visible

if TYPE_CHECKING:
    from dragoman.schema.result_file import Result

SEEN = "seen"


def table(result: Result) -> Table:
    """Make a table that marks every computed measure as seen."""
    return Table(("measure", "score"), [(name, SEEN) for name in result.counts], first_width=22)


def csv(result: Result) -> bytes:
    """Return the same as CSV."""
    return as_csv([["measure", "score"], *([name, SEEN] for name in result.counts)])


def text(result: Result, width: int, *, terminal: bool = False) -> str:
    """Format the output of ``dragoman score``, in lines of at most ``width`` characters."""
    name, split = result.system.name, result.data.split
    why = f"{name} was trained on or prompted with {split}, as its card says: it has no score there."
    return (
        f"{visible(f'{name} on {result.data.name} {result.data.version}, split {split}')}\n"
        f"{table(result).text(width, terminal=terminal)}{fill(visible(why), width)}\n{visible(result.signature)}\n"
    )
