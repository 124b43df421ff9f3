"""What people see of a result: the table, and the lines around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from dragoman.measures.catalogue import HEADLINE_SPLIT
from dragoman.measures.naming import measure
from dragoman.schema.result_file import Result
from dragoman.tables import Table, interval, number
from dragoman.text import visible


def table(result: Result, by: Iterable[str]) -> Table:
    """Show the scores, and the slices of some facets below them."""
    columns = ("measure", "precision", "recall", "score", "95 %", "macro", "gold", "predicted")
    rows = list(_rows(result))
    for facet in tuple([by] if isinstance(by, str) else by):
        rows += [
            _row(key, scores, measure(key.partition("[")[0]).score.headline, {})
            for key, scores in result.slices.items()
            if f"[{facet}=" in key
        ]
    return Table(columns, rows, first_width=22)


def _rows(result: Result) -> Iterator[tuple[str, ...]]:
    for layer, measures in result.scores.items():
        for short, scores in measures.items() if layer != "headline" else ():
            name = f"{layer}.{short}"
            if scores is None:
                if result.coverage.attempted.get(layer):
                    yield (name, *["–"] * 7)
                continue
            counts, leaf = result.counts[name], measure(name).score.headline
            totals = dict(zip(counts.columns, map(sum, zip(*counts.rows, strict=True)), strict=True))
            yield _row(name if leaf == "f1" else f"{name}.{leaf}", scores, leaf, totals)


def _row(name: str, scores: dict[str, Any], leaf: str, totals: dict[str, int]) -> tuple[str, ...]:
    macro = scores.get("macro") or {}
    return (
        name,
        *(number(scores.get(part)) if part in scores else "" for part in ("precision", "recall")),
        number(scores[leaf]) if leaf in scores else "",
        interval(scores.get("interval")),
        number(macro[leaf]) if leaf in macro else "",
        *(str(totals.get(column, scores.get(column, ""))) for column in ("gold", "predicted")),
    )


def _head(result: Result) -> str:
    split = f", split {result.data.split}" if result.data.split else ""
    version = f" {result.data.version}" if result.data.version else ""
    return f"{result.system.name} on {result.data.name}{version}{split}"


def _notes(result: Result) -> Iterator[str]:
    """Lines below the table."""
    if result.data.split == HEADLINE_SPLIT:
        yield f"headline {number(result.scores['headline'])}"
    coverage = result.coverage
    if coverage.missing:
        yield f"{coverage.missing} of {coverage.documents} documents left out: they score as empty"
    if coverage.quotes:
        yield f"spans given as quotes: {', '.join(f'{n} {way}' for way, n in coverage.quotes.items())}"
    skipped = [layer for layer, attempted in coverage.attempted.items() if not attempted]
    if skipped:
        yield f"not attempted: {', '.join(skipped)}"
    yield result.signature


def text(result: Result, by: Iterable[str], width: int, *, terminal: bool = False) -> str:
    """Write what ``dragoman score`` prints, in lines of at most so many characters."""
    notes = "".join(f"{visible(note)}\n" for note in _notes(result))
    return f"{visible(_head(result))}\n{table(result, by).text(width, terminal=terminal)}{notes}"


def html(result: Result, by: Iterable[str]) -> str:
    """Write the same for a notebook."""
    notes = Table(("",), [(note,) for note in _notes(result)])
    return f"<b>{Table((_head(result),)).html()}</b>{table(result, by).html()}{notes.html()}"
