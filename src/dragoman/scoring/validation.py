"""Say everything that is wrong with a submission, and what is merely odd."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import product

import numpy as np

from dragoman.annotations import Annotations
from dragoman.problems import Problem, shown
from dragoman.schema.layers import LAYER_NAMES
from dragoman.scoring.held import Validation, held, lacking
from dragoman.scoring.partials import duplicates
from dragoman.scoring.sides import Sides
from dragoman.text import counted

_LABELS = ("type", "form", "mod", "polarity", "modality", "act")
"""Columns of labels, in those layers that have them."""


def validation(sides: Sides) -> Validation:
    """Read predictions against a target; list errors and warnings in the order in which they stand, and what they hold.

    Raises:
        DragomanError: for what is wrong with the gold.

    """
    with ExitStack() as stack:
        parsed = [
            [] if source is None else stack.enter_context(source.parsing()) for source in (sides.reference, sides.pred)
        ]
        benchmark = sides.benchmark()
        gold = sides.read_gold(parsed[0]) if benchmark is None else None
        target = benchmark.target(sides.split) if gold is None and benchmark is not None else gold.target  # type: ignore[union-attr]
        reading = sides.read_predictions(parsed[1], target)
    if reading.annotations is None:
        return Validation(list(reading.problems), None)
    name = "" if sides.pred is None else str(sides.pred.path or sides.pred.name)
    found = [*reading.problems, *_warnings(reading.annotations, name)]
    if gold is not None:
        found += _unicode_forms(gold.annotations, reading.annotations, name)
    return Validation(found, held(reading.annotations))


def _warnings(annotations: Annotations, name: str) -> Iterable[Problem]:
    missing = np.flatnonzero(~annotations.given)
    if len(missing):
        some = ", ".join(annotations.documents[i] for i in missing[:5]) + (" …" if len(missing) > 5 else "")
        what = f"{len(missing)} of {counted(len(annotations.documents), 'document')} left out: {some}."
        yield Problem(code="W902", what=what, hint="They score as empty.", file=name)
    yield from lacking(annotations, name)
    for layer, count in duplicates(annotations).items():
        if count:
            what = f"{layer}: {counted(count, 'prediction repeats', 'predictions repeat')} another one exactly."
            yield Problem(code="W901", what=what, hint="Each counts as spurious.", file=name)


def _unicode_forms(gold: Annotations, pred: Annotations, name: str) -> Iterator[Problem]:
    """Warn of labels that look like those of the reference and are written in another Unicode form: no label meets."""
    for layer, column in product(LAYER_NAMES, _LABELS):
        if not hasattr(getattr(gold, layer), column):
            continue
        there, here = (getattr(getattr(side, layer), column).labels for side in (gold, pred))
        forms = {unicodedata.normalize("NFC", label): label for label in there}
        for label in sorted(set(here) - set(there)):
            meant = forms.get(unicodedata.normalize("NFC", label))
            if meant is not None:
                composed = "decomposed" if unicodedata.is_normalized("NFC", meant) else "composed"
                what = f"the label {shown(label)} is {composed} Unicode, and that of the reference is not."
                hint = "Write it as the reference does (NFC is usual): labels are compared code point by code point."
                yield Problem(code="W912", what=what, hint=hint, file=name, path=f"{layer}.{column}")
