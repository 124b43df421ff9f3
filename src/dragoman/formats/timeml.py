"""Inline TimeML: a document's text in XML, with dates as inline ``TIMEX3`` elements.

Source: TimeML 1.2.1 (https://timeml.github.io/site/publications/timeMLdocs/timeml_1.2.1.html), in the document
structure of TempEval-3: ``DOCID``, ``DCT`` and ``TEXT`` in ``TimeML``. The text is the content of ``TEXT``, or of the
root if there is no ``TEXT``; offsets are code points of it, after XML's processing of references and line endings.
``tid`` is the id (an item without one comes back with one), ``type``, ``value`` and ``mod`` are the fields of that
name, ``anchorTimeID`` is ``ref``, and the value of the document creation time is ``published``. A ``ref`` of ``none``
is written without ``anchorTimeID``.

The parser accepts only predefined entities and character references, opens no files, and needs no more memory than the
input: a document type declaration with an internal subset is rejected, one that only names a file is ignored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat  # a streaming parser; declarations are rejected below
from xml.sax.saxutils import escape, quoteattr

from dragoman.formats import line_builder, plain_spans
from dragoman.formats.outcome import DEFAULT, Converted, Options, Written, decoded
from dragoman.formats.sample import Sample
from dragoman.formats.xml_text import allowed
from dragoman.problems import Diagnostics
from dragoman.schema.submission import PredictedDate, Submission

LAYERS = ("dates",)
HOLDS = frozenset(
    {"documents.id", "documents.text", "documents.published", "layers"}
    | {"dates", "dates.id", "dates.type", "dates.value", "dates.mod", "dates.ref"}
)
CANNOT_HOLD = (
    "entities",
    "claims",
    "dates that cross another",
    "everything about a date but id, type, value, mod and ref",
    "characters that XML does not allow: controls, U+FFFE, U+FFFF",
)
MAX_DEPTH = 256
"""Maximum nesting depth of elements."""
_NESTED = 100
_KNOWN = {"EVENT", "SIGNAL", "MAKEINSTANCE", "TLINK", "SLINK", "ALINK", "CONFIDENCE"}
_FRAME = {"TimeML", "TEXT", "DOCID", "DCT"}
_HELD = {"tid", "type", "value", "mod", "anchorTimeID", "functionInDocument"}
_TIMES = {"CREATION_TIME", "PUBLICATION_TIME"}


@dataclass(slots=True)
class _Timex:
    line: int
    attributes: dict[str, str]
    start: int
    end: int = -1
    stamp: bool = False


class _Refused(Exception):  # noqa: N818 - control flow: the input is rejected
    """The document uses a feature that is not accepted from untrusted input."""


@dataclass(slots=True)
class _Handler:
    """Receives the parser's events; offsets count all character data of the document."""

    diagnostics: Diagnostics
    parser: Any
    open: list[tuple[str, int]] = field(default_factory=list)
    open_timexes: list[_Timex] = field(default_factory=list)
    timexes: list[_Timex] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    windows: list[tuple[int, int]] = field(default_factory=list)
    name: str | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise _Refused(f"elements are nested over {MAX_DEPTH} deep")
        self.open.append((tag, self.length))
        if tag == "TIMEX3":
            stamp = any(name == "DCT" for name, _ in self.open) or attributes.get("functionInDocument") in _TIMES
            timex = _Timex(self.parser.CurrentLineNumber, attributes, self.length, stamp=stamp)
            self.timexes.append(timex)
            self.open_timexes.append(timex)
        elif tag not in _FRAME and len(self.open) > 1:
            self.diagnostics.lose(f"elements {tag}" if tag in _KNOWN else "other elements")

    def end(self, tag: str) -> None:
        _, start = self.open.pop()
        if tag == "TIMEX3":
            self.open_timexes.pop().end = self.length
        elif tag == "TEXT":
            self.windows.append((start, self.length))
        elif tag == "DOCID" and self.name is None:
            self.name = "".join(self.pieces)[start:].strip()

    def characters(self, data: str) -> None:
        self.pieces.append(data)
        self.length += len(data)

    def doctype(self, _name: str, _system: str | None, _public: str | None, internal: int) -> None:
        if internal:
            raise _Refused("the document type declaration declares something")

    def entity(self, *_arguments: Any) -> None:
        raise _Refused("an entity is declared")

    def skipped(self, name: str, _parameter: int) -> None:
        raise _Refused(f"the entity {name[:40]!r} is not XML's own")

    def external(self, *_arguments: Any) -> int:
        raise _Refused("an external entity is used")

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ("utf-8", "utf8", "us-ascii", "ascii"):
            raise _Refused(f"the encoding is declared to be {encoding[:40]!r}")


def _parse(data: bytes, diagnostics: Diagnostics) -> _Handler | None:
    """Run the parser; None after an error."""
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    handler = _Handler(diagnostics, parser)
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.characters
    parser.StartDoctypeDeclHandler = handler.doctype
    parser.EntityDeclHandler = handler.entity
    parser.SkippedEntityHandler = handler.skipped
    parser.ExternalEntityRefHandler = handler.external
    parser.XmlDeclHandler = handler.declaration
    try:
        parser.Parse(data, True)
    except expat.ExpatError as cause:
        what = f"not valid XML: {expat.errors.messages.get(cause.code, str(cause))}, column {cause.offset + 1}."
        diagnostics.add("E209", what, "Correct the XML there.", line=cause.lineno)
    except _Refused as cause:
        hint = "Use plain UTF-8 with XML's own entities, without declarations."
        diagnostics.add("E209", f"{cause}.", hint, line=parser.CurrentLineNumber)
    else:
        return handler
    return None


def recognises(sample: Sample) -> bool:
    """Tell whether it is XML with TimeML's root element or dates."""
    return sample.is_markup and ("<TimeML" in sample.head or "<TIMEX3" in sample.head)


def read(data: bytes, options: Options = DEFAULT) -> Converted:
    """Read one document.

    Args:
        data: the XML, in UTF-8.
        options: ``documents`` with its id, where ``DOCID`` is missing; ``texts``.

    Problems: E102 to E106; E209 not XML, with declarations, nested too deeply or with two ``TEXT``; E303 for a repeated
    ``tid``; E304; E403 if the text is not the document's, W906 if one contains the other. Lost are other elements,
    other attributes, dangling anchors, and dates without words.

    """
    diagnostics = Diagnostics(options.name)
    document = _parse(data, diagnostics) if decoded(data, diagnostics) is not None else None
    if document is None:
        return Converted.of([], diagnostics)
    if len(document.windows) > 1:
        diagnostics.add("E209", "there are two TEXT elements.", "Put one document into a file.")
    whole = "".join(document.pieces)
    low, high = document.windows[0] if document.windows else (0, len(whole))
    line = line_builder.draft(line_builder.names([document.name or None], options, diagnostics)[0])
    by = line_builder.shift(whole[low:high], line, options, diagnostics)
    if by is None:
        return Converted.of([], diagnostics)
    _references(document, diagnostics)
    stamps = _stamps(document, line, diagnostics)
    for timex in document.timexes:
        if not low <= timex.start <= timex.end <= high:
            diagnostics.lose("dates outside the text", int(not timex.stamp))
        elif timex.start == timex.end:
            diagnostics.lose("dates without words", int(not timex.stamp))
        else:
            start, end = timex.start - low + by, timex.end - low + by
            if line_builder.sound(start, end, line.text, diagnostics, line=timex.line):
                _date(line, start, end, timex, stamps, diagnostics)
    return Converted.of(line_builder.finish([line], LAYERS, options, diagnostics), diagnostics)


def _references(document: _Handler, diagnostics: Diagnostics) -> None:
    """Report E303 for repeated tids; remove and count dangling anchors."""
    ids = Counter(timex.attributes.get("tid") for timex in document.timexes)
    for timex in document.timexes:
        tid, anchor = timex.attributes.get("tid"), timex.attributes.get("anchorTimeID")
        if tid is not None and ids[tid] > 1:
            diagnostics.add("E303", f"the tid {tid[:80]!r} is given twice.", "A tid is unique.", line=timex.line)
        if anchor is not None and anchor not in ids:
            diagnostics.lose("anchors that are not in the document")
            del timex.attributes["anchorTimeID"]


def _stamps(document: _Handler, line: Submission, diagnostics: Diagnostics) -> set[str | None]:
    """Set the document creation time, and return the tids that refer to it."""
    stamps = [timex for timex in document.timexes if timex.stamp]
    values = list(dict.fromkeys(timex.attributes.get("value") for timex in stamps))
    if values:
        line.published = values[0]
        diagnostics.lose("further times of the document", len(values) - 1)
    return {timex.attributes.get("tid") for timex in stamps if timex.attributes.get("value") == values[0]} - {None}


def _date(
    line: Submission, start: int, end: int, timex: _Timex, stamps: set[str | None], diagnostics: Diagnostics
) -> None:
    attributes = timex.attributes
    date = line_builder.add(line, attributes.get("type"), start, end, "dates")
    assert isinstance(date, PredictedDate)
    date.id, date.value, date.mod = attributes.get("tid"), attributes.get("value"), attributes.get("mod")
    anchor = attributes.get("anchorTimeID")
    date.ref = "published" if anchor in stamps and anchor is not None else anchor
    for name in attributes.keys() - _HELD:
        diagnostics.lose(f"attributes {name}" if name.isidentifier() and len(name) < 32 else "other attributes")


def write(lines: Iterable[Submission], texts: Mapping[str, str], options: Options = DEFAULT) -> Written:
    """Write ``<id>.tml`` for each document.

    Args:
        lines: the submission.
        texts: text by document id.
        options: only ``name`` is used.

    A character that XML does not allow is counted, and written as U+FFFD to preserve offsets. Problems: as for
    :func:`dragoman.formats.plain_spans.plain`, and E304 for ids that cannot be file names.

    """
    diagnostics = Diagnostics(options.name)
    documents = plain_spans.plain(lines, texts, diagnostics)
    plain_spans.account(documents, HOLDS, LAYERS, options, diagnostics)
    files: dict[str, bytes] = {}
    for document in documents:
        name = plain_spans.file_name(document.line.id, ".tml", diagnostics)
        if document.line.id != document.line.id.strip():
            what = f"{document.line.id[:80]!r} begins or ends with a space."
            diagnostics.add("E304", what, "Use letters and digits.")
        elif name is not None:
            files[name] = _document(document, diagnostics).encode()
    return Written.of(files, diagnostics)


def _text(text: str) -> str:
    safe = "".join(char if allowed(char) else "\ufffd" for char in text)
    return escape(safe, {"\r": "&#13;"})


def _tag(fields: Mapping[str, str | None], diagnostics: Diagnostics) -> str:
    out = "<TIMEX3"
    for name, value in fields.items():
        if value is None:
            continue
        if all(map(allowed, value)):
            # XML normalises white space in attributes to spaces, except character references.
            out += f" {name}={quoteattr(value, {c: f'&#{ord(c)};' for c in chr(9) + chr(10) + chr(13)})}"
        else:
            diagnostics.lose("values of dates with characters that XML does not allow")
    return out + ">"


def _document(document: plain_spans.Document, diagnostics: Diagnostics) -> str:
    line, text = document.line, document.text or ""
    diagnostics.lose("characters that XML does not allow", sum(not allowed(char) for char in text))
    dates = list(line.dates or [])
    taken = {date.id for date in dates}
    free = (f"t{number}" for number in range(10**9) if f"t{number}" not in taken)
    stamp = next(free)
    fitting = [date.id is not None and all(map(allowed, date.id)) for date in dates]
    diagnostics.lose(
        "ids with characters that XML does not allow", len([date for date in dates if date.id]) - sum(fitting)
    )
    tids = [str(date.id) if fits else next(free) for date, fits in zip(dates, fitting, strict=True)]
    out = ['<?xml version="1.0" encoding="UTF-8"?>\n<TimeML>\n', f"<DOCID>{_text(line.id)}</DOCID>\n"]
    if line.published is not None:
        fields = {"tid": stamp, "type": "DATE", "value": line.published, "functionInDocument": "CREATION_TIME"}
        out.append(f"<DCT>{_tag(fields, diagnostics)}</TIMEX3></DCT>\n")
    known = set(tids)

    def opening(place: int) -> str:
        date = dates[place]
        ref = None if date.ref in (None, "none") else date.ref
        anchor = stamp if ref == "published" and line.published is not None else ref
        if anchor is not None and anchor not in known and anchor != stamp:
            diagnostics.lose("refs to what is not in the document")
            anchor = None
        fields = {"tid": tids[place], "type": date.type, "value": date.value, "mod": date.mod, "anchorTimeID": anchor}
        return _tag(fields, diagnostics)

    return "".join([*out, "<TEXT>", *_inline(text, dates, opening, diagnostics), "</TEXT>\n</TimeML>\n"])


def _inline(text: str, dates: list[PredictedDate], opening: Any, diagnostics: Diagnostics) -> Iterable[str]:
    """Yield the text with inline elements; a date that crosses an earlier one, or is nested too deeply, is left out."""
    places = [plain_spans.labelled(date) for date in dates]
    at = 0
    ends: list[int] = []

    def until(place: int) -> Iterable[str]:
        nonlocal at
        while ends and ends[-1] <= place:
            yield _text(text[at : ends[-1]]) + "</TIMEX3>"
            at = ends.pop()
        yield _text(text[at:place])
        at = place

    for index in sorted(range(len(dates)), key=lambda index: (places[index].start, -places[index].end)):
        start, end, _ = places[index]
        yield from until(start)
        if ends and end > ends[-1]:
            diagnostics.lose("dates that cross another")
        elif len(ends) >= _NESTED:
            diagnostics.lose("dates that are nested too deeply")
        else:
            yield opening(index)
            ends.append(end)
    yield from until(len(text))
