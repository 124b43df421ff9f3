"""What there is to push below a root: documents, gold, passes and predictions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from dragoman import files
from dragoman.build.label_studio import kinds
from dragoman.build.label_studio.drafts import LAYERS, Draft, Label
from dragoman.build.label_studio.kinds import Kind
from dragoman.build.label_studio.state import Item, Side
from dragoman.problems import DragomanError, Problem, error
from dragoman.schema.records import Document
from dragoman.schema.submission import Submission
from dragoman.text import find


def of_documents(documents: Mapping[str, Document]) -> list[Item]:
    """Documents without labels, to be labelled from nothing."""
    return [Item(document, b"", [Side(_empty())]) for document in documents.values()]


def of_files(root: Path, kind: Kind, documents: Mapping[str, Document]) -> list[Item]:
    """Documents with their files of labels.

    Raises:
        DragomanError: E701 where there is no such file, E301 for one of no document, or with what is wrong with them.

    """
    made, problems = [], []
    for path in sorted((root / kind.folder).glob("*.json")):
        if path.stem in {"registry", "claim_links", "record"}:
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
    """Predictions of a system, as suggestions that an annotator may take over.

    Returns:
        The items, and a warning for each prediction that has no place in its document or no label, which is left out.

    Raises:
        DragomanError: E201 or E202 for a line that is none of a submission, E302 for a document given twice.

    """
    made: dict[str, Item] = {}
    problems: list[Problem] = []
    for number, line in enumerate(files.read_bytes(path).splitlines(), 1):
        if not line.strip():
            continue
        given = files.decode(line, Submission, str(path), number)
        if given.id in made:
            raise error("E302", f"{given.id!r} is there twice.", "Leave one.", file=str(path), line=number)
        document = documents.get(given.id)
        if document is None:
            problems.append(Problem(code="E301", what=f"there is no document {given.id!r}.", file=str(path)))
            continue
        draft = _Placed(given, document, problems).draft()
        base = kinds.write_prediction(draft, b"", document)
        made[given.id] = Item(document, base, [Side(draft, name)])
    return list(made.values()), problems


class _Placed:
    """The labels of a line of a submission with their places."""

    def __init__(self, given: Submission, document: Document, problems: list[Problem]) -> None:
        self.given = msgspec.to_builtins(given)
        self.document = document
        self.problems = problems

    def lost(self, what: str) -> None:
        self.problems.append(Problem(code="W904", what=f"{what} was left out.", file=self.document.id))

    def span(self, given: Any) -> Label | None:
        """Find a span by offsets or quote."""
        if isinstance(given, (list, tuple)):
            start, end = given
        else:
            start, end = given.get("start"), given.get("end")
            if start is None and given.get("quote"):
                places = find(self.document.text, given["quote"])
                at = (given.get("occurrence") or 1) - 1
                if at >= len(places) or (len(places) > 1 and not given.get("occurrence")):
                    return None
                start, end = places[at]
        if start is None or end is None or not 0 <= start < end <= len(self.document.text):
            return None
        return {"start": start, "end": end, "text": self.document.text[start:end]}

    def draft(self) -> Draft:
        made = _empty()
        for layer in ("entities", "dates"):
            for at, given in enumerate(self.given.get(layer) or []):
                span = self.span(given)
                if span is None or not given.get("type"):
                    self.lost(f"{layer}[{at}] without a place or type")
                    continue
                rest = {k: v for k, v in given.items() if v is not None and k not in {"quote", "occurrence"}}
                made[layer].append({"id": f"{layer[0]}{at + 1}"} | rest | span)
        mentions = {(e["start"], e["end"]): e["id"] for e in made["entities"]}
        for at, given in enumerate(self.given.get("claims") or []):
            parts = {part: [self.span(f) for f in given.get(part) or []] for part in ("content", "cue")}
            if not parts["content"] or None in parts["content"] or None in parts["cue"]:
                self.lost(f"claims[{at}] without a place")
                continue
            rest = {k: v for k, v in given.items() if v is not None}
            claim = {"id": f"c{at + 1}"} | rest | parts
            claim["claimants"] = [self.claimant(c, mentions) for c in given.get("claimants") or []]
            made["claims"].append(claim)
        return made

    def claimant(self, given: Label, mentions: Mapping[tuple[int, int], str]) -> Label:
        mention = given.get("mention")
        span = self.span(mention) if isinstance(mention, (list, tuple)) else self.span(given)
        if span is not None:
            mention = mentions.get((span["start"], span["end"]))
        made = {"role": given.get("role") or ("MENTION" if mention else "AUTHOR")}
        if mention:
            made["mention"] = mention
        return made | ({"entity_ids": given["entity_ids"]} if given.get("entity_ids") else {})


def _empty() -> Draft:
    return {layer: [] for layer in LAYERS}
