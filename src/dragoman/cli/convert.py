"""The command that converts predictions from or to what other tools have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from dragoman.cli.options import Data, Json


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
    from dragoman.benchmark import load
    from dragoman.cli import show
    from dragoman.formats import registry
    from dragoman.formats.outcome import Converted, Options, Written
    from dragoman.reading import lines as json_lines
    from dragoman.reading.target import Target

    target = Target() if no_texts else load(data).target()
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
