"""Concatenate labels of different documents, such as the shards of a submission or of gold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from dragoman.annotations import NULL, Annotations, Claims, Coded, Spans
from dragoman.reading.canonical_order import claims_in_order
from dragoman.reading.columns import build
from dragoman.reading.target import Target
from dragoman.schema.arrow_types import arrow_schema
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.submission import Submission

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

SpansT = TypeVar("SpansT", bound=Spans)


def stacked(
    documents: tuple[str, ...], parts: Sequence[Annotations], known: Mapping[str, str] = MappingProxyType({})
) -> Annotations:
    """Concatenate labels of different documents.

    Args:
        documents: the documents of the result, in order.
        parts: their labels; a document may be known to several parts, but has a line in at most one of them. Labels of
            other documents are left out.
        known: texts by document id, for documents without a line.

    Returns:
        The labels, as if read from one file; a document without a line in any part is not given.

    """
    if len(parts) == 1 and parts[0].documents == documents:
        return parts[0]
    wanted = {name: at for at, name in enumerate(documents)}
    pieces = [build(arrow_schema(Submission).empty_table(), Target(documents=documents))]
    places: list[Ints] = [np.arange(len(documents))]
    for part in parts:
        names = [part.documents[i] for i in np.flatnonzero(part.given).tolist() if part.documents[i] in wanted]
        pieces.append(part.of(tuple(names)))
        places.append(np.array([wanted[name] for name in names], np.int64))
    base = pieces[0]
    addresses = np.zeros(len(documents), np.int64)
    given, present, texts = base.given.copy(), base.present.copy(), [known.get(name) for name in documents]
    for piece, place in zip(pieces[1:], places[1:], strict=True):
        given[place] = piece.given
        present[:, place] = piece.present
        if piece.addresses is not None:
            addresses[place] = piece.addresses
        for at, text in zip(place.tolist(), piece.texts, strict=True):
            texts[at] = text
    return Annotations(
        documents=documents,
        entities=_spans([piece.entities for piece in pieces], places),
        dates=_spans([piece.dates for piece in pieces], places),
        claims=_claims([piece.claims for piece in pieces], places),
        segments=_spans([piece.segments for piece in pieces], places),
        given=given,
        present=present,
        texts=tuple(texts),
        published=_times([piece.published for piece in pieces], places),
        published_external=_times([piece.published_external for piece in pieces], places),
        languages=_languages(pieces, places),
        answered=frozenset().union(*(part.answered for part in parts if part.given.any()))
        if given.any()
        else frozenset(LAYER_NAMES),
        registry=frozenset().union(*(part.registry for part in parts)),
        addresses=addresses if addresses.any() else None,
    )


def _spans(tables: list[SpansT], places: list[Ints]) -> SpansT:
    """Concatenate spans; within a document they are in order already."""
    columns = _columns(tables, places)
    joined = type(tables[0])(**columns)
    return joined if (np.diff(joined.doc) >= 0).all() else joined.take(np.argsort(joined.doc, kind="stable"))


def _claims(tables: list[Claims], places: list[Ints]) -> Claims:
    """Concatenate claims, with all references to claims shifted."""
    shifts = np.cumsum([0, *(len(table) for table in tables[:-1])]).tolist()
    moved = []
    for table, shift in zip(tables, shifts, strict=True):
        pointers: dict[str, Any] = {
            name: getattr(table, name) + shift for name in ("fragment_claim", "cue_claim", "claimant_claim")
        }
        parent = np.where(table.parent == NULL, NULL, table.parent + shift)
        moved.append(replace(table, parent=parent, **pointers))
    joined = Claims(**_columns(moved, places))
    return joined if (np.diff(joined.doc) >= 0).all() else claims_in_order(joined)


def _columns(tables: Sequence[Spans | Claims], places: list[Ints]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for column in fields(tables[0]):
        values = [getattr(table, column.name) for table in tables]
        columns[column.name] = Coded.concatenated(values) if isinstance(values[0], Coded) else np.concatenate(values)
    columns["doc"] = np.concatenate([place[table.doc] for table, place in zip(tables, places, strict=True)])
    return columns


def _languages(pieces: Sequence[Annotations], places: list[Ints]) -> Coded | None:
    """Language of each document; None if no part has any."""
    if all(piece.languages is None for piece in pieces):
        return None
    return _times([piece.languages or Coded.null(len(piece.documents)) for piece in pieces], places)


def _times(columns: list[Coded], places: list[Ints]) -> Coded:
    """One value per document."""
    joined = Coded.concatenated(columns)
    codes = np.full(len(places[0]), NULL, np.int32)
    codes[np.concatenate(places)] = joined.codes  # the first part is empty, so that what is given wins
    return Coded(codes, joined.labels)
