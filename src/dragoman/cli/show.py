"""How things look in a terminal: tables for people, JSON for programs. All text from outside is made harmless."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dragoman.files import pretty_json
from dragoman.schema.labels import Layer, values
from dragoman.text import visible

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark
    from dragoman.problems import Problem
    from dragoman.schema.result import Result

T = TypeVar("T")
LAYERS = values(Layer)
MOST_SHOWN = 50


def _print(table: Table) -> None:
    Console(highlight=False).print(table)


def _json(value: Any) -> None:
    sys.stdout.write(pretty_json(value).decode())


def problems(found: Sequence[Problem], *, as_json: bool, most: int | None = MOST_SHOWN) -> None:
    """Print problems: as JSON on stdout, else a line each on stderr."""
    if as_json:
        _json({"problems": found})
        return
    for problem in found[:most]:
        sys.stderr.write(visible(str(problem)) + "\n")
    if most is not None and len(found) > most:
        sys.stderr.write(f"… and {len(found) - most} more; dragoman validate lists them all.\n")


def progress(items: Sequence[T], what: str) -> Iterator[T]:
    """Go through items with a progress bar on stderr, if that is a terminal."""
    from rich.progress import track

    console = Console(file=sys.stderr)
    yield from track(items, what, console=console, transient=True, disable=not console.is_terminal)


def summary(named: dict[str, Any], *, as_json: bool) -> None:
    """Print a handful of named values."""
    if as_json:
        _json(named)
        return
    for key, value in named.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        sys.stdout.write(f"{key}: {visible(str(shown))}\n")


def catalogue(*, as_json: bool) -> None:
    """Print every measure with its definition and source."""
    from dragoman.measures.catalogue import HEADLINE, MEASURES

    if as_json:
        _json(
            [
                {
                    "name": measure.name,
                    "scores": measure.score.leaves,
                    "counts": measure.score.columns,
                    "definition": measure.definition,
                    "source": measure.source,
                    "headline": measure.name in HEADLINE,
                }
                for measure in MEASURES
            ]
        )
        return
    table = Table("measure", "scores", "definition", "source", box=None, pad_edge=False)
    for measure in MEASURES:
        star = " *" if measure.name in HEADLINE else ""
        table.add_row(measure.name + star, " ".join(measure.score.leaves), measure.definition, measure.source)
    _print(table)
    sys.stdout.write("* the headline is the mean of the micro F1 of these on the test split\n")


def benchmark(held: Benchmark, *, as_json: bool) -> None:
    """Print what a benchmark holds."""
    splits = {
        name: {
            "documents": len(held.split(name)),
            "annotated": sum(bool(document.layers_annotated) for document in held.split(name)),
            **{layer: sum(len(getattr(d, layer)) for d in held.split(name)) for layer in LAYERS},
        }
        for name in held.splits
    }
    if as_json:
        _json(
            {
                "name": held.name,
                "version": held.version,
                "fingerprint": held.fingerprint,
                "splits": splits,
                "registry": len(held.registry),
            }
        )
        return
    sys.stdout.write(visible(f"{held.name} {held.version}  {held.fingerprint}") + "\n")
    table = Table("split", *next(iter(splits.values())), box=None, pad_edge=False)
    for name, row in splits.items():
        table.add_row(name, *map(str, row.values()))
    _print(table)
    sys.stdout.write(f"{len(held.registry)} entities in the registry\n")


def result(scored: Result, *, as_json: bool) -> None:
    """Print the scores of a result."""
    if as_json:
        _json(scored)
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("measure")
    for name in ("precision", "recall", "F1", "macro F1", "credit", "gold", "predicted"):
        table.add_column(name, justify="right")
    for row in _rows(scored):
        table.add_row(*map(Text, row))
    split = f", split {scored.data.split}" if scored.data.split else ""
    _line(f"{scored.system.name} on {scored.data.name} {scored.data.version or ''}{split}")
    _print(table)
    if scored.data.split == "test":
        _line(f"headline {_shown(scored.scores['headline'])}")
    coverage = scored.coverage
    if coverage.missing:
        _line(f"{coverage.missing} of {coverage.documents} documents left out: they score as empty")
    skipped = [layer for layer, attempted in coverage.attempted.items() if not attempted]
    if skipped:
        _line(f"not attempted: {', '.join(skipped)}")
    _line(scored.signature)


def _line(text: str) -> None:
    sys.stdout.write(visible(text) + "\n")


def _rows(scored: Result) -> Iterable[list[str]]:
    for layer, measures in scored.scores.items():
        if layer == "headline":
            continue
        for name, score in measures.items():
            full = f"{layer}.{name}"
            if score is None:
                yield [full, *["–"] * 7]
                continue
            counts = scored.counts[full]
            totals = [sum(column) for column in zip(*counts.rows, strict=True)]
            totals[0] = totals[0] / counts.full if totals[0] % counts.full else totals[0] // counts.full
            yield [
                full,
                *(_shown(score.get(leaf)) for leaf in ("precision", "recall", "f1")),
                _shown(score["macro"].get("f1")),
                *map(str, totals),
            ]


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
