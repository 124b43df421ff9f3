"""Estimation of the precision of gold from the answers to part one: by layer, with confidence intervals.

Within a stratum (layer, and whether the passes agree) the cards are a simple random sample, and the precision is the
ratio of the number of labels on cards judged right to that on all judged cards; strata are combined in proportion to
their labels (separate ratio estimator: Cochran 1977, *Sampling Techniques*, section 6.10). The 95 % interval is the
wider, on each side, of two: Wilson's (1927) with Kish's (1965) effective sample size (Σw)²/Σw², which Franco, Little,
Louis and Slud (2019, *J. Survey Statistics and Methodology* 7) recommend for proportions near 1; and the percentile
bootstrap over documents (:mod:`dragoman.statistics.bootstrap`), as errors within a document may be correlated.

Only precision is estimated. Cards that were not asked, not answered or answered with "unsure" do not count on either
side: ``labels_covered`` is the number of labels in strata with at least one judged card.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dragoman.authoring.review.kit import Stratum, Verdict
from dragoman.schema.layers import LAYER_NAMES
from dragoman.statistics import bootstrap

Z = 1.959963984540054
"""0.975 quantile of the standard normal distribution."""
Votes = Sequence[Verdict]


@dataclass(frozen=True)
class Judged:
    """A card of part one that was judged right or wrong.

    Attributes:
        document: document id.
        stratum: layer, and whether the passes agree.
        labels: number of labels that it represents.
        right: 1 right, 0 wrong, ½ if readers are evenly split.

    """

    document: str
    stratum: tuple[str, str]
    labels: int
    right: float


@dataclass(frozen=True)
class Share:
    """An estimated proportion with its interval.

    Attributes:
        share: proportion, 0 to 1; None if nothing was judged.
        interval: bounds of the 95 % confidence interval.
        cards: number of judged cards.
        labels: number of labels in all strata.
        labels_covered: number of labels in strata with a judged card.

    """

    share: float | None
    interval: tuple[float, float] | None
    cards: int
    labels: int
    labels_covered: int


def verdict(votes: Votes) -> float | None:
    """Combine the answers of several readers to one card by majority: 1, 0, or ½ for a tie; None if all are unsure.

    >>> verdict(["right", "right", "wrong"]), verdict(["right", "wrong"]), verdict(["unsure"])
    (1.0, 0.5, None)

    """
    right, wrong = votes.count("right"), votes.count("wrong")
    return None if right == wrong == 0 else 1.0 if right > wrong else 0.0 if wrong > right else 0.5


def wilson(share: float, number: float) -> tuple[float, float]:
    """Compute Wilson's score interval (1927, doi:10.1080/01621459.1927.10502953), 95 %, for a proportion.

    ``number`` is the sample size, which need not be an integer.

    >>> [round(end, 3) for end in wilson(1.0, 10)]
    [0.722, 1.0]

    """
    middle = share + Z**2 / (2 * number)
    half = Z * np.sqrt(share * (1 - share) / number + Z**2 / (4 * number**2))
    low, high = ((middle + sign * half) / (1 + Z**2 / number) for sign in (-1, 1))
    return max(0.0, float(low)), min(1.0, float(high))


def share(judged: Sequence[Judged], strata: Sequence[Stratum]) -> Share:
    """Estimate the proportion of labels that are right.

    Args:
        judged: judged cards of part one in these strata.
        strata: all strata of the population, including those without judged cards.

    """
    labels = sum(stratum.labels for stratum in strata)
    judged_in = {card.stratum for card in judged}
    names: dict[tuple[str, str], int] = {(stratum.layer, stratum.passes): stratum.labels for stratum in strata}
    sizes = {name: size for name, size in names.items() if name in judged_in}
    covered = sum(sizes.values())
    if not covered:
        return Share(None, None, 0, labels, 0)
    place = {name: column for column, name in enumerate(sizes)}
    size = np.array(list(sizes.values()), np.float64)
    documents = {name: row for row, name in enumerate(dict.fromkeys(card.document for card in judged))}
    rows = np.zeros((len(documents), 2 * len(place)), np.int64)
    for card in judged:
        # Twice the labels, so that a verdict of one half is an integer.
        rows[documents[card.document], 2 * place[card.stratum]] += round(2 * card.labels * card.right)
        rows[documents[card.document], 2 * place[card.stratum] + 1] += 2 * card.labels

    def finish(total: Any) -> dict[str, Any]:
        right, all_ = total[..., 0::2], total[..., 1::2]
        of = np.divide(right, all_, out=np.zeros(right.shape), where=all_ > 0)
        # Strata without a document in a resample are left out of that resample.
        weight = np.where(all_ > 0, size, 0.0)
        total_weight = weight.sum(axis=-1)
        found = np.divide(
            (weight * of).sum(axis=-1), total_weight, out=np.full(total_weight.shape, np.nan), where=total_weight > 0
        )
        return {"share": found}

    total = rows.sum(axis=0).astype(np.float64)
    value = float(finish(total)["share"])
    weights = np.array([size[place[c.stratum]] * 2 * c.labels / total[2 * place[c.stratum] + 1] for c in judged])
    low, high = wilson(value, float(weights.sum() ** 2 / (weights**2).sum()))
    over_documents = bootstrap.interval(rows, finish, "share")
    if over_documents is not None:
        low, high = min(low, over_documents[0]), max(high, over_documents[1])
    return Share(value, (low, high), len(judged), labels, covered)


def shares(judged: Sequence[Judged], strata: Sequence[Stratum]) -> dict[str, Share]:
    """Estimate the proportions by layer; ``all`` is last."""
    made = {}
    for layer in LAYER_NAMES:
        mine = [stratum for stratum in strata if stratum.layer == layer]
        if mine:
            made[layer] = share([card for card in judged if card.stratum[0] == layer], mine)
    return {**made, "all": share(judged, strata)}


def agreement(votes: Mapping[str, Votes]) -> tuple[int, int]:
    """Count pairs of readers who both judged the same card, and those who agree.

    Returns:
        Number of agreeing pairs, and of all pairs.

    """
    agreeing = pairs = 0
    for given in votes.values():
        right, wrong = given.count("right"), given.count("wrong")
        agreeing += (right * (right - 1) + wrong * (wrong - 1)) // 2
        pairs += (right + wrong) * (right + wrong - 1) // 2
    return agreeing, pairs
