"""From rows in Arrow to the columns that the scorer works on, with every check that can be made on whole columns.

A check that fails raises :class:`Doubt`: the caller then reads the file again, line by line, to say exactly what is
wrong and where (see :mod:`dragoman.submission.precise`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dragoman import timex
from dragoman.schema.columns import JOINER, LAYERS, NULL, Annotations, Claims, Coded, Dates, Entities, Spans

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.submission.target import Target

    Ints = NDArray[np.int64]

SpansT = TypeVar("SpansT", bound=Spans)
MAX_ID = 512


class Doubt(Exception):  # noqa: N818 - not an error: a reason to look again
    """Something in the columns is not as it must be; the message is for whoever debugs the fast path."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Structs of one level, flattened, with the row that each belongs to.

    Attributes:
        table: the structs.
        parent: row of the level above, shape (n,).
        item: position in the parent's list, shape (n,).

    """

    table: pa.StructArray
    parent: Ints
    item: Ints

    def __len__(self) -> int:
        return len(self.parent)

    def field(self, name: str) -> pa.Array | None:
        """One field of all structs; None where the file never has it."""
        index = self.table.type.get_field_index(name)
        return None if index < 0 else self.table.field(index)

    def strings(self, name: str) -> Coded:
        """One field as codes."""
        column = self.field(name)
        return Coded(np.full(len(self), NULL, np.int32), ()) if column is None else _coded(column)

    def integers(self, name: str, missing: int | None = None) -> Ints:
        """One field as integers; a null is a doubt unless a stand-in is given."""
        column = self.field(name)
        if column is None or column.null_count:
            if missing is None:
                if len(self):
                    raise Doubt(f"{name} is missing")
                return np.zeros(0, np.int64)
            if column is None:
                return np.full(len(self), missing, np.int64)
            column = column.fill_null(missing)
        return _ints(column)


def _ints(column: pa.Array) -> Ints:
    values: Ints = column.to_numpy(zero_copy_only=False).astype(np.int64)
    return values


def build(table: pa.Table, target: Target) -> Annotations:
    """Turn the rows of a submission into columns.

    Args:
        table: one row a document, columns as in :class:`dragoman.schema.submission.Submission`; columns that
            the file never mentions may be absent.
        target: what the rows are read against.

    Raises:
        Doubt: a check failed.

    """
    documents, row_doc, given = _documents(table, target)
    present = np.zeros((len(LAYERS), len(documents)), bool)
    for layer, name in enumerate(LAYERS):
        present[layer, row_doc] = _present(table, name)
    texts = [target.texts.get(name) for name in documents]
    lengths = np.array([np.iinfo(np.int64).max if t is None else len(t) for t in texts], np.int64)
    entity_rows = _flatten(table, "entities", row_doc)
    entities = _entities(entity_rows, target)
    for span in (entity_rows, _flatten(table, "dates", row_doc)):
        _check_spans(span.integers("start"), span.integers("end"), span.parent, lengths)
        _check_surfaces(span, texts)
    dates = _dates(_flatten(table, "dates", row_doc), target)
    claims = _claims(_flatten(table, "claims", row_doc), entity_rows, target, lengths)
    return Annotations(
        documents=documents,
        entities=_in_order(entities, entities.ids, entities.form),
        dates=_in_order(dates, dates.value, dates.mod, dates.external),
        claims=_sorted_claims(claims),
        given=given,
        present=present,
    )


def _documents(table: pa.Table, target: Target) -> tuple[tuple[str, ...], Ints, NDArray[np.bool_]]:
    """Document ids, the document of each row, and which documents have a row."""
    ids = _column(table, "id", pa.string())
    widths = pc.min_max(pc.utf8_length(ids)).as_py()
    if ids.null_count or (len(ids) and not 1 <= widths["min"] <= widths["max"] <= MAX_ID):
        raise Doubt("a line without id")
    documents = tuple(sorted(ids.to_pylist())) if target.documents is None else target.documents
    place = pc.index_in(ids, value_set=pa.array(documents, pa.string()))
    if place.null_count:
        raise Doubt("unknown document")
    row_doc = _ints(place)
    given = np.bincount(row_doc, minlength=len(documents))
    if given.max(initial=0) > 1:
        raise Doubt("repeated document")
    return documents, row_doc, given.astype(bool)


def _column(table: pa.Table, name: str, type_: pa.DataType) -> pa.Array:
    if name not in table.column_names:
        return pa.nulls(table.num_rows, type_)
    column = table.column(name)
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _present(table: pa.Table, name: str) -> NDArray[np.bool_]:
    """Which rows have a layer's key with something other than null."""
    if name not in table.column_names:
        return np.zeros(table.num_rows, bool)
    mask: NDArray[np.bool_] = _column(table, name, pa.null()).is_valid().to_numpy(zero_copy_only=False)
    return mask


def _flatten(table: pa.Table, name: str, row_doc: Ints) -> _Rows:
    """Items of one layer, with their documents in place of the row number."""
    rows = _unnest(_column(table, name, pa.list_(pa.struct([]))))
    return _Rows(rows.table, row_doc[rows.parent], rows.item)


def _unnest(lists: pa.Array) -> _Rows:
    if isinstance(lists, pa.ChunkedArray):
        lists = lists.combine_chunks()
    flat = lists.flatten()
    if flat.null_count:
        raise Doubt("null in a list")
    parent = _ints(pc.list_parent_indices(lists))
    first = np.searchsorted(parent, parent, side="left")
    return _Rows(flat, parent, np.arange(len(parent)) - first)


def _coded(column: pa.Array) -> Coded:
    encoded = column.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    codes = encoded.indices.fill_null(NULL).to_numpy(zero_copy_only=False).astype(np.int32)
    return Coded(codes, tuple(encoded.dictionary.to_pylist()))


def _closed(coded: Coded, field: str, target: Target) -> Coded:
    """Check a column of labels against its closed set."""
    allowed = target.label_sets.get(field)
    if allowed is not None and not set(coded.labels) <= set(allowed):
        raise Doubt(f"unknown label in {field}")
    return coded


def _check_spans(starts: Ints, ends: Ints, docs: Ints, lengths: Ints) -> None:
    if len(starts) and ((starts < 0) | (ends <= starts) | (ends > lengths[docs])).any():
        raise Doubt("span")


def _check_surfaces(rows: _Rows, texts: list[str | None]) -> None:
    for name in ("quote", "occurrence"):
        column = rows.field(name)
        if column is not None and column.null_count < len(rows):
            raise Doubt("quote")
    surfaces = rows.field("text")
    if surfaces is None or surfaces.null_count == len(rows):
        return
    starts, ends = rows.integers("start").tolist(), rows.integers("end").tolist()
    for doc, start, end, surface in zip(rows.parent.tolist(), starts, ends, surfaces.to_pylist(), strict=True):
        text = texts[doc]
        if surface is not None and text is not None and text[start:end] != surface:
            raise Doubt("surface")


def _unique_ids(rows: _Rows) -> None:
    """Refuse an id that is given twice in one document."""
    ids = rows.strings("id")
    given = ids.codes != NULL
    keys = rows.parent[given] * (len(ids.labels) + 1) + ids.codes[given]
    if len(np.unique(keys)) != len(keys):
        raise Doubt("repeated id")


def _id_sets(rows: _Rows, target: Target) -> Coded:
    """Code the sets of entity ids: aliases resolved, sorted, joined."""
    lists = rows.field("entity_ids")
    if lists is None or lists.null_count == len(rows):
        return Coded(np.full(len(rows), NULL, np.int32), ())
    joined = [None if not ids else join_ids(ids, target) for ids in lists.to_pylist()]
    return Coded.of(joined)


def join_ids(ids: list[str], target: Target) -> str:
    """One string for a set of entity ids, whatever their order and whichever of their names was used."""
    if None in ids or any(JOINER in name for name in ids):
        raise Doubt("id")
    return JOINER.join(sorted({target.aliases.get(name, name) for name in ids}))


def _entities(rows: _Rows, target: Target) -> Entities:
    _unique_ids(rows)
    return Entities(
        doc=rows.parent,
        start=rows.integers("start"),
        end=rows.integers("end"),
        type=_closed(rows.strings("type"), "entities.type", target),
        item=rows.item,
        ids=_id_sets(rows, target),
        form=_closed(rows.strings("form"), "entities.form", target),
    )


def _dates(rows: _Rows, target: Target) -> Dates:
    _unique_ids(rows)
    value, external = rows.strings("value"), rows.strings("value_external")
    if target.strict_values and not all(_parses(label) for label in value.labels + external.labels):
        raise Doubt("date value")
    return Dates(
        doc=rows.parent,
        start=rows.integers("start"),
        end=rows.integers("end"),
        type=_closed(rows.strings("type"), "dates.type", target),
        item=rows.item,
        value=value,
        mod=_closed(rows.strings("mod"), "dates.mod", target),
        external=external,
    )


def _parses(value: str) -> bool:
    try:
        timex.canonical(value)
    except timex.TimexError:
        return False
    return True


def _claims(rows: _Rows, entities: _Rows, target: Target, lengths: Ints) -> Claims:
    _unique_ids(rows)
    fragments = _pairs(rows, "content", lengths)
    if len(np.unique(fragments[0])) != len(rows):
        raise Doubt("a claim without content")
    cue = _pairs(rows, "cue", lengths)
    return Claims(
        doc=rows.parent,
        item=rows.item,
        parent=_parents(rows),
        polarity=_closed(rows.strings("polarity"), "claims.polarity", target),
        modality=_closed(rows.strings("modality"), "claims.modality", target),
        act=_closed(rows.strings("act"), "claims.act", target),
        cluster=rows.strings("cluster"),
        fragment_claim=fragments[0],
        fragment_start=fragments[1],
        fragment_end=fragments[2],
        cue_claim=cue[0],
        cue_start=cue[1],
        cue_end=cue[2],
        **_claimants(rows, entities, target, lengths),
    )


def _pairs(rows: _Rows, name: str, lengths: Ints) -> tuple[Ints, Ints, Ints]:
    """Fragments of a field as (claim, start, end), sorted and merged so that those of a claim are disjoint."""
    lists = rows.field(name)
    if lists is None or lists.null_count == len(rows):
        return (np.zeros(0, np.int64),) * 3
    pairs = lists.flatten()
    if pairs.null_count or (pairs.value_lengths().to_numpy(zero_copy_only=False) != 2).any():
        raise Doubt(f"{name} is not a pair")
    claim = _ints(pc.list_parent_indices(lists))
    numbers = pairs.flatten()
    if numbers.null_count:
        raise Doubt(f"null in {name}")
    bounds = _ints(numbers).reshape(-1, 2)
    _check_spans(bounds[:, 0], bounds[:, 1], rows.parent[claim], lengths)
    return merge_fragments(claim, bounds[:, 0], bounds[:, 1])


def merge_fragments(claim: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """Join fragments of a claim that overlap or touch; a character counts once however often it is given."""
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


def _lookup(doc: Ints, names: Coded, wanted_doc: Ints, wanted: Coded) -> Ints:
    """Row of each wanted (document, id), NULL where none is wanted; a dangling reference is a doubt."""
    width = len(names.labels) + 1
    known = np.flatnonzero(names.codes != NULL)
    keys = doc[known] * width + names.codes[known]
    order = np.argsort(keys, kind="stable")
    ask = wanted.codes != NULL
    codes = wanted.recode(names.labels)[ask].astype(np.int64)
    if (codes < NULL).any():
        raise Doubt("dangling reference")
    asked = wanted_doc[ask] * width + codes
    at = np.searchsorted(keys[order], asked)
    if len(asked) and (
        not len(keys) or (at >= len(keys)).any() or (keys[order][np.minimum(at, len(keys) - 1)] != asked).any()
    ):
        raise Doubt("dangling reference")
    found = np.full(len(wanted), NULL, np.int64)
    found[ask] = known[order][at] if len(asked) else found[ask]
    return found


def _parents(rows: _Rows) -> Ints:
    parent = _lookup(rows.parent, rows.strings("id"), rows.parent, rows.strings("parent"))
    # Follow all chains at once; a chain that has not ended after as many steps as there are claims goes in a circle.
    at, steps = parent.copy(), 0
    while (at != NULL).any():
        steps += 1
        if steps > len(parent):
            raise Doubt("circular reference")
        # Pointer doubling would be quicker on deep chains, but real ones are a handful deep.
        at = np.where(at == NULL, NULL, parent[at])
    return parent


def _claimants(rows: _Rows, entities: _Rows, target: Target, lengths: Ints) -> dict[str, Any]:
    lists = rows.field("claimants")
    who = _unnest(pa.nulls(len(rows), pa.list_(pa.struct([]))) if lists is None else lists)
    doc = rows.parent[who.parent]
    entity = _lookup(entities.parent, entities.strings("id"), doc, who.strings("mention"))
    named = entity != NULL
    start, end = who.integers("start", NULL), who.integers("end", NULL)
    if ((start == NULL) != (end == NULL)).any() or (named & (start != NULL)).any():
        raise Doubt("claimant span")
    spanned = start != NULL
    _check_spans(start[spanned], end[spanned], doc[spanned], lengths)
    start[named] = entities.integers("start")[entity[named]]
    end[named] = entities.integers("end")[entity[named]]
    role = _closed(who.strings("role"), "claims.claimants.role", target)
    labels = (*role.labels, "MENTION") if "MENTION" not in role.labels else role.labels
    mention = labels.index("MENTION")
    codes = np.where((role.codes == NULL) & (start != NULL), mention, role.codes).astype(np.int32)
    if (codes == NULL).any() or ((codes == mention) != (start != NULL)).any():
        raise Doubt("role does not fit")
    own, theirs = _id_sets(who, target), _id_sets(entities, target)
    ids = [theirs.value(int(e)) if e != NULL and own.codes[i] == NULL else own.value(i) for i, e in enumerate(entity)]
    return {
        "claimant_claim": who.parent,
        "claimant_role": Coded(codes, labels),
        "claimant_start": start,
        "claimant_end": end,
        "claimant_ids": Coded.of(ids),
    }


def _in_order(spans: SpansT, *more: Coded) -> SpansT:
    """Order items by (document, start, end, type, more …)."""
    place = spans.doc * (int(spans.end.max(initial=0)) + 1) + spans.start
    if (np.diff(place) > 0).all():
        return spans
    keys = [_ranks(coded) for coded in reversed((spans.type, *more))]
    return spans.take(np.lexsort([*keys, spans.end, spans.start, spans.doc]))


def _ranks(coded: Coded) -> Ints:
    """Position of each item's label in sorted order: codes depend on the file, ranks do not."""
    rank = np.empty(len(coded.labels) + 1, np.int64)
    rank[np.array(sorted(range(len(coded.labels)), key=coded.labels.__getitem__), np.int64)] = np.arange(
        len(coded.labels)
    )
    rank[-1] = NULL
    return rank[coded.codes]


def _sorted_claims(c: Claims) -> Claims:
    """Order by (document, content, attributes, claimants), carrying every table along."""
    first_start, last_end = np.zeros(len(c), np.int64), np.zeros(len(c), np.int64)
    first_start[c.fragment_claim[::-1]] = c.fragment_start[::-1]  # fragments are in order: the first wins
    last_end[c.fragment_claim] = c.fragment_end
    who = np.full((2, len(c)), NULL, np.int64)
    who[0, c.claimant_claim] = c.claimant_start
    who[1, c.claimant_claim] = _ranks(c.claimant_ids)
    attributes = [_ranks(coded) for coded in (c.act, c.modality, c.polarity)]
    order = np.lexsort((who[1], who[0], *attributes, last_end, first_start, c.doc))
    place = np.empty(len(c) + 1, np.int64)
    place[order], place[-1] = np.arange(len(c)), NULL
    fragments = merge_fragments(place[c.fragment_claim], c.fragment_start, c.fragment_end)
    cue = merge_fragments(place[c.cue_claim], c.cue_start, c.cue_end)
    ranks = _ranks(c.claimant_ids)
    by_claim = np.lexsort((ranks, c.claimant_start, _ranks(c.claimant_role), place[c.claimant_claim]))
    return Claims(
        doc=c.doc[order],
        item=c.item[order],
        parent=place[c.parent[order]],
        polarity=c.polarity.take(order),
        modality=c.modality.take(order),
        act=c.act.take(order),
        cluster=c.cluster.take(order),
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
    )
