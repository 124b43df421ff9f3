"""From matches to counts, one row of integers per document, and from summed counts to scores.

Everything that is reported is computed from these rows: micro and macro averages, slices, confidence intervals, paired
tests, and distributed scoring. Scores of a split need only the sum of its rows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Match:
    """A matching of predicted and gold items, with the credit of each pair.

    Attributes:
        gold: index of the gold item of each pair, shape (k,).
        pred: index of the predicted item, shape (k,).
        credit: credit of each pair, integers from 0 to ``full``, shape (k,).
        full: credit of a perfect pair: 1, or 2 where there is half credit, or the scale of a similarity.
        gold_doc: document of every gold item, paired or not, shape (g,).
        pred_doc: document of every predicted item, shape (p,).

    """

    gold: Ints
    pred: Ints
    credit: Ints
    full: int
    gold_doc: Ints
    pred_doc: Ints


class Score(ABC):
    """How matches are counted, and counts become scores.

    Attributes:
        columns: names of the counts, in order.
        leaves: names of the scores.
        headline: name of the main score of the measure.
        full: credit of a perfect pair; credits are divided by it.
        whole: whether counts of a document depend on the other documents, so that all must be counted at once.

    """

    columns: tuple[str, ...]
    leaves: tuple[str, ...]
    headline: str
    full: int
    whole: bool = False

    @abstractmethod
    def counts(self, match: Match, documents: int) -> Ints:
        """Count a match: one row per document, shape (documents, columns)."""

    @abstractmethod
    def finish(self, total: Ints | Floats) -> dict[str, Floats]:
        """Turn summed counts into scores, shape (…, columns) to (…) for each leaf; nan where undefined."""

    def main(self, total: Ints | Floats) -> Floats:
        """Return only the main score, for resampling, which needs it for very many sums."""
        return self.finish(total)[self.headline]

    def condensed(self, rows: Ints) -> Ints:
        """Return rows whose sums have the same main score, with as few distinct rows as possible."""
        return rows


def _summed(match: Match, documents: int) -> Ints:
    """Credit of each document, shape (documents,); doubles represent these sums exactly, and are faster to sum."""
    doc = match.gold_doc[match.gold]
    if match.full == 1 and match.credit.all():  # then counting pairs suffices
        return np.bincount(doc, minlength=documents)
    return np.bincount(doc, weights=match.credit, minlength=documents).astype(np.int64)


def ratio(numerator: Ints | Floats, denominator: Ints | Floats) -> Floats:
    """Divide, giving nan where the denominator is 0: the one place that defines 0/0."""
    result = np.empty(np.shape(denominator))
    result.fill(np.nan)
    np.divide(numerator, denominator, out=result, where=np.not_equal(denominator, 0))
    return result


class FScore(Score):
    """Precision, recall and F1 (van Rijsbergen 1979, with beta 1): F1 = 2·tp / (gold + predicted).

    Each is undefined where its denominator is 0.
    """

    columns = ("credit", "gold", "predicted")
    leaves = ("precision", "recall", "f1")
    headline = "f1"

    def __init__(self, full: int = 1) -> None:
        self.full = full

    def counts(self, match: Match, documents: int) -> Ints:
        """Credit, gold items and predicted items of each document."""
        assert match.full == self.full
        credit = _summed(match, documents)
        gold = np.bincount(match.gold_doc, minlength=documents)
        pred = np.bincount(match.pred_doc, minlength=documents)
        return np.stack([credit, gold, pred]).T  # columns are summed faster where each is in one piece of memory

    def finish(self, total: Ints | Floats) -> dict[str, Floats]:
        """Precision, recall and F1 from credit, gold and predicted."""
        credit, gold, pred = total[..., 0] / self.full, total[..., 1], total[..., 2]
        return {
            "precision": ratio(credit, pred),
            "recall": ratio(credit, gold),
            "f1": self.main(total),
        }

    def main(self, total: Ints | Floats) -> Floats:
        """F1 alone."""
        return ratio(2 * (total[..., 0] / self.full), total[..., 1] + total[..., 2])

    def condensed(self, rows: Ints) -> Ints:
        """F1 depends only on the credit and on the number of items of both sides together."""
        return np.stack([rows[:, 0], rows[:, 1] + rows[:, 2], np.zeros(len(rows), np.int64)], axis=1)


class Accuracy(Score):
    """Share of matched pairs that are right, or their mean similarity; undefined where nothing was matched."""

    columns = ("correct", "matched")
    leaves = ("accuracy",)
    headline = "accuracy"

    def __init__(self, full: int = 1) -> None:
        self.full = full

    def counts(self, match: Match, documents: int) -> Ints:
        """Credit and number of pairs of each document."""
        doc = match.gold_doc[match.gold]
        correct = _summed(match, documents)
        return np.stack([correct, np.bincount(doc, minlength=documents)]).T  # as above

    def finish(self, total: Ints | Floats) -> dict[str, Floats]:
        """Accuracy from correct and matched."""
        return {"accuracy": ratio(total[..., 0] / self.full, total[..., 1])}
