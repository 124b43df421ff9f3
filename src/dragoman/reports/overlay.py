"""The documents of a report as plain values for the page's script: texts, gold and pred labels, and their outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dragoman import languages
from dragoman.annotations import JOINER
from dragoman.reports.described import Names, described
from dragoman.reports.rendering import MAX_SHOWN, short
from dragoman.schema.layers import LAYER_NAMES
from dragoman.scoring.outcomes import MISSED, NO_PARTNER, RIGHT, Outcomes
from dragoman.text import visible

if TYPE_CHECKING:
    from dragoman.annotations import Annotations
    from dragoman.reports.raw_answers import RawAnswer
    from dragoman.reports.sources import Source, SourceDocument

Item = dict[str, Any]
GOLD, PREDICTED, SECOND = "gold", "predicted", "second"
"""Side of an item: gold, the (first) run, or the second run."""
LEFT_OUT = "document left out"
"""Outcome of a gold label in a document for which the run has no line."""
NOT_ATTEMPTED = "not attempted"
"""Outcome of a gold label in a layer that the run does not attempt, but the other one does."""
BOTH, FIRST, OTHER, NEITHER = "both right", "only the first right", "only the second right", "neither right"
EXTRA, EXTRA_FIRST, EXTRA_OTHER = "spurious in both", "spurious in the first", "spurious in the second"
BETWEEN = (NEITHER, FIRST, OTHER, BOTH, EXTRA, EXTRA_FIRST, EXTRA_OTHER)
"""Joint outcomes of two runs for one label."""
FIRST_BETTER, SECOND_BETTER = "first better", "second better"
BETTER = {FIRST_BETTER: (FIRST, EXTRA_OTHER), SECOND_BETTER: (OTHER, EXTRA_FIRST)}
"""Joint outcomes in which one run is better than the other."""
_LARGE = "1.35rem"


@dataclass(frozen=True)
class Run:
    """A run with the outcomes of its labels.

    Attributes:
        name: name of the system.
        pred: its labels, on the documents of gold in the same order.
        outcomes: outcomes of the labels by attempted layer.
        raw: entries of its log by document id.

    """

    name: str
    pred: Annotations
    outcomes: Mapping[str, Outcomes]
    raw: Mapping[str, RawAnswer] = field(default_factory=dict)


def documents(source: Source, runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Convert the documents with their labels to plain values.

    Args:
        source: the documents and their gold labels.
        runs: one run, or two for comparison.

    Returns:
        One dictionary per document: ``id``, ``language``, ``kind``, ``title``, ``published``, ``text``, ``english``
        (English by line number), ``missing`` (the runs left it out), ``direction`` and ``style`` (CSS properties of its
        text, by its language), ``raw`` (log entry of each run) and ``items``. An item has ``side``, ``layer``, ``at``
        (its address within the document), ``kind`` (its outcome), ``spans``, ``label``, ``notes`` (descriptions),
        ``days`` (first and last ordinal, for dates), ``chain`` (claimants with verbs, outermost first, for claims),
        ``gloss`` (in English, if known), ``phenomena`` (of gold labels) and ``partner`` (index of the item that it is
        paired with, or null). For two runs, gold labels also have ``second_kind`` and ``second`` (index, or null), and
        listed items ``between``. All strings except the text are truncated, and invisible and bidirectional control
        characters are escaped.

    """
    rows: list[dict[str, Any]] = [
        {
            **{name: _short(getattr(document, name), 120) for name in ("id", "language", "kind", "published")},
            "title": _short(document.title, 200),
            "text": document.text,
            "english": {str(line): short(text, 2 * MAX_SHOWN) for line, text in document.english},
            "missing": not any(bool(run.pred.given[at]) for run in runs),
            "raw": [_raw(run.raw.get(document.id)) for run in runs],
            **_appearance(document),
            "items": [],
        }
        for at, document in enumerate(source.documents)
    ]
    names = Names(source.names, source.documents)
    for layer in LAYER_NAMES:
        if any(layer in run.outcomes for run in runs):
            _add_items(rows, layer, source.gold.annotations, runs, names)
    return rows


def _appearance(document: SourceDocument) -> dict[str, Any]:
    """Return how a text is displayed, from language descriptors alone, not from the untrusted document."""
    shown = languages.appearance(document.text or "", document.language)
    style = {"fontFamily": shown.fonts, "wordBreak": shown.word_break, **({"fontSize": _LARGE} if shown.large else {})}
    return {"direction": shown.direction, "style": style}


def _raw(answer: RawAnswer | None) -> dict[str, Any] | None:
    """Return the log entry of a document, escaped; None if there is nothing to show."""
    if answer is None or not (answer.raw or answer.problems):
        return None
    text = None if answer.raw is None else visible(answer.raw, keep="\n\t")
    return {"text": text, "cut": answer.cut, "problems": [short(each) for each in answer.problems]}


def _add_items(rows: list[dict[str, Any]], layer: str, gold: Annotations, runs: Sequence[Run], names: Names) -> None:
    """Add the items of a layer to their documents: gold, then the runs."""
    labels = getattr(gold, layer)
    scored = gold.has(layer)
    index: dict[int, int] = {}
    for at, item in enumerate(described(layer, labels, names, glossed=True)):
        document = int(labels.doc[at])
        if scored[document]:
            index[at] = len(rows[document]["items"])
            tags = labels.phenomena.value(at)
            tagged = {"phenomena": [short(tag, 80) for tag in tags.split(JOINER)]} if tags else {}
            kinds = [_kind(run, layer, at, document) for run in runs]
            second = {"second_kind": kinds[1], "second": None, "between": _between(*kinds)} if len(runs) > 1 else {}
            item |= {"side": GOLD, "layer": layer, "kind": kinds[0], "at": f"{layer}/g{labels.item[at]}"}
            rows[document]["items"].append(_safe({**item, **tagged, **second}))
    for which, run in enumerate(runs):
        if layer in run.outcomes:
            _add_run(rows, layer, (labels, index), run, which, names)
    if len(runs) > 1:
        for row in rows:
            _join_extra(row["items"], layer)


def _kind(run: Run, layer: str, at: int, document: int) -> str:
    """Return the outcome of a gold label in a run."""
    if layer not in run.outcomes:
        return NOT_ATTEMPTED
    kind = run.outcomes[layer].gold[at]
    return LEFT_OUT if kind == MISSED and not run.pred.given[document] else kind


def _between(first: str, second: str) -> str:
    both = (first == RIGHT, second == RIGHT)
    return {(True, True): BOTH, (True, False): FIRST, (False, True): OTHER, (False, False): NEITHER}[both]


def _add_run(
    rows: list[dict[str, Any]], layer: str, gold: tuple[Any, dict[int, int]], run: Run, which: int, names: Names
) -> None:
    """Add the labels of a run, each paired with its gold label if it has one."""
    outcomes, labels, (gold_labels, index) = run.outcomes[layer], getattr(run.pred, layer), gold
    side, link = ((PREDICTED, "partner"), (SECOND, "second"))[which]
    for at, item in enumerate(described(layer, labels, names, glossed=False)):
        document = int(labels.doc[at])
        if not outcomes.scored[document]:
            continue
        items, g = rows[document]["items"], int(outcomes.pred_partner[at])
        item |= {
            "side": side,
            "layer": layer,
            "kind": outcomes.pred[at],
            "at": f"{layer}/{'ps'[which]}{labels.item[at]}",
        }
        if g != NO_PARTNER and g in index and int(gold_labels.doc[g]) == document:
            item["partner"] = index[g]
            items[index[g]][link] = len(items)
        items.append(_safe(item))


def _join_extra(items: list[Item], layer: str) -> None:
    """Join spurious labels that two runs have in common: the same spans with the same type."""
    extra: dict[tuple[Any, ...], int] = {}
    for at, item in enumerate(items):
        if item["layer"] != layer or item["side"] == GOLD or item["partner"] is not None:
            continue
        key = (item["label"], *map(tuple, item["spans"]), *map(tuple, item.get("chain", ())))
        if item["side"] == PREDICTED:
            extra.setdefault(key, at)
            item |= {"between": EXTRA_FIRST, "second": None}
        elif (twin := extra.pop(key, None)) is not None:
            items[twin] |= {"between": EXTRA, "second": at}
            item["twin"] = twin
        else:
            item["between"] = EXTRA_OTHER


def _safe(item: Item) -> Item:
    """Truncate the strings of an item and escape control characters."""
    lists: Item = {"notes": [short(line) for line in item["notes"]]}
    if "chain" in item:
        lists["chain"] = [[short(part) for part in link] for link in item["chain"]]
    if item.get("gloss"):
        lists["gloss"] = short(item["gloss"])
    return {**item, "label": short(item["label"], 80), **lists}


def _short(text: str | None, length: int) -> str | None:
    return None if text is None else short(text, length)


def is_listed(item: Item) -> bool:
    """Whether an item is listed: gold labels, and spurious ones once; labels that are paired with gold are not."""
    return item["side"] == GOLD or (item["partner"] is None and "twin" not in item)


def errors(document: dict[str, Any]) -> int:
    """Count the errors of a document; a wrong pair counts once."""
    return sum(
        is_listed(item) and not item["kind"] == item.get("second_kind", RIGHT) == RIGHT for item in document["items"]
    )
