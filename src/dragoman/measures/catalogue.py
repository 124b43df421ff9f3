"""The catalogue: every measure, what it means, and where it comes from; and a way to add to it from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
import regex

from dragoman.annotations import NULL
from dragoman.measures import claims, clitics, clusters, date_values, links, page_layer, seen, spans
from dragoman.measures.measure import Measure
from dragoman.measures.scores import Accuracy, FScore, Match
from dragoman.problems import DragomanError, error

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.measures.pair import Pair
    from dragoman.measures.seen import Seen

    Bools = NDArray[np.bool_]


@cache
def _on(layer: str, match: Callable[[Pair, str], Match]) -> Callable[[Pair], Match]:
    """Fix the layer of a match of spans; the same match is the same object."""
    return lambda pair: match(pair, layer)


def _with_texts(pair: Pair) -> Bools:
    """Documents whose text is known."""
    return np.array([text is not None for text in pair.gold.texts], bool)


def _with_segments(pair: Pair) -> Bools:
    """Documents with segments in gold."""
    known = np.zeros(len(pair), bool)
    known[pair.gold.segments.doc] = True
    return known


def _with_times(pair: Pair) -> Bools:
    """Documents with a time in gold."""
    known: Bools = (pair.gold.published.codes != NULL) | (pair.gold.published_external.codes != NULL)
    return known


_SPLIT = "Clusters and alignment are those of the whole split, and intervals are conditional on them."


def _clusters(
    layer: str,
    match: Callable[[Pair], Match],
    what: str,
    requires: Callable[[Seen], bool] | None = None,
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
            requires=requires,
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
        requires=requires,
        by_type=False,
    )
    return (*single, conll)


_SEMEVAL = "SemEval-2013 task 9.1 (Segura-Bedmar et al. 2013)"
_TEMPEVAL = "TempEval-3 (UzZaman et al. 2013)"

MEASURES: tuple[Measure, ...] = (
    Measure(
        "entities.strict",
        _on("entities", spans.strict),
        FScore(),
        "Same span and same type.",
        f"{_SEMEVAL}, strict",
        match_by_type=_on("entities", spans.strict),
    ),
    Measure(
        "entities.exact",
        _on("entities", spans.exact),
        FScore(),
        "Same span, whatever the type.",
        f"{_SEMEVAL}, exact boundary",
        match_by_type=_on("entities", spans.strict),
    ),
    Measure(
        "entities.type",
        _on("entities", spans.overlap_and_type),
        FScore(),
        "Spans that share a character and have the same type.",
        f"{_SEMEVAL}, type",
        match_by_type=_on("entities", spans.overlap_and_type),
    ),
    Measure(
        "entities.partial",
        _on("entities", spans.partial),
        FScore(2),
        "Full credit for the same span, half for spans that share a character, whatever the type.",
        f"{_SEMEVAL}, partial boundary; MUC-5 (Chinchor and Sundheim 1993)",
        match_by_type=_on("entities", spans.partial_of_type),
    ),
    Measure(
        "entities.clitic",
        clitics.clitic,
        FScore(),
        "Same type, and the same span but for listed particles (Korean), proclitics or the article (Arabic) at its "
        "edges; needs texts. Its gap to entities.strict is what segmentation costs.",
        "defined here",
        where=_with_texts,
        match_by_type=clitics.clitic,
    ),
    Measure(
        "entities.linked",
        links.linked,
        FScore(),
        "Same span and the same set of known entities, among mentions that have any (own strings are none).",
        "strong_all_match of the TAC KBP entity linking scorer (Hachey et al. 2014), for sets of ids",
        requires=seen.both_link,
    ),
    *_clusters(
        "entities",
        clusters.entity_mentions,
        "Mentions of the same span, clustered over the split by entity ids",
        seen.both_have_ids,
    ),
    Measure(
        "dates.strict",
        _on("dates", spans.strict),
        FScore(),
        "Same span and same TIMEX3 type.",
        f"{_TEMPEVAL}, strict match, with the type",
        match_by_type=_on("dates", spans.strict),
    ),
    Measure(
        "dates.relaxed",
        _on("dates", spans.relaxed),
        FScore(),
        "Spans that share a character.",
        f"{_TEMPEVAL}, relaxed match",
        match_by_type=_on("dates", spans.overlap_and_type),
    ),
    Measure(
        "dates.type",
        _on("dates", spans.overlap_and_type),
        FScore(),
        "Spans that share a character and have the same TIMEX3 type.",
        f"{_TEMPEVAL}, type F1",
        match_by_type=_on("dates", spans.overlap_and_type),
    ),
    Measure(
        "dates.value",
        date_values.value,
        FScore(),
        "Spans that share a character, with values that are equal in canonical form; where gold has a value known "
        "from outside, either is right.",
        f"{_TEMPEVAL}, value F1, by canonical form instead of by string",
    ),
    Measure(
        "dates.value_string",
        date_values.value_string,
        FScore(),
        "Spans that share a character, with values that are equal as strings.",
        f"{_TEMPEVAL}, value F1",
    ),
    Measure(
        "dates.interval",
        date_values.interval,
        FScore(spans.SCALE),
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
        FScore(spans.SCALE),
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
            partial(claims.attribute, name=name),
            Accuracy(),
            f"Among matched claims that have a {name} in gold: the same {name}.",
            "accuracy on matched items, as for event attributes in TempEval-3 (UzZaman et al. 2013)",
            attribute=name,
        )
        for name in ("polarity", "modality", "act")
    ),
    *_clusters("claims", claims.claim_mentions, "Claims matched by content, clustered over the split by equivalence"),
    Measure(
        "pages.segments",
        page_layer.kinds,
        Accuracy(),
        "Lines of the document's text for which a predicted segment has the same bounds and the same kind, over all "
        "lines; where a system gives segments.",
        "defined here",
        where=_with_segments,
        requires=seen.has_segments,
        by_type=False,
    ),
    Measure(
        "pages.boundaries",
        page_layer.boundaries,
        FScore(),
        "Segments with the same bounds, whatever their kinds; where a system gives segments.",
        "exact boundary F1, as for spans",
        where=_with_segments,
        requires=seen.has_segments,
        by_type=False,
    ),
    Measure(
        "pages.published",
        page_layer.published,
        Accuracy(),
        "Among documents for which both sides give a document time: equal in canonical form, by either tier of gold.",
        "defined here",
        where=_with_times,
        requires=seen.has_times,
        by_type=False,
    ),
    Measure(
        "pages.published_overlap",
        page_layer.published_overlap,
        Accuracy(spans.SCALE),
        "Among documents for which both sides give a document time: Jaccard coefficient of the days that they mean.",
        "defined here; Jaccard 1901",
        where=_with_times,
        requires=seen.has_times,
        by_type=False,
    ),
)

HEADLINE = ("entities.strict", "dates.value", "claims.attributed")
"""The headline is the mean of the micro F1 of these."""
HEADLINE_SPLIT = "test"
"""It is taken on this split and on no other."""

_BUILT_IN = __name__
_REGISTERED: dict[str, tuple[Measure, str]] = {measure.name: (measure, _BUILT_IN) for measure in MEASURES}
_FAMILIES: dict[str, tuple[Callable[[float], Measure], str]] = {}

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_SCORE_NAME = regex.compile(
    rf"(?P<measure>[a-z_]+\.[a-z0-9_]+(?:\({_NUMBER}\))?)"
    r"(?:\.(?P<leaf>[a-z0-9_]+))?(?:\[(?P<facet>[a-z_]+)=(?P<value>[^\[\]]+)\])?"
)
_FAMILY_NAME = regex.compile(rf"(?P<family>[a-z_]+\.[a-z0-9_]+)\((?P<parameter>{_NUMBER})\)")


def register(measure: Measure) -> Measure:
    """Add a measure from outside the package; every door then takes it by its name.

    >>> from dragoman.measures import Measure, FScore, catalogue, spans
    >>> catalogue.register(
    ...     Measure("dates.spans", lambda pair: spans.exact(pair, "dates"), FScore(), "Same span.", "a recipe")
    ... )
    dates.spans

    Raises:
        DragomanError: E708 for a name that has another form, or belongs to the catalogue.

    """
    if _SCORE_NAME.fullmatch(measure.name) is None or _SCORE_NAME.fullmatch(measure.name)["leaf"] is not None:
        raise error("E708", f"{measure.name[:80]!r} cannot be the name of a measure.", "Name it as in entities.mine.")
    if measure.name in BY_NAME:
        raise error("E708", f"there is a measure {measure.name!r} already.", "Give it another name.")
    _REGISTERED[measure.name] = (measure, getattr(measure.match, "__module__", None) or _BUILT_IN)
    return measure


def register_family(name: str, make: Callable[[float], Measure]) -> None:
    """Add measures that have one number as parameter: ``entities.overlap`` makes ``entities.overlap(0.5)``.

    Args:
        name: ``layer.name``.
        make: makes the measure of a parameter, named ``name(parameter)``; raises ValueError for one out of range.

    """
    _FAMILIES[name] = (make, make.__module__)


def measure(name: str) -> Measure:
    """Find a measure by its name.

    >>> measure("entities.overlap(0.5)")
    entities.overlap(0.5)

    Raises:
        DragomanError: E708 for a name that no measure has.

    """
    if name in _REGISTERED:
        return _REGISTERED[name][0]
    parts = _FAMILY_NAME.fullmatch(name, timeout=1.0)
    if parts is None or parts["family"] not in _FAMILIES:
        others = [*_REGISTERED, *(f"{family}(…)" for family in _FAMILIES)]
        raise error("E708", f"there is no measure {name[:80]!r}.", f"Measures: {', '.join(others)}.")
    try:
        made = _FAMILIES[parts["family"]][0](float(parts["parameter"]))
    except ValueError as cause:
        raise error("E708", f"there is no measure {name[:80]!r}: {cause}.", "Give another parameter.") from None
    return _REGISTERED.setdefault(made.name, (made, _FAMILIES[parts["family"]][1]))[0]


def home(name: str) -> str:
    """Name the module that registers a measure."""
    return _REGISTERED[name][1] if name in _REGISTERED else _BUILT_IN


def _entities_overlap(threshold: float) -> Measure:
    if not 0 < threshold <= 1:
        raise ValueError("the threshold is above 0 and at most 1")
    return Measure(
        f"entities.overlap({threshold:g})",
        partial(spans.overlap_of, layer="entities", threshold=threshold),
        FScore(),
        f"Spans whose intersection over union is at least {threshold:g}, whatever the type.",
        "intersection over union: Jaccard 1901",
    )


register_family("entities.overlap", _entities_overlap)

BY_NAME = {measure.name: measure for measure in MEASURES}
"""The measures that are taken where none is asked for."""


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

    >>> parse("entities.strict.f1[language=ar]").value
    'ar'

    Raises:
        DragomanError: E708 for a text that is no name or names no measure or leaf.

    """
    parts = _SCORE_NAME.fullmatch(text, timeout=1.0)
    if parts is None:
        raise error("E708", f"there is no measure {text[:80]!r}.", f"Measures: {', '.join(_REGISTERED)}.")
    found = measure(parts["measure"])
    leaves = found.score.leaves
    if parts["leaf"] and parts["leaf"] not in leaves:
        raise error("E708", f"{found} has no score {parts['leaf']!r}.", f"It has {', '.join(leaves)}.")
    return Name(found.name, parts["leaf"], parts["facet"], parts["value"])


def select(names: Iterable[str | Measure] | str | None) -> tuple[Measure, ...]:
    """Measures by name, layer, ``all`` or value: those of the catalogue in its order, then all others as given.

    Raises:
        DragomanError: E708 for a name that is none of these.

    """
    chosen = [names] if isinstance(names, str) else list(names or ())
    if not chosen or "all" in chosen:
        return MEASURES
    layers = {each.layer for each in MEASURES}
    others: dict[Measure, None] = {}
    for each in chosen:
        if isinstance(each, Measure):
            others[each] = None
        elif each not in layers:
            try:
                others[measure(each)] = None
            except DragomanError:
                hint = f"Layers: {', '.join(sorted(layers))}. Measures: {', '.join(BY_NAME)}."
                raise error("E708", f"there is no measure {each[:80]!r}.", hint) from None
    known = tuple(each for each in MEASURES if each in others or each.layer in chosen)
    return (*known, *(each for each in others if each not in known))
