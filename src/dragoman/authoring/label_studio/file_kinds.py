"""Kinds of files that are pushed: conversion of files of labels to drafts, and back to bytes.

A file whose labels were not changed on the page is returned byte for byte; in a changed file, unchanged labels are kept
as they were written.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from dragoman import files, json_text
from dragoman.authoring.label_studio.label_fields import Draft, Label, checked, restore, view
from dragoman.problems import DragomanError, Problem, error
from dragoman.release.passes import Reader, days, derive
from dragoman.release.scheme_file import Scheme
from dragoman.schema.labels import LabelSets
from dragoman.schema.layers import CONTIGUOUS, LAYER_NAMES, LAYERS, by_name
from dragoman.schema.pass_file import Quote, QuotedLabels
from dragoman.schema.records import Document, Labels
from dragoman.text import locate_quote, quote_of


class LabelError(DragomanError):
    """A label that cannot be written to a file.

    Attributes:
        layer: the layer of the label.
        index: its index among the labels of the layer in the draft.

    """

    def __init__(self, layer: str, index: int, problem: Problem) -> None:
        super().__init__(problem)
        self.layer = layer
        self.index = index


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes:
        name: ``gold``, ``pass a``, ``documents``, ``predictions …``, ``compare a b``.
        folder: folder of its files, relative to the root.
        read: converts a file's bytes and its document to a draft.
        write: converts a draft, the pushed bytes and the document to bytes.
        own: the benchmark's own label sets.

    """

    name: str
    folder: Path
    read: Callable[[bytes, Document, str], Draft]
    write: Callable[[Draft, bytes, Document], bytes]
    own: LabelSets = field(default_factory=dict)

    @property
    def command(self) -> str:
        """The subcommand that pushes it."""
        return self.name if self.name.startswith("compare ") else f"push {self.name}"

    def path(self, root: Path, document: str) -> Path:
        """Return the path of a document's file below a root."""
        return files.child(root / self.folder, f"{document}.json")

    def returned(self, came: Draft, base: bytes, document: Document) -> tuple[bytes, list[Problem]]:
        """Convert the labels from the page to a file: the pushed bytes, if nothing was changed.

        Returns:
            The bytes, and a problem for each invalid label, which was left out; the problem's path is ``layer: id``.

        """
        before = self.read(base, document, document.id)
        if view(came) == view(before) and all(len(came[layer]) == len(before[layer]) for layer in LAYER_NAMES):
            return base, []
        draft = restore(came, before)
        rejected: list[Problem] = []
        while True:
            try:
                return self.write(draft, base, document), rejected
            except LabelError as cause:
                label = draft[cause.layer].pop(cause.index)
                path = f"{cause.layer}: {label['id']}"
                rejected += [msgspec.structs.replace(problem, path=path) for problem in cause.problems]
                _forget(draft, cause.layer, label["id"])


def _forget(draft: Draft, layer: str, name: str) -> None:
    """Remove references to a label that is left out."""
    for at, claim in enumerate(draft["claims"]):
        gone: Label = {}
        if layer == "entities":
            gone["claimants"] = [c for c in claim.get("claimants") or () if c.get("mention") != name]
        if layer == "dates" and name in (claim.get("dates") or ()):
            gone["dates"] = [date for date in claim["dates"] if date != name]
        if layer == "claims" and claim.get("parent") == name:
            gone["parent"] = None
        draft["claims"][at] = claim | gone


def _plain(record: Any) -> Draft:
    built = msgspec.to_builtins(record)
    return {layer: built.get(layer) or [] for layer in LAYER_NAMES}


def read_gold(data: bytes, document: Document, name: str) -> Draft:
    """Read a gold file.

    Raises:
        DragomanError: E202 wrong structure, E301 of another document, E707 spans that do not match the text.

    """
    gold = json_text.decode(data, Labels, name)
    if gold.document != document.id:
        raise error("E301", f"the file is of {gold.document!r}.", "Name it after its document.", file=name)
    draft = _plain(gold)
    labelled = [*draft["entities"], *draft["dates"], *(f for c in draft["claims"] for f in (*c["content"], *c["cue"]))]
    wrong = [s for s in labelled if document.text[s["start"] : s["end"]] != s["text"] or s["start"] >= s["end"]]
    if wrong:
        what = f"{wrong[0]['start']} to {wrong[0]['end']} does not show {wrong[0]['text']!r}."
        raise error("E707", what, "Correct the gold first: dragoman author check.", file=name)
    return draft


def write_gold(draft: Draft, base: bytes, document: Document, annotated: Sequence[str] = LAYER_NAMES) -> bytes:
    """Write a gold file, with all derived fields.

    Raises:
        DragomanError: E202 for a label without a field that gold must have.

    """
    layers = json_text.decode(base, Labels).layers_annotated if base else list(annotated)
    layers = [layer for layer in LAYER_NAMES if layer in layers or draft[layer]]
    mentions = {entity["id"]: entity for entity in draft["entities"]}
    for at, claim in enumerate(draft["claims"]):
        if not claim.get("claimants"):
            hint = "Draw the relation to its claimant, or choose a role."
            problem = Problem(code="E202", what="the claim has no claimant.", hint=hint, file=document.id)
            raise LabelError("claims", at, problem)
        _check_claimants(claim, at, document)
        for claimant in claim["claimants"]:
            if claimant.get("mention") in mentions:
                claimant["entity_ids"] = sorted(mentions[claimant["mention"]].get("entity_ids") or [])
    full = draft | {"entities": [{"entity_ids": []} | entity for entity in draft["entities"]]}
    records = _records(full, {layer.name: layer.gold for layer in LAYERS}, document)
    gold = Labels(document.id, layers, **records)  # type: ignore[arg-type]
    for date in gold.dates:
        date.earliest, date.latest = days(date.value, date)
        date.earliest_external = date.latest_external = None
        if date.value_external is not None:
            date.earliest_external, date.latest_external = days(date.value_external, date)
    for entity in gold.entities:
        entity.entity_ids = sorted(set(entity.entity_ids))
    return json_text.pretty(derive(gold, document))


def _check_claimants(claim: Label, index: int, document: Document) -> None:
    """Reject a claimant that is a bare span, which only predictions may have."""
    if any(isinstance(claimant.get("mention"), (list, tuple)) for claimant in claim.get("claimants") or ()):
        hint = "Give the claimant's region the label of an entity type."
        problem = Problem(code="E202", what="the claim's claimant is no entity.", hint=hint, file=document.id)
        raise LabelError("claims", index, problem)


def read_pass(data: bytes, document: Document, name: str) -> Draft:
    """Read a file of a pass, with quotes resolved to offsets.

    Raises:
        DragomanError: E202 wrong structure, E301 of another document, E4xx for quotes that cannot be located.

    """
    written = json_text.decode(data, QuotedLabels, name)
    if written.document != document.id:
        raise error("E301", f"the file is of {written.document!r}.", "Name it after its document.", file=name)
    reader = Reader(written, document, name)

    def resolved(quote: Label) -> Label:
        start, end = reader.span(msgspec.convert(_quote(quote), type=Quote), quote["quote"])
        others = {key: value for key, value in quote.items() if key not in {"line", "quote", "occurrence"}}
        return {"start": start, "end": end, "text": document.text[start:end], **others}

    raw = msgspec.to_builtins(written)
    draft: Draft = {layer: [resolved(label) for label in raw[layer]] for layer in CONTIGUOUS}
    draft["claims"] = [
        claim | {part: [resolved(quote) for quote in claim[part]] for part in ("content", "cue")}
        for claim in raw["claims"]
    ]
    if reader.problems:
        raise DragomanError(reader.problems)
    return draft


def _quote(label: Label) -> Label:
    return {key: label.get(key) for key in ("line", "quote", "occurrence")}


def write_pass(draft: Draft, base: bytes, document: Document) -> bytes:
    """Write a file of a pass: spans as quotes, unchanged labels as they were written.

    Raises:
        DragomanError: E202 for a label without a field that a pass must have, E723 for a span over several lines.

    """
    raw: dict[str, Any] = json.loads(base) if base else {}
    before = read_pass(base, document, document.id) if base else {layer: [] for layer in LAYER_NAMES}
    old = {
        layer: {label["id"]: (label, raw[layer][at]) for at, label in enumerate(before[layer])} for layer in LAYER_NAMES
    }

    def quoted(span: Label, layer: str, index: int) -> Label:
        line_start = document.text.rfind("\n", 0, span["start"]) + 1
        line_end = document.text.find("\n", line_start)
        line = document.text[line_start : line_end if line_end >= 0 else None]
        at, surface = span["start"] - line_start, document.text[span["start"] : span["end"]]
        if "\n" in surface:
            what = f"{span['start']} to {span['end']} runs over several lines."
            hint = "A pass quotes within a line: split the region."
            raise LabelError(layer, index, Problem(code="E723", what=what, hint=hint, file=document.id))
        repeated = surface and locate_quote(line, surface, exact=True).place(None) is None
        number = {"occurrence": quote_of(line, at, at + len(surface))[1]} if repeated else {}
        return {"line": document.text.count("\n", 0, span["start"]) + 1, "quote": surface, **number}

    def written(layer: str, at: int, label: Label) -> Label:
        was, as_written = old[layer].get(label["id"], (None, None))
        if was == label and as_written is not None:
            return dict(as_written)
        rest = {key: value for key, value in label.items() if key not in {"id", "start", "end", "text"}}
        rest = {key: value for key, value in rest.items() if value is not None and (value != [] or key == "claimants")}
        if layer == "claims":
            _check_claimants(label, at, document)
            rest |= {part: [quoted(span, layer, at) for span in label.get(part) or ()] for part in ("content", "cue")}
            rest = {**by_name(layer).defaults, **rest}
            return {"id": label["id"], **rest}
        return {
            "id": label["id"],
            **quoted(label, layer, at),
            **({"entity_ids": []} if layer == "entities" else {}),
            **rest,
        }

    labels_ = {layer: [written(layer, at, label) for at, label in enumerate(draft[layer])] for layer in LAYER_NAMES}
    _records(labels_, {layer.name: layer.quoted for layer in LAYERS}, document)
    made = {"document": document.id, **labels_}
    return json.dumps(made, ensure_ascii=False, indent=1).encode() + b"\n"


def read_prediction(data: bytes, _document: Document, name: str) -> Draft:
    """Read a document's submission line whose spans were resolved to offsets.

    Raises:
        DragomanError: E202 wrong structure.

    """
    draft = json_text.decode(data, dict[str, Any], name)
    try:
        return checked({layer: draft.get(layer) or [] for layer in LAYER_NAMES})
    except msgspec.ValidationError as cause:
        raise error("E202", f"{cause}.", file=name) from cause


def write_prediction(draft: Draft, _base: bytes, document: Document) -> bytes:
    """Write a document's submission line."""
    return json_text.canonical({"id": document.id, **draft}) + b"\n"


def _records(draft: Draft, types: dict[str, Any], document: Document) -> dict[str, list[Any]]:
    """Convert labels to records, layer by layer.

    Raises:
        LabelError: E202 for the first label that lacks a required field.

    """
    records: dict[str, list[Any]] = {layer: [] for layer in types}
    for layer, type_ in types.items():
        for index, label in enumerate(draft[layer]):
            try:
                records[layer].append(msgspec.convert(label, type_))
            except msgspec.ValidationError as cause:
                what = str(cause).partition(" - at `$")[0]
                hint = "Complete the label on the page and pull again."
                problem = Problem(code="E202", what=f"{what}.", hint=hint, file=document.id)
                raise LabelError(layer, index, problem) from cause
    return records


def of_scheme(kind: Kind, scheme: Scheme) -> Kind:
    """Set the label sets and layers of the benchmark, which new labels use."""
    write = functools.partial(write_gold, annotated=scheme.layers) if kind.write is write_gold else kind.write
    return replace(kind, own=scheme.label_sets, write=write)


GOLD = Kind("gold", Path("annotations", "gold"), read_gold, write_gold)


def of_pass(name: str) -> Kind:
    """Make the kind for files of a pass, ``annotations/passes/<name>``."""
    files.child(Path(), name)
    return Kind(f"pass {name}", Path("annotations", "passes", name), read_pass, write_pass)


def of_predictions(name: str) -> Kind:
    """Make the kind for a system's predictions, one file per document below ``predictions/<name>``."""
    files.child(Path(), name)
    return Kind(f"predictions {name}", Path("predictions", name), read_prediction, write_prediction)


def of_comparison(first: str, second: str) -> Kind:
    """Make the kind for the points of two passes; decisions are pulled.

    See :mod:`dragoman.authoring.label_studio.comparison_tasks`.
    """
    files.child(Path(), first)
    files.child(Path(), second)
    name = f"compare {first} {second}"
    return Kind(name, Path("annotations", "adjudicated"), read_prediction, write_prediction)


def _read_nothing(data: bytes, document: Document, name: str) -> Draft:
    return read_gold(data, document, name) if data else {layer: [] for layer in LAYER_NAMES}


DOCUMENTS = Kind("documents", GOLD.folder, _read_nothing, write_gold)
"""Documents pushed without labels; their annotations are pulled as gold."""
