"""The commands, and what happens when one of them fails.

A command is imported and made when it is asked for, and imports what it runs when it runs.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from dragoman.cli.stdout import standard_output
from dragoman.problems import DragomanError
from dragoman.version import __version__

_COMMANDS = {
    **{name: name for name in ("info", "gold", "validate", "score", "compare", "convert", "report", "run")},
    **{name: name for name in ("perturb", "robustness", "leaderboard")},
    "serve-scores": "serve_scores",
    **dict.fromkeys(("verify", "diff", "rehydrate"), "release"),
    "schema": "schema",
    "author": "author",
    "harness": "harness",
}
"""Module of each command, in the order of the help; it has a function of the command's name, or a group ``app``."""


class _Commands(TyperGroup):
    """All commands; each is made once, when it is first asked for."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        names: dict[str, Any] = dict.fromkeys(_COMMANDS)
        self.commands = names  # what a misspelt one is compared with

    def list_commands(self, _: Any) -> list[str]:
        """Names of the commands, in the order of the help."""
        return list(_COMMANDS)

    def get_command(self, _: Any, cmd_name: str) -> Any:
        """Find a command by its name; None where there is none."""
        return _made(cmd_name) if cmd_name in _COMMANDS else None


@cache
def _made(name: str) -> Any:
    module = import_module(f"dragoman.cli.{_COMMANDS[name]}")
    if hasattr(module, "app"):
        group = get_group(module.app)
        group.name = name
        return group
    alone = typer.Typer(add_completion=False)
    alone.command(name)(getattr(module, name.replace("-", "_")))
    return get_command(alone)


app = typer.Typer(
    name="dragoman",
    cls=_Commands,
    help="The benchmark for machines that read diplomatic news: score any extraction system, see every mistake.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
