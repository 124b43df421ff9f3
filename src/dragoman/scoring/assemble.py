"""From counts to a result: scores, slices, confidence intervals, and the signature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from typing import TYPE_CHECKING, Any

import numpy as np

from dragoman.measures.catalogue import MEASURES, headline_of
from dragoman.measures.measure import Measure
from dragoman.measures.naming import BY_NAME
from dragoman.schema import result_file as results
from dragoman.schema.measure_names import layer_of, within_layer
from dragoman.schema.system_card import SystemCard
from dragoman.scoring.comparability import NO_MAP, QUOTES, data_name
from dragoman.scoring.partials import Tally
from dragoman.scoring.result import Result
from dragoman.scoring.result_table import main_measures
from dragoman.scoring.slices import finished, interval, size
from dragoman.statistics import bootstrap
from dragoman.statistics.distinct_rows import distinct_rows
from dragoman.statistics.resampling import Resampling
from dragoman.version import __version__

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.scoring.outcomes import Confusion

    Ints = NDArray[np.int64]

MAX_BY_DOCUMENT = 1_000
"""Up to this number of documents, counts are also given by document id."""


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
    confusion: Mapping[str, Confusion] | None = None,
    hints: Sequence[results.Advice] = (),
) -> Result:
    """Make a result.

    Args:
        tallies: every measure with its counts, None if it could not be computed; consumed one at a time.
        data: the gold data.
        system: the system.
        resampling: options of the confidence intervals.
        coverage: what the system answered.
        facets: by facet, the value of each document; ``document`` slices main measures only.
        singletons: whether clusters of one mention are included in cluster measures.
        quotes: policy by which quotes without ``occurrence`` were resolved.
        label_map: the label map, as :func:`dragoman.scoring.comparability.map_name` names it.
        confusion: types of paired labels by layer.
        hints: probable errors of form in the predictions.

    """
    facets = facets or {}
    scores: dict[str, Any] = {}
    slices: dict[str, Any] = {}
    counts: dict[str, results.Counts] = {}
    positions: dict[bytes, list[int]] = {}
    taken: list[Measure] = []
    for measure, tally in tallies:
        taken.append(measure)
        layer = scores.setdefault(measure.layer, {})
        name = within_layer(measure.name)
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
            _positions(tally.documents, positions),
            _listed(tally.rows),
            measure.revision,
        )
        for part, score in _slices(measure, tally, facets, resampling):
            slices[f"{measure.name}[{part}]"] = score
    _add_gap(scores)
    by_name = {measure.name: measure for measure in taken}
    main = [by_name[name] for name in main_measures(counts)]
    if "document" in facets:
        for measure in main:
            for place, row in zip(counts[measure.name].documents, _rows(counts[measure.name]), strict=True):
                name = f"{measure.name}[document={data.documents[place]}]"
                slices[name] = _sliced(measure, row[None], Resampling(0))
    headline = _headline(scores, counts, data, coverage, resampling)
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
        scores={"headline": headline and headline.score, **scores},
        slices=slices,
        coverage=coverage,
        counts=counts,
        quotes=quotes,
        map=label_map,
        headline=headline,
        confusion={layer: _confused(pairs) for layer, pairs in (confusion or {}).items()},
        by_document=_by_document(main, counts, data) if len(data.documents) <= MAX_BY_DOCUMENT else {},
        hints=list(hints),
    )
    if result.seen:
        result.scores["headline"] = None
        result.headline = results.Headline(None, None, f"the system has seen {data.split}")
    return result


def _positions(documents: Ints, known: dict[bytes, list[int]]) -> list[int]:
    """Convert positions of documents to a list, which measures on the same documents share."""
    key = documents.tobytes()
    if key not in known:
        known[key] = documents.tolist()
    return known[key]


def _listed(rows: Ints) -> list[list[int]]:
    """Rows of counts as lists; rows that are equal are one list: many documents have few that differ."""
    kinds, place = distinct_rows(rows)
    listed: list[list[int]] = kinds.tolist()
    return [listed[at] for at in place.tolist()]


def system_of(named: str | SystemCard) -> results.System:
    """Describe the system of a result, by its card or its name."""
    if isinstance(named, str):
        return results.System(named)
    made = results.System(named.name, named.version, None if named.resources is None else list(named.resources))
    if not named.independent:
        made.independent = False
    return made


def _confused(pairs: Confusion) -> list[results.Confused]:
    return [results.Confused(gold or None, pred or None, number) for (gold, pred), number in sorted(pairs.items())]


def _by_document(
    main: Iterable[Measure], counts: Mapping[str, results.Counts], data: results.Data
) -> dict[str, dict[str, dict[str, int]]]:
    """Return the counts of the main measures by document id and measure."""
    found: dict[str, dict[str, dict[str, int]]] = {name: {} for name in data.documents}
    for measure in main:
        of = counts[measure.name]
        for place, row in zip(of.documents, of.rows, strict=True):
            found[data.documents[place]][measure.name] = dict(zip(of.columns, row, strict=True))
    return found


def _rows(counts: results.Counts) -> Ints:
    return np.array(counts.rows, np.int64).reshape(-1, len(counts.columns))


def _slices(
    measure: Measure, tally: Tally, facets: Mapping[str, tuple[str | None, ...]], resampling: Resampling
) -> Iterable[tuple[str, dict[str, Any]]]:
    """Yield the slices of a measure: by facets of documents, by type, and recall on subsets of gold items."""
    for facet, everywhere in facets.items():
        if facet == "document":
            continue
        values = [everywhere[i] for i in tally.documents.tolist()]
        for value in sorted({v for v in values if v is not None}):
            rows = tally.rows[np.array([v == value for v in values])]
            yield f"{facet}={value}", _sliced(measure, rows, resampling)
    for label, rows in tally.types.items():
        yield f"type={label}", _sliced(measure, rows, resampling)
    for part, (earned, items, documents) in (tally.recalls or {}).items():
        yield part, {"recall": earned / (measure.score.full * items), "gold": items, "documents": documents}


def _sliced(measure: Measure, rows: Ints, resampling: Resampling) -> dict[str, Any]:
    return {**finished(measure, rows, resampling), **size(measure, rows)}


def _add_gap(scores: dict[str, Any]) -> None:
    """Add the share of the strict error due to segmentation: F1 of entities.clitic minus that of entities.strict."""
    entities = scores.get("entities") or {}
    strict, clitic = entities.get("strict"), entities.get("clitic")
    if strict and clitic:
        known = strict["f1"] is not None and clitic["f1"] is not None
        clitic["gap"] = clitic["f1"] - strict["f1"] if known else None


def _headline(
    scores: dict[str, Any],
    counts: Mapping[str, results.Counts],
    data: results.Data,
    coverage: results.Coverage,
    resampling: Resampling,
) -> results.Headline | None:
    """Compute the mean micro F1 of the headline measures, or why it is absent; None for gold without splits."""
    if data.split is None:
        return None
    names = headline_of(coverage.annotated)
    if not names:
        return results.Headline(None, None, "no document has gold")
    parts: list[float] = []
    for name in names:
        score = scores[layer_of(name)].get(within_layer(name)) if layer_of(name) in scores else None
        if not score or score["f1"] is None:
            return results.Headline(None, None, _reason(name, scores, coverage))
        parts.append(score["f1"])
    mean = fsum(parts) / len(parts)  # identical on all Python versions
    return results.Headline(mean, _headline_interval(names, counts, data, resampling), None)


def _reason(name: str, scores: dict[str, Any], coverage: results.Coverage) -> str:
    """Return why a headline measure has no score."""
    layer = layer_of(name)
    if within_layer(name) not in (scores.get(layer) or {}):
        return f"{name} was not computed"
    if not coverage.attempted[layer]:
        return f"{layer} were not attempted"
    return f"{name} is undefined: there is nothing on either side"


def _headline_interval(
    names: Sequence[str], counts: Mapping[str, results.Counts], data: results.Data, resampling: Resampling
) -> list[float] | None:
    """Confidence interval of the mean: documents are resampled with the counts of all its measures."""
    if not resampling.resamples:
        return None
    parts = [(BY_NAME[name].score, counts[name]) for name in names]
    ends = np.cumsum([0, *(len(score.columns) for score, _ in parts)]).tolist()
    rows, scored = np.zeros((len(data.documents), ends[-1]), np.int64), np.zeros(len(data.documents), bool)
    for first, last, (_, of) in zip(ends, ends[1:], parts, strict=False):
        rows[of.documents, first:last] = _rows(of)
        scored[of.documents] = True

    def finish(total: Ints) -> dict[str, NDArray[np.float64]]:
        mains = [score.main(total[..., a:b]) for a, b, (score, _) in zip(ends, ends[1:], parts, strict=False)]
        return {"mean": np.mean(mains, axis=0)}

    found = bootstrap.interval(rows[scored], finish, "mean", resamples=resampling.resamples, seed=resampling.seed)
    return None if found is None else list(found)


def _revisions(measures: list[Measure]) -> str:
    """Format measures with the revisions of their definitions.

    The whole catalogue is ``all:1``, followed by measures whose revision is not 1.
    """
    named = [
        f"{measure}:{measure.revision}" for measure in measures if tuple(measures) != MEASURES or measure.revision > 1
    ]
    return ",".join(["all:1", *named] if tuple(measures) == MEASURES else named)
