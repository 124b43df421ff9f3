"""Arguments and options that several commands share."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

if TYPE_CHECKING:
    from dragoman.reading.labelled_file import LabelledFile


def with_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command have groups of options: a parameter that is a dataclass stands for its fields, an option each."""
    signature = inspect.signature(command, eval_str=True)
    groups: dict[str, Any] = {
        name: one.annotation for name, one in signature.parameters.items() if is_dataclass(one.annotation)
    }
    parameters: list[inspect.Parameter] = []
    for name, one in signature.parameters.items():
        parameters += _options(groups[name]) if name in groups else [one]

    @functools.wraps(command)
    def expanded(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{each.name: given.pop(each.name) for each in fields(group)})
        command(**given)

    expanded.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return expanded


def _options(group: Any) -> list[inspect.Parameter]:
    """Parameters that the fields of a group are."""
    hints = get_type_hints(group, include_extras=True)
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return [inspect.Parameter(one.name, kind, default=one.default, annotation=hints[one.name]) for one in fields(group)]


_PREDICTIONS = typer.Argument(
    help="predictions: JSONL or parquet, compressed or not, one document a line; any format that convert reads; a "
    "folder of these; a log of inspect_ai (.eval); or - for standard input",
    metavar="PREDICTIONS.jsonl",
)
Predictions = Annotated[Path, _PREDICTIONS]
PredictionsIfAny = Annotated[Path | None, _PREDICTIONS]


def parted(given: Sequence[str] | None) -> tuple[str, ...]:
    """Take what is parted by commas, or given again, each once.

    >>> parted(["ko, ar", "vi", "ko"]), parted(None)
    (('ko', 'ar', 'vi'), ())

    """
    return tuple(dict.fromkeys(part.strip() for value in given or () for part in value.split(",") if part.strip()))


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
PerDay = Annotated[int, typer.Option(min=1, help="withheld gold: submissions of a team that are scored in a day (UTC)")]
InAll = Annotated[int, typer.Option(min=1, help="withheld gold: submissions of a team that are scored in all")]
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


@dataclass(frozen=True)
class HowRead:
    """How files of labels are read."""

    read: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="format that is read, where it cannot be told by the content: jsonl, conll, brat, spacy, docbin, "
            "tuples, pipeline, hf, gliner, doccano, prodigy, label-studio, timeml, webanno, xmi",
            metavar="FORMAT",
        ),
    ] = None
    columns: Columns = None
    labels: Labels = None
    characters: Annotated[
        bool | None,
        typer.Option("--characters/--no-characters", help="conll: a token a character, not a word"),
    ] = None
    clean_text: Annotated[
        bool,
        typer.Option(
            "--clean-text", help="brat: offsets count in the text without byte order mark, with LF as line ends"
        ),
    ] = False
    layer: Annotated[
        str | None,
        typer.Option(
            help="xmi, webanno, spacy, docbin: which layers or groups of spans are the entities: NamedEntity, or "
            "custom.Span:category with the feature that is the type",
            metavar="NAMES",
        ),
    ] = None
    documents: Annotated[
        list[str] | None,
        typer.Option("--document", help="id of a document in a format that names none; repeatable, in order"),
    ] = None
    quotes: Annotated[
        QuotePolicy,
        typer.Option(
            help="place of a quote without occurrence whose words stand more than once: the n-th of the same quotes "
            "at their n-th place, the first, all, or none"
        ),
    ] = QuotePolicy.in_order
    ignore_unknown_fields: Annotated[
        bool,
        typer.Option(
            "--ignore-unknown-fields", help="pass over fields that a submission does not have, and count them"
        ),
    ] = False

    @property
    def rules(self) -> dict[str, Any]:
        """Options of reading that are not of a file."""
        return {"quotes": self.quotes.value, "ignore_unknown_fields": self.ignore_unknown_fields}

    @property
    def of_file(self) -> dict[str, Any]:
        """Options of a file, but for its format."""
        return {
            "columns": self.columns or (),
            "labels": self.labels or (),
            "characters": self.characters,
            "clean_text": self.clean_text,
            "layer": self.layer or (),
            "documents": self.documents or (),
        }

    def file(self, path: Path, *formats: str | None) -> Path | LabelledFile:
        """Give a path with what was said of it, where something was.

        Args:
            path: the file.
            formats: its format, where that is not the one of the predictions.

        """
        (read,) = formats or (self.read,)
        if read is None and self.of_file == HowRead().of_file:
            return path
        from dragoman.reading.labelled_file import LabelledFile

        return LabelledFile(path, read, **self.of_file)


@dataclass(frozen=True)
class Against:
    """What predictions are for: a split of a benchmark, or a reference."""

    reference: Annotated[
        Path | None,
        typer.Option(help="take this file or folder as gold instead of a benchmark: any labels", metavar="GOLD.jsonl"),
    ] = None
    read_reference: Annotated[
        str | None, typer.Option("--reference-from", help="format of the reference, as --from", metavar="FORMAT")
    ] = None
    data: Data = None
    split: Annotated[str | None, typer.Option(help="split of the benchmark; default: test (validate: any)")] = None

    def gold(self, how: HowRead) -> Any:
        """Give the gold that was asked for; None for the bundled benchmark, or the other column of the same file."""
        if self.reference is not None and self.data is not None:
            raise typer.BadParameter("give --reference or --data, not both")
        if self.reference is not None and self.split is not None:
            raise typer.BadParameter("a reference has no splits: leave --split out")
        if self.reference is not None:
            return how.file(self.reference, self.read_reference)
        if self.data is None:
            return None
        from dragoman.benchmark import load

        return load(self.data)
