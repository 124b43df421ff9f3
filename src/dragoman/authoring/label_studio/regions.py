"""Conversion of labels to regions and relations of Label Studio, and back.

A label is a region with the label's id; its attributes are further results of the same region. Further fragments of a
claim and its cue are regions of their own, linked by relations. The server does not validate what it stores, so every
region that comes back is checked against the text, and invalid ones are set aside with the reason.

Format of the results: https://labelstud.io/guide/export (JSON), Label Studio 1.23.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from dragoman.authoring.label_studio import controls
from dragoman.authoring.label_studio.label_fields import SHOWN, Draft, Label
from dragoman.schema.labels import LabelSets
from dragoman.schema.layers import LAYER_NAMES

Result = dict[str, Any]


def layer_of(own: LabelSets | None = None) -> dict[str, str]:
    """Return the layer of each region label, with the benchmark's own label sets."""
    return (
        dict.fromkeys(controls.DATES, "dates")
        | {controls.CLAIM: "claims", controls.CUE: "cue", controls.SPEAKER: "claimant"}
        # In a benchmark without those layers, a type may have the name of one of their regions.
        | dict.fromkeys(controls.types(own), "entities")
    )


_PLAIN = regex.compile(r"[A-Za-z0-9_]{1,40}")


class _Writer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.results: list[Result] = []
        self.relations: list[Result] = []
        self.used: set[str] = set()
        self.shared: dict[tuple[str, int, int], str] = {}

    def name(self, wanted: str) -> str:
        """Return a unique region id: the label's own if it is valid and unused."""
        wanted = wanted.replace(":", "_")
        unique, number = wanted if _PLAIN.fullmatch(wanted) else "label", 2
        plain = unique
        while unique in self.used:
            unique, number = f"{plain}-{number}", number + 1
        self.used.add(unique)
        return unique

    def region(self, wanted: str, span: Label, label: str, identity: str | None = None) -> str:
        name = self.name(wanted)
        value = {"start": span["start"], "end": span["end"], "text": self.text[span["start"] : span["end"]]}
        made = _result(name, controls.LABEL, "labels", value | {"labels": [label]})
        if identity is not None:
            # A region copied from a prediction gets another id, but keeps its note.
            made["meta"] = {"text": [identity]}
        self.results.append(made)
        return name

    def attribute(self, name: str, span: Label, control: str, value: Any) -> None:
        if value in (None, []):
            return
        place = {"start": span["start"], "end": span["end"]}
        values = [value] if isinstance(value, str) else list(value)
        if control in controls.CHOICES:
            self.results.append(_result(name, control, "choices", place | {"choices": values}))
        else:
            self.results.append(_result(name, control, "textarea", place | {"text": values}))

    def relation(self, source: str, target: str, label: str) -> None:
        made = {"type": "relation", "from_id": source, "to_id": target, "direction": "right", "labels": [label]}
        self.relations.append(made)

    def once(self, wanted: str, span: Label, label: str) -> str:
        """Return a region that several claims can refer to, created once."""
        key = (label, span["start"], span["end"])
        if key not in self.shared:
            self.shared[key] = self.region(wanted, span, label)
        return self.shared[key]

    def claim_regions(self, claim: Label) -> str:
        first, *others = claim["content"]
        wanted = claim.get("id") or "claim"
        name = self.region(wanted, first, controls.CLAIM, claim.get("id"))
        for fragment in others:
            self.relation(name, self.region(f"{wanted}_part", fragment, controls.CLAIM), controls.PART)
        for fragment in claim.get("cue") or ():
            self.relation(name, self.once(f"{wanted}_cue", fragment, controls.CUE), controls.CUE_OF)
        return name


def _result(name: str, control: str, kind: str, value: dict[str, Any]) -> Result:
    return {"id": name, "from_name": control, "to_name": controls.TEXT, "type": kind, "value": value}


def encode(draft: Draft, text: str) -> list[Result]:
    """Encode labels as results of an annotation.

    Args:
        draft: the labels; offsets in code points.
        text: the document's text.

    Returns:
        Regions with their attributes in the order of the labels, then the relations.

    """
    writer = _Writer(text)
    names: dict[str, dict[str, str]] = {layer: {} for layer in LAYER_NAMES}
    claims = []
    for layer in LAYER_NAMES:
        for label in draft[layer]:
            if layer == "claims":
                name, span = writer.claim_regions(label), label["content"][0]
                claims.append((name, label))
            else:
                name = writer.region(label.get("id") or layer, label, label.get("type") or "", label.get("id"))
                span = label
            if label.get("id"):
                names[layer].setdefault(label["id"], name)
            for control in SHOWN[layer]:
                writer.attribute(name, span, control, label.get(control))
    for name, claim in claims:
        _attribution(writer, name, claim, names)
    return [*writer.results, *writer.relations]


def _attribution(writer: _Writer, name: str, claim: Label, names: dict[str, dict[str, str]]) -> None:
    roles: list[str] = []
    ids: list[str] = []
    for claimant in claim.get("claimants") or ():
        mention = claimant.get("mention")
        if isinstance(mention, (list, tuple)):
            span = {"start": mention[0], "end": mention[1]}
            region = writer.once(f"{claim.get('id') or 'claim'}_claimant", span, controls.SPEAKER)
            writer.relation(name, region, controls.CLAIMANT)
        elif mention in names["entities"]:
            writer.relation(name, names["entities"][mention], controls.CLAIMANT)
        else:
            roles += [claimant["role"]] if claimant.get("role") in controls.CLAIMANT_ROLES else []
            ids += claimant.get("entity_ids") or []
    writer.attribute(name, claim["content"][0], "claimant_role", sorted(set(roles)))
    writer.attribute(name, claim["content"][0], "claimant_ids", ids)
    if claim.get("parent") in names["claims"]:
        writer.relation(name, names["claims"][claim["parent"]], controls.PARENT)


def related(relations: Iterable[Result], source: str, label: str) -> list[str]:
    """Return the regions that relations with a label lead to from a region, in order.

    A relation drawn in a browser may have no label; its kind is not guessed.
    """
    return [
        target
        for r in relations
        if r.get("from_id") == source and label in (r.get("labels") or ()) and isinstance(target := r.get("to_id"), str)
    ]
