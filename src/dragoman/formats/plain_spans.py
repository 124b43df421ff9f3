"""From submission lines to what converters write from: spans as offsets, checked, with a count of what will not fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from dragoman.files import child
from dragoman.formats import line_builder, tagging, tokens
from dragoman.formats.line_builder import sound
from dragoman.formats.outcome import Options
from dragoman.problems import Diagnostics, DragomanError
from dragoman.schema.layers import CONTIGUOUS, LAYER_NAMES
from dragoman.schema.submission import (
    PredictedClaim,
    PredictedClaimant,
    PredictedDate,
    PredictedEntity,
    SpanObject,
    Submission,
)

_PLACES = frozenset({"start", "end", "text", "quote", "occurrence"})


class Document(NamedTuple):
    """A line in plain form, with its text.

    Attributes:
        line: a copy: every span has offsets, fragments of claims are sorted pairs without overlap, claimants refer to
            an entity by ``mention`` or have offsets; surfaces wherever the text is known. Layers may be None.
        text: the document's text, or None where it is not known.

    """

    line: Submission
    text: str | None

    @property
    def spans(self) -> Iterator[tuple[str, PredictedEntity | PredictedDate]]:
        """Layer and span of all entities and dates."""
        for layer in CONTIGUOUS:
            yield from ((layer, span) for span in getattr(self.line, layer) or [])


class Labelled(NamedTuple):
    """A span of text with a label: all that most formats know of one."""

    start: int
    end: int
    label: str | None


def labelled(span: SpanObject) -> Labelled:
    """Offsets and type of a span in plain form."""
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
    """Bring lines into plain form; they are copied, never changed.

    Args:
        lines: submission lines; line numbers in problems count them from 1.
        texts: text by document id; a line's own ``text`` serves where there is none.
        diagnostics: takes E204 (text not known), E302, E304, E401 to E403, E406 (quotes, too) and E601.
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
        made.append(_Plain(line, text, number, diagnostics).document())
    line_builder.check_names([document.line.id for document in made], diagnostics)
    return made


def _surrogates(line: Submission, text: str | None) -> bool:
    """Whether there is half a character somewhere, which cannot be written in UTF-8."""
    try:
        msgspec.json.encode((line, text))
    except UnicodeEncodeError:
        return True
    return False


class _Plain:
    def __init__(self, line: Submission, text: str | None, number: int, diagnostics: Diagnostics) -> None:
        self.line, self.text, self.number, self.diagnostics = line, text, number, diagnostics
        self.entities = {entity.id for entity in line.entities or [] if entity.id is not None}
        self.claims = {claim.id for claim in line.claims or [] if claim.id is not None}

    def document(self) -> Document:
        copy = msgspec.structs.replace(self.line)
        for layer in CONTIGUOUS:
            if (spans := getattr(copy, layer)) is not None:
                setattr(copy, layer, list(self.spans(spans, layer)))
        if copy.claims is not None:
            copy.claims = [self.claim(claim, f"claims[{i}]") for i, claim in enumerate(copy.claims)]
        for layer in LAYER_NAMES:
            counts = Counter(item.id for item in getattr(copy, layer) or [] if item.id is not None)
            for name in (name for name, count in counts.items() if count > 1):
                what = f"the id {name[:80]!r} is given {counts[name]} times."
                self.error("E303", layer, what, "Ids are unique in a document.")
        return Document(copy, self.text)

    def spans(self, spans: Iterable[Any], path: str) -> Iterator[Any]:
        for index, span in enumerate(spans):
            bounds = self.bounds(span, f"{path}[{index}]")
            if bounds is not None:
                yield self.placed(span, bounds)

    def placed(self, span: Any, bounds: tuple[int, int]) -> Any:
        surface = span.text if self.text is None else self.text[slice(*bounds)]
        return msgspec.structs.replace(span, start=bounds[0], end=bounds[1], text=surface, quote=None, occurrence=None)

    def error(self, code: str, path: str, what: str, hint: str) -> None:
        self.diagnostics.add(code, what, hint, line=self.number, path=path)

    def bounds(self, span: SpanObject, path: str) -> tuple[int, int] | None:
        """Offsets of a span, or None after an error."""
        if span.quote is not None:
            # Which place a quote means is settled in one room, that of reading, and by a choice that nobody makes here.
            hint = "Read the lines first, as dragoman.convert does."
            self.error("E406", path, "the span is a quote, which has no offsets yet.", hint)
            return None
        if span.start is None or span.end is None:
            self.error("E406", path, "there are neither offsets nor a quote.", "Give start and end, or a quote.")
            return None
        ok = sound(span.start, span.end, self.text, self.diagnostics, surface=span.text, line=self.number, path=path)
        return (span.start, span.end) if ok else None

    def claim(self, claim: PredictedClaim, path: str) -> PredictedClaim:
        if claim.parent is not None and claim.parent not in self.claims:
            hint = "A parent is a claim of the same document."
            self.error("E601", f"{path}.parent", f"there is no claim {claim.parent[:80]!r} here.", hint)
        cue = None if claim.cue is None else self.fragments(claim.cue, f"{path}.cue")
        claimants = None
        if claim.claimants is not None:
            claimants = [self.claimant(who, f"{path}.claimants[{i}]") for i, who in enumerate(claim.claimants)]
        content: Any = self.fragments(claim.content, f"{path}.content")
        return msgspec.structs.replace(claim, content=content, cue=cue, claimants=claimants)

    def fragments(self, spans: Iterable[Any], path: str) -> list[tuple[int, int]]:
        pairs = []
        for index, span in enumerate(spans):
            whole = span if isinstance(span, SpanObject) else SpanObject(start=span[0], end=span[1])
            bounds = self.bounds(whole, f"{path}[{index}]")
            if bounds is not None:
                pairs.append(bounds)
        return joined(pairs)

    def claimant(self, who: PredictedClaimant, path: str) -> PredictedClaimant:
        if isinstance(who.mention, tuple):
            who = msgspec.structs.replace(who, start=who.mention[0], end=who.mention[1], mention=None)
        if who.mention is not None:
            if who.mention not in self.entities:
                hint = "A mention is an entity of the same document, or [start, end]."
                self.error("E601", f"{path}.mention", f"there is no entity {str(who.mention)[:80]!r} here.", hint)
            return msgspec.structs.replace(who, role=who.role or "MENTION", start=None, end=None, text=None)
        if who.start is None and who.quote is None:
            return who
        bounds = self.bounds(who, path)
        placed: PredictedClaimant = who if bounds is None else self.placed(who, bounds)
        return msgspec.structs.replace(placed, role=who.role or "MENTION")


def file_name(document: str, suffix: str, diagnostics: Diagnostics) -> str | None:
    """Name of the file of a document, by its id; None after an error (E304)."""
    try:
        child(Path(), f"{document}{suffix}")
    except DragomanError as cause:
        diagnostics.take(*cause.problems)
        return None
    return f"{document}{suffix}"


def joined(fragments: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sort fragments, and join those that overlap or touch: a character counts once however often it is given."""
    pairs: list[tuple[int, int]] = []
    for start, end in sorted(fragments):
        if pairs and start <= pairs[-1][1]:
            pairs[-1] = (pairs[-1][0], max(pairs[-1][1], end))
        else:
            pairs.append((start, end))
    return pairs


def tags(document: Document, cut: Sequence[tokens.Token], diagnostics: Diagnostics) -> list[str]:
    """Tags in BIO for the tokens of a document; of spans that overlap the outermost is kept, or the first.

    Args:
        document: a line in plain form.
        cut: the tokens, in order.
        diagnostics: takes the losses.

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
    """Count everything in the lines that a format has no place for.

    Fields come from the schema, so that a field that is added there is counted here without anybody thinking of it.

    Args:
        documents: lines in plain form.
        holds: layers, and fields as ``layer.field`` or ``documents.field``, that the format holds.
        always: layers that come back from the format in any case.
        options: ``date_labels`` say which labels come back as dates.
        diagnostics: takes the losses.

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
