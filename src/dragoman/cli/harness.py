"""The commands for evaluation harnesses."""

from __future__ import annotations

from pathlib import Path

import typer

from dragoman.cli.options import Json

app = typer.Typer(
    no_args_is_help=True,
    help="Tasks for evaluation harnesses; inspect_ai discovers its own: inspect eval dragoman/extraction --model M.",
)


@app.callback()
def _tasks() -> None:
    pass


@app.command(name="lm-eval")
def lm_eval(as_json: Json = False) -> None:
    """Print the folder with the tasks of lm-evaluation-harness, for its option --include_path."""
    from dragoman.cli import show

    folder = Path(__file__).resolve().parent.parent / "harness" / "lm_eval_tasks"
    if as_json:
        tasks = sorted(path.stem for path in folder.glob("*.yaml"))
        show.summary({"include_path": str(folder), "tasks": tasks}, as_json=True)
    else:
        typer.echo(folder)
