"""Compare a system on the same documents before and after an edit: counts, types, and labels that fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dragoman import scoring
from dragoman.measures.catalogue import HEADLINE
from dragoman.measures.naming import measure
from dragoman.reports.sources import predictions
from dragoman.robustness.edit_costs import Cost, Failure, cost_of
from dragoman.schema.layers import LAYER_NAMES
from dragoman.scoring.outcomes import NO_PARTNER, RIGHT, outcomes

if TYPE_CHECKING:
    from pathlib import Path

    from dragoman.annotations import Annotations
    from dragoman.benchmark import Benchmark
    from dragoman.schema.records import Document
    from dragoman.scoring import Gold
    from dragoman.scoring.result import Result


@dataclass(frozen=True)
class Side:
    """A scored run on a subset of the documents of a benchmark.

    Attributes:
        documents: the documents, by id.
        gold: their gold; ``pred`` the predictions, in the same order.
        result: the scores, without intervals.

    """

    documents: dict[str, Document]
    gold: Gold
    pred: Annotations
    result: Result

    @classmethod
    def of(cls, run: Path, benchmark: Benchmark, split: str, documents: Sequence[str]) -> Side:
        """Score a run on the given documents of a split."""
        gold = restricted(scoring.from_benchmark(benchmark, split), documents)
        name, pred = predictions(run, gold)
        result = scoring.score(pred, gold, system=name, measures=list(HEADLINE), intervals=False)
        labels = pred.checked().of(gold.annotations.documents)
        return cls({each.id: each for each in benchmark.split(split)}, gold, labels, result)


def answered(original: Side, edited: Side) -> list[str]:
    """Return the ids of documents that the system answered on at least one side.

    Documents without an answer on both sides, such as those in an unsupported language, carry no information.
    """
    known = {
        name
        for side in (original, edited)
        for name, given in zip(side.pred.documents, side.pred.given.tolist(), strict=True)
        if given
    }
    return [name for name in original.gold.annotations.documents if name in known]


def restricted(gold: Gold, documents: Sequence[str]) -> Gold:
    """Restrict gold to the given documents."""
    names = [name for name in gold.annotations.documents if name in set(documents)]
    at = [gold.annotations.documents.index(name) for name in names]
    facets = {key: tuple(values[i] for i in at) for key, values in gold.facets.items()}
    data = type(gold.data)(gold.data.name, gold.data.version, gold.data.fingerprint, gold.data.split, names)
    return replace(gold, annotations=gold.annotations.of(tuple(names)), data=data, facets=facets)


def costs(edit: str, expect: str, original: Side, edited: Side) -> list[Cost]:
    """Compute the cost for each headline measure that both sides have counts of."""
    made = []
    for name in HEADLINE:
        if name not in original.result.counts or name not in edited.result.counts:
            continue
        tables = [_rows(side.result, name) for side in (original, edited)]
        shared = [document for document in tables[0] if document in tables[1]]
        rows = [np.array([table[document] for document in shared], np.int64) for table in tables]
        if shared:
            made.append(cost_of(edit, expect, name, shared, rows[0], rows[1]))
    return made


def _rows(result: Result, name: str) -> dict[str, list[int]]:
    """Return the counts by document."""
    table = result.counts[name]
    return {result.data.documents[at]: row for at, row in zip(table.documents, table.rows, strict=True)}


def by_type(original: Side, edited: Side) -> dict[str, tuple[float | None, float | None]]:
    """Return the score of each type before and after, by the names of the slices."""
    sides = [side.result.slices for side in (original, edited)]
    made = {}
    for key in sides[0]:
        name, _, facet = key.partition("[")
        if name in HEADLINE and facet.startswith("type=") and key in sides[1]:
            leaf = measure(name).score.headline
            made[key] = (sides[0][key].get(leaf), sides[1][key].get(leaf))
    return made


def failures(edit: str, original: Side, edited: Side) -> list[Failure]:
    """List the gold labels that were correct before the edit and are not after it."""
    made: list[Failure] = []
    for layer in LAYER_NAMES:
        before, after = (_outcomes(layer, side) for side in (original, edited))
        for key, (outcome, _) in before.items():
            now = after.get(key)
            if outcome == RIGHT and now is not None and now[0] != RIGHT:
                made.append(_failure(edit, layer, key, now, original, edited))
    return made


Key = tuple[str, str]
"""Document id and label id."""


def _outcomes(layer: str, side: Side) -> dict[Key, tuple[str, str | None]]:
    """Return the outcome of each gold label, and the predicted value or type of its partner, if there is one."""
    judged = outcomes(layer, side.gold.annotations, side.pred)
    if judged is None:
        return {}
    columns: Any = getattr(side.gold.annotations, layer)
    given: Any = getattr(side.pred, layer)
    shown = next(name for name in ("value", "type", "act") if hasattr(given, name))
    made = {}
    for at, outcome in enumerate(judged.gold):
        document = side.gold.annotations.documents[int(columns.doc[at])]
        label = getattr(side.documents[document], layer)[int(columns.item[at])]
        partner = int(judged.gold_partner[at])
        made[document, label.id] = (
            outcome,
            None if partner == NO_PARTNER else getattr(given, shown).value(partner),
        )
    return made


def _failure(edit: str, layer: str, key: Key, now: tuple[str, str | None], original: Side, edited: Side) -> Failure:
    document, name = key
    labels = [
        next(each for each in getattr(side.documents[document], layer) if each.id == name)
        for side in (original, edited)
    ]
    first, second = (
        _in_line(side.documents[document].text, label) for side, label in zip((original, edited), labels, strict=True)
    )
    return Failure(
        edit=edit,
        document=document,
        layer=layer,
        label=name,
        type=getattr(labels[0], "type", None) or labels[0].act,
        outcome=now[0],
        before=first,
        after=second,
        value=(labels[0].value, labels[1].value) if layer == "dates" else None,
        predicted=now[1],
    )


MAX_CONTEXT = 60
"""Maximum number of characters of context on each side of a label."""


def _in_line(text: str, label: Any) -> tuple[str, str, str]:
    """Return the words before a label in its line, its surface, and the words after it."""
    parts = getattr(label, "content", None) or [label]
    start, end = parts[0].start, parts[0].end
    low = max(text.rfind("\n", 0, start) + 1, start - MAX_CONTEXT)
    stop = text.find("\n", end)
    high = min(len(text) if stop < 0 else stop, end + MAX_CONTEXT)
    return text[low:start], text[start:end], text[end:high]


def kept_values(original: Side, edited: Side) -> dict[str, int]:
    """Count the values that the system predicted for dates whose gold value the edit changed.

    Returns:
        ``new`` the value of the edited text, ``old`` that of the original, ``other`` neither.

    """
    after = _outcomes("dates", edited)
    before = {(name, date.id): date.value for name, document in original.documents.items() for date in document.dates}
    made = {"new": 0, "old": 0, "other": 0}
    for name in edited.gold.annotations.documents:
        for date in edited.documents[name].dates:
            was, given = before.get((name, date.id)), after.get((name, date.id), ("", None))[1]
            if was is not None and was != date.value and given is not None:
                made["new" if given == date.value else "old" if given == was else "other"] += 1
    return made


def by_dev(original: Side, edited: Side, held: Benchmark) -> dict[str, tuple[int, int, int]]:
    """Count renamed mentions, and how many were correct before and after, by whether dev has the same surface.

    Renaming hurts a gazetteer built from dev as well as a model that has memorised the pages; losses on names that are
    not in dev distinguish the two.

    Returns:
        Number of mentions, correct before and correct after, for ``in dev`` (the surface is a mention in dev) and ``not
        in dev``.

    """
    dev = held.split("dev") if "dev" in held.splits else []
    known = {entity.text for document in dev for entity in document.entities}
    before, after = (_outcomes("entities", side) for side in (original, edited))
    made = {"in dev": (0, 0, 0), "not in dev": (0, 0, 0)}
    for (document, name), (outcome, _) in before.items():
        entity = next(each for each in original.documents[document].entities if each.id == name)
        moved = next((each for each in edited.documents[document].entities if each.id == name), None)
        if moved is not None and moved.text != entity.text:
            key = "in dev" if entity.text in known else "not in dev"
            now = after.get((document, name), ("", None))[0]
            number, first, second = made[key]
            made[key] = (number + 1, first + (outcome == RIGHT), second + (now == RIGHT))
    return made
