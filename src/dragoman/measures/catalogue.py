"""The catalogue of measures, each with its definition and source.

Omitting what gold has earns nothing: removing a type, value, id, cue, parent or claimant from a predicted item raises
no score, since the item is still counted. Exceptions are precision on its own (a system that predicts less may be more
precise), slices by type (an item without a type leaves the slice of its type, whose precision may rise), and the
cluster measures, as their definitions say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from dragoman.annotations import NULL
from dragoman.measures import claims, clitics, clusters, date_values, links, page_layer, seen, spans
from dragoman.measures.measure import Measure
from dragoman.measures.naming import register_catalogue, register_family
from dragoman.measures.scores import Accuracy, FScore, Match
from dragoman.schema.measure_names import layer_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.measures.pair import Pair
    from dragoman.measures.seen import Seen

    Bools = NDArray[np.bool_]


@cache
def _on(layer: str, match: Callable[[Pair, str], Match]) -> Callable[[Pair], Match]:
    """Bind the layer of a span match; cached, so that equal matches are one object and are computed once."""
    return lambda pair: match(pair, layer)


def _with_texts(pair: Pair) -> Bools:
    """Mask of the documents whose text is known, shape (documents,)."""
    return np.array([text is not None for text in pair.gold.texts], bool)


def _with_segments(pair: Pair) -> Bools:
    """Mask of the documents with segments in gold, shape (documents,)."""
    known = np.zeros(len(pair), bool)
    known[pair.gold.segments.doc] = True
    return known


def _with_times(pair: Pair) -> Bools:
    """Mask of the documents with a document time in gold, shape (documents,)."""
    known: Bools = (pair.gold.published.codes != NULL) | (pair.gold.published_external.codes != NULL)
    return known


_SPLIT = (
    "Clusters and alignment are those of the whole split, and intervals are conditional on them. An id or a cluster "
    "that is taken away can raise this score, as it can part what was put together wrongly."
)


def _clusters(
    layer: str,
    match: Callable[[Pair], Match],
    what: str,
    requires: Callable[[Seen], bool] | None = None,
    revision: int = 1,
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
            revision=revision,
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
        revision=revision,
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
        "Same span and the same set of known entities (those of the registry and of Wikidata; strings of a system's "
        "own are none); where gold has none, none is right. Every mention counts, with ids or without.",
        "strong_all_match of the TAC KBP entity linking scorer (Hachey et al. 2014), for sets of ids",
        requires=seen.both_link,
        revision=2,
    ),
    *_clusters(
        "entities",
        clusters.entity_mentions,
        "Mentions of the same span, clustered over the split by entity ids; copies of a mention are one, with the ids "
        "of all (the CoNLL scorer keeps the first copy of a response mention that is in the key, whatever its chain, "
        "and gives up after ten)",
        seen.both_have_ids,
    ),
    Measure(
        "dates.exact",
        _on("dates", spans.exact),
        FScore(),
        "Same span, whatever the TIMEX3 type.",
        f"{_TEMPEVAL}, strict match",
        match_by_type=_on("dates", spans.strict),
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
        "Spans that share a character, credited with the Jaccard coefficient of the days that value, mod and type "
        "mean; where gold means no closed interval of days, the same value and mod are right, and days are wrong. A "
        "date that lacks a value, mod or type where gold has one earns nothing.",
        "defined here; Jaccard 1901",
        revision=2,
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
        "Content as in claims.content, and every claimant right: AUTHOR with AUTHOR alone, MENTION and IMPLICIT by "
        "what they refer to. A span means the one gold mention with the largest Dice coefficient of at least one half; "
        "a registry or Wikidata id means itself; any other id is the system's own and means the gold entity on which "
        "most of its mentions in the document stand. An office and its holder in a document are one. Where gold says "
        "nothing of an implicit claimant, nothing is right. What an own id means hangs on all its mentions, as in "
        "clusters: if one of these lacks it, it can come to mean another entity.",
        "after citron (Newell et al. 2018) and structured sentiment (Barnes et al. 2021), by what claimants refer to",
        revision=2,
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
        "Among matched claims: the whole line of parents is matched to the other side's. Of equally good matchings "
        "that with most such lines is taken (in a document with more than 2,000 pairs of similar claims one that may "
        "have fewer).",
        "defined here",
        revision=2,
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
    *_clusters(
        "claims",
        claims.claim_mentions,
        "Claims matched by content, clustered over the split by equivalence; claims of one side with the same content "
        "are of the cluster that all their clusters make",
        revision=2,
    ),
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
        "Among documents for which either tier of gold gives a document time: equal to either in canonical form; none "
        "is right where the page proves none. Where a system gives document times.",
        "defined here",
        where=_with_times,
        requires=seen.has_times,
        by_type=False,
        revision=2,
    ),
    Measure(
        "pages.published_overlap",
        page_layer.published_overlap,
        Accuracy(spans.SCALE),
        "Among documents for which either tier of gold means days: Jaccard coefficient of the days of the document "
        "time with the better tier, or 1 if it is equal to one. Where a system gives document times.",
        "defined here; Jaccard 1901",
        where=_with_times,
        requires=seen.has_times,
        by_type=False,
        revision=2,
    ),
)
register_catalogue(MEASURES)

HEADLINE = ("entities.strict", "dates.value", "claims.attributed")
"""The headline score is the mean micro F1 of these measures, restricted to the layers that the data has."""


def headline_of(annotated: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the headline measures for data, given the number of documents annotated in each layer.

    A benchmark may omit a layer, such as dates; its headline is then the mean of the others.

    >>> headline_of({"entities": 4, "dates": 0, "claims": 4})
    ('entities.strict', 'claims.attributed')

    """
    return tuple(name for name in HEADLINE if annotated.get(layer_of(name)))


HEADLINE_SPLIT = "test"
"""Systems are ranked by the headline on this split only; on others it is reported without places."""


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
