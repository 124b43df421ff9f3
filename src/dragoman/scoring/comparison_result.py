"""Comparisons as objects: tables, and files."""

from __future__ import annotations

from collections.abc import Iterator

from dragoman.problems import error
from dragoman.schema import result_file as records
from dragoman.scoring import comparison_table
from dragoman.scoring.result import WIDTH, Shown
from dragoman.tables import Table


class Comparison(Shown, records.Comparison, dict=True):
    """Systems compared on the same documents; ``print`` shows the output of ``dragoman compare``."""

    def __iter__(self) -> Iterator[str]:
        """Names of the measures that were compared."""
        return iter(self.standings)

    def table(self, name: str | None = None) -> Table:
        """Return the table of standings by a measure; the first one if None."""
        return comparison_table.standings(self, self._known(name))

    def contrast_table(self, name: str | None = None) -> Table:
        """Return the table of all pairs of systems by a measure; the first one if None."""
        return comparison_table.contrasts(self, self._known(name))

    def _known(self, name: str | None) -> str:
        name = name or next(iter(self.standings))
        if name not in self.standings:
            raise error("E708", f"{name[:80]!r} was not compared.", f"Compared: {', '.join(self.standings)}.")
        return name

    def text(self, width: int = WIDTH, *, terminal: bool = False) -> str:
        """Format the output of ``dragoman compare``, in lines of at most ``width`` characters."""
        return comparison_table.text(self, width, terminal=terminal)

    def _repr_html_(self) -> str:
        return comparison_table.html(self)
