"""Common code of the JSON formats of annotation tools: documents with a text and labelled spans.

A reader extracts id, text and spans of each document; ids are resolved, offsets validated and shifted, and layers
chosen here. A writer gets normalised documents from here, with losses counted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dragoman import json_text
from dragoman.formats import line_builder, plain_spans
from dragoman.formats.json_fields import Node
from dragoman.formats.outcome import DEFAULT, Converted, Options, Written
from dragoman.problems import Diagnostics
from dragoman.schema.submission import Submission

HOLDS = frozenset({"documents.id", "documents.text", "entities", "entities.type", "dates", "dates.type"})
"""What formats of labelled spans represent."""
CANNOT_HOLD = ("everything about a span but its type", "values of dates", "claims")


@dataclass(slots=True)
class LabelledSpan:
    """A span with a label.

    Attributes:
        node: its location in the input.
        start: offset of its first code point, or None.
        end: offset after its last code point, or None.
        label: its label; empty means none.
        words: its words according to the file, or None; without offsets they are a quote.

    """

    node: Node
    start: int | None
    end: int | None
    label: str | None
    words: str | None = None


@dataclass(slots=True)
class SpanRecord:
    """A document.

    Attributes:
        node: its location in the input.
        id: its id, or None.
        text: its text, or None if the format has none.
        spans: its labelled spans.

    """

    node: Node
    id: str | None
    text: str | None
    spans: list[LabelledSpan] = field(default_factory=list)


def converted(
    records: list[SpanRecord], options: Options, diagnostics: Diagnostics, layers: Collection[str] = ("entities",)
) -> Converted:
    """Make submission lines from documents.

    Args:
        records: the documents.
        options: ``documents`` for those without id; ``texts``; ``date_labels``.
        diagnostics: collects E302, E304 for ids; E401 to E403 for spans; E406 for spans without offsets and words; E403
            if the text is not the document's, W906 if one contains the other.
        layers: layers that the format always attempts.

    """
    texts = [record.text for record in records]
    names = line_builder.names([record.id for record in records], options, diagnostics, texts)
    lines = [_line(name, record, options, diagnostics) for name, record in zip(names, records, strict=True)]
    return Converted.of(line_builder.finish(lines, layers, options, diagnostics), diagnostics)


def _line(name: str, record: SpanRecord, options: Options, diagnostics: Diagnostics) -> Submission:
    line = line_builder.draft(name)
    by: int | None = 0
    text = options.texts.get(name)
    if record.text is not None:
        by = line_builder.shift(record.text, line, options, diagnostics)
        text = line.text
    if by is None:
        return line
    for span in record.spans:
        _add(span, by, line, text, options, diagnostics)
    return line


def _add(
    span: LabelledSpan, by: int, line: Submission, text: str | None, options: Options, diagnostics: Diagnostics
) -> None:
    node = span.node
    label = span.label or None
    layer = options.layer(label)
    if span.start is None or span.end is None:
        if span.words and span.start is None and span.end is None:
            made = line_builder.add(line, label, 0, 0, layer)
            made.start = made.end = None
            made.quote = span.words
        else:
            hint = "Give start and end, as code points, or the words."
            diagnostics.add("E406", "the span has no offsets.", hint, line=node.line, path=node.path)
        return
    start, end = span.start + by, span.end + by
    if line_builder.sound(start, end, text, diagnostics, surface=span.words, line=node.line, path=node.path):
        line_builder.add(line, label, start, end, layer)


def one_value(values: list[Any]) -> bytes:
    """Encode all documents as one JSON list."""
    return json_text.canonical(values) + b"\n"


def writer(
    name: str,
    one: Callable[[plain_spans.Document], Any],
    encode: Callable[[list[Any]], bytes],
    holds: Collection[str] = HOLDS,
) -> Callable[..., Written]:
    """Make the writer of a format: one JSON file, with an object for each document.

    Args:
        name: name of the file.
        one: makes the object for a document.
        encode: encodes the objects as a file.
        holds: what the format represents.

    """

    def write(lines: Iterable[Submission], texts: Mapping[str, str], options: Options = DEFAULT) -> Written:
        diagnostics = Diagnostics(options.name)
        documents = plain_spans.plain(lines, texts, diagnostics)
        plain_spans.account(documents, holds, ("entities",), options, diagnostics)
        empty = sum(span.type == "" for document in documents for _, span in document.spans)
        diagnostics.lose("types that are an empty string", empty)
        made = [] if diagnostics.failed else [one(document) for document in documents]
        return Written.of({name: encode(made)}, diagnostics)

    return write
