"""The command that converts predictions from or to what other tools have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dragoman.cli.options import (
    IN_ORDER,
    CleanText,
    Columns,
    Data,
    From,
    IgnoreUnknownFields,
    Json,
    Labels,
    Quotes,
)


def convert(
    source: Annotated[Path, typer.Argument(help="a file, or a folder of files of one format", metavar="IN")],
    out: Annotated[Path, typer.Option(help="file or folder to write", metavar="OUT")],
    read: From = None,
    write: Annotated[
        str,
        typer.Option(
            "--to",
            help="jsonl, conll, brat, spacy, docbin, tuples, pipeline, hf, gliner, doccano, prodigy, label-studio, "
            "timeml or xmi",
        ),
    ] = "jsonl",
    documents: Annotated[
        list[str] | None,
        typer.Option("--document", help="id of a document in a format that names none; repeatable, in order"),
    ] = None,
    characters: Annotated[
        bool | None,
        typer.Option("--characters/--no-characters", help="conll: a token a character, not a word"),
    ] = None,
    columns: Columns = None,
    labels: Labels = None,
    clean_text: CleanText = False,
    no_texts: Annotated[bool, typer.Option("--no-texts", help="take texts from the input only")] = False,
    quotes: Quotes = IN_ORDER,
    ignore_unknown_fields: IgnoreUnknownFields = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Convert predictions from or to what other tools have; everything that does not fit is counted."""
    from dragoman.benchmark import load
    from dragoman.cli import show
    from dragoman.reading.conversion import convert as convert_labels

    made = convert_labels(
        source,
        write,
        out=out,
        read=read,
        documents=documents or (),
        texts={} if no_texts else load(data).target().texts,
        characters=characters,
        quotes=quotes.value,
        ignore_unknown_fields=ignore_unknown_fields,
        columns=columns or (),
        labels=labels or (),
        clean_text=clean_text,
    )
    outcome = made.to_dict()
    if not as_json:
        del outcome["problems"]
        show.problems(made.problems, as_json=False)
    show.summary(outcome, as_json=as_json)
