"""Count first, decide at the end: what is counted on some documents, how parts join, and what the whole allows.

A part of the data (a slice of a table, a block of a stream, a shard on a worker) gives a :class:`Partial`: rows of
counts of its documents, for cluster measures the mentions with the names of their clusters (never texts), and what was
seen. No part knows of the others. Parts join in any grouping; :func:`finish` then drops what the union does not allow
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
"""Measures whose matches say which types were taken for which."""
MAX_MISSING = 100
"""So many documents that a system left out are named."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of a measure on some documents.

    Attributes:
        documents: positions of the documents that were scored, ascending, shape (n,).
        rows: one row a document, shape (n, columns).
        types: the same of the items of each type by themselves, by type.
        recalls: for each slice of gold items what they earned, how many they are, and in how many documents; None where
            some gold item is no item of the measure.

    """

    documents: Ints
    rows: Counts
    types: Mapping[str, Counts] = field(default_factory=dict)
    recalls: Mapping[str, tuple[int, int, int]] | None = None


@dataclass(frozen=True, slots=True)
class Partial:
    """What was counted on some documents.

    Attributes:
        documents: ids of the documents; positions in tallies and mentions are in it.
        seen: what occurs in them.
        coverage: what of them the system answered.
        tallies: counts by name of the measure, of all measures whose counts of a document follow from that document.
        mentions: what cluster measures need, by the function that finds it, with the documents that it is on.
        confusion: types of paired labels with their number, by layer, where the measures that pair them were counted.
        evidence: what speaks for mistakes of form; see :mod:`dragoman.scoring.hints`.
        content: hash of what the reference says of them (:mod:`dragoman.scoring.content_hash`); None where the data
            have a fingerprint already.

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
    """Count measures on some documents.

    Args:
        measures: what to count.
        gold: the gold labels.
        pred: the labels of a system on the same documents.
        seen: what occurs in the whole, where that is known already: what it rules out is not counted.

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
        types = {label: _packed(by_type) for label, by_type in rows_by_type(measure, match, part)}
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
    """Confusion of the types of a layer, from matches that were made anyway; None where one of them was not."""
    needed = [name for name, _ in PAIRS[layer]]
    if not all(name in matches for name in needed):
        return None
    part = pair.of(pair.gold.has(layer))
    return confusion_of([matches[name] for name in needed], getattr(part.gold, layer), getattr(part.pred, layer))


def count_reference(measures: Iterable[Measure], gold: Annotations, pred: Annotations) -> Partial:
    """Count measures on some documents of a reference, and hash what it says: see :func:`count`."""
    return replace(count(measures, gold, pred), content=content(gold))


def fingerprint_of(total: Partial) -> str:
    """Give the fingerprint of the reference that was counted."""
    return fingerprint([total.content or 0], len(total.documents))


def _key(measure: Measure) -> str:
    """Name what finds the mentions of a cluster measure: measures that share it share them."""
    return f"{measure.match.__module__}.{measure.match.__qualname__}"


def _packed(rows: Ints) -> Counts:
    """Hold counts in as few bytes as they need, until they are joined: those of a document are small."""
    return rows.astype(np.min_scalar_type(int(rows.max(initial=0))))


def coverage(gold: Annotations, pred: Annotations) -> Coverage:
    """Say what the system answered of the documents with gold."""
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
    """Put together what was counted on different documents; any grouping of the parts ends with the same.

    The documents of the result are those of the parts, one part after the other; there must be one at least.
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
    """Put tallies of one measure one after the other; a type that a part lacks has counts of 0 there."""
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
    """Put mentions one after the other, with the documents that they are on."""
    documents = np.concatenate([at + first for first, at, _ in parts])
    counts = np.cumsum([0, *(len(at) for _, at, _ in parts)]).tolist()
    return documents, Mentions.concatenated([mentions for _, _, mentions in parts], counts)


def finish(
    total: Partial, measures: Iterable[Measure], documents: Sequence[str], *, singletons: bool = True
) -> Iterator[tuple[Measure, Tally | None]]:
    """Decide what the whole allows, and give the counts of each measure, one after the other.

    Args:
        total: what was counted on all documents.
        measures: what to give.
        documents: all documents in the order of the result; positions are in it.
        singletons: whether clusters of one mention count in cluster measures.

    Yields:
        Each measure, with None where no document has gold for it or the system did not attempt it.

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
        return rows.astype(np.int64) if order is None else rows[order].astype(np.int64)

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
