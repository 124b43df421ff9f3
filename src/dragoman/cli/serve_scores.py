"""The command that serves scores on withheld gold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dragoman.cli.options import Data, InAll, Json, PerDay


def serve_scores(
    private: Annotated[
        Path, typer.Argument(help="withheld gold, as author release --withhold wrote it", metavar="PRIVATE")
    ],
    data: Data = None,
    host: Annotated[str, typer.Option(help="address to listen on: by default this machine alone")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="port to listen on; 0 for any that is free")] = 8765,
    per_day: PerDay = 5,
    in_all: InAll = 50,
    memory: Annotated[int, typer.Option(min=256, help="megabytes that the process of a submission may hold")] = 2048,
    seconds: Annotated[float, typer.Option(min=1, max=3600, help="seconds that it may take")] = 60.0,
    add_team: Annotated[
        str | None, typer.Option(help="add a team, print its token, and stop; one that is there gets a new token")
    ] = None,
    log: Annotated[bool, typer.Option("--log", help="print what was scored when, with exact scores, and stop")] = False,
    codabench: Annotated[
        Path | None, typer.Option(help="write a bundle for Codabench into this folder, and stop", metavar="DIR")
    ] = None,
    as_json: Json = False,
) -> None:
    """Serve scores on withheld gold: take submissions of teams, validate, queue and score them, answer with aggregates.

    Every team has a token, of which the service keeps a hash alone. All that was accepted is in a database in PRIVATE
    and outlives a service that is killed. There is no TLS: beyond this machine, put a web server that has it before it.
    """
    if (add_team is not None) + log + (codabench is not None) > 1:
        raise typer.BadParameter("give one of --add-team, --log and --codabench")
    import sys

    from dragoman import files, redaction
    from dragoman.cli import show
    from dragoman.leaderboard.closed import opened
    from dragoman.leaderboard.submission_log import Limits
    from dragoman.text import visible_json

    closed = opened(private, data, Limits(per_day, in_all))
    if add_team is not None:
        token = closed.log.add_team(add_team)
        # The one time that a token is shown: everything else that is printed has it redacted.
        said = files.canonical_json({"team": add_team, "token": token}).decode() if as_json else token
        redaction.with_secrets(sys.stdout).write(f"{said}\n")
    elif log:
        sys.stdout.write(visible_json(files.json_lines(closed.log.lines()).decode()))
    elif codabench is not None:
        from dragoman.service.codabench import write

        write(closed, private, data, codabench)
        show.summary({"bundle": str(codabench)}, as_json=as_json, most=None)
    else:
        from dragoman.service.scoring_job import Bounds
        from dragoman.service.serving import serve

        serve(closed, private, host, port, Bounds(memory * 2**20, seconds))
