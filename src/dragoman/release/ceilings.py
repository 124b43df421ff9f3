"""Ceilings: the best that a kind of tagger can do on some gold, which is nested and does not keep to words.

A flat tagger gives spans that do not overlap; a tagger of words gives flat spans that begin and end where words do. Of
the gold spans that it can give the optimum is the largest set without overlap (interval scheduling: those that end
first, Kleinberg and Tardos 2005, 4.1). What a conversion to CoNLL columns keeps is another number, its loss: it takes
the outermost span, and may keep fewer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dragoman.formats import tokens
from dragoman.formats.outcome import Options
from dragoman.formats.registry import named, writer
from dragoman.schema.layers import CONTIGUOUS, LAYER_NAMES, LAYERS
from dragoman.schema.submission import Submission

if TYPE_CHECKING:
    from dragoman.schema.records import Document

Span = tuple[int, int]


class Ceiling(NamedTuple):
    """How many gold labels of a layer can be found at once, and with which F1, since nothing else need be predicted.

    Attributes:
        gold: labels of the layer.
        flat: those that a flat tagger can give.
        words: those that a tagger of words can give.
        conll: those that are the same after a conversion to CoNLL columns of words and back.
        conll_characters: the same with a row for each character.

    """

    gold: int
    flat: int
    words: int
    conll: int
    conll_characters: int

    def f1(self, found: int) -> float | None:
        """F1 of so many labels, all right; None where gold has none."""
        return 2 * found / (self.gold + found) if self.gold else None

    def to_dict(self) -> dict[str, Any]:
        """Give counts, and the F1 of the two taggers."""
        return {**self._asdict(), "flat_f1": self.f1(self.flat), "words_f1": self.f1(self.words)}


def ceilings(documents: Iterable[Document]) -> dict[str, Ceiling]:
    """Find the ceilings of some documents with gold, by layer.

    A label whose content is in several fragments is never found by a tagger. Documents on which a layer was not
    annotated are left out of it.

    >>> from dragoman import load
    >>> ceilings(load().split("dev"))["dates"].flat
    16

    """
    found: dict[str, Counter[str]] = {name: Counter() for name in LAYER_NAMES}
    held = list(documents)
    for document in held:
        words = tokens.words(document.text)
        begins, ends = {start for start, _ in words}, {end for _, end in words}
        for layer in LAYERS:
            if layer.name not in document.layers_annotated:
                continue
            spans = list(_spans(getattr(document, layer.name)))
            whole = [span for span in spans if span is not None]
            of_words = [span for span in whole if span[0] in begins and span[1] in ends]
            found[layer.name].update(gold=len(spans), flat=most_disjoint(whole), words=most_disjoint(of_words))
    for name, characters in (("conll", False), ("conll_characters", True)):
        for layer_name, number in _kept(held, characters=characters).items():
            found[layer_name][name] = number
    return {layer: Ceiling(*(counts[name] for name in Ceiling._fields)) for layer, counts in found.items()}


def _spans(labels: Iterable[Any]) -> Iterator[Span | None]:
    """Span of each label; None for one in several fragments."""
    for label in labels:
        fragments = [label] if hasattr(label, "start") else label.content
        yield (fragments[0].start, fragments[0].end) if len(fragments) == 1 else None


def most_disjoint(spans: Iterable[Span]) -> int:
    """Count the largest set of spans that do not overlap.

    >>> most_disjoint([(0, 10), (0, 3), (4, 7), (6, 9), (4, 7)])
    2

    """
    count, free = 0, 0
    for start, end in sorted(spans, key=lambda span: span[1]):
        if start >= free:
            count, free = count + 1, end
    return count


def _kept(documents: list[Document], *, characters: bool) -> Counter[str]:
    """Count the labels that come back from CoNLL columns as they were, by layer."""
    lines = [_line(document) for document in documents]
    texts = {document.id: document.text for document in documents}
    conll = named("conll")
    written = writer("conll")(lines, texts, Options(characters=characters)).files
    kept: Counter[str] = Counter()
    if not written:
        return kept
    (data,) = written.values()
    back = {line.id: line for line in conll.read(data, Options(texts=texts)).lines}
    for line in lines:
        for layer in CONTIGUOUS:
            sides = [
                Counter((label.start, label.end, label.type) for label in getattr(side, layer, None) or ())
                for side in (line, back.get(line.id))
            ]
            kept[layer] += (sides[0] & sides[1]).total()
    return kept


def _line(document: Document) -> Submission:
    """Spans and types of a document, which is all that the format holds."""
    line = Submission(document.id)
    for layer in LAYERS:
        if layer.contiguous and layer.name in document.layers_annotated:
            labels = getattr(document, layer.name)
            spans = [layer.predicted(start=label.start, end=label.end, type=label.type) for label in labels]
            setattr(line, layer.name, spans)
    return line
