"""From Arrow rows to the columns that the scorer works on, with all checks, on whole columns.

A check that fails raises :class:`Fallback`: the caller then reads the file again, line by line, to say exactly what is
wrong and where (see :mod:`dragoman.reading.lines`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from dragoman import timex
from dragoman.annotations import JOINER, NULL, Annotations, Claims, Coded, Dates, Entities, Spans
from dragoman.arrow_buffers import flat_of, integers_of, valid
from dragoman.reading.arrow_rows import (
    Rows,
    check_lists,
    coded,
    column_of,
    lengths_of,
    parents_of,
    string_column,
    unnest,
)
from dragoman.reading.canonical_order import claims_in_order, merge_fragments, spans_in_order
from dragoman.reading.fallback import Fallback
from dragoman.schema.layers import LAYER_NAMES
from dragoman.text.span_columns import Texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.reading.target import Target
    from dragoman.text.span_columns import StringColumn

    Ints = NDArray[np.int64]

_SPARSE = 16
"""If the largest number is more than this many times their count, numbers are sorted instead of counted."""
_WIKIDATA = re.compile(r"(?:https?://(?:www\.|m\.)?wikidata\.org/(?:wiki|entity)/|wd:|wikidata:)(Q[1-9][0-9]*)")
"""Addresses and prefixes of a Wikidata item, which are normalised to its id."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def build(table: pa.Table, target: Target, *, beyond: bool = False) -> Annotations:
    """Turn the rows of a submission into columns.

    Args:
        table: one row per document, columns as in :class:`dragoman.schema.submission.Submission`; columns that do not
            occur in the file may be absent.
        target: what the rows are checked against.
        beyond: whether spans after the end of the text are allowed: they represent quotes that were not found.

    Returns:
        The labels, with items in canonical order.

    Raises:
        Fallback: a check failed.

    """
    if any(column.num_chunks != 1 for column in table.columns):
        table = table.combine_chunks()  # once, since columns are accessed several times
    for name in table.column_names:
        check_lists(column_of(table, name, pa.null()))
    documents, row_doc, given = _documents(table, target)
    present = np.zeros((len(LAYER_NAMES), len(documents)), bool)
    present[:, row_doc] = _present(table)
    texts = Texts(_texts(table, target, documents, row_doc), beyond=beyond)
    entity_rows, date_rows = _flatten(table, "entities", row_doc), _flatten(table, "dates", row_doc)
    segment_rows = _flatten(table, "segments", row_doc)
    for rows in (entity_rows, date_rows, segment_rows):
        _check_spans(texts, rows.parent, rows.integers("start"), rows.integers("end"), _surfaces(rows))
    entities, dates = _entities(entity_rows, target), _dates(date_rows, target)
    claims = _claims(_flatten(table, "claims", row_doc), entity_rows, target, texts)
    return Annotations(
        documents=documents,
        entities=spans_in_order(entities, entities.ids, entities.form, entities.phenomena),
        dates=spans_in_order(dates, dates.value, dates.mod, dates.external, dates.phenomena),
        claims=claims_in_order(claims),
        segments=spans_in_order(_segments(segment_rows, target)),
        given=given,
        present=present,
        texts=tuple(texts.texts),
        published=_times(table, "published", row_doc, len(documents), target),
        published_external=_times(table, "published_external", row_doc, len(documents), target),
        languages=_languages(table, row_doc, len(documents)),
        answered=frozenset(n for n, row in zip(LAYER_NAMES, present, strict=True) if row.any() or not table.num_rows),
        registry=target.registry,
        addresses=_addresses_by_document(entity_rows, len(documents)),
    )


def _surfaces(rows: Rows) -> StringColumn | None:
    """Return the ``text`` of spans, or None; quotes, which columns cannot represent, raise :class:`Fallback`."""
    if rows.has("quote") or rows.has("occurrence"):
        raise Fallback("quote")
    column = rows.field("text") if rows.has("text") else None
    return None if column is None else string_column(column)


def _check_spans(texts: Texts, docs: Ints, starts: Ints, ends: Ints, surfaces: StringColumn | None = None) -> None:
    if not texts.check_spans(docs, starts, ends, surfaces):
        raise Fallback("span")


def _times(table: pa.Table, name: str, row_doc: Ints, documents: int, target: Target) -> Coded:
    """Document times, one per document; NULL for a document without a row."""
    given = coded(column_of(table, name, pa.string()))
    if target.strict_values and not all(map(timex.is_valid, given.labels)):
        raise Fallback("document time")
    codes = np.full(documents, NULL, np.int32)
    codes[row_doc] = given.codes
    return Coded(codes, given.labels)


def _languages(table: pa.Table, row_doc: Ints, documents: int) -> Coded | None:
    """Language of each document, NULL where not given; None if it is given nowhere."""
    given = coded(column_of(table, "language", pa.string()))
    if not given.labels:
        return None
    codes = np.full(documents, NULL, np.int32)
    codes[row_doc] = given.codes
    return Coded(codes, given.labels)


def _texts(table: pa.Table, target: Target, documents: tuple[str, ...], row_doc: Ints) -> list[str | None]:
    """Text of each document: the target's, else the row's own; if there are both they must not differ."""
    texts: list[str | None] = [None] * len(documents)
    if target.texts:
        texts = [target.texts.get(name) for name in documents]
    if "text" in table.column_names:
        for doc, own in zip(row_doc.tolist(), column_of(table, "text", pa.string()).to_pylist(), strict=True):
            if own is not None and texts[doc] not in {None, own}:
                raise Fallback("another text")
            texts[doc] = own if texts[doc] is None else texts[doc]
    return texts


def _documents(table: pa.Table, target: Target) -> tuple[tuple[str, ...], Ints, NDArray[np.bool_]]:
    """Document ids, the document index of each row, and which documents have a row."""
    ids = column_of(table, "id", pa.string())
    if ids.null_count:
        raise Fallback("a line without id")
    names = ids.to_pylist()
    _check_ids(names)
    documents = tuple(sorted(names)) if target.documents is None else target.documents
    place = {name: at for at, name in enumerate(documents)}
    try:
        row_doc = np.fromiter(map(place.__getitem__, names), np.int64, len(names))
    except KeyError as cause:
        raise Fallback("unknown document") from cause
    given = np.bincount(row_doc, minlength=len(documents))
    if given.max(initial=0) > 1:
        raise Fallback("repeated document")
    return documents, row_doc, given.astype(bool)


def _present(table: pa.Table) -> NDArray[np.bool_]:
    """Which layers each row has, shape (layers, rows).

    A row has a layer if it has a non-null value for its key; an empty list does not count if the row has
    ``layers_annotated`` and the layer is not in it.
    """
    annotated = column_of(table, "layers_annotated", pa.list_(pa.string()))
    declared, of, named = valid(annotated), parents_of(annotated), coded(flat_of(annotated))
    if not set(named.labels) <= set(LAYER_NAMES):
        raise Fallback("unknown layer")
    present = np.zeros((len(LAYER_NAMES), table.num_rows), bool)
    for layer, name in enumerate(LAYER_NAMES):
        if name in table.column_names:
            lists = column_of(table, name, pa.null())
            unnamed = declared.copy()
            if name in named.labels:
                unnamed[of[named.codes == named.labels.index(name)]] = False
            present[layer] = valid(lists) & ~((lengths_of(lists) == 0) & unnamed)
    return present


def _flatten(table: pa.Table, name: str, row_doc: Ints) -> Rows:
    """Items of one layer, with document indices in place of row numbers."""
    return unnest(column_of(table, name, pa.list_(pa.struct([]))), row_doc)


def _renamed(types: Coded, target: Target) -> Coded:
    """Rename types according to the target."""
    if target.rename.keys().isdisjoint(types.labels):
        return types
    names = [target.rename.get(label, label) for label in types.labels]
    labels = tuple(dict.fromkeys(names))
    table = np.array([*map(labels.index, names), NULL], np.int32)
    return Coded(table[types.codes], labels)


def _closed(coded: Coded, field: str, target: Target) -> Coded:
    """Check a column of labels against its label set."""
    allowed = target.label_sets.get(field)
    if allowed is not None and not set(coded.labels) <= set(allowed):
        raise Fallback(f"unknown label in {field}")
    return coded


def _check_ids(names: Sequence[str]) -> None:
    """Raise :class:`Fallback` for ids that are empty, or contain a control character."""
    if "" in names or _CONTROL.search("".join(names)):
        raise Fallback("id")


def _ids(rows: Rows, name: str) -> Coded:
    """Read one field of ids as codes."""
    ids = rows.strings(name)
    _check_ids(ids.labels)
    return ids


def _unique_ids(rows: Rows) -> None:
    """Raise :class:`Fallback` for an id that occurs twice in one document."""
    ids = _ids(rows, "id")
    if not ids.labels:
        return
    given = ids.codes != NULL
    if _repeats(rows.parent[given] * len(ids.labels) + ids.codes[given]):
        raise Fallback("repeated id")


def _repeats(keys: Ints) -> bool:
    """Whether a non-negative number occurs twice; by counting where numbers are dense, else by sorting."""
    if not len(keys) or keys.max() >= _SPARSE * len(keys):
        return len(np.unique(keys)) != len(keys)
    return bool(np.bincount(keys).max() > 1)


def _sets(rows: Rows, field: str, aliases: Mapping[str, str] = MappingProxyType({})) -> Coded:
    """Encode the sets of names in a field, with aliases resolved and regardless of order; an empty set is NULL."""
    lists = rows.field(field)
    if lists is None or lists.null_count == len(rows):
        return Coded.null(len(rows))
    _check_ids(coded(flat_of(lists)).labels)
    addresses = _addresses(coded(flat_of(lists)).labels)
    if addresses:
        aliases = {**aliases, **{name: aliases.get(item, item) for name, item in addresses.items()}}
    return Coded.of(
        [JOINER.join(sorted({aliases.get(n, n) for n in names})) if names else None for names in lists.to_pylist()]
    )


def _addresses(names: Sequence[str]) -> dict[str, str]:
    """Map ids that are addresses of Wikidata items to the item."""
    return {name: match[1] for name in names if "Q" in name and (match := _WIKIDATA.fullmatch(name)) is not None}


def _addresses_by_document(rows: Rows, documents: int) -> Ints | None:
    """Count entity ids that are addresses of Wikidata items, shape (documents,); None if there are none."""
    lists = rows.field("entity_ids")
    if lists is None or lists.null_count == len(rows):
        return None
    names = coded(flat_of(lists))
    found = _addresses(names.labels)
    if not found:
        return None
    codes = [at for at, label in enumerate(names.labels) if label in found]
    return np.bincount(rows.parent[parents_of(lists)[np.isin(names.codes, codes)]], minlength=documents)


def _entities(rows: Rows, target: Target) -> Entities:
    _unique_ids(rows)
    return Entities(
        doc=rows.parent,
        start=rows.integers("start"),
        end=rows.integers("end"),
        type=_closed(_renamed(rows.strings("type"), target), "entities.type", target),
        phenomena=_sets(rows, "phenomena"),
        item=rows.item,
        ids=_sets(rows, "entity_ids", target.aliases),
        form=_closed(rows.strings("form"), "entities.form", target),
    )


def _dates(rows: Rows, target: Target) -> Dates:
    _unique_ids(rows)
    value, external = rows.strings("value"), rows.strings("value_external")
    if target.strict_values and not all(timex.is_valid(label) for label in value.labels + external.labels):
        raise Fallback("date value")
    return Dates(
        doc=rows.parent,
        start=rows.integers("start"),
        end=rows.integers("end"),
        type=_closed(_renamed(rows.strings("type"), target), "dates.type", target),
        phenomena=_sets(rows, "phenomena"),
        item=rows.item,
        value=value,
        mod=_closed(rows.strings("mod"), "dates.mod", target),
        external=external,
    )


def _segments(rows: Rows, target: Target) -> Spans:
    _unique_ids(rows)
    return Spans(
        doc=rows.parent,
        start=rows.integers("start"),
        end=rows.integers("end"),
        type=_closed(rows.strings("kind"), "segments.kind", target),
        phenomena=rows.strings("phenomena"),
        item=rows.item,
    )


def _claims(rows: Rows, entities: Rows, target: Target, texts: Texts) -> Claims:
    _unique_ids(rows)
    fragments = _pairs(rows, "content", texts)
    if len(np.unique(fragments[0])) != len(rows):
        raise Fallback("a claim without content")
    cue = _pairs(rows, "cue", texts)
    return Claims(
        doc=rows.parent,
        phenomena=_sets(rows, "phenomena"),
        item=rows.item,
        parent=_parents(rows),
        polarity=_closed(rows.strings("polarity"), "claims.polarity", target),
        modality=_closed(rows.strings("modality"), "claims.modality", target),
        act=_closed(rows.strings("act"), "claims.act", target),
        cluster=_ids(rows, "cluster"),
        fragment_claim=fragments[0],
        fragment_start=fragments[1],
        fragment_end=fragments[2],
        cue_claim=cue[0],
        cue_start=cue[1],
        cue_end=cue[2],
        **_claimants(rows, entities, target, texts),
    )


def _pairs(rows: Rows, name: str, texts: Texts) -> tuple[Ints, Ints, Ints]:
    """Fragments of a field as (claim, start, end), sorted, and merged so that those of a claim are disjoint."""
    lists = rows.field(name)
    if lists is None or lists.null_count == len(rows):
        return (np.zeros(0, np.int64),) * 3
    claim, pairs = parents_of(lists), flat_of(lists)
    surfaces = None
    if pa.types.is_struct(pairs.type):  # objects, which can occur in parquet
        stretches = unnest(lists)
        start, end, surfaces = stretches.integers("start"), stretches.integers("end"), _surfaces(stretches)
    else:
        if (lengths_of(pairs) != 2).any():
            raise Fallback(f"{name} is not a pair")
        start, end = integers_of(flat_of(pairs)).reshape(-1, 2).T
    _check_spans(texts, rows.parent[claim], start, end, surfaces)
    return merge_fragments(claim, start, end)


def _lookup(doc: Ints, names: Coded, wanted_doc: Ints, wanted: Coded) -> Ints:
    """Row of each wanted (document, id), NULL where none is wanted; :class:`Fallback` for a dangling reference."""
    width = len(names.labels) + 1
    known = np.flatnonzero(names.codes != NULL)
    keys = doc[known] * width + names.codes[known]
    order = np.argsort(keys, kind="stable")
    ask = wanted.codes != NULL
    codes = wanted.recode(names.labels)[ask].astype(np.int64)
    if (codes < NULL).any():
        raise Fallback("dangling reference")
    asked = wanted_doc[ask] * width + codes
    at = np.searchsorted(keys[order], asked)
    if len(asked) and (
        not len(keys) or (at >= len(keys)).any() or (keys[order][np.minimum(at, len(keys) - 1)] != asked).any()
    ):
        raise Fallback("dangling reference")
    rows = np.full(len(wanted), NULL, np.int64)
    rows[ask] = known[order][at] if len(asked) else NULL
    return rows


def _parents(rows: Rows) -> Ints:
    parent = _lookup(rows.parent, rows.strings("id"), rows.parent, rows.strings("parent"))
    # Follow all chains at once, doubling the distance each time. A chain that is longer than the number of claims is a
    # cycle.
    at = parent
    for _ in range(len(parent).bit_length()):
        if (at == NULL).all():
            break
        at = np.where(at == NULL, NULL, at[at])
    if (at != NULL).any():
        raise Fallback("circular reference")
    return parent


def _claimants(rows: Rows, entities: Rows, target: Target, texts: Texts) -> dict[str, Any]:
    lists = rows.field("claimants")
    who = unnest(pa.nulls(len(rows), pa.list_(pa.struct([]))) if lists is None else lists)
    doc = rows.parent[who.parent]
    entity = _lookup(entities.parent, entities.strings("id"), doc, who.strings("mention"))
    named = entity != NULL
    has_start, spanned = who.given("start"), who.given("end")
    if (has_start != spanned).any() or (named & spanned).any():
        raise Fallback("claimant span")
    start, end = who.integers("start", NULL), who.integers("end", NULL)
    start[named] = entities.integers("start")[entity[named]]
    end[named] = entities.integers("end")[entity[named]]
    spanned |= named
    if (who.given("text") & ~spanned).any():
        raise Fallback("text without span")
    surfaces = _surfaces(who)
    words = None if surfaces is None else surfaces.take(spanned)
    _check_spans(texts, doc[spanned], start[spanned], end[spanned], words)
    role = _closed(who.strings("role"), "claims.claimants.role", target)
    labels = (*role.labels, "MENTION") if "MENTION" not in role.labels else role.labels
    mention = labels.index("MENTION")
    codes = np.where((role.codes == NULL) & spanned, mention, role.codes).astype(np.int32)
    # A MENTION needs a span; an IMPLICIT claimant may have one, its antecedent.
    may = (codes == mention) | (codes == (labels.index("IMPLICIT") if "IMPLICIT" in labels else NULL))
    if (codes == NULL).any() or ((codes == mention) & ~spanned).any() or (spanned & ~may).any():
        raise Fallback("role does not fit")
    own, inherited = _sets(who, "entity_ids", target.aliases), _sets(entities, "entity_ids", target.aliases)
    # One vocabulary for both; claimants without an entity index the NULL that is appended.
    names = Coded.concatenated([own, inherited])
    given, of_mention = names.codes[: len(own)], np.append(names.codes[len(own) :], np.int32(NULL))[entity]
    return {
        "claimant_claim": who.parent,
        "claimant_role": Coded(codes, labels),
        "claimant_start": start,
        "claimant_end": end,
        "claimant_ids": Coded(np.where(given == NULL, of_mention, given), names.labels),
        "claimant_mention_ids": Coded(of_mention, names.labels),
    }
