"""What is done with one shard, and how what was found in several is put together.

Every function here is a step that any worker can take: it is given what it needs and returns what others need.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from dragoman.annotations import LAYERS, Annotations
from dragoman.measures.applicability import traits
from dragoman.measures.catalogue import Measure, of_whole, select, without_singletons
from dragoman.problems import Problem, error
from dragoman.reading.concat import stacked
from dragoman.reading.parsing import Parsed, parse_file
from dragoman.reading.peek import Named
from dragoman.reading.read import Reading, read_parsed
from dragoman.reading.target import Target
from dragoman.schema.result import Coverage
from dragoman.scoring.assemble import MAX_MISSING, coverage_of
from dragoman.scoring.partials import Tally, joined, tallies

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

SUFFIXES = (".jsonl", ".jsonl.gz", ".parquet")
_BESIDE = frozenset({"system.toml", "README.md", "LICENSE"})
TYPED = ("entities", "dates")
"""Layers whose labels have types."""


def shards_of(path: Path) -> list[Path]:
    """List the shards of a folder, by name; a file is its only shard.

    Hidden files, and those that begin with an underscore, are left aside, as other tools do.

    Raises:
        DragomanError: E852 for a folder without shards, or with something else in it: a shard that is overlooked
            would score as empty.

    """
    if not path.is_dir():
        return [path]
    found = sorted(p for p in path.iterdir() if not p.name.startswith((".", "_")) and p.name not in _BESIDE)
    hint = f"Give a folder of files that end in {', '.join(SUFFIXES)}."
    for other in found:
        if not other.name.endswith(SUFFIXES) or other.is_dir():
            raise error("E852", "there is something in the folder that is no shard.", hint, file=str(other))
    if not found:
        raise error("E852", "there are no shards in the folder.", hint, file=str(path))
    return found


@dataclass(frozen=True)
class Work:
    """What is to be counted.

    Attributes:
        measures: names of the measures.
        singletons: whether clusters of one mention count in cluster measures.

    """

    measures: tuple[str, ...]
    singletons: bool

    def chosen(self) -> tuple[Measure, ...]:
        """Look the measures up."""
        found = select(list(self.measures))
        return found if self.singletons else without_singletons(found)

    def by_document(self) -> list[Measure]:
        """Those whose counts of a document follow from that document."""
        return [measure for measure in self.chosen() if not of_whole(measure)]

    def of_whole(self) -> list[Measure]:
        """Those that need all documents at once."""
        return [measure for measure in self.chosen() if of_whole(measure)]


@dataclass(frozen=True)
class Survey:
    """What all others must know of a shard.

    Attributes:
        documents: ids of the documents that it has lines of.
        problems: errors and warnings.
        labels: types that occur, by layer.
        traits: what it has somewhere.
        answered: layers that some line has.
        annotated: whether it has any labels.
        quotes: number of spans given by a quote, by what became of it.
        sha256: of the file.

    """

    documents: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    labels: Mapping[str, tuple[str, ...]] | None = None
    traits: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()
    annotated: bool = False
    quotes: Mapping[str, int] | None = None
    sha256: str = ""


@dataclass(frozen=True)
class Whole:
    """What is known of all shards together: the surveys of either side, summed up."""

    labels: Mapping[str, tuple[str, ...]]
    gold_traits: frozenset[str]
    traits: frozenset[str]
    answered: frozenset[str]

    @classmethod
    def of(cls, gold: Iterable[Survey], predicted: Iterable[Survey]) -> Whole:
        """Sum up."""
        ours, theirs = list(gold), list(predicted)
        some = any(survey.documents for survey in theirs)
        return cls(
            {
                layer: tuple(sorted({label for survey in ours for label in (survey.labels or {}).get(layer, ())}))
                for layer in TYPED
            },
            frozenset().union(*(survey.traits for survey in ours)),
            frozenset().union(*(survey.traits for survey in theirs)),
            frozenset().union(*(survey.answered for survey in theirs)) if some else frozenset(LAYERS),
        )

    def gold(self, part: Annotations) -> Annotations:
        """Tell a part of the gold what the whole has."""
        typed: dict[str, Any] = {}
        for layer, labels in self.labels.items():
            spans = getattr(part, layer)
            typed[layer] = replace(spans, type=replace(spans.type, codes=spans.type.recode(labels), labels=labels))
        return replace(part, traits=self.gold_traits, **typed)

    def predicted(self, part: Annotations) -> Annotations:
        """Tell a part of the predictions what the whole has."""
        return replace(part, traits=self.traits, answered=self.answered)


@dataclass(frozen=True)
class Sum:
    """What was counted on some documents, of each measure that could be taken, and what of them was answered."""

    tallies: Mapping[str, Tally]
    coverage: Coverage


def parse(path: str) -> Parsed:
    """Read a shard; this is the only step that looks at the file, unless something is wrong with it."""
    return parse_file(path)


def read_gold(parsed: Parsed) -> Reading:
    """Read a shard of the reference."""
    return read_parsed(parsed, Target())


def target_of(gold: Reading) -> tuple[tuple[str, ...], dict[str, str]]:
    """Documents and known texts of a shard of the reference."""
    labels = gold.checked()
    texts = zip(labels.documents, labels.texts, strict=True)
    return labels.documents, {name: text for name, text in texts if text is not None}


def read_predictions(parsed: Parsed, known: tuple[str, ...] | None, *targets: Any) -> Reading:
    """Read a shard of the predictions against the shards of the reference that have its documents.

    Args:
        parsed: the shard.
        known: all documents that there are, for a shard that names others; None for all that the targets have.
        targets: what :func:`target_of` gives of these shards.

    """
    texts = {name: text for _, of_shard in targets for name, text in of_shard.items()}
    documents = tuple(name for names, _ in targets for name in names) if known is None else known
    return read_parsed(parsed, Target(documents=documents, texts=texts))


def survey(parsed: Parsed, reading: Reading) -> Survey:
    """Tell what others must know of a shard that was read."""
    labels = reading.annotations
    if labels is None:
        return Survey((), reading.problems)
    return Survey(
        documents=tuple(labels.documents[i] for i in np.flatnonzero(labels.given).tolist()),
        problems=reading.problems,
        labels={layer: getattr(labels, layer).type.labels for layer in TYPED},
        traits=traits(labels),
        answered=labels.answered if labels.given.any() else frozenset(),
        annotated=bool(labels.present.any()),
        quotes=reading.tally,
        sha256=parsed.sha256,
    )


def documents_of(parsed: Parsed) -> tuple[str, ...]:
    """Tell which documents a shard names, as far as it can be read; what is wrong with it is said later."""
    if parsed.table is not None:
        names = parsed.table.column("id").to_pylist() if "id" in parsed.table.column_names else []
        return tuple(name for name in names if name is not None)
    found = []
    for line in (parsed.data or b"").split(b"\n"):
        try:
            found.append(msgspec.json.decode(line, type=Named).id)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    return tuple(found)


def predictions_for(gold: Reading, *parts: Reading) -> Annotations:
    """Collect the predictions on the documents of a shard of the reference."""
    return stacked(gold.checked().documents, [part.checked() for part in parts])


def count_shard(work: Work, whole: Whole, places: Ints, gold: Reading, predicted: Annotations) -> Sum:
    """Count what can be counted on the documents of a shard alone.

    Args:
        work: what to count.
        whole: what the other shards have.
        places: position of each of the shard's documents among all.
        gold: the shard.
        predicted: predictions on its documents.

    """
    ours, theirs = whole.gold(gold.checked()), whole.predicted(predicted)
    found = {
        measure.name: replace(tally, documents=places[tally.documents])
        for measure, tally in tallies(work.by_document(), theirs, ours)
        if tally is not None
    }
    return Sum(found, coverage_of(theirs, ours))


def add(*parts: Sum) -> Sum:
    """Put together what was counted on different documents: any grouping of the parts ends with the same."""
    names = sorted({name for part in parts for name in part.tallies})
    found = {name: joined(part.tallies[name] for part in parts if name in part.tallies) for name in names}
    covered = [part.coverage for part in parts]
    return Sum(
        found,
        Coverage(
            documents=sum(part.documents for part in covered),
            missing=sum(part.missing for part in covered),
            missing_documents=sorted(n for part in covered for n in part.missing_documents)[:MAX_MISSING],
            attempted=covered[0].attempted,
            annotated=_summed(part.annotated for part in covered),
            duplicates=_summed(part.duplicates for part in covered),
        ),
    )


def _summed(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for part in parts:
        for name, number in part.items():
            total[name] = total.get(name, 0) + number
    return total


def thin(layers: frozenset[str], gold: Reading, predicted: Annotations) -> tuple[Annotations, Annotations]:
    """Leave of both sides only what measures of some layers need that look at all documents at once."""
    return thinned(gold.checked(), layers), thinned(predicted, layers)


def thinned(side: Annotations, layers: frozenset[str]) -> Annotations:
    """Leave only what measures of some layers need that look at all documents at once."""
    none = np.zeros(0, np.int64)
    left: dict[str, Any] = {name: getattr(side, name).take(none) for name in ("segments", "dates")}
    if "entities" not in layers:
        left["entities"] = side.entities.take(none)
    if "claims" not in layers:
        left["claims"] = side.claims.keep(np.zeros(len(side.claims), bool))
    return replace(side, texts=(None,) * len(side.documents), **left)


def count_whole(
    work: Work, whole: Whole, documents: tuple[str, ...], *parts: tuple[Annotations, Annotations]
) -> dict[str, Tally]:
    """Count cluster measures, which are over all documents; partition and alignment cannot be taken in parts."""
    # Every document of the reference has a line, and those that the predictions leave out are given in none.
    gold = whole.gold(stacked(documents, [ours for ours, _ in parts]))
    predicted = whole.predicted(stacked(documents, [theirs for _, theirs in parts]))
    return {measure.name: tally for measure, tally in tallies(work.of_whole(), predicted, gold) if tally is not None}
