"""The format in which annotators write labels: as quotes, which are converted to offsets.

A pass is the work of one annotator: a folder with one file per document, a ``registry.json`` of entities, and a
``claim_links.json``. A span is given by the line of the document's text, a quote from it, and the occurrence in that
line if there are several.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from dragoman.schema import labels
from dragoman.schema.records import Record

GOLD_PASSES = ("a", "b")
"""Names of the passes that gold is made from."""
CONTROLS = ("control", "control_2", "control_3")
"""Names of passes that are not part of the gold: made later to measure whether the guidelines are reproducible."""
NOT_DOCUMENTS = frozenset({"registry", "claim_links", "record"})
"""Names, without ``.json``, of the files of a pass that are not a document's labels."""


class Quote(Record, kw_only=True):
    """A span by quotation."""

    line: Annotated[int, Meta(ge=1, description="line of the document's text, from 1")]
    quote: Annotated[str, Meta(min_length=1, description="words of that line, letter for letter")]
    occurrence: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(description="which occurrence in the line, from 1; given exactly where there are several"),
    ] = None


class QuotedEntity(Quote, kw_only=True):
    """A mention, see :class:`dragoman.schema.records.Entity`."""

    id: str
    type: labels.EntityType
    form: labels.EntityForm
    entity_ids: list[str]
    phenomena: list[labels.Phenomenon] = []


class QuotedDate(Quote, kw_only=True):
    """A temporal expression, see :class:`dragoman.schema.records.Date`; its days follow from value and mod."""

    id: str
    type: labels.DateType
    value: str
    mod: labels.DateMod | None = None
    ref: str = "none"
    source: labels.DateSource = "text"
    value_external: str | None = None
    phenomena: list[labels.Phenomenon] = []


class QuotedClaimant(Record, kw_only=True):
    """Who makes a claim, see :class:`dragoman.schema.records.Claimant`."""

    role: labels.ClaimantRole
    mention: str | None = None
    entity_ids: list[str] = []


class QuotedClaim(Record, kw_only=True):
    """A claim, see :class:`dragoman.schema.records.Claim`; its level follows from its parents."""

    id: str
    content: Annotated[list[Quote], Meta(min_length=1)]
    claimants: Annotated[list[QuotedClaimant], Meta(min_length=1)]
    cue: list[Quote] = []
    parent: str | None = None
    polarity: labels.Polarity
    modality: labels.Modality
    act: labels.Act
    flags: list[labels.Flag] = []
    about: list[str] = []
    dates: list[str] = []
    gloss: Annotated[str, Meta(min_length=1)]
    gloss_intended: str | None = None
    cluster: str | None = None
    phenomena: list[labels.Phenomenon] = []


class QuotedLabels(Record, kw_only=True):
    """All labels of one document, as written by an annotator."""

    document: str
    entities: list[QuotedEntity] = []
    dates: list[QuotedDate] = []
    claims: list[QuotedClaim] = []
