"""From matches to counts, one row of integers a document, and from summed counts to scores.

Everything that is reported comes from the rows: micro and macro averages, slices, intervals, paired tests, and the sum
over many machines. The rows of a split are added; nothing but the sum is needed.
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
    """Which predicted item goes with which gold item, and what each pair earns.

    Attributes:
        gold: index of the gold item of each pair, shape (k,).
        pred: index of the predicted item, shape (k,).
        credit: what the pair earns, integers from 0 to ``full``, shape (k,).
        full: credit of a perfect pair: 1, or 2 where there is half credit, or the scale of a similarity.
        gold_doc: document of every gold item, paired or not, shape (g,).
        predicted_doc: document of every predicted item, shape (p,).

    """

    gold: Ints
    pred: Ints
    credit: Ints
    full: int
    gold_doc: Ints
    pred_doc: Ints


class Score(ABC):
    """How counts become scores.

    Attributes:
        columns: what is counted, in order.
        leaves: names of the scores.
        headline: the score that stands for the measure.
        full: credit of a perfect pair; credits are divided by it.
        whole: whether counts of a document depend on the other documents, so that all are to be counted at once.

    """

    columns: tuple[str, ...]
    leaves: tuple[str, ...]
    headline: str
    full: int
    whole: bool = False

    @abstractmethod
    def counts(self, match: Match, documents: int) -> Ints:
        """Count a match: one row a document, shape (documents, columns)."""

    @abstractmethod
    def finish(self, total: Ints | Floats) -> dict[str, Floats]:
        """Turn summed counts into scores, shape (…, columns) to (…) for each leaf; nan where undefined."""

    def main(self, total: Ints | Floats) -> Floats:
        """Give the headline alone, for tests that need it of very many sums."""
        return self.finish(total)[self.headline]

    def condensed(self, rows: Ints) -> Ints:
        """Give rows whose sums have the same headline, with as few distinct rows among them as may be."""
        return rows


def _summed(match: Match, documents: int) -> Ints:
    """Credit of each document; doubles hold these sums exactly, and summing them is quicker."""
    doc = match.gold_doc[match.gold]
    if match.full == 1 and match.credit.all():  # then pairs need only be counted
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
        return np.stack([credit, gold, pred], axis=1)

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
        """F1 asks only how many items there are on both sides together."""
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
        return np.stack([correct, np.bincount(doc, minlength=documents)], axis=1)

    def finish(self, total: Ints | Floats) -> dict[str, Floats]:
        """Accuracy from correct and matched."""
        return {"accuracy": ratio(total[..., 0] / self.full, total[..., 1])}
