"""Tokens with tags, as in data sets on the Hub: ``tokens`` and ``ner_tags``, one sentence or document per row.

Source: https://huggingface.co/docs/datasets/main/en/loading, and the data sets ``conll2003``, ``wikiann`` and their
kind. Tags are names, or integers of a ``ClassLabel``: their names come from the options (``--labels``), or from the
file (rows of ``datasets`` and parquet files of the Hub have them). The tags are the column ``ner_tags``, or the only
one whose name ends with ``tags``, ``labels`` or ``ner``. The text is the tokens joined by spaces, unless the document's
text is known; the tokens are then aligned with it.

Output rows have ``id``, ``tokens``, ``ner_tags`` (names, in BIO) and the tokens' ``starts`` and ``ends`` in code
points, which are used on input if present.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from dragoman import json_text
from dragoman.formats import line_builder, plain_spans, tagging, tokens
from dragoman.formats.conll_layout import bare
from dragoman.formats.doccano import name_of
from dragoman.formats.json_fields import Node, records
from dragoman.formats.outcome import DEFAULT, Converted, Options, Scheme, Written
from dragoman.formats.sample import Sample
from dragoman.problems import Diagnostics
from dragoman.schema.submission import Submission
from dragoman.text import counted

LAYERS = ("entities",)
HOLDS = frozenset({"documents.id", "entities", "entities.type", "dates", "dates.type"})
CANNOT_HOLD = (
    "nested and overlapping spans",
    "spans that do not begin and end where tokens do",
    "everything about a span but its type",
    "values of dates",
    "claims",
)
_TOKENS = ("tokens", "words")
_ENDINGS = ("tags", "labels", "ner")


class _Row(NamedTuple):
    node: Node
    forms: list[str]
    tags: list[tagging.Tag]
    starts: list[int]


def recognises(sample: Sample) -> bool:
    """Tell whether the first row has tokens and a column of tags of the same length."""
    record = sample.record
    tokens_ = next((record[key] for key in _TOKENS if isinstance(record.get(key), list)), None)
    if tokens_ is None or (tokens_ and not isinstance(tokens_[0], str)):
        return False
    return any(len(record[key]) == len(tokens_) for key in _columns(record))


def _columns(record: Mapping[str, Any]) -> list[str]:
    """Return the columns that may be the tags; only ``ner_tags`` if there is one."""
    named = [key for key, value in record.items() if key.endswith(_ENDINGS) and isinstance(value, list)]
    return ["ner_tags"] if "ner_tags" in named else named


def read(data: bytes, options: Options = DEFAULT) -> Converted:
    """Read rows.

    Args:
        data: JSONL, or a JSON list.
        options: ``documents`` for rows without id; ``texts``; ``date_labels``; ``scheme``; ``labels``, the names of
            integer tags.

    Problems: E102 to E106; E201, E202, E204; E221 several columns of tags; E302, E304; E404 a token that is not in the
    text; E501 an integer tag without a name; E503 mixed schemes; E209 invalid tags; W906 invalid tag transitions.

    """
    diagnostics = Diagnostics(options.name)
    nodes = list(records(data, diagnostics))
    spelling = tagging.spelling([bare(tag) for node in nodes for tag in _given(node) if isinstance(tag, str)])
    if spelling is not None:
        diagnostics.add("W906", *spelling.said)
    rows = [row for node in nodes if (row := _row(node, spelling, options, diagnostics)) is not None]
    scheme = options.scheme
    if scheme == "auto":
        found = tagging.recognise(row.tags for row in rows)
        if found is None:
            diagnostics.add("E503", "the tags mix BIOES and BILOU.", "Use one scheme in a file.")
        scheme = found or "bio"
    squeezed = ["".join(row.forms) for row in rows]
    names = line_builder.names([name_of(row.node) for row in rows], options, diagnostics, squeezed)
    lines = []
    if not diagnostics.failed:
        lines = [_line(name, row, scheme, options, diagnostics) for name, row in zip(names, rows, strict=True)]
    return Converted.of(line_builder.finish(lines, LAYERS, options, diagnostics), diagnostics)


def _given(node: Node) -> list[Any]:
    """Return the tags as given, if exactly one column holds them."""
    columns = _columns(node.value)
    return node.items(columns[0]) if len(columns) == 1 else []


def _row(node: Node, spelling: tagging.Spelling | None, options: Options, diagnostics: Diagnostics) -> _Row | None:
    key = next((key for key in _TOKENS if key in node.value), _TOKENS[0])
    columns = _columns(node.value)
    forms = node.items(key)
    if len(columns) != 1 or key not in node.value:
        what = f"{len(columns)} columns may be the tags: {', '.join(columns)}." if columns else "there are no tags."
        code = "E221" if columns else "E204"
        diagnostics.add(code, what, 'Write {"tokens": […], "ner_tags": […]}.', line=node.line, path=node.path)
        return None
    given = node.items(columns[0])
    if len(given) != len(forms):
        what = f"of {counted(len(forms), 'token')} there are {counted(len(given), 'tag')}."
        diagnostics.add("E202", what, "Write a tag for each token.", line=node.line, path=node.at(columns[0]))
        return None
    tags = []
    for index, (form, value) in enumerate(zip(forms, given, strict=True)):
        tag = _tag(value, f"{node.at(columns[0])}[{index}]", node, spelling, options)
        if not isinstance(form, str) or not form:
            what = f"expected a token, found {str(form)[:40]!r}."
            diagnostics.add("E202", what, line=node.line, path=f"{node.at(key)}[{index}]")
        elif tag is not None:
            tags.append(tag)
    starts = [start for start in node.items("starts") if type(start) is int]
    node.asked |= {"ends", "id"}
    diagnostics.lose("other columns", len(node.rest()))
    return _Row(node, forms, tags, starts if len(starts) == len(forms) else []) if len(tags) == len(forms) else None


def _tag(value: Any, path: str, node: Node, spelling: tagging.Spelling | None, options: Options) -> tagging.Tag | None:
    """Parse a tag given as a name or an integer."""
    if type(value) is int:
        if not 0 <= value < len(options.labels):
            what = f"there is no name for the tag {value}." if options.labels else "the tags are numbers without names."
            hint = "Give their names in order, as in --labels O,B-PER,I-PER, or the `Dataset` itself, which has them."
            node.diagnostics.add("E501", what, hint, line=node.line, path=path)
            return None
        value = options.labels[value]
    read = tagging.parse if spelling is None else spelling.read
    tag = read(bare(value)) if isinstance(value, str) else None
    if tag is None:
        hint = "Tags are O, or one of B I E S L U with a label, as in B-PER."
        node.diagnostics.add("E209", f"{str(value)[:80]!r} is not a tag.", hint, line=node.line, path=path)
    return tag


def _line(name: str, row: _Row, scheme: Scheme, options: Options, diagnostics: Diagnostics) -> Submission:
    text = options.texts.get(name)
    line = line_builder.draft(name)
    node = row.node
    if text is None and row.starts:
        starts = row.starts  # offsets into a text that is not available
    elif text is None:
        line.text = text = " ".join(row.forms)
        starts = _placed(row, text, diagnostics)
    else:
        starts = _placed(row, text, diagnostics)
    if not starts:
        return line

    def repair(at: int, what: str) -> None:
        said = f"{row.forms[at][:80]!r}: {what}."
        diagnostics.add("W906", said, "Read as conlleval does.", line=node.line, path=node.at(f"tokens[{at}]"))

    for first, last, label in tagging.decode(row.tags, scheme, repair):
        start, end = starts[first], starts[last - 1] + len(row.forms[last - 1])
        if line_builder.sound(start, end, text, diagnostics, line=node.line, path=node.path):
            line_builder.add(line, label, start, end, options.layer(label))
    return line


def _placed(row: _Row, text: str, diagnostics: Diagnostics) -> list[int]:
    """Locate the tokens in a text; empty after an error."""
    starts: list[int] = []
    at = 0
    for index, form in enumerate(row.forms):
        place = tokens.locate(text, form, at)
        if place < 0:
            goes = text[at : at + 20]
            what = f"the token {form[:80]!r} does not come next in the text, which goes on {goes!r}."
            hint = "Tokens are written as in the text, and none is left out."
            diagnostics.add("E404", what, hint, line=row.node.line, path=row.node.at(f"tokens[{index}]"))
            return []
        starts.append(place)
        at = place + len(form)
    return starts


def write(lines: Iterable[Submission], texts: Mapping[str, str], options: Options = DEFAULT) -> Written:
    """Write ``submission.tokens.jsonl``, one document per row.

    Args:
        lines: the submission.
        texts: text by document id, which is tokenised.
        options: ``characters`` for one token per character; ``date_labels``.

    Of overlapping spans the outermost is kept, or the first. Problems: as for
    :func:`dragoman.formats.plain_spans.plain`.

    """
    diagnostics = Diagnostics(options.name)
    documents = plain_spans.plain(lines, texts, diagnostics)
    plain_spans.account(documents, HOLDS, LAYERS, options, diagnostics)
    made = [_written(document, options, diagnostics) for document in documents]
    return Written.of({"submission.tokens.jsonl": json_text.lines(made)}, diagnostics)


def _written(document: plain_spans.Document, options: Options, diagnostics: Diagnostics) -> dict[str, Any]:
    text = document.text or ""
    cut = options.tokens(text)
    return {
        "id": document.line.id,
        "tokens": [text[start:end] for start, end in cut],
        "ner_tags": plain_spans.tags(document, cut, diagnostics),
        "starts": [start for start, _ in cut],
        "ends": [end for _, end in cut],
    }
