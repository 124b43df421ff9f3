"""Arguments and options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from dragoman.reading.labelled_file import LabelledFile

Predictions = Annotated[
    Path,
    typer.Argument(
        help="predictions, JSONL or parquet, compressed or not, one document a line; or - for standard input",
        metavar="PREDICTIONS.jsonl",
    ),
]


def mapped(given: list[str] | None) -> dict[str, str]:
    """Read a map of labels from options as ``person=PER``; the last equals sign parts the two."""
    made: dict[str, str] = {}
    for each in given or ():
        label, sign, type_ = each.rpartition("=")
        if not (sign and label and type_):
            raise typer.BadParameter("TYPE=GOLD, as person=PER", param_hint="--map")
        made[label] = type_
    return made


class QuotePolicy(StrEnum):
    """Which place a quote without occurrence means; see :mod:`dragoman.text.quote_places`."""

    in_order = "in-order"
    first = "first"
    all = "all"
    strict = "strict"


Quotes = Annotated[
    QuotePolicy,
    typer.Option(
        help="place of a quote without occurrence whose words stand more than once: the n-th of the same quotes at "
        "their n-th place, the first, all, or none"
    ),
]
IN_ORDER = QuotePolicy.in_order
IgnoreUnknownFields = Annotated[
    bool,
    typer.Option("--ignore-unknown-fields", help="pass over fields that a submission does not have, and count them"),
]
Data = Annotated[
    Path | None,
    typer.Option(
        help="source root (with corpus/), release folder, or OWNER/NAME@v1.0.0 on the Hub; default: bundled",
        metavar="DIR",
    ),
]
Root = Annotated[
    Path,
    typer.Option(
        help="folder that holds corpus/ and annotations/ (default: the current one)", metavar="DIR", show_default=False
    ),
]
HERE = Path()
OutRoot = Annotated[
    Path | None, typer.Option(help="folder below which files are written (default: --root)", metavar="DIR")
]
Json = Annotated[bool, typer.Option("--json", help="print JSON instead of a table")]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        help="format that is read, where it cannot be told by the content: jsonl, conll, brat, spacy, docbin, tuples, "
        "pipeline, hf, gliner, doccano, prodigy, label-studio, timeml, webanno, xmi",
        metavar="FORMAT",
    ),
]
Columns = Annotated[
    str | None,
    typer.Option(
        help="conll: which column is what, from 1: form=1,tag=3; form=1,gold=2,pred=3 scores one against the other",
        metavar="NAMES",
    ),
]
Labels = Annotated[
    str | None, typer.Option(help="hf: names of tags that are numbers, in order: O,B-PER,I-PER", metavar="NAMES")
]
CleanText = Annotated[
    bool,
    typer.Option("--clean-text", help="brat: offsets count in the text without byte order mark, with LF as line ends"),
]


def labelled(path: Path | None, read: str | None = None, **told: Any) -> Path | LabelledFile | None:
    """Give a path with what was said of it, where something was."""
    if path is None or not (read or any(told.values())):
        return path
    from dragoman.reading.labelled_file import LabelledFile

    return LabelledFile(path, read, **told)


PerDay = Annotated[int, typer.Option(min=1, help="withheld gold: submissions of a team that are scored in a day (UTC)")]
InAll = Annotated[int, typer.Option(min=1, help="withheld gold: submissions of a team that are scored in all")]
