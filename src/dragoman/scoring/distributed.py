"""Score one set of shards against another: every shard is read once, wherever that is, and the counts are summed.

The shards of the two sides need not correspond. First the reference is read, then each shard of the predictions
against those shards of the reference that have its documents; then the documents of each shard of the reference are
counted, and the counts are added in a tree. Only what all must know comes here in between: which documents are where,
which labels and layers occur. Cluster measures are over all documents, so that what they need of all shards is brought
to one place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dragoman.measures.catalogue import MEASURES, Measure
from dragoman.problems import DragomanError, Problem, error
from dragoman.schema import result as results
from dragoman.scoring.assemble import assemble
from dragoman.scoring.engines import Engine, Here
from dragoman.scoring.shards import (
    Sum,
    Survey,
    Whole,
    Work,
    add,
    count_shard,
    count_whole,
    documents_of,
    parse,
    predictions_for,
    read_gold,
    read_predictions,
    shards_of,
    survey,
    target_of,
    thin,
)
from dragoman.scoring.slices import USUAL, Resampling

_ARITY = 4
"""So many sums are added at a time."""


def score_shards(
    predictions: Path | str,
    reference: Path | str,
    *,
    engine: Engine | None = None,
    measures: Iterable[Measure] = MEASURES,
    system: str | None = None,
    resampling: Resampling = USUAL,
    singletons: bool = True,
) -> results.Result:
    """Score shards against shards.

    Counts and scores are those of :func:`dragoman.scoring.score` on all shards in one file, to the byte. Of several
    shards the fingerprint is of their digests, in the order of their names.

    Args:
        predictions: a folder of JSONL files (plain or gzip) or parquet files, or one of these.
        reference: what they are scored against, likewise.
        engine: where it is done; here if None.
        measures: what to compute, from the catalogue.
        system: what to call the system; the name of the predictions if None.
        resampling: how error bars are made.
        singletons: whether clusters of one mention count in cluster measures.

    Raises:
        DragomanError: for everything that is wrong with any shard, each by its name.

    """
    engine = engine or Here()
    work = Work(tuple(measure.name for measure in measures), singletons)
    gold = _Gold(engine, [str(path) for path in shards_of(Path(reference))], str(reference))
    given = _Predictions(engine, [str(path) for path in shards_of(Path(predictions))], gold)
    whole = Whole.of(gold.surveys, given.surveys)
    predicted = [
        engine.submit(path, predictions_for, reading, *given.of_shard(at))
        for at, (path, reading) in enumerate(zip(gold.paths, gold.readings, strict=True))
    ]
    sums = [
        engine.submit(path, count_shard, work, whole, gold.places(at), gold.readings[at], predicted[at])
        for at, path in enumerate(gold.paths)
    ]
    wanted = [_summed(engine, sums, str(reference))]
    if work.of_whole():
        layers = frozenset(measure.layer for measure in work.of_whole())
        parts = [
            engine.submit(path, thin, layers, gold.readings[at], predicted[at]) for at, path in enumerate(gold.paths)
        ]
        wanted.append(engine.submit(str(reference), count_whole, work, whole, gold.documents, *parts))
    total, *of_whole = engine.gather(wanted)
    assert isinstance(total, Sum)
    counted = {name: tally for part in (total.tallies, *of_whole) for name, tally in part.items()}
    total.coverage.quotes = given.quotes()
    return assemble(
        ((measure, counted.get(measure.name)) for measure in work.chosen()),
        data=results.Data("reference", None, gold.fingerprint(), None, list(gold.documents)),
        system=system or Path(predictions).name,
        resampling=resampling,
        coverage=total.coverage,
        singletons=singletons,
    )


class _Gold:
    """The reference: what was read of each shard, wherever it lies, and which document is in which."""

    def __init__(self, engine: Engine, paths: list[str], name: str) -> None:
        self.paths = paths
        parsed = [engine.submit(path, parse, path) for path in paths]
        pairs = list(zip(paths, parsed, strict=True))
        self.readings = [engine.submit(path, read_gold, shard) for path, shard in pairs]
        self.surveys: list[Survey] = engine.gather(
            [
                engine.submit(path, survey, shard, reading)
                for (path, shard), reading in zip(pairs, self.readings, strict=True)
            ]
        )
        _refuse(self.surveys)
        self.shard_of = _places(paths, [found.documents for found in self.surveys])
        if not any(found.annotated for found in self.surveys):
            hint = "A reference has documents with entities, dates or claims."
            raise error("E703", "the reference holds no labels.", hint, file=name)
        self.documents = tuple(sorted(self.shard_of))
        self._place = {document: at for at, document in enumerate(self.documents)}

    def places(self, shard: int) -> Any:
        """Position of each document of a shard among all."""
        return np.array([self._place[name] for name in self.surveys[shard].documents], np.int64)

    def fingerprint(self) -> str:
        """Identify the bytes of all shards."""
        digests = [found.sha256 for found in self.surveys]
        return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()


class _Predictions:
    """The predictions: what was read of each shard, and which shards of the reference have documents of it."""

    def __init__(self, engine: Engine, paths: list[str], gold: _Gold) -> None:
        parsed = [engine.submit(path, parse, path) for path in paths]
        pairs = list(zip(paths, parsed, strict=True))
        named: list[tuple[str, ...]] = engine.gather(
            [engine.submit(path, documents_of, shard) for path, shard in pairs]
        )
        self.touched = [sorted({gold.shard_of[n] for n in names if n in gold.shard_of}) for names in named]
        targets = {
            at: engine.submit(gold.paths[at], target_of, gold.readings[at])
            for at in sorted({at for touched in self.touched for at in touched})
        }
        self.readings = []
        for (path, shard), names, touched in zip(pairs, named, self.touched, strict=True):
            # Somebody who names a document that is not there is told of all that are.
            known = None if names and all(name in gold.shard_of for name in names) else gold.documents
            wanted = [targets[at] for at in touched]
            self.readings.append(engine.submit(path, read_predictions, shard, known, *wanted))
        self.surveys: list[Survey] = engine.gather(
            [
                engine.submit(path, survey, shard, reading)
                for (path, shard), reading in zip(pairs, self.readings, strict=True)
            ]
        )
        _refuse(self.surveys)
        _places(paths, [found.documents for found in self.surveys])

    def of_shard(self, shard: int) -> list[Any]:
        """Give what was read of predictions on documents of a shard of the reference."""
        return [reading for reading, touched in zip(self.readings, self.touched, strict=True) if shard in touched]

    def quotes(self) -> dict[str, int]:
        """Count spans given by a quote, by what became of them."""
        total: dict[str, int] = {}
        for found in self.surveys:
            for way, number in (found.quotes or {}).items():
                total[way] = total.get(way, 0) + number
        return {way: number for way, number in total.items() if number}


def _refuse(surveys: Sequence[Survey]) -> None:
    """Raise all errors of all shards at once."""
    wrong = [problem for found in surveys for problem in found.problems if problem.severity == "error"]
    if wrong:
        raise DragomanError(wrong)


def _places(paths: Sequence[str], documents: Sequence[tuple[str, ...]]) -> Mapping[str, int]:
    """Shard of each document; a document in two shards is an error."""
    place: dict[str, int] = {}
    twice = []
    for at, names in enumerate(documents):
        for name in names:
            before = place.setdefault(name, at)
            if before != at:
                what = f"document {name[:80]!r} is in {paths[before]} already."
                twice.append(Problem(code="E302", what=what, hint="Keep one line a document.", file=paths[at]))
    if twice:
        raise DragomanError(twice[:1000])
    return place


def _summed(engine: Engine, sums: list[Any], name: str) -> Any:
    """Add in a tree, so that no worker holds all parts."""
    while len(sums) > 1:
        sums = [
            engine.submit(name, add, *sums[at : at + _ARITY]) if at + 1 < len(sums) else sums[at]
            for at in range(0, len(sums), _ARITY)
        ]
    return sums[0]
