"""Labels as columns: the representation that the scorer works on, for gold and predictions.

Arrays are numpy; ``doc`` is the index of the document in :attr:`Annotations.documents`. Items are sorted by document,
and within a document by (start, end, type, remaining fields), so that no result depends on the order of items in a
file. Strings are dictionary-encoded (:class:`Coded`).
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
"""Code of a missing value."""
_NULLS = np.broadcast_to(np.int32(NULL), 2**40)
"""Codes of missing values, of which only one is in memory: columns are slices of it, as making a new one takes longer.
"""


@dataclass(frozen=True, slots=True)
class Coded:
    """A dictionary-encoded column of strings: one code per item, an index into ``labels``; ``NULL`` where missing.

    Attributes:
        codes: shape (n,), int32.
        labels: the vocabulary, without duplicates.

    """

    codes: Codes
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, index: NDArray[np.integer] | NDArray[np.bool_] | slice) -> Coded:
        """Select items by index array, boolean mask or slice; a slice gives a view of the codes."""
        if not self.labels and not isinstance(index, slice):
            return Coded.null(int(index.sum()) if index.dtype == bool else len(index))
        return Coded(self.codes[index], self.labels)

    def recode(self, labels: tuple[str, ...]) -> Codes:
        """Encode the same items in another vocabulary; each label missing from it gets a distinct code below NULL."""
        if labels == self.labels:
            return self.codes
        place = {label: i for i, label in enumerate(labels)}
        table = np.array([place.get(label, NULL - 1 - i) for i, label in enumerate(self.labels)] + [NULL], np.int32)
        return table[self.codes]

    @classmethod
    def null(cls, number: int) -> Coded:
        """Make a column of missing values; it is broadcast from one value, so it must not be written to."""
        return cls(_NULLS[:number], ())

    @classmethod
    def of(cls, values: list[str | None]) -> Coded:
        """Encode a list of strings.

        >>> column = Coded.of(["PER", None, "PER"])
        >>> column.codes.tolist(), column.labels
        ([0, -1, 0], ('PER',))

        """
        place: dict[str, int] = {}
        codes = [NULL if v is None else place.setdefault(v, len(place)) for v in values]
        return cls(np.array(codes, np.int32), tuple(place))

    @classmethod
    def concatenated(cls, columns: Sequence[Coded]) -> Coded:
        """Concatenate columns into one with a shared vocabulary."""
        labels = tuple(dict.fromkeys(label for column in columns for label in column.labels))
        return cls(np.concatenate([column.recode(labels) for column in columns]), labels)

    def value(self, item: int) -> str | None:
        """Return the label of one item, or None."""
        code = int(self.codes[item])
        return None if code == NULL else self.labels[code]


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans of one layer: the columns that entities and dates have in common.

    Attributes:
        doc: index of the document, shape (n,).
        start: offset of the first code point, shape (n,).
        end: offset after the last code point, shape (n,).
        type: label, shape (n,).
        phenomena: tags of each item, sorted and joined by :data:`JOINER`; null where there are none.
        item: position of the item in the document's list in the file, shape (n,); maps an item back to its source.

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
        """Select items by index array or slice; a slice gives views of the columns."""
        columns: dict[str, Any] = {column.name: getattr(self, column.name) for column in fields(self)}
        taken: Any = {k: c.take(index) if isinstance(c, Coded) else c[index] for k, c in columns.items()}
        return type(self)(**taken)


@dataclass(frozen=True, slots=True)
class Entities(Spans):
    """Entity mentions.

    Attributes:
        ids: the set of entity ids of each mention, sorted and joined by :data:`JOINER`; null where there are none.
        form: form of the mention (name, nominal, …).

    """

    ids: Coded
    form: Coded


@dataclass(frozen=True, slots=True)
class Dates(Spans):
    """Temporal expressions; values as written in the file, not normalised."""

    value: Coded
    mod: Coded
    external: Coded


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims; fragments, cues and claimants are separate tables whose rows refer to a claim by its position.

    Attributes:
        doc: index of the document, shape (n,).
        item: position in the document's list in the file, shape (n,).
        parent: position of the parent claim among all claims, NULL for none, shape (n,).
        fragment_claim, fragment_start, fragment_end: spans of the content, shape (f,) each; overlapping fragments of a
            claim are merged, so that they are disjoint.
        cue_claim, cue_start, cue_end: spans of the cue, likewise merged.
        claimant_claim: position of the claim, shape (k,).
        claimant_role: role; claimant_start, claimant_end: span of the claimant's mention, NULL where missing.
        claimant_ids: the set of entity ids as in :class:`Entities`: those of the claimant itself, else those of its
            mention.
        claimant_mention_ids: the set of entity ids of the claimant's mention, even where the claimant has ids of its
            own.

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
        """Select claims by mask, with their fragments, cues and claimants; a parent that is not selected
        becomes NULL.
        """
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
        """Select a contiguous range of claims that contains all of their parents.

        Columns are views, except those that refer to claims, which are renumbered. All tables must be sorted by claim.
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
"""Separator between the ids of a set: a control character, which is not allowed in an id."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Annotations:
    """Labels of many documents, as columns.

    Attributes:
        documents: document ids; ``doc`` columns index this.
        entities: mentions; ``dates`` and ``claims`` likewise.
        given: whether the file has a line for each document, shape (documents,).
        present: whether each document has each layer's key, shape (layers, documents), in the order of
            :data:`dragoman.schema.layers.LAYERS`: in gold, the layers that were annotated; in a submission, those that
            it answers.
        segments: segments of the texts, where known; ``type`` is their kind.
        texts: text of each document, None where unknown.
        published: document creation time, one per document; ``published_external`` likewise.
        answered: layers whose key occurs in any line of the whole file, or all layers if the file has no lines;
            selecting documents does not change it.
        languages: BCP 47 tag of each document's language, null where unknown; None where no document has one.
        registry: ids of known entities; empty if any id is allowed. A system's own ids define clusters, not links.
        offices: office holders by document: pairs of (id of the office, id of its holder). In one document an office
            can have several holders, and a person several offices.
        addresses: number of entity ids written as Wikidata URLs, one per document; None if there are none.

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
        """Tell which documents have a layer, shape (documents,)."""
        row: NDArray[np.bool_] = self.present[LAYER_NAMES.index(layer)]
        return row

    def of(self, documents: tuple[str, ...]) -> Annotations:
        """Select documents, in the given order; each must be in :attr:`documents`."""
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
        """Select the documents in the range [first, last); items must be sorted by document."""
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
        """Tell whether a system attempted a layer: some line has its key, or the file has no lines."""
        return layer in self.answered
