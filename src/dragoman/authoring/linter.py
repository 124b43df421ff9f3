"""Linter: suspicious labels in passes and gold, which may well be right; a reading list, never an error.

Each rule compares labels with each other, with the registry and with the text. No rule is conclusive: a surface can
legitimately have two labels, and a name can legitimately be unmarked inside another.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from dragoman import languages
from dragoman.checks import Outcome, check
from dragoman.checks.level4_language import stripped
from dragoman.text import counted, find

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dragoman.languages import Language
    from dragoman.schema.records import Claim, Document, Entity, Labels, SourceEntity

RULES = {
    "another_label": "The same surface has another type or form elsewhere",
    "another_entity": "The same surface refers to another entity elsewhere",
    "unmarked_name": "A name of the registry occurs in a text without a mention",
    "unmarked_date": "Something that looks like a date is not marked",
    "unlisted_surface": "A name is not among the registry's names of its entity",
    "doubtful_name": "The registry has one of its names again with a particle or proclitic",
    "idle_noun": "A common noun without an entity is not a claimant",
    "odd_adjective": "An adjective does not look like one",
    "vague_anchor": "A vague date is not reckoned from document time, or has another source than the text",
    "whole_headline": "A claim is its whole headline",
    "thin_gloss": "A claim has next to no gloss",
    "far_claimant": "A claim's claimant is in another line",
    "twin_claims": "Claims with the same words are not in one cluster",
    "uneven_cluster": "Members of a cluster differ in claimant or modality",
}
"""Rules by name, with what each finds."""

Groups = dict[str, dict[str, list[str]]]
"""Findings by rule, then by source and document (or registry)."""

_SHORTEST = 2
_GLOSS_WORDS = 2
_REFERENCES = frozenset({"PAST_REF", "PRESENT_REF", "FUTURE_REF"})


class _Notes:
    """Collects findings by rule and place."""

    def __init__(self) -> None:
        self.groups: Groups = {rule: {} for rule in RULES}

    def __call__(self, rule: str, place: str, what: str) -> None:
        self.groups[rule].setdefault(place, []).append(what)


def lint(root: Path | str) -> Groups:
    """Find suspicious labels in gold and in each pass of a source root.

    Returns:
        Findings by rule and place; rules without findings are left out.

    Raises:
        DragomanError: E701 if there is no corpus. Unreadable files are skipped, since the checks report them.

    """
    outcome: Outcome = check(root, 2)
    documents = outcome.material.documents
    notes = _Notes()
    sources = [("gold", outcome.material.registry, outcome.material.gold)]
    sources += [(one.name, one.registry, one.resolved) for one in outcome.material.passes]
    for name, registry, labelled in sources:
        judged = {
            gold.document: gold
            for path, gold in labelled.items()
            if gold.document in documents and path not in outcome.findings.broken
        }
        _Source(name, judged, documents, {e.id: e for e in registry.entries or ()}, notes).lint()
    return {rule: places for rule, places in notes.groups.items() if places}


class _Source:
    """Gold, or one pass, with all its documents."""

    def __init__(
        self,
        name: str,
        labelled: dict[str, Labels],
        documents: dict[str, Document],
        entries: dict[str, SourceEntity],
        notes: _Notes,
    ) -> None:
        self.name = name
        self.labelled = labelled
        self.documents = documents
        self.entries = entries
        self.notes = notes

    def lint(self) -> None:
        """Apply all rules."""
        self.surfaces("another_label", lambda e: f"{e.type} {e.form}")
        self.surfaces("another_entity", lambda e: "+".join(e.entity_ids) or "none")
        self.registry()
        self.clusters()
        for key, gold in self.labelled.items():
            document = self.documents[key]
            self.unmarked(gold, document)
            self.mentions(gold, document)
            self.dates(gold, document)
            for claim in gold.claims:
                self.claim(claim, gold, document)

    def note(self, rule: str, document: str, what: str) -> None:
        """Record a finding in a document of this source."""
        self.notes(rule, f"{self.name} {document}", what)

    def language(self, document: str) -> Language:
        """Return the language of a document."""
        return languages.get(self.documents[document].language)

    def surfaces(self, rule: str, view: Callable[[Entity], str]) -> None:
        """Report surfaces with more than one view in a language, except mentions with the most frequent one."""
        seen: dict[tuple[str, str], dict[str, list[tuple[str, Entity]]]] = defaultdict(lambda: defaultdict(list))
        for key, gold in self.labelled.items():
            for entity in gold.entities:
                # The referents of common nouns and deictics depend on the text.
                if rule == "another_label" or entity.form not in {"NOM", "DEI"}:
                    seen[self.language(key).tag, entity.text][view(entity)].append((key, entity))
        for (_, surface), views in seen.items():
            ranked = sorted(views, key=lambda v: (-len(views[v]), v))
            for other in ranked[1:]:
                for key, entity in views[other]:
                    often = counted(len(views[ranked[0]]), "time")
                    what = f"{entity.id} {surface!r} is {other}; {often} it is {ranked[0]}"
                    self.note(rule, key, what)

    def registry(self) -> None:
        """Report names that are other names with a clitic at their boundary."""
        for tag in sorted({tag for entry in self.entries.values() for tag in entry.names}):
            names = {name for entry in self.entries.values() for name in entry.names.get(tag, ())}
            for entry in self.entries.values():
                for name in entry.names.get(tag, ()):
                    left = stripped(name, names - {name}, languages.get(tag))
                    if left is not None:
                        self.note("doubtful_name", "registry", f"{entry.id}: {name!r} beside {left!r}")

    def unmarked(self, gold: Labels, document: Document) -> None:
        """Report names of the registry that occur in the text without a mention."""
        language = self.language(document.id)
        spans = {(e.start, e.end) for e in gold.entities}
        unmarked: dict[tuple[int, int], set[str]] = defaultdict(set)
        for entry in self.entries.values():
            for name in entry.names.get(language.tag, ()):
                if len(name) >= _SHORTEST and entry.type != "PER":
                    places = find(document.text, name)
                else:
                    places = find(document.text, name) if len(name) > _SHORTEST else []
                for place in places:
                    if place not in spans and _is_word(document.text, *place, language):
                        unmarked[place].add(entry.id)
        for (start, end), names in sorted(unmarked.items()):
            if any(s <= start and end <= e and (s, e) != (start, end) for s, e in unmarked):
                continue
            covering = [e for e in gold.entities if e.start < end and start < e.end]
            if any(set(e.entity_ids) & names or e.type in {"GPE", "LOC", "PER"} for e in covering):
                continue
            within = f", inside {min(covering, key=lambda e: e.end - e.start).text!r}" if covering else ""
            what = f"{document.text[start:end]!r} at {start} ({', '.join(sorted(names))}){within}"
            self.note("unmarked_name", document.id, what)

    def mentions(self, gold: Labels, document: Document) -> None:
        """Compare mentions with the registry and with the claims."""
        language = self.language(document.id)
        claimants = {claimant.mention for claim in gold.claims for claimant in claim.claimants}
        for entity in gold.entities:
            known = [
                name
                for key in entity.entity_ids
                if key in self.entries
                for name in self.entries[key].names.get(language.tag, ())
            ]
            named = entity.form in {"NAM", "ABR"} and len(entity.entity_ids) == 1 and self.entries
            if named and entity.text not in known:
                what = f"{entity.id} {entity.text!r} is {entity.entity_ids[0]}, called {known or 'nothing'} there"
                self.note("unlisted_surface", document.id, what)
            if entity.form == "NOM" and not entity.entity_ids and entity.id not in claimants:
                self.note("idle_noun", document.id, f"{entity.id} {entity.text!r}")
            if entity.form == "ADJ" and not re.fullmatch(language.adjective, entity.text):
                self.note("odd_adjective", document.id, f"{entity.id} {entity.text!r}")

    def dates(self, gold: Labels, document: Document) -> None:
        """Report unmarked dates, and vague dates with an unusual anchor."""
        hint = self.language(document.id).date_hint
        spans = [(date.start, date.end) for date in gold.dates]
        last = -1
        for match in re.finditer(hint, document.text) if hint else ():
            inside = any(start < match.end() and match.start() < end for start, end in spans)
            # A match that directly follows another one is part of the same date.
            if not inside and (last < 0 or document.text[last : match.start()].strip()):
                around = document.text[max(0, match.start() - 12) : match.end() + 12].replace("\n", " ⏎ ")
                self.note("unmarked_date", document.id, f"{match.group()!r} at {match.start()}: …{around}…")
            last = match.end()
        for date in gold.dates:
            if date.value in _REFERENCES and (date.ref, date.source) != ("published", "text"):
                what = f"{date.id} {date.text!r} is {date.value}, ref {date.ref}, source {date.source}"
                self.note("vague_anchor", document.id, what)

    def claim(self, claim: Claim, gold: Labels, document: Document) -> None:
        """Compare one claim with its headline, its gloss and its claimants."""
        headline = document.text.partition("\n")[0]
        first, last = claim.content[0], claim.content[-1]
        if len(claim.content) == 1 and first.start == 0 and first.end >= len(headline.rstrip(" .|")):
            self.note("whole_headline", document.id, f"{claim.id} {first.text!r}, {claim.act}")
        if len(claim.gloss.split()) < _GLOSS_WORDS:
            self.note("thin_gloss", document.id, f"{claim.id} {first.text!r}: {claim.gloss!r}")
        mentions = {entity.id: entity for entity in gold.entities}
        for claimant in claim.claimants:
            mention = mentions.get(claimant.mention or "")
            if mention is not None and _lines_between(document.text, mention, first.start, last.end):
                what = f"{claim.id} {first.text[:30]!r} is claimed by {mention.id} {mention.text!r}"
                self.note("far_claimant", document.id, what)

    def clusters(self) -> None:
        """Report claims with the same words in different clusters, and clusters whose members differ."""
        words: dict[tuple[str, str, str], list[tuple[str, Claim]]] = defaultdict(list)
        members: dict[str, list[tuple[str, Claim]]] = defaultdict(list)
        for key, gold in self.labelled.items():
            for claim in gold.claims:
                text = " ".join(" ".join(f.text for f in claim.content).split())
                words[text, claim.act, claim.polarity].append((key, claim))
                if claim.cluster is not None:
                    members[claim.cluster].append((key, claim))
        for (text, _, _), twins in words.items():
            if len(twins) > 1 and (len({c.cluster for _, c in twins}) > 1 or twins[0][1].cluster is None):
                places = ", ".join(f"{key}#{claim.id} ({claim.cluster})" for key, claim in twins)
                self.note("twin_claims", twins[0][0], f"{text!r}: {places}")
        for cluster, claims in members.items():
            for name, view in (("claimant", _who), ("modality", lambda c: c.modality)):
                views = Counter(view(claim) for _, claim in claims)
                if len(views) > 1:
                    differing = ", ".join(f"{key}#{claim.id} {view(claim)}" for key, claim in claims)
                    self.note("uneven_cluster", claims[0][0], f"{cluster}, {name}: {differing}")


def _who(claim: Claim) -> str:
    return " and ".join(sorted("+".join(c.entity_ids) or c.role for c in claim.claimants))


def _is_word(text: str, start: int, end: int, language: Language) -> bool:
    """Tell whether a span is delimited by word boundaries, apart from proclitics; true in languages without
    proclitics.
    """
    if not language.proclitics:
        return True
    before = re.search(r"\w*$", text[:start])
    clitic = before is None or re.fullmatch(language.proclitics, before.group()) is not None
    return clitic and re.match(r"\w", text[end:]) is None


def _lines_between(text: str, mention: Entity, start: int, end: int) -> bool:
    """Tell whether there is a line break between a mention and a claim."""
    return "\n" in text[min(mention.start, start) : max(mention.end, end)]
