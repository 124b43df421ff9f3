"""Preparation of submission lines for writers: validated spans with offsets, and counts of what a format cannot
represent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from dragoman.files import child
from dragoman.formats import line_builder, tagging, tokens
from dragoman.formats.outcome import Options
from dragoman.problems import Diagnostics, DragomanError
from dragoman.schema.layers import CONTIGUOUS, LAYER_NAMES
from dragoman.schema.line_items import LineItems
from dragoman.schema.submission import PredictedDate, PredictedEntity, SpanObject, Submission

_PLACES = frozenset({"start", "end", "text", "quote", "occurrence"})


class Document(NamedTuple):
    """A line in normalised form, with its text.

    Attributes:
        line: a copy: every span has offsets, fragments of claims are sorted disjoint pairs, claimants refer to an
            entity by ``mention`` or have offsets; surfaces are set if the text is known. Layers may be None.
        text: the document's text, or None if unknown.

    """

    line: Submission
    text: str | None

    @property
    def spans(self) -> Iterator[tuple[str, PredictedEntity | PredictedDate]]:
        """Layer and span of all entities and dates."""
        for layer in CONTIGUOUS:
            yield from ((layer, span) for span in getattr(self.line, layer) or [])


class Labelled(NamedTuple):
    """A labelled span: all that most formats represent."""

    start: int
    end: int
    label: str | None


def labelled(span: SpanObject) -> Labelled:
    """Return offsets and type of a span in normalised form."""
    assert span.start is not None
    assert span.end is not None
    return Labelled(span.start, span.end, getattr(span, "type", None))


def plain(
    lines: Iterable[Submission],
    texts: Mapping[str, str],
    diagnostics: Diagnostics,
    *,
    needs_text: bool = True,
) -> list[Document]:
    """Normalise lines for writing; they are copied, never changed.

    Args:
        lines: submission lines; line numbers in problems count them from 1.
        texts: text by document id; the line's own ``text`` is the fallback.
        diagnostics: collects E204 (unknown text), E302, E304, E406 for quotes, and what
            :class:`dragoman.schema.line_items.LineItems` reports.
        needs_text: whether the format cannot be written without the text.

    """
    made: list[Document] = []
    for number, line in enumerate(lines, start=1):
        text = texts.get(line.id, line.text)
        if text is None and needs_text:
            hint = "Give the texts, or put the text into the line."
            diagnostics.add("E204", f"the text of document {line.id[:80]!r} is not known.", hint, line=number)
            continue
        if _surrogates(line, text):
            diagnostics.add("E102", "there is a lone surrogate.", "Write the character itself.", line=number)
            continue
        if text is not None and line.text is not None and text != line.text:
            what = f"the text of document {line.id[:80]!r} is not the one that is given for it."
            diagnostics.add("E403", what, "Use one version of the text.", line=number, path="text")
        diagnostics.line = number
        made.append(_Plain(line, text, diagnostics).document())
        diagnostics.line = 0
    line_builder.check_names([document.line.id for document in made], diagnostics)
    return made


def _surrogates(line: Submission, text: str | None) -> bool:
    """Tell whether there is a lone surrogate, which cannot be encoded as UTF-8."""
    try:
        msgspec.json.encode((line, text))
    except UnicodeEncodeError:
        return True
    return False


class _Plain(LineItems):
    """Copies the items of a line and normalises them for writing."""

    def __init__(self, line: Submission, text: str | None, diagnostics: Diagnostics) -> None:
        self.line = msgspec.structs.replace(line)
        items: dict[str, list[tuple[int, Any]]] = {layer: [] for layer in (*LAYER_NAMES, "segments")}
        for layer in LAYER_NAMES:
            copies = [msgspec.structs.replace(item) for item in getattr(line, layer) or []]
            if getattr(line, layer) is not None:
                setattr(self.line, layer, copies)
            items[layer] = list(enumerate(copies))
        for claim in self.line.claims or []:
            if claim.claimants is not None:
                claim.claimants = [msgspec.structs.replace(who) for who in claim.claimants]
        entities = {entity.id: entity for entity in self.line.entities or [] if entity.id is not None}
        claims = [claim.id for claim in self.line.claims or [] if claim.id is not None]
        super().__init__(items, text, diagnostics, entities, claims)

    def quote(self, _span: SpanObject, _quote: str, path: str) -> None:
        """Reject a quote: it has to be resolved to a span when lines are read."""
        hint = "Read the lines first, as dragoman.convert does."
        self.diagnostics.add("E406", "the span is a quote, which has no offsets yet.", hint, path=path)

    def document(self) -> Document:
        """Return the normalised document; without items if one of them is invalid."""
        failed = self.diagnostics.errors
        self.walk()
        if self.diagnostics.errors > failed:
            given = [layer for layer in LAYER_NAMES if getattr(self.line, layer) is not None]
            return Document(msgspec.structs.replace(self.line, **{layer: [] for layer in given}), self.text)
        for layer in CONTIGUOUS:
            for span in getattr(self.line, layer) or []:
                self.surface(span)
        for claim in self.line.claims or []:
            content: Any = claim.content  # normalised to pairs by walk()
            cue: Any = claim.cue
            claim.content = [*joined(content)]
            claim.cue = None if cue is None else [*joined(cue)]
            for who in claim.claimants or []:
                if who.mention is not None or who.start is not None:
                    who.role = who.role or "MENTION"
                    self.surface(who)
        return Document(self.line, self.text)

    def surface(self, span: SpanObject) -> None:
        """Set the surface of a span from the text."""
        if self.text is not None and span.start is not None:
            span.text = self.text[span.start : span.end]


def file_name(document: str, suffix: str, diagnostics: Diagnostics) -> str | None:
    """Return the file name for a document id; None after an error (E304)."""
    try:
        child(Path(), f"{document}{suffix}")
    except DragomanError as cause:
        diagnostics.take(*cause.problems)
        return None
    return f"{document}{suffix}"


def joined(fragments: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sort fragments, and merge those that overlap or are adjacent."""
    pairs: list[tuple[int, int]] = []
    for start, end in sorted(fragments):
        if pairs and start <= pairs[-1][1]:
            pairs[-1] = (pairs[-1][0], max(pairs[-1][1], end))
        else:
            pairs.append((start, end))
    return pairs


def tags(document: Document, cut: Sequence[tokens.Token], diagnostics: Diagnostics) -> list[str]:
    """Return BIO tags for the tokens of a document; of overlapping spans the outermost is kept, or the first.

    Args:
        document: a line in normalised form.
        cut: the tokens, in order.
        diagnostics: collects the losses.

    """
    begins = {start: index for index, (start, _) in enumerate(cut)}
    ends = {end: index + 1 for index, (_, end) in enumerate(cut)}
    fitting = []
    for _, span in document.spans:
        start, end, label = labelled(span)
        if start not in begins or end not in ends:
            diagnostics.lose("spans that do not begin and end where tokens do")
        elif label is not None and not label.isprintable():
            diagnostics.lose("spans whose type has characters that do not fit into a column")
        else:
            fitting.append((start, end, label))
    outer, inner = tokens.outermost(fitting)
    diagnostics.lose("spans that are nested in another or overlap it", inner)
    spans = [tagging.TokenSpan(begins[start], ends[end], label) for start, end, label in outer]
    return tagging.encode(len(cut), spans)


def account(
    documents: Iterable[Document],
    holds: Collection[str],
    always: Collection[str],
    options: Options,
    diagnostics: Diagnostics,
) -> None:
    """Count everything in the lines that a format cannot represent.

    Fields come from the schema, so that new fields are counted automatically.

    Args:
        documents: lines in normalised form.
        holds: layers, and fields as ``layer.field`` or ``documents.field``, that the format represents.
        always: layers that the format's reader always attempts.
        options: ``date_labels`` are the labels that are read back as dates.
        diagnostics: collects the losses.

    """
    documents = list(documents)
    for document in documents:
        for name in Submission.__struct_fields__:
            value = getattr(document.line, name)
            if name not in LAYER_NAMES and value is not None and f"documents.{name}" not in holds:
                diagnostics.lose(f"values of documents.{name}")
        for layer, span in document.spans:
            if layer in holds and options.layer(span.type) != layer and "layers" not in holds:
                diagnostics.lose(f"{layer} whose label comes back in the other layer")
    for layer in LAYER_NAMES:
        lists = [getattr(document.line, layer) for document in documents]
        if layer not in holds:
            diagnostics.lose(f"items of {layer}", sum(len(items or []) for items in lists))
            diagnostics.lose(f"documents where {layer} are attempted and none is found", lists.count([]))
            continue
        if layer in always or any(lists):
            diagnostics.lose(f"documents where {layer} are not attempted", lists.count(None))
        else:
            diagnostics.lose(f"documents where {layer} are attempted and none is found", lists.count([]))
        for item in (item for items in lists for item in items or []):
            _fields(item, layer, holds, diagnostics)


def _fields(item: Any, layer: str, holds: Collection[str], diagnostics: Diagnostics) -> None:
    for name in item.__struct_fields__:
        value = getattr(item, name)
        if name not in _PLACES and value not in (None, []) and f"{layer}.{name}" not in holds:
            diagnostics.lose(f"values of {layer}.{name}")
