"""The maintainer's steps, from pages to a published release: ``dragoman author STEP``, and each step as a script."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from dragoman.cli import author_annotate, author_gold, author_new, author_publish, author_release, author_review
from dragoman.cli.stdout import standard_output
from dragoman.problems import DragomanError


class Step(TyperCommand):
    """A command that lists every problem on stderr, even if it also prints them as JSON on stdout."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; invalid input exits with code 1."""
        try:
            return super().invoke(ctx)
        except DragomanError as cause:
            from dragoman.cli import show

            if ctx.params.get("as_json") or (ctx.parent and ctx.parent.params.get("as_json")):
                show.problems(cause.problems, as_json=True)
            show.problems(cause.problems, as_json=False, most=None)
            raise typer.Exit(1) from cause


class _Steps(TyperGroup):
    """The steps in the order of the pipeline."""

    def list_commands(self, _: Any) -> list[str]:
        """List the names of the steps."""
        return list(_ORDER)


_ORDER = ("new", "curate", "annotate", "adjudicate", "check", "review", "release", "publish")
app = typer.Typer(
    cls=_Steps,
    no_args_is_help=True,
    help="Make a benchmark: the maintainer's steps, from pages to a published release.",
)
annotate = typer.Typer(no_args_is_help=True, callback=author_annotate.annotate)
review = typer.Typer(no_args_is_help=True, callback=author_review.review)


def _add(group: typer.Typer, *functions: Callable[..., None]) -> None:
    for function in functions:
        group.command(cls=Step, help=_paragraphs(function))(function)


def _paragraphs(function: Callable[..., None]) -> str:
    """Join each paragraph of a docstring into one line, so that help is wrapped to the width of the terminal."""
    return "\n\n".join(" ".join(part.split()) for part in (inspect.getdoc(function) or "").split("\n\n"))


_add(app, author_new.new, author_gold.curate)
app.add_typer(annotate, name="annotate", help=_paragraphs(author_annotate.annotate))
_add(app, author_gold.adjudicate, author_gold.check)
app.add_typer(review, name="review", help=_paragraphs(author_review.review))
_add(app, author_release.release, author_publish.publish)
_add(annotate, author_annotate.serve, author_annotate.stop, author_annotate.config, author_annotate.push)
_add(review, author_review.make, author_review.take, author_review.words)
_add(annotate, author_annotate.compare, author_annotate.pull, author_annotate.status)


@cache
def steps() -> Mapping[str, Any]:
    """Return the commands of the steps by name."""
    return get_group(app).commands


def step(name: str, arguments: Sequence[str] | None = None, *, root: Path | None = None) -> int:
    """Run one step as a program, as the scripts in the repository do.

    Args:
        name: name of the step, as in ``curate``.
        arguments: command-line arguments; None for those of this process.
        root: default of ``--root``; None for the current folder.

    Returns:
        The exit code: 0 success, 1 a check failed or the input is invalid, 2 wrong usage, 130 interrupted.

    """
    command = steps()[name]
    defaults = {} if root is None else {"root": root}
    try:
        with standard_output():
            command.main(
                sys.argv[1:] if arguments is None else arguments,
                prog_name=Path(sys.argv[0]).name,
                default_map=defaults,
                help_option_names=["-h", "--help"],
            )
    except SystemExit as end:
        return int(end.code or 0)
    return 0
