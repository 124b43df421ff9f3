"""What a system is: a callable from a document to a line of a submission."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    """Reads one document.

    It is given the document without its labels, and returns the layers that it attempts as
    ``{"entities": […], "dates": […], "claims": […]}`` in the form of a submission, or None for a document that
    it leaves out (a language that it does not speak).
    """

    def __call__(self, document: Document, /) -> dict[str, Any] | Reply | None:
        """Label one document."""
        ...


class Reply(NamedTuple):
    """An answer with what the run's log holds of how it came about.

    Attributes:
        labels: the layers, or None for a document that is left out.
        raw: the answer as the system gave it.
        tokens: tokens read and written.
        estimated: whether these are an estimate, because nobody counted them.
        repairs: names of what was repaired in the answer.
        problems: in words, what of the answer was left out.
        unmapped: labels that stand for no type of the benchmark, and how many spans of each were left out.
        failed_pieces: pieces of the document without an answer that can be used; the labels are those of the others.

    """

    labels: dict[str, Any] | None
    raw: str | None = None
    tokens: tuple[int, int] = (0, 0)
    estimated: bool = False
    repairs: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    unmapped: Mapping[str, int] = {}
    failed_pieces: int = 0


class SystemFailure(Exception):  # noqa: N818 - what it is called where it is shown
    """A system gave no answer that can be used; what it did give stands in the log."""

    def __init__(self, why: str, reply: Reply | None = None) -> None:
        super().__init__(why)
        self.reply = reply


class Unreachable(SystemFailure):
    """A system that would fail on any other document in the same way.

    Attributes:
        hint: what to do about it, in a sentence.

    """

    def __init__(self, why: str, hint: str, reply: Reply | None = None) -> None:
        super().__init__(why, reply)
        self.hint = hint


def _nothing() -> None:
    pass


def unlabelled(document: Document) -> Document:
    """Take the labels off a document: what a system may see."""
    return msgspec.structs.replace(document, layers_annotated=[], entities=[], dates=[], claims=[])


class System(NamedTuple):
    """A system that can be run.

    Attributes:
        predict: labels one document; may be called from several threads at once when there is more than one job.
        card: what it says of itself.
        source: the file that it came from, or None.
        close: gives back what it holds, such as running programs.
        code: its code, as far as it can be seen; that of ``predict`` if None.
        given: all that it gets of a document, as plain values or records: an answer is kept as long as this and the
            code are what they were.
        layers: the layers that it is asked for, where that is known before it answers.
        seen: ids of documents that it was shown with their labels, as examples: they are not asked about, nor scored.
        prompt: what it is told besides a document, where it is a language model.

    """

    predict: Predict
    card: SystemCard
    source: Path | None = None
    close: Callable[[], None] = _nothing
    code: Code | None = None
    given: Callable[[Document], Any] = unlabelled
    layers: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    prompt: dict[str, Any] | None = None


class Chat(NamedTuple):
    """How a chat model is asked.

    Attributes:
        base_url: address of the endpoint, or None for that of the environment.
        temperature: of the sampling.
        seed: of the sampling, where the server has one.
        max_tokens: tokens of an answer.
        examples: examples a language, from the split ``dev``.
        form: how the server is asked for JSON: ``json_schema``, ``json_object`` or ``text``.
        layers: the layers to ask for.
        characters: characters that the examples of a language may have together.
        prompt: file with a prompt of one's own, in the place of the rules.
        pieces: characters of the pieces that documents are cut into, or None for whole documents.
        parameters: further parameters of the request by name, in the place of those above; None leaves one out.

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
    """What somebody says of a run, for adapters that need it.

    Attributes:
        timeout: seconds that an answer may take.
        card: description of the system, or None for one made of its name.
        chat: how a chat model is asked.
        benchmark: the benchmark that is run, whose labels a prompt and a map of labels are made of; the bundled one
            if None.
        label_map: of ``hf:`` and ``spacy:``, from labels of the model to types of the benchmark.

    """

    timeout: float = 600.0
    card: SystemCard | None = None
    chat: Chat = Chat()
    benchmark: Benchmark | None = None
    label_map: Mapping[str, str] = {}


USUAL = Options()


def seen(document: Document) -> dict[str, Any]:
    """Return what a system outside of this process is told of a document: plain values, and no label."""
    return {name: getattr(document, name) for name in ("id", "language", "kind", "published", "title", "text")}
