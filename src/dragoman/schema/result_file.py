"""Files of scoring results and comparisons."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from dragoman.schema.measure_names import layer_of, within_layer
from dragoman.schema.system_card import Resource

SCHEMA_VERSION = "2"
Side = Literal["first", "second"]
Test = Literal["permutation", "bootstrap"]
Ends = Annotated[list[float], Meta(min_length=2, max_length=2)]
"""Lower and upper end of an interval."""


class Data(msgspec.Struct, forbid_unknown_fields=True):
    """Which data a result was scored on."""

    name: Annotated[str, Meta(description="name of the data set, or `reference` for a file")]
    version: Annotated[str | None, Meta(description="version of the data set; null for a file")]
    fingerprint: Annotated[
        str, Meta(description="hash of the canonical rows, or of what a reference says in whatever form it is written")
    ]
    split: Annotated[str | None, Meta(description="split that was scored; null for a file")]
    documents: Annotated[list[str], Meta(description="ids of the documents, in the order of the rows of counts")]


class System(msgspec.Struct, forbid_unknown_fields=True):
    """Which system a result is of."""

    name: Annotated[str, Meta(description="the system's name, or the file's")]
    version: Annotated[str | None, Meta(description="the system's version, or null")] = None
    resources: Annotated[
        list[Resource] | None, Meta(description="what it used, by its card; null where that is not known")
    ] = None
    independent: Annotated[
        bool | msgspec.UnsetType,
        Meta(description="false where its card says that it is not independent of the gold; absent otherwise"),
    ] = msgspec.UNSET


class Coverage(msgspec.Struct, forbid_unknown_fields=True):
    """What of the data the system answered."""

    documents: Annotated[int, Meta(description="documents of the split")]
    missing: Annotated[int, Meta(description="documents that the system left out: they score as empty")]
    missing_documents: Annotated[list[str], Meta(description="their ids, the first hundred")]
    attempted: Annotated[dict[str, bool], Meta(description="which layers the system attempted")]
    annotated: Annotated[dict[str, int], Meta(description="documents with gold, by layer: only these are scored")]
    duplicates: Annotated[dict[str, int], Meta(description="identical predictions beyond the first, by layer")]
    quotes: Annotated[
        dict[str, int],
        Meta(description="spans that were given as quotes, by how they were found, or that they were not"),
    ] = {}
    answered: Annotated[
        dict[str, int],
        Meta(description="documents with gold for a layer for which the predictions have it, an empty list included"),
    ] = {}
    lacking: Annotated[
        dict[str, int],
        Meta(description="documents with gold for a layer that have a line without it: they count as empty"),
    ] = {}
    wikidata_addresses: Annotated[
        int, Meta(description="predicted ids of entities that are addresses of Wikidata: each means the item in it")
    ] = 0
    unknown_fields: Annotated[
        dict[str, int],
        Meta(description="fields that a submission does not have and that were passed over, as asked, by their path"),
    ] = {}
    read_as: Annotated[
        dict[str, str],
        Meta(description="format that a file was recognised as, by side (`gold`, `pred`); empty for submissions"),
    ] = {}
    conversion: Annotated[
        list[str], Meta(description="what was lost or repaired in reading files of these formats, counted")
    ] = []


class Headline(msgspec.Struct, forbid_unknown_fields=True):
    """The mean of the micro F1 of the measures that stand for their layers."""

    score: Annotated[float | None, Meta(description="the mean, 0 to 1, or null")]
    interval: Annotated[
        Ends | None,
        Meta(description="bootstrap interval over documents, 95 %, of its measures at once, or null"),
    ]
    reason: Annotated[str | None, Meta(description="why the score is null, in words; null where it is not")]


class Confused(msgspec.Struct, forbid_unknown_fields=True):
    """How often labels of one type were paired with labels of another."""

    gold: Annotated[str | None, Meta(description="type of the gold label, `?` without one; null: spurious")]
    pred: Annotated[str | None, Meta(description="type of the predicted label, `?` without one; null: missed")]
    count: int


class Advice(msgspec.Struct, forbid_unknown_fields=True):
    """A mistake of form that the labels look like, and what to do about it."""

    code: Annotated[str, Meta(description="which mistake, as `ends-short`")]
    text: Annotated[str, Meta(description="what was seen, with counts, and the hint")]


class Counts(msgspec.Struct, forbid_unknown_fields=True):
    """The counts behind a measure: all scores, intervals and tests follow from them."""

    columns: Annotated[list[str], Meta(description="what is counted")]
    full: Annotated[int, Meta(description="credit of one perfect match: credits are divided by it")]
    documents: Annotated[list[int], Meta(description="positions in data.documents of the documents that were scored")]
    rows: Annotated[list[list[int]], Meta(description="one row of integers for each of these documents")]
    revision: Annotated[
        int, Meta(description="revision of the measure's definition, from 1; 0 in a result of before 0.2.0")
    ] = 0


class Result(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Scores of a system on a split, with the counts that they follow from.

    :meth:`scores_of` looks up the scores of a measure.
    """

    schema_version: str
    signature: Annotated[str, Meta(description="everything that moves a score")]
    system: System
    data: Data
    scores: Annotated[
        dict[str, Any],
        Meta(description="`headline`, and by layer and measure the scores; null for what was not attempted"),
    ]
    slices: Annotated[dict[str, Any], Meta(description="the same by slice, keyed as in `entities.strict[type=PER]`")]
    coverage: Coverage
    counts: Annotated[dict[str, Counts], Meta(description="counts by measure; of several repeats those of the first")]
    quotes: Annotated[
        str | None, Meta(description="how quotes without `occurrence` were placed; null in a result of before 0.2.0")
    ] = None
    map: Annotated[
        str | None, Meta(description="`none`, or the label map, as `person=PER`; null in a result of before 0.2.0")
    ] = None
    headline: Annotated[
        Headline | None, Meta(description="the headline with its interval; null for a reference, which has none")
    ] = None
    confusion: Annotated[
        dict[str, list[Confused]],
        Meta(description="types of paired labels by layer, where the measures that pair them were taken"),
    ] = {}
    by_document: Annotated[
        dict[str, dict[str, dict[str, int]]],
        Meta(
            description="counts by id of the document and main measure; of more than 1,000 documents none: see counts"
        ),
    ] = {}
    hints: Annotated[list[Advice], Meta(description="mistakes of form that a low score looks like")] = []
    repeats: Annotated[
        list[dict[str, Counts]],
        Meta(description="counts of further repeats, whose mean the scores are; absent for one"),
    ] = []

    def scores_of(self, measure: str) -> dict[str, Any] | None:
        """Return the scores of a measure on all documents; None if it was not computed or has none.

        >>> result.scores_of("entities.strict")["f1"]
        """
        scores: dict[str, Any] | None = (self.scores.get(layer_of(measure)) or {}).get(within_layer(measure))
        return scores


class Spread(msgspec.Struct, forbid_unknown_fields=True):
    """How far the scores of several repeats are apart."""

    low: Annotated[float, Meta(description="the least of them")]
    high: Annotated[float, Meta(description="the greatest of them; the score is their mean, never this")]
    sd: Annotated[float, Meta(description="their standard deviation")]


class Standing(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Where a system stands under one measure."""

    system: str
    score: Annotated[float | None, Meta(description="the measure's main score, 0 to 1, or null")]
    interval: Annotated[Ends | None, Meta(description="bootstrap interval over documents, 95 %, or null")]
    documents: Annotated[int, Meta(description="documents annotated in the measure's layer")]
    rank: Annotated[
        int | None,
        Meta(
            description="place by score, as in 1, 2, 2, 4; null for a score of 0, on too few documents, or where the "
            "system is not independent of the gold"
        ),
    ]
    range: Annotated[
        list[int] | None, Meta(description="best and last place by the tests of all pairs, or null as for the place")
    ]
    best: Annotated[
        bool | None,
        Meta(description="whether no system at place 1 is significantly better by the tests"),
    ]
    repeats: Annotated[int, Meta(description="how often it was run; the score is the mean")] = 1
    spread: Annotated[Spread | None, Meta(description="of the scores of its repeats; absent for one")] = None


class Contrast(msgspec.Struct, forbid_unknown_fields=True):
    """Two systems under one measure; tests of systems without a place are null."""

    first: str
    second: str
    difference: Annotated[float | None, Meta(description="first minus second, or null")]
    interval: Annotated[Ends | None, Meta(description="paired bootstrap interval of the difference, 95 %, or null")]
    p_permutation: Annotated[float | None, Meta(description="two-sided p of the paired permutation test, or null")]
    p_bootstrap: Annotated[float | None, Meta(description="two-sided p of the paired bootstrap test, or null")]
    p_holm: Annotated[float | None, Meta(description="p_permutation after Holm's correction over this measure's pairs")]
    better: Annotated[
        Side | None, Meta(description="which is better: p_holm below the level, and an interval without 0")
    ]
    failed: Annotated[list[Test], Meta(description="the tests that do not find a difference")]
    document: Annotated[
        str | None, Meta(description="the document without which less than half of the difference remains, or null")
    ]
    detectable: Annotated[
        float | None, Meta(description="difference that the permutation test finds at .05 with power .8, or null")
    ]


class Comparison(msgspec.Struct, forbid_unknown_fields=True):
    """Systems compared on the same documents."""

    systems: list[str]
    data: Data
    level: Annotated[float, Meta(description="level of the tests, after Holm's correction")]
    standings: dict[str, list[Standing]]
    contrasts: dict[str, list[Contrast]]
    left_out: Annotated[
        dict[str, list[str]],
        Meta(description="headline measures that are not compared by default, with the systems that have no counts"),
    ] = {}
    not_independent: Annotated[
        list[str], Meta(description="systems that are not independent of the gold by their cards: they have no place")
    ] = []
