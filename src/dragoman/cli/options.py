"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Predictions = Annotated[
    Path, typer.Argument(help="predictions, JSONL or JSONL.gz, one document a line", metavar="PREDICTIONS.jsonl")
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
