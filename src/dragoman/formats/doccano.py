"""doccano: its JSONL export for sequence labelling, in both variants.

Source: https://doccano.github.io/doccano/ (Export; formats JSONL and JSONL with relations). One document per line:
``text`` (``data`` in some releases) and either ``label`` (``labels`` in older ones), a list of ``[start, end, label]``,
or ``entities``, a list of ``{id, label, start_offset, end_offset}``, with ``relations`` between them. Offsets are code
points. ``id`` is doccano's number of the example; a string ``id`` is accepted too. Relations, comments and metadata are
lost. The oldest JSON variant has ``annotations`` with integer labels, without their names.

Output is the variant with ``entities``; the document's id is ``id``, which doccano stores in the metadata on import.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dragoman import json_text
from dragoman.formats import plain_spans, span_records
from dragoman.formats.json_fields import Node, records
from dragoman.formats.outcome import DEFAULT, Converted, Options
from dragoman.formats.sample import Sample
from dragoman.formats.span_records import LabelledSpan, SpanRecord
from dragoman.problems import Diagnostics

LAYERS = ("entities",)
HOLDS = span_records.HOLDS
CANNOT_HOLD = span_records.CANNOT_HOLD
_TRIPLES = ("label", "labels")


def recognises(sample: Sample) -> bool:
    """Tell whether the first document has a text, and labels in one of the two variants."""
    record = sample.record
    if not isinstance(record.get("text", record.get("data")), str):
        return False
    if "start_offset" in sample.first("entities") or "start_offset" in sample.first("annotations"):
        return True
    if record.get("entities") == [] and isinstance(record.get("relations"), list):
        return True
    triples = next((record[key] for key in _TRIPLES if isinstance(record.get(key), list)), None)
    return triples is not None and (not triples or _is_triple(triples[0]))


def _is_triple(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3 and isinstance(value[2], str)


def read(data: bytes, options: Options = DEFAULT) -> Converted:
    """Read documents.

    Args:
        data: JSONL, or a JSON list.
        options: ``documents`` for those without id; ``texts``; ``date_labels``.

    Problems: E102 to E106; E201, E202, E204; E302, E304; E401, E402; E403 where the text is not the document's.

    """
    diagnostics = Diagnostics(options.name)
    return span_records.converted([_record(node) for node in records(data, diagnostics)], options, diagnostics)


def _record(node: Node) -> SpanRecord:
    text = node.string("data" if "text" not in node.value and "data" in node.value else "text")
    if text is None:
        hint = "Export the project as JSONL."
        node.diagnostics.add("E204", "there is no text.", hint, line=node.line, path=node.at("text"))
    record = SpanRecord(node, name_of(node), text)
    for key in _TRIPLES:
        record.spans += _triples(node, key)
    for entity in (*node.nodes("entities"), *node.nodes("annotations")):
        start, end, label = entity.integer("start_offset"), entity.integer("end_offset"), _label(entity)
        entity.asked.add("id")
        node.diagnostics.lose("other fields of spans", len(entity.rest()))
        record.spans.append(LabelledSpan(entity, start, end, label))
    node.diagnostics.lose("relations", len(node.items("relations")))
    lost = {key: value for key, value in node.rest().items() if key not in ("Comments", "comments")}
    node.diagnostics.lose("comments", len(node.rest()) - len(lost))
    node.diagnostics.lose("other fields of documents", len(lost))
    return record


def _label(entity: Node) -> str | None:
    """Return the label of a span; reports E501 for doccano's internal number of a label."""
    value = entity.value.get("label")
    if isinstance(value, int) and not isinstance(value, bool):
        hint = "Export the project as JSONL, which names its labels."
        what = f"the label is the number {value}, whose name is not in the file."
        entity.diagnostics.add("E501", what, hint, line=entity.line, path=entity.at("label"))
        entity.asked.update(("label", "user"))
        return None
    return entity.string("label")


def name_of(node: Node) -> str | None:
    """Return the id of a document: a string, or a tool's number as a string."""
    value = node.value.get("id")
    node.asked.add("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return node.string("id")


def _triples(node: Node, key: str) -> Iterable[LabelledSpan]:
    for index, value in enumerate(node.items(key)):
        at = Node({}, node.diagnostics, node.line, f"{node.at(key)}[{index}]")
        if _is_triple(value) and all(type(place) is int for place in value[:2]):
            yield LabelledSpan(at, value[0], value[1], value[2])
        else:
            what = f"expected [start, end, label], found {str(value)[:40]!r}."
            node.diagnostics.add("E202", what, "Offsets are code points.", line=node.line, path=at.path)


def _document(document: plain_spans.Document) -> dict[str, Any]:
    spans = [plain_spans.labelled(span) for _, span in document.spans]
    return {
        "id": document.line.id,
        "text": document.text,
        "entities": [
            {"id": number, "label": label or "", "start_offset": start, "end_offset": end}
            for number, (start, end, label) in enumerate(spans, start=1)
        ],
        "relations": [],
    }


write = span_records.writer("submission.doccano.jsonl", _document, json_text.lines)
