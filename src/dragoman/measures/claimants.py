"""Resolve the referents of claimants (MENTION and IMPLICIT), so that gold and predicted claimants can be compared.

A claimant refers by its span, by the ids of its mention, and by ids of its own; one correct reference suffices, since
otherwise omitting a reference would earn more than giving it. The rules, each building on those before:

- A *span* refers to the gold mention with the largest Dice coefficient (1945) of characters, of at least one half;
  among equally similar ones to the longer, then the earlier. Gold mentions with the same span are all referred to. The
  span of a gold claimant without a gold mention of that kind counts as a mention, too.
- A gold mention denotes its ids, or if it has none, its own span.
- A registry id or Wikidata id denotes itself. Without a registry, so do the ids that gold uses in the document. Any
  *other id* is local to the system, and denotes what most of its mentions in the document denote; ties go to the first
  mention, and between gold mentions with the same span to the first in the alphabetical order of types, then of ids.
- Several ids denote the set of what each denotes. If one of them denotes nothing, so does the set.
- An office and its holder in a document are equal. An office with several holders is equal to each of them.

A claimant that denotes nothing matches no gold claimant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING

import numpy as np

from dragoman.annotations import JOINER, NULL, Coded
from dragoman.matching.exact import packed
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
"""Roles of claimants that are compared by referent; any other role is equal only to itself."""
MAX_READINGS = 64
"""Maximum number of readings that are tried for a set of offices with several holders each."""
_NOTHING = -1
_FIRST_PLACE = -2
"""Keys of sets of ids are 0 and above, the key for no referent is -1, and keys of mentions without ids go down from -2.
"""
_MAX_IDS = 2**31
"""Upper bound on the number of ids."""


@dataclass(frozen=True, slots=True)
class Referents:
    """Referents of the claimants of one side, as a table sorted by claimant.

    Attributes:
        claimant: index of the claimant, ascending, shape (n,).
        key: a possible referent; within a document, equal keys mean the same on both sides, shape (n,).

    """

    claimant: Ints
    key: Ints

    @classmethod
    def of(cls, parts: Iterable[tuple[Ints, Ints]]) -> Referents:
        """Concatenate tables."""
        claimants, keys = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(claimants, kind="stable")
        return cls(claimants[order], keys[order])


def correspond(pair: Pair, g: Ints, p: Ints) -> Bools:
    """Whether each gold claimant and predicted claimant correspond, shape (k,).

    AUTHOR corresponds only to AUTHOR. A gold claimant without span and ids (implicit, unresolved) corresponds to a
    predicted one without either.

    Args:
        pair: gold and predicted annotations.
        g: index of the gold claimant, shape (k,).
        p: index of the predicted claimant in the same document, shape (k,).

    """
    gold, pred = pair.gold.claims, pair.pred.claims
    g_role, p_role = codes(_kind(gold.claimant_role), _kind(pred.claimant_role))
    same_kind = g_role[g] == p_role[p]
    refers = np.array([*(label in REFERRING for label in _kind(gold.claimant_role).labels), False])[g_role[g]]
    neither = ~_given(gold)[g] & ~_given(pred)[p]
    gold_referents, pred_referents = pair.memo.get("referents", lambda: _Finder(pair).referents())
    result: Bools = same_kind & (~refers | neither | _share(gold_referents, pred_referents, g, p))
    return result


def _kind(role: Coded) -> Coded:
    """Roles, with those that refer merged into one."""
    labels = [REFERRING[0] if label in REFERRING else label for label in role.labels]
    distinct = tuple(dict.fromkeys(labels))
    table = np.array([*map(distinct.index, labels), NULL], np.int32)
    return Coded(table[role.codes], distinct)


def _given(claims: Claims) -> Bools:
    """Mask of the claimants with a span or ids, shape (claimants,)."""
    result: Bools = (claims.claimant_start != NULL) | (claims.claimant_ids.codes != NULL)
    return result


def _share(gold: Referents, pred: Referents, g: Ints, p: Ints) -> Bools:
    """Whether two claimants have a referent in common, shape (k,)."""
    at, rows = _rows_of(pred.claimant, p)
    low = min(int(gold.key.min(initial=0)), int(pred.key.min(initial=0)))
    width = max(int(gold.key.max(initial=0)), int(pred.key.max(initial=0))) - low + 1
    known = gold.claimant * width + (gold.key - low)
    asked = g[at] * width + (pred.key[rows] - low)
    result = np.zeros(len(g), bool)
    result[at[np.isin(asked, known)]] = True
    return result


def _rows_of(column: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    """Return, for all rows of an ascending column with a wanted value, the index of that value and the row."""
    first = np.searchsorted(column, wanted)
    count = np.searchsorted(column, wanted, side="right") - first
    at = np.repeat(np.arange(len(wanted)), count)
    rows: Ints = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count) + first[at]
    return at, rows


class _Finder:
    """Resolves the referents of claimants.

    Attributes:
        ids: number of each id of both sides.
        sets: key of each set of ids, which may include gold mentions without ids.

    """

    def __init__(self, pair: Pair) -> None:
        self.gold, self.pred = pair.gold, pair.pred
        self.registry = pair.gold.registry or pair.pred.registry
        self.offices = _offices(pair.gold)
        self.ids: dict[str, int] = {}
        self.sets: dict[Referent, int] = {}
        self.mentions = _Mentions.of(pair.gold)
        self.entity = self._entities()

    def referents(self) -> tuple[Referents, Referents]:
        """Return the referents of the claimants of gold and of the prediction."""
        of_mentions = Referents.of([self._readings(self.mentions.doc, np.arange(len(self.entity)), self.entity)])
        return self._side(self.gold, of_mentions), self._side(self.pred, of_mentions)

    def _side(self, side: Annotations, of_mentions: Referents) -> Referents:
        """Return the referents of the claimants of a side, by their spans and by both kinds of ids."""
        claims = side.claims
        doc = claims.doc[claims.claimant_claim]
        spanned = np.flatnonzero(claims.claimant_start != NULL)
        at, mention = self.mentions.meant(doc[spanned], claims.claimant_start[spanned], claims.claimant_end[spanned])
        row, found = _rows_of(of_mentions.claimant, mention)
        parts = [(spanned[at[row]], of_mentions.key[found])]
        for ids in (claims.claimant_ids, claims.claimant_mention_ids):
            rows = np.flatnonzero(ids.codes != NULL)
            keys = self._themselves(ids.take(rows)) if side is self.gold else self._meant(doc[rows], ids.take(rows))
            means = keys != _NOTHING
            parts.append(self._readings(doc[rows[means]], rows[means], keys[means]))
        return Referents.of(parts)

    def _themselves(self, ids: Coded) -> Ints:
        """Return the keys of sets of ids that denote themselves."""
        table = np.full(len(ids.labels), _NOTHING)
        used = np.unique(ids.codes)
        table[used] = [self._key(frozenset(ids.labels[code].split(JOINER))) for code in used.tolist()]
        return table[ids.codes]

    def _meant(self, doc: Ints, ids: Coded) -> Ints:
        """Return the keys of what sets of a system's ids denote in their documents."""
        row, name = self._exploded(ids)
        itself = self._denote_themselves(doc[row], name)
        own = np.bincount(row[~itself], minlength=len(ids))
        keys = np.full(len(ids), _NOTHING)
        keys[own == 0] = self._themselves(ids.take(own == 0))
        several = own > 0
        if several.any():
            wanted = np.zeros(len(self.gold.documents), bool)
            wanted[doc[several]] = True
            names, meanings = self._own_ids(wanted)
            asked = doc[row] * len(self.ids) + name
            at = np.minimum(np.searchsorted(names, asked), max(len(names) - 1, 0))
            meaning: Ints = np.full(len(row), _NOTHING)
            if len(names):
                meaning = np.where(names[at] == asked, meanings[at], _NOTHING)
            several &= np.bincount(row, minlength=len(ids)) > 1
            alone = ~itself & ~several[row]
            keys[row[alone]] = meaning[alone]
            if several.any():
                self._put_together(keys, np.flatnonzero(several), (row, name, itself, meaning))
        return keys

    def _put_together(self, keys: Ints, rows: Ints, parts: tuple[Ints, Ints, Bools, Ints]) -> None:
        """Set the keys of sets of several ids, some of which are local to the system."""
        row, name, itself, meaning = parts
        referents, names = list(self.sets), list(self.ids)
        for each in rows.tolist():
            here = slice(*np.searchsorted(row, [each, each + 1]).tolist())
            found: set[str | int] = set()
            for i, of_itself, key in zip(
                name[here].tolist(), itself[here].tolist(), meaning[here].tolist(), strict=True
            ):
                if not of_itself and key == _NOTHING:
                    break
                found |= {names[i]} if of_itself else referents[key] if key >= 0 else {_FIRST_PLACE - key}
            else:
                keys[each] = self._key(frozenset(found))

    def _exploded(self, ids: Coded) -> tuple[Ints, Ints]:
        """Return one entry for each id of each set: the row, ascending, and the number of the id."""
        parts = [label.split(JOINER) for label in ids.labels]
        count = np.array([*map(len, parts), 0])[ids.codes]
        flat = np.array([self.ids.setdefault(name, len(self.ids)) for names in parts for name in names], np.int64)
        first = np.cumsum([0, *map(len, parts)])[ids.codes]
        row = np.repeat(np.arange(len(ids)), count)
        return row, flat[first[row] + np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)]

    def _denote_themselves(self, doc: Ints, name: Ints) -> Bools:
        """Whether each id denotes itself in its document, shape (n,)."""
        known = np.array([is_known(each, self.registry) for each in self.ids], bool)[name]
        if self.registry:
            return known
        claims = self.gold.claims
        of_claimants = claims.doc[claims.claimant_claim]
        used = []
        for docs, ids in (
            (self.gold.entities.doc, self.gold.entities.ids),
            (of_claimants, claims.claimant_ids),
            (of_claimants, claims.claimant_mention_ids),
        ):
            row, by_gold = self._exploded(ids)
            used.append(docs[row] * _MAX_IDS + by_gold)
        return known | np.isin(doc * _MAX_IDS + name, np.concatenate(used))

    def _own_ids(self, wanted: Bools) -> tuple[Ints, Ints]:
        """Return what the local ids of a system denote in some documents.

        Returns:
            Document and id packed into one number, ascending, and the key of the gold entity that it denotes, shape
            (n,) each.

        """
        entities = self.pred.entities
        rows = np.flatnonzero(wanted[entities.doc] & (entities.ids.codes != NULL))
        at, mention = self.mentions.meant(entities.doc[rows], entities.start[rows], entities.end[rows])
        row, name = self._exploded(entities.ids.take(rows[at]))
        entity = self.entity[mention[row]]
        votes = np.stack([entities.doc[rows[at[row]]] * len(self.ids) + name, entity])
        pairs, first, count = np.unique(votes, axis=1, return_index=True, return_counts=True)
        # The most frequent first, ties in the order of the text.
        order = np.lexsort((first, -count, pairs[0]))
        names, at = np.unique(pairs[0][order], return_index=True)
        return names, pairs[1][order][at]

    def _entities(self) -> Ints:
        """Return the key of what each gold mention denotes; an office with a single holder is replaced by it."""
        mentions = self.mentions
        keys = np.full(len(mentions.doc), _NOTHING)
        given = mentions.ids.codes != NULL
        keys[given] = self._themselves(mentions.ids.take(given))
        keys[~given] = _FIRST_PLACE - mentions.place[~given]
        for at in np.flatnonzero(given & np.isin(mentions.doc, list(self.offices))).tolist():
            held = self.offices[int(mentions.doc[at])]
            names = (mentions.ids.value(at) or "").split(JOINER)
            keys[at] = self._key(frozenset(held[name][0] if len(held.get(name, ())) == 1 else name for name in names))
        return keys

    def _readings(self, doc: Ints, rows: Ints, keys: Ints) -> tuple[Ints, Ints]:
        """Return all readings of referents when an office may be any of its holders: rows and keys, shape (n,) each."""
        held = np.isin(doc, list(self.offices)) & (keys >= 0) if self.offices else np.zeros(len(doc), bool)
        if not held.any():
            return rows, keys
        referents = list(self.sets)
        more = [
            (row, key)
            for row, each, key_of_set in zip(rows[held].tolist(), doc[held].tolist(), keys[held].tolist(), strict=True)
            for key in self._with_holders(self.offices[each], referents[key_of_set])
        ]
        added = np.array(more, np.int64).reshape(-1, 2)
        return np.concatenate([rows[~held], added[:, 0]]), np.concatenate([keys[~held], added[:, 1]])

    def _with_holders(self, held: Mapping[str, tuple[str, ...]], referent: Referent) -> Iterator[int]:
        choices: list[tuple[str | int, ...]] = [
            held.get(each, (each,)) if isinstance(each, str) else (each,) for each in sorted(referent, key=str)
        ]
        for reading in dict.fromkeys(map(frozenset, islice(product(*choices), MAX_READINGS))):
            yield self._key(reading)

    def _key(self, referent: Referent) -> int:
        """Return the key of a referent; a gold mention without ids has one already."""
        if len(referent) == 1:
            (only,) = referent
            if isinstance(only, int):
                return _FIRST_PLACE - only
        return self.sets.setdefault(referent, len(self.sets))


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
    """Gold mentions that a span can refer to.

    Attributes:
        doc: document, shape (n,); ``start``, ``end`` and ``ids`` likewise.
        place: number of its span among mentions without ids, NULL for a mention with ids, shape (n,).

    """

    doc: Ints
    start: Ints
    end: Ints
    ids: Coded
    place: Ints

    @classmethod
    def of(cls, gold: Annotations) -> _Mentions:
        """Collect gold's entities, and the spans of gold claimants that are not at any of them."""
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
        bounds = np.stack([doc[free], claims.claimant_start[more], claims.claimant_end[more]])
        bounds = bounds[:, np.unique(_as_one(bounds), return_index=True)[1]]
        columns = np.concatenate([np.stack([entities.doc, entities.start, entities.end]), bounds], axis=1)
        ids = Coded(np.append(entities.ids.codes, np.full(bounds.shape[1], NULL, np.int32)), entities.ids.labels)
        place = np.full(len(ids), NULL, np.int64)
        without = np.flatnonzero(ids.codes == NULL)
        place[without] = np.unique(_as_one(columns[:, without]), return_inverse=True)[1]
        return cls(columns[0], columns[1], columns[2], ids, place)

    def meant(self, doc: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints]:
        """Return the mentions that spans refer to: index of the span, ascending, and of the mention."""
        return _best((self.doc, self.start, self.end), (doc, start, end))


def _as_one(columns: Ints) -> Ints:
    """Return one number per span, equal if document, start and end of the columns, shape (3, n), are equal."""
    return packed(list(columns), [column[:0] for column in columns])[0]


def _best(mentions: tuple[Ints, Ints, Ints], spans: tuple[Ints, Ints, Ints]) -> tuple[Ints, Ints]:
    """Pair each span with the most similar mention (see the module) and with all other mentions of the same span."""
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
