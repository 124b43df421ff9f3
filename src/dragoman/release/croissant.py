"""Metadata of a release in Croissant 1.0 (MLCommons), derived from the schema, the rows and the card.

Every configuration and split with rows is a record set with the columns of its parquet file. In ``documents`` the
labels inside a document are left out, because the format cannot represent nested lists of records: they are the record
sets of ``entities``, ``dates`` and ``claims``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import inspect

from dragoman.files import sha256
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.shape import fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dragoman.release.content import Release

_TERMS = (
    "citeAs column equivalentProperty extract field fileProperty fileObject fileSet format includes isLiveDataset "
    "jsonPath key md5 parentField path recordSet references regex repeated replace samplingRate separator source "
    "subField transform"
)
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{term: f"cr:{term}" for term in _TERMS.split()},
}
"""The JSON-LD context in the appendix of the specification."""
_TYPES: dict[Any, str] = {inspect.IntType: "sc:Integer", inspect.BoolType: "sc:Boolean"}


def croissant(release: Release, card: str, tables: Mapping[tuple[str, str], tuple[str, bytes]]) -> dict[str, Any]:
    """Describe a release.

    Args:
        release: the rows.
        card: the README, whose YAML has the licence, languages and tags, and whose first paragraph is the description.
        tables: path and bytes of the parquet file of each configuration and split that has rows.

    Returns:
        The content of ``croissant.json``.

    """
    front, body = _front(card)
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": release.name,
        "description": f"{_first_paragraph(body)} Canonical rows: {release.fingerprint}.".strip(),
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "version": release.version,
        **{
            name: front[field]
            for name, field in (("license", "license"), ("inLanguage", "language"), ("keywords", "tags"))
            if field in front
        },
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": path,
                "name": path,
                "contentUrl": path,
                "contentSize": f"{len(data)} B",
                "encodingFormat": "application/x-parquet",
                "sha256": sha256(data),
            }
            for path, data in tables.values()
        ],
        "recordSet": [_record_set(release, config, split, path) for (config, split), (path, _) in tables.items()],
    }


def _front(card: str) -> tuple[dict[str, Any], str]:
    """Parse strings and lists of strings at the top level of the card's YAML; also return the text after it."""
    match = re.match(r"---\n(.*?)^---\n(.*)", card, re.DOTALL | re.MULTILINE)
    front: dict[str, Any] = {}
    key = ""
    for line in match[1].splitlines() if match else ():
        if line.startswith("- ") and key:
            front.setdefault(key, []).append(line[2:].strip())
        elif (pair := re.fullmatch(r"([a-z_]+):[ ]*(.*)", line)) is not None:
            key = pair[1] if not pair[2] else ""
            if pair[2] and pair[2][0] not in "[{":
                front[pair[1]] = pair[2]
    return front, match[2] if match else card


def _first_paragraph(body: str) -> str:
    blocks = [block for block in re.split(r"\n\s*\n", body.strip()) if not block.startswith(("#", "<!--", "|"))]
    return " ".join(blocks[0].split()) if blocks else ""


def _record_set(release: Release, config: str, split: str, path: str) -> dict[str, Any]:
    name = f"{config}_{split}"
    columns = [
        field
        for field in fields(release.configs[config]).fields
        if config != "documents" or field.encode_name not in LAYER_NAMES
    ]
    made = [_field(name, field.encode_name, field.type, path, field.encode_name, None) for field in columns]
    return {"@type": "cr:RecordSet", "@id": name, "name": name, "field": made}


def _field(parent: str, name: str, type_: Any, path: str, column: str, inside: str | None) -> dict[str, Any]:
    """Describe a column, or with ``inside`` a field within a column of objects."""
    description, repeated, plain = _plain(type_)
    identity = f"{parent}/{name}"
    made: dict[str, Any] = {"@type": "cr:Field", "@id": identity, "name": name}
    if description:
        made["description"] = description
    if repeated:
        made["repeated"] = True
    if isinstance(plain, inspect.StructType):
        made["subField"] = [
            _field(identity, field.encode_name, field.type, path, column, field.encode_name) for field in plain.fields
        ]
        return made
    source: dict[str, Any] = {"fileObject": {"@id": path}, "extract": {"column": column}}
    if inside is not None:
        source["transform"] = {"jsonPath": inside}
    return made | {"dataType": _TYPES.get(type(plain), "sc:Text"), "source": source}


def _plain(type_: Any) -> tuple[str, bool, Any]:
    """Return the description of a type, whether it is a list, and its type without list and null."""
    description, repeated = "", False
    for _ in range(8):
        match type_:
            case inspect.Metadata():
                description = description or next(_descriptions(type_), "")
                type_ = type_.type
            case inspect.UnionType():
                (type_,) = [option for option in type_.types if not isinstance(option, inspect.NoneType)]
            case inspect.ListType():
                type_, repeated = type_.item_type, True
            case _:
                break
    return description, repeated, type_


def _descriptions(type_: inspect.Metadata) -> Iterator[str]:
    description = (type_.extra_json_schema or {}).get("description")
    if isinstance(description, str):
        yield description
