"""Labels in transit to and from the labelling page: plain fields and spans, whatever file they come from.

A draft is ``{"entities": [...], "dates": [...], "claims": [...]}``; each label is a dictionary with the fields of the
schema. Gold, passes and predictions differ in their required fields, so only the span is required here. A field that is
null, empty or derived is equivalent to an absent one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from dragoman.authoring.label_studio import controls
from dragoman.release.phenomena import DERIVED
from dragoman.schema.layers import LAYER_NAMES, by_name

Label = dict[str, Any]
Draft = dict[str, list[Label]]

SHOWN: dict[str, tuple[str, ...]] = {
    "entities": controls.OF_ENTITY,
    "dates": controls.OF_DATE,
    "claims": tuple(name for name in controls.OF_CLAIM if not name.startswith("claimant_")),
}
"""Fields of each layer that have a control on the page."""


class _Span(msgspec.Struct):
    start: int
    end: int


class _Claimant(msgspec.Struct):
    role: str | None = None
    mention: str | tuple[int, int] | None = None
    entity_ids: list[str] | None = None


class _Fields(msgspec.Struct, kw_only=True):
    id: str | None = None
    phenomena: list[str] | None = None


class _Contiguous(_Fields, kw_only=True):
    start: int
    end: int
    type: str | None = None
    entity_ids: list[str] | None = None


class _Claim(_Fields, kw_only=True):
    content: Annotated[list[_Span], msgspec.Meta(min_length=1)]
    cue: list[_Span] | None = None
    claimants: list[_Claimant] | None = None
    flags: list[str] | None = None
    parent: str | None = None


class _Draft(msgspec.Struct):
    entities: list[_Contiguous]
    dates: list[_Contiguous]
    claims: list[_Claim]


def checked(draft: Draft) -> Draft:
    """Validate the structure of a draft from a server, and return it unchanged.

    Raises:
        msgspec.ValidationError: the structure is invalid.

    """
    msgspec.convert(draft, _Draft)
    return draft


def spans(label: Label) -> list[Label]:
    """Return the fragments of a label: of an entity or date the only one, of a claim those of its content."""
    fragments: list[Label] = label.get("content", [label])
    return fragments


def seen(layer: str, label: Label, entities: Mapping[str, Label]) -> Label:
    """Reduce a label to what the labelling page shows, in normalised form, for comparison.

    Args:
        layer: the layer that it is of.
        label: the label.
        entities: the entities of the same document by id; a claimant that is a mention has their ids.

    """
    view: Label = {"id": label.get("id"), "spans": [(f["start"], f["end"]) for f in spans(label)]}
    defaults = by_name(layer).defaults
    for name in SHOWN[layer]:
        value = label.get(name)
        if name == "phenomena":
            value = sorted(tag for tag in value or () if tag not in DERIVED)
        elif name == "flags":
            value = sorted(value or ())
        if value not in (None, [], "", defaults.get(name)):
            view[name] = value
    if layer != "claims":
        return view | ({"type": label["type"]} if label.get("type") else {})
    claimants = label.get("claimants") or []
    pointing = [c for c in claimants if _spanned(c) or c.get("mention") in entities]
    others = [claimant for claimant in claimants if claimant not in pointing]
    view["claimants"] = [tuple(c["mention"]) if _spanned(c) else c["mention"] for c in pointing]
    view["roles"] = sorted({claimant["role"] for claimant in others if claimant.get("role") in controls.CLAIMANT_ROLES})
    view["claimant_ids"] = [name for claimant in others for name in claimant.get("entity_ids") or ()]
    view["cue"] = [(f["start"], f["end"]) for f in label.get("cue") or ()]
    view["parent"] = label.get("parent")
    return view


def _spanned(claimant: Label) -> bool:
    """Tell whether a claimant is a bare span, as in predictions, and not an entity."""
    return isinstance(claimant.get("mention"), (list, tuple))


def view(draft: Draft) -> dict[str, dict[Any, Label]]:
    """Reduce all labels to what the page shows, by layer and id."""
    entities = {label["id"]: label for label in draft["entities"] if label.get("id")}
    return {layer: {label.get("id"): seen(layer, label, entities) for label in draft[layer]} for layer in LAYER_NAMES}


def restore(came: Draft, base: Draft) -> Draft:
    """Restore labels that were not changed on the page from what was pushed, in their original order.

    Fields that the page cannot show (derived days, the notation of empty lists) are thus preserved; a changed label is
    taken from the page. New labels are inserted in text order.

    Args:
        came: labels as read from the page.
        base: labels as pushed.

    """
    pushed, pulled = view(base), view(came)
    made: Draft = {}
    for layer in LAYER_NAMES:
        old = {label.get("id"): label for label in base[layer]}
        ranks = {name: rank for rank, name in enumerate(old)}
        merged = {
            label["id"]: old[label["id"]] if pulled[layer][label["id"]] == pushed[layer].get(label["id"]) else label
            for label in came[layer]
        }
        order = sorted((name for name in merged if name in ranks), key=ranks.__getitem__)
        for name in sorted((name for name in merged if name not in ranks), key=lambda n: _place(merged[n])):
            before = [i for i, other in enumerate(order, 1) if _place(merged[other]) <= _place(merged[name])]
            order.insert(max(before, default=0), name)
        made[layer] = [merged[name] for name in order]
    return made


def _place(label: Label) -> tuple[int, int]:
    return spans(label)[0]["start"], -spans(label)[-1]["end"]
