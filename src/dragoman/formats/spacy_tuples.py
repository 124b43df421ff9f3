"""Pairs of a text and its annotations: training data of spaCy 2, and of many tutorials.

Source: https://spacy.io/api/data-formats (v2 and v3, ``Example.from_dict``). A pair is ``[text, {"entities": [[start,
end, label], …]}]``; a file is a list of them, or has one per line. Offsets are code points. ``links`` give an entity's
ids by ``"start,end"`` or ``[start, end]``: they are lost, as are ``cats`` and all other fields. Ids of documents come
from the options or the texts.
"""

from __future__ import annotations

from typing import Any

from dragoman.formats import plain_spans, span_records
from dragoman.formats.json_fields import Node, parse
from dragoman.formats.outcome import DEFAULT, Converted, Options
from dragoman.formats.sample import Sample
from dragoman.formats.span_records import LabelledSpan, SpanRecord
from dragoman.problems import Diagnostics

LAYERS = ("entities",)
HOLDS = span_records.HOLDS - {"documents.id"}
CANNOT_HOLD = ("ids of documents, but for their order", *span_records.CANNOT_HOLD)
_FORM = 'A pair is ["text", {"entities": [[start, end, label]]}].'


def recognises(sample: Sample) -> bool:
    """Tell whether the first value is a pair of a text and an object, or a list that begins with one."""
    value = sample.value
    return _is_pair(value) or (isinstance(value, list) and bool(value) and _is_pair(value[0]))


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], dict)


def read(data: bytes, options: Options = DEFAULT) -> Converted:
    """Read pairs.

    Args:
        data: JSON or JSONL.
        options: ``documents`` are the ids, in order; ``texts``; ``date_labels``.

    Problems: E102 to E106; E201, E202; E209 when the numbers of documents differ; E401, E402; E403 where the text is
    not the document's.

    """
    diagnostics = Diagnostics(options.name)
    made = []
    for line, value in parse(data, diagnostics):
        pairs = [value] if _is_pair(value) else value
        for index, pair in enumerate(pairs if isinstance(pairs, list) else [pairs]):
            path = f"[{index}]" if pairs is value and isinstance(value, list) else ""
            if _is_pair(pair):
                made.append(_record(pair[0], Node(pair[1], diagnostics, line, f"{path}[1]")))
            else:
                what = f"expected a pair, found {str(pair)[:40]!r}."
                diagnostics.add("E202", what, _FORM, line=line, path=path)
    return span_records.converted(made, options, diagnostics)


def _record(text: str, node: Node) -> SpanRecord:
    record = SpanRecord(node, None, text)
    for index, value in enumerate(node.items("entities")):
        at = Node({}, node.diagnostics, node.line, f"{node.at('entities')}[{index}]")
        fits = isinstance(value, list) and len(value) in (3, 4) and all(type(place) is int for place in value[:2])
        if fits and isinstance(value[2], str):
            record.spans.append(LabelledSpan(at, value[0], value[1], value[2] or None))
            node.diagnostics.lose("ids of entities", int(len(value) == 4 and bool(value[3])))
        else:
            what = f"expected [start, end, label], found {str(value)[:40]!r}."
            node.diagnostics.add("E202", what, _FORM, line=node.line, path=at.path)
    node.diagnostics.lose("other fields of documents", len(node.rest()))
    return record


def _pair(document: plain_spans.Document) -> list[Any]:
    spans = [plain_spans.labelled(span) for _, span in document.spans]
    return [document.text, {"entities": [[start, end, label or ""] for start, end, label in spans]}]


write = span_records.writer("submission.tuples.json", _pair, span_records.one_value, HOLDS)
