"""Say everything that is wrong with a submission, and what is merely odd."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dragoman.annotations import Annotations
from dragoman.problems import Problem
from dragoman.reading.source import Source, read_shards
from dragoman.reading.target import Target
from dragoman.scoring.held import Validation, held, lacking
from dragoman.scoring.partials import duplicates


def validation(source: Source, target: Target) -> Validation:
    """Read predictions against a target and list errors and warnings, in the order in which they stand."""
    with source.parsing() as parsed:
        reading, _ = read_shards(parsed, target)
    if reading.annotations is None:
        return Validation(list(reading.problems), None)
    name = str(source.path or source.name)
    return Validation([*reading.problems, *_warnings(reading.annotations, name)], held(reading.annotations))


def _warnings(annotations: Annotations, name: str) -> Iterable[Problem]:
    missing = np.flatnonzero(~annotations.given)
    if len(missing):
        some = ", ".join(annotations.documents[i] for i in missing[:5]) + (" …" if len(missing) > 5 else "")
        what = f"{len(missing)} of {len(annotations.documents)} documents are left out: {some}."
        yield Problem(code="W902", what=what, hint="They score as empty.", file=name)
    yield from lacking(annotations, name)
    for layer, count in duplicates(annotations).items():
        if count:
            what = f"{count} predictions in {layer} repeat another one exactly."
            yield Problem(code="W901", what=what, hint="Each counts as spurious.", file=name)
