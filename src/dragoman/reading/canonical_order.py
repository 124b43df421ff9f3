"""The canonical order of items, independent of their order in a file.

Spans are ordered by (document, start, end, type and the rest), claims by (document, content, attributes, claimants and
the rest). Ties are broken by the position among the parents, so that columns are identical even for identical claims.
Names that a system chooses (ids, clusters) come last: they only break remaining ties, so that renaming does not reorder
items that differ.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from dragoman.annotations import NULL, Claims, Coded, Spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

SpansT = TypeVar("SpansT", bound=Spans)


def merge_fragments(claim: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """Join fragments of a claim that overlap or touch, so that each character counts once.

    Args:
        claim: claim of each fragment, shape (n,).
        start: first code point, shape (n,), from 0 to 2**31 - 1.
        end: code point after the last one, shape (n,), up to 2**32.

    Returns:
        Claim, start and end of the joined fragments, by claim and start.

    """
    if not len(claim):
        return claim, start, end
    order = np.lexsort((end, start, claim))
    claim, start, end = claim[order], start[order], end[order]
    # One number line for all claims: shifting each claim past the one before makes a running maximum safe.
    shift = claim * (int(end.max()) + 2)
    reach = np.maximum.accumulate(end + shift)
    opens = np.ones(len(claim), bool)
    opens[1:] = (start + shift)[1:] > reach[:-1]
    first = np.flatnonzero(opens)
    last = np.append(first[1:], len(claim)) - 1
    return claim[first], start[first], reach[last] - shift[last]


def spans_in_order(spans: SpansT, *more: Coded) -> SpansT:
    """Order items by (document, start, end, type, more …)."""
    bounds = spans.doc, spans.start, spans.end - spans.start
    key, used = _packed(bounds)
    if (key[1:] > key[:-1]).all():
        return spans
    if used == len(bounds):  # usually these distinguish all spans, and ranks of labels need not be computed
        order = np.argsort(key, kind="stable")
        key = key[order]
        if (key[1:] > key[:-1]).all():
            return spans.take(order)
    return spans.take(_sorted([*bounds, *(_ranks(coded) - NULL for coded in (spans.type, *more))]))


def _sorted(columns: Sequence[Ints]) -> Ints:
    """Stable argsort of rows by columns of non-negative numbers, the first column being the primary key.

    Equivalent to ``np.lexsort`` of the reversed columns. Usually the first columns distinguish all rows: several
    columns are packed into one number and sorted, and only ties are sorted by further columns.
    """
    key, used = _packed(columns)
    order = np.argsort(key, kind="stable")
    key, place = key[order], np.arange(len(key))
    while used < len(columns):
        equal = key[1:] == key[:-1]
        tied = np.zeros(len(key), bool)
        tied[1:] |= equal
        tied[:-1] |= equal
        if not tied.any():
            break
        place, key = place[tied], key[tied]
        rows, group = order[place], np.zeros(len(key), np.int64)
        np.cumsum(key[1:] != key[:-1], out=group[1:])
        key, taken = _packed([group, *(column[rows] for column in columns[used:])])
        used += taken - 1
        inner = np.argsort(key, kind="stable")
        order[place], key = rows[inner], key[inner]
    return order


def _packed(columns: Sequence[Ints]) -> tuple[Ints, int]:
    """Pack the first columns, as many as fit 63 bits, into one number, and return how many those are.

    Columns hold numbers below 2**32 and there are fewer than 2**31 rows, so that a row number and any column fit
    together: with two columns or more, at least two are packed.
    """
    key = columns[0]
    for used, column in enumerate(columns[1:], 1):
        stride = int(column.max(initial=0)) + 1
        if (int(key.max(initial=0)) + 1) * stride >= 2**63:
            return key, used
        key = key * stride + column
    return key, len(columns)


def claims_in_order(c: Claims) -> Claims:
    """Order by (document, content, attributes, claimants and the rest), and reorder all related tables."""
    order = _order(c)
    place = np.empty(len(c) + 1, np.int64)
    place[order], place[-1] = np.arange(len(c)), NULL
    fragments = merge_fragments(place[c.fragment_claim], c.fragment_start, c.fragment_end)
    cue = merge_fragments(place[c.cue_claim], c.cue_start, c.cue_end)
    names = [_ranks(ids) for ids in (c.claimant_mention_ids, c.claimant_ids)]
    by_claim = np.lexsort((*names, c.claimant_end, c.claimant_start, _ranks(c.claimant_role), place[c.claimant_claim]))
    return Claims(
        doc=c.doc[order],
        item=c.item[order],
        parent=place[c.parent[order]],
        polarity=c.polarity.take(order),
        modality=c.modality.take(order),
        act=c.act.take(order),
        cluster=c.cluster.take(order),
        phenomena=c.phenomena.take(order),
        fragment_claim=fragments[0],
        fragment_start=fragments[1],
        fragment_end=fragments[2],
        cue_claim=cue[0],
        cue_start=cue[1],
        cue_end=cue[2],
        claimant_claim=place[c.claimant_claim][by_claim],
        claimant_role=c.claimant_role.take(by_claim),
        claimant_start=c.claimant_start[by_claim],
        claimant_end=c.claimant_end[by_claim],
        claimant_ids=c.claimant_ids.take(by_claim),
        claimant_mention_ids=c.claimant_mention_ids.take(by_claim),
    )


def _ranks(coded: Coded) -> Ints:
    """Rank of each item's label in sorted order: codes depend on the file, ranks do not."""
    rank = np.empty(len(coded.labels) + 1, np.int64)
    rank[np.array(sorted(range(len(coded.labels)), key=coded.labels.__getitem__), np.int64)] = np.arange(
        len(coded.labels)
    )
    rank[-1] = NULL
    return rank[coded.codes]


def _order(c: Claims) -> Ints:
    """Sort the claims."""
    first_start, last_end = np.zeros(len(c), np.int64), np.zeros(len(c), np.int64)
    first_start[c.fragment_claim[::-1]] = c.fragment_start[::-1]  # fragments are in order: the first wins
    last_end[c.fragment_claim] = c.fragment_end
    keys = [
        c.doc,
        first_start,
        last_end,
        *(_ranks(coded) for coded in (c.act, c.modality, c.polarity, c.phenomena)),
    ]
    order: Ints = np.lexsort(keys[::-1])
    same = np.ones(max(0, len(c) - 1), bool)
    for key in keys:
        same &= np.diff(key[order]) == 0
    if not same.any():
        return order
    # From here on one by one, only for claims that are tied so far.
    group = np.concatenate([[0], np.cumsum(~same)])
    tied = np.zeros(len(c), bool)
    tied[:-1] |= same
    tied[1:] |= same
    tables = _tables(c, set(order[tied].tolist()))
    rank = _dense([(g, tables.get(claim)) for claim, g in zip(order.tolist(), group.tolist(), strict=True)])
    own = np.empty(len(c), np.int64)
    own[order] = rank
    return _among_parents(c, own) if len(set(rank)) < len(c) else np.argsort(own, kind="stable")


def _tables(c: Claims, tied: set[int]) -> dict[int, Any]:
    """Sort keys (content, cue, claimants, their names, cluster) of the given claims."""
    rows_of: dict[int, tuple[list[Any], ...]] = defaultdict(lambda: ([], [], [], [], []))
    wanted = np.zeros(len(c), bool)
    wanted[list(tied)] = True
    fragments, cues, claimants = (
        np.flatnonzero(wanted[of]) for of in (c.fragment_claim, c.cue_claim, c.claimant_claim)
    )
    who = _rows(claimants, _ranks(c.claimant_role), c.claimant_start, c.claimant_end)
    names = _rows(claimants, _ranks(c.claimant_ids), _ranks(c.claimant_mention_ids))
    tables: tuple[tuple[Ints, list[Any]], ...] = (
        (c.fragment_claim[fragments], _rows(fragments, c.fragment_start, c.fragment_end)),
        (c.cue_claim[cues], _rows(cues, c.cue_start, c.cue_end)),
        (c.claimant_claim[claimants], who),
        (c.claimant_claim[claimants], list(zip(who, names, strict=True))),
        (np.flatnonzero(wanted), _rows(np.flatnonzero(wanted), _ranks(c.cluster))),
    )
    for index, (claims, rows) in enumerate(tables):
        for claim, row in zip(claims.tolist(), rows, strict=True):
            rows_of[claim][index].append(row)
    for _, _, *tables_of_claimants, _ in rows_of.values():
        for rows in tables_of_claimants:
            rows.sort()
    return rows_of


def _rows(rows: Ints, *columns: Ints) -> list[tuple[int, ...]]:
    """Return the given rows of columns as tuples."""
    return list(zip(*(column[rows].tolist() for column in columns), strict=True))


def _dense(values: list[Any]) -> list[int]:
    """Rank of each value among the distinct ones."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0] * len(values)
    for before, after in pairwise(order):
        ranks[after] = ranks[before] + (values[before] != values[after])
    return ranks


def _among_parents(c: Claims, own: Ints) -> Ints:
    """Break ties between claims by their descendants, then by their ancestors.

    Claims that are tied in both are interchangeable. The parents must not form a cycle.
    """
    parent, key = c.parent.tolist(), own.tolist()
    levels = _levels(parent)
    below: list[list[int]] = [[] for _ in parent]
    subtree = [0] * len(parent)
    for level in reversed(levels):
        ranks = _dense([(key[claim], sorted(below[claim])) for claim in level])
        for claim, rank in zip(level, ranks, strict=True):
            subtree[claim] = rank
            if parent[claim] != NULL:
                below[parent[claim]].append(rank)
    place, depth = [0] * len(parent), [0] * len(parent)
    for number, level in enumerate(levels):
        above = [place[parent[claim]] if number else 0 for claim in level]
        ranked = sorted(zip(([key[claim], subtree[claim]] for claim in level), above, level, strict=True))
        for position, (_, _, claim) in enumerate(ranked):
            place[claim], depth[claim] = position, number
    order: Ints = np.lexsort((np.array(place), np.array(depth), own))
    return order


def _levels(parent: list[int]) -> list[list[int]]:
    """Group claims by the number of their ancestors."""
    below: dict[int, list[int]] = defaultdict(list)
    for claim, above in enumerate(parent):
        below[above].append(claim)
    levels = [below[NULL]]
    while levels[-1]:
        levels.append([claim for above in levels[-1] for claim in below.get(above, ())])
    return levels[:-1]
