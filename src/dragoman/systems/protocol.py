"""The interface of a system: a callable from a document to a line of a submission."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

import msgspec

from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.records import Document
from dragoman.schema.system_card import SystemCard
from dragoman.systems.examples import MAX_CHARACTERS
from dragoman.systems.provenance import Code

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark


class Predict(Protocol):
    """Protocol of a function that labels one document.

    It gets the document without its labels, and returns the layers that it predicts as
    ``{"entities": […], "dates": […], "claims": […]}`` in the form of a submission, or None for a document that it
    skips (as one in a language that it does not support).
    """

    def __call__(self, document: Document, /) -> dict[str, Any] | Reply | None:
        """Label one document."""
        ...


Part = tuple[str | None, str | None]
"""An answer to one request as it was given, and why it ended."""


class Reply(NamedTuple):
    """An answer, with details of how it was obtained for the run's log.

    Attributes:
        labels: the labels by layer, or None for a document that is skipped.
        raw: the answer as the system returned it, or None if it is the labels.
        tokens: numbers of prompt and completion tokens.
        estimated: whether these are estimates, because the server did not count them.
        repairs: names of the repairs made to the answer.
        problems: messages on what was dropped from the answer.
        unmapped: labels that have no type of the benchmark, and how many spans of each were dropped.
        failed_pieces: number of pieces of the document without a usable answer; the labels are those of the others.
        parts: for each request, the raw answer and the reason why it ended; None without an answer.

    """

    labels: dict[str, Any] | None
    raw: str | None = None
    tokens: tuple[int, int] = (0, 0)
    estimated: bool = False
    repairs: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    unmapped: Mapping[str, int] = {}
    failed_pieces: int = 0
    parts: tuple[Part, ...] = ()


class SystemFailure(Exception):  # noqa: N818 - the name appears in messages and logs
    """A system gave no usable answer; what it did return is in the log."""

    def __init__(self, why: str, reply: Reply | None = None) -> None:
        super().__init__(why)
        self.reply = reply


class Unreachable(SystemFailure):
    """A system that is unreachable: it would fail on any other document in the same way.

    Attributes:
        hint: what to do about it, as a sentence.

    """

    def __init__(self, why: str, hint: str, reply: Reply | None = None) -> None:
        super().__init__(why, reply)
        self.hint = hint


def _nothing() -> None:
    pass


def unlabelled(document: Document) -> Document:
    """Return a copy of a document without its labels: what a system may see."""
    return msgspec.structs.replace(document, layers_annotated=[], entities=[], dates=[], claims=[])


class System(NamedTuple):
    """A system that can be run.

    Attributes:
        predict: labels one document; may be called from several threads at once when there is more than one job.
        card: its system card.
        source: the file that it was loaded from, or None.
        close: releases its resources, such as running programs.
        code: hashes of its code, as far as it is accessible; those of ``predict`` if None.
        reread: parses the raw answers about a document again; None if parsing is not a separate step.
        given: returns all that it gets of a document, as plain values or records: an answer is reused as long as this
            and the code are unchanged.
        layers: the layers requested from it, if known before it answers.
        seen: ids of the documents that its prompt shows with their labels, as examples: they are neither predicted nor
            scored.
        prompt: name, parts, hash and request parameters of its prompt, for a language model.

    """

    predict: Predict
    card: SystemCard
    source: Path | None = None
    close: Callable[[], None] = _nothing
    code: Code | None = None
    reread: Callable[[Document, Sequence[Part]], Reply] | None = None
    given: Callable[[Document], Any] = unlabelled
    layers: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    prompt: dict[str, Any] | None = None


class Chat(NamedTuple):
    """Options of the requests to a chat model.

    Attributes:
        base_url: address of the endpoint, or None for that of the environment.
        temperature: temperature of sampling.
        seed: seed of sampling, if the server supports it.
        max_tokens: maximum tokens of an answer.
        examples: few-shot examples per language, from the split ``dev``.
        form: type of the ``response_format``: ``json_schema``, ``json_object`` or ``text``.
        layers: names of the layers to request.
        characters: maximum characters of all examples of a language.
        prompt: file with a prompt that replaces the rules, or None.
        pieces: maximum characters of the pieces that documents are cut into, or None for whole documents.
        parameters: further parameters of the request by name, which override those above; None omits a parameter.

    """

    base_url: str | None = None
    temperature: float = 0.0
    seed: int = 1
    max_tokens: int = 16_384
    examples: int = 2
    form: Literal["json_schema", "json_object", "text"] = "json_schema"
    layers: tuple[str, ...] = LAYER_NAMES
    characters: int = MAX_CHARACTERS
    prompt: Path | None = None
    pieces: int | None = None
    parameters: Mapping[str, Any] = {}


class Options(NamedTuple):
    """Options of a run, for adapters that need them.

    Attributes:
        timeout: timeout of an answer, in seconds.
        card: system card, or None for one made from the system's name.
        chat: options of the requests to a chat model.
        benchmark: the benchmark that is run, for the labels of a prompt and of a label map; the bundled one if None.
        label_map: map from labels of an ``hf:`` or ``spacy:`` model to entity types of the benchmark.

    """

    timeout: float = 600.0
    card: SystemCard | None = None
    chat: Chat = Chat()
    benchmark: Benchmark | None = None
    label_map: Mapping[str, str] = {}


USUAL = Options()


def seen(document: Document) -> dict[str, Any]:
    """Return a document's metadata and text as plain values, without labels, for a system outside this process."""
    return {name: getattr(document, name) for name in ("id", "language", "kind", "published", "title", "text")}
