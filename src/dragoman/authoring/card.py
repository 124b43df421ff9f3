"""The README of a release: the data set card, with YAML front matter generated from the schema and the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import regex
from msgspec import inspect

from dragoman import json_text
from dragoman.problems import error
from dragoman.release.parquet import path_of
from dragoman.release.semver import numbers
from dragoman.schema.labels import LabelSets, in_order, members, name_of
from dragoman.schema.shape import fields

if TYPE_CHECKING:
    from dragoman.release.content import Release

_FENCE = "---\n"
_CANARY = regex.compile(r"\b[a-z0-9-]+:canary:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
"""The canary string, by which models that were trained on the data set can be detected; it occurs once in the card."""
_DTYPES: dict[Any, str] = {inspect.StrType: "string", inspect.IntType: "int64", inspect.BoolType: "bool"}


def readme(card: str, release: Release) -> str:
    """Convert the project's card to the README of a release.

    Args:
        card: ``DATASET_CARD.md``: hand-written YAML front matter between two lines of three hyphens, then the text.
        release: the rows; configurations, features and numbers of rows are generated from them.

    Raises:
        DragomanError: E706 when the card does not begin with YAML.

    """
    written, body = _parts(card)
    return _joined(written, _marked(body) | _front_matter(release), body)


def readme_of_withheld(card: str, body: str, release: Release) -> str:
    """Make the README of a release with withheld gold: YAML and canary of the project's card, with another text.

    Args:
        card: ``DATASET_CARD.md``, whose own text might reveal labels in words and numbers.
        body: the text of the README.
        release: the public rows; configurations, features and numbers of rows are generated from it.

    Raises:
        DragomanError: E706 when the card does not begin with YAML.

    """
    written, described = _parts(card)
    marked = _marked(described)
    return _joined(written, marked | _front_matter(release), body + _notice(marked))


def readme_without_texts(card: str, body: str) -> str:
    """Make the README of a release without texts: YAML and canary of the project's card, with another text.

    Args:
        card: ``DATASET_CARD.md``.
        body: the text of the README.

    Raises:
        DragomanError: E706 when the card does not begin with YAML.

    """
    written, described = _parts(card)
    marked = _marked(described)
    # `datasets` cannot read these rows, so the Hub's viewer is disabled.
    return _joined(written, {**marked, "viewer": False}, body + _notice(marked))


def _notice(marked: dict[str, str]) -> str:
    if not marked:
        return ""
    return f"\nPlease do not train on `test`. This string marks the data set: `{marked['canary']}`\n"


def _parts(card: str) -> tuple[str, str]:
    """Split a card into its hand-written YAML and its text."""
    _, opened, rest = card.partition(_FENCE)
    written, closed, body = rest.partition(_FENCE)
    if not (opened and closed and card.startswith(_FENCE)):
        raise error("E706", "the card does not begin with YAML between two lines '---'.", file="DATASET_CARD.md")
    return written, body


def _joined(written: str, front: dict[str, Any], body: str) -> str:
    # JSON is valid YAML, so generating it needs no YAML library and no quoting rules.
    generated = "".join(f"{key}: {_json(value)}\n" for key, value in front.items())
    return f"{_FENCE}{written}{generated}{_FENCE}{body}"


def _marked(body: str) -> dict[str, str]:
    """Return the canary of the card's text, if it has one, for programs that only read the YAML."""
    match = _CANARY.search(body)
    return {} if match is None else {"canary": match[0]}


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _front_matter(release: Release) -> dict[str, Any]:
    configs = []
    infos = []
    for position, (config, record) in enumerate(release.configs.items()):
        splits = {split: rows for split, rows in release.rows.get(config, {}).items() if rows}
        if not splits:  # without files, `datasets` would search for some by default patterns
            continue
        entry: dict[str, Any] = {
            "config_name": config,
            "version": ".".join(map(str, numbers(release.version))),  # `datasets` requires exactly three numbers
            "data_files": [{"split": split, "path": path_of(config, split)} for split in splits],
        }
        if position == 0:
            entry["default"] = True
        configs.append(entry)
        counts = [
            {"name": split, "num_examples": len(rows), "num_bytes": len(json_text.lines(rows))}
            for split, rows in splits.items()
        ]
        infos.append(
            {"config_name": config, "features": _features(fields(record), release.label_sets), "splits": counts}
        )
    return {"configs": configs, "dataset_info": infos}


def _features(info: inspect.StructType, own: LabelSets) -> list[dict[str, Any]]:
    """Describe the features of a record, in the form that ``datasets`` reads from YAML."""
    return [{"name": field.encode_name} | _feature(field.type, own) for field in info.fields]


def _feature(info: Any, own: LabelSets) -> dict[str, Any]:
    match info:
        case inspect.Metadata():
            name = name_of(info.extra)
            return _feature(info.type, own) if name is None else _class_label(members(name, own))
        case inspect.UnionType():
            (kind,) = [option for option in info.types if not isinstance(option, inspect.NoneType)]
            return _feature(kind, own)
        case inspect.ListType():
            item = _feature(info.item_type, own)
            return {"list": item.get("struct") or (item["dtype"] if isinstance(item["dtype"], str) else item)}
        case inspect.StructType():
            return {"struct": _features(info, own)}
        case inspect.LiteralType():
            return _class_label(in_order(info.values))
        case _:
            return {"dtype": _DTYPES[type(info)]}


def _class_label(names: tuple[str, ...]) -> dict[str, Any]:
    return {"dtype": {"class_label": {"names": {str(i): name for i, name in enumerate(names)}}}}
