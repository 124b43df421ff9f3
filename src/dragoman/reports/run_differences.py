"""Where one run is better or worse than another: by layer, type, phenomenon, language and kind of error.

The difference of a group of labels is the change of the mean F1 of the first run if its outcomes for only these labels
were those of the second. Only layers that both attempt are compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any
from urllib.parse import urlencode

from dragoman.reports import words
from dragoman.reports.costs import GROUPS, Query, f1, groups, said
from dragoman.reports.overlay import (
    BETTER,
    EXTRA,
    EXTRA_FIRST,
    EXTRA_OTHER,
    FIRST_BETTER,
    GOLD,
    LEFT_OUT,
    NOT_ATTEMPTED,
    SECOND_BETTER,
    is_listed,
)
from dragoman.scoring.outcomes import MISSED, RIGHT

Item = dict[str, Any]
_NO_LABEL = frozenset({MISSED, LEFT_OUT, NOT_ATTEMPTED})


@dataclass(frozen=True)
class Difference:
    """Difference of two runs on one group of labels.

    Attributes:
        words: description of the group.
        of: filters that select the errors of either run in it.
        won: number of labels on which the second run is better: right where the first is wrong, or not spurious.
        lost: number of labels on which the first run is better.
        change: change of the first run's score with the outcomes of the second in this group, -1 to 1.

    """

    words: str
    of: Query
    won: int
    lost: int
    change: float

    @property
    def shown(self) -> str:
        """The change with its sign, three decimals."""
        return f"{self.change:+.3f}" if round(self.change, 3) else "0.000"

    @property
    def query(self) -> str:
        """The filters as a URL query."""
        return urlencode(self.of)

    @property
    def query_won(self) -> str:
        """Filters that select exactly the labels on which the second run is better."""
        return urlencode((*self.of, ("between", SECOND_BETTER)))

    @property
    def query_lost(self) -> str:
        """Filters that select exactly the labels on which the first run is better."""
        return urlencode((*self.of, ("between", FIRST_BETTER)))


@dataclass(frozen=True)
class RunDifferences:
    """Where two runs differ.

    Attributes:
        layers: layers that both attempt and that have labels.
        scores: mean F1 of these layers for the first and the second run; None if there are none.
        groups: rows by facet, the largest difference first, without groups in which the runs do not differ.

    """

    layers: tuple[str, ...]
    scores: tuple[float, float] | None
    groups: Mapping[str, Sequence[Difference]]

    @property
    def widest(self) -> float:
        """The largest absolute change of all rows, above 0."""
        return max((abs(row.change) for rows in self.groups.values() for row in rows), default=0.0) or 1.0

    def _informative(self) -> list[Difference]:
        """Return the rows by kind of error, type and phenomenon, not those by layer or language alone."""
        return [row for group, rows in self.groups.items() for row in rows if group not in {"layer", "language"}]

    @property
    def best(self) -> Difference | None:
        """The kind of error, type or phenomenon with the largest gain of the second run; None if there is none."""
        return max((row for row in self._informative() if row.change > 0), key=lambda row: row.change, default=None)

    @property
    def worst(self) -> Difference | None:
        """The one with its largest loss; None if there is none."""
        return min((row for row in self._informative() if row.change < 0), key=lambda row: row.change, default=None)


def run_differences(
    documents: Sequence[dict[str, Any]], layers: Sequence[str], vocabulary: words.Vocabulary = words.DEFAULT
) -> RunDifferences:
    """Compare two runs by groups of labels.

    Args:
        documents: as returned by :func:`dragoman.reports.overlay.documents` for two runs.
        layers: layers that both attempt.
        vocabulary: what the labels are called.

    """
    listed = [
        (document, item)
        for document in documents
        for item in document["items"]
        if item["layer"] in layers and is_listed(item)
    ]
    totals = _totals(item for _, item in listed)
    found: dict[str, dict[Query, list[Item]]] = defaultdict(lambda: defaultdict(list))
    several = len({document["language"] for document in documents}) > 1
    for document, item in listed:
        kinds = dict.fromkeys((item["kind"], item.get("second_kind", item["kind"])))
        if wrong := [kind for kind in kinds if kind != RIGHT]:
            for group, query in groups(item, document, wrong, several=several):
                found[group][query].append(item)
    made = {
        group: sorted(
            (_difference(said(group, query, vocabulary), query, items, totals) for query, items in of.items()),
            key=lambda row: (-abs(row.change), -row.won - row.lost, row.words),
        )
        for group, of in found.items()
    }
    shown = {group: [row for row in made.get(group, ()) if row.change or row.won or row.lost] for group in GROUPS}
    return RunDifferences(tuple(totals), _scores(totals), {group: rows for group, rows in shown.items() if rows})


def _totals(items: Iterable[Item]) -> dict[str, tuple[int, tuple[int, int], tuple[int, int]]]:
    """Count gold labels, and right and predicted labels of both runs, by layer."""
    counts: dict[str, list[int]] = {}
    for item in items:
        count = counts.setdefault(item["layer"], [0, 0, 0, 0, 0])
        count[0] += item["side"] == GOLD
        for at, (right, pred) in enumerate(_made(item)):
            count[1 + 2 * at] += right
            count[2 + 2 * at] += pred
    return {layer: (count[0], (count[1], count[2]), (count[3], count[4])) for layer, count in counts.items()}


def _made(item: Item) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return for both runs the number of right labels and of labels (0 or 1 each) for a listed item."""
    if item["side"] != GOLD:
        between = item["between"]
        return (0, int(between in {EXTRA, EXTRA_FIRST})), (0, int(between in {EXTRA, EXTRA_OTHER}))
    first, second = ((int(kind == RIGHT), int(kind not in _NO_LABEL)) for kind in (item["kind"], item["second_kind"]))
    return first, second


def _scores(totals: Mapping[str, tuple[int, tuple[int, int], tuple[int, int]]]) -> tuple[float, float] | None:
    if not totals:
        return None
    both = [[f1(run[0], gold, run[1]) for gold, *runs in totals.values() for run in (runs[at],)] for at in (0, 1)]
    return fsum(both[0]) / len(totals), fsum(both[1]) / len(totals)


def _difference(
    what: str, query: Query, items: Sequence[Item], totals: Mapping[str, tuple[int, tuple[int, int], tuple[int, int]]]
) -> Difference:
    moved: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for item in items:
        first, second = _made(item)
        moved[item["layer"]][0] += second[0] - first[0]
        moved[item["layer"]][1] += second[1] - first[1]
    change = 0.0
    for layer, (right, pred) in moved.items():
        gold, first, _ = totals[layer]
        change += f1(first[0] + right, gold, first[1] + pred) - f1(first[0], gold, first[1])
    won, lost = (sum(item["between"] in BETTER[better] for item in items) for better in (SECOND_BETTER, FIRST_BETTER))
    return Difference(what, query, won, lost, change / len(totals))
