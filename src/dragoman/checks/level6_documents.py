"""Level 6, across documents: one id is one entity, one cluster one claim, and nothing is missing or unused.

Office holders need evidence in the document: a mention of the office and one of the person.

A mention has the type that the registry gives its entity, except that

- a mention of several entities whose types differ is an ``ORG`` (a union and a state, "the two sides");
- an entity that is a body in one sentence and a meeting in another may be ``ORG`` or ``EVENT``.

In a raw pass these are warnings, because raw passes are never corrected; its registry is checked like that of gold.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from dragoman.problems import shown
from dragoman.release import english_lines
from dragoman.schema.layers import LAYER_NAMES
from dragoman.text import find

if TYPE_CHECKING:
    from pathlib import Path

    from dragoman.checks.findings import Findings, Report
    from dragoman.checks.level1_schema import Material, RegistryFile
    from dragoman.schema.records import Claim, Entity, Labels, OfficeHolder, SourceEntity

_MEETINGS = frozenset({"ORG", "EVENT"})


def check(material: Material, findings: Findings) -> None:
    """Check corpus, gold, registry and passes."""
    _splits(material, findings)
    _complete(material, findings)
    _consistency(material.registry, material.gold, findings, whole=findings.intact(*material.gold_folders))
    if findings.intact(*material.gold_folders):
        _offices(material, findings.reporter(6, material.registry.offices_file))
    if findings.intact(*material.corpus_folders):
        report = findings.reporter(6, english_lines.file_of(material.root))
        for fault in english_lines.faults(material.english, material.documents.values()):
            report(fault.code, "", fault.what, fault.hint)
    for one in material.passes:
        _consistency(
            one.registry, one.resolved, findings, whole=findings.intact(one.folder, *material.corpus_folders), raw=True
        )


def _splits(material: Material, findings: Findings) -> None:
    """Check that each document has one split, and that document ids are unique."""
    owner: dict[str, str] = {}
    for path, page in material.pages.items():
        report = findings.reporter(6, path)
        ids = [document.id for document in page.documents]
        for name in ids:
            if name in owner:
                report("E302", f"documents[{name}]", f"page {owner[name]} has a document of that id too.")
            owner[name] = page.page
            if name not in page.splits:
                report("E713", f"splits[{name}]", f"{name} is in no split.", "Run dragoman author curate.")
        for name in sorted(page.splits.keys() - set(ids)):
            report("E301", f"splits[{name}]", f"the page has no document {shown(name)}.", "Run dragoman author curate.")


def _complete(material: Material, findings: Findings) -> None:
    """Check that each document has gold, once there is any, and that only annotated layers have labels."""
    folder = material.root / "annotations" / "gold"
    present = {path.stem for path in folder.glob("*.json")}
    for path, gold in material.gold.items():
        for layer in LAYER_NAMES:
            if getattr(gold, layer) and layer not in gold.layers_annotated:
                what = f"there are {layer}, and the file says that they were not annotated."
                findings.reporter(6, path)("E713", "layers_annotated", what, "Name the layer.")
    for name in material.documents if present else ():
        if name not in present:
            hint = 'Add it; a file with "layers_annotated": [] says that nothing is known.'
            findings.reporter(6, folder / f"{name}.json")("E713", "", f"{name} has no gold.", hint)


def _consistency(
    registry: RegistryFile,
    labelled: dict[Path, Labels],
    findings: Findings,
    *,
    whole: bool,
    raw: bool = False,
) -> None:
    entries = {entry.id: entry for entry in registry.entries or ()}
    judged = {path: gold for path, gold in labelled.items() if path not in findings.broken}
    for path, gold in judged.items():
        report = findings.reporter(6, path, raw=raw)
        for entity in gold.entities:
            what = misfit(entity, entries)
            if what is not None:
                report("E605", f"entities[{entity.id}].type", what, "Correct the type, the id or the registry.")
    report = findings.reporter(6, registry.file, raw=raw)
    _registry(registry.entries or [], report)
    if whole and labelled:
        used = _used(labelled.values())
        for name in sorted(entries.keys() - used):
            report("E606", f"[{name}]", f"no label refers to {shown(name)}.", "Remove the entry.")
    clusters = _clusters(judged)
    for cluster, members in clusters.items():
        _cluster(cluster, members, findings, whole=whole, raw=raw)
    _links(registry, clusters, findings.reporter(6, registry.links_file, raw=raw))


def _offices(material: Material, report: Report) -> None:
    """Check that the table of office holders is sorted, without duplicates, and resolves to offices, persons and
    documents.
    """
    entries = {entry.id: entry for entry in material.registry.entries or ()}
    keys = [(row.document, row.office, row.holder) for row in material.registry.offices]
    for index, row in enumerate(material.registry.offices):
        path, key = f"[{index}]", keys[index]
        if key in keys[:index]:
            report("E303", path, f"{row.office} has {row.holder} in {row.document} already.", "Keep one.")
        elif key != max(keys[: index + 1]):
            report("E211", path, "it is not in order.", "Sort by document, office and holder.")
        for name, type_ in ((row.office, "ROLE"), (row.holder, "PER")):
            if name not in entries:
                report("E601", path, f"{shown(name)} is not in the registry.", "Use an id of the registry.")
            elif not material.scheme.own_entities and entries[name].type != type_:
                report("E605", path, f"{name} is {entries[name].type}, not {type_}.", "An office is held by a person.")
        if row.document not in material.documents:
            report("E301", path, f"there is no document {shown(row.document)}.", "Remove the line.")
        else:
            _evidence(row, path, material, report)


def _evidence(row: OfficeHolder, path: str, material: Material, report: Report) -> None:
    """Check that the quoted evidence for an office holder is in its line, and contains mentions of office and
    holder.
    """
    lines = material.documents[row.document].text.split("\n")
    places = find(lines[row.line - 1], row.quote) if row.line <= len(lines) else []
    if not places:
        report("E404", path, f"{shown(row.quote)} is not in line {row.line}.", "Quote it letter for letter.")
        return
    before = sum(len(line) + 1 for line in lines[: row.line - 1])
    mentioned = {
        name
        for gold in material.gold.values()
        if gold.document == row.document
        for entity in gold.entities
        for name in entity.entity_ids
        if any(before + start <= entity.start and entity.end <= before + end for start, end in places)
    }
    for name in (row.office, row.holder):
        if name not in mentioned:
            report("E601", path, f"no mention of {shown(name)} is in the quote.", "Quote what mentions both.")


def misfit(entity: Entity, entries: dict[str, SourceEntity]) -> str | None:
    """Explain why a mention cannot refer to its entities, by their types in the registry; None if it can."""
    types = {entries[name].type for name in entity.entity_ids if name in entries}
    if not types or types == {entity.type}:
        return None
    if len(types) > 1 and entity.type == "ORG":
        return None
    if types | {entity.type} == _MEETINGS:
        return None
    return f"{shown(entity.text)} is {entity.type}, and {', '.join(entity.entity_ids)} is {', '.join(sorted(types))}."


def _registry(entries: list[SourceEntity], report: Report) -> None:
    for first, second in pairwise(entries):
        if first.id > second.id:
            report("E211", f"[{second.id}]", f"{second.id} comes after {first.id}.", "Sort the registry by id.")
    for name, count in Counter(entry.id for entry in entries).items():
        if count > 1:
            report("E303", f"[{name}]", f"{name} is there {count} times.", "One entity has one entry.")
    known: dict[str, str] = {}
    for entry in entries:
        path = f"[{entry.id}]"
        if (entry.wikidata is None) != (entry.wikidata_status == "none"):
            what = f"the id is {entry.wikidata} and its status {entry.wikidata_status!r}."
            report("E503", f"{path}.wikidata_status", what, "Without an id the status is none, and only then.")
        if entry.wikidata is not None and known.setdefault(entry.wikidata, entry.id) != entry.id:
            what = f"{entry.wikidata} is {known[entry.wikidata]} too."
            report("E605", f"{path}.wikidata", what, "Join the two entries, or correct the id.")
        if not any(entry.names.values()):
            report("E204", f"{path}.names", "the entity has no name.", "Give it one in some language.")


def _used(labelled: object) -> set[str]:
    used: set[str] = set()
    for gold in labelled:  # type: ignore[attr-defined]
        for entity in gold.entities:
            used.update(entity.entity_ids)
        for claim in gold.claims:
            used.update(claim.about)
            used.update(name for claimant in claim.claimants for name in claimant.entity_ids)
    return used


def _clusters(labelled: dict[Path, Labels]) -> dict[str, list[tuple[Path, str, Claim]]]:
    clusters: dict[str, list[tuple[Path, str, Claim]]] = defaultdict(list)
    for path, gold in labelled.items():
        for claim in gold.claims:
            if claim.cluster is not None:
                clusters[claim.cluster].append((path, gold.document, claim))
    return clusters


def _cluster(
    cluster: str, members: list[tuple[Path, str, Claim]], findings: Findings, *, whole: bool, raw: bool
) -> None:
    path, document, first = members[0]
    if len(members) < 2 and whole:
        what = f"{shown(cluster)} has no other member."
        report = findings.reporter(6, path, raw=raw)
        report("E607", f"claims[{first.id}].cluster", what, "A claim without an equivalent one has null.")
    for other_path, _, claim in members[1:]:
        for name in ("act", "polarity"):
            expected, value = getattr(first, name), getattr(claim, name)
            if value != expected:
                what = f"{shown(cluster)} has {value} here and {expected} in {document}#{first.id}."
                report = findings.reporter(6, other_path, raw=raw)
                report("E607", f"claims[{claim.id}].{name}", what, "Members of a cluster say the same.")


def _links(registry: RegistryFile, clusters: dict[str, list[tuple[Path, str, Claim]]], report: Report) -> None:
    cluster_of = {
        f"{document}#{claim.id}": cluster for cluster, members in clusters.items() for _, document, claim in members
    }
    seen: set[tuple[str, str, str]] = set()
    for index, link in enumerate(registry.links):
        first = cluster_of.get(link.claim)
        if first is not None and first == cluster_of.get(link.other):
            report("E607", f"[{index}]", f"both claims are in {shown(first)}.", "What says the same needs no link.")
        key = (link.claim, link.other, link.relation)
        if key in seen:
            report("E303", f"[{index}]", f"{link.claim} and {link.other} are linked so already.", "Keep one.")
        seen.add(key)
