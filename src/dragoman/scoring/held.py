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


def held(annotations: Annotations) -> Held:
    """Count the documents that a submission has, and those of each layer."""
    layers = {layer: int((annotations.given & annotations.has(layer)).sum()) for layer in LAYER_NAMES}
    return Held(len(annotations.documents), int(annotations.given.sum()), layers)


def lacking(annotations: Annotations, name: str) -> Iterator[Problem]:
    """Warn of lines without a layer that other lines have.

    Args:
        annotations: the submission.
        name: how its file is called in problems.

    """
    given = int(annotations.given.sum())
    for layer in LAYER_NAMES:
        places = np.flatnonzero(annotations.given & ~annotations.has(layer)).tolist()
        if places and len(places) < given:
            some = ", ".join(annotations.documents[i] for i in places[:MAX_NAMED])
            more = " …" if len(places) > MAX_NAMED else ""
            lack = "lacks" if len(places) == 1 else "lack"
            what = f"{len(places)} of {given} lines {lack} {layer}, which others have: {some}{more}."
            hint = f"They score as empty in {layer}; write an empty list where nothing was found."
            yield Problem(code="W908", what=what, hint=hint, file=name)
