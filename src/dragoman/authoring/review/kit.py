"""Records of a review kit: the cards that readers see, and the key, which stays with the maintainer."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from dragoman import files, json_text
from dragoman.schema.labels import Layer
from dragoman.schema.records import Record

Passes = Literal["agree", "differ", "unknown"]
"""Whether both passes agree on a label; ``unknown`` if gold was not made from passes."""
Verdict = Literal["right", "wrong", "unsure"]
"""A reader's answer: a label is right or wrong; of a document, nothing ("right") or something ("wrong") was missed."""
VERDICTS: tuple[Verdict, ...] = ("right", "wrong", "unsure")
KEY = "key.json"
"""Name of the file with the key to a kit."""


class Card(Record, kw_only=True):
    """A question for a reader: about a label, or about labels missed in a document."""

    id: Annotated[str, Meta(description="`q1` …, in the order asked")]
    part: Annotated[Literal[1, 2], Meta(description="1: the random sample, which gives the estimate; 2: the rest")]
    kind: Literal["label", "missed"]
    layer: Annotated[Layer | None, Meta(description="layer of the label; null for what was missed")] = None
    document: Annotated[str, Meta(description="document id")]
    title: str | None = None
    published: Annotated[str | None, Meta(description="day of publication as it is shown, or null")] = None
    lines: Annotated[
        list[list[tuple[str, list[str]]]],
        Meta(description="lines of the text in pieces, each with its marks: `main`, `cue`, `claimant`, or layers"),
    ]
    english: Annotated[list[str], Meta(description="English lines and gloss, shown on request")] = []
    facts: Annotated[list[tuple[str, str]], Meta(description="what the label says: names and values as shown")] = []
    question: str
    count: Annotated[int, Meta(ge=1, description="equal labels of the document that the card stands for")] = 1


class Kit(Record, kw_only=True):
    """Content of the page; its hash identifies the kit."""

    benchmark: str
    version: str
    language: Annotated[str, Meta(description="BCP 47 tag of the language that is reviewed")]
    interface: Annotated[str, Meta(description="BCP 47 tag of the language that the page speaks")]
    reader: Annotated[int, Meta(ge=1, description="for which of the readers it is made, from 1")] = 1
    words: Annotated[dict[str, str], Meta(description="words of the page")]
    cards: list[Card]

    def digest(self) -> str:
        """Return the SHA-256 of the content."""
        return files.sha256(json_text.pretty(self))


class KeyLabel(Record, kw_only=True):
    """A gold label that a card represents, and the labels of the passes that it comes from."""

    id: str
    a: str | None = None
    b: str | None = None


class KeyCard(Record, kw_only=True):
    """What a card is about, and why it is in the kit."""

    part: Literal[1, 2]
    document: str
    layer: Layer | None = None
    labels: list[KeyLabel] = []
    passes: Passes = "unknown"
    planted: Annotated[str | None, Meta(description="what was made wrong on purpose; null for real labels")] = None


class Stratum(Record, kw_only=True):
    """A stratum that part one was drawn from."""

    layer: Layer
    passes: Passes
    cards: Annotated[int, Meta(ge=0, description="cards that there are")]
    labels: Annotated[int, Meta(ge=0, description="labels that these stand for")]


class Key(Record, kw_only=True):
    """The key to the kits of all readers of one language: ``key.json``."""

    schema_version: Literal["1"] = "1"
    benchmark: str
    version: str
    gold: Annotated[str, Meta(description="SHA-256 of the labels that were asked about")]
    language: str
    seed: int
    kits: Annotated[list[str], Meta(description="hashes of the kits, reader by reader")]
    asked: Annotated[list[list[str]], Meta(description="ids of the cards of each kit")]
    answers: Annotated[dict[str, Verdict], Meta(description="words for answers in the spreadsheet")]
    strata: list[Stratum]
    cards: dict[str, KeyCard]

    def __post_init__(self) -> None:
        if len(self.kits) != len(self.asked):
            raise ValueError("`asked` must have a list for each kit")
        unknown = sorted({name for kit in self.asked for name in kit} - self.cards.keys())
        if unknown:
            raise ValueError(f"`cards` has no {unknown[0][:40]!r}, which is in `asked`")
        strata = {(stratum.layer, stratum.passes) for stratum in self.strata}
        for name, card in self.cards.items():
            if card.layer is None or card.planted is not None:
                continue
            if not card.labels:
                raise ValueError(f"the card {name[:40]!r} is about a label, and has none")
            if card.part == 1 and (card.layer, card.passes) not in strata:
                raise ValueError(f"`strata` has none for {card.layer}, {card.passes}, of the card {name[:40]!r}")


class Answer(Record, kw_only=True):
    """A reader's answer to a card."""

    answer: Verdict | None = None
    comment: Annotated[str, Meta(max_length=4000)] = ""


class Returned(Record, kw_only=True):
    """The file that a reader returns."""

    dragoman_review: Literal["1"]
    kit: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", description="hash of the kit")]
    copy: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,64}$", description="drawn when the page was first opened")]
    reader: Annotated[str, Meta(max_length=200, description="name as the reader wishes it, or empty")] = ""
    native: Annotated[bool | None, Meta(description="whether the reader says to be a native reader")] = None
    answers: dict[str, Answer]
