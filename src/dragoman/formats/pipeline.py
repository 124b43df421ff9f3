"""Token-classification pipelines of ``transformers``: their output as JSON.

Source: https://huggingface.co/docs/transformers/main_classes/pipelines#transformers.TokenClassificationPipeline. For
one text it is a list of ``{entity_group, score, word, start, end}`` (aggregated) or of ``{entity, score, index, word,
start, end}`` (one per token, without those tagged ``O``); for several texts a list of such lists. Input is one value,
or one per line. Offsets are code points; if the tokenizer does not provide any, they are null, which is an error.

Tokens are aggregated like ``aggregation_strategy="simple"``: a tag without prefix counts as ``I-``, and ``I-``
continues the previous token if both have the same label and are adjacent (by ``index``; without it, if there is at most
one character between them).

Output is the aggregated variant, one list per document; documents are identified by their order only, and there are no
scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from dragoman import json_text
from dragoman.formats import line_builder, plain_spans, tagging
from dragoman.formats.json_fields import Node, nodes, parse
from dragoman.formats.outcome import DEFAULT, Converted, Options, Written
from dragoman.formats.sample import Sample
from dragoman.problems import Diagnostics
from dragoman.schema.submission import Submission

LAYERS = ("entities",)
HOLDS = frozenset({"entities", "entities.type", "dates", "dates.type"})
CANNOT_HOLD = (
    "ids of documents, but for their order",
    "everything about a span but its type",
    "values of dates",
    "claims",
)


class _Token(NamedTuple):
    node: Node
    tag: tagging.Tag
    start: int
    end: int
    place: int | None


def recognises(sample: Sample) -> bool:
    """Tell whether the value is a list of entities or entity groups, or of such lists."""
    value = sample.value
    if not isinstance(value, list) or not any(value):
        return False
    inner = next(some for some in value if some)
    first = inner[0] if isinstance(inner, list) else inner
    return isinstance(first, dict) and ("entity_group" in first or ("entity" in first and "word" in first))


def read(data: bytes, options: Options = DEFAULT) -> Converted:
    """Read the output of a pipeline.

    Args:
        data: JSON or JSONL.
        options: ``documents`` are the ids of the texts, in order; ``texts``; ``date_labels``; ``scheme``.

    Problems: E102 to E106; E201, E202; E204 neither ``entity`` nor ``entity_group``; E209 when the numbers of documents
    differ; E302, E304; E401, E402; E406 null offsets; E503 mixed schemes; W906 invalid tag transitions. Scores are
    lost.

    """
    diagnostics = Diagnostics(options.name)
    given: list[tuple[int, str, list[Any]]] = []
    for line, value in parse(data, diagnostics):
        given += _texts(line, value, diagnostics)
    names = line_builder.names([None] * len(given), options, diagnostics)
    lines = [line_builder.draft(name) for name in names]
    tokens: list[list[_Token]] = []
    for draft, (number, path, items) in zip(lines, given, strict=True):
        tokens.append([])
        for node in nodes(items, diagnostics, number, path):
            _item(node, draft, tokens[-1], options, diagnostics)
    runs = [_runs(some) for some in tokens]
    scheme = tagging.recognise([token.tag for token in run] for some in runs for run in some)
    if scheme is None:
        diagnostics.add("E503", "the tags mix BIOES and BILOU.", "Use one scheme in a file.")
    for draft, some in zip(lines, runs, strict=True):
        for run in some:
            _spans(draft, run, options, scheme or "bio", diagnostics)
    return Converted.of(line_builder.finish(lines, LAYERS, options, diagnostics), diagnostics)


def _texts(line: int, value: Any, diagnostics: Diagnostics) -> list[tuple[int, str, list[Any]]]:
    """Return the items of each text, with line and path."""
    if isinstance(value, list) and value and all(isinstance(inner, list) for inner in value):
        return [(line, f"[{index}]", inner) for index, inner in enumerate(value)]
    if isinstance(value, list):
        return [(line, "", value)]
    diagnostics.add(
        "E202", f"expected a list, found {str(value)[:40]!r}.", "Save what the pipeline returns.", line=line
    )
    return []


def _item(node: Node, draft: Submission, tokens: list[_Token], options: Options, diagnostics: Diagnostics) -> None:
    """Add an entity group to the draft, or a token to the tokens."""
    group, entity, word = node.string("entity_group"), node.string("entity"), node.string("word")
    start, end, index = node.integer("start"), node.integer("end"), node.integer("index")
    diagnostics.lose("scores", int(node.value.get("score") is not None))
    diagnostics.lose("other fields of spans", len(set(node.rest()) - {"score"}))
    if start is None or end is None:
        what = f"the offsets of {(word or '')[:80]!r} are null."
        hint = "Run the pipeline with a fast tokenizer, which keeps them."
        diagnostics.add("E406", what, hint, line=node.line, path=node.path)
    elif not line_builder.sound(start, end, options.texts.get(draft.id), diagnostics, line=node.line, path=node.path):
        return
    elif "entity_group" in node.value:
        line_builder.add(draft, group, start, end, options.layer(group))
    elif entity is None:
        what = "there is neither entity nor entity_group."
        diagnostics.add("E204", what, "Save what the pipeline returns.", line=node.line, path=node.path)
    else:
        tag = tagging.parse(entity) if entity == "O" or entity[1:2] == "-" else None
        tokens.append(_Token(node, tag or tagging.Tag("I", entity), start, end, index))


def _runs(tokens: list[_Token]) -> list[list[_Token]]:
    """Group tokens that are adjacent in the text: tokens between two runs were tagged ``O``."""
    runs: list[list[_Token]] = []
    for token in tokens:
        last = runs[-1][-1] if runs else None
        near = last is not None and (
            token.place == last.place + 1
            if last.place is not None and token.place is not None
            else 0 <= token.start - last.end <= 1
        )
        if near:
            runs[-1].append(token)
        else:
            runs.append([token])
    return runs


def _spans(draft: Submission, run: list[_Token], options: Options, scheme: Any, diagnostics: Diagnostics) -> None:
    def repair(at: int, what: str) -> None:
        node = run[at].node
        diagnostics.add("W906", f"{what}.", "Read as conlleval does.", line=node.line, path=node.path)

    for first, last, label in tagging.decode([token.tag for token in run], scheme, repair):
        start, end = run[first].start, run[last - 1].end
        if line_builder.sound(start, end, None, diagnostics, line=run[first].node.line, path=run[first].node.path):
            line_builder.add(draft, label, start, end, options.layer(label))


def write(lines: Iterable[Submission], texts: Mapping[str, str], options: Options = DEFAULT) -> Written:
    """Write ``submission.pipeline.json``: one list of spans per submission line.

    Args:
        lines: the submission.
        texts: text by document id; needed only for ``word``.
        options: ``date_labels``.

    Problems: as for :func:`dragoman.formats.plain_spans.plain`.

    """
    diagnostics = Diagnostics(options.name)
    documents = plain_spans.plain(lines, texts, diagnostics, needs_text=False)
    plain_spans.account(documents, HOLDS, LAYERS, options, diagnostics)
    made = [
        [
            {"end": span.end, "entity_group": span.type, "score": None, "start": span.start, "word": span.text}
            for _, span in document.spans
        ]
        for document in documents
    ]
    return Written.of({"submission.pipeline.json": json_text.canonical(made) + b"\n"}, diagnostics)
