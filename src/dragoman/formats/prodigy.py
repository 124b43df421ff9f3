"""Prodigy: JSONL output of ``db-out`` for spans and named entities.

Source: https://prodi.gy/docs/api-interfaces#ner. One task per line: ``text``, ``spans`` as ``{start, end, label}``
(with redundant ``token_start`` and ``token_end``), ``tokens``, and ``answer``: rejected and ignored tasks are left out,
and counted. Offsets are code points. The document's id is ``meta.id`` or ``id`` if present. Relations are lost.
"""

from __future__ import annotations

from typing import Any

from dragoman import json_text
from dragoman.formats import plain_spans, span_records
from dragoman.formats.doccano import name_of
from dragoman.formats.json_fields import Node, records
from dragoman.formats.outcome import DEFAULT, Converted, Options
from dragoman.formats.sample import Sample
from dragoman.formats.span_records import LabelledSpan, SpanRecord
from dragoman.problems import Diagnostics

LAYERS = ("entities",)
HOLDS = span_records.HOLDS
CANNOT_HOLD = span_records.CANNOT_HOLD
_OWN = ("_input_hash", "_task_hash", "_session_id", "_annotator_id", "_view_id", "_timestamp", "answer")
_SPAN = frozenset({"token_start", "token_end", "source", "text", "id", "input_hash"})


def recognises(sample: Sample) -> bool:
    """Tell whether the first task has a text and a list of spans, or fields that Prodigy adds to a task."""
    record = sample.record
    if not isinstance(record.get("text"), str) and "_task_hash" not in record and "_input_hash" not in record:
        return False
    if "entities" in record:
        return False
    return isinstance(record.get("spans"), list) or any(key in record for key in _OWN)


def read(data: bytes, options: Options = DEFAULT) -> Converted:
    """Read tasks.

    Args:
        data: JSONL, or a JSON list.
        options: ``documents`` for those without id; ``texts``; ``date_labels``.

    Problems: E102 to E106; E201, E202, E204; E302, E304; E401, E402; E403 where the text is not the document's.

    """
    diagnostics = Diagnostics(options.name)
    made = [record for node in records(data, diagnostics) if (record := _record(node)) is not None]
    first: dict[int, SpanRecord] = {}
    for record in made:
        given = record.node.value.get("_input_hash")
        if record.id is None and isinstance(given, int) and first.setdefault(given, record) is not record:
            sessions = {str(each.node.value.get("_session_id")) for each in (first[given], record)}
            by = f", by {' and '.join(sorted(sessions))}" if len(sessions) > 1 else ""
            hint = "Keep one of them, or one session's: Prodigy's review recipe settles them."
            at = record.node
            diagnostics.add("E302", f"the text is labelled a second time{by}.", hint, line=at.line, path=at.path)
    return span_records.converted(made, options, diagnostics)


def _record(node: Node) -> SpanRecord | None:
    diagnostics = node.diagnostics
    text, answer, meta = node.string("text"), node.string("answer"), node.node("meta")
    if answer in ("reject", "ignore"):
        diagnostics.lose("tasks that were rejected or ignored")
        return None
    if text is None:
        hint = "Use what db-out writes for tasks of texts."
        diagnostics.add("E204", "there is no text.", hint, line=node.line, path=node.at("text"))
    name = name_of(node)
    if meta is not None:
        name = name_of(meta) or name
        diagnostics.lose("metadata", len(meta.rest()))
    record = SpanRecord(node, name, text)
    for span in node.nodes("spans"):
        start, end, label = span.integer("start"), span.integer("end"), span.string("label")
        record.spans.append(LabelledSpan(span, start, end, label))
        diagnostics.lose("other fields of spans", len(set(span.rest()) - _SPAN))
    diagnostics.lose("relations", len(node.items("relations")))
    node.asked.update((*_OWN, "tokens"))
    diagnostics.lose("other fields of documents", len(node.rest()))
    return record


def _document(document: plain_spans.Document) -> dict[str, Any]:
    spans = [plain_spans.labelled(span) for _, span in document.spans]
    return {
        "text": document.text,
        "spans": [{"start": start, "end": end, "label": label or ""} for start, end, label in spans],
        "meta": {"id": document.line.id},
        "answer": "accept",
    }


write = span_records.writer("submission.prodigy.jsonl", _document, json_text.lines)
