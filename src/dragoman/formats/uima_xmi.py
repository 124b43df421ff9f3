"""UIMA CAS XMI, the format of UIMA, DKPro Core, INCEpTION and WebAnno; needs the extra ``formats`` (dkpro-cassis).

Source: https://uima.apache.org/d/uimaj-current/references.html (XMI CAS serialization). The document is the sofa of the
first view, or of the only view that has a text; offsets are UTF-16 units in the file, which cassis converts to code
points. Entities are annotations whose type name ends with ``NamedEntity``, and of its subtypes: the feature ``value``
is the type, ``identifier`` the id. If there are none, all annotations are used that are not tokens, sentences or other
linguistic layers; their label is ``value`` or ``label``, else the name of the type. ``--layer`` selects other types,
and the feature that is the label. ``TypeSystem.xml`` beside the file defines the types; without it, they are inferred
from the file.

Output is ``<id>.xmi`` with DKPro's ``NamedEntity``, and ``TypeSystem.xml``.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from dragoman.formats import line_builder, plain_spans
from dragoman.formats.outcome import DEFAULT, Converted, Options, Written, decoded
from dragoman.formats.sample import Sample
from dragoman.formats.span_layers import IDENTIFIER, Wanted, type_of
from dragoman.formats.xml_text import allowed
from dragoman.problems import Diagnostics
from dragoman.schema.submission import PredictedEntity, Submission

LAYERS = ("entities",)
HOLDS = frozenset({"documents.id", "documents.text", "entities", "entities.type", "entities.entity_ids"}) | {
    "dates",
    "dates.type",
}
CANNOT_HOLD = (
    "more than one entity id of a mention",
    "everything else about a span but its type",
    "values of dates",
    "claims",
    "characters that XML does not allow: controls, U+FFFE, U+FFFF",
)
_NAMED_ENTITY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
_BESIDE = ("TypeSystem.xml", "typesystem.xml", "TypeSystem.typesystem.xml")
_LINGUISTIC = re.compile(
    r"^uima\.|\.(segmentation|pos|lexmorph|syntax|metadata|coref|anomaly|morph|semantics)\.|DocumentMetaData$|TagsetDescription$"
)
_MISSING = "Install what it needs: pip install 'dragoman[formats]'."
_PLACES = frozenset({"begin", "end", "sofa"})
_XMI = "http://www.omg.org/XMI"


def recognises(sample: Sample) -> bool:
    """Tell whether it is XML with UIMA's namespaces."""
    return sample.is_markup and _XMI in sample.head and "/uima/cas.ecore" in sample.head


def beside(path: Path) -> Iterable[Path]:
    """Find the type system of a file: in its folder, under one of the usual names."""
    return [found for name in _BESIDE if (found := path.with_name(name)).is_file()][:1]


def read(data: bytes, options: Options = DEFAULT) -> Converted:
    """Read a document.

    Args:
        data: the XMI.
        options: ``documents`` with its id (from the file's name); ``beside`` with the type system; ``texts``;
            ``date_labels``.

    Problems: E102 to E106; E209 not XMI, with declarations, or cassis is not installed; E304; E401, E402;
    E403 where the text is not the document's.

    """
    diagnostics = Diagnostics(options.name)
    if decoded(data, diagnostics) is None:
        return Converted.of([], diagnostics)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        hint = "Use plain UTF-8 with XML's own entities, without declarations."
        diagnostics.add("E209", "the document type declaration declares something.", hint)
        return Converted.of([], diagnostics)
    types = next((options.beside[name] for name in _BESIDE if name in options.beside), None)
    whole = _cas(data, types, diagnostics)
    cas = whole and _view(whole, diagnostics)
    text = "" if cas is None else cas.sofa_string
    name = line_builder.names([None], options, diagnostics, [text])[0]
    line = line_builder.draft(name)
    by = None if cas is None else line_builder.shift(text, line, options, diagnostics)
    if cas is None or by is None:
        return Converted.of([], diagnostics)
    wanted = Wanted(options.span_layers)
    for annotation in _entities(cas, wanted, diagnostics):
        values = _values(annotation)
        feature = type_of(values, wanted.feature(annotation.type.name))
        label = values.get(feature) or _label(annotation)
        start, end = annotation.begin + by, annotation.end + by
        diagnostics.lose("other features of spans", len(values.keys() - {feature, IDENTIFIER}))
        if start == end:
            diagnostics.lose("annotations of no characters")
        elif line_builder.sound(start, end, line.text, diagnostics):
            made = line_builder.add(line, label, start, end, options.layer(label))
            if IDENTIFIER in values and isinstance(made, PredictedEntity):
                made.entity_ids = [values[IDENTIFIER]]
    return Converted.of(line_builder.finish([line], LAYERS, options, diagnostics), diagnostics)


def _cas(data: bytes, types: bytes | None, diagnostics: Diagnostics) -> Any:
    """Parse a CAS; None after an error."""
    try:
        import cassis  # noqa: PLC0415 - an extra
    except ImportError:
        diagnostics.add("E209", "XMI is read by dkpro-cassis, which is not installed.", _MISSING)
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about unknown types, which are counted instead
            found = _types(data)
            system = cassis.load_typesystem(io.BytesIO(types)) if types else _typesystem(found, cassis)
            known = [name for name in found if system.contains_type(name)]
            lost = sum(found[name].count for name in found.keys() - known)
            diagnostics.lose("annotations whose type is not in the type system", lost)
            return cassis.load_cas_from_xmi(io.BytesIO(data), typesystem=system, lenient=True)
    except Exception as cause:  # noqa: BLE001 - cassis raises many kinds of errors for damaged files
        what = f"not a CAS in XMI: {type(cause).__name__}: {str(cause)[:120]}."
        diagnostics.add("E209", what, "Put TypeSystem.xml of the export beside the file.")
        return None


@dataclass(slots=True)
class _Type:
    count: int = 0
    features: set[str] = field(default_factory=set)


def _types(data: bytes) -> dict[str, _Type]:
    """Return the types of annotations in a file: their numbers and attributes."""
    found: dict[str, _Type] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        space, _, name = tag.rpartition(" ")
        if {"begin", "end"} <= attributes.keys() and space.endswith(".ecore"):
            package = space.removeprefix("http:///").removesuffix(".ecore").replace("/", ".")
            type_ = found.setdefault(name if package == "uima.noNamespace" else f"{package}.{name}", _Type())
            type_.count += 1
            type_.features |= {key for key in attributes if " " not in key} - {"begin", "end", "sofa"}

    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.StartElementHandler = start
    parser.Parse(data, True)
    return found


def _typesystem(found: Mapping[str, _Type], cassis: Any) -> Any:
    """Infer a type system from the annotations in a file: every attribute is a string."""
    system = cassis.TypeSystem()
    for name, type_ in sorted(found.items()):
        if not system.contains_type(name):
            made = system.create_type(name=name, supertypeName="uima.tcas.Annotation")
            for key in sorted(type_.features):
                system.create_feature(made, key, "uima.cas.String")
    return system


def _view(cas: Any, diagnostics: Diagnostics) -> Any:
    """Choose the view of the document: the first one, else the only one with a text; None after an error."""
    texts = [view for sofa in cas.sofas if (view := cas.get_view(sofa.sofaID)).sofa_string is not None]
    if not texts:
        what = "the CAS has no text"
        if any(sofa.sofaURI for sofa in cas.sofas):
            what = f"{what}, but the address of one, which is not followed"
        diagnostics.add("E209", f"{what}.", "Export documents with their text.")
        return None
    first = cas.sofa_string is not None
    if not first and len(texts) > 1:
        names = ", ".join(repr(view.get_sofa().sofaID) for view in texts[:5])
        diagnostics.add("E221", f"several views may be the document: {names}.", "Export one of them.")
        return None
    chosen = cas if first else texts[0]
    name = chosen.get_sofa().sofaID
    if not first:
        diagnostics.add("W906", f"the first view has no text; the view {name!r} is read.")
    others = [view for view in texts if view.get_sofa().sofaID != name]
    diagnostics.lose("annotations of other views", sum(len(_annotations(view)) for view in others))
    return chosen


def _annotations(cas: Any) -> list[Any]:
    """Return the annotations of a view that have offsets, except that of the whole document."""
    return [
        each
        for each in (getattr(cas, "select_all_annotations", None) or cas.select_all)()
        if isinstance(getattr(each, "begin", None), int)
        and isinstance(getattr(each, "end", None), int)
        and each.type.name != "uima.tcas.DocumentAnnotation"
    ]


def _values(annotation: Any) -> dict[str, str]:
    """Return the features of an annotation that have scalar values."""
    names = [feature.name for feature in annotation.type.all_features]
    given = {name: getattr(annotation, name, None) for name in names if name not in _PLACES}
    return {name: str(value) for name, value in given.items() if isinstance(value, str | int | float) and value != ""}


def _entities(cas: Any, wanted: Wanted, diagnostics: Diagnostics) -> Iterator[Any]:
    """Yield the annotations that are entities; others are counted as lost."""
    system = cas.typesystem
    annotations = _annotations(cas)
    if wanted:
        declared = {
            type_.name: [feature.name for feature in type_.all_features if feature.name not in _PLACES]
            for type_ in system.get_types()
            if not type_.name.startswith("uima.")
        }
        wanted.check(declared, diagnostics)
    named = {
        type_.name
        for top in system.get_types()
        if (wanted.names(top.name) if wanted else top.name.endswith("NamedEntity"))
        for type_ in (top, *top.descendants)
    }
    chosen = [each for each in annotations if each.type.name in named]
    if not chosen and not wanted:
        chosen = [each for each in annotations if not _LINGUISTIC.search(each.type.name)]
    picked = {id(each) for each in chosen}
    diagnostics.lose("annotations of other layers", sum(id(each) not in picked for each in annotations))
    yield from chosen


def _label(annotation: Any) -> str | None:
    """Return the name of an annotation's type, as its label if no feature is."""
    name = str(annotation.type.name).rpartition(".")[2]
    return None if name == "NamedEntity" else name


def write(lines: Iterable[Submission], texts: Mapping[str, str], options: Options = DEFAULT) -> Written:
    """Write ``<id>.xmi`` for each document, and ``TypeSystem.xml``.

    Args:
        lines: the submission.
        texts: text by document id.
        options: ``date_labels``.

    A character that XML does not allow is counted, and written as U+FFFD to preserve offsets. Problems: as for
    :func:`dragoman.formats.plain_spans.plain`; E304 for ids that cannot be file names; E209 if cassis is not installed.

    """
    diagnostics = Diagnostics(options.name)
    try:
        import cassis  # noqa: PLC0415 - an extra
    except ImportError:
        diagnostics.add("E209", "XMI is written by dkpro-cassis, which is not installed.", _MISSING)
        return Written.of({}, diagnostics)
    documents = plain_spans.plain(lines, texts, diagnostics)
    plain_spans.account(documents, HOLDS, LAYERS, options, diagnostics)
    system = cassis.TypeSystem()
    type_ = system.create_type(name=_NAMED_ENTITY, supertypeName="uima.tcas.Annotation")
    for feature in ("value", "identifier"):
        system.create_feature(type_, feature, "uima.cas.String")
    files: dict[str, bytes] = {}
    for document in documents:
        name = plain_spans.file_name(document.line.id, ".xmi", diagnostics)
        if name is not None:
            files[name] = _xmi(document, system, type_, cassis, diagnostics)
    if files:
        files[_BESIDE[0]] = system.to_xml().encode()
    return Written.of(files, diagnostics)


def _xmi(document: plain_spans.Document, system: Any, type_: Any, cassis: Any, diagnostics: Diagnostics) -> bytes:
    text = document.text or ""
    diagnostics.lose("characters that XML does not allow", sum(not allowed(char) for char in text))
    cas = cassis.Cas(typesystem=system)
    cas.sofa_string = "".join(char if allowed(char) else "\ufffd" for char in text)
    cas.sofa_mime = "text/plain"
    for _, span in document.spans:
        start, end, label = plain_spans.labelled(span)
        ids = getattr(span, "entity_ids", None) or []
        diagnostics.lose("mentions with several entity ids", int(len(ids) > 1))
        fields = {"value": label, "identifier": ids[0] if len(ids) == 1 else None}
        for key, value in fields.items():
            if value is not None and (not value or not all(map(allowed, value))):
                diagnostics.lose("types and ids that XML or the format does not hold")
                fields[key] = None
        cas.add(type_(begin=start, end=end, **fields))
    made: str = cas.to_xmi()
    return made.encode()
