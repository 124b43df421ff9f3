"""What a system says of itself: ``system.toml`` beside its predictions."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from dragoman.schema import labels
from dragoman.schema.records import Record

SUBMITTED = ("version", "authors", "licence", "parameters", "training_data", "layers", "languages")
"""Fields that a submission has to fill in besides the name."""


class SystemCard(Record, kw_only=True):
    """A system's description. Nothing named in it is ever imported, run or fetched."""

    name: Annotated[str, Meta(min_length=1, max_length=120, description="what to call the system")]
    version: Annotated[str | None, Meta(description="the system's own version")] = None
    authors: Annotated[list[str], Meta(description="who made it")] = []
    licence: Annotated[str | None, Meta(description="SPDX expression, or words")] = None
    url: Annotated[str | None, Meta(description="where to read more; shown as text")] = None
    parameters: Annotated[str | None, Meta(description="number of trained parameters, or words")] = None
    training_data: Annotated[str | None, Meta(description="what it was trained or tuned on, in words")] = None
    layers: Annotated[
        list[labels.Layer] | None, Meta(description="layers that it attempts; those in its predictions if null")
    ] = None
    languages: Annotated[list[str] | None, Meta(description="languages that it attempts; all if null")] = None
    seen: Annotated[
        list[str], Meta(description="ids of documents that it was shown with labels; they have no score")
    ] = []
    offset_unit: Annotated[str, Meta(description="unit of its offsets")] = "code points"
    independent: Annotated[
        bool, Meta(description="whether it is independent of the gold; the passes that the gold was made with are not")
    ] = True
