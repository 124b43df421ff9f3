"""Tables of text: the same rows for a terminal, a notebook and a file. Untrusted text is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

from dragoman.text import visible

WIDTH = 160
"""Width of a table that is printed to a file or a pipe, in columns: enough for every table."""
PROSE = 100
"""Maximum width of a line of prose, in columns."""


_GAP = 2
_MIN_FIRST = 12
"""Width below which the first column is not wrapped, in columns."""


@dataclass(frozen=True)
class Table:
    """A table of short texts.

    Attributes:
        columns: headings; all columns but the first are right-aligned.
        rows: cells, one per column.
        title: caption above the table.
        first_width: minimum width of the first column, in characters.
        optional: columns to drop if the table is too wide, in this order; a line below the table names the dropped
            ones.

    """

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    title: str = ""
    first_width: int = 0
    optional: tuple[str, ...] = ()

    def text(self, width: int = WIDTH, *, terminal: bool = False) -> str:
        """Lay the table out in lines of at most ``width`` characters, optionally with terminal styles."""
        from io import StringIO  # noqa: PLC0415

        from rich import table as rich_table  # noqa: PLC0415 - only tables need it; --json starts faster without
        from rich.console import Console  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415 - a string would be read as markup

        shown, left_out, least = self._fitted(width)
        laid = rich_table.Table(box=None, pad_edge=False, title=self.title and Text(self.title), title_justify="left")
        for at in shown:
            laid.add_column(
                self.columns[at],
                justify="right" if at else "left",
                no_wrap=bool(at),
                overflow="fold",
                min_width=min(self.first_width, width) or None if not at else None,
            )
        for row in self.rows:
            laid.add_row(*(Text(visible(row[at])) for at in shown))
        lines = StringIO()
        # Numbers are never truncated: if no more columns can be dropped, lines exceed the width.
        console = Console(file=lines, width=max(width, least), force_terminal=terminal, highlight=False)
        console.print(laid)
        if left_out:
            console.print(Text(f"(no room for: {', '.join(left_out)})"))
        text = lines.getvalue()
        return text if terminal else "".join(f"{line.rstrip()}\n" for line in text.splitlines())

    def _fitted(self, width: int) -> tuple[list[int], list[str], int]:
        """Choose the columns that fit: their positions, the names of the dropped ones, and the table's
        minimum width.
        """
        from rich.cells import cell_len  # noqa: PLC0415

        needed = [
            max([cell_len(name), self.first_width if not at else 0, *(cell_len(visible(row[at])) for row in self.rows)])
            for at, name in enumerate(self.columns)
        ]
        shown, left_out = list(range(len(self.columns))), list[str]()
        for name in self.optional:
            if sum(needed[at] for at in shown) + _GAP * (len(shown) - 1) <= width:
                break
            shown.remove(self.columns.index(name))
            left_out.append(name)
        first = min(needed[0], _MIN_FIRST)
        return shown, left_out, first + sum(needed[at] + _GAP for at in shown[1:])

    def html(self) -> str:
        """Format the table as HTML without styles."""
        head = "".join(f"<th>{escape(visible(column))}</th>" for column in self.columns)
        rows = "".join(f"<tr>{''.join(f'<td>{escape(visible(cell))}</td>' for cell in row)}</tr>" for row in self.rows)
        caption = f"<caption>{escape(visible(self.title))}</caption>" if self.title else ""
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def wrapped(line: str, width: int) -> str:
    """Wrap a sentence to ``width`` characters, :data:`PROSE` at most, with a hanging indent.

    Words, such as file names and codes, are not broken: a word longer than a line gets its own line.
    """
    from rich.cells import cell_len  # noqa: PLC0415

    lines, most = [""], min(width, PROSE)
    for word in visible(line).split(" "):
        room = most - (2 if len(lines) > 1 else 0)
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and cell_len(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n  ".join(lines) + "\n"


def as_csv(rows: Iterable[Sequence[str | float | None]]) -> bytes:
    r"""Write rows as CSV (RFC 4180), escaped against formula injection for any cell separator.

    Args:
        rows: cells; None is an empty cell, floats have six decimals.

    >>> as_csv([("name", "score"), ("=1+1", 0.5)])
    b"name,score\r\n'=1+1,0.500000\r\n"

    """
    import csv  # noqa: PLC0415
    from io import StringIO  # noqa: PLC0415

    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


def _cell(value: str | float | None) -> str:
    if isinstance(value, str):
        return plain(value)
    return "" if value is None else f"{value:.6f}" if isinstance(value, float) else str(value)


_FORMULA = "=+\\-@\uff1d\uff0b\uff0d\uff20"
"""Characters that begin a formula in a spreadsheet, ASCII and full width, as a regex character class."""
_FIRST = re.compile(rf"^(?=\s*[{_FORMULA}])")
_LATER = re.compile(rf"([,;\t][\s\"']*)(?=[{_FORMULA}])")


def plain(text: str) -> str:
    """Escape a text for a cell of a spreadsheet: control characters, and anything that would be run as a formula.

    Spreadsheets run a cell that begins with one of a few characters, even after spaces; a leading apostrophe makes it
    text. If the file is opened with another separator than the comma, a cell may begin in the middle of this text,
    quoted or not: there the apostrophe is inserted as well.

    Example:
        >>> plain("=1+1"), plain("a;=1+1")
        ("'=1+1", "a;'=1+1")

    """
    return _LATER.sub(r"\1'", _FIRST.sub("'", visible(text)))


def number(value: float | None, digits: int = 3) -> str:
    """Format a score; an undefined one is a dash."""
    return "–" if value is None else f"{value:.{digits}f}"


def interval(ends: list[float] | None) -> str:
    """Format a confidence interval; empty if there is none."""
    return "" if ends is None else f"{ends[0]:.3f}–{ends[1]:.3f}"
