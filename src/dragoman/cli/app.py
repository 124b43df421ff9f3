"""The commands, and what happens when one of them fails.

Each command imports what it runs when it runs, so that ``dragoman --help`` stays quick.
"""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from dragoman.cli.compare import compare
from dragoman.cli.convert import convert
from dragoman.cli.gold import gold
from dragoman.cli.harness import harness
from dragoman.cli.info import info
from dragoman.cli.leaderboard import leaderboard
from dragoman.cli.perturb import perturb
from dragoman.cli.release import diff, rehydrate, verify
from dragoman.cli.report import report
from dragoman.cli.robustness import robustness
from dragoman.cli.run import run
from dragoman.cli.schema import schema
from dragoman.cli.score import score
from dragoman.cli.serve_scores import serve_scores
from dragoman.cli.stdout import standard_output
from dragoman.cli.validate import validate
from dragoman.problems import DragomanError
from dragoman.version import __version__

app = typer.Typer(
    name="dragoman",
    help="The benchmark for machines that read diplomatic news: score any extraction system, see every mistake.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class _AuthorGroup(TyperGroup):
    """The maintainer's steps: many commands, which are made only when one of them is asked for."""

    def list_commands(self, _: Any) -> list[str]:
        """Names of the steps, in the order of the pipeline."""
        from dragoman.cli.author import steps

        return list(steps())

    def get_command(self, _: Any, cmd_name: str) -> Any:
        """Find a step by its name; None where there is none."""
        from dragoman.cli.author import steps

        return steps().get(cmd_name)


def main() -> None:
    """Run the command line; exit code 0 done, 1 the check failed or the input is bad, 2 wrong usage."""
    as_json = "--json" in sys.argv[1:]
    with standard_output():
        try:
            app()
        except DragomanError as cause:
            from dragoman.cli import show

            show.problems(cause.problems, as_json=as_json)
            sys.exit(1)


def _version(value: bool) -> None:
    if value:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version and exit")
    ] = False,
) -> None:
    pass


COMMANDS = (
    *(info, gold, validate, score, compare, convert, report, run),
    *(perturb, robustness),
    *(leaderboard, serve_scores, verify, diff, rehydrate, schema),
)
for command in COMMANDS:
    app.command()(command)
app.add_typer(
    typer.Typer(cls=_AuthorGroup, no_args_is_help=True),
    name="author",
    help="Make a benchmark: the maintainer's steps, from pages to a published release.",
)
app.add_typer(harness, name="harness")
