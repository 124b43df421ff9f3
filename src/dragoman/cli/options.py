"""Arguments and options that several commands share."""

from __future__ import annotations

import functools
import inspect
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

if TYPE_CHECKING:
    from dragoman.reading.labelled_file import LabelledFile
    from dragoman.systems.protocol import Chat


def with_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Support groups of options: a parameter whose type is a dataclass is expanded to one option per field."""
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
    """Make the parameters for the fields of a group."""
    hints = get_type_hints(group, include_extras=True)
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return [inspect.Parameter(one.name, kind, default=one.default, annotation=hints[one.name]) for one in fields(group)]


_PREDICTIONS = typer.Argument(
    help="predictions: JSONL or parquet, compressed or not, one document per line; any format that convert reads; a "
    "folder of these; a log of inspect_ai (.eval); or - for standard input",
    metavar="PREDICTIONS.jsonl",
)
Predictions = Annotated[Path, _PREDICTIONS]
PredictionsIfAny = Annotated[Path | None, _PREDICTIONS]


def comma_separated(given: Sequence[str] | None) -> tuple[str, ...]:
    """Collect the values of a repeatable, comma-separated option, without duplicates.

    >>> comma_separated(["ko, ar", "vi", "ko"]), comma_separated(None)
    (('ko', 'ar', 'vi'), ())

    """
    return tuple(dict.fromkeys(part.strip() for value in given or () for part in value.split(",") if part.strip()))


def mapped(given: list[str] | None) -> dict[str, str]:
    """Parse a label map from options such as ``person=PER``; the last equals sign is the separator."""
    made: dict[str, str] = {}
    for each in given or ():
        label, sign, type_ = each.rpartition("=")
        if not (sign and label and type_):
            raise typer.BadParameter("expected TYPE=GOLD, as in person=PER", param_hint="--map")
        made[label] = type_
    return made


def finite(value: float | tuple[float, ...] | None) -> float | tuple[float, ...] | None:
    """Reject NaN and infinity, which pass Click's range checks."""
    numbers = value if isinstance(value, tuple) else (value or 0.0,)
    if not all(math.isfinite(number) for number in numbers):
        raise typer.BadParameter("give a finite number, not inf or nan")
    if isinstance(value, tuple) and min(numbers) < 0:
        raise typer.BadParameter("a price is 0 or more")
    return value


def _parameters(given: list[str] | None) -> dict[str, Any]:
    """Parse ``NAME=VALUE``: the value is JSON, or else a string; ``none`` leaves the parameter out of requests."""
    made: dict[str, Any] = {}
    for each in given or []:
        name, equals, value = each.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(f"expected NAME=VALUE, not {each[:40]!r}", param_hint="--param")
        try:
            made[name.strip()] = None if value.lower() == "none" else json.loads(value)
        except (ValueError, RecursionError):
            made[name.strip()] = value
    return made


class QuotePolicy(StrEnum):
    """How to resolve a quote without occurrence; see :mod:`dragoman.text.quote_places`."""

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
        help="folder that contains corpus/ and annotations/ (default: the current one)",
        metavar="DIR",
        show_default=False,
    ),
]
HERE = Path()
OutRoot = Annotated[
    Path | None, typer.Option(help="folder below which files are written (default: --root)", metavar="DIR")
]
Json = Annotated[bool, typer.Option("--json", help="print JSON instead of a table")]
PerDay = Annotated[int, typer.Option(min=1, help="withheld gold: maximum scored submissions per team and day (UTC)")]
InAll = Annotated[int, typer.Option(min=1, help="withheld gold: maximum scored submissions per team in total")]
Columns = Annotated[
    str | None,
    typer.Option(
        help="conll: column numbers by name, from 1: form=1,tag=3; form=1,gold=2,pred=3 scores pred against gold",
        metavar="NAMES",
    ),
]
Labels = Annotated[str | None, typer.Option(help="hf: names of integer tags, in order: O,B-PER,I-PER", metavar="NAMES")]


@dataclass(frozen=True)
class HowRead:
    """Options for reading files of labels."""

    read: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="input format, if it cannot be detected from the content: jsonl, conll, brat, spacy, docbin, "
            "tuples, pipeline, hf, gliner, doccano, prodigy, label-studio, timeml, webanno, xmi",
            metavar="FORMAT",
        ),
    ] = None
    columns: Columns = None
    labels: Labels = None
    characters: Annotated[
        bool | None,
        typer.Option("--characters/--no-characters", help="conll: one token per character instead of per word"),
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
            help="xmi, webanno, spacy, docbin: layers or span groups that contain the entities: NamedEntity, or "
            "custom.Span:category with the feature that is the type",
            metavar="NAMES",
        ),
    ] = None
    documents: Annotated[
        list[str] | None,
        typer.Option("--document", help="document id, for formats without ids; repeatable, in document order"),
    ] = None
    quotes: Annotated[
        QuotePolicy,
        typer.Option(
            help="place of a quote without occurrence whose words occur more than once: the n-th of the same quotes "
            "at their n-th occurrence, the first, all, or none"
        ),
    ] = QuotePolicy.in_order
    ignore_unknown_fields: Annotated[
        bool,
        typer.Option(
            "--ignore-unknown-fields", help="ignore fields that are not in the schema of submissions, and count them"
        ),
    ] = False

    @property
    def rules(self) -> dict[str, Any]:
        """Options for reading that do not depend on the file."""
        return {"quotes": self.quotes.value, "ignore_unknown_fields": self.ignore_unknown_fields}

    @property
    def of_file(self) -> dict[str, Any]:
        """Options that describe the file, except its format."""
        return {
            "columns": self.columns or (),
            "labels": self.labels or (),
            "characters": self.characters,
            "clean_text": self.clean_text,
            "layer": self.layer or (),
            "documents": self.documents or (),
        }

    def file(self, path: Path, *formats: str | None) -> Path | LabelledFile:
        """Return the path, with the options that describe the file if any were given.

        Args:
            path: the file.
            formats: its format, if different from that of the predictions.

        """
        (read,) = formats or (self.read,)
        if read is None and self.of_file == HowRead().of_file:
            return path
        from dragoman.reading.labelled_file import LabelledFile

        return LabelledFile(path, read, **self.of_file)


@dataclass(frozen=True)
class Against:
    """The gold to compare with: a split of a benchmark, or a reference file."""

    reference: Annotated[
        Path | None,
        typer.Option(help="use this file or folder as gold instead of a benchmark; any labels", metavar="GOLD.jsonl"),
    ] = None
    read_reference: Annotated[
        str | None, typer.Option("--reference-from", help="format of the reference, as --from", metavar="FORMAT")
    ] = None
    data: Data = None
    split: Annotated[str | None, typer.Option(help="split of the benchmark; default: test (validate: any)")] = None

    def gold(self, how: HowRead) -> Any:
        """Return the gold that the options select; None for the bundled benchmark, or for another column of the same
        file.
        """
        if self.reference is not None and self.data is not None:
            raise typer.BadParameter("give --reference or --data, not both")
        if self.reference is not None and self.split is not None:
            raise typer.BadParameter("a reference has no splits: omit --split")
        if self.reference is not None:
            return how.file(self.reference, self.read_reference)
        if self.data is None:
            return None
        from dragoman.benchmark import load

        return load(self.data)


@dataclass(frozen=True)
class ChatOptions:
    """Options for chat models, except the seed, which other commands use for something else."""

    base_url: Annotated[
        str | None, typer.Option(help="chat: address of the endpoint; default: OPENAI_BASE_URL", metavar="URL")
    ] = None
    temperature: Annotated[float, typer.Option(min=0, callback=finite, help="chat: sampling temperature")] = 0.0
    max_tokens: Annotated[int, typer.Option(min=1, help="chat: maximum number of tokens of an answer")] = 16_384
    param: Annotated[
        list[str] | None,
        typer.Option(
            help="chat: additional request parameter, repeatable; NAME=none omits one, as in temperature=none",
            metavar="NAME=VALUE",
        ),
    ] = None
    form: Annotated[str, typer.Option(help="chat: json_schema, json_object or text")] = "json_schema"
    layers: Annotated[
        list[str] | None, typer.Option(help="chat: layers to extract (default: all)", metavar="LAYER,LAYER…")
    ] = None
    examples: Annotated[int, typer.Option(min=0, max=10, help="chat: few-shot examples per language, from dev")] = 2
    example_characters: Annotated[
        int, typer.Option(min=0, help="chat: maximum total characters of the examples per language")
    ] = 4_000
    prompt: Annotated[
        Path | None, typer.Option(help="chat: your own prompt, which replaces the default instructions", metavar="FILE")
    ] = None
    pieces: Annotated[
        int | None,
        typer.Option(min=20, help="chat: split longer documents into pieces of at most this many characters"),
    ] = None

    def chat(self, seed: int) -> Chat:
        """Convert to the settings that :func:`dragoman.systems.loading.load` takes."""
        from dragoman.schema.layers import LAYER_NAMES
        from dragoman.systems.protocol import Chat

        if self.form not in {"json_schema", "json_object", "text"}:
            raise typer.BadParameter("expected json_schema, json_object or text", param_hint="--form")
        return Chat(
            self.base_url,
            self.temperature,
            seed,
            self.max_tokens,
            self.examples,
            self.form,  # type: ignore[arg-type]
            comma_separated(self.layers) or LAYER_NAMES,
            self.example_characters,
            self.prompt,
            self.pieces,
            _parameters(self.param),
        )


CHAT_DEFAULTS = ChatOptions()
