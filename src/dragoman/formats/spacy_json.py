"""spaCy: output of ``Doc.to_json()``, one document per line; a single document or a list can be read too.

Source: https://spacy.io/api/doc#to_json (v3). ``ents`` are ``{start, end, label}`` without overlap, ``spans`` are
groups of ``{start, end, label, kb_id}`` that may overlap; offsets are code points of ``text``. Output has the span
groups ``entities`` and ``dates`` with all spans, ``ents`` with the outermost ones, and ``tokens`` aligned with the
spans, so that ``Doc.from_json`` accepts them. The document's id is the extension attribute ``_.dragoman_id``; without
it, and without a field ``id``, ids come from the options.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from dragoman import json_text
from dragoman.formats import line_builder, plain_spans
from dragoman.formats.json_fields import Node, records
from dragoman.formats.outcome import DEFAULT, Converted, Options, Written
from dragoman.formats.sample import Sample
from dragoman.formats.span_layers import Wanted
from dragoman.formats.tokens import covering, outermost
from dragoman.problems import Diagnostics, shown
from dragoman.schema.layers import CONTIGUOUS
from dragoman.schema.submission import PredictedEntity, Submission

LAYERS = ("entities",)
HOLDS = frozenset(
    {
        "documents.id",
        "documents.text",
        "layers",
        "entities",
        "entities.type",
        "entities.entity_ids",
        "dates",
        "dates.type",
    }
)
CANNOT_HOLD = (
    "more than one entity id of a mention",
    "everything else about a span but its type",
    "values of dates",
    "claims",
)
ENTS = "ents"
"""Field of the entities without overlap."""
EXTENSION = "dragoman_id"
"""Extension attribute of a ``Doc`` for the document's id."""


def recognises(sample: Sample) -> bool:
    """Tell whether the first document has a text, and entities or span groups."""
    record = sample.record
    return isinstance(record.get("text"), str) and (
        isinstance(record.get("ents"), list) or (isinstance(record.get("spans"), dict) and "tokens" in record)
    )


def read(data: bytes, options: Options = DEFAULT) -> Converted:
    """Read documents.

    Args:
        data: JSON or JSONL.
        options: ``documents`` for those without id; ``texts``; ``date_labels``, for ``ents`` and groups other than
            ``entities`` and ``dates``; ``span_layers`` for the groups to read (``ents`` for the entities).

    A span that is in both ``ents`` and a group is read once. Problems: E102 to E106; E201, E202, E204; E302, E304;
    E401, E402; E403 where the text is not the document's; W906 where one text contains the other.

    """
    diagnostics = Diagnostics(options.name)
    return convert(list(records(data, diagnostics)), options, diagnostics)


def convert(nodes: list[Node], options: Options, diagnostics: Diagnostics) -> Converted:
    """Make submission lines from documents in the form of ``Doc.to_json()``."""
    wanted = Wanted(options.span_layers)
    groups = _groups(nodes)
    if wanted:
        wanted.check(groups, diagnostics)
    elif len(own := sorted(groups.keys() - {*CONTIGUOUS, ENTS})) > 1:
        what = f"the groups of spans {', '.join(map(shown, own[:5]))}{' …' * (len(own) > 5)} are read together."
        diagnostics.add("W906", what, f"Choose with --layer {own[0][:80]}.")
    names = line_builder.names([_name(node) for node in nodes], options, diagnostics, [_text(node) for node in nodes])
    lines = [_line(name, node, options, diagnostics) for name, node in zip(names, nodes, strict=True)]
    return Converted.of(line_builder.finish(lines, LAYERS, options, diagnostics), diagnostics)


def _groups(nodes: list[Node]) -> dict[str, list[str]]:
    """Find the groups with spans in any document, in the form of layers with (no) features."""
    found: dict[str, list[str]] = {}
    for node in nodes:
        groups = node.value.get("spans")
        named = [name for name, spans in groups.items() if spans] if isinstance(groups, dict) else []
        found |= {name: [] for name in (*named, *([ENTS] if node.value.get("ents") else []))}
    return found


def _text(node: Node) -> str | None:
    text = node.value.get("text")
    return text if isinstance(text, str) else None


def _name(node: Node) -> str | None:
    extensions = node.node("_")
    name = None if extensions is None else extensions.string(EXTENSION)
    if extensions is not None:
        node.diagnostics.lose("extension attributes", len(extensions.rest()))
    return node.string("id") if name is None else name


def _line(name: str, node: Node, options: Options, diagnostics: Diagnostics) -> Submission:
    line = line_builder.draft(name)
    text = node.string("text")
    if text is None:
        diagnostics.add(
            "E204", "there is no text.", "Use what Doc.to_json() gives.", line=node.line, path=node.at("text")
        )
        return line
    by = line_builder.shift(text, line, options, diagnostics)
    if by is None:
        return line
    grouped: Counter[tuple[int, int, str | None]] = Counter()
    wanted = Wanted(options.span_layers)
    groups = node.node("spans")
    for group in groups.value if groups is not None else ():
        assert groups is not None
        spans = list(groups.nodes(group))
        if wanted and not wanted.names(group):
            diagnostics.lose("spans of other groups", len(spans))
            continue
        for span in spans:
            _span(span, group if group in CONTIGUOUS else None, by, line, options, grouped)
    seen: Counter[tuple[int, int, str | None]] = Counter()
    ents = list(node.nodes(ENTS))
    passed = bool(wanted) and not wanted.names(ENTS)
    diagnostics.lose("spans of other groups", len(ents) if passed else 0)
    for ent in () if passed else ents:
        _span(ent, None, by, line, options, seen, grouped)
    diagnostics.lose("annotations of tokens", sum(len(_bare(token).rest()) for token in node.nodes("tokens")))
    for field, value in node.rest().items():
        counted = field in ("sents", "cats") and isinstance(value, list | dict)
        diagnostics.lose(field if counted else "other fields of documents", len(value) if counted else 1)
    return line


def _bare(token: Node) -> Node:
    """Ignore the position of a token, which is redundant."""
    token.asked |= {"id", "start", "end"}
    return token


def _span(
    node: Node,
    layer: str | None,
    by: int,
    line: Submission,
    options: Options,
    seen: Counter[tuple[int, int, str | None]],
    others: Counter[tuple[int, int, str | None]] | None = None,
) -> None:
    start, end, label, entry = node.integer("start"), node.integer("end"), node.string("label"), node.string("kb_id")
    if start is None or end is None:
        hint = "Use what Doc.to_json() gives."
        node.diagnostics.add("E406", "the span has no offsets.", hint, line=node.line, path=node.path)
        return
    start, end, label = start + by, end + by, label or None
    if not line_builder.sound(start, end, line.text, node.diagnostics, line=node.line, path=node.path):
        return
    seen[start, end, label] += 1
    if others is not None and seen[start, end, label] <= others[start, end, label]:
        return
    span = line_builder.add(line, label, start, end, layer or options.layer(label))
    if entry and isinstance(span, PredictedEntity):
        span.entity_ids = [entry]
    elif entry:
        node.diagnostics.lose("ids of dates")
    node.diagnostics.lose("other fields of spans", len(node.rest()))


def write(lines: Iterable[Submission], texts: Mapping[str, str], options: Options = DEFAULT) -> Written:
    """Write ``submission.spacy.jsonl``, one document per line.

    Args:
        lines: the submission.
        texts: text by document id.
        options: only ``name`` is used.

    Problems: as for :func:`dragoman.formats.plain_spans.plain`.

    """
    diagnostics = Diagnostics(options.name)
    documents = plain_spans.plain(lines, texts, diagnostics)
    plain_spans.account(documents, HOLDS, LAYERS, options, diagnostics)
    made = [] if diagnostics.failed else [document_of(document, diagnostics) for document in documents]
    return Written.of({"submission.spacy.jsonl": json_text.lines(made)}, diagnostics)


def document_of(document: plain_spans.Document, diagnostics: Diagnostics) -> dict[str, Any]:
    """Make the JSON of a document."""
    text = document.text or ""
    groups: dict[str, list[dict[str, Any]]] = {layer: [] for layer in CONTIGUOUS}
    places = [plain_spans.labelled(span) for _, span in document.spans]
    for layer, span in document.spans:
        start, end, label = plain_spans.labelled(span)
        ids = getattr(span, "entity_ids", None) or []
        entry = ids[0] if len(ids) == 1 else ""
        diagnostics.lose("mentions with several entity ids", int(len(ids) > 1))
        diagnostics.lose("types and ids that are an empty string", int(label == "") + int(ids == [""]))
        groups[layer].append({"start": start, "end": end, "label": label or "", "kb_id": entry})
    outer, _ = outermost(places)
    cut = covering(text, {start for start, _, _ in places}, {end for _, end, _ in places})
    return {
        "_": {EXTENSION: document.line.id},
        "ents": [{"start": start, "end": end, "label": label or ""} for start, end, label in outer],
        "spans": {group: spans for group, spans in groups.items() if spans},
        "text": text,
        "tokens": [{"id": index, "start": start, "end": end} for index, (start, end) in enumerate(cut)],
    }
