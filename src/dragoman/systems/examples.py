"""Few-shot examples for a prompt: passages of gold documents that show as much as possible in few characters.

They come from the split ``dev`` of the benchmark that is run, never from another, and are the same for every model: the
budget is in characters, which do not depend on a tokenizer. An example is a sequence of whole lines of a document in
which no label is cut and no label refers to one outside. The run records the documents that examples come from; they
are neither predicted nor scored in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from dragoman.release.phenomena import tags_of_entity
from dragoman.schema.layers import by_name
from dragoman.systems import answers

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark
    from dragoman.schema.records import Document, Fragment

SPLIT = "dev"
"""The only split that examples come from."""
MAX_CHARACTERS = 4_000
"""Default limit of the characters of all examples of a language, documents and answers."""
MAX_LINES = 4
"""Maximum lines of a passage; a whole document is a candidate, too, whatever its length."""
_WANTED = {"nested": 4.0, "cue": 4.0, "chain": 4.0}
"""Weights of the phenomena that examples should show above all; any other one has a weight of 1 when first shown."""
_COST = 4.0
"""Penalty of an example from a further document, since each such document is lost for scoring."""


class Example(NamedTuple):
    """A passage of a document with its labels.

    Attributes:
        source: id of the document.
        start: offset of the passage in its text, in code points.
        document: the passage as a document of its own.
        answer: its gold labels, in the form of an answer.

    """

    source: str
    start: int
    document: Document
    answer: dict[str, Any]

    @property
    def text(self) -> str:
        """The answer as JSON, as a model would write it."""
        return msgspec.json.encode(self.answer).decode()

    @property
    def size(self) -> int:
        """Characters of text and answer."""
        return len(self.document.text) + len(self.text)

    def overlaps(self, other: Example) -> bool:
        """Whether both share some of the same text."""
        first, last = sorted((self, other), key=lambda one: one.start)
        return self.source == other.source and last.start < first.start + len(first.document.text)


def choose(
    benchmark: Benchmark, layers: Sequence[str], count: int, most: int = MAX_CHARACTERS
) -> dict[str, list[Example]]:
    """Choose examples greedily.

    Args:
        benchmark: the benchmark; without a split ``dev`` there are no examples.
        layers: names of the requested layers; only documents that are annotated in all of them are used.
        count: maximum number of examples per language.
        most: maximum characters of all examples of a language, documents and answers.

    Returns:
        Examples by language, in the order of selection. Each step takes the candidate with the greatest weight of
        phenomena not shown yet, divided by its length, or by ``most / count`` if it is shorter than that; ties go to
        the shorter one, then the first by id. An example from a further document has a penalty, since that document is
        not scored any more.

    """
    documents = benchmark.split(SPLIT) if count and SPLIT in benchmark.splits else []
    usable = [d for d in documents if set(layers) <= set(d.layers_annotated)]
    return {
        language: _chosen([d for d in usable if d.language == language], layers, count, most)
        for language in sorted({d.language for d in usable})
    }


def _chosen(documents: Sequence[Document], layers: Sequence[str], count: int, most: int) -> list[Example]:
    candidates = [(example, _shows(example, layers)) for d in documents for example in _passages(d, layers)]
    made: list[Example] = []
    shown: set[str] = set()
    share = most / count

    def worth(example: Example, shows: set[str]) -> float:
        of_new_document = bool(made) and example.source not in {other.source for other in made}
        return sum(_WANTED.get(what, 1.0) for what in shows - shown) - (_COST if of_new_document else 0.0)

    while len(made) < count:
        left = most - sum(example.size for example in made)
        fitting = [
            (worth(example, shows), example, shows)
            for example, shows in candidates
            if example.size <= left and not any(example.overlaps(other) for other in made)
        ]
        if not fitting or max(value for value, _, _ in fitting) <= 0:
            break
        _, example, shows = min(
            fitting, key=lambda one: (-one[0] / max(one[1].size, share), one[1].size, one[1].source, one[1].start)
        )
        made.append(example)
        shown |= shows
    return made


def _passages(document: Document, layers: Sequence[str]) -> Iterator[Example]:
    """Yield all passages of a document that are self-contained, the whole document first."""
    yield Example(document.id, 0, document, answers.gold(document, layers))
    starts = [0]
    for line in document.text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for first in range(len(starts) - 1):
        for last in range(first + 1, min(first + MAX_LINES, len(starts) - 1) + 1):
            passage = _passage(document, starts[first], starts[last] - 1)
            if passage is not None and (first, last) != (0, len(starts) - 1):
                yield Example(document.id, starts[first], passage, answers.gold(passage, layers))


def _passage(document: Document, start: int, end: int) -> Document | None:
    """Cut a passage out of a document; None if a label is cut, or refers to one outside."""

    def inside(span: Any) -> bool:
        return bool(start <= span.start and span.end <= end)

    def moved(span: Any) -> Any:
        return msgspec.structs.replace(span, start=span.start - start, end=span.end - start)

    def touches(span: Any) -> bool:
        return bool(span.start < end and start < span.end)

    spans: list[Any] = [*document.entities, *document.dates, *(f for c in document.claims for f in _fragments(c))]
    if any(touches(span) and not inside(span) for span in spans):
        return None
    claims = [claim for claim in document.claims if inside(claim.content[0])]
    entities = [moved(entity) for entity in document.entities if inside(entity)]
    if any(not inside(fragment) for claim in claims for fragment in _fragments(claim)):
        return None
    known = {None, *(entity.id for entity in entities), *(claim.id for claim in claims)}
    if any(name not in known for claim in claims for name in (claim.parent, *(c.mention for c in claim.claimants))):
        return None
    return msgspec.structs.replace(
        document,
        text=document.text[start:end],
        entities=entities,
        dates=[moved(date) for date in document.dates if inside(date)],
        claims=[
            msgspec.structs.replace(claim, content=[*map(moved, claim.content)], cue=[*map(moved, claim.cue)])
            for claim in claims
        ],
    )


def _fragments(claim: Any) -> list[Fragment]:
    return [*claim.content, *claim.cue]


def _shows(example: Example, layers: Sequence[str]) -> set[str]:
    """Return what an example shows: layers, labels, and phenomena that make labels hard."""
    document = example.document
    shown = {f"{set_}={label}" for set_, label in answers.labels_in(answers.gold(document, layers))}
    for layer in layers:
        if getattr(document, by_name(layer).name):
            shown.add(layer)
    if "entities" in layers:
        shown |= {tag for e in document.entities for tag in tags_of_entity(e, document.entities, document)}
    if "claims" in layers:
        shown |= {"cue" for claim in document.claims if claim.cue}
        shown |= {"chain" for claim in document.claims if claim.parent is not None}
        shown |= {"fragments" for claim in document.claims if len(claim.content) > 1}
    return shown
