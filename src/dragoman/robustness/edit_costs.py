"""Cost of an edit for a system: the difference of scores on the same documents with and without it, with tests.

The cost is the score on the original minus the score on the edited documents. Intervals are percentiles of a paired
bootstrap over documents (both sides are resampled together), p values are of the paired permutation test, with Holm's
correction over the edits of a measure. There is no interval for a single document.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from dragoman.measures.naming import measure
from dragoman.schema.result_file import Ends
from dragoman.statistics import paired

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

RESAMPLES = 10_000
MAX_COUNT = 2**31 - 1
"""Maximum count of a document."""
MIN_DOCUMENTS = 6
"""Minimum number of documents for a verdict on memorisation, as for places on the leaderboard."""
SEED = 1


class Cost(msgspec.Struct, kw_only=True):
    """Cost of an edit by one measure.

    Attributes:
        edit: how it is written on the command line.
        expect: ``invariance`` or ``direction``.
        measure: name of the measure; its main score is compared.
        documents: ids of the documents that the edit changed, and that have gold on both sides.
        original: score on them before the edit, 0 to 1, None where undefined; ``edited`` after it.
        cost: ``original`` minus ``edited``: above 0 if the edit hurts.
        interval: 95 % interval of the cost; None with fewer than two documents, or where it is undefined.
        p: p value of the paired permutation test; ``p_holm`` after Holm's correction over the edits.
        rows: counts on the original and on the edited documents, one row per document.

    """

    edit: str
    expect: str
    measure: str
    documents: list[str]
    original: float | None
    edited: float | None
    cost: float | None
    interval: Ends | None
    p: float | None
    p_holm: float | None = None
    rows: tuple[list[list[int]], list[list[int]]] = ([], [])

    def __post_init__(self) -> None:
        if not any(self.rows) and not any(self.documents):  # a short result has the number of documents alone
            return
        wide = len(measure(self.measure).score.columns)
        for rows in self.rows:
            if len(rows) != len(self.documents) or any(len(row) != wide for row in rows):
                raise ValueError(f"`rows` must have {wide} counts for each of the `documents`, on both sides")
            if any(not 0 <= count <= MAX_COUNT for row in rows for count in row):
                raise ValueError("a count in `rows` is out of range")


class Failure(msgspec.Struct, kw_only=True):
    """A gold label that is correct on the original document, and not on the edited one.

    Attributes:
        edit: the edit.
        document: id of the document; ``layer`` and ``label`` (its id) identify the label.
        type: type of the label, or act of a claim.
        outcome: outcome after the edit: ``missed``, ``wrong type``, …
        before: its line in the original, as text before the label, label and text after it; ``after`` the same in the
            edited text.
        value: gold value of a date before and after the edit; None for other layers.
        predicted: value or type that the system predicted for it on the edited text, or None.

    """

    edit: str
    document: str
    layer: str
    label: str
    type: str
    outcome: str
    before: tuple[str, str, str]
    after: tuple[str, str, str]
    value: tuple[str, str] | None = None
    predicted: str | None = None


class Difference(msgspec.Struct, kw_only=True):
    """A difference of differences: how much more an edit costs one system than another, or than another edit.

    Attributes:
        edit: the edit.
        against: the other system, or the other edit.
        measure: name of the measure.
        documents: how many documents both share.
        difference: cost of the one minus cost of the other, None where undefined.
        interval: 95 % interval, by a paired bootstrap over the documents.

    """

    edit: str
    against: str
    measure: str
    documents: int
    difference: float | None
    interval: Ends | None

    @property
    def verdict(self) -> str:
        """Cautious interpretation in words: at most that it is consistent with memorisation."""
        if self.interval is None or self.documents < MIN_DOCUMENTS:
            return "too few documents to say"
        if self.interval[0] > 0:
            return "consistent with knowing these pages, or a list of their names"
        return "no significant sign of memorisation"


def cost_of(edit: str, expect: str, name: str, documents: list[str], original: Ints, edited: Ints) -> Cost:
    """Compare the counts of a measure on the same documents before and after an edit.

    Args:
        edit: the edit.
        expect: what should become of the score.
        name: name of the measure.
        documents: ids, in the order of the rows.
        original: counts on the original, shape (documents, columns).
        edited: counts on the edited documents, the same shape.

    """
    of = measure(name).score
    scores = [_number(of.finish(rows.sum(axis=0))[of.headline]) for rows in (original, edited)]
    gap = None if scores[0] is None or scores[1] is None else scores[0] - scores[1]
    return Cost(
        edit=edit,
        expect=expect,
        measure=name,
        documents=documents,
        original=scores[0],
        edited=scores[1],
        cost=gap,
        interval=None if gap is None else _interval(_drawn(name, original, edited)),
        p=None if gap is None else paired.permutation(original, edited, of.finish, of.headline),
        rows=(original.tolist(), edited.tolist()),
    )


def corrected(costs: Sequence[Cost]) -> None:
    """Set ``p_holm``: Holm's correction over the edits of each measure; modifies the costs in place."""
    for name in {cost.measure for cost in costs}:
        own = [cost for cost in costs if cost.measure == name]
        for cost, adjusted in zip(own, paired.holm([cost.p for cost in own]), strict=True):
            cost.p_holm = adjusted


def difference(one: Cost, other: Cost, against: str) -> Difference:
    """Compute the difference of two costs, on their common documents.

    Args:
        one: cost of an edit to a system.
        other: cost of the same edit to another system, or of another edit to the same.
        against: name of the other.

    """
    held = set(other.documents) - {""}  # a short result does not name its documents
    shared = [name for name in one.documents if name in held]
    drawn, gap = None, None
    if shared:
        sides = [_of(cost, shared) for cost in (one, other)]
        drawn = _drawn(one.measure, *sides[0], *sides[1])
        of = measure(one.measure).score
        gaps = [_number(of.finish(rows.sum(axis=0))[of.headline]) for side in sides for rows in side]
        gap = None if None in gaps else _gap(gaps)
    return Difference(
        edit=one.edit,
        against=against,
        measure=one.measure,
        documents=len(shared),
        difference=gap,
        interval=None if drawn is None or gap is None else _interval(drawn),
    )


def _gap(scores: list[Any]) -> float:
    return float(scores[0] - scores[1] - (scores[2] - scores[3]))


def _of(cost: Cost, documents: list[str]) -> tuple[Ints, Ints]:
    place = {name: row for row, name in enumerate(cost.documents)}
    at = [place[name] for name in documents]
    original, edited = (np.array(rows, np.int64)[at] for rows in cost.rows)
    return original, edited


def _drawn(name: str, *rows: Ints) -> Floats | None:
    """Resample documents for all sides together; return costs, or with four sides differences of costs, shape
    (resamples,).
    """
    if len(rows[0]) < 2:
        return None
    of = measure(name).score
    scores = paired.resampled(list(rows), [of.finish] * len(rows), of.headline, resamples=RESAMPLES, seed=SEED)
    signs = np.array([1.0, -1.0, -1.0, 1.0])[: len(rows)]
    drawn: Floats = scores @ signs
    return drawn


def _interval(drawn: Floats | None) -> list[float] | None:
    if drawn is None or np.isnan(drawn).mean() >= 0.1:
        return None
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return [float(low), float(high)]


def _number(value: Any) -> float | None:
    number = float(value)
    return None if np.isnan(number) else number
