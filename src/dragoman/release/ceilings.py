"""Upper bounds on the recall of flat and word-level taggers on gold, whose spans may be nested or cross word
boundaries.

A flat tagger predicts spans that do not overlap; a word-level tagger predicts flat spans that begin and end at word
boundaries. The optimum is the largest set of possible gold spans without overlap (interval scheduling by earliest end,
Kleinberg and Tardos 2005, 4.1). A conversion to CoNLL columns is a separate figure: it selects outermost spans, and may
retain fewer.
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
    """How many gold labels of a layer can be found together; precision is 1, so that F1 follows.

    Attributes:
        gold: number of labels of the layer.
        flat: maximum number that a flat tagger can find.
        words: maximum number that a word-level tagger can find.
        conll: number unchanged after conversion to CoNLL columns of words and back.
        conll_characters: the same with one row per character.

    """

    gold: int
    flat: int
    words: int
    conll: int
    conll_characters: int

    def f1(self, found: int) -> float | None:
        """F1 (0 to 1) of this many predictions, all correct; None if there is no gold."""
        return 2 * found / (self.gold + found) if self.gold else None

    def to_dict(self) -> dict[str, Any]:
        """Return the counts, and the F1 of both kinds of tagger."""
        return {**self._asdict(), "flat_f1": self.f1(self.flat), "words_f1": self.f1(self.words)}


def ceilings(documents: Iterable[Document]) -> dict[str, Ceiling]:
    """Compute the upper bounds for documents with gold, by layer.

    A label of several fragments cannot be found by a tagger. Documents without annotation of a layer are skipped for
    it.

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
        for layer_name, number in _surviving(held, characters=characters).items():
            found[layer_name][name] = number
    return {layer: Ceiling(*(counts[name] for name in Ceiling._fields)) for layer, counts in found.items()}


def _spans(labels: Iterable[Any]) -> Iterator[Span | None]:
    """Span of each label; None for one in several fragments."""
    for label in labels:
        fragments = [label] if hasattr(label, "start") else label.content
        yield (fragments[0].start, fragments[0].end) if len(fragments) == 1 else None


def most_disjoint(spans: Iterable[Span]) -> int:
    """Return the size of the largest set of spans without overlap.

    >>> most_disjoint([(0, 10), (0, 3), (4, 7), (6, 9), (4, 7)])
    2

    """
    count, free = 0, 0
    for start, end in sorted(spans, key=lambda span: span[1]):
        if start >= free:
            count, free = count + 1, end
    return count


def _surviving(documents: list[Document], *, characters: bool) -> Counter[str]:
    """Count the labels that survive a round trip through CoNLL columns, by layer."""
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
    """Make a line with the spans and types of a document, which is all that CoNLL can represent."""
    line = Submission(document.id)
    for layer in LAYERS:
        if layer.contiguous and layer.name in document.layers_annotated:
            labels = getattr(document, layer.name)
            spans = [layer.predicted(start=label.start, end=label.end, type=label.type) for label in labels]
            setattr(line, layer.name, spans)
    return line
