"""Parser for annotations from the labelling page: regions are validated against the text, and invalid results set
aside.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

import regex

from dragoman.authoring.label_studio import controls
from dragoman.authoring.label_studio.label_fields import SHOWN, Draft, Label
from dragoman.authoring.label_studio.regions import Result, layer_of, related
from dragoman.redaction import plain
from dragoman.schema.labels import LabelSets
from dragoman.schema.layers import LAYER_NAMES
from dragoman.text import TextMap, check_span, visible

Unit = Literal["code points", "utf-16", "utf-8"]
UNITS: tuple[Unit, ...] = ("code points", "utf-16", "utf-8")
"""Possible units of Label Studio's offsets: code points in 1.23, UTF-16 code units in older versions."""
_NUMBERED = regex.compile(r"[edc][0-9]{1,6}")


@dataclass
class Aside:
    """A result that could not be read.

    Attributes:
        region: id of its region, if it has one.
        code: number of the problem.
        why: what is wrong.
        results: the raw results.

    """

    region: str
    code: str
    why: str
    results: list[Any]


@dataclass
class Read:
    """The content of an annotation.

    Attributes:
        draft: the labels that could be read; offsets in code points.
        aside: the results that could not be read.
        unit: the detected unit of the offsets.

    """

    draft: Draft = field(default_factory=lambda: {layer: [] for layer in LAYER_NAMES})
    aside: list[Aside] = field(default_factory=list)
    unit: Unit = "code points"


def place(text: str, start: Any, end: Any, surface: Any, unit: TextMap | None) -> tuple[int, int] | None:
    """Return the span of a region in code points, if it matches the region's own text.

    Browsers normalise line endings to line feeds, which older versions wrote as backslash and n; a selection that ends
    inside a grapheme can have one combining mark more than its offsets, which is then included.

    Args:
        text: the document's text.
        start: offset from the server.
        end: offset from the server.
        surface: the region's own text.
        unit: map from the unit of the offsets to code points; None if they are code points.

    """
    if type(start) is not int or type(end) is not int or not isinstance(surface, str) or not 0 <= start < end < 2**31:
        return None
    if unit is not None:
        moved = unit.move(start, end)
        if moved is None:
            return None
        start, end = moved
    fault = check_span(text, start, end, surface, affords=_unexplained)
    if fault is None or (fault.code == "E403" and _flat(text[start:end]) == _flat(surface)):
        return start, end
    if fault.code == "E403" and text[start : end + 1] == surface and unicodedata.category(surface[-1]).startswith("M"):
        return start, end + 1
    return None


def _unexplained(_: int) -> bool:
    """Disable guesses at the cause of a mismatch: the unit of offsets is detected from all regions together."""
    return False


def _flat(text: str) -> str:
    return text.replace("\\n", "\n").replace("\r\n", "\n").replace("\r", "\n")


def _maps(text: str) -> dict[Unit, TextMap | None]:
    maps: dict[Unit, TextMap | None] = {"code points": None}
    if any(ord(char) > 0xFFFF for char in text):
        maps["utf-16"] = TextMap.from_units(text, "utf-16")
    if not text.isascii():
        maps["utf-8"] = TextMap.from_units(text, "utf-8")
    return maps


def _unwritable(result: Result) -> bool:
    """Tell whether a result has text that must not be written to a file; a region's own text is ignored, as it is not
    stored.
    """
    value = result.get("value")
    if isinstance(value, dict) and isinstance(value.get("text"), str):
        result = result | {"value": value | {"text": ""}}
    text = json.dumps(result, ensure_ascii=False)
    return plain(text) != text


class _Reader:
    def __init__(self, results: Any, text: str, base: Draft | None, own: LabelSets | None) -> None:
        self.layer_of, self.offered = layer_of(own), controls.choices(own)
        self.text = text
        self.read = Read()
        self.known = {layer: {label.get("id") for label in (base or {}).get(layer, ())} for layer in LAYER_NAMES}
        self.regions: dict[str, Result] = {}
        self.controls: dict[str, dict[str, list[Any]]] = {}
        self.raw: dict[str, list[Any]] = {}
        self.relations: list[Result] = []
        self.spans: dict[str, Label] = {}
        self.names: dict[str, str] = {}
        if not isinstance(results, list):
            self.aside("", "E728", "the annotation has no list of results.", [results])
            results = []
        for result in results:
            self.sort(result)

    def aside(self, region: str, code: str, why: str, results: list[Any] | None = None) -> None:
        raw = results if results is not None else self.raw.get(region, [])
        self.read.aside.append(Aside(plain(region), code, plain(why), raw))

    def sort(self, result: Any) -> None:
        """Assign a result to its region."""
        if not isinstance(result, dict):
            self.aside("", "E728", "a result is not an object.", [result])
        elif _unwritable(result):
            what = "a result holds half a character (a lone surrogate), or a secret such as the token."
            self.aside(str(result.get("id", "")), "E728", what, [result])
        elif result.get("type") == "relation":
            self.relations.append(result)
        elif not isinstance(result.get("id"), str) or not isinstance(result.get("value"), dict):
            self.aside(str(result.get("id", "")), "E728", "a result has no region or no value.", [result])
        else:
            name, control = result["id"], result.get("from_name")
            self.raw.setdefault(name, []).append(result)
            if result.get("type") == "labels" or control == controls.LABEL:
                self.regions.setdefault(name, result)
            else:
                values = result["value"].get("choices", result["value"].get("text"))
                values = [values] if isinstance(values, str) else values
                if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
                    self.aside(name, "E728", f"{visible(str(control))} has no list of strings.", [result])
                else:
                    self.controls.setdefault(name, {}).setdefault(str(control), []).extend(values)

    def place_all(self) -> None:
        """Detect the unit of the offsets and locate every region; set aside those that do not match."""
        spots: dict[Unit, dict[str, tuple[int, int]]] = {}
        for unit, map_ in _maps(self.text).items():
            spots[unit] = {}
            for name, region in self.regions.items():
                value = region["value"]
                spot = place(self.text, value.get("start"), value.get("end"), value.get("text"), map_)
                if spot is not None:
                    spots[unit][name] = spot
        unit = max(spots, key=lambda u: (len(spots[u]), -UNITS.index(u)))
        self.read.unit = unit
        for name, region in list(self.regions.items()):
            if name in spots[unit]:
                start, end = spots[unit][name]
                self.spans[name] = {"start": start, "end": end, "text": self.text[start:end]}
            else:
                value = region["value"]
                what = f"{value.get('start')} to {value.get('end')} does not show {visible(str(value.get('text')))!r}"
                self.aside(name, "E723", f"{what} (offsets in {unit}).")
                del self.regions[name]

    def layer(self, name: str) -> str | None:
        """Return the layer of a region by its only label; None after setting it aside."""
        chosen = self.regions[name]["value"].get("labels")
        if isinstance(chosen, list) and len(chosen) == 1 and str(chosen[0]) in self.layer_of:
            return self.layer_of[str(chosen[0])]
        self.aside(name, "E724", f"the region has not one label of the scheme: {visible(str(chosen))}.")
        return None

    def identify(self, layers: dict[str, str]) -> None:
        """Assign each label its id: from its note or from the region's id, else a new one."""
        for layer in LAYER_NAMES:
            here = [name for name, of in layers.items() if of == layer]
            taken: set[str] = set()
            for name in here:
                wanted = self.wanted(name, layer)
                if wanted is not None and wanted not in taken:
                    taken.add(wanted)
                    self.names[name] = wanted
            avoid = taken | {str(known) for known in self.known[layer]}
            number = 1
            for name in here:
                while name not in self.names:
                    if f"{layer[0]}{number}" not in avoid:
                        self.names[name] = f"{layer[0]}{number}"
                    number += 1

    def wanted(self, name: str, layer: str) -> str | None:
        """Return the id that a region claims, unless it belongs to a label of another layer."""
        meta = self.regions[name].get("meta")
        note = meta.get("text") if isinstance(meta, dict) else None
        note = note[0] if isinstance(note, list) and note else note
        own = name if name in self.known[layer] or _NUMBERED.fullmatch(name) else None
        for wanted in (note, own):
            if isinstance(wanted, str) and wanted:
                if wanted in self.known[layer]:
                    return wanted
                other = any(wanted in self.known[of] for of in LAYER_NAMES if of != layer)
                strange = _NUMBERED.fullmatch(wanted) and wanted[0] != layer[0]
                if not other and not strange:
                    return wanted
        return None

    def attributes(self, name: str, layer: str) -> Label:
        """Return the fields set by the controls of a region."""
        given = self.controls.get(name, {})
        made: Label = {}
        for control, values in given.items():
            if control == controls.SEEN:
                continue
            if control not in SHOWN[layer] and control not in ("claimant_role", "claimant_ids"):
                if control in controls.CHOICES or control in controls.LISTS or control in controls.STRINGS:
                    continue  # left over from before the region's label was changed
                self.aside(name, "E724", f"{visible(control)} is no control of the page.")
                continue
            offered = self.offered.get(control)
            strange = [value for value in values if offered is not None and value not in offered]
            if strange:
                self.aside(name, "E724", f"{control} does not offer {visible(strange[0])!r}.")
            good = [value for value in values if value not in strange]
            if control in controls.MULTIPLE or control in controls.LISTS:
                made |= {control: good} if good else {}
            elif len(good) == 1:
                made[control] = good[0]
            elif good:
                self.aside(name, "E724", f"{control} is given {len(good)} times; none was taken.")
        return made

    def claim(self, name: str, layers: dict[str, str]) -> Label:
        """Read a claim with its fragments, cue, claimants and parent."""
        parts = [name, *self.follow(name, controls.PART, layers, "claims")]
        made: Label = {"id": self.names[name], "content": [dict(self.spans[part]) for part in parts]}
        cues: list[str] = []
        for cue in self.follow(name, controls.CUE_OF, layers, "cue"):
            cues += [cue, *self.follow(cue, controls.PART, layers, "cue")]
        made["cue"] = [dict(self.spans[cue]) for cue in dict.fromkeys(cues)]
        given = self.attributes(name, "claims")
        ids, roles = given.pop("claimant_ids", []), given.pop("claimant_role", [])
        claimants: list[Label] = [
            {"role": "MENTION", "mention": self.mention(target, layers[target])}
            for target in related(self.relations, name, controls.CLAIMANT)
            if layers.get(target) in ("entities", "claimant")
        ]
        for role in roles:
            claimants.append({"role": role})
            if role == "IMPLICIT" or "IMPLICIT" not in roles:
                claimants[-1]["entity_ids"] = ids
        if ids and not roles:
            self.aside(name, "E724", "there are ids of a claimant and no role for it.")
        parents = self.follow(name, controls.PARENT, layers, "claims")
        if len(parents) > 1:
            self.aside(name, "E724", f"the claim has {len(parents)} parents; the first was taken.")
        return made | given | {"claimants": claimants, "parent": self.names[parents[0]] if parents else None}

    def mention(self, name: str, layer: str) -> Any:
        """Return what a claimant refers to: an entity id, or the span of a region that is not an entity."""
        return self.names[name] if layer == "entities" else [self.spans[name]["start"], self.spans[name]["end"]]

    def follow(self, name: str, label: str, layers: dict[str, str], layer: str) -> list[str]:
        """Return the regions of a layer that are targets of a region's relations."""
        return [target for target in related(self.relations, name, label) if layers.get(target) == layer]

    def check_relations(self, layers: dict[str, str]) -> None:
        """Set aside relations with an unknown label or with ends of the wrong kind."""
        joins = {
            controls.CLAIMANT: {("claims", "entities"), ("claims", "claimant")},
            controls.CUE_OF: {("claims", "cue")},
            controls.PARENT: {("claims", "claims")},
            controls.PART: {("claims", "claims"), ("cue", "cue")},
        }
        for relation in self.relations:
            ends = tuple(layers.get(str(relation.get(key)), "nothing") for key in ("from_id", "to_id"))
            given = relation.get("labels")
            chosen = given[0] if isinstance(given, list) and len(given) == 1 else None
            if ends not in joins.get(str(chosen), set()):
                what = f"a relation {visible(str(given))} leads from {ends[0]} to {ends[1]}."
                self.aside(str(relation.get("from_id", "")), "E724", what, [relation])

    def labels(self) -> Read:
        """Read all labels."""
        self.place_all()
        layers = {name: layer for name in self.regions if (layer := self.layer(name))}
        self.check_relations(layers)
        for name in self.controls.keys() - self.regions.keys():
            if name not in {aside.region for aside in self.read.aside}:
                self.aside(name, "E724", "there are attributes of a region that is not there.")
        targets = [
            target
            for name in layers
            for target in self.follow(name, controls.PART, layers, layers[name])
            if layers[name] == "claims"
        ]
        twice = [name for name, count in Counter(targets).items() if count > 1]
        for name in twice:
            self.aside(name, "E724", "the fragment is part of two claims.")
        heads = {name: layer for name, layer in layers.items() if layer in LAYER_NAMES and name not in targets}
        self.identify(heads)
        for name, layer in heads.items():
            if layer == "claims":
                self.read.draft[layer].append(self.claim(name, layers))
            else:
                kind = {"type": self.regions[name]["value"]["labels"][0]}
                self.read.draft[layer].append(
                    {"id": self.names[name], **self.spans[name], **kind, **self.attributes(name, layer)}
                )
        return self.read


def decode(results: Any, text: str, base: Draft | None = None, own: LabelSets | None = None) -> Read:
    """Parse the results of an annotation.

    Args:
        results: from the server; untrusted.
        text: the document's text.
        base: the labels that were pushed, for their ids.
        own: the benchmark's own label sets.

    """
    return _Reader(results, text, base, own).labels()
