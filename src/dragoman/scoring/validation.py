"""Validation of a submission: all errors and warnings."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from itertools import product
from typing import TYPE_CHECKING

from dragoman.annotations import Annotations
from dragoman.problems import Problem, shown
from dragoman.reading.fallback import Fallback
from dragoman.reading.unknown_fields import warnings
from dragoman.schema.layers import LAYER_NAMES, TYPED
from dragoman.scoring.held import Holding, Validation
from dragoman.scoring.partials import duplicates
from dragoman.scoring.sides import Sides
from dragoman.text import counted

if TYPE_CHECKING:
    from dragoman.reading.memory_budget import Budget
    from dragoman.scoring.streaming import Parts

_LABELS = ("type", "form", "mod", "polarity", "modality", "act")
"""Label columns, for those layers that have them."""


def validation(sides: Sides, budget: Budget | None = None) -> Validation:
    """Read predictions and list errors and warnings in the order of the file, with counts of their content.

    Args:
        sides: both sides.
        budget: memory budget for the labels.

    Raises:
        DragomanError: with the errors of the gold.

    """
    with ExitStack() as stack:
        parsed = [
            [] if source is None else stack.enter_context(source.parsing(budget))
            for source in (sides.reference, sides.pred)
        ]
        benchmark = sides.benchmark()
        gold = sides.read_gold(parsed[0]) if benchmark is None else None
        target = benchmark.target(sides.split) if gold is None and benchmark is not None else gold.target  # type: ignore[union-attr]
        reading = sides.read_predictions(parsed[1], target)
    if reading.annotations is None:
        return Validation(list(reading.problems), None)
    collected = _Warnings()
    collected.add(None if gold is None else gold.annotations, reading.annotations)
    return collected.result(sides, reading.problems)


def of_parts(parts: Parts, sides: Sides, unknown: Mapping[str, int]) -> Validation:
    """Validate predictions that are streamed; see :func:`validation`.

    Args:
        parts: labels of both sides; see :data:`dragoman.scoring.streaming.Parts`.
        sides: both sides.
        unknown: number of ignored values of unknown fields by path, complete after all parts are read.

    Raises:
        Fallback: gold has no labels, which is reported when it is read as a whole.

    """
    collected, annotated = _Warnings(), False
    for part in parts:
        gold, pred = part()
        annotated = annotated or bool(gold.present.any())
        collected.add(gold, pred)
    if not annotated:
        raise Fallback("no labels")
    return collected.result(sides, warnings(unknown, _name(sides)))


def _name(sides: Sides) -> str:
    return "" if sides.pred is None else str(sides.pred.path or sides.pred.name)


class _Warnings:
    """Collects warnings on predictions, part by part."""

    def __init__(self) -> None:
        self._holding = Holding()
        self._duplicates = Counter[str]()
        self._labels: dict[tuple[str, str], tuple[set[str], set[str]]] = {}

    def add(self, gold: Annotations | None, pred: Annotations) -> None:
        """Add a part; gold is None unless label sets are those of the gold file."""
        self._holding.add(pred)
        self._duplicates.update(duplicates(pred))
        if gold is None:
            return
        for layer, column in product(LAYER_NAMES, _LABELS):
            if hasattr(getattr(gold, layer), column):
                seen = self._labels.setdefault((layer, column), (set(), set()))
                for labels, side in zip(seen, (gold, pred), strict=True):
                    labels.update(getattr(getattr(side, layer), column).labels)

    def result(self, sides: Sides, problems: Iterable[Problem]) -> Validation:
        """Return the warnings, after earlier problems."""
        name = _name(sides)
        found = [*problems, *self._holding.left_out(name), *self._holding.lacking(name)]
        for layer in TYPED:
            if count := self._duplicates[layer]:
                what = f"{layer}: {counted(count, 'prediction repeats', 'predictions repeat')} another one exactly."
                found.append(Problem(code="W901", what=what, hint="Each counts as spurious.", file=name))
        return Validation([*found, *self._unicode_forms(name)], self._holding.held())

    def _unicode_forms(self, name: str) -> Iterator[Problem]:
        """Yield W912 for labels that differ from gold labels only in Unicode form, and therefore never match."""
        for (layer, column), (there, here) in self._labels.items():
            forms = {unicodedata.normalize("NFC", label): label for label in sorted(there)}
            for label in sorted(here - there):
                meant = forms.get(unicodedata.normalize("NFC", label))
                if meant is not None:
                    composed = "decomposed" if unicodedata.is_normalized("NFC", meant) else "composed"
                    what = f"the label {shown(label)} is {composed} Unicode, and that of the reference is not."
                    hint = (
                        "Write it as the reference does (NFC is usual): labels are compared code point by code point."
                    )
                    yield Problem(code="W912", what=what, hint=hint, file=name, path=f"{layer}.{column}")
