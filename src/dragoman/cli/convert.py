"""The command that converts predictions from or to formats of other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dragoman.cli.options import Data, HowRead, Json, with_groups


@with_groups
def convert(
    source: Annotated[Path, typer.Argument(help="a file, or a folder of files of one format", metavar="IN")],
    out: Annotated[Path, typer.Option(help="file or folder to write", metavar="OUT")],
    how: HowRead,
    write: Annotated[
        str,
        typer.Option(
            "--to",
            help="jsonl, conll, brat, spacy, docbin, tuples, pipeline, hf, gliner, doccano, prodigy, label-studio, "
            "timeml, webanno or xmi",
        ),
    ] = "jsonl",
    no_texts: Annotated[
        bool, typer.Option("--no-texts", help="use only texts in the input, none of the benchmark")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Convert predictions from or to formats of other tools; everything that a format cannot represent is counted."""
    from dragoman.benchmark import load
    from dragoman.cli import show
    from dragoman.scoring.converting import convert as convert_labels

    made = convert_labels(
        source,
        write,
        out=out,
        read=how.read,
        texts={} if no_texts else load(data).target().texts,
        **how.of_file,
        **how.rules,
    )
    outcome = made.to_dict()
    if not as_json:
        del outcome["problems"]
        show.problems(made.problems, as_json=False)
    show.summary(outcome, as_json=as_json)
