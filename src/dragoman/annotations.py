"""Labels as columns: what the scorer works on, whether they came from gold or from a submission.

Arrays are numpy; ``doc`` is the index of the document in :attr:`Annotations.documents`. Items are sorted
by document, and inside one by (start, end, type, the rest), so that nothing that follows can depend on
the order of a file. Text values are held as codes into a small vocabulary (:class:`Coded`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from dragoman.schema.layers import LAYER_NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Codes = NDArray[np.int32]

NULL = -1
"""Code of a value that is not given."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of strings: one code an item into ``labels``; ``NULL`` where none is given.

    Attributes:
        codes: shape (n,), int32.
        labels: the vocabulary, distinct.

    """

    codes: Codes
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, index: NDArray[np.integer] | NDArray[np.bool_] | slice) -> Coded:
        """Keep some items, by index, mask or slice; of a slice the codes are a view."""
        if not self.labels and not isinstance(index, slice):
            return Coded.null(int(index.sum()) if index.dtype == bool else len(index))
        return Coded(self.codes[index], self.labels)

    def recode(self, labels: tuple[str, ...]) -> Codes:
        """Codes of the same items in another vocabulary; a label that it lacks becomes a code of its own below NULL."""
        if labels == self.labels:
            return self.codes
        place = {label: i for i, label in enumerate(labels)}
        table = np.array([place.get(label, NULL - 1 - i) for i, label in enumerate(self.labels)] + [NULL], np.int32)
        return table[self.codes]

    @classmethod
    def null(cls, number: int) -> Coded:
        """Make a column in which nothing is given; it takes no memory, and must not be written to."""
        return cls(np.broadcast_to(np.int32(NULL), number), ())

    @classmethod
    def of(cls, values: list[str | None]) -> Coded:
        """Code a list of strings."""
        place: dict[str, int] = {}
        codes = [NULL if v is None else place.setdefault(v, len(place)) for v in values]
        return cls(np.array(codes, np.int32), tuple(place))

    @classmethod
    def concatenated(cls, columns: Sequence[Coded]) -> Coded:
        """Put columns under one another, in one vocabulary."""
        labels = tuple(dict.fromkeys(label for column in columns for label in column.labels))
        return cls(np.concatenate([column.recode(labels) for column in columns]), labels)

    def value(self, item: int) -> str | None:
        """Label of one item."""
        code = int(self.codes[item])
        return None if code == NULL else self.labels[code]


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans of one layer: what entities and dates have in common.

    Attributes:
        doc: index of the document, shape (n,).
        start: first code point, shape (n,).
        end: code point after the last one, shape (n,).
        type: label.
        phenomena: tags of each item, sorted and joined by :data:`JOINER`; null where none is given.
        item: position in the document's list in the file, shape (n,); links an item back to what was written.

    """

    doc: Ints
    start: Ints
    end: Ints
    type: Coded
    phenomena: Coded
    item: Ints

    def __len__(self) -> int:
        return len(self.doc)

    def take(self, index: NDArray[np.integer] | slice) -> Self:
        """Keep some items, by index or slice; of a slice the columns are views."""
        columns: dict[str, Any] = {column.name: getattr(self, column.name) for column in fields(self)}
        taken: Any = {k: c.take(index) if isinstance(c, Coded) else c[index] for k, c in columns.items()}
        return type(self)(**taken)


@dataclass(frozen=True, slots=True)
class Entities(Spans):
    """Entity mentions.

    Attributes:
        ids: the set of entity ids of each mention, sorted and joined by :data:`JOINER`; null where none is given.
        form: form of the mention.

    """

    ids: Coded
    form: Coded


@dataclass(frozen=True, slots=True)
class Dates(Spans):
    """Temporal expressions, with values as they were written."""

    value: Coded
    mod: Coded
    external: Coded


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims; fragments and claimants are tables of their own that point to a claim by its position.

    Attributes:
        doc: index of the document, shape (n,).
        item: position in the document's list in the file, shape (n,).
        parent: position of the parent among all claims, NULL for none, shape (n,).
        fragment_claim, fragment_start, fragment_end: the content, merged so that fragments of a claim are disjoint.
        cue_claim, cue_start, cue_end: the cue, likewise.
        claimant_claim: position of the claim, shape (k,).
        claimant_role: role; claimant_start, claimant_end: the mention's span, NULL where none is given.
        claimant_ids: the set of entity ids (given, or else of the mention), as in :class:`Entities`.
        claimant_mention_ids: the set of entity ids of the mention that the claimant names, whatever is given besides.

    """

    doc: Ints
    item: Ints
    parent: Ints
    polarity: Coded
    modality: Coded
    act: Coded
    cluster: Coded
    phenomena: Coded
    fragment_claim: Ints
    fragment_start: Ints
    fragment_end: Ints
    cue_claim: Ints
    cue_start: Ints
    cue_end: Ints
    claimant_claim: Ints
    claimant_role: Coded
    claimant_start: Ints
    claimant_end: Ints
    claimant_ids: Coded
    claimant_mention_ids: Coded

    def __len__(self) -> int:
        return len(self.doc)

    def keep(self, mask: NDArray[np.bool_]) -> Claims:
        """Keep some claims, with their fragments, cues and claimants; a parent that is not kept becomes NULL."""
        place = np.full(len(self) + 1, NULL, np.int64)
        place[:-1][mask] = np.arange(int(mask.sum()))
        columns: dict[str, Any] = {column.name: getattr(self, column.name) for column in fields(self)}
        rows_of = {table: mask[columns[f"{table}_claim"]] for table in ("fragment", "cue", "claimant")}
        for name, column in columns.items():
            rows = rows_of.get(name.partition("_")[0], mask)
            columns[name] = column.take(rows) if isinstance(column, Coded) else column[rows]
        for name in ("parent", "fragment_claim", "cue_claim", "claimant_claim"):
            columns[name] = place[columns[name]]
        return Claims(**columns)

    def between(self, claims: slice) -> Claims:
        """Keep a stretch of claims whose parents are among them; columns are views, but for those that point to claims.

        All tables must be in order of claims, as they are.
        """
        columns: dict[str, Any] = {column.name: getattr(self, column.name) for column in fields(self)}
        bounds = [claims.start, claims.stop]
        rows_of = {
            table: slice(*np.searchsorted(columns[f"{table}_claim"], bounds).tolist())
            for table in ("fragment", "cue", "claimant")
        }
        for name, column in columns.items():
            rows = rows_of.get(name.partition("_")[0], claims)
            columns[name] = column.take(rows) if isinstance(column, Coded) else column[rows]
        for name in ("fragment_claim", "cue_claim", "claimant_claim"):
            columns[name] = columns[name] - claims.start
        columns["parent"] = np.where(columns["parent"] == NULL, NULL, columns["parent"] - claims.start)
        return Claims(**columns)


JOINER = "\x1f"
"""Joins the ids of a set: a control character, which no id may contain."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Annotations:
    """Labels of many documents, as columns.

    Attributes:
        documents: document ids; ``doc`` columns index this.
        entities: mentions; ``dates`` and ``claims`` likewise.
        given: which of the documents the file had a line for, shape (documents,).
        present: which of them have each layer's key, shape (layers, documents), in the order of
            :data:`dragoman.schema.layers.LAYERS`: in gold, which were annotated; in a submission, where the layer was
            answered.
        segments: segments of the texts, where given; ``type`` is their kind.
        texts: text of each document, None where it is not known.
        published: document time that was given, one a document; ``published_external`` likewise.
        answered: layers that some line of the whole file has, or all if it has no line; it stays the same when
            documents are left out.
        languages: BCP 47 tag of each document's language, null where it is not known; None where it is of none.
        registry: ids that stand for known entities; empty where any id does. A system's own ids make clusters, not
            links.
        offices: who holds which office, by document: pairs of the id of the office and that of its holder. An office
            can have several holders in a document, and a person several offices.
        addresses: how many ids of entities were written as addresses of Wikidata, one number a document; None if none
            was.

    """

    documents: tuple[str, ...]
    entities: Entities
    dates: Dates
    claims: Claims
    given: NDArray[np.bool_]
    present: NDArray[np.bool_]
    segments: Spans
    texts: tuple[str | None, ...]
    published: Coded
    published_external: Coded
    answered: frozenset[str]
    languages: Coded | None = None
    registry: frozenset[str] = frozenset()
    offices: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    addresses: Ints | None = None

    def has(self, layer: str) -> NDArray[np.bool_]:
        """Which documents have a layer, shape (documents,)."""
        row: NDArray[np.bool_] = self.present[LAYER_NAMES.index(layer)]
        return row

    def of(self, documents: tuple[str, ...]) -> Annotations:
        """Keep some documents, in the order given; each must be among :attr:`documents`."""
        if documents == self.documents:
            return self
        at = {name: index for index, name in enumerate(self.documents)}
        chosen = np.array([at[name] for name in documents], np.int64)
        place = np.full(len(self.documents), NULL, np.int64)
        place[chosen] = np.arange(len(documents))
        layers: dict[str, Any] = {}
        for name in (*LAYER_NAMES, "segments"):
            layer = getattr(self, name)
            mask = place[layer.doc] != NULL
            part: Any = layer.keep(mask) if isinstance(layer, Claims) else layer.take(np.flatnonzero(mask))
            layers[name] = replace(part, doc=place[part.doc])
        return replace(
            self,
            documents=documents,
            **layers,
            given=self.given[chosen],
            present=self.present[:, chosen],
            texts=tuple(self.texts[i] for i in chosen.tolist()),
            published=self.published.take(chosen),
            published_external=self.published_external.take(chosen),
            languages=None if self.languages is None else self.languages.take(chosen),
            addresses=None if self.addresses is None else self.addresses[chosen],
        )

    def between(self, first: int, last: int) -> Annotations:
        """Keep the documents from one position up to another; items must be in order of documents, as they are."""
        layers: dict[str, Any] = {}
        for name in (*LAYER_NAMES, "segments"):
            layer = getattr(self, name)
            rows = slice(*np.searchsorted(layer.doc, [first, last]).tolist())
            part: Any = layer.between(rows) if isinstance(layer, Claims) else layer.take(rows)
            layers[name] = replace(part, doc=part.doc - first)
        return replace(
            self,
            documents=self.documents[first:last],
            **layers,
            given=self.given[first:last],
            present=self.present[:, first:last],
            texts=self.texts[first:last],
            published=self.published.take(slice(first, last)),
            published_external=self.published_external.take(slice(first, last)),
            languages=None if self.languages is None else self.languages.take(slice(first, last)),
            addresses=None if self.addresses is None else self.addresses[first:last],
        )

    def attempts(self, layer: str) -> bool:
        """Whether a system attempted a layer: some line has its key, or there is no line at all."""
        return layer in self.answered
