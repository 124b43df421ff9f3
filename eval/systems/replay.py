"""The annotation passes as systems: what an annotator wrote, as it was before adjudication.

They stand on the board apart and without places, since the gold was made from them or by the same kind of annotator.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

import dragoman
from dragoman.release.passes import read_pass
from dragoman.schema.records import Document, Labels

PASSES = Path(__file__).resolve().parents[2] / "annotations" / "passes"


@cache
def _read(name: str) -> dict[str, Labels]:
    return read_pass(PASSES / name, {document.id: document for document in dragoman.load().documents})


def labels(name: str, document: Document) -> dict[str, Any] | None:
    """Give the labels of a pass for a document, None where the pass has none."""
    found = _read(name).get(document.id)
    if found is None:
        return None
    table: dict[str, Any] = msgspec.to_builtins(found)
    return {layer: table[layer] for layer in ("entities", "dates", "claims")}
