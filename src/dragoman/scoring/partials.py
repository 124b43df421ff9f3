"""Partial counts: counting on parts of the data, joining parts, and final decisions on the whole.

A part of the data (a batch, a block of a stream, a shard on a worker) results in a :class:`Partial`: rows of counts of
its documents, for cluster measures the mentions with cluster names (never texts), and what occurs in it. Parts are
independent, and joining is associative; :func:`finish` then drops measures whose requirements the union does not meet,
and counts cluster measures, which are over all documents, once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dragoman.measures.clusters import Mentions, clustering, without_singletons
from dragoman.measures.memo import Memo
from dragoman.measures.pair import Pair
from dragoman.measures.seen import Seen
from dragoman.reading.source import total
from dragoman.schema.layers import LAYER_NAMES, TYPED
from dragoman.schema.result_file import Coverage
from dragoman.scoring.content_hash import content, fingerprint
from dragoman.scoring.hints import Evidence, added, evidence
from dragoman.scoring.outcomes import MEASURES as PAIRS
from dragoman.scoring.outcomes import Confusion, confusion_of
from dragoman.scoring.slices import recalls, rows_by_type

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Annotations
    from dragoman.measures.clusters import Clustering
    from dragoman.measures.measure import Measure
    from dragoman.measures.scores import Match

    Ints = NDArray[np.int64]
    Counts = NDArray[Any]

PAIRING = frozenset(name for layer in TYPED for name, _ in PAIRS[layer])
"""Measures whose matches are used for the confusion of types."""
MAX_MISSING = 100
"""Maximum number of missing documents that are listed."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of a measure.

    Attributes:
        documents: indices of the scored documents, ascending, shape (n,).
        rows: one row per document, shape (n, columns).
        types: rows of the items of each type, by type, shape (n, columns) each.
        recalls: for each slice of gold items their credit, number, and number of documents; None if not every gold item
            is an item of the measure.

    """

    documents: Ints
    rows: Counts
    types: Mapping[str, Counts] = field(default_factory=dict)
    recalls: Mapping[str, tuple[int, int, int]] | None = None


@dataclass(frozen=True, slots=True)
class Partial:
    """Counts on a part of the data.

    Attributes:
        documents: ids of the documents; indices in tallies and mentions refer to it.
        seen: what occurs in them.
        coverage: what the system answered of them.
        tallies: counts by measure, for measures that are counted by document.
        mentions: input of cluster measures by matching function, with the indices of their documents.
        confusion: counts of pairs of types, by layer, if the measures that pair them were counted.
        evidence: evidence for errors of form; see :mod:`dragoman.scoring.hints`.
        content: hash of the gold (:mod:`dragoman.scoring.content_hash`); None if the data have a fingerprint already.

    """

    documents: tuple[str, ...]
    seen: Seen
    coverage: Coverage
    tallies: Mapping[str, Tally]
    mentions: Mapping[str, tuple[Ints, Mentions]]
    confusion: Mapping[str, Confusion] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Counter)
    content: int | None = None


def count(measures: Iterable[Measure], gold: Annotations, pred: Annotations, seen: Seen | None = None) -> Partial:
    """Count measures on a part of the data.

    Args:
        measures: what to count.
        gold: the gold labels.
        pred: the predictions on the same documents.
        seen: what occurs in the whole data, if known: measures that it excludes are not counted.

    """
    pair = Pair(gold, pred)
    tallies: dict[str, Tally] = {}
    mentions: dict[str, tuple[Ints, Mentions]] = {}
    matches: dict[str, Match] = {}
    for measure in measures:
        if seen is not None and not measure.taken(seen):
            continue
        scored = measure.scored(pair)
        if not scored.any():
            continue
        part, at = pair.of(scored), np.flatnonzero(scored)
        match = measure.match(part)
        if measure.name in PAIRING:
            matches[measure.name] = match
        if measure.score.whole:
            assert isinstance(match, Mentions)
            mentions[_key(measure)] = (at, match)
            continue
        rows = measure.counts(match, len(part))
        labels, typed = rows_by_type(measure, match, part)
        typed = _packed(typed)
        types = {label: typed[:, number] for number, label in enumerate(labels)}
        tallies[measure.name] = Tally(at, _packed(rows), types, recalls(measure, match, part))
    return Partial(
        gold.documents,
        seen or Seen.of(pair),
        coverage(gold, pred),
        tallies,
        mentions,
        {layer: made for layer in TYPED if (made := _confusion(layer, pair, matches)) is not None},
        evidence(pair),
    )


def _confusion(layer: str, pair: Pair, matches: Mapping[str, Match]) -> Confusion | None:
    """Confusion of the types of a layer, from existing matches; None if one of them was not computed."""
    needed = [name for name, _ in PAIRS[layer]]
    if not all(name in matches for name in needed):
        return None
    part = pair.of(pair.gold.has(layer))
    return confusion_of([matches[name] for name in needed], getattr(part.gold, layer), getattr(part.pred, layer))


def count_reference(measures: Iterable[Measure], gold: Annotations, pred: Annotations) -> Partial:
    """Count measures on a part of gold without a fingerprint, and hash its content; see :func:`count`."""
    return replace(count(measures, gold, pred), content=content(gold))


def fingerprint_of(total: Partial) -> str:
    """Return the fingerprint of the counted gold."""
    return fingerprint([total.content or 0], len(total.documents))


def _key(measure: Measure) -> str:
    """Key of the matching function of a cluster measure, by which mentions are shared."""
    return f"{measure.match.__module__}.{measure.match.__qualname__}"


def _packed(rows: Counts) -> Counts:
    """Convert counts to the smallest sufficient integer type: counts of a document are small."""
    return rows.astype(np.min_scalar_type(int(rows.max(initial=0))))


def coverage(gold: Annotations, pred: Annotations) -> Coverage:
    """Describe what the system answered of the documents with gold."""
    missing = [gold.documents[i] for i in np.flatnonzero(~pred.given)]
    return Coverage(
        documents=len(gold.documents),
        missing=len(missing),
        missing_documents=missing[:MAX_MISSING],
        attempted={layer: pred.attempts(layer) for layer in LAYER_NAMES},
        annotated={layer: int(gold.has(layer).sum()) for layer in LAYER_NAMES},
        duplicates=duplicates(pred),
        answered={layer: int((gold.has(layer) & pred.has(layer)).sum()) for layer in LAYER_NAMES},
        lacking={layer: int((gold.has(layer) & pred.given & ~pred.has(layer)).sum()) for layer in LAYER_NAMES},
        wikidata_addresses=0 if pred.addresses is None else int(pred.addresses.sum()),
    )


def duplicates(annotations: Annotations) -> dict[str, int]:
    """Count predictions with the same span and type as an earlier one, by layer."""
    counts = {}
    for layer in TYPED:
        spans = getattr(annotations, layer)
        # Items are in canonical order, so that copies are neighbours.
        same = spans.start[1:] == spans.start[:-1]
        for column in (spans.doc, spans.end, spans.type.codes):
            same &= column[1:] == column[:-1]
        counts[layer] = int(same.sum())
    return counts


def join(parts: Sequence[Partial]) -> Partial:
    """Join the counts of different documents; the result does not depend on the grouping.

    Documents are concatenated in the order of the parts; there must be at least one part.
    """
    if len(parts) == 1:
        return parts[0]
    first = np.cumsum([0, *(len(part.documents) for part in parts)]).tolist()
    seen = Seen.union(part.seen for part in parts)
    names = dict.fromkeys(name for part in parts for name in part.tallies)
    clustered = dict.fromkeys(name for part in parts for name in part.mentions)
    at = list(zip(first, parts, strict=False))
    return Partial(
        tuple(name for part in parts for name in part.documents),
        seen,
        _coverage([part.coverage for part in parts], seen),
        {name: _joined([(n, part.tallies[name]) for n, part in at if name in part.tallies]) for name in names},
        {key: _mentions([(n, *part.mentions[key]) for n, part in at if key in part.mentions]) for key in clustered},
        _confusions([part.confusion for part in parts]),
        added(part.evidence for part in parts),
        None if any(part.content is None for part in parts) else sum(part.content or 0 for part in parts),
    )


def _confusions(parts: Sequence[Mapping[str, Confusion]]) -> dict[str, Confusion]:
    total: dict[str, Confusion] = {}
    for part in parts:
        for layer, pairs in part.items():
            into = total.setdefault(layer, {})
            for types, number in pairs.items():
                into[types] = into.get(types, 0) + number
    return total


def _coverage(parts: Sequence[Coverage], seen: Seen) -> Coverage:
    return Coverage(
        documents=sum(part.documents for part in parts),
        missing=sum(part.missing for part in parts),
        missing_documents=sorted(name for part in parts for name in part.missing_documents)[:MAX_MISSING],
        attempted={layer: seen.attempts(layer) for layer in LAYER_NAMES},
        annotated={layer: sum(part.annotated[layer] for part in parts) for layer in LAYER_NAMES},
        duplicates={layer: sum(part.duplicates[layer] for part in parts) for layer in TYPED},
        answered={layer: sum(part.answered[layer] for part in parts) for layer in LAYER_NAMES},
        lacking={layer: sum(part.lacking[layer] for part in parts) for layer in LAYER_NAMES},
        wikidata_addresses=sum(part.wikidata_addresses for part in parts),
        quotes=total(part.quotes for part in parts),
        unknown_fields=total(part.unknown_fields for part in parts),
    )


def _joined(parts: Sequence[tuple[int, Tally]]) -> Tally:
    """Concatenate tallies of one measure; types that a part lacks have counts of 0 there."""
    tallies = [tally for _, tally in parts]
    labels = sorted({label for tally in tallies for label in tally.types})
    return Tally(
        np.concatenate([tally.documents + first for first, tally in parts]),
        np.concatenate([tally.rows for tally in tallies]),
        {
            label: np.concatenate([tally.types.get(label, np.zeros(tally.rows.shape, np.uint8)) for tally in tallies])
            for label in labels
        },
        _added([tally.recalls for tally in tallies]),
    )


def _added(
    parts: Iterable[Mapping[str, tuple[int, int, int]] | None],
) -> Mapping[str, tuple[int, int, int]] | None:
    total: dict[str, tuple[int, int, int]] = {}
    for part in parts:
        if part is None:
            return None
        for name, (earned, items, documents) in part.items():
            before = total.get(name, (0, 0, 0))
            total[name] = (before[0] + earned, before[1] + items, before[2] + documents)
    return total


def _mentions(parts: Sequence[tuple[int, Ints, Mentions]]) -> tuple[Ints, Mentions]:
    """Concatenate mentions, with the indices of their documents."""
    documents = np.concatenate([at + first for first, at, _ in parts])
    counts = np.cumsum([0, *(len(at) for _, at, _ in parts)]).tolist()
    return documents, Mentions.concatenated([mentions for _, _, mentions in parts], counts)


def finish(
    total: Partial, measures: Iterable[Measure], documents: Sequence[str], *, singletons: bool = True
) -> Iterator[tuple[Measure, Tally | None]]:
    """Yield the final counts of each measure.

    Args:
        total: the counts on all documents.
        measures: the measures to yield.
        documents: all documents in the order of the result; indices in the tallies refer to it.
        singletons: whether clusters of one mention count in cluster measures.

    Yields:
        Each measure with its tally; None if no document has gold for it, or its requirements are not met.

    """
    place = {name: at for at, name in enumerate(documents)}
    places = np.array([place[name] for name in total.documents], np.int64)
    memo = Memo()
    for measure in measures:
        if not measure.taken(total.seen):
            yield measure, None
        elif measure.score.whole:
            yield measure, _clusters(measure, total, places, memo, singletons=singletons)
        else:
            yield measure, _finished(measure, total, places)


def _finished(measure: Measure, total: Partial, places: Ints) -> Tally | None:
    tally = total.tallies.get(measure.name)
    if tally is None:
        return None
    at = places[tally.documents]
    order = None if (at[1:] > at[:-1]).all() else np.argsort(at)
    nothing = measure.attribute is not None and measure.attribute not in total.seen.pred

    def whole(rows: Counts) -> Ints:
        if nothing:
            return np.zeros(rows.shape, np.int64)
        # Column by column in memory, which are summed faster than rows.
        return (rows if order is None else rows[order]).astype(np.int64, order="F")

    none = np.zeros(tally.rows.shape, np.uint8)
    typed = measure.by_type and measure.layer in TYPED
    labels = total.seen.sliced_types(measure.layer) if typed else []
    return replace(
        tally,
        documents=at if order is None else at[order],
        rows=whole(tally.rows),
        types={label: whole(tally.types.get(label, none)) for label in labels},
    )


def _clusters(measure: Measure, total: Partial, places: Ints, memo: Memo, *, singletons: bool) -> Tally | None:
    key = _key(measure)
    if key not in total.mentions:
        return None
    at, mentions = total.mentions[key]
    documents = np.sort(places[at])
    of = np.searchsorted(documents, places[at])

    def made() -> Clustering:
        whole = clustering(mentions, of)
        return whole if singletons else without_singletons(whole)

    match = memo.get(key, made)
    return Tally(documents, measure.counts(match, len(documents)))
