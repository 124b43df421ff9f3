"""GLiNER: the output of ``predict_entities``, with or without its text; and pairs of words and labels, as language
models give.

Source: https://github.com/urchade/GLiNER (v0.2). An entity is ``{start, end, text, label, score}``; offsets are code
points. Input can be: one document per line, ``{text, entities}`` with or without ``id``; a list of entities for one
text, or a list of such lists; and the training format ``{tokenized_text, ner}``, with inclusive token offsets. An
entity without offsets, ``{text, label}``, is a quote; which occurrence is meant is resolved when it is located in the
text. Scores are lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dragoman import json_text
from dragoman.formats import plain_spans, span_records
from dragoman.formats.doccano import name_of
from dragoman.formats.json_fields import Node, nodes, parse
from dragoman.formats.outcome import DEFAULT, Converted, Options
from dragoman.formats.sample import Sample
from dragoman.formats.span_records import LabelledSpan, SpanRecord
from dragoman.problems import Diagnostics

LAYERS = ("entities",)
HOLDS = span_records.HOLDS
CANNOT_HOLD = span_records.CANNOT_HOLD
_LISTS = ("entities", "predictions")


def recognises(sample: Sample) -> bool:
    """Tell whether there are entities with labels in a record with a text, or a list of entities only."""
    record, value = sample.record, sample.value
    if "tokenized_text" in record and "ner" in record:
        return True
    if isinstance(value, list) and value and isinstance(value[0], list):
        inner = next((some[0] for some in value if isinstance(some, list) and some), None)
        return isinstance(inner, dict) and _is_entity(inner)
    if isinstance(value, list) and _is_entity(record):
        return True
    if not isinstance(record.get("text"), str):
        return False
    return any(_is_entity(sample.first(key)) or (record.get(key) == [] and "id" not in record) for key in _LISTS) and (
        "relations" not in record
    )


def _is_entity(value: dict[str, Any]) -> bool:
    return isinstance(value.get("label"), str) and isinstance(value.get("text"), str) and "start_offset" not in value


def read(data: bytes, options: Options = DEFAULT) -> Converted:
    """Read predictions.

    Args:
        data: JSON or JSONL.
        options: ``documents`` for those without id; ``texts``; ``date_labels``.

    Problems: E102 to E106; E201, E202; E204 an entity without offsets and text; E302, E304; E401 to E403.

    """
    diagnostics = Diagnostics(options.name)
    made: list[SpanRecord] = []
    for line, value in parse(data, diagnostics):
        made += _records(line, value, diagnostics)
    return span_records.converted(made, options, diagnostics)


def _records(line: int, value: Any, diagnostics: Diagnostics) -> Iterable[SpanRecord]:
    if isinstance(value, dict):
        yield _record(Node(value, diagnostics, line))
    elif isinstance(value, list) and value and all(isinstance(inner, list) for inner in value):
        for index, inner in enumerate(value):
            yield _alone(inner, diagnostics, line, f"[{index}]")
    elif isinstance(value, list) and any(isinstance(inner, dict) and "entities" in inner for inner in value):
        yield from (_record(node) for node in nodes(value, diagnostics, line))
    elif isinstance(value, list):
        yield _alone(value, diagnostics, line, "")
    else:
        what = f"expected a list, found {str(value)[:40]!r}."
        diagnostics.add("E202", what, "Save what predict_entities returns.", line=line)


def _alone(values: list[Any], diagnostics: Diagnostics, line: int, path: str) -> SpanRecord:
    node = Node({}, diagnostics, line, path)
    return SpanRecord(node, None, None, [_entity(entity) for entity in nodes(values, diagnostics, line, path)])


def _record(node: Node) -> SpanRecord:
    if "tokenized_text" in node.value:
        return _tokenized(node)
    record = SpanRecord(node, name_of(node), node.string("text"))
    for key in _LISTS:
        record.spans += [_entity(entity) for entity in node.nodes(key)]
    node.diagnostics.lose("other fields of documents", len(node.rest()))
    return record


def _entity(node: Node) -> LabelledSpan:
    start, end, label, words = node.integer("start"), node.integer("end"), node.string("label"), node.string("text")
    node.diagnostics.lose("scores", int(node.number("score") is not None))
    node.diagnostics.lose("other fields of spans", len(node.rest()))
    return LabelledSpan(node, start, end, label, words)


def _tokenized(node: Node) -> SpanRecord:
    """Read the training format: tokens are joined by spaces, and spans include their last token."""
    tokens = [str(token) for token in node.items("tokenized_text")]
    starts, at = [], 0
    for token in tokens:
        starts.append(at)
        at += len(token) + 1
    record = SpanRecord(node, name_of(node), " ".join(tokens))
    for index, value in enumerate(node.items("ner")):
        at_ = Node({}, node.diagnostics, node.line, f"{node.at('ner')}[{index}]")
        places = value[:2] if isinstance(value, list) and len(value) == 3 else []
        if len(places) == 2 and all(type(place) is int and 0 <= place < len(tokens) for place in places):
            first, last = places
            record.spans.append(LabelledSpan(at_, starts[first], starts[last] + len(tokens[last]), str(value[2])))
        else:
            what = f"expected [first, last, label], found {str(value)[:40]!r}."
            node.diagnostics.add("E202", what, "Numbers are of tokens.", line=node.line, path=at_.path)
    node.diagnostics.lose("other fields of documents", len(node.rest()))
    return record


def _document(document: plain_spans.Document) -> dict[str, Any]:
    return {
        "id": document.line.id,
        "text": document.text,
        "entities": [
            {"start": span.start, "end": span.end, "text": span.text, "label": span.type or ""}
            for _, span in document.spans
        ],
    }


write = span_records.writer("submission.gliner.jsonl", _document, json_text.lines)
