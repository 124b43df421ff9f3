"""A submission: one document per line, of which only ``id`` is required.

All fields of a row of the data set are accepted, too, so that the rows are a valid submission; fields that are not
scored are ignored. Labels are plain strings here: the benchmark's label sets are checked when a submission is scored on
the benchmark, and any label is allowed when two files are scored against each other.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from dragoman.schema import labels
from dragoman.schema.records import Record
from dragoman.schema.shape import NO_CONTROL

Identifier = Annotated[str, Meta(min_length=1, pattern=NO_CONTROL)]
"""An identifier in a submission, of any length, without control characters; truncated in messages."""
Position = Annotated[int, Meta(description="offset in Unicode code points, from 0")]
Pair = Annotated[tuple[int, int], Meta(description="start and end in code points, half-open")]


class SpanObject(Record):
    """A span by offsets or by quote.

    ``{"quote": "…", "occurrence": 2}`` stands for offsets where a model cannot count.
    """

    start: Annotated[int | None, Meta(description="first code point")] = None
    end: Annotated[int | None, Meta(description="code point after the last one")] = None
    text: Annotated[str | None, Meta(description="surface; checked against the text where given")] = None
    quote: Annotated[str | None, Meta(description="words of the text, instead of offsets")] = None
    occurrence: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(description="which occurrence of the quote, from 1; absent: as --quotes says, in order by default"),
    ] = None


class PredictedEntity(SpanObject):
    """A predicted mention."""

    id: Annotated[Identifier | None, Meta(description="id within the document; needed where a claim refers to it")] = (
        None
    )
    type: Annotated[str | None, Meta(description="entity type")] = None
    form: Annotated[str | None, Meta(description="form of the mention")] = None
    entity_ids: Annotated[
        list[Identifier] | None, Meta(description="registry ids, Wikidata ids, or strings of the system's own")
    ] = None
    phenomena: Annotated[list[Identifier] | None, Meta(description="read where the file is a reference")] = None


class PredictedDate(SpanObject):
    """A predicted temporal expression."""

    id: Annotated[Identifier | None, Meta(description="id within the document")] = None
    type: Annotated[str | None, Meta(description="TIMEX3 type")] = None
    value: Annotated[str | None, Meta(description="TIMEX3 value or EDTF interval")] = None
    mod: Annotated[str | None, Meta(description="TIMEX3 modifier")] = None
    ref: Annotated[str | None, Meta(description="not scored")] = None
    earliest: Annotated[str | None, Meta(description="not scored: days follow from value, mod and type")] = None
    latest: Annotated[str | None, Meta(description="not scored: days follow from value, mod and type")] = None
    source: Annotated[str | None, Meta(description="not scored")] = None
    value_external: Annotated[str | None, Meta(description="read where the file is a reference")] = None
    earliest_external: Annotated[str | None, Meta(description="not scored")] = None
    latest_external: Annotated[str | None, Meta(description="not scored")] = None
    phenomena: Annotated[list[Identifier] | None, Meta(description="read where the file is a reference")] = None


class PredictedSegment(SpanObject):
    """A predicted segment of a document's text: one of its lines, and what it is."""

    id: Annotated[Identifier | None, Meta(description="id within the document, not scored")] = None
    kind: Annotated[str | None, Meta(description="segment kind, such as headline or body")] = None


class PredictedClaimant(SpanObject):
    """Who makes a predicted claim: an entity's id, or a span of its own, or nobody who is mentioned."""

    role: Annotated[
        str | None,
        Meta(description="MENTION, AUTHOR or IMPLICIT (which may refer back to a mention); MENTION if one is given"),
    ] = None
    mention: Annotated[
        str | Pair | None,  # a union of two annotated types crashes msgspec.inspect when the collector runs
        Meta(description="id of an entity of the same document, or start and end of its mention"),
    ] = None
    entity_ids: Annotated[list[Identifier] | None, Meta(description="ids of the claimant")] = None


class PredictedClaim(Record):
    """A predicted claim."""

    content: Annotated[list[Pair | SpanObject], Meta(min_length=1, description="one or more fragments")]
    id: Annotated[Identifier | None, Meta(description="id within the document; needed where a parent refers to it")] = (
        None
    )
    claimants: Annotated[list[PredictedClaimant] | None, Meta(description="who makes it")] = None
    cue: Annotated[list[Pair | SpanObject] | None, Meta(description="the words that attribute it")] = None
    parent: Annotated[Identifier | None, Meta(description="id of the claim that reports it")] = None
    level: Annotated[int | None, Meta(description="not scored: follows from parent")] = None
    polarity: Annotated[str | None, Meta(description="positive or negative")] = None
    modality: Annotated[str | None, Meta(description="how the content is held")] = None
    act: Annotated[str | None, Meta(description="what the claimant does in saying it")] = None
    flags: Annotated[list[str] | None, Meta(description="not scored")] = None
    about: Annotated[list[str] | None, Meta(description="not scored")] = None
    dates: Annotated[list[str] | None, Meta(description="not scored")] = None
    gloss: Annotated[str | None, Meta(description="not scored")] = None
    gloss_intended: Annotated[str | None, Meta(description="not scored")] = None
    cluster: Annotated[Identifier | None, Meta(description="shared by equivalent claims anywhere in the file")] = None
    phenomena: Annotated[list[Identifier] | None, Meta(description="read where the file is a reference")] = None


class Submission(Record):
    """One line of a submission: a document and what was found in it."""

    id: Annotated[Identifier, Meta(description="document id")]
    entities: Annotated[list[PredictedEntity] | None, Meta(description="mentions; absent: not attempted")] = None
    dates: Annotated[list[PredictedDate] | None, Meta(description="dates; absent: not attempted")] = None
    claims: Annotated[list[PredictedClaim] | None, Meta(description="claims; absent: not attempted")] = None
    segments: Annotated[list[PredictedSegment] | None, Meta(description="segments of the text, where given")] = None
    text: Annotated[str | None, Meta(description="the document's text, where the file is a reference")] = None
    language: Annotated[str | None, Meta(description="BCP 47 tag, where the file is a reference")] = None
    kind: Annotated[str | None, Meta(description="document kind, where the file is a reference")] = None
    page: Annotated[str | None, Meta(description="page id, where the file is a reference")] = None
    publisher: Annotated[str | None, Meta(description="not scored")] = None
    captured: Annotated[str | None, Meta(description="not scored")] = None
    published: Annotated[str | None, Meta(description="document time, EDTF date or interval")] = None
    published_external: Annotated[
        str | None, Meta(description="document time from outside; read where the file is a reference")
    ] = None
    published_evidence: Annotated[str | None, Meta(description="not scored")] = None
    published_external_status: Annotated[str | None, Meta(description="not scored")] = None
    published_external_evidence: Annotated[str | None, Meta(description="not scored")] = None
    title: Annotated[str | None, Meta(description="not scored")] = None
    layers_annotated: Annotated[
        list[labels.Layer] | None,
        Meta(description="where given, an empty list of a layer not named here counts as absent, as in the data set"),
    ] = None
