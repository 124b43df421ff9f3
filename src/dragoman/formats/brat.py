"""brat standoff: annotations in ``.ann``, the text in ``.txt`` beside it; one pair of files per document.

Source: https://brat.nlplab.org/standoff.html. Mapping:

- ``T`` with a label: an entity, or a date if the label is one of ``date_labels``. Its attributes ``Id``, ``Form``,
  ``Value``, ``Mod`` and so on are the string fields of that name; an entity's normalisations ``N … Reference T1
  Wikidata:Q42`` (``Dragoman:`` for other ids) are its entity ids;
- ``T`` with the label ``Claim``, with one or more fragments: a claim, with ``Polarity``, ``Modality``, ``Act`` … as
  attributes. Relations from it: ``Cue`` to a ``T Cue``, ``Claimant`` to an entity or to a ``T Claimant``, ``Parent`` to
  another claim. The attributes ``Author`` and ``Implicit`` are claimants without a mention; normalisations of the claim
  are the ids of the implicit one. An event ``Claim:T1 Claimant:T2 Cue:T3`` is equivalent to the relations;
- an event of any name with arguments ``Content``, and optionally ``Source`` and ``Cue``, as PolNeAR annotates
  attributions (Newell et al. 2018): a claim with that content, claimant and cue, whose id is the event's. Its arguments
  and its trigger are then not entities.

Offsets are code points. Spans cannot contain a line break in brat: a span over one is written, and read, as fragments
with nothing but line breaks between them. An item without id comes back with its number in the file as its id.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from dragoman.formats import line_builder, plain_spans
from dragoman.formats.brat_lines import ATTRIBUTES, RESERVED, Bound, Fragments, Standoff, flat, parse
from dragoman.formats.brat_writer import Rows
from dragoman.formats.outcome import DEFAULT, Converted, Options, Written, decoded
from dragoman.formats.sample import Sample
from dragoman.problems import Diagnostics, error
from dragoman.schema.submission import PredictedClaim, PredictedClaimant, PredictedEntity, Submission
from dragoman.text import counted

LAYERS = ("entities",)
HOLDS = frozenset(
    {"documents.id", "documents.text", "entities", "dates", "claims", "entities.type", "dates.type"}
    | {"entities.entity_ids", "claims.content", "claims.cue", "claims.claimants", "claims.parent"}
    | {f"{layer}.{name}" for layer, names in ATTRIBUTES.items() for name in names}
)
CANNOT_HOLD = (
    "lists of labels (phenomena, flags, about, a claim's dates)",
    "values with white space in them (glosses)",
    "spans without type",
    "spans that begin or end with a line break",
    "more than one implicit claimant of a claim",
)


_LINE = re.compile(r"T[0-9]+\t[^\t]+ [0-9]+ [0-9]+|[REAMN][0-9]+\t\S+|#[0-9]*\t\S+ \S+|\*\t\S+ T")
_PLACES = frozenset({"E401", "E403"})


def recognises(sample: Sample) -> bool:
    """Tell whether the lines have the syntax of annotations."""
    lines = sample.lines[:50]
    return bool(lines) and sum(_LINE.match(line) is not None for line in lines) >= 0.8 * len(lines)


def beside(path: Path) -> Iterable[Path]:
    """Find the text of a document: ``.txt`` beside the file, with the name in NFC or NFD."""
    name = path.name.removesuffix(".ann") + ".txt"
    plain = path.with_name(name)
    if plain.exists() or plain.is_symlink():
        return [plain]
    composed = unicodedata.normalize("NFC", name)
    if composed.isascii() or not path.parent.is_dir():
        return []
    return [found for found in path.parent.iterdir() if unicodedata.normalize("NFC", found.name) == composed][:1]


def read(data: bytes, options: Options = DEFAULT) -> Converted:
    """Read an ``.ann`` file.

    Args:
        data: the file.
        options: ``documents`` with the one id (from the file's name); ``beside`` with its text, or ``texts``, against
            which offsets and words are checked; ``date_labels``; ``clean_text`` if offsets count in the text without a
            byte order mark and with LF as line endings.

    Problems: E102 to E106; E209 malformed lines; E205, E303, E601; E401 to E403; E503 a relation between arguments of
    the wrong kind; W906 if there is no text. Lost are notes, equivalences, other relations, other attributes; an entity
    or claimant in fragments becomes one span from the first to the last, and is counted.

    """
    converted, text = _read(data, options)
    wrong = [problem for problem in converted.problems if problem.severity == "error"]
    if text is None or options.clean_text or not wrong or not {problem.code for problem in wrong} <= _PLACES:
        return converted
    cleaned = _clean(text)
    if cleaned == text or _read(data, replace(options, clean_text=True))[0].lines == []:
        return converted
    cause = "its byte order mark" if text.startswith(_BOM) else "the carriage returns of its line ends"
    diagnostics = Diagnostics(options.name)
    number = counted(len(wrong), "span does", "spans do")
    what = f"offsets count in the text without {cause}: {number} not fit it as it is."
    diagnostics.add("E403", what, "Read it so with --clean-text, or save the text so.")
    return Converted.of([], diagnostics)


_BOM = "\ufeff"


def _clean(text: str) -> str:
    return text.removeprefix(_BOM).replace("\r\n", "\n").replace("\r", "\n")


def _read(data: bytes, options: Options) -> tuple[Converted, str | None]:
    """Read a file with its text; also return the text unchanged."""
    diagnostics = Diagnostics(options.name)
    content = decoded(data, diagnostics)
    if content is None:
        return Converted.of([], diagnostics), None
    standoff = parse(content, diagnostics)
    text = next((_text(name, raw, diagnostics) for name, raw in options.beside.items() if name.endswith(".txt")), None)
    used = _clean(text) if text is not None and options.clean_text else text
    name = line_builder.names([None], options, diagnostics, [used])[0]
    own = options.texts.get(name)
    if used is not None and own is not None and own != used:
        hint = "Label the document's text as it is."
        diagnostics.add("E403", f"the text of {name[:80]!r} is not the one that is given for the document.", hint)
    if used is None and own is None and standoff.bound and not diagnostics.failed:
        diagnostics.add("W906", "there is no text beside it: offsets are checked against the words alone.")
    if diagnostics.failed:
        return Converted.of([], diagnostics), text
    known = options if used is None else replace(options, texts={**options.texts, name: used})
    line = _Reader(standoff, line_builder.draft(name), known, diagnostics).line()
    return Converted.of(line_builder.finish([line], LAYERS, known, diagnostics), diagnostics), text


def _text(name: str, raw: bytes, diagnostics: Diagnostics) -> str | None:
    """Decode the text of a document; a byte order mark is kept as a character."""
    try:
        return raw.decode()
    except UnicodeDecodeError as cause:
        what = f"byte {cause.start} is not UTF-8."
        diagnostics.take(*error("E102", what, "Save the file as UTF-8.", file=name).problems)
        return None


class _Reader:
    """Builds a submission line from the annotations of a file."""

    def __init__(self, standoff: Standoff, line: Submission, options: Options, diagnostics: Diagnostics) -> None:
        self.standoff, self.draft, self.options, self.diagnostics = standoff, line, options, diagnostics
        self.text = options.texts.get(line.id)
        self.claims: dict[str, PredictedClaim] = {}
        self.entities: dict[str, Any] = {}
        self.used: set[str] = set()
        self.attributions = {link.event for link in standoff.links if link.event and link.label == "Content"}
        self.parts = {link.other for link in standoff.links if link.event in self.attributions}
        self.parts |= {standoff.events[event] for event in self.attributions}
        self.labels = {standoff.bound[name].label for name in self.parts & standoff.bound.keys()} - {"Claim"}

    def line(self) -> Submission:
        for name, bound in self.standoff.bound.items():
            if not self.sound(bound):
                continue
            bound.fragments = self.joined(bound.fragments)
            if name in self.parts or bound.label in self.labels:
                self.diagnostics.lose("parts of attributions that no event refers to", int(name not in self.parts))
            elif bound.label == "Claim":
                self.claims[name] = self.claim(name, bound)
            elif bound.label not in RESERVED:
                self.entities[name] = self.span(name, bound)
        if not self.diagnostics.failed:
            self.links()
        if not self.diagnostics.failed:
            for event in sorted(self.attributions, key=lambda name: int(name[1:])):
                self.attribution(event)
        bounds = self.standoff.bound.items()
        loose = [name for name, bound in bounds if bound.label in ("Cue", "Claimant") and name not in self.parts]
        loose = [name for name in loose if self.standoff.bound[name].label not in self.labels]
        self.diagnostics.lose("cues and claimants that no claim refers to", len(loose) - len(self.used))
        self.unique()
        for claim in self.claims.values():
            claim.claimants = claim.claimants or None
        self.draft.claims = list(self.claims.values())
        self.draft.text = self.text
        return self.draft

    def sound(self, bound: Bound) -> bool:
        fragments = bound.fragments
        shown = None if self.text is None else flat(" ".join(self.text[start:end] for start, end in fragments))
        differs = shown is not None and shown != flat(bound.words)
        words = bound.words if differs and len(fragments) == 1 else None
        for start, end in fragments:
            if not line_builder.sound(start, end, self.text, self.diagnostics, surface=words, line=bound.line):
                return False
        # Fragments are joined by one space; without a text, the words are the only check of the offsets.
        if self.text is None and len(bound.words) != (length := sum(end - start + 1 for start, end in fragments) - 1):
            what = f"the words {bound.words[:80]!r} have length {len(bound.words)}, and their place {length}."
            self.diagnostics.add("E403", what, "Offsets are code points, half-open.", line=bound.line)
            return False
        if differs:
            what = f"the text there is {(shown or '')[:80]!r}, not {bound.words[:80]!r}."
            self.diagnostics.add("E403", what, "Offsets are code points, half-open.", line=bound.line)
        return not differs

    def joined(self, fragments: Fragments) -> Fragments:
        """Merge fragments that overlap, are adjacent, or have only line breaks between them."""
        made: Fragments = []
        for start, end in plain_spans.joined(fragments):
            if made and self.text is not None and not self.text[made[-1][1] : start].strip("\r\n"):
                made[-1] = (made[-1][0], end)
            else:
                made.append((start, end))
        return made

    def fields(self, name: str, bound: Bound, layer: str) -> dict[str, Any]:
        """Collect the fields of an item from its attributes."""
        known = ATTRIBUTES[layer]
        fields: dict[str, Any] = {"id": name}
        for key, value in bound.attributes.items():
            number = line_builder.offset(value) if value is not None and known.get(key) else None
            if key not in known or value is None or (known[key] and number is None):
                if not (layer == "claims" and value is None and key in ("author", "implicit")):
                    self.diagnostics.lose("attributes that are none of a submission's")
                continue
            fields[key] = number if known[key] else value
        return fields

    def span(self, name: str, bound: Bound) -> Any:
        start, end = bound.fragments[0][0], bound.fragments[-1][1]
        self.diagnostics.lose("gaps in entities and dates, which are kept as one span", int(len(bound.fragments) > 1))
        layer = self.options.layer(bound.label)
        whole = bound.words if len(bound.words) == end - start else None
        span = line_builder.add(self.draft, bound.label, start, end, layer, whole)
        for key, value in self.fields(name, bound, layer).items():
            setattr(span, key, value)
        if isinstance(span, PredictedEntity):
            span.entity_ids = bound.references or None
        else:
            self.diagnostics.lose("normalisations of dates", len(bound.references))
        return span

    def claim(self, name: str, bound: Bound) -> PredictedClaim:
        claimants = []
        if "author" in bound.attributes:
            claimants.append(PredictedClaimant(role="AUTHOR"))
        if "implicit" in bound.attributes:
            claimants.append(PredictedClaimant(role="IMPLICIT", entity_ids=bound.references or None))
        else:
            self.diagnostics.lose("normalisations of claims", len(bound.references))
        content: Any = bound.fragments
        return PredictedClaim(content=content, claimants=claimants, **self.fields(name, bound, "claims"))

    def links(self) -> None:
        cues: defaultdict[str, Fragments] = defaultdict(list)
        for link in self.standoff.links:
            if link.event in self.attributions:
                continue
            claim, other = self.claims.get(link.one), self.standoff.bound.get(link.other)
            if link.label not in ("Claimant", "Cue", "Parent") or claim is None or other is None:
                self.diagnostics.lose("relations that are none of a claim's")
            elif link.label == "Cue" and other.label == "Cue":
                self.used.add(link.other)
                cues[link.one] += other.fragments
            elif link.label == "Parent" and link.other in self.claims and claim.parent is None:
                claim.parent = self.claims[link.other].id
            elif link.label == "Claimant" and self.claimant(claim, link.other, other):
                self.used.add(link.other)
            else:
                what = f"{link.other} cannot be the {link.label.lower()} of a claim."
                self.diagnostics.add("E503", what, "See which labels claims are made of.", line=link.line)
        for name, fragments in cues.items():
            cue: Any = plain_spans.joined(fragments)
            self.claims[name].cue = cue
        self.used &= {name for name, bound in self.standoff.bound.items() if bound.label in ("Cue", "Claimant")}

    def attribution(self, event: str) -> None:
        """Make a claim from an attribution event: content, sources and cue."""
        found: defaultdict[str, list[Bound]] = defaultdict(list)
        for link in self.standoff.links:
            if link.event == event and link.other in self.standoff.bound:
                found[link.label].append(self.standoff.bound[link.other])
        content: Any = plain_spans.joined(pair for bound in found.pop("Content", []) for pair in bound.fragments)
        cue: Any = plain_spans.joined(pair for bound in found.pop("Cue", []) for pair in bound.fragments)
        claimants = []
        for bound in found.pop("Source", []):
            start, end = bound.fragments[0][0], bound.fragments[-1][1]
            self.diagnostics.lose("gaps in claimants, which are kept as one span", int(len(bound.fragments) > 1))
            claimants.append(PredictedClaimant(role="MENTION", start=start, end=end))
        self.diagnostics.lose("other arguments of attributions", sum(map(len, found.values())))
        if content:
            self.claims[event] = PredictedClaim(content=content, cue=cue or None, claimants=claimants, id=event)
            for key, value in self.fields(event, self.standoff.bound[self.standoff.events[event]], "claims").items():
                setattr(self.claims[event], key, value)

    def claimant(self, claim: PredictedClaim, name: str, bound: Bound) -> bool:
        assert claim.claimants is not None
        if isinstance(self.entities.get(name), PredictedEntity):
            claim.claimants.append(PredictedClaimant(role="MENTION", mention=self.entities[name].id))
        elif bound.label == "Claimant":
            start, end = bound.fragments[0][0], bound.fragments[-1][1]
            self.diagnostics.lose("gaps in claimants, which are kept as one span", int(len(bound.fragments) > 1))
            claim.claimants.append(PredictedClaimant(role="MENTION", start=start, end=end))
        else:
            return False
        return True

    def unique(self) -> None:
        """Report E303 for ids from attributes that are not unique in their layer."""
        for items in (self.draft.entities, self.draft.dates, self.claims.values()):
            seen: set[str | None] = set()
            for item in items or ():
                if item.id in seen:
                    hint = "Ids are unique in a document."
                    self.diagnostics.add("E303", f"the id {str(item.id)[:80]!r} is given twice.", hint)
                seen.add(item.id)


def write(lines: Iterable[Submission], texts: Mapping[str, str], options: Options = DEFAULT) -> Written:
    """Write ``<id>.ann`` and ``<id>.txt`` for each document.

    Args:
        lines: the submission.
        texts: text by document id.
        options: ``date_labels``.

    Problems: as for :func:`dragoman.formats.plain_spans.plain`, and E304 for ids that cannot be file names.

    """
    diagnostics = Diagnostics(options.name)
    documents = plain_spans.plain(lines, texts, diagnostics)
    plain_spans.account(documents, HOLDS, LAYERS, options, diagnostics)
    files: dict[str, bytes] = {}
    for document in documents:
        name = plain_spans.file_name(document.line.id, ".ann", diagnostics)
        if name is None:
            continue
        rows = Rows(document, options, diagnostics).rows()
        files[name] = "".join(f"{row}\n" for row in rows).encode()
        files[f"{document.line.id}.txt"] = (document.text or "").encode()
    return Written.of(files, diagnostics)
