"""Adjudication: gold from two annotation passes and the decisions on their disagreements.

A label on which both passes agree becomes gold; where they differ, a decision states what does, and why. A decision may
also correct a label on which both agree, or add one that neither has; the last decision on a label is used. Claims that
agree may differ in fields that are not scored: gloss, ``about`` and ``dates`` are then taken from pass a; phenomena are
the union of both passes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from dragoman import files, json_text
from dragoman.authoring.curation import read_curated
from dragoman.authoring.disagreements import Point, first_offset, points
from dragoman.problems import DragomanError, Problem, error
from dragoman.release import scheme_file
from dragoman.release.passes import Reader, derive, read_pass
from dragoman.release.phenomena import tag_across
from dragoman.schema import labels
from dragoman.schema.decision import Decision, Identity, Ruling
from dragoman.schema.layers import LAYER_NAMES, LAYERS, by_name
from dragoman.schema.pass_file import GOLD_PASSES, QuotedLabels
from dragoman.schema.records import Claim, Date, Document, Entity, Labels


@dataclass
class Case:
    """A document with the points of its two passes and the decisions on them."""

    document: Document
    points: list[Point]
    decisions: list[Decision] = field(default_factory=list)

    def undecided(self) -> list[Point]:
        """Return the points on which the passes differ without a decision."""
        decided = {(d.layer, d.a, d.b) for d in self.decisions}
        return [p for p in self.points if not p.agreed and p.key[1:] not in decided]


def read_documents(root: Path) -> dict[str, Document]:
    """Return the documents of the corpus by id, in the order of pages."""
    return {document.id: document for page in read_curated(root) for document in page.documents}


def read_passes(
    root: Path, documents: dict[str, Document], names: tuple[str, ...] = GOLD_PASSES
) -> dict[str, dict[str, Labels]]:
    """Read passes, and map their entity ids to those of the registry.

    Returns:
        Labels by pass and document.

    Raises:
        DragomanError: with all errors in the passes; E701 if they do not cover the same documents.

    """
    annotations = root / "annotations"
    identity = Identity()
    if (annotations / "registry" / "identity.json").exists():
        identity = files.read_json(annotations / "registry" / "identity.json", Identity)
    sides = {}
    for name in names:
        read = read_pass(annotations / "passes" / name, documents)
        if not read:
            raise error("E701", f"the pass {name!r} has no labels.", file=str(annotations / "passes" / name))
        renaming = getattr(identity, name, {})
        sides[name] = {key: _identified(labels_, renaming) for key, labels_ in read.items()}
    every = {document for labels_ in sides.values() for document in labels_}
    lone = sorted(document for document in every if any(document not in labels_ for labels_ in sides.values()))
    if lone:
        raise error("E701", f"{lone[0]} is in one pass alone.", "Both annotators label every document.")
    return sides


def read_cases(root: Path) -> dict[str, Case]:
    """Read both passes and the decisions on them.

    Raises:
        DragomanError: with all errors in passes or decisions.

    """
    documents = read_documents(root)
    first, second = read_passes(root, documents).values()
    cases = {key: Case(documents[key], points(first[key], second[key])) for key in documents if key in first}
    for decision in read_decisions(root / "annotations" / "decisions.jsonl"):
        if decision.document not in cases:
            raise error("E301", f"a decision is about {decision.document!r}, which is no document in the passes.")
        cases[decision.document].decisions.append(decision)
    return cases


def read_decisions(path: Path) -> list[Decision]:
    """Read the decisions on labels; none if the file is missing.

    Raises:
        DragomanError: for a line that is neither a decision nor a ruling.

    """
    return [line for line in _lines(path) if isinstance(line, Decision)]


class Place(NamedTuple):
    """The span of a label, in code points of its document's text, half-open."""

    layer: str
    start: int
    end: int


def reviewed_places(root: Path) -> dict[str, list[Place]]:
    """Return the spans of labels that were decided in a review of gold, by document.

    Raises:
        DragomanError: as :func:`read_cases`.

    """
    found: dict[str, list[Place]] = {}
    for key, case in read_cases(root).items():
        for decision in case.decisions:
            if decision.review is not None:
                found.setdefault(key, []).extend(_places(case, decision))
    return found


def _places(case: Case, decision: Decision) -> Iterator[Place]:
    """Yield the spans of the labels of either pass that a decision is about, and of the label that it specifies."""
    made: list[Entity | Date | Claim] = []
    if decision.keep == "label":
        made += [each.label for each in _written(case, decision, [], [])]
    for point in case.points:
        pairs = ((point.a, decision.a), (point.b, decision.b))
        made += [label for label, name in pairs if point.layer == decision.layer and label and label.id == name]
    for label in made:
        pieces = label.content if isinstance(label, Claim) else [label]
        yield from (Place(decision.layer, piece.start, piece.end) for piece in pieces)


class _Line(msgspec.Struct):
    """The field that distinguishes a ruling from a decision."""

    ruling: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def _lines(path: Path) -> list[Decision | Ruling]:
    lines = files.read_bytes(path).splitlines() if path.exists() else []
    made: list[Decision | Ruling] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            kind: type[Decision | Ruling] = Ruling if _is_ruling(line) else Decision
            made.append(json_text.decode(line, kind, str(path), number))
    return made


def _is_ruling(line: bytes) -> bool:
    try:
        return msgspec.json.decode(line, type=_Line).ruling is not msgspec.UNSET
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False


def _identified(labels_: Labels, identity: dict[str, str]) -> Labels:
    def renamed(ids: list[str]) -> list[str]:
        return sorted({identity.get(name, name) for name in ids})

    for entity in labels_.entities:
        entity.entity_ids = renamed(entity.entity_ids)
    for claim in labels_.claims:
        claim.about = renamed(claim.about)
        for claimant in claim.claimants:
            claimant.entity_ids = renamed(claimant.entity_ids)
    return labels_


@dataclass
class _GoldLabel:
    """A label that becomes gold, and the names by which other labels refer to it (``a:e12``)."""

    label: Any
    names: list[str]
    source: str
    point: Point | None = None


def gold_points(root: Path) -> dict[str, dict[tuple[str, str], Point | None]]:
    """Return the point of the passes that each gold label comes from.

    Returns:
        Points by document and by (layer, id of the gold label); None for a label that a decision added and neither
        pass has.

    Raises:
        DragomanError: with all errors in passes or decisions; E710 if there are undecided points.

    """
    made: dict[str, dict[tuple[str, str], Point | None]] = {}
    problems: list[Problem] = []
    for key, case in read_cases(root).items():
        if case.undecided():
            raise error("E710", "points of the passes are undecided.", "List them: dragoman author adjudicate --list.")
        chosen = _chosen(case, problems)
        _numbered(case, chosen, problems)  # sorts them into the order of their numbers
        made[key] = {
            (layer, f"{layer[0]}{number}"): item.point
            for layer, items in chosen.items()
            for number, item in enumerate(items, 1)
        }
    if problems:
        raise DragomanError(problems)
    return made


def build_gold(root: Path) -> dict[str, Labels]:
    """Merge agreed labels and decisions into gold.

    Raises:
        DragomanError: E710 for every undecided point, or with all errors in the decisions.

    """
    cases = read_cases(root)
    problems = [
        Problem(
            code="E710",
            what=f"{point.layer} a:{point.key[2]} b:{point.key[3]} differ in {', '.join(point.differences)}.",
            hint="Decide it in annotations/decisions.jsonl.",
            path=case.document.id,
        )
        for case in cases.values()
        for point in case.undecided()
    ]
    gold = {}
    for key, case in cases.items():
        if not case.undecided():
            gold[key], wrong = _document_gold(case)
            problems += wrong
    if problems:
        raise DragomanError(problems)
    annotated = scheme_file.read(root).layers
    for labels_ in gold.values():
        labels_.layers_annotated = [layer for layer in labels_.layers_annotated if layer in annotated]
    cut = {segment.document for page in read_curated(root) for segment in page.segments if segment.truncated}
    tag_across(gold, {key: case.document for key, case in cases.items()}, {name for name in cut if name is not None})
    return gold


def _document_gold(case: Case) -> tuple[Labels, list[Problem]]:
    problems: list[Problem] = []
    return _numbered(case, _chosen(case, problems), problems), problems


def _chosen(case: Case, problems: list[Problem]) -> dict[str, list[_GoldLabel]]:
    """Return the labels of a document that become gold, by layer."""
    chosen: dict[str, list[_GoldLabel]] = {layer: [] for layer in LAYER_NAMES}
    by_key: dict[tuple[str, str | None, str | None], Decision] = {(d.layer, d.a, d.b): d for d in case.decisions}
    known = {(p.layer, p.key[2], p.key[3]) for p in case.points}
    for key in by_key:
        if key not in known and key[1:] != (None, None):
            what = f"a decision is about {key[0]} a:{key[1]} b:{key[2]}, which are not aligned in the passes."
            problems.append(Problem(code="E601", what=what, path=case.document.id))
    for point in case.points:
        decision = by_key.get(point.key[1:])
        outcome = _outcome(case, point, decision, problems)
        chosen[point.layer] += [replace(item, point=point) for item in outcome]
    for decision in case.decisions:
        if decision.a is None and decision.b is None:
            chosen[decision.layer] += _written(case, decision, ["new"], problems)
    return chosen


def _outcome(case: Case, point: Point, decision: Decision | None, problems: list[Problem]) -> list[_GoldLabel]:
    """Return the labels of a point that become gold."""
    names = [f"{side}:{label.id}" for side, label in (("a", point.a), ("b", point.b)) if label is not None]
    if decision is None:
        merged = msgspec.structs.replace(point.a, phenomena=_union(point.a.phenomena, point.b.phenomena))
        return [_GoldLabel(merged, names, "a")]
    if decision.keep == "label":
        return _written(case, decision, names, problems)
    chosen = {"a": ("a",), "b": ("b",), "both": ("a", "b"), "none": ()}[decision.keep]
    if decision.keep != "both":
        return [_GoldLabel(getattr(point, side), names, side) for side in chosen]
    return [_GoldLabel(getattr(point, side), [f"{side}:{getattr(point, side).id}"], side) for side in chosen]


def _written(case: Case, decision: Decision, names: list[str], problems: list[Problem]) -> list[_GoldLabel]:
    """Convert the label specified in a decision to a record; its references are left as written."""
    singular = by_name(decision.layer).singular
    label = getattr(decision, singular)
    if label is None:
        problems.append(
            Problem(code="E204", what=f"a decision keeps a label and has none in {singular!r}.", path=case.document.id)
        )
        return []
    content: dict[str, Any] = {layer: [] for layer in LAYER_NAMES} | {decision.layer: [label]}
    reader = Reader(QuotedLabels(document=case.document.id, **content), case.document, "decisions.jsonl")
    (record,) = reader.layer(decision.layer)
    problems += [p for p in reader.problems if p.code != "E601"]  # references are resolved when all are known
    names = [*(name for name in names if name != "new"), f"new:{label.id}"]
    return [_GoldLabel(record, names, "new")]


def _union(a: list[labels.Phenomenon], b: list[labels.Phenomenon]) -> list[labels.Phenomenon]:
    return labels.ordered({*a, *b}, labels.Phenomenon)


def _numbered(case: Case, chosen: dict[str, list[_GoldLabel]], problems: list[Problem]) -> Labels:
    """Assign the labels their numbers in text order, and update references to them."""
    place: dict[str, str] = {}
    for layer, items in chosen.items():
        items.sort(
            key=lambda k: (first_offset(k.label), -_last_offset(k.label), getattr(k.label, "type", ""), k.label.id)
        )
        for number, item in enumerate(items, 1):
            place |= {f"{layer}/{name}": f"{layer[0]}{number}" for name in item.names}

    def follow(layer: str, name: str | None, source: str, where: str) -> str | None:
        if name is None:
            return None
        full = name if ":" in name else f"{source}:{name}"
        target = place.get(f"{layer}/{full}")
        if target is None:
            what = f"{where} refers to {full}, which did not become gold."
            problems.append(Problem(code="E601", what=what, hint="Decide that label too.", path=case.document.id))
        return target

    entities = [_renamed(k, place, "entities") for k in chosen["entities"]]
    dates = []
    for k in chosen["dates"]:
        date: Date = _renamed(k, place, "dates")
        if date.ref not in {"none", "published"}:
            date.ref = follow("dates", date.ref, k.source, date.id) or "none"
        dates.append(date)
    ids = {e.id: e.entity_ids for e in entities}
    claims = []
    for k in chosen["claims"]:
        claim: Claim = _renamed(k, place, "claims")
        claim.parent = follow("claims", claim.parent, k.source, claim.id)
        claim.dates = [
            name for d in claim.dates if (name := place.get(f"dates/{d if ':' in d else f'{k.source}:{d}'}"))
        ]
        claim.claimants = [
            msgspec.structs.replace(c, mention=follow("entities", c.mention, k.source, claim.id))
            for c in claim.claimants
        ]
        for claimant in claim.claimants:
            claimant.entity_ids = ids.get(claimant.mention or "", claimant.entity_ids)
        claims.append(claim)
    layers = [layer.name for layer in LAYERS]
    return derive(Labels(case.document.id, layers, entities, dates, claims), case.document)


def _last_offset(label: Entity | Date | Claim) -> int:
    return label.content[-1].end if isinstance(label, Claim) else label.end


def _renamed(label: _GoldLabel, place: dict[str, str], layer: str) -> Any:
    return msgspec.structs.replace(label.label, id=place[f"{layer}/{label.names[0]}"])


def write_gold(root: Path, gold: dict[str, Labels]) -> list[str]:
    """Write the gold files, and remove those of documents without gold; return the documents that changed."""
    folder = root / "annotations" / "gold"
    with files.writing_into(folder):
        changed = [
            name for name, labels_ in gold.items() if files.write(folder / f"{name}.json", json_text.pretty(labels_))
        ]
        stale = files.remove_others(folder, "*.json", [folder / f"{name}.json" for name in gold])
    return sorted([*changed, *(path.stem for path in stale)])
