"""Writer for brat standoff; the mapping is described in :mod:`dragoman.formats.brat`."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from dragoman.formats import plain_spans
from dragoman.formats.brat_lines import ATTRIBUTES, RESERVED, Fragments, flat
from dragoman.formats.outcome import Options
from dragoman.problems import Diagnostics
from dragoman.schema.submission import PredictedClaim, PredictedClaimant

_NUMBERED = re.compile(r"T[1-9][0-9]{0,7}")
_WIKIDATA = re.compile(r"Q[1-9][0-9]*")
_LINES = re.compile(r"[^\r\n]+")


def _fits(value: str) -> bool:
    """Tell whether a value can be written between two spaces."""
    return bool(value) and value.isprintable() and " " not in value


class Rows:
    """Writes the annotations of one document."""

    def __init__(self, document: plain_spans.Document, options: Options, diagnostics: Diagnostics) -> None:
        self.line, self.text = document.line, document.text or ""
        self.options, self.diagnostics = options, diagnostics
        self.out: list[str] = []
        self.counts = dict.fromkeys("TANR", 0)
        items: list[Any] = [*(self.line.entities or []), *(self.line.dates or []), *(self.line.claims or [])]
        self.taken = {item.id for item in items if item.id is not None and _NUMBERED.fullmatch(item.id)}
        self.given: set[str] = set()
        self.entities: dict[str, str] = {}
        self.claims: dict[str, str] = {}
        self.ids: set[tuple[str, str]] = set()

    def rows(self) -> list[str]:
        """Return all lines of the file, without line feeds."""
        for entity in self.line.entities or []:
            name = self.span(entity, "entities", "Entity")
            # An entity whose label is read back as a date cannot be a claimant.
            if name is not None and entity.id is not None and self.options.layer(entity.type) == "entities":
                self.entities[entity.id] = name
            for reference in (name and entity.entity_ids) or []:
                self.reference(name or "", reference, entity.text or "")
        for date in self.line.dates or []:
            self.span(date, "dates", "DATE")
        made = [(claim, self.content(claim)) for claim in self.line.claims or []]
        for claim, name in made:
            if name is not None:
                self.relations(claim, name)
        return self.out

    def row(self, kind: str, body: str) -> None:
        """Write a line with the next number of its kind."""
        self.counts[kind] += 1
        self.out.append(f"{kind}{self.counts[kind]}\t{body}")

    def number(self, wanted: str | None) -> str:
        """Return the id of the next text-bound annotation: the item's own if it has the right form and is free."""
        if wanted in self.taken and wanted not in self.given:
            self.given.add(wanted or "")
            return wanted or ""
        self.counts["T"] += 1
        while f"T{self.counts['T']}" in self.taken:
            self.counts["T"] += 1
        return f"T{self.counts['T']}"

    def bound(self, wanted: str | None, label: str, fragments: Fragments) -> str | None:
        """Write a text-bound annotation; None if it consists of line breaks only."""
        pieces = [
            (start + match.start(), start + match.end())
            for start, end in fragments
            for match in _LINES.finditer(self.text[start:end])
        ]
        if not pieces:
            return None
        name = self.number(wanted)
        places = ";".join(f"{start} {end}" for start, end in pieces)
        words = " ".join(flat(self.text[start:end]) for start, end in pieces)
        self.out.append(f"{name}\t{label} {places}\t{words}")
        return name

    def edged(self, start: int | None, end: int | None) -> bool:
        """Tell whether a span begins or ends with a line break."""
        words = self.text[start:end]
        return words.strip("\r\n") != words

    def span(self, span: Any, layer: str, untyped: str) -> str | None:
        """Write an entity or a date; None if it cannot be represented."""
        start, end, label = plain_spans.labelled(span)
        if label is None:
            self.diagnostics.lose(f"{layer} without type, which come back as {untyped}")
            label = untyped
        if not _fits(label) or label in RESERVED:
            self.diagnostics.lose(f"{layer} whose type cannot be a label")
        elif self.edged(start, end):
            self.diagnostics.lose("spans that begin or end with a line break")
        else:
            name = self.bound(span.id, label, [(start, end)])
            assert name is not None
            self.attributes(span, name, layer, self.options.layer(label))
            return name
        return None

    def attributes(self, item: Any, name: str, layer: str, into: str) -> None:
        """Write the scalar fields of an item; ``into`` is the layer that it is read back into."""
        for key in ATTRIBUTES[layer]:
            value = getattr(item, key)
            if key == "id":
                taken = (into, value or name) in self.ids
                self.ids.add((into, value or name))
                if taken:
                    self.diagnostics.lose("ids that another item has in the layer that it comes back in")
                if taken or value == name:
                    continue
            if value is None:
                continue
            if not _fits(str(value)) or (isinstance(value, int) and value < 0):
                self.diagnostics.lose(f"values of {layer}.{key} that are empty or have white space in them")
            else:
                self.row("A", f"{key.capitalize()} {name} {value}")

    def reference(self, name: str, entry: str, words: str) -> None:
        """Write an entity id."""
        if _fits(entry):
            database = "Wikidata" if _WIKIDATA.fullmatch(entry) else "Dragoman"
            self.row("N", f"Reference {name} {database}:{entry}\t{flat(words)}")
        else:
            self.diagnostics.lose("entity ids that are empty or have white space in them")

    def content(self, claim: PredictedClaim) -> str | None:
        """Write a claim without its relations; None if it cannot be represented."""
        fragments: Any = claim.content
        name = self.bound(claim.id, "Claim", fragments)
        if name is None:
            self.diagnostics.lose("claims of nothing but line breaks")
            return None
        self.breaks(fragments)
        self.attributes(claim, name, "claims", "claims")
        if claim.id is not None:
            self.claims[claim.id] = name
        return name

    def breaks(self, fragments: Fragments) -> None:
        """Count fragments that do not round-trip: those that end with line breaks, or have only these between them."""
        gaps = pairwise(fragments)
        self.diagnostics.lose(
            "fragments that begin or end with a line break", sum(self.edged(*pair) for pair in fragments)
        )
        self.diagnostics.lose(
            "fragments that are joined across line breaks",
            sum(not self.text[one[1] : other[0]].strip("\r\n") for one, other in gaps),
        )

    def relations(self, claim: PredictedClaim, name: str) -> None:
        """Write the relations of a claim: cue, parent, claimants."""
        cue: Any = claim.cue or []
        at = self.bound(None, "Cue", cue)
        self.diagnostics.lose("cues of nothing but line breaks", int(bool(cue) and at is None))
        if at is not None:
            self.breaks(cue)
            self.row("R", f"Cue Arg1:{name} Arg2:{at}")
        if claim.parent is not None:
            if claim.parent in self.claims:
                self.row("R", f"Parent Arg1:{name} Arg2:{self.claims[claim.parent]}")
            else:
                self.diagnostics.lose("parents that are lost themselves")
        flags: set[str] = set()
        for who in claim.claimants or []:
            self.claimant(who, name, flags)

    def claimant(self, who: PredictedClaimant, name: str, flags: set[str]) -> None:
        """Write one claimant; ``flags`` are the roles without mention that were already written for the claim."""
        mentioned = who.mention is not None or who.start is not None
        if mentioned and (who.role != "MENTION" or who.entity_ids):
            self.diagnostics.lose("roles and entity ids of claimants with a mention")
        elif not mentioned and who.entity_ids and who.role != "IMPLICIT":
            self.diagnostics.lose("entity ids of claimants that are not IMPLICIT")
        if mentioned:
            at = self.entities.get(str(who.mention)) if who.mention is not None else None
            if who.start is not None and who.end is not None and not self.edged(who.start, who.end):
                at = self.bound(None, "Claimant", [(who.start, who.end)])
            if at is None:
                self.diagnostics.lose("claimants whose mention is lost itself")
            else:
                self.row("R", f"Claimant Arg1:{name} Arg2:{at}")
        elif who.role not in ("AUTHOR", "IMPLICIT") or who.role in flags:
            self.diagnostics.lose("claimants that are not mentioned, and not the first AUTHOR or IMPLICIT")
        else:
            flags.add(who.role)
            self.row("A", f"{who.role.capitalize()} {name}")
            for reference in (who.entity_ids or []) if who.role == "IMPLICIT" else []:
                self.reference(name, reference, "")
