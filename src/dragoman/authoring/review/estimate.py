"""What the answers to part one say of gold: the share of labels that are right, by layer, with intervals.

Within a stratum (layer, and whether the passes agree) the cards asked are a simple random sample, and the share is the
ratio of the labels that the cards judged right stand for to those that all judged cards stand for; strata are put
together by the labels that they have (separate ratio estimator: Cochran 1977, *Sampling Techniques*, section 6.10).
The 95 % interval is the wider, on each side, of two: Wilson's (1927) with Kish's (1965) effective number of cards
(Σw)²/Σw², which Franco, Little, Louis and Slud (2019, *J. Survey Statistics and Methodology* 7) find sound for shares
near 1; and the percentile bootstrap over documents (:mod:`dragoman.statistics.bootstrap`), as labels of one document
may be wrong together.

It estimates the precision of gold. What no reader was asked, left open, or does not know is not in it on either side:
``labels_covered`` says how many labels the strata have from which at least one card was judged.
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
"""Quantile of the normal distribution for 95 %."""
Votes = Sequence[Verdict]


@dataclass(frozen=True)
class Judged:
    """A card of part one that somebody judged right or wrong.

    Attributes:
        document: document id.
        stratum: layer, and whether the passes agree.
        labels: that it stands for.
        right: 1 right, 0 wrong, ½ where readers are evenly split.

    """

    document: str
    stratum: tuple[str, str]
    labels: int
    right: float


@dataclass(frozen=True)
class Share:
    """A share with its interval.

    Attributes:
        share: from 0 to 1; None where nothing was judged.
        interval: low and high end, 95 %.
        cards: judged.
        labels: that the group has.
        labels_covered: that those strata have in which a card was judged.

    """

    share: float | None
    interval: tuple[float, float] | None
    cards: int
    labels: int
    labels_covered: int


def verdict(votes: Votes) -> float | None:
    """Put the answers of several readers to one card together: 1, 0, or ½; None where nobody knows.

    >>> verdict(["right", "right", "wrong"]), verdict(["right", "wrong"]), verdict(["unsure"])
    (1.0, 0.5, None)

    """
    right, wrong = votes.count("right"), votes.count("wrong")
    return None if right == wrong == 0 else 1.0 if right > wrong else 0.0 if wrong > right else 0.5


def wilson(share: float, number: float) -> tuple[float, float]:
    """Wilson's score interval (1927), 95 %, of a share among a number of cards that need not be whole.

    >>> [round(end, 3) for end in wilson(1.0, 10)]
    [0.722, 1.0]

    """
    middle = share + Z**2 / (2 * number)
    half = Z * np.sqrt(share * (1 - share) / number + Z**2 / (4 * number**2))
    low, high = ((middle + sign * half) / (1 + Z**2 / number) for sign in (-1, 1))
    return max(0.0, float(low)), min(1.0, float(high))


def share(judged: Sequence[Judged], strata: Sequence[Stratum]) -> Share:
    """Estimate the share of labels that are right.

    Args:
        judged: cards of part one, of these strata.
        strata: all that the share is of, also those in which nothing was judged.

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
        # Twice the labels, so that half a card is whole.
        rows[documents[card.document], 2 * place[card.stratum]] += round(2 * card.labels * card.right)
        rows[documents[card.document], 2 * place[card.stratum] + 1] += 2 * card.labels

    def finish(total: Any) -> dict[str, Any]:
        right, all_ = total[..., 0::2], total[..., 1::2]
        of = np.divide(right, all_, out=np.zeros(right.shape), where=all_ > 0)
        # A stratum that no drawn document has is left out of that resample.
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
    """Estimate by layer, ``all`` last."""
    made = {}
    for layer in LAYER_NAMES:
        mine = [stratum for stratum in strata if stratum.layer == layer]
        if mine:
            made[layer] = share([card for card in judged if card.stratum[0] == layer], mine)
    return {**made, "all": share(judged, strata)}


def agreement(votes: Mapping[str, Votes]) -> tuple[int, int]:
    """Count pairs of readers who both judged a card right or wrong, and those of them who agree.

    Returns:
        Pairs that agree, and all pairs.

    """
    alike = pairs = 0
    for given in votes.values():
        right, wrong = given.count("right"), given.count("wrong")
        alike += (right * (right - 1) + wrong * (wrong - 1)) // 2
        pairs += (right + wrong) * (right + wrong - 1) // 2
    return alike, pairs
