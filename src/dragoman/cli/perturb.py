"""The command that edits texts and transfers their gold."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from dragoman.cli.options import Data, Json
from dragoman.text import counted


def perturb(
    edits: Annotated[
        list[str] | None,
        typer.Argument(help="edits, applied in this order; options after a colon", metavar="EDIT…"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="folder to write: a source root, or gold.jsonl", metavar="DIR")
    ] = None,
    data: Data = None,
    gold: Annotated[
        Path | None, typer.Option(help="edit this file of labels with texts instead of a benchmark", metavar="F.jsonl")
    ] = None,
    seed: Annotated[int, typer.Option(help="random seed of the edits")] = 1,
    rate: Annotated[
        float | None, typer.Option(help="fraction of places to edit, 0 to 1; default: each edit's own")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="list the edits")] = False,
    as_json: Json = False,
) -> None:
    """Edit the texts of a benchmark by rules, and transfer its gold: EDIT… --out DIR.

    The folder contains the edited benchmark, checked at all levels, the original, and the alignment of both texts.

    Exit codes: 0 done (also if there was nothing to edit, which is reported), 1 it cannot be edited, 2 wrong usage.
    """
    from dragoman.cli import show
    from dragoman.robustness.edits import catalogue
    from dragoman.robustness.perturbing import perturb as edit

    if listed:
        _list(as_json=as_json)
        return
    if not edits or out is None:
        raise typer.BadParameter("give edits and --out DIR, or --list", param_hint="EDIT…")
    if data is not None and gold is not None:
        raise typer.BadParameter("give --data or --gold, not both")
    made = edit(edits, out, data=data, gold=gold, seed=seed, rate=rate, progress=_progress)
    outcome = made.to_dict()
    if as_json:
        show.summary({"out": str(out), **outcome}, as_json=True)
        return
    for each in outcome["edits"]:
        counts = ", ".join(
            f"{name} {sum(each[name].values())}" for name in ("moved", "changed", "dropped", "added") if each[name]
        )
        typer.echo(
            f"{each['label']}: {each['edited']} of {counted(each['documents'], 'document')}, "
            f"{counted(each['places'], 'place')}"
        )
        typer.echo(f"  labels: {counts or 'all where they were'}")
        for why, number in each["unable"].items():
            typer.echo(f"  left alone: {number} × {why}")
        if not each["edited"]:
            tags = catalogue()[each["name"]].languages
            whose = f"; it is for {', '.join(tags)}" if tags else ""
            sys.stderr.write(f"{each['label']} found nothing to change{whose}.\n")
    for level, found in outcome["lifted"].items():
        typer.echo(f"level {level} lifted, {counted(found['findings'], 'finding')}: {found['why']}")


def _progress(items: Iterable[Any], what: str) -> Iterable[Any]:
    """Show progress if the number of documents is known; a file is streamed."""
    from dragoman.cli import show

    return show.progress(items, what) if isinstance(items, list) else items


def _list(*, as_json: bool) -> None:
    """List the edits by kind."""
    from msgspec import to_builtins

    from dragoman.cli import show
    from dragoman.robustness.edits import catalogue
    from dragoman.robustness.readers import ORIGINAL, counts

    edits = [edit.to_dict() for edit in catalogue().values()]
    if as_json:
        show.summary({"edits": edits, "original": {"read": to_builtins(counts()[ORIGINAL])}}, as_json=True)
        return
    kind = ""
    for edit in edits:
        if edit["kind"] != kind:
            kind = edit["kind"]
            typer.echo(kind)
        options = "".join(f" {name}={value}" for name, value in edit["options"].items())
        typer.echo(f"  {edit['name']}{options}  ({', '.join(edit['languages']) or 'any language'}; {edit['expect']})")
        typer.echo(f"      {edit['summary']}")
        read = [f"{tag} {found['natural']} of {found['texts']}" for tag, found in edit["read"].items()]
        if read:
            typer.echo(f"      read as natural: {', '.join(read)}")
    original = [f"{tag} {found.natural} of {found.texts}" for tag, found in counts()[ORIGINAL].items()]
    typer.echo(f"texts without an edit, read as natural: {', '.join(original)}; readers were language models")
