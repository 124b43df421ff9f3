"""The catalogue: every measure, what it means, and where it comes from. Adding a measure is a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import regex

from dragoman.measures import applicability, claims, clitics, clusters, date_values, links, page_layer, spans
from dragoman.measures.scores import Accuracy, FScore, Match, Score
from dragoman.problems import error

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dragoman.annotations import Annotations


@dataclass(frozen=True)
class Measure:
    """A measure: how items are matched, and how counts become scores.

    Attributes:
        name: ``layer.name``; printing a measure gives it, and :func:`parse` reads it back.
        match: pairs the items of two sets of annotations.
        score: makes counts of a match and scores of counts.
        definition: what earns credit, in one sentence.
        source: the paper, standard or scorer that it follows.
        defined: which documents it can be taken on besides needing gold, shape (documents,); None for all.
        by_type: whether it is also taken on the items of each type alone.
        alone: pairs items so that the pairs of each type are those that ``match`` makes on items of that type alone;
            scores by type then follow from one match of all items. None where there is no such thing.

    """

    name: str
    match: Callable[[Annotations, Annotations], Match] = field(repr=False)
    score: Score = field(repr=False)
    definition: str = field(repr=False)
    source: str = field(repr=False)
    defined: Callable[[Annotations, Annotations], NDArray[np.bool_]] | None = field(default=None, repr=False)
    by_type: bool = field(default=True, repr=False)
    alone: Callable[[Annotations, Annotations], Match] | None = field(default=None, repr=False)

    @property
    def layer(self) -> str:
        """The layer that it measures."""
        return self.name.partition(".")[0]

    def __str__(self) -> str:
        return self.name


def _on(layer: str, match: Callable[[Any, Any], Match]) -> Callable[[Annotations, Annotations], Match]:
    """Lift a match of one layer to a match of annotations."""
    return lambda gold, predicted: match(getattr(gold, layer), getattr(predicted, layer))


_STRICT = {layer: _on(layer, spans.strict) for layer in ("entities", "dates")}
_TYPE = {layer: _on(layer, spans.overlap_and_type) for layer in ("entities", "dates")}

_SPLIT = "Clusters and alignment are those of the whole split, and intervals are conditional on them."


def _clusters(
    layer: str,
    match: Callable[[Annotations, Annotations], Match],
    what: str,
    where: Callable[[Annotations, Annotations], NDArray[np.bool_]] | None = None,
) -> tuple[Measure, ...]:
    """Make the cluster measures of a layer."""
    definitions = {
        "muc": ("links of a cluster that the other side keeps.", "MUC-6 (Vilain et al. 1995)"),
        "b_cubed": (
            "for each member the share of its cluster that the other side keeps with it.",
            "Bagga and Baldwin 1998",
        ),
        "ceaf_e": (
            "similarity 2·common / (own + other) of the clusters, aligned one to one at best.",
            "CEAF, φ4 (Luo 2005)",
        ),
        "lea": (
            "links resolved, clusters weighted by size; a singleton has a link to itself.",
            "Moosavi and Strube 2016",
        ),
    }
    single = tuple(
        Measure(
            f"{layer}.{name}",
            match,
            clusters.ClusterScore(name),
            f"{what}: {text} {_SPLIT}",
            source,
            where,
            by_type=False,
        )
        for name, (text, source) in definitions.items()
    )
    mean = "mean of the F1 of MUC, B³ and CEAF-e."
    conll = Measure(
        f"{layer}.conll",
        match,
        clusters.ConllMean(),
        f"{what}: {mean} {_SPLIT}",
        "CoNLL-2012 (Pradhan et al. 2014)",
        where,
        by_type=False,
    )
    return (*single, conll)


_SEMEVAL = "SemEval-2013 task 9.1 (Segura-Bedmar et al. 2013)"
_TEMPEVAL = "TempEval-3 (UzZaman et al. 2013)"

MEASURES: tuple[Measure, ...] = (
    Measure(
        "entities.strict",
        _STRICT["entities"],
        FScore(),
        "Same span and same type.",
        f"{_SEMEVAL}, strict",
        alone=_STRICT["entities"],
    ),
    Measure(
        "entities.exact",
        _on("entities", spans.exact),
        FScore(),
        "Same span, whatever the type.",
        f"{_SEMEVAL}, exact boundary",
        alone=_STRICT["entities"],
    ),
    Measure(
        "entities.type",
        _TYPE["entities"],
        FScore(),
        "Spans that share a character and have the same type.",
        f"{_SEMEVAL}, type",
        alone=_TYPE["entities"],
    ),
    Measure(
        "entities.partial",
        _on("entities", spans.partial),
        FScore(2),
        "Full credit for the same span, half for spans that share a character, whatever the type.",
        f"{_SEMEVAL}, partial boundary; MUC-5 (Chinchor and Sundheim 1993)",
        alone=_on("entities", spans.partial_of_type),
    ),
    Measure(
        "entities.clitic",
        clitics.clitic,
        FScore(),
        "Same type, and the same span but for listed particles (Korean), proclitics or the article (Arabic) at its "
        "edges; needs texts. Its gap to entities.strict is what segmentation costs.",
        "defined here",
        defined=applicability.by_texts,
        alone=clitics.clitic,
    ),
    Measure(
        "entities.linked",
        links.linked,
        FScore(),
        "Same span and the same set of known entities, among mentions that have any (own strings are none).",
        "strong_all_match of the TAC KBP entity linking scorer (Hachey et al. 2014), for sets of ids",
        defined=applicability.by_links,
    ),
    *_clusters(
        "entities",
        clusters.entity_clusters,
        "Mentions of the same span, clustered over the split by entity ids",
        applicability.by_ids,
    ),
    Measure(
        "dates.strict",
        _STRICT["dates"],
        FScore(),
        "Same span and same TIMEX3 type.",
        f"{_TEMPEVAL}, strict match, with the type",
        alone=_STRICT["dates"],
    ),
    Measure(
        "dates.relaxed",
        _on("dates", spans.relaxed),
        FScore(),
        "Spans that share a character.",
        f"{_TEMPEVAL}, relaxed match",
        alone=_TYPE["dates"],
    ),
    Measure(
        "dates.type",
        _TYPE["dates"],
        FScore(),
        "Spans that share a character and have the same TIMEX3 type.",
        f"{_TEMPEVAL}, type F1",
        alone=_TYPE["dates"],
    ),
    Measure(
        "dates.value",
        _on("dates", date_values.value),
        FScore(),
        "Spans that share a character, with values that are equal in canonical form; where gold has a value known "
        "from outside, either is right.",
        f"{_TEMPEVAL}, value F1, by canonical form instead of by string",
    ),
    Measure(
        "dates.value_string",
        _on("dates", date_values.value_string),
        FScore(),
        "Spans that share a character, with values that are equal as strings.",
        f"{_TEMPEVAL}, value F1",
    ),
    Measure(
        "dates.interval",
        _on("dates", date_values.interval),
        FScore(date_values.SCALE),
        "Spans that share a character, credited with the Jaccard coefficient of the days that they mean; dates that "
        "mean no closed interval of days are left out on either side.",
        "defined here; Jaccard 1901",
    ),
    Measure(
        "claims.content",
        claims.content,
        FScore(),
        "Contents with a Dice coefficient of characters of at least one half.",
        "PARC 3.0 (Pareti 2016), span overlap of attribution content; Dice 1945",
    ),
    Measure(
        "claims.attributed",
        claims.attributed,
        FScore(),
        "Content as in claims.content, and every claimant right: mentions overlap or the predicted one falls on a "
        "mention of the same entity, AUTHOR with AUTHOR, IMPLICIT with the same ids or with none given.",
        "after citron (Newell et al. 2018) and structured sentiment (Barnes et al. 2021), made symmetric",
    ),
    Measure(
        "claims.soft",
        claims.soft,
        FScore(claims.SCALE),
        "The pairs of claims.content, each credited with its Dice coefficient.",
        "after the weighted span overlap of structured sentiment (Barnes et al. 2021), one to one",
    ),
    Measure(
        "claims.cue",
        claims.cue,
        Accuracy(),
        "Among matched claims: cues with a Dice coefficient of at least one half, or none on either side.",
        "PARC 3.0 (Pareti 2016)",
    ),
    Measure(
        "claims.chain",
        claims.chain,
        Accuracy(),
        "Among matched claims: the whole line of parents is matched to the other side's.",
        "defined here",
    ),
    *(
        Measure(
            f"claims.{name}",
            claims.attribute(name),
            Accuracy(),
            f"Among matched claims that have a {name} in gold: the same {name}.",
            "accuracy on matched items, as for event attributes in TempEval-3 (UzZaman et al. 2013)",
        )
        for name in ("polarity", "modality", "act")
    ),
    *_clusters("claims", claims.claim_clusters, "Claims matched by content, clustered over the split by equivalence"),
    Measure(
        "pages.segments",
        page_layer.kinds,
        Accuracy(),
        "Lines of the document's text for which a predicted segment has the same bounds and the same kind, over all "
        "lines; where a system gives segments.",
        "defined here",
        defined=applicability.by_segments,
        by_type=False,
    ),
    Measure(
        "pages.boundaries",
        page_layer.boundaries,
        FScore(),
        "Segments with the same bounds, whatever their kinds; where a system gives segments.",
        "exact boundary F1, as for spans",
        defined=applicability.by_segments,
        by_type=False,
    ),
    Measure(
        "pages.published",
        page_layer.published,
        Accuracy(),
        "Among documents for which both sides give a document time: equal in canonical form, by either tier of gold.",
        "defined here",
        defined=applicability.by_times,
        by_type=False,
    ),
    Measure(
        "pages.published_overlap",
        page_layer.published_overlap,
        Accuracy(date_values.SCALE),
        "Among documents for which both sides give a document time: Jaccard coefficient of the days that they mean.",
        "defined here; Jaccard 1901",
        defined=applicability.by_times,
        by_type=False,
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
        hint = f"Measures: {', '.join(BY_NAME)}."
        raise error("E708", f"there is no measure {text[:80]!r}.", hint)
    leaves = BY_NAME[found["measure"]].score.leaves
    if found["leaf"] and found["leaf"] not in leaves:
        raise error("E708", f"{found['measure']} has no score {found['leaf']!r}.", f"It has {', '.join(leaves)}.")
    return Name(found["measure"], found["leaf"], found["facet"], found["value"])


def of_whole(measure: Measure) -> bool:
    """Whether a measure needs all documents at once: counts of a document then depend on the others."""
    return isinstance(measure.score, clusters.ClusterScore | clusters.ConllMean)


def without_singletons(measures: Iterable[Measure]) -> tuple[Measure, ...]:
    """Let cluster measures leave clusters of one mention out; the others stay as they are."""
    return tuple(
        replace(measure, match=partial(_without_singletons, measure.match)) if of_whole(measure) else measure
        for measure in measures
    )


def _without_singletons(
    match: Callable[[Annotations, Annotations], Match], gold: Annotations, predicted: Annotations
) -> Match:
    found = match(gold, predicted)
    assert isinstance(found, clusters.Clustering)
    return clusters.without_singletons(found)


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
        hint = f"Layers: {', '.join(sorted(layers))}. Measures: {', '.join(BY_NAME)}."
        raise error("E708", f"there is no measure {unknown[0][:80]!r}.", hint)
    return tuple(measure for measure in MEASURES if measure.name in names or measure.layer in names)
