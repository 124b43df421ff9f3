"""Labels of a layer as plain values: spans, and descriptions in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dragoman.annotations import JOINER, NULL
from dragoman.measures.date_values import ordinals
from dragoman.reports import words

if TYPE_CHECKING:
    from dragoman.annotations import Claims, Dates, Entities, Spans
    from dragoman.reports.sources import SourceDocument

Item = dict[str, Any]


@dataclass(frozen=True)
class Names:
    """Sources of names for labels: English names by id, and texts and glosses of documents."""

    english: Mapping[str, str]
    documents: list[SourceDocument]

    def ids(self, joined: str | None) -> str:
        """Name a set of ids, in English if the registry has a name."""
        return " + ".join(words.of_id(name, self.english) for name in joined.split(JOINER)) if joined else ""

    def words(self, document: int, start: int, end: int) -> str:
        """Quote a span, or return its offsets if there is no text."""
        text = self.documents[document].text
        return f"{start} to {end}" if text is None else text[start:end].strip()

    def gloss(self, document: int, item: int) -> str | None:
        """Return the English gloss of a gold claim, if there is one."""
        glosses = self.documents[document].glosses
        return glosses[item] if item < len(glosses) else None


def described(layer: str, labels: Any, names: Names, *, glossed: bool) -> Iterator[Item]:
    """Describe the labels of a layer, in their order."""
    if layer == "entities":
        return _entities(labels, names)
    return _dates(labels) if layer == "dates" else _claims(labels, names, glossed=glossed)


def _entities(labels: Entities, names: Names) -> Iterator[Item]:
    for at in range(len(labels)):
        who = names.ids(labels.ids.value(at))
        yield {**_span(labels, at), "notes": [who] if who else []}


def _dates(labels: Dates) -> Iterator[Item]:
    for at in range(len(labels)):
        value, mod, external = labels.value.value(at), labels.mod.value(at), labels.external.value(at)
        days = ordinals(value, mod, labels.type.value(at))
        notes = [
            words.of_value(value, mod),
            *([f"with outside knowledge: {words.of_value(external)}"] if external else []),
        ]
        yield {**_span(labels, at), "notes": notes, "days": list(days) if days[0] >= 0 else None}


def _span(labels: Spans, at: int) -> Item:
    where = [[int(labels.start[at]), int(labels.end[at])]]
    return {"spans": where, "label": labels.type.value(at) or "?", "partner": None}


def _claims(labels: Claims, names: Names, *, glossed: bool) -> Iterator[Item]:
    """Describe claims: their attribution chain, and their English gloss if gold has one."""
    claimants = _claimants(labels, names)
    fragments: dict[int, list[list[int]]] = {}
    for row, claim in enumerate(labels.fragment_claim.tolist()):
        fragments.setdefault(claim, []).append([int(labels.fragment_start[row]), int(labels.fragment_end[row])])
    for at in range(len(labels)):
        chain, seen, current = [], {at}, at
        while current != NULL:
            act = labels.act.value(current)
            verb = words.VERBS.get(act or "assert", f"({act})")
            chain.append((" and ".join(claimants.get(current, [words.NOBODY])), verb))
            current = int(labels.parent[current])
            if current in seen:
                break
            seen.add(current)
        held = words.facets(*(getattr(labels, name).value(at) for name in ("act", "modality", "polarity")))
        gloss = names.gloss(int(labels.doc[at]), int(labels.item[at])) if glossed else None
        yield {
            "spans": fragments.get(at, []),
            "label": words.CLAIM,
            "notes": [held] if held else [],
            **({"gloss": gloss} if gloss else {}),
            "chain": chain[::-1],
            "partner": None,
        }


def _claimants(labels: Claims, names: Names) -> dict[int, list[str]]:
    """Name the claimants of each claim: by their ids, else by the words of the text, else by their role."""
    claimants: dict[int, list[str]] = {}
    for row, claim in enumerate(labels.claimant_claim.tolist()):
        who = names.ids(labels.claimant_ids.value(row))
        start, end = int(labels.claimant_start[row]), int(labels.claimant_end[row])
        if not who and start != NULL:
            who = names.words(int(labels.doc[claim]), start, end)
        role = labels.claimant_role.value(row)
        claimants.setdefault(claim, []).append(words.of_claimant(role, who))
    return claimants
