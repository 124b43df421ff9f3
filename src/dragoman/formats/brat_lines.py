"""Parser for brat standoff: annotations by their ids, without interpretation.

Source: https://brat.nlplab.org/standoff.html. Fields are separated by tabs; the first letter of the id is the kind of
annotation: ``T`` text-bound, ``R`` relation, ``E`` event, ``A`` (``M`` in old files) attribute, ``N`` normalisation,
``#`` note, ``*`` equivalence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec
from msgspec import inspect

from dragoman.formats.line_builder import offset
from dragoman.formats.tokens import blank
from dragoman.problems import Diagnostics
from dragoman.schema import shape
from dragoman.schema.layers import LAYERS

Fragments = list[tuple[int, int]]
RESERVED = frozenset({"Claim", "Cue", "Claimant"})
"""Labels for the parts of a claim."""
_NO_ATTRIBUTES = frozenset({"start", "end", "text", "quote", "occurrence", "type", "mention", "role", "parent"})


def scalars(record: type[msgspec.Struct]) -> dict[str, bool]:
    """Return the fields of a record that an attribute can hold, and whether they are numbers."""
    numbers = {}
    for member in shape.fields(record).fields:
        kinds = _kinds(member.type)
        if member.name not in _NO_ATTRIBUTES and kinds in ({inspect.StrType}, {inspect.IntType}):
            numbers[member.name] = kinds == {inspect.IntType}
    return numbers


def _kinds(type_: inspect.Type) -> set[type]:
    """Return the types that a value may have, other than null."""
    if isinstance(type_, inspect.Metadata):
        return _kinds(type_.type)
    if isinstance(type_, inspect.UnionType):
        return {kind for option in type_.types for kind in _kinds(option)}
    return {type(type_)} - {inspect.NoneType}


ATTRIBUTES: dict[str, dict[str, bool]] = {layer.name: scalars(layer.predicted) for layer in LAYERS}
"""Fields that are attributes, by layer, and whether they are numbers."""
_BEGINS = re.compile(r"[TREAMN][0-9]+\t|#[0-9]*\t|\*\t")
_PLACES = re.compile(r"\S+ ([0-9]{1,9} [0-9]{1,9}(?:;[0-9]{1,9} [0-9]{1,9})*)")
_ID = re.compile(r"[TREAMN][0-9]+")
_HINTS = {
    "T": "Text-bound: id, tab, type and offsets, tab, the words.",
    "R": "Relations: id, tab, type Arg1:T1 Arg2:T2.",
    "E": "Events: id, tab, type:T1 Role:T2 ….",
    "A": "Attributes: id, tab, name T1, and a value or none.",
    "N": "Normalisations: id, tab, Reference T1 Database:Id, tab, words.",
}


@dataclass(slots=True)
class Bound:
    """A text-bound annotation: label, fragments in code points, words, attributes and normalisations."""

    line: int
    label: str
    fragments: Fragments
    words: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    references: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Link:
    """A relation between two annotations: from ``one``, its first argument, to ``other``.

    ``event`` is the id of the event whose argument it is; empty for a relation.
    """

    line: int
    label: str
    one: str
    other: str
    event: str = ""


@dataclass(slots=True)
class Standoff:
    """A file of annotations.

    Attributes:
        bound: text-bound annotations by id.
        links: relations, and the arguments of events as relations from the event's trigger.
        events: the text-bound annotation that is the trigger of each event, by the event's id.

    """

    bound: dict[str, Bound] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    events: dict[str, str] = field(default_factory=dict)


def flat(words: str) -> str:
    """Replace white space and control characters by spaces, as in the words of a line."""
    return "".join(" " if blank(char) else char for char in words)


def parse(text: str, diagnostics: Diagnostics) -> Standoff:
    """Parse the annotations of a file.

    Reports E209 for malformed lines, E303 for repeated ids, E205 for repeated attributes, E601 for dangling references;
    losses for notes, equivalences, and attributes and normalisations of events and relations.
    """
    standoff = Standoff()
    later: list[tuple[int, str, list[str]]] = []
    seen: set[str] = set()
    for number, line in _joined_lines(text, diagnostics):
        if line[:1] in ("#", "*"):
            diagnostics.lose("notes" if line[0] == "#" else "equivalences")
        elif line.strip():
            cells = line.rstrip("\t").split("\t")
            if _check_id(number, cells, seen, diagnostics):
                if cells[0][0] == "T":
                    _bound(number, cells, standoff, diagnostics)
                else:
                    later.append((number, cells[0], cells[1].split(" ")))
    # Lines may be in any order: references are resolved after all targets are known, and events may refer to events.
    for number, name, words in later:
        if name[0] == "E":
            _event(number, name, words[0], standoff, diagnostics)
    for number, name, words in later:
        _resolve(number, name, [word for word in words if word], seen, standoff, diagnostics)
    return standoff


def _joined_lines(text: str, diagnostics: Diagnostics) -> Iterator[tuple[int, str]]:
    """Yield numbered lines; words that were written with the text's line breaks are joined."""
    first, whole, breaks = 1, "", ""
    for number, line in enumerate(re.split("\r\n|\n|\r", text), start=1):
        breaks += "\n"
        if whole and line and not _BEGINS.match(line) and len(breaks + line) <= _missing_length(whole):
            if "\n" not in whole:
                what = "the words go on in the next line."
                diagnostics.add("W906", what, "Write a blank for each line break.", line=first)
            whole, breaks = whole + breaks + line, ""
        elif line:
            yield first, whole
            first, whole, breaks = number, line, ""
    yield first, whole


def _missing_length(line: str) -> int:
    """Return how many characters the words of a text-bound annotation are shorter than its span; 0 for other lines."""
    cells = line.split("\t", 2)
    places = _PLACES.fullmatch(cells[1]) if len(cells) == 3 and line[0] == "T" else None
    if places is None:
        return 0
    pairs = [pair.split(" ") for pair in places[1].split(";")]
    return sum(int(end) - int(start) + 1 for start, end in pairs) - 1 - len(cells[2])


def _check_id(number: int, cells: list[str], seen: set[str], diagnostics: Diagnostics) -> bool:
    """Check the id of a line."""
    if not _ID.fullmatch(cells[0]) or len(cells) < 2:
        hint = "A line is an id such as T1, a tab, and what the annotation says."
        diagnostics.add("E209", f"{cells[0][:80]!r} does not begin an annotation.", hint, line=number)
    elif cells[0] in seen:
        diagnostics.add("E303", f"the id {cells[0]} is given already.", "Ids are unique in a file.", line=number)
    else:
        seen.add(cells[0])
        return True
    return False


def _event(number: int, name: str, head: str, standoff: Standoff, diagnostics: Diagnostics) -> None:
    label, _, trigger = head.partition(":")
    if label and trigger in standoff.bound:
        standoff.events[name] = trigger
    else:
        diagnostics.add("E209", f"{head[:80]!r} does not name a trigger.", _HINTS["E"], line=number)


def _bound(number: int, cells: list[str], standoff: Standoff, diagnostics: Diagnostics) -> None:
    label, _, places = cells[1].partition(" ")
    pairs = [pair.split(" ") for pair in places.split(";")]
    fragments = [(offset(pair[0]), offset(pair[1])) for pair in pairs if len(pair) == 2]
    whole = [(start, end) for start, end in fragments if start is not None and end is not None]
    if not label or len(cells) != 3 or len(whole) < len(pairs):
        diagnostics.add("E209", f"{cells[0]} is not a text-bound annotation.", _HINTS["T"], line=number)
        return
    standoff.bound[cells[0]] = Bound(number, label, whole, cells[2])


def _resolve(
    number: int, name: str, words: list[str], seen: set[str], standoff: Standoff, diagnostics: Diagnostics
) -> None:
    """Process a line that refers to others; a reference to an event resolves to its trigger."""

    def target(reference: str) -> str:
        if reference not in seen:
            what = f"{name} refers to {reference[:80]!r}, which is not there."
            diagnostics.add("E601", what, "Add it, or remove the line.", line=number)
        return standoff.events.get(reference, reference)

    kind = "A" if name[0] == "M" else name[0]
    if kind == "R" and len(words) == 3 and all(":" in word for word in words[1:]):
        one, other = (target(word.partition(":")[2]) for word in words[1:])
        standoff.links.append(Link(number, words[0], one, other))
    elif kind == "E" and name in standoff.events:
        for word in words[1:]:
            role, _, reference = word.partition(":")
            # Several arguments of one role are numbered: Claimant, Claimant2.
            label = role.rstrip("0123456789")
            standoff.links.append(Link(number, label, standoff.events[name], target(reference), name))
    elif kind == "A" and len(words) in (2, 3):
        _attribute(number, words, target(words[1]), standoff, diagnostics)
    elif kind == "N" and len(words) == 3 and ":" in words[2]:
        bound = standoff.bound.get(target(words[1]))
        if bound is None:
            diagnostics.lose("normalisations of relations")
        else:
            database, _, entry = words[2].partition(":")
            bound.references.append(entry if database in ("Wikidata", "Dragoman") else words[2])
    elif kind != "E":
        diagnostics.add("E209", f"{name} is not complete.", _HINTS[kind], line=number)


def _attribute(number: int, words: list[str], reference: str, standoff: Standoff, diagnostics: Diagnostics) -> None:
    bound = standoff.bound.get(reference)
    name = words[0].lower()
    if bound is None:
        diagnostics.lose("attributes of relations")
    elif name in bound.attributes:
        what = f"the attribute {words[0][:80]!r} of {reference} is given already."
        diagnostics.add("E205", what, "Keep one.", line=number)
    else:
        bound.attributes[name] = words[2] if len(words) == 3 else None
