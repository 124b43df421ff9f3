"""The schema as JSON Schema (draft 2020-12), for other tools and other languages."""

from __future__ import annotations

import sys
from typing import Any

import msgspec

from dragoman.problems import error
from dragoman.schema.docstrings import settle
from dragoman.schema.labels import LabelSets, members
from dragoman.schema.leaderboard_json import Board
from dragoman.schema.pass_file import QuotedLabels
from dragoman.schema.records import CuratedPage, Labels
from dragoman.schema.release_rows import CONFIGS
from dragoman.schema.result_file import Result
from dragoman.schema.run_file import RunFile
from dragoman.schema.submission import Submission
from dragoman.schema.system_card import SystemCard

RECORDS: dict[str, type[msgspec.Struct]] = {
    **{f"row-{config}": record for config, record in CONFIGS.items()},
    "gold": Labels,
    "pass": QuotedLabels,
    "page": CuratedPage,
    "submission": Submission,
    "result": Result,
    "run": RunFile,
    "system": SystemCard,
    "leaderboard": Board,
}
"""Record types with a published schema, by name."""


def json_schema(name: str | None = None) -> dict[str, Any]:
    """Return the JSON Schema of one record type, or of all by name.

    Raises:
        DragomanError: E501 for a name that is not in :data:`RECORDS`.

    """
    if name is None:
        return {key: json_schema(key) for key in RECORDS}
    if name not in RECORDS:
        raise error("E501", f"there is no schema {name[:80]!r}.", f"Schemas: {', '.join(RECORDS)}.")
    return schema_of(RECORDS[name], name)


def schema_of(record: type[msgspec.Struct], title: str, own: LabelSets | None = None) -> dict[str, Any]:
    """Return the JSON Schema of a record type with a title, and with the benchmark's own label sets."""
    for module in [module for module in sys.modules if module.startswith("dragoman.schema.")]:
        settle(module)
    (schema,), components = msgspec.json.schema_components([record], ref_template="#/$defs/{name}")
    whole = {"title": title, **schema, "$defs": components}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_with_labels(whole, own)}


def _with_labels(value: Any, own: LabelSets | None) -> Any:
    """Replace the ``enum`` of each configurable label by the labels of its set."""
    if isinstance(value, list):
        return [_with_labels(inner, own) for inner in value]
    if not isinstance(value, dict):
        return value
    if isinstance(name := value.get("$comment"), str) and "enum" in value:
        kept = {key: inner for key, inner in value.items() if key not in {"$comment", "type"}}
        return {**kept, "enum": sorted(members(name, own))}
    return {key: _with_labels(inner, own) for key, inner in value.items()}
