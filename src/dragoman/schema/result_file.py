"""The result of a scoring: what is stored, compared and shown."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

SCHEMA_VERSION = "1"


class Data(msgspec.Struct, forbid_unknown_fields=True):
    """Which data a result was scored on."""

    name: Annotated[str, Meta(description="name of the data set, or `reference` for a file")]
    version: Annotated[str | None, Meta(description="version of the data set; null for a file")]
    fingerprint: Annotated[str, Meta(description="sha256 of the canonical rows, or of the reference file's bytes")]
    split: Annotated[str | None, Meta(description="split that was scored; null for a file")]
    documents: Annotated[list[str], Meta(description="ids of the documents, in the order of the rows of counts")]


class System(msgspec.Struct, forbid_unknown_fields=True):
    """Which system a result is of."""

    name: Annotated[str, Meta(description="the system's name, or the file's")]
    version: Annotated[str | None, Meta(description="the system's version, or null")] = None


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
    read_as: Annotated[
        dict[str, str],
        Meta(description="format that a file was recognised as, by side (`gold`, `pred`); empty for submissions"),
    ] = {}
    conversion: Annotated[
        list[str], Meta(description="what was lost or mended in reading files of these formats, counted")
    ] = []


class Counts(msgspec.Struct, forbid_unknown_fields=True):
    """The counts behind a measure: all scores, intervals and tests follow from them."""

    columns: Annotated[list[str], Meta(description="what is counted")]
    full: Annotated[int, Meta(description="credit of one perfect match: credits are divided by it")]
    documents: Annotated[list[int], Meta(description="positions in data.documents of the documents that were scored")]
    rows: Annotated[list[list[int]], Meta(description="one row of integers for each of these documents")]


class Result(msgspec.Struct, forbid_unknown_fields=True):
    """Scores of a system on a split, with the counts that they follow from."""

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
    counts: Annotated[dict[str, Counts], Meta(description="counts by measure")]


class Standing(msgspec.Struct, forbid_unknown_fields=True):
    """Where a system stands under one measure."""

    system: str
    score: Annotated[float | None, Meta(description="the measure's main score, 0 to 1, or null")]
    interval: Annotated[list[float] | None, Meta(description="bootstrap interval over documents, 95 %, or null")]
    rank: Annotated[int | None, Meta(description="rank by score, from 1; equal scores share the better rank")]
    rank_interval: Annotated[list[int], Meta(description="ranks in 95 % of the resamples, from best to worst")]


class Contrast(msgspec.Struct, forbid_unknown_fields=True):
    """Two systems under one measure."""

    first: str
    second: str
    difference: Annotated[float | None, Meta(description="first minus second, or null")]
    p_permutation: Annotated[float | None, Meta(description="two-sided p of the paired permutation test, or null")]
    p_bootstrap: Annotated[float | None, Meta(description="two-sided p of the paired bootstrap test, or null")]
    p_holm: Annotated[float | None, Meta(description="p_permutation after Holm's correction over this measure's pairs")]
    detectable: Annotated[float | None, Meta(description="minimum detectable difference at .05 with power .8, or null")]


class Comparison(msgspec.Struct, forbid_unknown_fields=True):
    """Systems compared on the same documents."""

    systems: list[str]
    data: Data
    standings: dict[str, list[Standing]]
    contrasts: dict[str, list[Contrast]]
