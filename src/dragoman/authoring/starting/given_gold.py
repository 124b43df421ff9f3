"""Conversion of labels that came with documents to gold: mapped to the curated texts, with derived fields."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from dragoman import timex
from dragoman.languages import short_tag
from dragoman.problems import Diagnostics, shown
from dragoman.reading.line_documents import document_of
from dragoman.release.passes import days, derive
from dragoman.schema.labels import ClaimantRole, DateMod, DateSource, DateType, Polarity, values
from dragoman.schema.layers import LAYER_NAMES, LAYERS
from dragoman.schema.records import Claim, Date, Document, Entity, Fragment, Labels, SourceEntity
from dragoman.schema.submission import Submission
from dragoman.text import TextMap

UNSPECIFIED = "UNSPECIFIED"
"""Label for fields that the given labels do not have."""
_OF_DATES: tuple[tuple[str, Any], ...] = (("type", DateType), ("mod", DateMod), ("source", DateSource))
_WIKIDATA = re.compile(r"Q[1-9][0-9]*")
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass
class Registry:
    """Entities that the given labels refer to, with valid registry ids.

    Attributes:
        entries: registry entries by id.
        ids: registry ids by the given ids.
        types: counts of the types of each entity's mentions.

    """

    entries: dict[str, SourceEntity] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    types: dict[str, Counter[str]] = field(default_factory=dict)

    def id_of(self, given: str) -> str:
        """Return the registry id for a given id."""
        if given not in self.ids:
            plain = _SLUG.sub("-", given.lower()).strip("-") if given.isascii() else ""
            wanted = unique = plain or f"entity-{len(self.ids) + 1}"
            number = 2
            while unique in self.entries:
                unique, number = f"{wanted}-{number}", number + 1
            known = given if _WIKIDATA.fullmatch(given) else None
            status: Any = "from memory" if known else "none"
            self.entries[unique] = SourceEntity(unique, UNSPECIFIED, {}, known, status)
            self.ids[given] = unique
        return self.ids[given]

    def mentioned(self, entity: Entity, language: str) -> None:
        """Record the type and the name from a mention of a single entity."""
        for name in entity.entity_ids if len(entity.entity_ids) == 1 else ():
            self.types.setdefault(name, Counter())[entity.type] += 1
            names = self.entries[name].names.setdefault(short_tag(language), [])
            if entity.text not in names:
                names.append(entity.text)

    def sorted(self, fallback: str) -> list[SourceEntity]:
        """Return the entries sorted by id, each with the most frequent type of its mentions."""
        for name, entry in self.entries.items():
            entry.type = next((type_ for type_, _ in self.types.get(name, Counter()).most_common(1)), fallback)
        return [self.entries[name] for name in sorted(self.entries)]


def labels_of(
    line: Submission,
    document: Document,
    from_page: TextMap,
    layers: Iterable[str],
    registry: Registry,
    diagnostics: Diagnostics,
) -> Labels:
    """Convert the labels of a line to gold.

    Args:
        line: the labels, with offsets in the given text.
        document: the document as curated from that text.
        from_page: map from offsets in the given text to offsets in the document.
        layers: the layers of the benchmark.
        registry: collects the entities that are referred to.
        diagnostics: collects invalid values (E502) and labels outside of the sets that all benchmarks share (E501), and
            counts losses.

    """
    given = document_of(line)
    _check_fixed(given, diagnostics)
    move = _Move(given.text, document.text, from_page)
    annotated: list[Any] = [layer for layer in LAYER_NAMES if layer in layers and layer in given.layers_annotated]
    made = Labels(document.id, annotated)
    if "entities" in annotated:
        made.entities = _entities(given.entities, move, registry, document, diagnostics)
    if "dates" in annotated:
        made.dates = _dates(given.dates, move, diagnostics)
    if "claims" in annotated:
        made.claims = _claims(given.claims, move, {e.id: e for e in made.entities}, registry, diagnostics)
    dates = {date.id for date in made.dates}
    for claim in made.claims:
        claim.dates = [name for name in claim.dates if name in dates]
    return derive(made, document)


def _check_fixed(given: Document, diagnostics: Diagnostics) -> None:
    """Report labels outside of their set, for the sets that benchmarks cannot redefine."""
    found = [(f"dates[{date.id}].{name}", getattr(date, name), of) for date in given.dates for name, of in _OF_DATES]
    for claim in given.claims:
        found.append((f"claims[{claim.id}].polarity", claim.polarity, Polarity))
        found += [(f"claims[{claim.id}].claimants.role", who.role, ClaimantRole) for who in claim.claimants]
    for path, label, of in found:
        if label and label not in values(of):
            hint = diagnostics.suggest(label, list(values(of)), "The set is the same in every benchmark.")
            diagnostics.add("E501", f"there is no label {shown(label)}.", hint, path=path)


@dataclass(frozen=True)
class _Move:
    given: str
    text: str
    by: TextMap

    def __call__(self, start: int, end: int) -> tuple[int, int] | None:
        """Map a span without its outer white space; None if it crosses a line break."""
        words = self.given[start:end]
        start, end = start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())
        moved = self.by.move(start, end) if start < end else None
        return None if moved is None or "\n" in self.text[slice(*moved)] else moved

    def fragments(self, given: Iterable[Fragment]) -> list[Fragment]:
        """Map fragments; one that crosses line breaks becomes one per line."""
        made: list[Fragment] = []
        for each in given:
            at = each.start
            for line in self.given[each.start : each.end].split("\n"):
                moved = self(at, at + len(line))
                if moved is not None:
                    made.append(Fragment(*moved, self.text[slice(*moved)]))
                at += len(line) + 1
        return sorted(made, key=lambda f: f.start)


def _entities(
    given: list[Entity], move: _Move, registry: Registry, document: Document, diagnostics: Diagnostics
) -> list[Entity]:
    made: dict[tuple[int, int, str], Entity] = {}
    for each in given:
        place = move(each.start, each.end)
        if place is None or not each.type:
            diagnostics.lose("entities that run over the end of a line" if each.type else "entities without a type")
            continue
        key = (*place, each.type)
        if key in made:
            diagnostics.lose("entities that are given twice")
            continue
        ids = sorted({registry.id_of(name) for name in each.entity_ids})
        made[key] = msgspec.structs.replace(
            each,
            start=place[0],
            end=place[1],
            text=move.text[slice(*place)],
            entity_ids=ids,
            form=each.form or UNSPECIFIED,
        )
        registry.mentioned(made[key], document.language)
    return sorted(made.values(), key=lambda e: (e.start, -e.end, e.type))


def _dates(given: list[Date], move: _Move, diagnostics: Diagnostics) -> list[Date]:
    made: list[Date] = []
    for each in given:
        place = move(each.start, each.end)
        if place is None or not each.value:
            diagnostics.lose("dates that run over the end of a line" if each.value else "dates without a value")
            continue
        try:
            value = timex.canonical(each.value)
        except timex.TimexError as cause:
            what = f"{shown(each.value)} is not a date value."
            diagnostics.add("E502", what, f"Expected {cause.expected}.", path=f"dates[{each.id}].value")
            continue
        date = msgspec.structs.replace(
            each,
            start=place[0],
            end=place[1],
            text=move.text[slice(*place)],
            value=value,
            type=each.type or "DATE",
            ref=each.ref or "none",
            source=each.source or "text",
        )
        date.earliest, date.latest = days(value, date)
        made.append(date)
    known = {date.id for date in made} | {"none", "published"}
    for date in made:
        date.ref = date.ref if date.ref in known else "none"
    return sorted(made, key=lambda d: (d.start, d.end))


def _claims(
    given: list[Claim], move: _Move, mentions: Mapping[str, Entity], registry: Registry, diagnostics: Diagnostics
) -> list[Claim]:
    made: list[Claim] = []
    for each in given:
        content = move.fragments(each.content)
        if not content:
            diagnostics.lose("claims without content")
            continue
        claimants = [
            msgspec.structs.replace(
                who,
                entity_ids=mentions[who.mention].entity_ids
                if who.mention is not None
                else sorted({registry.id_of(name) for name in who.entity_ids or ()}),
            )
            for who in each.claimants
            if who.mention is None or who.mention in mentions
        ]
        if len(claimants) < len(each.claimants):
            diagnostics.lose("claimants whose mention is no entity here", len(each.claimants) - len(claimants))
        made.append(
            msgspec.structs.replace(
                each,
                content=content,
                cue=move.fragments(each.cue),
                claimants=claimants,
                polarity=each.polarity or "positive",
                modality=each.modality or UNSPECIFIED,
                act=each.act or UNSPECIFIED,
                flags=each.flags or [],
                dates=each.dates or [],
                gloss=each.gloss or "",
                about=sorted({registry.id_of(name) for name in each.about or ()}),
            )
        )
    known = {claim.id for claim in made}
    for claim in made:
        claim.parent = claim.parent if claim.parent in known else None
    return sorted(made, key=lambda c: (c.content[0].start, -c.content[-1].end, c.id))


def seen(gold: Iterable[Labels]) -> dict[str, Counter[str]]:
    """Count the labels of each set that a benchmark can redefine."""
    found: dict[str, Counter[str]] = {}
    for labels in gold:
        for layer in LAYERS:
            for label in getattr(labels, layer.name):
                for name in ("type", "form", "act", "modality", "flags"):
                    values = getattr(label, name, None)
                    for value in values if isinstance(values, list) else [values] if values else ():
                        found.setdefault(f"{layer.name}.{name}", Counter())[value] += 1
                found.setdefault("phenomena", Counter()).update(label.phenomena)
    return found
