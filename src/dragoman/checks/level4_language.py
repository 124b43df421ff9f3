"""Level 4, language: what can be said about a span and its labels from the words alone, without false positives.

Many names end in what looks like a particle, or begin with what looks like a proclitic; a clitic at a boundary is
reported only if the registry has the name without it and does not have the name with it. Where a rule is uncertain it
reports nothing; merely suspicious cases are left to the linter.

In a raw pass these are warnings, because raw passes are never corrected.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dragoman import languages
from dragoman.problems import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dragoman.checks.findings import Findings
    from dragoman.checks.level1_schema import Material, RegistryFile
    from dragoman.languages import Language
    from dragoman.schema.records import Date, Document, Entity, Labels

_LONGEST = 8
_PAIRS = {"《": "》", "〈": "〉", "(": ")", "“": "”", "«": "»", '"': '"', "‘": "’"}
_STOPS = ",،;؛:"


class Fault(NamedTuple):
    """An objection of a rule to a label: code of the problem, field, what is wrong and how to correct it."""

    code: str
    field: str
    what: str
    hint: str


def check(material: Material, findings: Findings) -> None:
    """Check gold and passes, and the names in the registry."""
    documents = material.documents
    sources = [(material.registry, material.gold, False)]
    sources += [(one.registry, one.resolved, True) for one in material.passes]
    for registry, labelled, raw in sources:
        _names(registry, findings, raw=raw)
        for path, labels in labelled.items():
            if labels.document in documents and path not in findings.broken:
                report = findings.reporter(4, path, raw=raw)
                own = material.scheme.own_entities
                for fault_path, fault in faults(labels, documents[labels.document], registry, own=own):
                    report(fault.code, f"{fault_path}.{fault.field}", fault.what, fault.hint)


def _names(registry: RegistryFile, findings: Findings, *, raw: bool) -> None:
    report = findings.reporter(4, registry.file, raw=raw)
    for entry in registry.entries or ():
        for tag, known in entry.names.items() if entry.type == "PER" else ():
            for name in known:
                if _has_honorific(name, languages.get(tag)):
                    report("E504", f"[{entry.id}].names.{tag}", f"{shown(name)} has an honorific.", "Leave it out.")


def faults(
    labels: Labels, document: Document, registry: RegistryFile, *, own: bool = False
) -> Iterator[tuple[str, Fault]]:
    """Check the labels of a document by the rules of its language.

    Args:
        labels: the labels, with valid spans.
        document: the document.
        registry: the registry that the labels refer to; boundaries are not checked without one.
        own: whether types and forms are the benchmark's own, so that their meaning is unknown.

    Yields:
        The label's path, and what is wrong with it.

    """
    language = languages.get(document.language)
    names = {
        name for entry in registry.entries or () for name in entry.names.get(language.tag, ()) if name == name.strip()
    }
    for entity in labels.entities:
        path = f"entities[{entity.id}]"
        yield from ((path, fault) for fault in _edges(entity.text, names, language))
        if not own:
            yield from ((path, fault) for fault in _words(entity, names, language, linked=bool(registry.entries)))
    for first, second in () if own else _nested(labels.entities):
        yield from ((f"entities[{second.id}]", fault) for fault in _inside(first, second))
    for date in labels.dates:
        yield from ((f"dates[{date.id}]", fault) for fault in _date(date, language))


def stripped(text: str, names: set[str], language: Language) -> str | None:
    """Return the name that is left of a surface without a clitic at its boundary; None if there is none.

    There is one only if ``names`` has what is left and does not have the surface itself. A written article is kept.
    """
    cut = _cut(text, names, language)
    return None if cut is None else cut[0]


def _cut(text: str, names: set[str], language: Language) -> tuple[str, str] | None:
    """Return the name that is left of a surface without a clitic, and the kind of clitic."""
    if text in names:
        return None
    # A name can be followed by two enclitics, as in 만은.
    after = re.compile(f"(?:{language.enclitics}){{1,2}}") if language.enclitics else None
    before = re.compile(language.proclitics) if language.proclitics else None
    fused = re.compile(language.fused_article) if language.fused_article else None
    for size in range(1, min(_LONGEST, len(text) - 1) + 1):
        if after and text[:-size] in names and after.fullmatch(text[-size:]):
            return text[:-size], "particle"
        start, rest = text[:size], text[size:]
        # After a fused article the registry may have the name with or without its article.
        lefts = [rest, language.article + rest] if fused and fused.fullmatch(start) else []
        lefts += [rest] if before and before.fullmatch(start) else []
        for left in lefts:
            if left in names:
                return left, "proclitic"
    return None


def _has_honorific(name: str, language: Language) -> bool:
    return bool(language.honorifics and re.search(language.honorifics, name))


def _edges(text: str, names: set[str], language: Language) -> Iterator[Fault]:
    cut = _cut(text, names, language)
    if cut is not None:
        left, kind = cut
        yield Fault("E504", "text", f"{shown(text)} is {shown(left)} with a {kind}.", f"The span is {shown(left)}.")
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


def _words(entity: Entity, names: set[str], language: Language, *, linked: bool) -> Iterator[Fault]:
    """Check a mention's labels against its words."""
    text = entity.text
    if entity.type == "PER" and _has_honorific(text, language):
        yield Fault("E504", "text", f"{shown(text)} has an honorific.", "The span is the name alone.")
    # A title may also be a given name: no fault if the registry has the whole surface as a name.
    titled = language.titles and re.match(language.titles, text)
    if entity.type == "PER" and titled and text not in names:
        yield Fault("E504", "text", f"{shown(text)} has a title of respect.", "The span is the name alone.")
    if text in language.deictics and entity.form != "DEI":
        yield Fault("E503", "form", f"{shown(text)} changes with the speaker.", "The form is DEI.")
    if text in language.own_state and entity.type != "GPE":
        yield Fault("E503", "type", f"{shown(text)} is a state.", "The type is GPE.")
    if entity.form == "ADJ" and not language.adjective:
        having = " and ".join(each.name for each in languages.all() if each.adjective)
        yield Fault("E503", "form", f"{shown(text)} is ADJ, which is for {having} alone.", "The form is NAM.")
    is_name = entity.form in {"NAM", "ABR"}
    # Not for organisations, since "the foreign" is a ministry; nor for names in the registry, such as "the Saudi".
    looks_so = language.definite_adjective and re.fullmatch(language.definite_adjective, text)
    if entity.type == "GPE" and is_name and text not in names and looks_so:
        yield Fault("E503", "form", f"{shown(text)} is an adjective.", "The form is ADJ.")
    if linked and not entity.entity_ids and entity.form != "NOM":
        what = f"{shown(text)} is {entity.form} and refers to no entity."
        yield Fault("E503", "entity_ids", what, "Only a common noun may have no id.")


def _nested(entities: list[Entity]) -> Iterator[tuple[Entity, Entity]]:
    for outer in entities:
        for inner in entities:
            inside = outer.start <= inner.start and inner.end <= outer.end
            if inside and (outer.start, outer.end) != (inner.start, inner.end):
                yield outer, inner


def _inside(outer: Entity, inner: Entity) -> Iterator[Fault]:
    """Report why a mention may not be nested in another."""
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


def _date(date: Date, language: Language) -> Iterator[Fault]:
    if language.date_enclitic and re.fullmatch(language.date_enclitic, date.text):
        yield Fault("E504", "text", f"{shown(date.text)} ends in a particle.", "Leave it out.")
    if language.date_preposition and re.fullmatch(language.date_preposition, date.text):
        yield Fault("E504", "text", f"{shown(date.text)} begins with a preposition.", "Leave it out.")
    if date.text[0] in _STOPS or date.text[-1] in _STOPS:
        yield Fault("E504", "text", f"{shown(date.text)} has a punctuation mark at its edge.", "Leave it out.")
