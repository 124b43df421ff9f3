"""How things look in a terminal: tables for people, JSON for programs. All text from outside is made harmless."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from dragoman.files import pretty_json
from dragoman.measures.catalogue import BY_NAME, HEADLINE, MEASURES
from dragoman.schema.labels import Layer, values
from dragoman.text import visible, visible_json

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from dragoman.benchmark import Benchmark
    from dragoman.problems import Problem
    from dragoman.schema.result import Comparison, Result

T = TypeVar("T")
LAYERS = values(Layer)
MAX_SHOWN = 50
MAX_NAMED = 10


def _table(*columns: str, **options: Any) -> Table:
    from rich.table import Table  # only for tables: JSON is quicker without

    return Table(*columns, box=None, pad_edge=False, **options)


def _print(table: Table) -> None:
    from rich.console import Console

    for column in table.columns[1:]:
        column.no_wrap = True
    # Into a file or a pipe a table is as wide as it needs to be; in a terminal it is fitted.
    console = Console(highlight=False)
    Console(highlight=False, width=None if console.is_terminal else 160).print(table)


def _text(shown: str) -> Text:
    from rich.text import Text  # a string would be read as markup

    return Text(shown)


def _json(value: Any) -> None:
    sys.stdout.write(visible_json(pretty_json(value).decode()))


def problems(found: Sequence[Problem], *, as_json: bool, most: int | None = MAX_SHOWN) -> None:
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
    from rich.console import Console
    from rich.progress import track

    console = Console(file=sys.stderr)
    yield from track(items, visible(what), console=console, transient=True, disable=not console.is_terminal)


def summary(named: dict[str, Any], *, as_json: bool, most: int | None = MAX_NAMED) -> None:
    """Print a handful of named values; of a list longer than ``most`` its length and its first, in JSON all."""
    if as_json:
        _json(named)
        return
    for key, value in named.items():
        shown = value
        if isinstance(value, list):
            shown = ", ".join(map(str, value[:most])) or "none"
            shown = f"{len(value)}: {shown} …" if most is not None and len(value) > most else shown
        sys.stdout.write(f"{key.replace('_', ' ')}: {visible(str(shown))}\n")


def catalogue(*, as_json: bool) -> None:
    """Print every measure with its definition and source."""
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
    for measure in MEASURES:
        star = " *" if measure.name in HEADLINE else ""
        sys.stdout.write(f"{measure.name}{star}  ({', '.join(measure.score.leaves)})\n")
        sys.stdout.write(f"    {measure.definition}\n    Source: {measure.source}.\n")
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
    table = _table("split", *next(iter(splits.values())))
    for name, row in splits.items():
        table.add_row(name, *map(str, row.values()))
    _print(table)
    sys.stdout.write(f"{len(held.registry)} entities in the registry\n")


def result(scored: Result, *, as_json: bool) -> None:
    """Print the scores of a result."""
    if as_json:
        _json(scored)
        return
    table = _table()
    table.add_column("measure", no_wrap=True, min_width=22)
    for name in ("precision", "recall", "score", "95 %", "macro", "gold", "predicted"):
        table.add_column(name, justify="right")
    for row in _rows(scored):
        table.add_row(*map(_text, row))
    split = f", split {scored.data.split}" if scored.data.split else ""
    version = f" {scored.data.version}" if scored.data.version else ""
    _line(f"{scored.system.name} on {scored.data.name}{version}{split}")
    _print(table)
    if scored.data.split == "test":
        _line(f"headline {_shown(scored.scores['headline'])}")
    coverage = scored.coverage
    if coverage.missing:
        _line(f"{coverage.missing} of {coverage.documents} documents left out: they score as empty")
    if coverage.quotes:
        found = ", ".join(f"{number} {way}" for way, number in coverage.quotes.items())
        _line(f"spans given as quotes: {found}")
    skipped = [layer for layer, attempted in coverage.attempted.items() if not attempted]
    if skipped:
        _line(f"not attempted: {', '.join(skipped)}")
    _line(scored.signature)


def comparison(compared: Comparison, *, as_json: bool) -> None:
    """Print how systems compare: standings, then every pair, measure by measure."""
    if as_json:
        _json(compared)
        return
    for name, standings in compared.standings.items():
        table = _table("system", title=name, title_justify="left")
        for column in ("score", "95 %", "rank", "ranks"):
            table.add_column(column, justify="right")
        for standing in sorted(standings, key=lambda s: (s.rank or len(standings) + 1, s.system)):
            ranks = "–".join(map(str, dict.fromkeys(standing.rank_interval)))
            table.add_row(
                _text(visible(standing.system)),
                _shown(standing.score),
                _range(standing.interval),
                str(standing.rank or "–"),
                ranks,
            )
        _print(table)
        table = _table("pair")
        for column in ("difference", "p", "p bootstrap", "p Holm", "detectable"):
            table.add_column(column, justify="right")
        for c in compared.contrasts[name]:
            values = (c.difference, c.p_permutation, c.p_bootstrap, c.p_holm, c.detectable)
            table.add_row(_text(visible(f"{c.first} – {c.second}")), *(_shown(value, 4) for value in values))
        _print(table)


def _range(interval: list[float] | None) -> str:
    return "" if interval is None else f"{interval[0]:.3f}–{interval[1]:.3f}"


def _line(text: str) -> None:
    sys.stdout.write(visible(text) + "\n")


def _rows(scored: Result) -> Iterable[list[str]]:
    for layer, measures in scored.scores.items():
        if layer == "headline":
            continue
        for name, score in measures.items():
            full = f"{layer}.{name}"
            if score is None:
                if scored.coverage.attempted.get(layer):
                    yield [full, *["–"] * 7]
                continue
            counts, leaf = scored.counts[full], BY_NAME[full].score.headline
            totals = dict(zip(counts.columns, map(sum, zip(*counts.rows, strict=True)), strict=True))
            yield [
                full if leaf == "f1" else f"{full}.{leaf}",
                *(_shown(score.get(part)) if part in score else "" for part in ("precision", "recall")),
                _shown(score[leaf]),
                _range(score["interval"]),
                _shown(score["macro"][leaf]),
                *(str(totals.get(column, "")) for column in ("gold", "predicted")),
            ]


def _shown(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
