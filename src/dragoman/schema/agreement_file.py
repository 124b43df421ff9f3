"""The agreement of the annotation passes, ``annotations/agreement.json``, as far as the card shows it."""

from __future__ import annotations

import msgspec

from dragoman.schema.result_file import Ends


class Score(msgspec.Struct):
    """A score with its interval: F1, or accuracy."""

    f1: float | None = None
    accuracy: float | None = None
    interval: Ends | None = None


class Alpha(msgspec.Struct):
    """Krippendorff's alpha of an attribute, and of how many items."""

    alpha: float | None
    interval: Ends | None
    items: int


class Scores(msgspec.Struct):
    """Scores by measure; None where there are no labels."""

    scores: dict[str, Score | None]


class Passes(Scores):
    """Agreement of two passes."""

    alpha: dict[str, Alpha]


class Control(Scores):
    """Agreement of a control pass with the gold."""

    documents: int
    without_reviewed: Scores


class Agreement(msgspec.Struct):
    """What the card shows of ``annotations/agreement.json``; all parts have the same measures and attributes.

    Attributes:
        passes: agreement of the two passes.
        passes_without_quoted: the same without the labels that the annotators had seen quoted.
        with_gold_not_independent: scores of each pass against the gold, by measure.
        controls_with_gold: the same of the control passes.

    """

    passes: Passes
    passes_without_quoted: Passes
    with_gold_not_independent: dict[str, dict[str, Score | None]]
    controls_with_gold: dict[str, Control]

    def __post_init__(self) -> None:
        parts = {
            "passes_without_quoted": self.passes_without_quoted.scores,
            **self.with_gold_not_independent,
            **{name: control.scores for name, control in self.controls_with_gold.items()},
            **{
                f"{name} without reviewed labels": control.without_reviewed.scores
                for name, control in self.controls_with_gold.items()
            },
        }
        for name, scores in parts.items():
            if lacking := self.passes.scores.keys() - scores.keys():
                raise ValueError(f"{name[:80]} has no score {min(lacking)[:80]!r}, which `passes` has")
        if lacking := self.passes.alpha.keys() - self.passes_without_quoted.alpha.keys():
            raise ValueError(f"passes_without_quoted has no alpha of {min(lacking)[:80]!r}, which `passes` has")
