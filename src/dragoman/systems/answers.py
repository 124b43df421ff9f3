"""The form in which a chat model answers: that of a submission, with quotes, and without optional fields.

Every field is required, so that a server can constrain decoding to the schema. One table defines the fields of each
layer; the JSON Schema, the shape shown in the prompt and the gold in the form of an answer are derived from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from dragoman.schema.layers import LAYER_NAMES
from dragoman.text import quote_of

if TYPE_CHECKING:
    from dragoman.schema.records import Claim, Claimant, Document

LabelSets = Mapping[str, Sequence[str]]
"""Labels by field, as ``{"entities.type": ("PER", …)}``; a field that is missing takes any label."""

REVISION = 4
"""Incremented whenever the same output of a model is parsed into another answer."""


class Field(NamedTuple):
    """A field of a label.

    Attributes:
        kind: ``text``, ``number``, ``names`` (a list of texts) or ``items`` (a list of objects).
        sample: placeholder for its value in the shape, for a field without a label set.
        labels: name of its label set, or empty.
        nullable: whether it may be null.
        inner: fields of each object of a list of objects.

    """

    kind: str = "text"
    sample: str = "…"
    labels: str = ""
    nullable: bool = False
    inner: Mapping[str, Field] = {}


_QUOTE = {"quote": Field(), "occurrence": Field("number", "1")}
_ROLE = {"role": Field(labels="claims.claimants.role")}
_BY_MENTION = {**_ROLE, "mention": Field(sample="e1", nullable=True)}
_BY_QUOTE = {**_ROLE, "quote": Field(nullable=True), "occurrence": Field("number", "1", nullable=True)}
_FIELDS: dict[str, dict[str, Field]] = {
    "entities": {
        "id": Field(sample="e1"),
        **_QUOTE,
        "type": Field(labels="entities.type"),
        "form": Field(labels="entities.form"),
        "entity_ids": Field("names"),
    },
    "dates": {
        **_QUOTE,
        "type": Field(labels="dates.type"),
        "value": Field(),
        "mod": Field(labels="dates.mod", nullable=True),
    },
    "claims": {
        "id": Field(sample="c1"),
        "content": Field("items", inner=_QUOTE),
        "cue": Field("items", inner=_QUOTE),
        "claimants": Field("items", inner=_BY_MENTION),
        "parent": Field(sample="c1", nullable=True),
        "polarity": Field(labels="claims.polarity"),
        "modality": Field(labels="claims.modality"),
        "act": Field(labels="claims.act"),
    },
}


def fields(layers: Sequence[str]) -> dict[str, dict[str, Field]]:
    """Return the fields of the labels of some layers; without the layer of entities, a claimant is a quote of its own.

    Example:
        >>> list(fields(["dates"])["dates"])
        ['quote', 'occurrence', 'type', 'value', 'mod']

    """
    chosen = {layer: dict(_FIELDS[layer]) for layer in LAYER_NAMES if layer in layers}
    if "claims" in chosen and "entities" not in chosen:
        chosen["claims"]["claimants"] = Field("items", inner=_BY_QUOTE)
    return chosen


def schema(layers: Sequence[str], label_sets: LabelSets) -> dict[str, Any]:
    """Return the JSON Schema of an answer: every field is required and no other is allowed."""
    chosen = fields(layers)
    return _object({layer: _array(_of_fields(chosen[layer], label_sets)) for layer in chosen})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    required = list(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _of_fields(of: Mapping[str, Field], label_sets: LabelSets) -> dict[str, Any]:
    return _object({name: _of_field(field, label_sets) for name, field in of.items()})


def _of_field(field: Field, label_sets: LabelSets) -> dict[str, Any]:
    known = label_sets.get(field.labels)
    made: dict[str, Any]
    if field.kind == "items":
        made = _array(_of_fields(field.inner, label_sets))
    elif field.kind == "names":
        made = _array({"type": "string"})
    elif field.kind == "number":
        made = {"type": "integer", "minimum": 1}
    else:
        made = {"enum": list(known), "type": "string"} if known else {"type": "string"}
    return {"anyOf": [made, {"type": "null"}]} if field.nullable else made


def shape(layers: Sequence[str], label_sets: LabelSets) -> str:
    """Write the shape of an answer for the prompt: the labels that a field allows are separated by ``|``.

    Example:
        >>> print(shape(["dates"], {"dates.type": ("DATE", "TIME"), "dates.mod": ("START",)}))
        {"dates": [{"quote": "…", "occurrence": 1, "type": "DATE|TIME", "value": "…", "mod": "START"|null}]}

    """
    shown = (f'"{layer}": [{_shape(of, label_sets)}]' for layer, of in fields(layers).items())
    return "{" + ",\n ".join(shown) + "}"


def _shape(of: Mapping[str, Field], label_sets: LabelSets) -> str:
    return "{" + ", ".join(f'"{name}": {_sample(field, label_sets)}' for name, field in of.items()) + "}"


def _sample(field: Field, label_sets: LabelSets) -> str:
    if field.kind == "items":
        return f"[{_shape(field.inner, label_sets)}]"
    known = label_sets.get(field.labels)
    quoted = f'"{"|".join(known) if known else field.sample}"'
    made = {"number": field.sample, "names": f"[{quoted}]"}.get(field.kind, quoted)
    return f"{made}|null" if field.nullable else made


def gold(document: Document, layers: Sequence[str] = LAYER_NAMES) -> dict[str, Any]:
    """Put the gold labels of a document into the form of an answer."""
    whole = {
        layer: [_said(label, of, document.text) for label in getattr(document, layer)] for layer, of in _FIELDS.items()
    }
    for claim, given in zip(document.claims, whole["claims"], strict=True):
        for claimant, made in zip(claim.claimants, given["claimants"], strict=True):
            made["mention"] = claimant.mention or _antecedent(claimant, claim, document)
    return narrowed(whole, layers)


def _antecedent(claimant: Claimant, claim: Claim, document: Document) -> str | None:
    """Find the antecedent of a claimant: the last mention of its entity before the claim, else the first mention."""
    named = [entity for entity in document.entities if set(entity.entity_ids) & set(claimant.entity_ids)]
    before = [entity for entity in named if entity.start < claim.content[0].start]
    return (before[-1] if before else named[0]).id if named else None


def _said(label: Any, of: Mapping[str, Field], text: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, field in of.items():
        if name == "quote":
            made["quote"], made["occurrence"] = quote_of(text, label.start, label.end)
        elif field.kind == "items":
            made[name] = [_said(inner, field.inner, text) for inner in getattr(label, name)]
        elif name != "occurrence":
            made[name] = getattr(label, name)
    return made


def narrowed(answer: Mapping[str, list[dict[str, Any]]], layers: Sequence[str]) -> dict[str, Any]:
    """Restrict an answer to some layers; without its entities, its claimants become quotes of their own."""
    chosen: dict[str, Any] = {layer: answer[layer] for layer in LAYER_NAMES if layer in layers}
    if "claims" in chosen and "entities" not in chosen:
        mentions = {entity["id"]: entity for entity in answer["entities"]}

        def by_quote(claimant: dict[str, Any]) -> dict[str, Any]:
            mention = mentions.get(claimant["mention"], {})
            where = {name: mention.get(name) for name in ("quote", "occurrence")}
            return {"role": claimant["role"], **where}

        chosen["claims"] = [
            {**claim, "claimants": [by_quote(one) for one in claim["claimants"]]} for claim in chosen["claims"]
        ]
    return chosen


def labels_in(answer: Mapping[str, list[dict[str, Any]]]) -> set[tuple[str, str]]:
    """Return the labels in an answer as pairs of label set and label."""
    return {pair for layer, items in answer.items() for item in items for pair in _labels(item, _FIELDS[layer])}


def _labels(item: Mapping[str, Any], of: Mapping[str, Field]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for name, field in of.items():
        value = item.get(name)
        if field.kind == "items":
            found |= {pair for inner in value or [] for pair in _labels(inner, field.inner)}
        elif field.labels and value is not None:
            found.add((field.labels, value))
    return found
