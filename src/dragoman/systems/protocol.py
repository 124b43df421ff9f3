"""What a system is: a callable from a document to a line of a submission."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec

from dragoman.schema.records import Document
from dragoman.schema.system import SystemCard


class Predict(Protocol):
    """Reads one document.

    It is given the document without its labels, and returns the layers that it attempts as
    ``{"entities": […], "dates": […], "claims": […]}`` in the form of a submission, or None for a document that
    it leaves out (a language that it does not speak).
    """

    def __call__(self, document: Document, /) -> dict[str, Any] | None:
        """Label one document."""
        ...


class System(NamedTuple):
    """A system that can be run.

    Attributes:
        predict: labels one document.
        card: what it says of itself.
        source: the file that it came from, or None.

    """

    predict: Predict
    card: SystemCard
    source: Path | None = None


def unlabelled(document: Document) -> Document:
    """Take the labels off a document: what a system may see."""
    return msgspec.structs.replace(document, layers_annotated=[], entities=[], dates=[], claims=[])
