"""What mistakes cost: how much higher the score would be without those of one kind, layer, type or phenomenon.

The score of a group of mistakes is taken again as if these, and no others, were mended (as errors are weighed in Bolya,
Foley, Hays and Hoffman 2020, TIDE: A General Toolbox for Identifying Object Detection Errors): a missed label is found,
a spurious one is gone, a wrong one is right. The score is the mean F1 of the layers; of a benchmark of which all layers
are attempted that is the headline.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dragoman.reports import words
from dragoman.reports.overlay import LEFT_OUT
from dragoman.scoring.outcomes import MISSED, RIGHT, SPURIOUS

Item = dict[str, Any]
MAX_ROWS = 8
"""Rows of a group that are shown at once."""


@dataclass(frozen=True)
class Row:
    """Mistakes of one group.

    Attributes:
        words: what they have in common.
        query: filters that show them and no others, as ``layer=dates&kind=missed``.
        count: how many they are.
        gain: by how much the score would be higher without them, 0 to 1.

    """

    words: str
    query: str
    count: int
    gain: float


@dataclass(frozen=True)
class Costs:
    """What the mistakes of a run cost.

    Attributes:
        score: mean F1 of the layers that were attempted and have labels, 0 to 1; None without any.
        layers: these layers.
        groups: rows by what they are grouped by, the most costly first.

    """

    score: float | None
    layers: tuple[str, ...]
    groups: Mapping[str, Sequence[Row]]

    @property
    def widest(self) -> float:
        """The largest gain of all rows, above 0: the length of the longest bar."""
        return max((row.gain for rows in self.groups.values() for row in rows), default=0.0) or 1.0


def costs(documents: Sequence[dict[str, Any]]) -> Costs:
    """Weigh the mistakes, and give each item that is one its ``cost``.

    Args:
        documents: as :func:`dragoman.reports.overlay.documents` gives them; their items get ``cost``, the gain of
            mending this one alone.

    """
    totals = _totals(documents)
    found: dict[str, dict[tuple[tuple[str, str], ...], list[Item]]] = defaultdict(lambda: defaultdict(list))
    single: dict[tuple[str, str], float] = {}
    several = len({document["language"] for document in documents}) > 1
    for document in documents:
        for item in document["items"]:
            if not is_mistake(item):
                continue
            known = (item["layer"], item["kind"])
            if known not in single:
                single[known] = _gain([item], totals)
            item["cost"] = round(single[known], 6)
            for group, query in _groups(item, (document["language"] or "") if several else None):
                found[group][query].append(item)
    groups = {
        group: sorted(
            (
                Row(_said(group, query), urlencode(query), len(items), _gain(items, totals))
                for query, items in of.items()
            ),
            key=lambda row: (-row.gain, -row.count, row.words),
        )
        for group, of in found.items()
    }
    f1s = [_f1(*total) for total in totals.values()]
    order = ("kind of mistake", "layer", "type", "phenomenon", "language")
    return Costs(
        sum(f1s) / len(f1s) if f1s else None, tuple(totals), {name: groups[name] for name in order if name in groups}
    )


def is_mistake(item: Item) -> bool:
    """Whether an item is a mistake of the (first) run, and the one that stands for its pair."""
    return item["kind"] != RIGHT and (
        item["side"] == "gold" or (item["side"] == "predicted" and item["partner"] is None)
    )


def _totals(documents: Iterable[dict[str, Any]]) -> dict[str, tuple[int, int, int]]:
    """Count right, gold and predicted labels by layer; layers without any label are not there."""
    counts: dict[str, list[int]] = {}
    for document in documents:
        for item in document["items"]:
            count = counts.setdefault(item["layer"], [0, 0, 0])
            if item["side"] == "gold":
                count[0] += item["kind"] == RIGHT
                count[1] += 1
            elif item["side"] == "predicted":
                count[2] += 1
    return {layer: (right, gold, pred) for layer, (right, gold, pred) in counts.items() if gold + pred}


def _f1(right: int, gold: int, pred: int) -> float:
    """F1, which is 0 here where nothing is left to be right or wrong."""
    return 2 * right / (gold + pred) if gold + pred else 0.0


def _gain(items: Iterable[Item], totals: Mapping[str, tuple[int, int, int]]) -> float:
    """Say by how much the mean F1 rises if some mistakes are mended together."""
    mended: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for item in items:
        right, pred = _MENDED.get(item["kind"], (1, 0))
        mended[item["layer"]][0] += right
        mended[item["layer"]][1] += pred
    gained = 0.0
    for layer, (more_right, more_pred) in mended.items():
        right, gold, pred = totals[layer]
        gained += _f1(right + more_right, gold, pred + more_pred) - _f1(right, gold, pred)
    return gained / len(totals)


_MENDED: Mapping[str, tuple[int, int]] = {MISSED: (1, 1), LEFT_OUT: (1, 1), SPURIOUS: (0, -1)}
"""By how much right and predicted labels change when a mistake is mended; a wrong label becomes right."""


def _groups(item: Item, language: str | None) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    layer = ("layer", item["layer"])
    yield "kind of mistake", (layer, ("kind", item["kind"]))
    yield "layer", (layer,)
    if item["label"] != words.CLAIM:
        yield "type", (layer, ("type", item["label"]))
    for tag in item.get("phenomena", ()):
        yield "phenomenon", (("phenomenon", tag),)
    if language is not None:
        yield "language", (("language", language),)


def _said(group: str, query: tuple[tuple[str, str], ...]) -> str:
    by = dict(query)
    if group == "kind of mistake":
        return _of_kind(by["kind"], by["layer"])
    if group == "type":
        return words.of_type(by["type"])
    if group == "phenomenon":
        return words.PHENOMENA.get(by["phenomenon"], by["phenomenon"])
    return words.of_language(by["language"] or None) if group == "language" else by["layer"]


def _of_kind(kind: str, layer: str) -> str:
    """Name mistakes of a kind in a layer: ``missed dates``, ``dates of wrong value``.

    >>> _of_kind("missed", "dates"), _of_kind("wrong value", "dates")
    ('missed dates', 'dates with the wrong value')

    """
    if kind == LEFT_OUT:
        return f"{layer} of documents left out"
    if kind.startswith("wrong "):
        return f"{layer} with the {kind}"
    return f"{kind} {layer}"
