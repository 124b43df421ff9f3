"""The catalogue: every measure, what it means, and where it comes from. Adding a measure is a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import regex

from dragoman.measures import attribution, spans, values
from dragoman.measures.counting import Accuracy, FScore, Match
from dragoman.problems import error

if TYPE_CHECKING:
    from dragoman.schema.columns import Annotations


@dataclass(frozen=True)
class Measure:
    """A measure: how items are matched, and how counts become scores.

    Attributes:
        name: ``layer.name``; printing a measure gives it, and :func:`parse` reads it back.
        match: pairs the items of two sets of annotations.
        score: makes counts of a match and scores of counts.
        definition: what earns credit, in one sentence.
        source: the paper, standard or scorer that it follows.

    """

    name: str
    match: Callable[[Annotations, Annotations], Match] = field(repr=False)
    score: FScore | Accuracy = field(repr=False)
    definition: str = field(repr=False)
    source: str = field(repr=False)

    @property
    def layer(self) -> str:
        """The layer that it measures."""
        return self.name.partition(".")[0]

    def __str__(self) -> str:
        return self.name


def _on(layer: str, match: Callable[[Any, Any], Match]) -> Callable[[Annotations, Annotations], Match]:
    """Lift a match of one layer to a match of annotations."""
    return lambda gold, predicted: match(getattr(gold, layer), getattr(predicted, layer))


_SEMEVAL = "SemEval-2013 task 9.1 (Segura-Bedmar et al. 2013)"
_TEMPEVAL = "TempEval-3 (UzZaman et al. 2013)"

MEASURES: tuple[Measure, ...] = (
    Measure(
        "entities.strict",
        _on("entities", spans.strict),
        FScore(),
        "Same span and same type.",
        f"{_SEMEVAL}, strict",
    ),
    Measure(
        "entities.exact",
        _on("entities", spans.exact),
        FScore(),
        "Same span, whatever the type.",
        f"{_SEMEVAL}, exact boundary",
    ),
    Measure(
        "entities.type",
        _on("entities", spans.overlap_and_type),
        FScore(),
        "Spans that share a character and have the same type.",
        f"{_SEMEVAL}, type",
    ),
    Measure(
        "entities.partial",
        _on("entities", spans.partial),
        FScore(2),
        "Full credit for the same span, half for spans that share a character, whatever the type.",
        f"{_SEMEVAL}, partial boundary; MUC-5 (Chinchor and Sundheim 1993)",
    ),
    Measure(
        "dates.strict",
        _on("dates", spans.strict),
        FScore(),
        "Same span and same TIMEX3 type.",
        f"{_TEMPEVAL}, strict match, with the type",
    ),
    Measure(
        "dates.relaxed",
        _on("dates", spans.relaxed),
        FScore(),
        "Spans that share a character.",
        f"{_TEMPEVAL}, relaxed match",
    ),
    Measure(
        "dates.type",
        _on("dates", spans.overlap_and_type),
        FScore(),
        "Spans that share a character and have the same TIMEX3 type.",
        f"{_TEMPEVAL}, type F1",
    ),
    Measure(
        "dates.value",
        _on("dates", values.value),
        FScore(),
        "Spans that share a character, with values that are equal in canonical form; where gold has a value known "
        "from outside, either is right.",
        f"{_TEMPEVAL}, value F1, by canonical form instead of by string",
    ),
    Measure(
        "dates.value_string",
        _on("dates", values.value_string),
        FScore(),
        "Spans that share a character, with values that are equal as strings.",
        f"{_TEMPEVAL}, value F1",
    ),
    Measure(
        "claims.content",
        attribution.content,
        FScore(),
        "Contents with a Dice coefficient of characters of at least one half.",
        "PARC 3.0 (Pareti 2016), span overlap of attribution content; Dice 1945",
    ),
    Measure(
        "claims.attributed",
        attribution.attributed,
        FScore(),
        "Content as in claims.content, and every claimant right: mentions overlap or the predicted one falls on a "
        "mention of the same entity, AUTHOR with AUTHOR, IMPLICIT with the same ids or with none given.",
        "after citron (Newell et al. 2018) and structured sentiment (Barnes et al. 2021), made symmetric",
    ),
)

BY_NAME = {measure.name: measure for measure in MEASURES}
HEADLINE = ("entities.strict", "dates.value", "claims.attributed")
"""The headline is the mean of the micro F1 of these."""
HEADLINE_SPLIT = "test"
"""It is taken on this split and on no other."""

_LEAF_NAME = regex.compile(
    r"(?P<measure>[a-z_]+\.[a-z_]+)(?:\.(?P<leaf>[a-z0-9_]+))?(?:\[(?P<facet>[a-z_]+)=(?P<value>[^\[\]]+)\])?"
)


@dataclass(frozen=True)
class Name:
    """A parsed name such as ``entities.strict.f1[language=ar]``; printing it gives the text back.

    Attributes:
        measure: name of the measure.
        leaf: which of its scores, or None for all.
        facet: what a slice is by, or None for the whole.
        value: which slice.

    """

    measure: str
    leaf: str | None = None
    facet: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        leaf = f".{self.leaf}" if self.leaf else ""
        part = f"[{self.facet}={self.value}]" if self.facet else ""
        return f"{self.measure}{leaf}{part}"


def parse(text: str) -> Name:
    """Read a name of a score.

    Raises:
        DragomanError: E708 for a text that is no name or names no measure or leaf.

    """
    found = _LEAF_NAME.fullmatch(text, timeout=1.0)
    if found is None or found["measure"] not in BY_NAME:
        mend = f"Measures: {', '.join(BY_NAME)}."
        raise error("E708", f"there is no measure {text[:80]!r}.", mend)
    leaves = BY_NAME[found["measure"]].score.leaves
    if found["leaf"] and found["leaf"] not in leaves:
        raise error("E708", f"{found['measure']} has no score {found['leaf']!r}.", f"It has {', '.join(leaves)}.")
    return Name(found["measure"], found["leaf"], found["facet"], found["value"])


def select(names: list[str] | None) -> tuple[Measure, ...]:
    """Measures by name, layer or ``all``, in the order of the catalogue.

    Raises:
        DragomanError: E708 for a name that is none of these.

    """
    if not names or "all" in names:
        return MEASURES
    layers = {measure.layer for measure in MEASURES}
    unknown = [name for name in names if name not in BY_NAME and name not in layers]
    if unknown:
        mend = f"Layers: {', '.join(sorted(layers))}. Measures: {', '.join(BY_NAME)}."
        raise error("E708", f"there is no measure {unknown[0][:80]!r}.", mend)
    return tuple(measure for measure in MEASURES if measure.name in names or measure.layer in names)
