"""What people see of a result on data that the system was trained on or prompted with: that it is no score."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from dragoman.tables import Table, as_csv
from dragoman.text import visible

if TYPE_CHECKING:
    from dragoman.schema.result_file import Result

SEEN = "seen"


def table(result: Result) -> Table:
    """Show that every measure that was taken is on data that the system has seen."""
    return Table(("measure", "score"), [(name, SEEN) for name in result.counts], first_width=22)


def csv(result: Result) -> bytes:
    """Give the same as CSV."""
    return as_csv([["measure", "score"], *([name, SEEN] for name in result.counts)])


def text(result: Result, width: int, *, terminal: bool = False) -> str:
    """Write what ``dragoman score`` prints, in lines of at most so many characters."""
    name, split = result.system.name, result.data.split
    why = f"{name} was trained on or prompted with {split}, as its card says: it has no score there."
    return (
        f"{visible(f'{name} on {result.data.name} {result.data.version}, split {split}')}\n"
        f"{table(result).text(width, terminal=terminal)}{fill(visible(why), width)}\n{visible(result.signature)}\n"
    )
