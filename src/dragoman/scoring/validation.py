"""Say everything that is wrong with a submission, and what is merely odd."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dragoman import benchmark as benchmarks
from dragoman.annotations import Annotations
from dragoman.problems import Problem
from dragoman.reading.read import read_file

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.benchmark import Benchmark

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


def validate(predictions: Path | str, benchmark: Benchmark | None = None, split: str | None = None) -> list[Problem]:
    """Say everything that is wrong with a submission.

    Args:
        predictions: a JSONL file, plain or gzip.
        benchmark: what it is for; the bundled one if None.
        split: the documents that a line may be of; those of all splits if None.

    Returns:
        Errors and warnings in the order in which they stand; empty when all is well.

    """
    target = (benchmark or benchmarks.load()).target(split)
    reading = read_file(predictions, target)
    if reading.annotations is None:
        return list(reading.problems)
    return [*reading.problems, *_warnings(reading.annotations, str(predictions))]


def _warnings(annotations: Annotations, name: str) -> Iterable[Problem]:
    missing = np.flatnonzero(~annotations.given)
    if len(missing):
        some = ", ".join(annotations.documents[i] for i in missing[:5]) + (" …" if len(missing) > 5 else "")
        what = f"{len(missing)} of {len(annotations.documents)} documents are left out: {some}."
        yield Problem(code="W902", what=what, hint="They score as empty.", file=name)
    for layer, count in duplicates(annotations).items():
        if count:
            what = f"{count} predictions in {layer} repeat another one exactly."
            yield Problem(code="W901", what=what, hint="Each counts as spurious.", file=name)


def duplicates(annotations: Annotations) -> dict[str, int]:
    """Count predictions with the same span and type as an earlier one, by layer."""
    found = {}
    for layer in ("entities", "dates"):
        spans = getattr(annotations, layer)
        # Items are in canonical order, so that copies are neighbours.
        same = spans.start[1:] == spans.start[:-1]
        for column in (spans.doc, spans.end, spans.type.codes):
            same &= column[1:] == column[:-1]
        found[layer] = int(same.sum())
    return found
