"""What a submission holds, layer by layer, and the layers that only some of its lines have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from dragoman.annotations import Annotations
from dragoman.problems import Problem
from dragoman.schema.layers import LAYER_NAMES
from dragoman.text import counted

MAX_NAMED = 5
"""So many documents that lack a layer are named."""


class Held(NamedTuple):
    """What a submission holds.

    Attributes:
        documents: documents that a line may be of.
        given: those that have a line.
        layers: those whose line has a layer, an empty list included, by layer.

    """

    documents: int
    given: int
    layers: dict[str, int]

    def __str__(self) -> str:
        parts = ", ".join(f"{layer} in {number or 'none'}" for layer, number in self.layers.items())
        return f"{self.given} of {counted(self.documents, 'document')}: {parts}."


class Validation(NamedTuple):
    """What was found in predictions; ``held`` is None where errors keep them from being read."""

    problems: list[Problem]
    held: Held | None


class Holding:
    """Counts what a submission holds, one part of its documents after the other.

    Documents of one part are named in its order, those of several by name, as the documents of a reference are.
    """

    def __init__(self) -> None:
        self._documents = self._given = self._parts = 0
        self._missing: list[str] = []
        self._layers = dict.fromkeys(LAYER_NAMES, 0)
        self._lacking: dict[str, list[str]] = {layer: [] for layer in LAYER_NAMES}

    def add(self, annotations: Annotations) -> None:
        """Count some documents."""
        self._parts += 1
        self._documents += len(annotations.documents)
        self._given += int(annotations.given.sum())
        self._missing += [annotations.documents[at] for at in np.flatnonzero(~annotations.given).tolist()]
        for layer in LAYER_NAMES:
            has = annotations.has(layer)
            self._layers[layer] += int((annotations.given & has).sum())
            places = np.flatnonzero(annotations.given & ~has).tolist()
            self._lacking[layer] += [annotations.documents[at] for at in places]

    def held(self) -> Held:
        """Say how many documents the submission has, and those of each layer."""
        return Held(self._documents, self._given, self._layers)

    def left_out(self, name: str) -> Iterator[Problem]:
        """Warn of documents without a line; see :meth:`lacking`."""
        if self._missing:
            missing = self._in_order(self._missing)
            some = ", ".join(missing[:MAX_NAMED]) + (" …" if len(missing) > MAX_NAMED else "")
            what = f"{len(missing)} of {counted(self._documents, 'document')} left out: {some}."
            yield Problem(code="W902", what=what, hint="They score as empty.", file=name)

    def lacking(self, name: str) -> Iterator[Problem]:
        """Warn of lines without a layer that other lines have.

        Args:
            name: how the submission's file is called in problems.

        """
        for layer, documents in self._lacking.items():
            if documents and len(documents) < self._given:
                some = ", ".join(self._in_order(documents)[:MAX_NAMED])
                more = " …" if len(documents) > MAX_NAMED else ""
                lack = "lacks" if len(documents) == 1 else "lack"
                what = f"{len(documents)} of {self._given} lines {lack} {layer}, which others have: {some}{more}."
                hint = f"They score as empty in {layer}; write an empty list where nothing was found."
                yield Problem(code="W908", what=what, hint=hint, file=name)

    def _in_order(self, documents: list[str]) -> list[str]:
        return sorted(documents) if self._parts > 1 else documents
