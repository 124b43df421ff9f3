"""Content of a submission by layer, and warnings for layers that only some of its lines have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from dragoman.annotations import Annotations
from dragoman.problems import Problem
from dragoman.schema.layers import LAYER_NAMES
from dragoman.text import counted

MAX_NAMED = 5
"""Maximum number of documents that are listed in a warning."""


class Held(NamedTuple):
    """Content of a submission.

    Attributes:
        documents: number of allowed documents.
        given: number of documents with a line.
        layers: number of documents whose line has the layer, including empty lists, by layer.

    """

    documents: int
    given: int
    layers: dict[str, int]

    def __str__(self) -> str:
        parts = ", ".join(f"{layer} in {number or 'none'}" for layer, number in self.layers.items())
        return f"{self.given} of {counted(self.documents, 'document')}: {parts}."


class Validation(NamedTuple):
    """Result of validating predictions; ``held`` is None if they have errors."""

    problems: list[Problem]
    held: Held | None


class Holding:
    """Counts the content of a submission, part by part.

    Documents of a single part are listed in its order, those of several parts sorted by id.
    """

    def __init__(self) -> None:
        self._documents = self._given = self._parts = 0
        self._missing: list[str] = []
        self._layers = dict.fromkeys(LAYER_NAMES, 0)
        self._lacking: dict[str, list[str]] = {layer: [] for layer in LAYER_NAMES}

    def add(self, annotations: Annotations) -> None:
        """Count the documents of a part."""
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
        """Return the counts of all parts."""
        return Held(self._documents, self._given, self._layers)

    def left_out(self, name: str) -> Iterator[Problem]:
        """Yield W902 for documents without a line; see :meth:`lacking`."""
        if self._missing:
            missing = self._in_order(self._missing)
            some = ", ".join(missing[:MAX_NAMED]) + (" …" if len(missing) > MAX_NAMED else "")
            what = f"{len(missing)} of {counted(self._documents, 'document')} left out: {some}."
            yield Problem(code="W902", what=what, hint="They score as empty.", file=name)

    def lacking(self, name: str) -> Iterator[Problem]:
        """Yield W908 for lines without a layer that other lines have.

        Args:
            name: name of the submission's file in problems.

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
