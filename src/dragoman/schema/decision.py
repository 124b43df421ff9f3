"""The file of an adjudicator: a decision for each difference between two passes, and for each correction.

Released gold is reviewed by others; a review has numbered points. A decision on a label, or a ruling without a label of
a pass, refers to the point that it answers.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from dragoman.schema import labels
from dragoman.schema.pass_file import QuotedClaim, QuotedDate, QuotedEntity
from dragoman.schema.records import Record

Keep = Literal["a", "b", "both", "none", "label"]
Outcome = Literal["accepted", "declined"]
Review = Annotated[str, Meta(pattern=r"^[LR][1-9][0-9]*$", description="point of a review: L a label, R a rule")]


class Decision(Record, kw_only=True):
    """A decision on one label of each pass, or on one label of one pass, or on a label that neither has.

    A later decision on the same label overrides an earlier one.
    """

    document: Annotated[str, Meta(description="document id")]
    layer: Annotated[labels.Layer, Meta(description="layer of the labels")]
    a: Annotated[str | None, Meta(description="id of the label in pass a, or null if it has none")] = None
    b: Annotated[str | None, Meta(description="id of the label in pass b, or null if it has none")] = None
    keep: Annotated[
        Keep, Meta(description="whose label becomes gold: a's, b's, both, none, or the label that is written here")
    ]
    entity: Annotated[QuotedEntity | None, Meta(description="the label, for entities, where keep is `label`")] = None
    date: Annotated[QuotedDate | None, Meta(description="the label, for dates, where keep is `label`")] = None
    claim: Annotated[
        QuotedClaim | None,
        Meta(description="the label, for claims, where keep is `label`; it refers to other labels as in `a:e12`"),
    ] = None
    reason: Annotated[str, Meta(min_length=10, description="why, by the guidelines and the text")]
    review: Annotated[Review | None, Meta(description="the point of a review that it answers")] = None


class Ruling(Record, kw_only=True):
    """An answer to a point of a review that decides no label: on a rule, on the registry, or to leave all as it is."""

    review: Review
    document: Annotated[str | None, Meta(description="document id, or null where it is about no single document")] = (
        None
    )
    outcome: Annotated[Outcome, Meta(description="whether the point is taken or turned down")]
    ruling: Annotated[str, Meta(min_length=10, description="what holds now, and where it is written")]
    reason: Annotated[str, Meta(min_length=10, description="why")]


class Identity(Record, kw_only=True):
    """Which entity of the registry each pass meant by its ids; an id that is not listed is the registry's own."""

    a: dict[str, str] = {}
    b: dict[str, str] = {}
    control: dict[str, str] = {}
    control_2: dict[str, str] = {}
    control_3: dict[str, str] = {}
