"""The command that serves scores on withheld gold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dragoman.cli.options import Data, InAll, Json, PerDay


def serve_scores(
    private: Annotated[
        Path, typer.Argument(help="withheld gold, written by author release --withhold", metavar="PRIVATE")
    ],
    data: Data = None,
    host: Annotated[str, typer.Option(help="address to listen on; default: this machine only")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="port to listen on; 0 for any free one")] = 8765,
    per_day: PerDay = 5,
    in_all: InAll = 50,
    memory: Annotated[int, typer.Option(min=256, help="memory limit of the process for a submission, in MiB")] = 2048,
    seconds: Annotated[float, typer.Option(min=1, max=3600, help="time limit of that process, in seconds")] = 60.0,
    add_team: Annotated[
        str | None, typer.Option(help="add a team, print its token, and stop; an existing team gets a new token")
    ] = None,
    log: Annotated[
        bool, typer.Option("--log", help="print the log of submissions with their exact scores, and stop")
    ] = False,
    codabench: Annotated[
        Path | None, typer.Option(help="write a bundle for Codabench into this folder, and stop", metavar="DIR")
    ] = None,
    as_json: Json = False,
) -> None:
    """Serve scores on withheld gold: accept submissions of teams, validate, queue and score them, and return
    aggregates.

    Every team has a token, of which the service stores only a hash. Accepted submissions are in a database in PRIVATE
    and survive a crash of the service. There is no TLS: outside this machine, use a reverse proxy that provides it.
    """
    if (add_team is not None) + log + (codabench is not None) > 1:
        raise typer.BadParameter("give one of --add-team, --log and --codabench")
    import sys

    from dragoman import json_text, redaction
    from dragoman.cli import show
    from dragoman.leaderboard.closed import opened
    from dragoman.leaderboard.submission_log import Limits
    from dragoman.text import visible_json

    closed = opened(private, data, Limits(per_day, in_all))
    if add_team is not None:
        token = closed.log.add_team(add_team)
        # The only time that a token is shown: it is redacted from everything else that is printed.
        said = json_text.canonical({"team": add_team, "token": token}).decode() if as_json else token
        redaction.with_secrets(sys.stdout).write(f"{said}\n")
    elif log:
        sys.stdout.write(visible_json(json_text.lines(closed.log.lines()).decode()))
    elif codabench is not None:
        from dragoman.service.codabench import write

        write(closed, private, data, codabench)
        show.summary({"bundle": str(codabench)}, as_json=as_json, most=None)
    else:
        from dragoman.service.scoring_job import Bounds
        from dragoman.service.serving import serve

        serve(closed, private, host, port, Bounds(memory * 2**20, seconds))
