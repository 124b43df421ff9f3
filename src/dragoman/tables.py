"""Tables of text: the same rows for a terminal, a notebook and a string. All text from outside is made harmless."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from dragoman.text import visible

WIDTH = 160
"""Columns of a table that is printed into a file or a pipe: as wide as it needs to be."""


@dataclass(frozen=True)
class Table:
    """A table of short texts.

    Attributes:
        columns: headings; all but the first column are aligned to the right.
        rows: cells, as many in each row as there are columns.
        title: what stands above it.
        first_width: characters that the first column has at least.

    """

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    title: str = ""
    first_width: int = 0

    def text(self, width: int = WIDTH, *, terminal: bool = False) -> str:
        """Lay it out in lines of at most so many characters, with a terminal's styles or without."""
        from io import StringIO  # noqa: PLC0415

        from rich import table as rich_table  # noqa: PLC0415 - only for tables: JSON is quicker without
        from rich.console import Console  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415 - a string would be read as markup

        laid = rich_table.Table(box=None, pad_edge=False, title=self.title or None, title_justify="left")
        for at, column in enumerate(self.columns):
            laid.add_column(
                column,
                justify="right" if at else "left",
                no_wrap=bool(at) or bool(self.first_width),
                min_width=self.first_width or None if not at else None,
            )
        for row in self.rows:
            laid.add_row(*(Text(visible(cell)) for cell in row))
        lines = StringIO()
        Console(file=lines, width=width, force_terminal=terminal, highlight=False).print(laid)
        return lines.getvalue()

    def html(self) -> str:
        """Write it as an HTML table without styles."""
        head = "".join(f"<th>{escape(visible(column))}</th>" for column in self.columns)
        rows = "".join(f"<tr>{''.join(f'<td>{escape(visible(cell))}</td>' for cell in row)}</tr>" for row in self.rows)
        caption = f"<caption>{escape(visible(self.title))}</caption>" if self.title else ""
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def number(value: float | None, digits: int = 3) -> str:
    """Write a score, or a dash for one that is not defined."""
    return "–" if value is None else f"{value:.{digits}f}"


def interval(ends: list[float] | None) -> str:
    """Write an interval of scores, nothing where there is none."""
    return "" if ends is None else f"{ends[0]:.3f}–{ends[1]:.3f}"
