"""Items to push from a root: documents, gold, passes and predictions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from dragoman import files, json_text
from dragoman.authoring.label_studio import controls, file_kinds
from dragoman.authoring.label_studio.file_kinds import Kind
from dragoman.authoring.label_studio.label_fields import Draft, Label
from dragoman.authoring.label_studio.state import Item, Side
from dragoman.problems import DragomanError, Problem, error
from dragoman.schema.layers import CONTIGUOUS, LAYER_NAMES
from dragoman.schema.pass_file import NOT_DOCUMENTS
from dragoman.schema.records import Document
from dragoman.schema.submission import Submission
from dragoman.text import locate_quote


def of_documents(documents: Mapping[str, Document]) -> list[Item]:
    """Make items for documents without labels; once submitted, even an empty annotation counts as annotated."""
    return [Item(document, b"", []) for document in documents.values()]


def of_files(root: Path, kind: Kind, documents: Mapping[str, Document]) -> list[Item]:
    """Make items for documents with their files of labels.

    Raises:
        DragomanError: E701 if there are no files, E301 for a file without a document, or errors in the files.

    """
    made, problems = [], []
    for path in sorted((root / kind.folder).glob("*.json")):
        if path.stem in NOT_DOCUMENTS:
            continue
        if path.stem not in documents:
            problems.append(Problem(code="E301", what=f"there is no document {path.stem!r}.", file=str(path)))
            continue
        data = files.read_bytes(path)
        try:
            draft = kind.read(data, documents[path.stem], str(path))
        except DragomanError as cause:
            problems += cause.problems
        else:
            made.append(Item(documents[path.stem], data, [Side(draft)]))
    if problems:
        raise DragomanError(problems)
    if not made:
        raise error("E701", f"there is nothing in {kind.folder}.", "Check --root and the name.", file=str(root))
    return made


def of_predictions(path: Path, name: str, documents: Mapping[str, Document]) -> tuple[list[Item], list[Problem]]:
    """Make items for a system's predictions, as suggestions that an annotator can accept.

    Returns:
        The items, and a warning for each prediction without a span or label, which is left out.

    Raises:
        DragomanError: E201 or E202 for an invalid submission line, E302 for a repeated document.

    """
    made: dict[str, Item] = {}
    problems: list[Problem] = []
    for number, line in enumerate(files.read_bytes(path).splitlines(), 1):
        if not line.strip():
            continue
        given = json_text.decode(line, Submission, str(path), number)
        if given.id in made:
            raise error("E302", f"{given.id!r} is there twice.", "Leave one.", file=str(path), line=number)
        document = documents.get(given.id)
        if document is None:
            problems.append(Problem(code="E301", what=f"there is no document {given.id!r}.", file=str(path)))
            continue
        draft = _LocatedLabels(given, document, problems).draft()
        base = file_kinds.write_prediction(draft, b"", document)
        made[given.id] = Item(document, base, [Side(draft, name)])
    return list(made.values()), problems


class _LocatedLabels:
    """The labels of a submission line, with quotes resolved to spans."""

    def __init__(self, given: Submission, document: Document, problems: list[Problem]) -> None:
        self.given = msgspec.to_builtins(given)
        self.document = document
        self.problems = problems

    def skip(self, what: str) -> None:
        self.problems.append(Problem(code="W904", what=f"{what} was left out.", file=self.document.id))

    def span(self, given: Any) -> Label | None:
        """Resolve a span given by offsets or quote; None if it is invalid."""
        if isinstance(given, (list, tuple)):
            start, end = given
        else:
            start, end = given.get("start"), given.get("end")
            if start is None and given.get("quote"):
                place = locate_quote(self.document.text, given["quote"], exact=True).place(given.get("occurrence"))
                if place is None:
                    return None
                start, end = place
        if start is None or end is None or not 0 <= start < end <= len(self.document.text):
            return None
        return {"start": start, "end": end, "text": self.document.text[start:end]}

    def draft(self) -> Draft:
        made = _empty()
        for layer in CONTIGUOUS:
            for at, given in enumerate(self.given.get(layer) or []):
                span = self.span(given)
                if span is None or not given.get("type"):
                    self.skip(f"{layer}[{at}] without a place or type")
                    continue
                rest = {k: v for k, v in given.items() if v is not None and k not in {"quote", "occurrence"}}
                made[layer].append({"id": f"{layer[0]}{at + 1}"} | rest | span)
        for at, given in enumerate(self.given.get("claims") or []):
            parts = {part: [self.span(f) for f in given.get(part) or []] for part in ("content", "cue")}
            if not parts["content"] or None in parts["content"] or None in parts["cue"]:
                self.skip(f"claims[{at}] without a place")
                continue
            rest = {k: v for k, v in given.items() if v is not None}
            claim = {"id": f"c{at + 1}"} | rest | parts
            claimants = [
                self.claimant(claimant, made["entities"], f"claims[{at}].claimants[{i}]")
                for i, claimant in enumerate(given.get("claimants") or [])
            ]
            claim["claimants"] = [claimant for claimant in claimants if claimant is not None]
            made["claims"].append(claim)
        self.check_parents(made["claims"])
        return made

    def claimant(self, given: Label, entities: list[Label], where: str) -> Label | None:
        """Resolve a claimant to an entity, else to its own span; None if it has neither."""
        mention = given.get("mention")
        bare = isinstance(mention, (list, tuple))
        known = next((e["id"] for e in entities if e["id"] == mention), None)
        own = any(given.get(name) is not None for name in ("start", "quote"))
        if known is None and (bare or own):
            span = self.span(mention if bare else given)
            if span is None:
                self.skip(f"the span of {where}, which has no place,")
            else:
                place = (span["start"], span["end"])
                known = next((e["id"] for e in entities if (e["start"], e["end"]) == place), list(place))
        elif known is None and mention is not None:
            self.skip(f"the mention {mention!r} of {where}, which is no entity here,")
        elif known is None and given.get("role") == "MENTION":
            self.skip(f"{where}, a mention of nothing,")
        pointing = mention is not None or own or given.get("role") == "MENTION"
        if known is None and pointing and given.get("role") not in controls.CLAIMANT_ROLES:
            return None
        made: Label = {"role": given.get("role") or ("AUTHOR" if known is None else "MENTION")}
        if known is not None:
            made["mention"] = known
        return made | ({"entity_ids": given["entity_ids"]} if given.get("entity_ids") else {})

    def check_parents(self, claims: list[Label]) -> None:
        """Remove dangling parents, since a relation needs a target region."""
        names = {claim["id"] for claim in claims}
        for claim in claims:
            if claim.get("parent") is not None and claim["parent"] not in names:
                self.skip(f"the parent {claim['parent']!r} of {claim['id']}, which is no claim here,")
                del claim["parent"]


def _empty() -> Draft:
    return {layer: [] for layer in LAYER_NAMES}
