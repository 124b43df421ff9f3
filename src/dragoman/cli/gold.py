"""The command that exports the gold in any format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dragoman.cli.options import Data, Json


def gold(
    out: Annotated[Path, typer.Option(help="file or folder to write; /dev/stdout prints it", metavar="FILE")],
    split: Annotated[str | None, typer.Option(help="split to export; default: all")] = None,
    to: Annotated[
        str,
        typer.Option(
            help="jsonl, which is lossless; for training: hf (tokens and ner_tags), conll, spacy, docbin; or "
            "any format that convert writes",
            metavar="FORMAT",
        ),
    ] = "jsonl",
    characters: Annotated[
        bool, typer.Option("--characters", help="hf, conll: one token per character instead of per word")
    ] = False,
    tokenizer: Annotated[
        str | None,
        typer.Option(help="hf, conll: folder or name of a fast tokenizer of transformers", metavar="NAME"),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Export the gold with its texts, in any format; what the format cannot represent is counted."""
    if characters and tokenizer is not None:
        raise typer.BadParameter("give --characters or --tokenizer, not both")
    from dragoman.benchmark import load
    from dragoman.cli import show

    made = load(data).to(to, out, split=split, characters=characters, tokenizer=tokenizer)
    outcome = made.to_dict()
    if not as_json:
        del outcome["problems"]
        show.problems(made.problems, as_json=False)
    if str(out) != "/dev/stdout":
        show.summary(outcome, as_json=as_json)
