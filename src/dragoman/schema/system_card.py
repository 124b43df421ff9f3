"""The system card: ``system.toml`` next to the predictions."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from dragoman.schema import labels
from dragoman.schema.records import Record

SUBMITTED = ("version", "authors", "licence", "parameters", "training_data", "layers", "languages")
"""Fields that a submission has to fill in besides the name."""

Resource = Literal["text", "dev", "registry", "passes", "reading", "web"]
Track = Literal["closed", "open"]
CLOSED: frozenset[Resource] = frozenset({"text", "dev"})
"""Resources of the closed track; rows of the registry that dev uses belong to dev."""


class SystemCard(Record, kw_only=True):
    """A system's description. Nothing named in it is ever imported, run or fetched."""

    name: Annotated[str, Meta(min_length=1, max_length=120, description="what to call the system")]
    version: Annotated[str | None, Meta(description="the system's own version")] = None
    authors: Annotated[list[str], Meta(description="who made it")] = []
    licence: Annotated[str | None, Meta(description="SPDX expression, or words")] = None
    url: Annotated[str | None, Meta(description="where to read more; shown as text")] = None
    parameters: Annotated[
        str | None, Meta(description="of what it is made, in words: models, their size, thresholds")
    ] = None
    parameter_count: Annotated[
        Annotated[int, Meta(ge=0, le=10**15)] | None,
        Meta(
            description="number of trained parameters of all models that it runs, for boards to filter by; 0 where "
            "nothing is trained, null where it is not known",
        ),
    ] = None
    training_data: Annotated[str | None, Meta(description="what it was trained or tuned on, in words")] = None
    layers: Annotated[
        list[labels.Layer] | None, Meta(description="layers that it attempts; those in its predictions if null")
    ] = None
    languages: Annotated[list[str] | None, Meta(description="languages that it attempts; all if null")] = None
    resources: Annotated[
        list[Resource] | None,
        Meta(
            description="what it used: the documents' `text`, the labels of `dev`, `registry` beyond the rows that dev "
            "uses, the annotators' `passes`, the `reading` aid, the `web`; null where that is not said"
        ),
    ] = None
    weights: Annotated[
        Literal["open", "closed", "none"] | None,
        Meta(description="whether its trained weights are available; `none` if it has none, null if unknown"),
    ] = None
    offset_unit: Annotated[str, Meta(description="unit of its offsets")] = "code points"
    independent: Annotated[
        bool, Meta(description="whether it is independent of the gold; the passes that the gold was made with are not")
    ] = True
    control: Annotated[
        bool, Meta(description="whether it is the annotators' control: a blind annotation that is no part of the gold")
    ] = False

    chance: Annotated[
        bool, Meta(description="whether its answers are drawn at random: it shows what chance reaches")
    ] = False

    @property
    def track(self) -> Track:
        """``closed`` if the card lists only resources in :data:`CLOSED`; ``open`` otherwise, or without a list."""
        return "closed" if self.resources is not None and CLOSED.issuperset(self.resources) else "open"

    @property
    def seen_dev(self) -> bool:
        """Whether it was trained on or prompted with dev: it has no score there, and tables show "seen"."""
        return "dev" in (self.resources or ())
