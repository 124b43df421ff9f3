"""The command that measures the effect of text edits on a system."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated, Any

import typer

from dragoman.cli.options import CHAT_DEFAULTS, ChatOptions, Data, Json, finite, with_groups


@with_groups
def robustness(
    system: Annotated[
        str,
        typer.Argument(
            help="a system, as for `dragoman run`; with --on, a run on the original; or a result (.json), for its page",
            metavar="SYSTEM|RUN|RESULT",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            help="folder for the edited benchmarks, runs and result; an interrupted measurement is resumed",
            metavar="DIR",
        ),
    ],
    edit: Annotated[
        list[str] | None, typer.Option(help="an edit, repeatable; default: all of the benchmark's languages")
    ] = None,
    on: Annotated[
        list[str] | None,
        typer.Option(help="a folder of `dragoman perturb` and the run on it; repeatable", metavar="EDITED=RUN"),
    ] = None,
    data: Data = None,
    split: Annotated[str | None, typer.Option(help="split to compare; default: test")] = None,
    only: Annotated[list[str] | None, typer.Option(help="id of a document, repeatable; default: all")] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option(help="--out folder of a system that cannot have seen the pages; repeatable", metavar="DIR"),
    ] = None,
    seed: Annotated[int, typer.Option(help="random seed of the edits")] = 1,
    timeout: Annotated[
        float, typer.Option(min=0.01, max=604_800, callback=finite, help="timeout of an answer, in seconds")
    ] = 600.0,
    chat_options: ChatOptions = CHAT_DEFAULTS,
    as_json: Json = False,
) -> None:
    """Measure the effect of text edits on a system: run it before and after, or compare existing runs.

    Writes robustness.json and robustness.html below --out; for a RESULT, which may be in short form, only the page.
    Edited texts are never part of a ranked score.
    """
    from dragoman.cli import show
    from dragoman.robustness.measuring import robustness as measure
    from dragoman.robustness.measuring import write_page

    if system.endswith(".json"):
        if edit or on or only or against:
            raise typer.BadParameter("a result is shown as it is: give --out alone", param_hint="RESULT")
        write_page(system, out)
        typer.echo(str(out / "robustness.html"))
        return
    runs: dict[Path | str, Path | str] | None = None
    if on:
        if edit:
            raise typer.BadParameter("give --edit or --on, not both")
        pairs = [each.partition("=") for each in on]
        if not all(edited and run for edited, _, run in pairs):
            raise typer.BadParameter("give EDITED=RUN", param_hint="--on")
        runs = {edited: run for edited, _, run in pairs}
    with redirect_stdout(sys.stderr):  # what a system prints is not part of the result
        measured = measure(
            system,
            out,
            edits=edit,
            runs=runs,
            data=data,
            split=split,
            only=only or (),
            against=against or (),
            seed=seed,
            chat=chat_options.chat(seed=1),
            timeout=timeout,
            progress=_progress,
        )
    if as_json:
        show.summary(measured.short(), as_json=True)
    else:
        typer.echo(measured.text(), nl=False)
        typer.echo(str(out / "robustness.html"))


def _progress(documents: Sequence[Any], what: str) -> Iterable[Any]:
    from dragoman.cli import show

    return show.progress(documents, what)
