"""Level 3, references: references resolve, reported claims are inside the reporting claim, no crossing spans
or cycles.
"""

from __future__ import annotations

import copy
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from dragoman.problems import shown
from dragoman.release.passes import derive
from dragoman.schema.layers import LAYER_NAMES

if TYPE_CHECKING:
    from dragoman.checks.findings import Findings, Report
    from dragoman.checks.level1_schema import Material, Pass, RegistryFile
    from dragoman.schema.records import Claim, CuratedPage, Document, Entity, Fragment, Labels

_NO_ANCHOR = frozenset({"none", "published"})


def check(material: Material, findings: Findings) -> None:
    """Check pages, gold and passes."""
    for path, page in material.pages.items():
        _page(page, findings.reporter(3, path))
    documents = material.documents if findings.intact(*material.corpus_folders) else None
    for path, gold in material.gold.items():
        report = findings.reporter(3, path)
        if _placed(gold.document, path, documents, report) and path not in findings.broken:
            _labels(gold, material.registry, report)
            _claimants_follow(gold, report)
            if gold.document in material.documents:
                _derived(gold, material.documents[gold.document], report)
    _links(material.registry, list(material.gold.values()), findings, whole=findings.intact(*material.gold_folders))
    for one in material.passes:
        _pass(one, documents, findings)


def _pass(one: Pass, documents: dict[str, Document] | None, findings: Findings) -> None:
    for path, written in one.written.items():
        report = findings.reporter(3, path, raw=True)
        placed = _placed(written.document, path, documents, report)
        if placed and path in one.resolved and path not in findings.broken:
            _labels(one.resolved[path], one.registry, report)
    _links(
        one.registry, list(one.resolved.values()), findings, whole=findings.intact(one.folder) and documents is not None
    )


def _placed(document: str, path: Path, documents: dict[str, Document] | None, report: Report) -> bool:
    """Tell whether a file is about a document of the corpus, as far as that is known, and named after it."""
    if document != path.stem:
        report("E301", "document", f"the file is of {shown(document)}.", "A file is named after its document.")
    elif documents is not None and document not in documents:
        report("E301", "document", f"there is no document {shown(document)} in the corpus.", "Remove or rename it.")
    return document == path.stem and (documents is None or document in documents)


def _page(page: CuratedPage, report: Report) -> None:
    own = {document.id for document in page.documents}
    for document in page.documents:
        if document.page != page.page:
            report("E601", f"documents[{document.id}].page", f"it says that it is of page {shown(document.page)}.")
    for index, segment in enumerate(page.segments):
        path = f"segments[{index}]"
        if (segment.page, segment.index) != (page.page, index):
            report("E601", path, f"it says that it is segment {segment.index} of page {shown(segment.page)}.")
        if segment.document is not None and segment.document not in own:
            report("E601", f"{path}.document", f"the page has no document {shown(segment.document)}.")
        if segment.dup_of is not None and (
            segment.dup_of >= index or page.segments[segment.dup_of].text != segment.text
        ):
            report("E601", f"{path}.dup_of", f"segment {segment.dup_of} is no earlier one with the same text.")


def _labels(gold: Labels, registry: RegistryFile, report: Report) -> None:
    """Check references within a document and to the registry, for both gold and passes."""
    for layer in LAYER_NAMES:
        for name, count in Counter(label.id for label in getattr(gold, layer)).items():
            if count > 1:
                report("E303", layer, f"the id {shown(name)} is given {count} times.", "Renumber the labels.")
    _crossing(gold.entities, report)
    for entity in gold.entities:
        _registered(entity.entity_ids, registry, f"entities[{entity.id}].entity_ids", report)
    dates = {date.id for date in gold.dates}
    for date in gold.dates:
        if date.ref not in dates | _NO_ANCHOR or date.ref == date.id:
            report("E601", f"dates[{date.id}].ref", f"{shown(date.ref)} is no other date of the document.")
    claims = {claim.id: claim for claim in gold.claims}
    mentions = {entity.id for entity in gold.entities}
    for claim in gold.claims:
        path = f"claims[{claim.id}]"
        _registered(claim.about, registry, f"{path}.about", report)
        for name in claim.dates:
            if name not in dates:
                report("E601", f"{path}.dates", f"there is no date {shown(name)}.")
        _claimants(claim, mentions, registry, report)
        _parent(claim, claims, report)


def _crossing(entities: list[Entity], report: Report) -> None:
    ordered = sorted(entities, key=lambda e: (e.start, -e.end))
    for first, second in combinations(ordered, 2):
        path = f"entities[{second.id}]"
        if first.start < second.start < first.end < second.end:
            report("E407", path, f"{first.id} {shown(first.text)} and {second.id} {shown(second.text)} cross.")
        elif (first.start, first.end, first.type) == (second.start, second.end, second.type):
            report("E303", path, f"{first.id} is the same span with the same type.", "Keep one.")


def _registered(names: list[str], registry: RegistryFile, path: str, report: Report) -> None:
    known = registry.ids
    for name in names:
        if known is not None and name not in known:
            report("E601", path, f"{shown(name)} is not in {registry.file.name}.", "Add the entity, or correct the id.")


def _claimants(claim: Claim, mentions: set[str], registry: RegistryFile, report: Report) -> None:
    if not claim.claimants:
        report("E204", f"claims[{claim.id}].claimants", "there is no claimant.", "There is always one.")
    for index, claimant in enumerate(claim.claimants):
        path = f"claims[{claim.id}].claimants[{index}]"
        _registered(claimant.entity_ids, registry, f"{path}.entity_ids", report)
        if (claimant.role == "MENTION") != (claimant.mention is not None):
            report("E503", path, "a mention goes with the role MENTION, and only with it.", "Correct one of the two.")
        elif claimant.mention is not None and claimant.mention not in mentions:
            report("E601", f"{path}.mention", f"there is no entity {shown(claimant.mention)}.")
        if claimant.role == "AUTHOR" and claimant.entity_ids:
            report("E503", f"{path}.entity_ids", "the text's own voice is no entity.", "Leave the list empty.")


def _parent(claim: Claim, claims: dict[str, Claim], report: Report) -> None:
    """Follow the chain of parents to its end; a reported claim is inside the content of the claim that reports it."""
    if claim.parent is None:
        return
    path = f"claims[{claim.id}].parent"
    chain, at = [claim.id], claim.parent
    while at in claims and at not in chain:
        chain.append(at)
        at = claims[at].parent or ""
    if at == claim.id:
        report("E602", path, f"the parents form a cycle: {' → '.join([*chain, at])}.", "Break it.")
    elif claim.parent not in claims:
        report("E601", path, f"there is no claim {shown(claim.parent)}.")
    else:
        outer = claims[claim.parent].content
        for name, fragments in (("content", claim.content), ("cue", claim.cue)):
            for index, fragment in enumerate(fragments):
                if not _covered(fragment, outer):
                    what = f"{shown(fragment.text)} is not inside the content of {claim.parent}."
                    hint = "The outer claim's content is the whole stretch that it reports."
                    report("E603", f"claims[{claim.id}].{name}[{index}]", what, hint)


def _covered(fragment: Fragment, outer: list[Fragment]) -> bool:
    return set(range(fragment.start, fragment.end)) <= {at for f in outer for at in range(f.start, f.end)}


def _claimants_follow(gold: Labels, report: Report) -> None:
    """Check that in gold a claimant that is a mention has the entities of that mention."""
    ids = {entity.id: entity.entity_ids for entity in gold.entities}
    for claim in gold.claims:
        for index, claimant in enumerate(claim.claimants):
            if claimant.mention in ids and claimant.entity_ids != ids[claimant.mention]:
                what = f"the mention {claimant.mention} refers to {ids[claimant.mention]}."
                report("E604", f"claims[{claim.id}].claimants[{index}].entity_ids", what, "Build gold again.")


def _derived(gold: Labels, document: Document, report: Report) -> None:
    """Check that levels and rule-based tags have the derived values."""
    again = derive(copy.deepcopy(gold), document)
    for layer in LAYER_NAMES:
        for written, due in zip(getattr(gold, layer), getattr(again, layer), strict=True):
            for name in ("level", "phenomena"):
                was, should = getattr(written, name, None), getattr(due, name, None)
                if was != should:
                    path = f"{layer}[{written.id}].{name}"
                    report(
                        "E604",
                        path,
                        f"it is {was}, and {should} follows from the labels.",
                        "Build gold again, or write it so.",
                    )


def _links(registry: RegistryFile, documents: list[Labels], findings: Findings, *, whole: bool) -> None:
    """Check that links lead from one existing claim to another."""
    claims = {f"{gold.document}#{claim.id}" for gold in documents for claim in gold.claims}
    report = findings.reporter(3, registry.links_file)
    for index, link in enumerate(registry.links):
        for name, claim in (("claim", link.claim), ("other", link.other)):
            if whole and claim not in claims:
                report("E601", f"[{index}].{name}", f"there is no claim {shown(claim)}.")
        if link.claim == link.other:
            report("E602", f"[{index}]", "a claim is linked to itself.", "Remove the link.")
