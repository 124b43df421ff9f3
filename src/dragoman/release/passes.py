"""Annotation passes: convert quotes to offsets, and derive everything that follows by rule."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dragoman import timex
from dragoman.files import read_json
from dragoman.problems import Diagnostics, DragomanError, Problem
from dragoman.release.phenomena import DERIVED, tags_of_claim, tags_of_date, tags_of_entity
from dragoman.schema import labels
from dragoman.schema.layers import LAYER_NAMES, LAYERS
from dragoman.schema.pass_file import NOT_DOCUMENTS, Quote, QuotedClaim, QuotedDate, QuotedLabels
from dragoman.schema.records import Claim, Claimant, Date, Entity, Fragment, Labels
from dragoman.text import counted, locate_quote

if TYPE_CHECKING:
    from dragoman.schema.records import Document


class Reader:
    """Converts the labels of one document to records, and collects problems."""

    def __init__(self, written: QuotedLabels, document: Document, file: str) -> None:
        self.written = written
        self.document = document
        self.diagnostics = Diagnostics(file, limit=None)
        self.lines = document.text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    @property
    def problems(self) -> list[Problem]:
        """Problems so far."""
        return self.diagnostics.listed

    def report(self, code: str, path: str, what: str, hint: str = "") -> None:
        """Add a problem."""
        self.diagnostics.add(code, what, hint, path=path)

    def span(self, quote: Quote, path: str) -> tuple[int, int]:
        """Offsets of a quote in the document; (0, 0) after reporting a problem."""
        if quote.line > len(self.lines):
            self.report("E401", path, f"there is no line {quote.line}: the text has {len(self.lines)}.")
            return 0, 0
        if quote.quote != quote.quote.strip():
            self.report("E403", path, f"{quote.quote!r} begins or ends with a space.", "Trim it.")
        places = locate_quote(self.lines[quote.line - 1], quote.quote, exact=True).places
        if not places:
            elsewhere = [str(n) for n, line in enumerate(self.lines, 1) if quote.quote in line]
            hint = (
                f"It is in line {', '.join(elsewhere)}." if elsewhere else "Copy it from the text, letter for letter."
            )
            self.report("E404", path, f"{quote.quote!r} is not in line {quote.line}.", hint)
            return 0, 0
        if (len(places) > 1) != (quote.occurrence is not None):
            hint = "Say which with occurrence." if len(places) > 1 else "Leave occurrence out."
            self.report("E405", path, f"{quote.quote!r} is in line {quote.line} {counted(len(places), 'time')}.", hint)
            return 0, 0
        number = quote.occurrence or 1
        if number > len(places):
            self.report(
                "E405", path, f"there is no occurrence {number} of {quote.quote!r}.", f"There are {len(places)}."
            )
            return 0, 0
        start, end = places[number - 1]
        return self.starts[quote.line - 1] + start, self.starts[quote.line - 1] + end

    def fragments(self, quotes: list[Quote], path: str) -> list[Fragment]:
        """Convert fragments, in text order."""
        made = []
        for index, quote in enumerate(quotes):
            start, end = self.span(quote, f"{path}[{index}]")
            made.append(Fragment(start, end, self.document.text[start:end]))
        return sorted(made, key=lambda f: (f.start, f.end))

    def entities(self) -> list[Entity]:
        """Read the mentions, in text order."""
        made = []
        for index, e in enumerate(self.written.entities):
            start, end = self.span(e, f"entities[{index}]")
            text = self.document.text[start:end]
            made.append(Entity(e.id, start, end, text, e.type, e.form, sorted(set(e.entity_ids)), e.phenomena))
        made.sort(key=lambda e: (e.start, -e.end, e.type))
        self.uncrossed(made)
        return made

    def uncrossed(self, entities: list[Entity]) -> None:
        """Report crossing spans, and duplicates."""
        open_: list[Entity] = []
        for entity in entities:
            open_ = [other for other in open_ if other.end > entity.start]
            for other in open_:
                if entity.end > other.end:
                    self.report("E407", "entities", f"{other.id} {other.text!r} and {entity.id} {entity.text!r} cross.")
            open_.append(entity)
        for first, second in pairwise(entities):
            if (first.start, first.end, first.type) == (second.start, second.end, second.type) and first.end:
                self.report("E303", "entities", f"{first.id} and {second.id} are the same span and type.")

    def dates(self) -> list[Date]:
        """Read the dates, in text order, with the days that they denote."""
        made = []
        for index, d in enumerate(self.written.dates):
            path = f"dates[{index}]"
            start, end = self.span(d, path)
            date = Date(
                d.id,
                start,
                end,
                self.document.text[start:end],
                d.type,
                self.value(d.value, f"{path}.value"),
                d.mod,
                d.ref,
                source=d.source,
                value_external=None
                if d.value_external is None
                else self.value(d.value_external, f"{path}.value_external"),
            )
            date.earliest, date.latest = days(date.value, d)
            if date.value_external is not None:
                date.earliest_external, date.latest_external = days(date.value_external, d)
            date.phenomena = d.phenomena
            made.append(date)
        known = {d.id for d in made} | {"none", "published"}
        for date in made:
            if date.ref not in known or date.ref == date.id:
                self.report("E601", "dates", f"{date.id} refers to {date.ref!r}, which is no date.")
        return sorted(made, key=lambda d: (d.start, d.end))

    def value(self, value: str, path: str) -> str:
        """Bring a value into canonical form, or report it."""
        try:
            canonical = timex.canonical(value)
        except timex.TimexError as cause:
            self.report("E502", path, f"{value!r} is not a date value.", f"Expected {cause.expected}.")
            return value
        return canonical

    def claims(self, entities: list[Entity]) -> list[Claim]:
        """Read the claims, in text order."""
        written = {claim.id: claim for claim in self.written.claims}
        mentions = {entity.id: entity for entity in entities}
        made = []
        for index, c in enumerate(self.written.claims):
            path = f"claims[{index}]"
            claim = Claim(
                id=c.id,
                content=self.fragments(c.content, f"{path}.content"),
                claimants=[
                    Claimant(k.role, k.mention, sorted(set(k.entity_ids or _ids(mentions.get(k.mention or "")))))
                    for k in c.claimants
                ],
                cue=self.fragments(c.cue, f"{path}.cue"),
                parent=c.parent,
                polarity=c.polarity,
                modality=c.modality,
                act=c.act,
                flags=labels.ordered(c.flags, labels.Flag),
                about=sorted(set(c.about)),
                dates=c.dates,
                gloss=c.gloss,
                gloss_intended=c.gloss_intended,
                cluster=c.cluster,
                phenomena=c.phenomena,
            )
            self.parents(c, written, path)
            self.references(claim, mentions, path)
            made.append(claim)
        return sorted(made, key=lambda c: (c.content[0].start, -c.content[-1].end, c.id))

    def parents(self, claim: QuotedClaim, written: dict[str, QuotedClaim], path: str) -> None:
        """Follow the chain of parents, and report missing ones and cycles."""
        chain = [claim.id]
        parent = claim.parent
        while parent is not None:
            if parent not in written:
                self.report("E601", f"{path}.parent", f"there is no claim {parent!r}.")
                return
            if parent in chain:
                self.report("E602", f"{path}.parent", f"the parents go in a circle: {' → '.join([*chain, parent])}.")
                return
            chain.append(parent)
            parent = written[parent].parent

    def references(self, claim: Claim, mentions: dict[str, Entity], path: str) -> None:
        """Report dangling references."""
        dates = {date.id for date in self.written.dates}
        for index, claimant in enumerate(claim.claimants):
            if (claimant.role == "MENTION") != (claimant.mention is not None):
                self.report(
                    "E503", f"{path}.claimants[{index}]", "a mention goes with the role MENTION, and only with it."
                )
            elif claimant.mention is not None and claimant.mention not in mentions:
                self.report("E601", f"{path}.claimants[{index}]", f"there is no entity {claimant.mention!r}.")
        for name in claim.dates:
            if name not in dates:
                self.report("E601", f"{path}.dates", f"there is no date {name!r}.")

    def unique(self) -> None:
        """Report duplicate ids."""
        for layer in LAYER_NAMES:
            counts = Counter(item.id for item in getattr(self.written, layer))
            for name, count in counts.items():
                if count > 1:
                    self.report("E303", layer, f"the id {name!r} is given {count} times.")

    def read(self) -> Labels:
        """Read all layers, and derive everything that follows by rule."""
        self.unique()
        entities = self.entities()
        return derive(
            Labels(self.document.id, [layer.name for layer in LAYERS], entities, self.dates(), self.claims(entities)),
            self.document,
        )

    def layer(self, name: str) -> list[Any]:
        """Read a single layer; references to other layers are not resolved."""
        if name == "claims":
            return list(self.claims([]))
        return list(self.entities() if name == "entities" else self.dates())


def derive(gold: Labels, document: Document) -> Labels:
    """Set what follows from labels by rule: levels of claims, and derived phenomena; modifies ``gold`` in place."""
    for entity in gold.entities:
        entity.phenomena = _tags(entity.phenomena, tags_of_entity(entity, gold.entities, document))
    for date in gold.dates:
        date.phenomena = _tags(date.phenomena, tags_of_date(date))
    parents = {claim.id: claim.parent for claim in gold.claims}
    for claim in gold.claims:
        claim.level, at = 0, claim.parent
        while at in parents and claim.level < len(parents):
            claim.level, at = claim.level + 1, parents[at]
        claim.phenomena = _tags(claim.phenomena, tags_of_claim(claim, gold.claims))
    return gold


def _ids(entity: Entity | None) -> list[str]:
    return entity.entity_ids if entity else []


def _tags(written: list[labels.Phenomenon], derived: set[labels.Phenomenon]) -> list[labels.Phenomenon]:
    return labels.ordered(derived.union(tag for tag in written if tag not in DERIVED), labels.Phenomenon)


def days(value: str, date: QuotedDate | Date) -> tuple[str | None, str | None]:
    """First and last day that a value can denote, as YYYY-MM-DD; None for an open end or where it denotes no days."""
    try:
        interval = timex.interval(value, date.mod, date.type)
    except timex.TimexError:
        return None, None
    if interval is None:
        return None, None
    earliest, latest = (None if day is None else day.isoformat() for day in interval)
    return earliest, latest


def resolve(written: QuotedLabels, document: Document, file: str = "") -> tuple[Labels, list[Problem]]:
    """Convert the labels of an annotator to records with offsets.

    Args:
        written: labels with quotes.
        document: the annotated document.
        file: name of the file in problems.

    Returns:
        The labels in text order, and all problems; if there are any, the labels are not usable.

    """
    reader = Reader(written, document, file)
    return reader.read(), reader.problems


def read_pass(folder: Path, documents: dict[str, Document]) -> dict[str, Labels]:
    """Read all documents of a pass.

    Raises:
        DragomanError: with every problem of every file; E301 for a file of an unknown document.

    """
    problems: list[Problem] = []
    by_document: dict[str, Labels] = {}
    for path in sorted(folder.glob("*.json")):
        if path.stem in NOT_DOCUMENTS:
            continue
        try:
            written = read_json(path, QuotedLabels)
        except DragomanError as cause:
            problems += cause.problems
            continue
        if written.document not in documents or written.document != path.stem:
            what = f"the file is of {written.document!r}, which is no document or not the one it is named after."
            problems.append(Problem(code="E301", what=what, file=str(path)))
            continue
        by_document[written.document], wrong = resolve(written, documents[written.document], str(path))
        problems += wrong
    if problems:
        raise DragomanError(problems)
    return by_document
