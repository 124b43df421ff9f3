"""The command that prints JSON Schemas."""

from __future__ import annotations

from typing import Annotated

import typer


def schema(
    name: Annotated[str | None, typer.Argument(help="name of a schema; default: all", metavar="[NAME]")] = None,
) -> None:
    """Print the JSON Schema of documents, labels, submissions and results."""
    from dragoman import json_text
    from dragoman.schema.json_schema import json_schema

    typer.echo(json_text.pretty(json_schema(name)).decode(), nl=False)
