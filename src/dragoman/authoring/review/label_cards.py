"""Cards made from gold: one for equal labels of a document, one for missed labels of a document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dragoman.authoring.disagreements import Point, first_offset
from dragoman.authoring.review.kit import Card, KeyCard, KeyLabel, Passes
from dragoman.authoring.review.marked_text import Mark, marked_lines
from dragoman.authoring.review.review_words import Words
from dragoman.benchmark import Benchmark
from dragoman.languages import get, short_tag
from dragoman.schema.labels import LabelSets
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.records import Claim, Date, Document, Entity, RegistryEntry
from dragoman.text import visible

_NOTATION = re.compile(r"\d*X|^P\d|-W\d|T[A-Z]{2}")
"""Matches TIMEX3 values whose notation needs an explanation."""
_LTR_MARK, _RTL_MARK, _ISOLATE, _END_OF_ISOLATE = "\u200e", "\u200f", "\u2068", "\u2069"
"""Signs of the Unicode bidirectional algorithm (UAX #9, section 2): nothing is seen of them."""
Origins = Mapping[str, Mapping[tuple[str, str], Point | None]]
"""By document, and by (layer, id): the point of the passes that a gold label comes from."""


@dataclass(frozen=True)
class Group:
    """Equal labels of one document, asked about once.

    Attributes:
        document: their document.
        layer: their layer.
        labels: the labels, in text order; the first is shown.
        points: the point of the passes that each label comes from, or None.
        passes: whether both passes agree on them; the same for the whole group.
        change: deliberately wrong fields, by name, with the value shown; empty for real labels.

    """

    document: Document
    layer: str
    labels: tuple[Any, ...]
    points: tuple[Point | None, ...]
    passes: Passes
    change: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stratum(self) -> tuple[str, Passes]:
        """The stratum for sampling."""
        return self.layer, self.passes

    @property
    def key(self) -> tuple[str, str, str]:
        """A unique name."""
        return self.document.id, self.layer, self.labels[0].id

    def keyed(self, part: Any) -> KeyCard:
        """Make the entry in the key."""
        names = [
            KeyLabel(id=label.id, a=_id(point and point.a), b=_id(point and point.b))
            for label, point in zip(self.labels, self.points, strict=True)
        ]
        planted = ", ".join(f"{name}: {value}" for name, value in self.change.items()) or None
        layer: Any = self.layer
        return KeyCard(
            part=part, document=self.document.id, layer=layer, labels=names, passes=self.passes, planted=planted
        )


def _id(label: Any) -> str | None:
    return None if label is None else str(label.id)


def groups(documents: Iterable[Document], origins: Origins | None) -> list[Group]:
    """Group equal labels of a document: same words, same fields, and the same agreement of the passes.

    Args:
        documents: documents with gold.
        origins: origins of gold labels; None if there are no passes.

    """
    made: dict[tuple[Any, ...], list[tuple[Any, Point | None]]] = {}
    of: dict[tuple[Any, ...], Document] = {}
    for document in documents:
        for layer in LAYER_NAMES:
            for label in sorted(getattr(document, layer), key=first_offset):
                point = origins[document.id][layer, label.id] if origins is not None else None
                passes: Passes = "unknown" if origins is None else "agree" if point and point.agreed else "differ"
                key = (document.id, layer, passes, _said(label))
                made.setdefault(key, []).append((label, point))
                of[key] = document
    return [
        Group(of[key], key[1], tuple(label for label, _ in items), tuple(point for _, point in items), key[2])
        for key, items in made.items()
    ]


def _said(label: Any) -> str:
    """Serialise everything that a card shows of a label, except its position."""
    if isinstance(label, Entity):
        said: list[Any] = [label.text, label.type, label.form, label.entity_ids]
    elif isinstance(label, Date):
        said = [label.text, label.type, label.value, label.mod, label.value_external, label.ref]
    else:
        # Claims with the same words differ in cues and claimants, so each has a card of its own.
        said = [label.id]
    return json.dumps(said)


@dataclass(frozen=True)
class Maker:
    """Makes cards in one interface language.

    Attributes:
        words: texts of the interface.
        registry: entities by id.
        english: English glosses by document and line.
        own: the benchmark's own label sets, with a definition of each label.

    """

    words: Words
    registry: Mapping[str, RegistryEntry]
    english: Mapping[str, Mapping[int, str]]
    own: LabelSets = field(default_factory=dict)

    @classmethod
    def of(cls, benchmark: Benchmark, words: Words) -> Maker:
        """Make one for a benchmark."""
        english = {name: dict(lines) for name, lines in benchmark.reading.items()}
        return cls(words, {entry.id: entry for entry in benchmark.registry}, english, benchmark.release.label_sets)

    def label(self, group: Group, number: int, part: Any) -> Card:
        """Make the card for a label."""
        label, document = group.labels[0], group.document
        marks = list(_marks(label, document))
        lines = marked_lines(document.text, marks)
        english = self._english(document, lines)
        if isinstance(label, Claim) and label.gloss and not group.change:
            english.append(visible(f"→ {label.gloss}"))
        layer: Any = group.layer
        return Card(
            id=f"q{number}",
            part=part,
            kind="label",
            layer=layer,
            document=document.id,
            title=document.title and visible(document.title),
            published=self._published(document),
            lines=list(lines.values()),
            english=english,
            facts=[(self.words.page[name], value) for name, value in self._facts(group)],
            question=self.words.page[f"question_{group.layer}"],
            count=len(group.labels),
        )

    def missed(self, document: Document, number: int) -> Card:
        """Make the card for labels missed in a document."""
        marks = [
            mark._replace(role=layer)
            for layer in LAYER_NAMES
            for label in getattr(document, layer)
            for mark in _marks(label, document)
            if mark.role == "main"
        ]
        lines = marked_lines(document.text, marks, whole=True)
        return Card(
            id=f"q{number}",
            part=2,
            kind="missed",
            document=document.id,
            title=document.title and visible(document.title),
            published=self._published(document),
            lines=list(lines.values()),
            english=self._english(document, lines),
            question=self.words.page["question_missed"],
        )

    def _english(self, document: Document, lines: Iterable[int]) -> list[str]:
        known = self.english.get(document.id, {})
        return [visible(known[line]) for line in lines if line in known]

    def _published(self, document: Document) -> str | None:
        """Return the document's creation time, preferably from the page."""
        if document.published is not None:
            return self._time(document.published)
        if document.published_external is not None:
            return f"{self._time(document.published_external)} ({self.words.page['outside']})"
        return None

    def _time(self, value: str) -> str:
        """Format a TIMEX3 value or an EDTF interval for people, as far as there are words for it.

        The ends of an interval are ordered in the direction of the interface language, each isolated: plain numbers
        would be ordered from left to right in Arabic too.
        """
        ends = [visible(self.words.value(end)) for end in value.split("/")]
        if len(ends) == 1:
            return ends[0]
        mark = _RTL_MARK if get(self.words.language).direction == "rtl" else _LTR_MARK
        return mark + " – ".join(f"{_ISOLATE}{end}{_END_OF_ISOLATE}" for end in ends)

    def _facts(self, group: Group) -> Iterator[tuple[str, str]]:
        """Yield the fields of a group's labels, by name, with invisible and bidirectional characters escaped."""
        times = {"value", "value_external"}
        for name, value in self._said(group):
            yield name, self._time(value) if name in times else visible(value)

    def _said(self, group: Group) -> Iterable[tuple[str, str]]:
        label, change, value = group.labels[0], group.change, self.words.value
        if isinstance(label, Entity):
            yield "type", self._label("entities.type", change.get("type", label.type))
            yield "form", self._label("entities.form", label.form)
            if label.entity_ids or self.registry:  # a benchmark that says of nobody who it is does not ask
                yield "who", ", ".join(map(self._named, label.entity_ids)) or self.words.page["nobody"]
        elif isinstance(label, Date):
            yield "type", value(label.type)
            yield "value", change.get("value", label.value)
            if _NOTATION.search(change.get("value", label.value)) or _NOTATION.search(label.value_external or ""):
                yield "notation", self.words.page["notation_note"]
            if label.mod:
                yield "mod", value(label.mod)
            if label.value_external:
                yield "value_external", label.value_external
            anchor = next((date.text for date in group.document.dates if date.id == label.ref), None)
            if label.ref == "published":
                yield "reckoned", self.words.page["day_of_publication"]
            elif anchor is not None:
                yield "reckoned", anchor
        else:
            yield "claimant", ", ".join(self._claimants(label, group.document))
            yield "act", self._label("claims.act", label.act)
            yield "polarity", value(change.get("polarity", label.polarity))
            yield "modality", self._label("claims.modality", label.modality)

    def _label(self, name: str, label: str) -> str:
        """Describe a label of a set: from the interface texts, or by the benchmark's own definition."""
        if name not in self.own:
            return self.words.value(label)
        line = self.words.values.get(label) or self.own[name].get(label)
        return f"{label}: {line}" if line else label

    def _claimants(self, claim: Claim, document: Document) -> Iterable[str]:
        surfaces = {entity.id: entity.text for entity in document.entities}
        for claimant in claim.claimants:
            if claimant.role == "MENTION":
                yield surfaces.get(claimant.mention or "", "?")
            else:
                who = ", ".join(map(self._named, claimant.entity_ids))
                yield self.words.page[claimant.role.lower()] + (f": {who}" if who else "")

    def _named(self, name: str) -> str:
        """Return the name of an entity in the interface language, with the English one."""
        entry = self.registry.get(name)
        if entry is None:
            return name
        own = next((n.name for n in entry.names if short_tag(n.language) == short_tag(self.words.language)), None)
        return entry.label if own in (None, entry.label) else f"{own} ({entry.label})"


def _marks(label: Any, document: Document) -> Iterable[Mark]:
    if not isinstance(label, Claim):
        yield Mark(label.start, label.end, "main")
        return
    yield from (Mark(f.start, f.end, "main") for f in label.content)
    yield from (Mark(f.start, f.end, "cue") for f in label.cue)
    spans = {entity.id: entity for entity in document.entities}
    for claimant in label.claimants:
        if claimant.mention in spans:
            entity = spans[claimant.mention]
            yield Mark(entity.start, entity.end, "claimant")
