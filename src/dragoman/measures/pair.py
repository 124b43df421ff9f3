"""Gold and predicted annotations of the same documents: the input of every measure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dragoman.measures.memo import Memo

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Annotations, Coded, Spans

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Pair:
    """Gold and predicted annotations of the same documents, with a memo of shared intermediate results.

    Attributes:
        gold: the gold labels.
        pred: the labels of a system, on the same documents in the same order.
        memo: intermediate results that several measures use.

    """

    gold: Annotations
    pred: Annotations
    memo: Memo = field(default_factory=Memo, repr=False)

    def __post_init__(self) -> None:
        assert self.gold.documents == self.pred.documents

    def __len__(self) -> int:
        return len(self.gold.documents)

    def of(self, documents: Bools) -> Pair:
        """Select documents by a mask of shape (documents,)."""
        if documents.all():
            return self
        return self.memo.get(("of", documents.tobytes()), lambda: self._of(documents))

    def _of(self, documents: Bools) -> Pair:
        names = tuple(self.gold.documents[i] for i in np.flatnonzero(documents).tolist())
        return Pair(self.gold.of(names), self.pred.of(names))

    def split(self, layer: str, labels: tuple[str, ...]) -> tuple[Ints, Ints]:
        """Return the document numbers of the items of a layer when each document is split by type.

        Args:
            layer: a layer with types.
            labels: the types; items of all other types share one additional document.

        Returns:
            Document of each gold item, shape (g,), and of each predicted item, shape (p,); there are ``len(labels) +
            1`` for each document of the pair.

        """
        sides = (getattr(self.gold, layer), getattr(self.pred, layer))
        return self.memo.get(
            ("split", layer, labels),
            lambda: (_split(sides[0].doc, sides[0].type, labels), _split(sides[1].doc, sides[1].type, labels)),
        )

    def by_type(self, layer: str, labels: tuple[str, ...]) -> Pair:
        """Split each document by type, as in :meth:`split`, so that one match matches each type separately.

        The order of items and everything else is unchanged.
        """
        return self.memo.get(("by type", layer, labels), lambda: self._by_type(layer, labels))

    def _by_type(self, layer: str, labels: tuple[str, ...]) -> Pair:
        gold_doc, pred_doc = self.split(layer, labels)
        number = len(labels) + 1
        return Pair(_renumbered(self.gold, layer, gold_doc, number), _renumbered(self.pred, layer, pred_doc, number))


def _split(doc: Ints, types: Coded, labels: tuple[str, ...]) -> Ints:
    codes = types.recode(labels)
    numbers: Ints = doc * (len(labels) + 1)
    numbers += np.where(codes < 0, len(labels), codes)
    return numbers


def _renumbered(side: Annotations, layer: str, doc: Ints, number: int) -> Annotations:
    """Move the items of a layer to other documents; each document is replaced by ``number`` documents."""
    spans: Spans = getattr(side, layer)
    order = np.argsort(doc, kind="stable")
    part: dict[str, Any] = {layer: replace(spans, doc=doc).take(order)}
    texts = np.array([*side.texts, None], object)[:-1]  # an object array, even if all are None
    languages = side.languages and replace(side.languages, codes=np.repeat(side.languages.codes, number))
    return replace(side, texts=tuple(np.repeat(texts, number).tolist()), languages=languages, **part)
