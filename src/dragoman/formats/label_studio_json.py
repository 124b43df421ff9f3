"""Label Studio: its exports ``JSON`` (as returned by the API) and ``JSON_MIN``, for spans of a text.

Source: https://labelstud.io/guide/export and https://labelstud.io/tags/labels. A task has ``data`` with the text and
``annotations`` with ``result``: regions of type ``labels`` (or ``hypertextlabels`` over plain text) with ``{start, end,
text, labels}``. ``JSON_MIN`` has the text and, under each control's name, only the values. If a task has several
annotations, the ground truth is used, else the last one that was not cancelled; if there is none, the predictions, with
a warning. Tasks without any are skipped and counted, as are drafts. Offsets are code points (UTF-16 units in old
releases), so the region's own text is checked. Choices, ratings, texts and relations are lost.

Regions of an HTML page have ``globalOffsets`` into the text of the page, without its tags, and that is then the text of
the document. A browser collapses white space, so a region's own text is compared without it.

The id of the document is ``data.id``, ``data.document`` or ``meta.id``; else the number of the task.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from dragoman.formats import html_text, plain_spans, span_records
from dragoman.formats.doccano import name_of
from dragoman.formats.json_fields import Node, records
from dragoman.formats.outcome import DEFAULT, Converted, Options
from dragoman.formats.sample import Sample
from dragoman.formats.span_records import LabelledSpan, SpanRecord
from dragoman.problems import Diagnostics, shown
from dragoman.text import counted

LAYERS = ("entities",)
HOLDS = span_records.HOLDS
CANNOT_HOLD = span_records.CANNOT_HOLD
_TYPES = ("labels", "hypertextlabels")
_RESULT_KEYS = ("annotations", "completions", "predictions")
_NAMES = ("id", "document", "doc_id", "document_id")


def recognises(sample: Sample) -> bool:
    """Tell whether the first task has data and annotations, or values with labels under a control's name."""
    record = sample.record
    if isinstance(record.get("data"), dict) and any(isinstance(record.get(key), list) for key in _RESULT_KEYS):
        return True
    return "id" in record and any(_is_control(value) for value in record.values())


def _is_control(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else None
    return isinstance(first, dict) and "start" in first and any(isinstance(first.get(key), list) for key in _TYPES)


def read(data: bytes, options: Options = DEFAULT) -> Converted:
    """Read an export.

    Args:
        data: a JSON list of tasks, or one task per line.
        options: ``documents`` for those without id; ``texts``; ``date_labels``.

    Problems: E102 to E106; E201, E202; E204 a task without an identifiable text; E302, E304; E401 to E403.

    """
    diagnostics = Diagnostics(options.name)
    nodes = list(records(data, diagnostics))
    made = [record for node in nodes if (record := _record(node)) is not None]
    if any(_is_of_page(span) for record in made for span in record.spans):
        made = [_of_page(record) for record in made]
        what = "the texts are HTML: offsets refer to the text of the page, without tags."
        diagnostics.add("W906", what)
    guessed = sum(_uses_predictions(node) for node in nodes)
    if guessed:
        what = f"{counted(guessed, 'task has', 'tasks have')} no annotation: the predictions in the file are read."
        diagnostics.add("W906", what, "Export only annotated tasks if you want human labels.")
    return span_records.converted(made, options, diagnostics)


def _record(node: Node) -> SpanRecord | None:
    data = node.node("data")
    if data is None:
        return _minimal(node)
    meta = node.node("meta")
    name = next((name for key in _NAMES if (name := _plain(data, key)) is not None), None)
    name = name or (name_of(meta) if meta is not None else None) or name_of(node)
    regions = _regions(node)
    if regions is None:
        node.diagnostics.lose("tasks without annotations")
        return None
    spans = [span for region in regions for span in _spans(region)]
    text = _text(data, spans)
    if text is None:
        node.diagnostics.add(
            "E204", "it is ambiguous which field of the data is the text.", line=node.line, path="data"
        )
    return SpanRecord(node, name, text, spans)


def _plain(node: Node, key: str) -> str | None:
    value = node.value.get(key)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None


def _text(data: Node, spans: list[LabelledSpan]) -> str | None:
    """Return the text of a task: ``text``, the only string in its data, or the one that all spans match."""
    strings = {key: value for key, value in data.value.items() if isinstance(value, str)}
    if "text" in strings or len(strings) < 2:
        return strings.get("text", next(iter(strings.values()), None))
    fitting = [
        text
        for text in strings.values()
        if all(span.words is not None and text[span.start : span.end] == span.words for span in spans)
    ]
    return fitting[0] if len(fitting) == 1 and spans else max(strings.values(), key=len)


def _regions(node: Node) -> list[Node] | None:
    """Return the regions of the chosen annotation; None if the task has none."""
    key, rounds, cancelled = _round(node)
    node.diagnostics.lose("cancelled annotations", cancelled if rounds else 0)
    node.diagnostics.lose("drafts", len(node.items("drafts")))
    if not rounds:
        return None
    node.diagnostics.lose(
        f"further {'predictions' if key == 'predictions' else 'annotations'} of a task", len(rounds) - 1
    )
    truth = [each for each in rounds if each.value.get("ground_truth")]
    return list((truth or rounds)[-1].nodes("result"))


def _uses_predictions(node: Node) -> bool:
    """Tell whether the predictions of a task are used, because it has no annotation."""
    return "predictions" in node.asked and bool(node.value.get("predictions"))


def _round(node: Node) -> tuple[str, list[Node], int]:
    """Return the key of the chosen annotations or predictions, their values, and how many were cancelled."""
    cancelled = 0
    for key in _RESULT_KEYS:
        given = list(node.nodes(key))
        rounds = [each for each in given if not each.value.get("was_cancelled")]
        cancelled += len(given) - len(rounds)
        if rounds:
            return key, rounds, cancelled
    return "", [], cancelled


def _spans(region: Node) -> Iterable[LabelledSpan]:
    kind, value = region.string("type"), region.node("value")
    if kind not in _TYPES or value is None:
        lost = "relations" if kind == "relation" else "answers other than labels of spans"
        region.diagnostics.lose(lost)
        return
    yield from _value(value, kind)


def _value(value: Node, kind: str) -> Iterable[LabelledSpan]:
    labels = [label for label in value.items(kind) or value.items("labels") if isinstance(label, str)]
    offsets = value.node("globalOffsets")
    if offsets is None and isinstance(value.value.get("start"), str):
        what = "the region is located by an XPath in an HTML page, without globalOffsets."
        hint = "Label the page's text as plain text (the tag Text), and export that."
        value.diagnostics.add("E406", what, hint, line=value.line, path=value.path)
        return
    place = value if offsets is None else offsets
    start, end, words = place.integer("start"), place.integer("end"), value.string("text")
    if offsets is None and start is not None and end is not None and words is not None and len(words) != end - start:
        words = _cut(words, end - start)
    yield from (LabelledSpan(value, start, end, label, words) for label in labels)
    if not labels:
        value.diagnostics.lose("regions without a label")


def _is_of_page(span: LabelledSpan) -> bool:
    return span.node.value.get("globalOffsets") is not None


def _of_page(record: SpanRecord) -> SpanRecord:
    """Convert a task with HTML to one with plain text."""
    text = None if record.text is None else html_text.text_of(record.text)
    for span in filter(_is_of_page, record.spans):
        here = None if text is None or None in (span.start, span.end) else text[span.start : span.end]
        if here is not None and span.words is not None and _without_space(here) != _without_space(span.words):
            what = (
                f"the words of the region are {shown(span.words)}, but the text at its globalOffsets is {shown(here)}."
            )
            hint = "The rendered page differs from its source: label its text as plain text (the tag Text)."
            span.node.diagnostics.add("E403", what, hint, line=span.node.line, path=span.node.path)
        span.words = here
    return replace(record, text=text)


def _without_space(words: str) -> str:
    """Remove white space; Label Studio writes a line feed as a backslash and an n."""
    return "".join(words.replace("\\n", " ").split())


def _cut(words: str, length: int) -> str:
    """Drop trailing combining marks: Label Studio's text includes them even if the selection ends before them."""
    rest = words[length:]
    return words[:length] if length > 0 and rest and all(unicodedata.combining(char) for char in rest) else words


def _minimal(node: Node) -> SpanRecord:
    """Read a task of ``JSON_MIN``."""
    controls = [key for key, value in node.value.items() if _is_control(value)]
    spans = [span for key in controls for value in node.nodes(key) for span in _value(value, "hypertextlabels")]
    own = ("created_at", "updated_at", "lead_time", "annotator", "annotation_id", "id")
    data = {key: value for key, value in node.value.items() if key not in (*own, *controls)}
    text = _text(Node(data, node.diagnostics, node.line, node.path), spans)
    if text is None:
        node.diagnostics.add(
            "E204", "there is no text.", "Export with the task's data.", line=node.line, path=node.path
        )
    return SpanRecord(node, name_of(node), text, spans)


def _task(document: plain_spans.Document) -> dict[str, Any]:
    result = [
        {
            "id": f"r{number}",
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "value": {"start": span.start, "end": span.end, "text": span.text, "labels": [span.type or ""]},
        }
        for number, (_, span) in enumerate(document.spans, start=1)
    ]
    return {"data": {"id": document.line.id, "text": document.text}, "annotations": [{"result": result}]}


write = span_records.writer("submission.label-studio.json", _task, span_records.one_value, HOLDS)
