"""The command that builds the leaderboard, or checks one submission."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from dragoman.cli.options import Data, InAll, Json, PerDay

RUNS = Path("eval/runs")


def leaderboard(
    runs: Annotated[
        Path, typer.Argument(help="folder of runs (SYSTEM/DATA VERSION); with --check, one run", metavar="RUNS")
    ] = RUNS,
    out: Annotated[Path | None, typer.Option(help="folder to write the site to", metavar="DIR")] = None,
    check: Annotated[bool, typer.Option("--check", help="report all problems of one run; write nothing")] = False,
    no_reports: Annotated[bool, typer.Option("--no-reports", help="leave out the error reports")] = False,
    hub_results: Annotated[
        Path | None, typer.Option(help="also write eval.yaml and .eval_results for the Hub here", metavar="DIR")
    ] = None,
    hub_dataset: Annotated[
        str | None,
        typer.Option(help="the data set's repository on the Hub, for links and --hub-results", metavar="OWNER/NAME"),
    ] = None,
    gold: Annotated[
        Path | None, typer.Option(help="withheld gold, written by author release --withhold", metavar="PRIVATE")
    ] = None,
    robustness: Annotated[
        Path | None,
        typer.Option(
            help="short results of dragoman robustness, SYSTEM.json; default: robustness beside RUNS, if present",
            metavar="DIR",
        ),
    ] = None,
    per_day: PerDay = 5,
    in_all: InAll = 50,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Score all runs again, rank them, and write a static site; or check one run before it is submitted.

    With --gold PRIVATE the board shows rounded aggregates only: no reports, counts or paired tests. Submissions of a
    team (the authors of its cards) are counted and limited; PRIVATE has the log of all scorings.
    """
    if check == (out is not None):
        raise typer.BadParameter("give --out DIR, or --check and one run")
    if hub_results is not None and hub_dataset is None:
        raise typer.BadParameter("give --hub-dataset with --hub-results")
    if check and gold is not None:
        raise typer.BadParameter("--check is for submitters, who have no withheld gold: leave --gold out")
    from dragoman.leaderboard import isolation

    isolation.start_server()
    from dragoman.benchmark import load
    from dragoman.cli import show
    from dragoman.leaderboard.site import build

    if check:
        from dragoman.leaderboard.oddities import checked
        from dragoman.scoring.gold import documents_of, from_benchmark

        benchmark = load(data)
        withheld = benchmark.withholds("test")
        gold_of = documents_of if withheld else from_benchmark
        entry = checked(runs, gold_of(benchmark, "test"), withheld=withheld)
        if not entry.failed and not as_json:
            said = "Nothing is wrong; see the warnings." if entry.problems else "No problem found."
            typer.echo(f"{said}{' It was not scored: the gold is withheld.' if withheld else ''}")
        show.problems(entry.problems, as_json=as_json, most=None)
        raise typer.Exit(int(entry.failed))
    if out is None:
        raise typer.BadParameter("give --out DIR")
    if gold is None:
        board = build(
            runs, out, load(data), show.progress, reports=not no_reports, dataset=hub_dataset, robustness=robustness
        )
    else:
        from dragoman.leaderboard.closed import opened
        from dragoman.leaderboard.submission_log import Limits

        closed = opened(gold, data, Limits(per_day, in_all))
        board = build(runs, out, closed.benchmark, show.progress, dataset=hub_dataset, closed=closed)
    if hub_results is not None and hub_dataset is not None:
        from dragoman.leaderboard.hub_results import write_results

        write_results(board, hub_dataset, hub_results)
    states = [entry.state for entry in board.entries]
    counts: dict[str, Any] = {str(state): states.count(state) for state in dict.fromkeys(states)}
    show.summary({"site": str(out / "index.html"), **counts}, as_json=as_json)
