"""Level 4, language: what can be said of a span and its labels from the words alone, without a false alarm.

Nothing is stripped blindly. Many names end in what looks like a particle, or begin with what looks like a proclitic; an
edge counts as one only if the registry has the name without it and has not the name with it. Where a rule cannot be
sure it says nothing: what is only suspicious is the linter's.

In a raw pass these are warnings, because nobody mends a raw pass.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dragoman.problems import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dragoman.checks.findings import Findings
    from dragoman.checks.level1_schema import Material, RegistryFile
    from dragoman.schema.records import Date, Document, Entity, Labels

_LONGEST = 8
_AFTER_KO = re.compile(
    r"(?=.)들?(?:께서|에게서|에게|에서|한테|으?로부터|으?로서|으?로써|으?로|와|과|하고|이?랑|의|에|을|를|은|는|이|가|도|만"
    r"|부터|까지|마다|보다|처럼|만큼|이며|이고|이다|인|이였다)?(?:은|는|도|만|의)?"
)
_BEFORE_AR = re.compile(r"[وف]?[بكل]|[وف]|[وف]?لل")
_PAIRS = {"《": "》", "〈": "〉", "(": ")", "“": "”", "«": "»", '"': '"', "‘": "’"}
_STOPS = ",،;؛:"
_HONORIFICS_KO = re.compile(r"동지|\s*(?:각하|녀사|선생)$|^(?:존경하는|경애하는|친애하는)\s")
_RESPECT_AR = re.compile(r"(?:السيدة?|معالي|فخامة|سعادة|سمو|جلالة)\s")
_DEICTIC = {
    "ko": frozenset({"우리", "우리 나라", "우리나라", "조국", "저희"}),
    "ar": frozenset({"نحن", "بلادنا", "بلدنا", "وطننا"}),
}
_NISBA = re.compile(r"ال\w+ي(?:ة|ين|ون|ان|تين|تان|ات)?")
_DATE_KO = re.compile(r".*\d(?:년대?|월|일)(?:에는?|에서|부터|까지|의|은|는|이|가|을|를|에도)")
_DATE_AR = re.compile(r"[وف]?(?:في|منذ|حتى|خلال|قبل|بعد|من|إلى)\s+(?:\D*\s)?\d.*|[وفبكل](?:عام|شهر|يوم)\s+\d.*")


class Fault(NamedTuple):
    """What a rule has against a label: a problem's code, the field, what is wrong and how to mend it."""

    code: str
    field: str
    what: str
    hint: str


def check(material: Material, findings: Findings) -> None:
    """Judge gold and passes, and the names of the registry."""
    documents = material.documents
    sources = [(material.registry, material.gold, False)]
    sources += [(one.registry, one.resolved, True) for one in material.passes]
    for registry, labelled, raw in sources:
        _names(registry, findings, raw=raw)
        for path, labels in labelled.items():
            if labels.document in documents and path not in findings.broken:
                report = findings.reporter(4, path, raw=raw)
                for fault_path, fault in faults(labels, documents[labels.document], registry):
                    report(fault.code, f"{fault_path}.{fault.field}", fault.what, fault.hint)


def _names(registry: RegistryFile, findings: Findings, *, raw: bool) -> None:
    report = findings.reporter(4, registry.file, raw=raw)
    for entry in registry.entries or ():
        for name in entry.names.ko if entry.type == "PER" else ():
            if _HONORIFICS_KO.search(name):
                report("E504", f"[{entry.id}].names.ko", f"{shown(name)} has an honorific.", "Leave it out.")


def faults(labels: Labels, document: Document, registry: RegistryFile) -> Iterator[tuple[str, Fault]]:
    """Say what the rules of its language have against the labels of a document.

    Args:
        labels: the labels, with spans that slice.
        document: the document.
        registry: the registry that the labels refer to; without one nothing is said of edges.

    Yields:
        The label's path and what is wrong with it.

    """
    language = document.language.partition("-")[0]
    names = {
        name for entry in registry.entries or () for name in getattr(entry.names, language, ()) if name == name.strip()
    }
    for entity in labels.entities:
        path = f"entities[{entity.id}]"
        yield from ((path, fault) for fault in _edges(entity.text, names, language))
        yield from ((path, fault) for fault in _words(entity, names, language))
    for first, second in _nested(labels.entities):
        yield from ((f"entities[{second.id}]", fault) for fault in _inside(first, second))
    for date in labels.dates:
        yield from ((f"dates[{date.id}]", fault) for fault in _date(date, language))


def stripped(text: str, names: set[str], language: str) -> str | None:
    """Name that is left of a surface without a particle (ko) or proclitic (ar) at its edge; None if there is none.

    There is one only if ``names`` has what is left and has not the surface itself.
    """
    if text in names:
        return None
    longest = min(_LONGEST, len(text) - 1)
    if language == "ko":
        cuts = ((text[:-size], text[-size:]) for size in range(1, longest + 1))
        return next((name for name, end in cuts if name in names and _AFTER_KO.fullmatch(end)), None)
    if language == "ar":
        for size in range(1, min(3, longest) + 1):
            before, name = text[:size], text[size:]
            if _BEFORE_AR.fullmatch(before):
                # لل is the preposition and the article: what is left has ال in the registry, or has none at all.
                for left in (name, f"ال{name}") if before.endswith("لل") else (name,):
                    if left in names:
                        return left
    return None


def _edges(text: str, names: set[str], language: str) -> Iterator[Fault]:
    left = stripped(text, names, language)
    if left is not None:
        what = f"{shown(text)} is {shown(left)} with a {'particle' if language == 'ko' else 'proclitic'}."
        yield Fault("E504", "text", what, f"The span is {shown(left)}.")
    first, last = text[0], text[-1]
    wrapped = _PAIRS.get(first) == last and len(text) > 1 and first not in text[1:-1]
    lone = any(
        text.count(open_) != text.count(close) if open_ != close else text.count(open_) % 2
        for open_, close in _PAIRS.items()
    )
    if wrapped or (lone and (first in _MARKS or last in _MARKS)):
        yield Fault("E504", "text", f"{shown(text)} has a bracket or quotation mark at its edge.", "Leave it out.")
    if first in _STOPS or last in _STOPS:
        yield Fault("E504", "text", f"{shown(text)} has a punctuation mark at its edge.", "Leave it out.")


_MARKS = frozenset(_PAIRS) | frozenset(_PAIRS.values())


def _words(entity: Entity, names: set[str], language: str) -> Iterator[Fault]:
    """Say what a mention's words have against its labels."""
    text = entity.text
    if entity.type == "PER" and language == "ko" and _HONORIFICS_KO.search(text):
        yield Fault("E504", "text", f"{shown(text)} has an honorific.", "The span is the name alone.")
    # السيد is a given name too: not where the registry has the whole as a name.
    if entity.type == "PER" and language == "ar" and _RESPECT_AR.match(text) and text not in names:
        yield Fault("E504", "text", f"{shown(text)} has a title of respect.", "The span is the name alone.")
    if text in _DEICTIC.get(language, ()) and entity.form != "DEI":
        yield Fault("E503", "form", f"{shown(text)} changes with the speaker.", "The form is DEI.")
    if text in {"우리 나라", "우리나라"} and entity.type != "GPE":
        yield Fault("E503", "type", f"{shown(text)} is a state.", "The type is GPE.")
    if entity.form == "ADJ" and language != "ar":
        yield Fault("E503", "form", f"{shown(text)} is ADJ, which is for Arabic alone.", "The form is NAM.")
    is_name = entity.form in {"NAM", "ABR"}
    # Not of bodies, since الخارجية is a ministry; nor of what is a name by itself, such as السعودية.
    if language == "ar" and entity.type == "GPE" and is_name and text not in names and _NISBA.fullmatch(text):
        yield Fault("E503", "form", f"{shown(text)} is an adjective.", "The form is ADJ.")
    if not entity.entity_ids and entity.form != "NOM":
        what = f"{shown(text)} is {entity.form} and stands for no entity."
        yield Fault("E503", "entity_ids", what, "Only a common noun may have no id.")


def _nested(entities: list[Entity]) -> Iterator[tuple[Entity, Entity]]:
    for outer in entities:
        for inner in entities:
            inside = outer.start <= inner.start and inner.end <= outer.end
            if inside and (outer.start, outer.end) != (inner.start, inner.end):
                yield outer, inner


def _inside(outer: Entity, inner: Entity) -> Iterator[Fault]:
    """Say why a mention may not be nested in another."""
    said = f"{shown(inner.text)} lies in {outer.id} {shown(outer.text)}"
    if outer.type in {"GPE", "LOC"} and outer.form in {"NAM", "ABR"}:
        yield Fault("E503", "start", f"{said}: the name of a place is opaque.", "Remove the inner label.")
    elif outer.type == inner.type == "ROLE":
        yield Fault("E503", "start", f"{said}: no title is nested in a title.", "Remove the inner label.")
    elif (
        len(outer.entity_ids) == 1
        and outer.entity_ids == inner.entity_ids
        and outer.form in {"NAM", "ABR"}
        and inner.form in {"NAM", "ABR"}
    ):
        yield Fault("E503", "start", f"{said}, a longer name of the same entity.", "Remove the inner label.")


def _date(date: Date, language: str) -> Iterator[Fault]:
    if language == "ko" and _DATE_KO.fullmatch(date.text):
        yield Fault("E504", "text", f"{shown(date.text)} ends in a particle.", "Leave it out.")
    if language == "ar" and _DATE_AR.fullmatch(date.text):
        yield Fault("E504", "text", f"{shown(date.text)} begins with a preposition.", "Leave it out.")
    if date.text[0] in _STOPS or date.text[-1] in _STOPS:
        yield Fault("E504", "text", f"{shown(date.text)} has a punctuation mark at its edge.", "Leave it out.")
