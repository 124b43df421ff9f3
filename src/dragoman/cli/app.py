"""The commands, and what happens when one of them fails.

Each command imports what it runs when it runs, so that ``dragoman --help`` stays quick.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dragoman.cli import score_shards
from dragoman.cli.leaderboard import leaderboard
from dragoman.cli.options import Data, Json, Predictions
from dragoman.cli.release import diff, rehydrate, verify
from dragoman.cli.report import report
from dragoman.cli.run import run
from dragoman.cli.score import scored
from dragoman.output import standard_output
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
    from dragoman.scoring import validate as check

    found = check(predictions, _benchmark(data))
    failed = any(problem.severity == "error" for problem in found)
    if not found and not as_json:
        typer.echo("No problem found.")
    show.problems(found, as_json=as_json, most=None)
    raise typer.Exit(int(failed))


@app.command()
def score(
    predictions: Annotated[
        Path | None,
        typer.Argument(
            help="predictions, JSONL (.gz) or parquet, one document a line; or a folder of shards",
            metavar="PREDICTIONS.jsonl",
        ),
    ] = None,
    gold: Annotated[
        bool, typer.Option("--gold", help="score the gold against itself: a self-test, 1 throughout")
    ] = False,
    reference: Annotated[
        Path | None,
        typer.Option(help="score against this file or folder instead of a benchmark: any labels", metavar="GOLD.jsonl"),
    ] = None,
    data: Data = None,
    split: Annotated[str | None, typer.Option(help="split to score; default: test")] = None,
    measures: Annotated[
        list[str] | None,
        typer.Option(help="measures or layers, such as entities.strict or dates; repeatable"),
    ] = None,
    no_intervals: Annotated[bool, typer.Option("--no-intervals", help="leave the error bars out")] = False,
    resamples: Annotated[int, typer.Option(min=100, max=1_000_000, help="resamples of the bootstrap")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="seed of the bootstrap")] = 1,
    no_singletons: Annotated[
        bool, typer.Option("--no-singletons", help="leave clusters of one mention out of the cluster measures")
    ] = False,
    engine: Annotated[
        score_shards.Where, typer.Option(help="where to score files or folders of shards against --reference")
    ] = score_shards.Where.local,
    scheduler: Annotated[
        str | None, typer.Option(help="dask: a running scheduler, which is trusted; default: start one", metavar="ADDR")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="also write the result, as JSON, to this file", metavar="FILE")
    ] = None,
    as_json: Json = False,
) -> None:
    """Score predictions against the benchmark's test split, or one file against another."""
    if gold == (predictions is not None):
        raise typer.BadParameter("give PREDICTIONS.jsonl, or --gold")
    if reference is not None and data is not None:
        raise typer.BadParameter("give --reference or --data, not both")
    if reference is not None and split is not None:
        raise typer.BadParameter("a reference has no splits: leave --split out")
    pair = score_shards.pair(predictions, reference, engine, scheduler)

    def options() -> dict[str, Any]:
        from dragoman.measures.catalogue import select
        from dragoman.scoring import NO_INTERVALS, Resampling

        return {
            "measures": select(measures),
            "system": None if predictions is None else _system(predictions) or predictions.name,
            "resampling": NO_INTERVALS if no_intervals else Resampling(resamples, seed),
            "singletons": not no_singletons,
        }

    if pair is not None:
        result = score_shards.score(*pair, engine, scheduler, options())
    else:
        result = scored(predictions, reference, lambda: _benchmark(data), split or "test", options)
    from dragoman.cli import show
    from dragoman.files import table_json, write

    if out is not None:
        write(out, table_json(result))
    show.result(result, as_json=as_json)


def _system(predictions: Path) -> str | None:
    """Name of the system, if a card beside the predictions says it."""
    card = (predictions if predictions.is_dir() else predictions.parent) / "system.toml"
    if not card.is_file():
        return None
    from dragoman.systems.loading import read_card

    return read_card(card).name


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
    from dragoman.files import read_json
    from dragoman.schema.result import Result
    from dragoman.scoring.comparison import compare as compare_results
    from dragoman.scoring.comparison import default_measures

    read = [read_json(path, Result) for path in results]
    show.comparison(compare_results(*read, measures=measures or default_measures(read)), as_json=as_json)


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
