"""What a system is: a callable from a document to a line of a submission."""

from __future__ import annotations

from collections.abc import Callable
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


def _nothing() -> None:
    pass


class System(NamedTuple):
    """A system that can be run.

    Attributes:
        predict: labels one document; may be called from several threads at once when there is more than one job.
        card: what it says of itself.
        source: the file that it came from, or None.
        close: gives back what it holds, such as running programs.

    """

    predict: Predict
    card: SystemCard
    source: Path | None = None
    close: Callable[[], None] = _nothing


class Options(NamedTuple):
    """What somebody says of a run, for adapters that need it.

    Attributes:
        timeout: seconds that an answer may take.
        card: description of the system, or None for one made of its name.

    """

    timeout: float = 600.0
    card: SystemCard | None = None


def unlabelled(document: Document) -> Document:
    """Take the labels off a document: what a system may see."""
    return msgspec.structs.replace(document, layers_annotated=[], entities=[], dates=[], claims=[])


USUAL = Options()


def seen(document: Document) -> dict[str, Any]:
    """Give what a system outside of this process is told of a document: plain values, and no label."""
    return {name: getattr(document, name) for name in ("id", "language", "kind", "published", "text")}
