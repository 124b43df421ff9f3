"""The root command, and error handling for all commands.

A command's module is imported only when the command is run, and imports its implementation inside the function.
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
from dragoman.problems import DragomanError, Problem, error
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
"""Module of each command, in the order of the help; the module has a function named like the command, or a group
``app``.
"""


class _Commands(TyperGroup):
    """The command group; each command is built when it is first looked up."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        names: dict[str, Any] = dict.fromkeys(_COMMANDS)
        self.commands = names  # Click compares a misspelt name with these

    def list_commands(self, _: Any) -> list[str]:
        """List the names of the commands, in the order of the help."""
        return list(_COMMANDS)

    def get_command(self, _: Any, cmd_name: str) -> Any:
        """Return a command by its name; None if there is none."""
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
    help="The benchmark for machines that read diplomatic news: score any extraction system, see every error.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line. Exit codes: 0 success, 1 a check failed or the input is invalid, 2 wrong usage."""
    as_json = "--json" in sys.argv[1:]
    with standard_output():
        try:
            app()
        except DragomanError as cause:
            problems = cause.problems
        except OSError as cause:
            problems = _of_system(cause)
        except MemoryError:
            hint = "Give the process more memory, or split the files."
            problems = error("E106", "there is not enough memory.", hint).problems
        else:
            return
        from dragoman.cli import show

        show.problems(problems, as_json=as_json)
        sys.exit(1)


def _of_system(cause: OSError) -> tuple[Problem, ...]:
    """Make the problem of a path that the system refuses to look up: too long, or below a folder without rights; or of
    temporary files that cannot be written anywhere.

    Raises:
        OSError: it is about neither, but about standard output.

    """
    if cause.filename is not None:
        from dragoman import files

        return files.unreadable(cause.filename, cause).problems
    if "temporary directory" in str(cause.strerror):
        hint = "Free some space, or set TMPDIR to a folder that can be written."
        return error("E108", f"{str(cause.strerror)[:300]}.", hint).problems
    raise cause


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
