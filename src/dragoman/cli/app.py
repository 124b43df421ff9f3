"""The commands, and what happens when one of them fails.

Each command imports what it runs when it runs, so that ``dragoman --help`` stays quick.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from dragoman.cli.leaderboard import leaderboard
from dragoman.cli.options import Data, Json, Predictions
from dragoman.cli.release import diff, rehydrate, verify
from dragoman.cli.report import report
from dragoman.cli.run import run
from dragoman.cli.score import score
from dragoman.cli.stdout import standard_output
from dragoman.problems import DragomanError
from dragoman.version import __version__

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark

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


def _benchmark(data: Path | None) -> Benchmark:
    from dragoman.benchmark import load

    return load(data)


@app.command()
def info(
    measures: Annotated[
        bool, typer.Option("--measures", help="list every measure with its definition and source")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show what this benchmark holds, or every measure with its definition and source."""
    from dragoman.cli import show

    if measures:
        show.catalogue(as_json=as_json)
    else:
        show.benchmark(_benchmark(data), as_json=as_json)


@app.command()
def validate(predictions: Predictions, data: Data = None, as_json: Json = False) -> None:
    """Say everything that is wrong with a predictions file, all at once."""
    from dragoman.cli import show
    from dragoman.scoring.api import validate as check

    found = check(predictions, _benchmark(data))
    failed = any(problem.severity == "error" for problem in found)
    if not found and not as_json:
        typer.echo("No problem found.")
    show.problems(found, as_json=as_json, most=None)
    raise typer.Exit(int(failed))


app.command()(score)


@app.command()
def compare(
    results: Annotated[
        list[Path], typer.Argument(help="results of `dragoman score --out`, two or more", metavar="RESULT")
    ],
    measures: Annotated[
        list[str] | None, typer.Option(help="measures to compare, repeatable; default: the headline's that all have")
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare systems by paired tests, from stored counts; no gold is needed."""
    from dragoman.cli import show
    from dragoman.scoring.comparison import compare as compare_results

    show.comparison(compare_results(*results, measures=measures), as_json=as_json)


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(help="a file, or a folder of files of one format", metavar="IN")],
    out: Annotated[Path, typer.Option(help="file or folder to write", metavar="OUT")],
    read: Annotated[str, typer.Option("--from", help="jsonl, conll, brat, spacy, pipeline or timeml")] = "jsonl",
    write: Annotated[str, typer.Option("--to", help="jsonl, conll, brat, spacy, pipeline or timeml")] = "jsonl",
    documents: Annotated[
        list[str] | None,
        typer.Option("--document", help="id of a document in a format that names none; repeatable, in order"),
    ] = None,
    characters: Annotated[bool, typer.Option("--characters", help="conll: a token a character, not a word")] = False,
    no_texts: Annotated[bool, typer.Option("--no-texts", help="take texts from the input only")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Convert predictions from or to what other tools have; everything that does not fit is counted."""
    from dragoman import files
    from dragoman.cli import show
    from dragoman.formats import registry
    from dragoman.formats.outcome import Converted, Options, Written
    from dragoman.reading import lines as json_lines
    from dragoman.reading.target import Target

    target = Target() if no_texts else _benchmark(data).target()
    options = Options(name=str(source), documents=tuple(documents or ()), texts=target.texts, characters=characters)
    if read == "jsonl":
        raw = files.read_bytes(source)
        files.check_text(raw, str(source))
        submission = json_lines.read(raw, Target(texts=target.texts), str(source))
        converted = Converted(submission.lines, submission.problems)
    else:
        converted = registry.read_path(registry.named(read), source, options)
    lines = converted.checked()
    written = Written({"submission.jsonl": registry.jsonl(lines)})
    if write != "jsonl":
        written = registry.named(write).write(lines, target.texts, options)
    paths = registry.write_path(written, out)
    problems = [*converted.problems, *written.problems]
    outcome: dict[str, Any] = {"documents": len(lines), "files": [str(path) for path in paths]}
    if as_json:
        outcome["problems"] = problems
    else:
        show.problems(problems, as_json=False)
    show.summary(outcome, as_json=as_json)


app.command()(report)
app.command()(run)
app.command()(leaderboard)
app.command()(verify)
app.command()(diff)
app.command()(rehydrate)
app.add_typer(
    typer.Typer(cls=_AuthorGroup, no_args_is_help=True),
    name="author",
    help="Make a benchmark: the maintainer's steps, from pages to a published release.",
)


@app.command()
def schema(
    name: Annotated[
        str | None, typer.Argument(help="one of the schemas; all of them if none is named", metavar="[NAME]")
    ] = None,
) -> None:
    """Print the JSON Schema of documents, labels, submissions and results."""
    from dragoman.files import pretty_json
    from dragoman.schema.json_schema import json_schema

    typer.echo(pretty_json(json_schema(name)).decode(), nl=False)
