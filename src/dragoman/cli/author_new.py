"""The step that creates a new benchmark."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dragoman.cli.options import Columns, Json, Labels, comma_separated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LABEL = "LABEL=WHAT"
_MAX_RENAMED = 5
Own = Annotated[
    list[str] | None,
    typer.Option(help="a label of your own label set, with its definition; repeatable", metavar=_LABEL),
]


def new(
    folder: Annotated[Path, typer.Argument(help="the folder to create", metavar="DIR")],
    given: Annotated[
        list[Path] | None,
        typer.Option("--from", help="pages (.txt), or documents with or without labels; repeatable", metavar="FILE"),
    ] = None,
    name: Annotated[str | None, typer.Option(help="name of the benchmark")] = None,
    languages: Annotated[
        list[str] | None,
        typer.Option(help="BCP 47 tags, separated by commas (default: those of the documents)", metavar="TAGS"),
    ] = None,
    layers: Annotated[
        list[str] | None,
        typer.Option(help="layers, separated by commas (default: those of the labels given, or all)", metavar="LAYERS"),
    ] = None,
    type_: Annotated[
        list[str] | None, typer.Option("--type", help="an entity type, with its definition; repeatable", metavar=_LABEL)
    ] = None,
    form: Own = None,
    act: Own = None,
    modality: Own = None,
    flag: Own = None,
    phenomenon: Own = None,
    form_of_file: Annotated[
        str | None,
        typer.Option("--format", help="format of FILE, if it cannot be detected (see dragoman convert)"),
    ] = None,
    columns: Columns = None,
    labels: Labels = None,
    rights: Annotated[
        str | None, typer.Option(help="who owns the texts, and under which terms", metavar="WORDS")
    ] = None,
    as_json: Json = False,
) -> None:
    """Create a benchmark of your own that builds immediately: pages or texts in any language, with any labels.

    FILE is a page of plain text or a folder of pages, which are segmented by a profile that is inferred from them; or
    documents with texts and optionally labels: JSONL or parquet in Dragoman's schema, brat, CoNLL, Label Studio, or any
    other format that `dragoman convert` reads. A document may have a field `split` (dev or test); the default is test.

    Missing values are prompted for, on a terminal only. The folder contains corpus/benchmark.toml (name, languages,
    layers, labels), corpus/sources.toml (the pages), profiles, gold if there are labels, and a data set card and
    guidelines to fill in.

    Exit codes: 0 done, 1 the input is invalid, and nothing is written, 2 wrong usage.
    """
    from dragoman.authoring.starting import incoming, new_benchmark
    from dragoman.cli import show

    paths = given or [Path(path) for path in _asked("files of pages or documents", "--from").split()]
    name = name or _asked("name of the benchmark", "--name", folder.name)
    tags = comma_separated(languages)
    asks = sys.stdin.isatty() and sys.stderr.isatty()
    options = {"columns": columns or (), "labels": labels or ()}
    read = incoming.read(paths, form_of_file, tags, options=options)
    if not tags and any(each.language is None for each in read.documents):
        tags = comma_separated([_asked("languages, separated by commas", "--languages")])
        read = incoming.read(paths, form_of_file, tags, options=options)
    if type_ is None and asks and all(each.line is None or not each.line.entities for each in read.documents):
        said = typer.prompt("entity types, as PROD=a product; EVENT=… (empty: the default types)", "", err=True)
        type_ = [part.strip() for part in said.split(";") if part.strip()] or None
    own = {
        "entities.type": type_,
        "entities.form": form,
        "claims.act": act,
        "claims.modality": modality,
        "claims.flags": flag,
        "phenomena": phenomenon,
    }
    plan = new_benchmark.Plan(
        name,
        tags,
        _layers(layers),
        {set_: _described(values) for set_, values in own.items() if values},
        rights or new_benchmark.RIGHTS,
    )
    made = new_benchmark.make(folder, plan, read)
    outcome: dict[str, Any] = {
        "written": str(folder),
        "documents": made.documents,
        "labels": made.labels,
        "renamed": made.ids if as_json else _renamed(made.ids),
        "labels_to_describe": made.undescribed,
    }
    if as_json:
        show.summary(outcome | {"problems": made.problems}, as_json=True)
        return
    show.problems(made.problems, as_json=False)
    show.summary({key: _flat(value) for key, value in outcome.items()}, as_json=False)
    show.next_command("author check --root", folder, again=False, as_json=False)


def _asked(what: str, option: str, default: str | None = None) -> str:
    """Prompt for a value on a terminal; otherwise report the option as missing."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise typer.BadParameter(f"give {option}: the {what}")
    return str(typer.prompt(what, default, err=True)).strip()


def _layers(given: Sequence[str] | None) -> tuple[str, ...]:
    from dragoman.schema.layers import LAYER_NAMES

    chosen = comma_separated(given)
    for layer in chosen:
        if layer not in LAYER_NAMES:
            raise typer.BadParameter(f"unknown layer {layer[:80]!r}; layers: {', '.join(LAYER_NAMES)}")
    return chosen


def _described(values: Sequence[str]) -> dict[str, str]:
    made: dict[str, str] = {}
    for value in values:
        label, parted, line = value.partition("=")
        if not parted or not label.strip() or not line.strip():
            raise typer.BadParameter(f"{value[:80]!r} is not LABEL=WHAT, as in PROD=a product")
        if label.strip() in made:
            raise typer.BadParameter(f"the label {label.strip()[:80]!r} is given twice")
        made[label.strip()] = line.strip()
    return made


def _renamed(ids: Mapping[str, str]) -> str:
    """List which name became which id, if there are few; else their number (``--json`` lists them)."""
    if len(ids) > _MAX_RENAMED:
        return f"{len(ids)} (--json lists them)"
    return ", ".join(f"{old} is {new}" for old, new in ids.items()) or "none"


def _flat(value: Mapping[str, Any] | Any) -> Any:
    if not isinstance(value, dict):
        return value
    parts = (f"{', '.join(each)} ({key})" if isinstance(each, list) else f"{each} {key}" for key, each in value.items())
    return ", ".join(parts) or "none"
