"""Examples for a prompt: stretches of gold documents that show as much as possible in few characters.

They are of the split ``dev`` of the benchmark that is run, never of another, and the same for every model: the
budget is in characters, which do not depend on a tokenizer. An example is a run of whole lines of a document in
which no label is cut and nothing refers outwards. The documents that examples are taken from are named in the run,
are not asked about and have no score in it.
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
"""The only split that examples are taken from."""
MAX_CHARACTERS = 4_000
"""Characters of all examples of a language, documents and answers, where nothing else is asked for."""
MAX_LINES = 4
"""Lines of a stretch of a longer document; a document that is short enough is taken whole."""
_WANTED = {"nested": 4.0, "cue": 4.0, "chain": 4.0}
"""Worth of what an example should show above all; anything else that is shown for the first time has a worth of 1."""
_COST = 4.0
"""What a document that no example was taken from yet has to be worth more than one that is used already."""


class Example(NamedTuple):
    """A stretch of a document with its labels.

    Attributes:
        source: id of the document.
        start: where in its text the stretch begins.
        document: the stretch as a document of its own.
        answer: its gold, in the form of an answer.

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
        """Whether both have some of the same words."""
        first, last = sorted((self, other), key=lambda one: one.start)
        return self.source == other.source and last.start < first.start + len(first.document.text)


def choose(
    benchmark: Benchmark, layers: Sequence[str], count: int, most: int = MAX_CHARACTERS
) -> dict[str, list[Example]]:
    """Choose examples.

    Args:
        benchmark: whose split ``dev`` they are taken from; where it has none, there are no examples.
        layers: the layers that are asked for; only documents that are annotated in all of them are used.
        count: most examples a language.
        most: characters that the examples of a language may have together.

    Returns:
        By the documents' language, in the order in which they were chosen: at each step what shows most that was not
        shown yet, for its length where that is above an equal share of the budget (of equals the shorter, then the
        first by id). A further document has to be worth it, since it has no score any more.

    """
    documents = benchmark.split(SPLIT) if count and SPLIT in benchmark.splits else []
    usable = [d for d in documents if set(layers) <= set(d.layers_annotated)]
    return {
        language: _chosen([d for d in usable if d.language == language], layers, count, most)
        for language in sorted({d.language for d in usable})
    }


def _chosen(documents: Sequence[Document], layers: Sequence[str], count: int, most: int) -> list[Example]:
    candidates = [(example, _shows(example, layers)) for d in documents for example in _stretches(d, layers)]
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


def _stretches(document: Document, layers: Sequence[str]) -> Iterator[Example]:
    """All stretches of a document that can stand by themselves, the whole document first."""
    yield Example(document.id, 0, document, answers.gold(document, layers))
    starts = [0]
    for line in document.text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for first in range(len(starts) - 1):
        for last in range(first + 1, min(first + MAX_LINES, len(starts) - 1) + 1):
            stretch = _stretch(document, starts[first], starts[last] - 1)
            if stretch is not None and (first, last) != (0, len(starts) - 1):
                yield Example(document.id, starts[first], stretch, answers.gold(stretch, layers))


def _stretch(document: Document, start: int, end: int) -> Document | None:
    """Cut a stretch out of a document; None where a label is cut, or refers to one that is outside."""

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
    """Say what can be seen in an example: labels, values, and what makes labels hard."""
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
