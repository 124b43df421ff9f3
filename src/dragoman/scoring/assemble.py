"""From counts to a result: scores, slices, error bars, and everything that moves a score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import fsum
from typing import Any

import numpy as np

from dragoman.measures.catalogue import HEADLINE, HEADLINE_SPLIT, MEASURES
from dragoman.measures.measure import Measure
from dragoman.schema import result_file as results
from dragoman.schema.system_card import SystemCard
from dragoman.scoring.comparability import NO_MAP, QUOTES, data_name
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
    system: results.System,
    resampling: Resampling,
    coverage: results.Coverage,
    facets: Mapping[str, tuple[str | None, ...]] | None = None,
    singletons: bool = True,
    quotes: str = QUOTES,
    label_map: str = NO_MAP,
) -> Result:
    """Make a result.

    Args:
        tallies: every measure with its counts, None where it could not be taken; used one at a time.
        data: what was scored against.
        system: which system it is.
        resampling: how error bars are made.
        coverage: what the system answered.
        facets: values by which documents are sliced, one a document.
        singletons: whether clusters of one mention counted in cluster measures.
        quotes: how quotes without ``occurrence`` were placed.
        label_map: the label map, as :func:`dragoman.scoring.comparability.map_name` names it.

    """
    facets = facets or {}
    scores: dict[str, Any] = {}
    slices: dict[str, Any] = {}
    counts: dict[str, results.Counts] = {}
    taken = []
    for measure, tally in tallies:
        taken.append(measure)
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
            list(measure.score.columns),
            measure.score.full,
            tally.documents.tolist(),
            tally.rows.tolist(),
            measure.revision,
        )
        for part, score in _slices(measure, tally, facets, resampling):
            slices[f"{measure.name}[{part}]"] = score
    _add_gap(scores)
    result = Result(
        schema_version=results.SCHEMA_VERSION,
        signature="|".join(
            [
                _revisions(taken),
                f"data:{data_name(data)}|split:{data.split or '-'}|quotes:{quotes}|map:{label_map}",
                f"boot:{resampling.resamples}" + (f"|seed:{resampling.seed}" if resampling.resamples else ""),
                f"v:{__version__}" + ("" if singletons else "|singletons:dropped"),
            ]
        ),
        system=system,
        data=data,
        scores={"headline": _headline(scores, data), **scores},
        slices=slices,
        coverage=coverage,
        counts=counts,
        quotes=quotes,
        map=label_map,
    )
    if result.seen:
        result.scores["headline"] = None
    return result


def system_of(named: str | SystemCard) -> results.System:
    """Say which system a result is of, by its card or its name alone."""
    if isinstance(named, str):
        return results.System(named)
    return results.System(named.name, named.version, None if named.resources is None else list(named.resources))


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


def _revisions(measures: list[Measure]) -> str:
    """Name measures with the revisions of their definitions.

    The whole catalogue is ``all:1``, followed by those that are not at revision 1.
    """
    named = [
        f"{measure}:{measure.revision}" for measure in measures if tuple(measures) != MEASURES or measure.revision > 1
    ]
    return ",".join(["all:1", *named] if tuple(measures) == MEASURES else named)
