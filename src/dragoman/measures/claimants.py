"""Whom a claimant refers to, so that claimants of both sides can be compared: MENTION and IMPLICIT alike.

A claimant refers by its span, by the ids of the mention that it names, and by ids of its own; one of them that is right
is enough, or what a system leaves out would earn more than what it gives. In the order of what follows from what:

- A *span* means the one gold mention with the largest Dice coefficient (1945) of characters, of at least one half; of
  equally similar ones the longer, then the earlier. Gold mentions with the same span are all meant. A span by which a
  gold claim names its claimant, and at which gold has no such mention, is one too.
- A gold mention stands for its ids, and where it has none for its own span.
- A registry id, or a Wikidata id, means itself. Where there is no registry, so do the ids that gold itself uses in the
  document. Any *other id* is the system's own, and means what most of its mentions in the document stand for; of what
  is equally frequent, that for which the first of them stands.
- Several ids mean all that they mean together. If one of them means nothing, all of them mean nothing.
- An office and its holder in a document are one. An office with several holders is one with each of them.

What means nothing is equal to nothing that gold has.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING

import numpy as np

from dragoman.annotations import JOINER, NULL, Coded
from dragoman.matching.overlap import overlapping_pairs
from dragoman.measures.links import is_known
from dragoman.measures.spans import codes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Annotations, Claims
    from dragoman.measures.pair import Pair

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Referent = frozenset[str | int]

REFERRING = ("MENTION", "IMPLICIT")
"""Roles of claimants that are compared by what they refer to; any other role equals itself alone."""
MAX_READINGS = 64
"""So many ways to read a set of offices that have several holders each are gone through."""


@dataclass(frozen=True, slots=True)
class Referents:
    """What the claimants of one side refer to: rows of a table, by claimant.

    Attributes:
        claimant: position of the claimant, ascending, shape (n,).
        key: what it may refer to; equal keys of one document mean the same on both sides, shape (n,).

    """

    claimant: Ints
    key: Ints

    @classmethod
    def of(cls, parts: Iterable[tuple[Ints, Ints]]) -> Referents:
        """Put rows together."""
        claimants, keys = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(claimants, kind="stable")
        return cls(claimants[order], keys[order])


def correspond(pair: Pair, g: Ints, p: Ints) -> Bools:
    """Whether a gold claimant and a predicted claimant are the same, shape (k,).

    AUTHOR is the same as AUTHOR alone. A claimant of which gold says no more than that it is implicit is the same as
    one of which the prediction says no more.

    Args:
        pair: gold and predicted annotations.
        g: position of the gold claimant, shape (k,).
        p: position of the predicted claimant, shape (k,); both are of one document.

    """
    gold, pred = pair.gold.claims, pair.pred.claims
    g_role, p_role = codes(_kind(gold.claimant_role), _kind(pred.claimant_role))
    same_kind = g_role[g] == p_role[p]
    refers = np.array([*(label in REFERRING for label in _kind(gold.claimant_role).labels), False])[g_role[g]]
    neither = ~_given(gold)[g] & ~_given(pred)[p]
    ours, theirs = pair.memo.get("referents", lambda: _Finder(pair).referents())
    result: Bools = same_kind & (~refers | neither | _share(ours, theirs, g, p))
    return result


def _kind(role: Coded) -> Coded:
    """Roles, with one for all that refer."""
    labels = [REFERRING[0] if label in REFERRING else label for label in role.labels]
    distinct = tuple(dict.fromkeys(labels))
    table = np.array([*map(distinct.index, labels), NULL], np.int32)
    return Coded(table[role.codes], distinct)


def _given(claims: Claims) -> Bools:
    """Claimants of whom a span or ids are given."""
    result: Bools = (claims.claimant_start != NULL) | (claims.claimant_ids.codes != NULL)
    return result


def _share(ours: Referents, theirs: Referents, g: Ints, p: Ints) -> Bools:
    """Whether two claimants have a referent in common, shape (k,)."""
    at, rows = _rows_of(theirs.claimant, p)
    names = np.unique(np.concatenate([ours.key, theirs.key]))
    width = len(names) + 1
    known = ours.claimant * width + np.searchsorted(names, ours.key)
    asked = g[at] * width + np.searchsorted(names, theirs.key[rows])
    result = np.zeros(len(g), bool)
    result[at[np.isin(asked, known)]] = True
    return result


def _rows_of(column: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    """Give the rows of an ascending column with each wanted value: its position among those wanted, and the row."""
    first = np.searchsorted(column, wanted)
    count = np.searchsorted(column, wanted, side="right") - first
    at = np.repeat(np.arange(len(wanted)), count)
    rows: Ints = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count) + first[at]
    return at, rows


class _Finder:
    """Finds what claimants refer to, and holds what is needed for that."""

    def __init__(self, pair: Pair) -> None:
        self.gold, self.pred = pair.gold, pair.pred
        self.registry = pair.gold.registry or pair.pred.registry
        self.offices = _offices(pair.gold)
        self.keys: dict[Referent, int] = {}
        self.mentions = _Mentions.of(pair.gold)
        self.used: dict[int, set[str]] = {}
        self.own: dict[int, dict[str, Referent]] = {}

    def referents(self) -> tuple[Referents, Referents]:
        """Tell what the claimants of gold and of the prediction refer to."""
        of_mentions = self._mention_keys()
        return self._side(self.gold, of_mentions, own=False), self._side(self.pred, of_mentions, own=True)

    def _mention_keys(self) -> Referents:
        """Give the keys of each gold mention."""
        mentions = self.mentions
        without = np.flatnonzero(mentions.ids.codes == NULL)
        parts = [(without, -2 - mentions.place[without])]
        parts += list(self._keys(mentions.doc, mentions.ids, own=False))
        return Referents.of(parts)

    def _side(self, side: Annotations, of_mentions: Referents, *, own: bool) -> Referents:
        claims = side.claims
        doc = claims.doc[claims.claimant_claim]
        spanned = np.flatnonzero(claims.claimant_start != NULL)
        at, mention = self.mentions.meant(doc[spanned], claims.claimant_start[spanned], claims.claimant_end[spanned])
        row, found = _rows_of(of_mentions.claimant, mention)
        parts = [(spanned[at[row]], of_mentions.key[found])]
        for ids in (claims.claimant_ids, claims.claimant_mention_ids):
            parts += list(self._keys(doc, ids, own=own))
        return Referents.of(parts)

    def _keys(self, doc: Ints, ids: Coded, *, own: bool) -> Iterator[tuple[Ints, Ints]]:
        """Give the keys of sets of ids, by row.

        Most sets mean themselves, in documents without offices: then the label alone decides. The others are taken one
        by one, each once a document.

        Args:
            doc: document of each row, shape (n,).
            ids: the set of each row.
            own: whether ids may be a system's own.

        """
        rows = np.flatnonzero(ids.codes != NULL)
        if not len(rows):
            return
        sets = [frozenset(label.split(JOINER)) for label in ids.labels]
        plain: Bools = np.ones(len(rows), bool)
        if own and self.registry:
            plain = np.array([all(is_known(name, self.registry) for name in each) for each in sets])[ids.codes[rows]]
        elif own:
            plain = np.isin(*self._in_one(doc[rows], ids.take(rows)))
        if self.offices:
            plain &= ~np.isin(doc[rows], list(self.offices))
        at = rows[plain]
        used = np.unique(ids.codes[at])
        table = np.full(len(sets), NULL, np.int64)
        table[used] = [self._key(sets[code]) for code in used.tolist()]
        yield at, table[ids.codes[at]]
        at = rows[~plain]
        if len(at):
            places, place = np.unique(doc[at] * len(sets) + ids.codes[at], return_inverse=True)
            if own:
                self._look_into(np.unique(places // len(sets)))
            found = [
                (number, key)
                for number, each in enumerate(places.tolist())
                for key in self._readings(each // len(sets), sets[each % len(sets)], own=own)
            ]
            numbers, keys = np.array(found, np.int64).reshape(-1, 2).T
            order = np.argsort(place.reshape(-1), kind="stable")
            with_key, row = _rows_of(place.reshape(-1)[order], numbers)
            yield at[order[row]], keys[with_key]

    def _in_one(self, doc: Ints, ids: Coded) -> tuple[Ints, Ints]:
        """Give numbers to sets and their documents: of some rows, and of all that gold has, in one numbering."""
        gold = self._sets_of_gold()
        sets = Coded.concatenated([ids, *(each for _, each in gold)])
        numbers: Ints = np.concatenate([doc, *(docs for docs, _ in gold)]) * (len(sets.labels) + 1)
        numbers += sets.codes
        given = sets.codes != NULL
        return numbers[: len(doc)], numbers[len(doc) :][given[len(doc) :]]

    def _sets_of_gold(self) -> list[tuple[Ints, Coded]]:
        """Give documents and sets of ids of all that has any in gold."""
        claims = self.gold.claims
        doc = claims.doc[claims.claimant_claim]
        return [
            (self.gold.entities.doc, self.gold.entities.ids),
            (doc, claims.claimant_ids),
            (doc, claims.claimant_mention_ids),
        ]

    def _key(self, referent: Referent) -> int:
        """Give the number of a referent; a gold mention without ids has one already."""
        if len(referent) == 1:
            (only,) = referent
            if isinstance(only, int):
                return -2 - only
        return self.keys.setdefault(referent, len(self.keys))

    def _readings(self, doc: int, names: Iterable[str], *, own: bool) -> Iterator[int]:
        """Give the keys of all that a set of ids can mean in a document; none where it means nothing."""
        meant: set[str | int] = set()
        for name in names:
            if not own or self._means_itself(doc, name):
                meant.add(name)
            elif name in self.own[doc]:
                meant |= self.own[doc][name]
            else:
                return
        held = self.offices.get(doc, {})
        choices: list[tuple[str | int, ...]] = [
            held.get(each, (each,)) if isinstance(each, str) else (each,) for each in sorted(meant, key=str)
        ]
        for reading in dict.fromkeys(map(frozenset, islice(product(*choices), MAX_READINGS))):
            yield self._key(reading)

    def _means_itself(self, doc: int, name: str) -> bool:
        return is_known(name, self.registry or self.used[doc])

    def _look_into(self, documents: Ints) -> None:
        """Find out what a system's own ids mean in some documents, each looked into once."""
        documents = documents[~np.isin(documents, list(self.own))]
        wanted = np.zeros(len(self.gold.documents), bool)
        wanted[documents] = True
        for doc in documents.tolist():
            self.used[doc], self.own[doc] = set(), {}
        for docs, ids in self._sets_of_gold() if not self.registry else ():
            for row in np.flatnonzero(wanted[docs] & (ids.codes != NULL)).tolist():
                self.used[int(docs[row])].update((ids.value(row) or "").split(JOINER))
        entities = self.pred.entities
        rows = np.flatnonzero(wanted[entities.doc] & (entities.ids.codes != NULL))
        at, mention = self.mentions.meant(entities.doc[rows], entities.start[rows], entities.end[rows])
        votes: dict[tuple[int, str], Counter[Referent]] = defaultdict(Counter)
        for row, each in zip(rows[at].tolist(), mention.tolist(), strict=True):
            doc = int(entities.doc[row])
            entity = self._entity(doc, each)
            for name in (entities.ids.value(row) or "").split(JOINER):
                votes[doc, name][entity] += 1
        # Mentions come in the order of the text: of what is equally frequent the first is the most common.
        for (doc, name), counted in votes.items():
            self.own[doc][name] = counted.most_common(1)[0][0]

    def _entity(self, doc: int, mention: int) -> Referent:
        """Give what a gold mention stands for, with the holder in place of an office that has one."""
        label = self.mentions.ids.value(mention)
        if label is None:
            return frozenset([int(self.mentions.place[mention])])
        held = self.offices.get(doc, {})
        return frozenset(held[name][0] if len(held.get(name, ())) == 1 else name for name in label.split(JOINER))


def _offices(gold: Annotations) -> dict[int, dict[str, tuple[str, ...]]]:
    """Holders of each office, by document."""
    if not gold.offices:
        return {}
    found: dict[int, dict[str, tuple[str, ...]]] = {}
    for doc, name in enumerate(gold.documents):
        holders: dict[str, set[str]] = defaultdict(set)
        for office, holder in gold.offices.get(name, ()):
            holders[office].add(holder)
        if holders:
            found[doc] = {office: tuple(sorted(each)) for office, each in holders.items()}
    return found


@dataclass(frozen=True, slots=True)
class _Mentions:
    """Gold mentions that a span can mean.

    Attributes:
        doc: document, shape (n,); ``start``, ``end`` and ``ids`` likewise.
        place: number of its span among the distinct ones, shape (n,).

    """

    doc: Ints
    start: Ints
    end: Ints
    ids: Coded
    place: Ints

    @classmethod
    def of(cls, gold: Annotations) -> _Mentions:
        """Take gold's entities, and spans of gold claimants at which there is none."""
        entities, claims = gold.entities, gold.claims
        spanned = np.flatnonzero(claims.claimant_start != NULL)
        doc = claims.doc[claims.claimant_claim[spanned]]
        there = _best(
            (entities.doc, entities.start, entities.end),
            (doc, claims.claimant_start[spanned], claims.claimant_end[spanned]),
        )[0]
        free = np.ones(len(spanned), bool)
        free[there] = False
        more = spanned[free]
        bounds = np.unique(np.stack([doc[free], claims.claimant_start[more], claims.claimant_end[more]]), axis=1)
        columns = np.concatenate([np.stack([entities.doc, entities.start, entities.end]), bounds], axis=1)
        ids = Coded(np.append(entities.ids.codes, np.full(bounds.shape[1], NULL, np.int32)), entities.ids.labels)
        place = np.unique(columns, axis=1, return_inverse=True)[1].reshape(-1)
        return cls(columns[0], columns[1], columns[2], ids, place)

    def meant(self, doc: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints]:
        """Give the mentions that each of some spans means: position of the span, ascending, and of the mention."""
        return _best((self.doc, self.start, self.end), (doc, start, end))


def _best(mentions: tuple[Ints, Ints, Ints], spans: tuple[Ints, Ints, Ints]) -> tuple[Ints, Ints]:
    """Pair spans with the most similar mention, as :class:`_Mentions` says; all mentions with the span of that one."""
    mention, span, shared = overlapping_pairs(*mentions, *spans)
    start, end = mentions[1][mention], mentions[2][mention]
    both = end - start + (spans[2] - spans[1])[span]
    near = 4 * shared >= both
    mention, span, shared, both, start, end = (c[near] for c in (mention, span, shared, both, start, end))
    order = np.lexsort((mention, start, start - end, -(shared / both), span))
    span, mention, start, end = span[order], mention[order], start[order], end[order]
    first = np.ones(len(span), bool)
    first[1:] = span[1:] != span[:-1]
    top = np.maximum.accumulate(np.where(first, np.arange(len(span)), 0))
    same = (start == start[top]) & (end == end[top])
    return span[same], mention[same]
