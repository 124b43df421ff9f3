"""Cost of errors: how much higher the score would be without those of one kind, layer, type or phenomenon.

The cost of a group of errors is the gain in score if only these were fixed (as in Bolya, Foley, Hays and Hoffman 2020,
TIDE: A General Toolbox for Identifying Object Detection Errors): a missed label is found, a spurious one is removed, a
wrong one is corrected. The score is the mean F1 of the layers, which is the headline if all layers of the benchmark are
attempted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any
from urllib.parse import urlencode

from dragoman.reports import words
from dragoman.reports.overlay import LEFT_OUT
from dragoman.scoring.outcomes import MISSED, RIGHT, SPURIOUS

Item = dict[str, Any]
Query = tuple[tuple[str, str], ...]
KIND = "kind of error"
GROUPS = (KIND, "layer", "type", "phenomenon", "language")
"""Facets by which errors are grouped, in order."""
MAX_ROWS = 8
"""Number of rows of a group that are shown without expanding it."""
MAX_FIRST = 3
"""Maximum number of kinds of error that are listed as first to fix."""
RARE = 4
"""Common properties are listed if at least one in this many errors has them."""


@dataclass(frozen=True)
class Row:
    """Errors of one group.

    Attributes:
        words: description of the group.
        of: filters that select exactly these errors, as names and values.
        count: number of errors.
        gain: increase of the score without them, 0 to 1.

    """

    words: str
    of: Query
    count: int
    gain: float

    @property
    def query(self) -> str:
        """The filters as a URL query: ``layer=dates&kind=missed``."""
        return urlencode(self.of)


@dataclass(frozen=True)
class First:
    """Errors that are worth fixing first.

    Attributes:
        row: errors of one kind in one layer, or all labels of documents left out.
        documents: number of documents with such errors.
        parts: their most common type, phenomenon and language.

    """

    row: Row
    documents: int
    parts: Sequence[Row]


@dataclass(frozen=True)
class Costs:
    """Costs of the errors of a run.

    Attributes:
        score: mean F1 of the attempted layers with labels, 0 to 1; None if there are none.
        layers: these layers.
        groups: rows by facet, the most costly first.
        first: the most costly kinds of error, with common properties.

    """

    score: float | None
    layers: tuple[str, ...]
    groups: Mapping[str, Sequence[Row]]
    first: Sequence[First] = ()

    @property
    def widest(self) -> float:
        """The largest gain of all rows, above 0, which scales the bars."""
        return max((row.gain for rows in self.groups.values() for row in rows), default=0.0) or 1.0


def costs(documents: Sequence[dict[str, Any]], vocabulary: words.Vocabulary = words.DEFAULT) -> Costs:
    """Compute the costs of errors, and set ``cost`` of each item that is one.

    Args:
        documents: as returned by :func:`dragoman.reports.overlay.documents`; modified in place: ``cost`` of an item is
            the gain of fixing it alone.
        vocabulary: descriptions of the labels.

    """
    totals = _totals(documents)
    found: dict[str, dict[Query, list[Item]]] = defaultdict(lambda: defaultdict(list))
    held: dict[Query, set[str]] = defaultdict(set)
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
            for group, query in groups(item, document, (item["kind"],), several=several):
                found[group][query].append(item)
                if group == KIND:
                    held[query].add(document["id"])
                    for part in _parts(item, query, document, several=several):
                        found["part"][query + part].append(item)
    made = {group: _rows(group, of, totals, vocabulary) for group, of in found.items()}
    f1s = [f1(*total) for total in totals.values()]
    first = [
        First(row, len(held[row.of]), _common(row, made.get("part", []))) for row in made.get(KIND, [])[:MAX_FIRST]
    ]
    by_group = {name: made[name] for name in GROUPS if name in made}
    return Costs(fsum(f1s) / len(f1s) if f1s else None, tuple(totals), by_group, first)


def _rows(
    group: str,
    of: Mapping[Query, list[Item]],
    totals: Mapping[str, tuple[int, int, int]],
    vocabulary: words.Vocabulary,
) -> list[Row]:
    rows = [Row(said(group, query, vocabulary), query, len(items), _gain(items, totals)) for query, items in of.items()]
    return sorted(rows, key=lambda row: (-row.gain, -row.count, row.words))


def _parts(item: Item, query: Query, document: dict[str, Any], *, several: bool) -> Iterator[Query]:
    """Yield properties that an error may share with others of its kind: type and phenomena, or the language."""
    if dict(query)["kind"] == LEFT_OUT:
        if several:
            yield (("language", document["language"] or ""),)
        return
    yield from ((("type", label),) for label in _labels(item, document))
    yield from ((("phenomenon", tag),) for tag in item.get("phenomena", ()))


def _labels(item: Item, document: dict[str, Any]) -> list[str]:
    """Return the types that are involved in an error: the gold type, and the predicted ones."""
    partners = [document["items"][at] for at in (item["partner"], item.get("second")) if at is not None]
    return [label for label in dict.fromkeys(each["label"] for each in (item, *partners)) if label != words.CLAIM]


def _common(row: Row, parts: Iterable[Row]) -> list[Row]:
    """Select the most common type, phenomenon and language among the errors of a row, unless they are rare."""
    best: dict[str, Row] = {}
    for part in sorted(parts, key=lambda part: (-part.count, part.words)):
        if part.of[: len(row.of)] == row.of and part.count * RARE >= row.count:
            best.setdefault(part.of[-1][0], part)
    return list(best.values())


def is_mistake(item: Item) -> bool:
    """Whether an item is an error of the (first) run; of a pair only the gold item is."""
    return item["kind"] != RIGHT and (
        item["side"] == "gold" or (item["side"] == "predicted" and item["partner"] is None)
    )


def _totals(documents: Iterable[dict[str, Any]]) -> dict[str, tuple[int, int, int]]:
    """Count right, gold and predicted labels by layer; layers without labels are left out."""
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


def f1(right: int, gold: int, pred: int) -> float:
    """Return F1, which is defined here as 0 if there are no labels."""
    return 2 * right / (gold + pred) if gold + pred else 0.0


def _gain(items: Iterable[Item], totals: Mapping[str, tuple[int, int, int]]) -> float:
    """Return the increase of the mean F1 if the given errors are fixed together."""
    fixed: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for item in items:
        right, pred = _FIXED.get(item["kind"], (1, 0))
        fixed[item["layer"]][0] += right
        fixed[item["layer"]][1] += pred
    gained = 0.0
    for layer, (more_right, more_pred) in fixed.items():
        right, gold, pred = totals[layer]
        gained += f1(right + more_right, gold, pred + more_pred) - f1(right, gold, pred)
    return gained / len(totals)


_FIXED: Mapping[str, tuple[int, int]] = {MISSED: (1, 1), LEFT_OUT: (1, 1), SPURIOUS: (0, -1)}
"""Change of the numbers of right and predicted labels when an error is fixed; a wrong label becomes right."""


def groups(item: Item, document: dict[str, Any], kinds: Iterable[str], *, several: bool) -> Iterator[tuple[str, Query]]:
    """Yield the groups that an error belongs to, each with the filters that select it.

    Args:
        item: the error.
        document: its document.
        kinds: its kinds of error, in each run.
        several: whether the documents are in several languages.

    """
    layer = ("layer", item["layer"])
    for kind in kinds:
        yield KIND, (("kind", kind),) if kind == LEFT_OUT else (layer, ("kind", kind))
    yield "layer", (layer,)
    yield from (("type", (layer, ("type", label))) for label in _labels(item, document))
    yield from (("phenomenon", (("phenomenon", tag),)) for tag in item.get("phenomena", ()))
    if several:
        yield "language", (("language", document["language"] or ""),)


def said(group: str, query: Query, vocabulary: words.Vocabulary) -> str:
    """Describe a group."""
    name, value = query[-1]
    if group == KIND:
        return _of_kind(value, dict(query).get("layer", ""))
    return vocabulary.of_slice(name, value)


def _of_kind(kind: str, layer: str) -> str:
    """Name errors of a kind in a layer: ``missed dates``, ``dates of wrong value``.

    >>> _of_kind("missed", "dates"), _of_kind("wrong value", "dates")
    ('missed dates', 'dates with the wrong value')

    """
    if kind == LEFT_OUT:
        return "labels of documents left out"
    if kind.startswith("wrong "):
        return f"{layer} with the {kind}"
    return f"{kind} {layer}"
