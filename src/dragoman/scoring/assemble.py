"""From counts to a result: scores, slices, error bars, and everything that moves a score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import fsum
from typing import Any

import numpy as np

from dragoman.measures.catalogue import HEADLINE, HEADLINE_SPLIT, MEASURES
from dragoman.measures.measure import Measure
from dragoman.schema import result_file as results
from dragoman.scoring.partials import Tally
from dragoman.scoring.result import Result
from dragoman.scoring.slices import finished, interval
from dragoman.statistics import bootstrap
from dragoman.statistics.resampling import Resampling
from dragoman.version import __version__


def assemble(
    tallies: Iterable[tuple[Measure, Tally | None]],
    *,
    data: results.Data,
    system: str,
    resampling: Resampling,
    coverage: results.Coverage,
    facets: Mapping[str, tuple[str | None, ...]] | None = None,
    singletons: bool = True,
    quotes: str = "in-order",
) -> Result:
    """Make a result.

    Args:
        tallies: every measure with its counts, None where it could not be taken; used one at a time.
        data: what was scored against.
        system: what the system is called.
        resampling: how error bars are made.
        coverage: what the system answered.
        facets: values by which documents are sliced, one a document.
        singletons: whether clusters of one mention counted in cluster measures.
        quotes: how quotes without ``occurrence`` were placed.

    """
    facets = facets or {}
    scores: dict[str, Any] = {}
    slices: dict[str, Any] = {}
    counts: dict[str, results.Counts] = {}
    names = []
    for measure, tally in tallies:
        names.append(measure.name)
        layer = scores.setdefault(measure.layer, {})
        name = measure.name.partition(".")[2]
        if tally is None:
            layer[name] = None
            continue
        layer[name] = finished(measure, tally.rows, resampling)
        if "page" in facets and resampling.resamples:
            pages = [facets["page"][i] for i in tally.documents.tolist()]
            layer[name]["interval_by_page"] = interval(measure, bootstrap.grouped(tally.rows, pages), resampling)
        counts[measure.name] = results.Counts(
            list(measure.score.columns), measure.score.full, tally.documents.tolist(), tally.rows.tolist()
        )
        for part, score in _slices(measure, tally, facets, resampling):
            slices[f"{measure.name}[{part}]"] = score
    _add_gap(scores)
    return Result(
        schema_version=results.SCHEMA_VERSION,
        signature=_signature(data, names, resampling) + ("" if singletons else "|singletons:dropped"),
        system=results.System(system),
        data=data,
        scores={"headline": _headline(scores, data), **scores},
        slices=slices,
        coverage=coverage,
        counts=counts,
        quotes=quotes,
    )


def _slices(
    measure: Measure, tally: Tally, facets: Mapping[str, tuple[str | None, ...]], resampling: Resampling
) -> Iterable[tuple[str, dict[str, Any]]]:
    """Scores on parts: by language, kind and page, by type, and recall on gold items of a kind."""
    for facet, everywhere in facets.items():
        values = [everywhere[i] for i in tally.documents.tolist()]
        for value in sorted({v for v in values if v is not None}):
            rows = tally.rows[np.array([v == value for v in values])]
            yield f"{facet}={value}", finished(measure, rows, resampling)
    for label, rows in tally.types.items():
        yield f"type={label}", finished(measure, rows, resampling)
    for part, (earned, items) in (tally.recalls or {}).items():
        yield part, {"recall": earned / (measure.score.full * items), "gold": items}


def _add_gap(scores: dict[str, Any]) -> None:
    """Say how much of the strict error is segmentation: F1 of entities.clitic less that of entities.strict."""
    entities = scores.get("entities") or {}
    strict, clitic = entities.get("strict"), entities.get("clitic")
    if strict and clitic:
        known = strict["f1"] is not None and clitic["f1"] is not None
        clitic["gap"] = clitic["f1"] - strict["f1"] if known else None


def _headline(scores: dict[str, Any], data: results.Data) -> float | None:
    """Mean of the micro F1 of the headline measures on the test split; None unless all are there and defined."""
    if data.split != HEADLINE_SPLIT:
        return None
    parts: list[float] = []
    for name in HEADLINE:
        layer, _, measure = name.partition(".")
        score = (scores.get(layer) or {}).get(measure)
        if not score or score["f1"] is None:
            return None
        parts.append(score["f1"])
    return fsum(parts) / len(parts)  # the same sum on every interpreter


def _signature(data: results.Data, measures: list[str], resampling: Resampling) -> str:
    names = "all" if measures == [measure.name for measure in MEASURES] else ",".join(measures)
    version = f"{data.version or '-'}@{data.fingerprint[:8]}"
    boot = f"boot:{resampling.resamples}" + (f"|seed:{resampling.seed}" if resampling.resamples else "")
    return f"{names}|data:{version}|split:{data.split or '-'}|{boot}|v:{__version__}"
