"""Output of the commands: tables for people, JSON for programs. Untrusted text is escaped."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from dragoman import json_text
from dragoman.redaction import redact
from dragoman.tables import WIDTH, wrapped
from dragoman.text import counted, visible, visible_json

if TYPE_CHECKING:
    from pathlib import Path

    from dragoman.benchmark import Benchmark
    from dragoman.problems import Problem
    from dragoman.scoring.comparison_result import Comparison
    from dragoman.scoring.held import Validation
    from dragoman.scoring.result import Result

T = TypeVar("T")
INDENT = "    "
MAX_SHOWN = 50
MAX_NAMED = 10


def _json(value: Any) -> None:
    sys.stdout.write(visible_json(json_text.pretty(value).decode()))


def problems(listed: Sequence[Problem], *, as_json: bool, most: int | None = MAX_SHOWN) -> None:
    """Print problems, redacted: as JSON on stdout, else one per line on stderr."""
    if as_json:
        sys.stdout.write(visible_json(redact(json_text.pretty({"problems": listed}).decode())))
        return
    for problem in listed[:most]:
        sys.stderr.write(visible(redact(str(problem))) + "\n")
    if most is not None and len(listed) > most:
        sys.stderr.write(f"… and {len(listed) - most} more; dragoman validate lists them all.\n")


def validation(found: Validation, errors: int, *, as_json: bool) -> None:
    """Print the problems of predictions, their coverage, and a closing line with the conclusion."""
    if as_json:
        held = found.held and found.held._asdict()
        value = json_text.pretty({"problems": found.problems, "coverage": held}).decode()
        sys.stdout.write(visible_json(redact(value)))
        return
    problems(found.problems, as_json=False, most=None)
    warnings = len(found.problems) - errors
    said = "No problem found."
    if errors:
        said = f"{_counted(errors, 'error')} and {_counted(warnings, 'warning')}: not scored until the errors are gone."
    elif warnings:
        said = f"No error and {_counted(warnings, 'warning')}: it can be scored as it is."
    closing(said if found.held is None else f"{found.held} {said}")


def _counted(number: int, what: str) -> str:
    return counted(number, what) if number else f"no {what}s"


def progress(items: Sequence[T], what: str) -> Iterator[T]:
    """Iterate over items with a progress bar on stderr, if that is a terminal."""
    from rich.console import Console
    from rich.progress import track

    console = Console(file=sys.stderr)
    yield from track(items, visible(what), console=console, transient=True, disable=not console.is_terminal)


def summary(named: dict[str, Any], *, as_json: bool, most: int | None = MAX_NAMED) -> None:
    """Print named values, redacted; of a list longer than ``most`` only the first items, except in JSON."""
    if as_json:
        sys.stdout.write(visible_json(redact(json_text.pretty(named).decode())))
        return
    for key, value in named.items():
        shown = value
        if isinstance(value, list):
            shown = ", ".join(map(str, value[:most])) or "none"
            shown = f"{len(value)}: {shown} …" if most is not None and len(value) > most else shown
        sys.stdout.write(f"{key.replace('_', ' ')}: {visible(redact(str(shown)))}\n")


def closing(said: str) -> None:
    """Print a conclusion, in one sentence."""
    sys.stdout.write(wrapped(said, columns()))


def next_command(name: str, out: Path, *, again: bool, as_json: bool) -> None:
    """Print the command to run next, on one line for copying; if work is left, suggest repeating this one first."""
    if as_json:
        return
    import shlex

    first = "Run it again to go on with what is left. " if again else ""
    sys.stdout.write(visible(f"{first}Next: dragoman {name} {shlex.quote(str(out))}") + "\n")


def catalogue(*, as_json: bool) -> None:
    """Print every measure with its definition and source."""
    from textwrap import fill

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
    terminal = sys.stdout.isatty()  # definitions in a file or a pipe are not wrapped, so that they can be searched
    for measure in MEASURES:
        star = " *" if measure.name in HEADLINE else ""
        sys.stdout.write(f"{measure.name}{star}  ({', '.join(measure.score.leaves)})\n")
        for line in (measure.definition, f"Source: {measure.source}."):
            said = fill(line, columns(), initial_indent=INDENT, subsequent_indent=INDENT) if terminal else INDENT + line
            sys.stdout.write(said + "\n")
    sys.stdout.write("* the headline is the mean of the micro F1 of these; on test it is placed\n")


def benchmark(held: Benchmark, *, as_json: bool) -> None:
    """Print the contents of a benchmark."""
    _show(held, as_json=as_json)


def result(scored: Result, *, as_json: bool) -> None:
    """Print the scores of a result."""
    _show(scored, as_json=as_json)


def comparison(compared: Comparison, *, as_json: bool) -> None:
    """Print the comparison of systems: ranking, then every pair, by measure."""
    _show(compared, as_json=as_json)


def _show(held: Benchmark | Result | Comparison, *, as_json: bool) -> None:
    """Print an object that formats itself: as JSON, or as tables fitted to the terminal."""
    if as_json:
        _json(held if isinstance(held, msgspec.Struct) else held.to_dict())  # encoding a struct needs no plain values
        return
    sys.stdout.write(held.text(columns(), terminal=sys.stdout.isatty()))


def columns() -> int:
    """Return the maximum width of a line: that of the terminal, or ``COLUMNS``; unlimited for a file or a pipe."""
    import os
    from shutil import get_terminal_size

    wide = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit()
    return max(20, get_terminal_size().columns) if wide else WIDTH
