"""One self-contained page with the scores of a run and every mistake."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import jinja2
import numpy as np

from dragoman import scoring
from dragoman.measures.catalogue import BY_NAME
from dragoman.submission.read import read_file
from dragoman.systems.loading import read_card

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark
    from dragoman.schema.columns import Annotations, Coded
    from dragoman.schema.records import Document
    from dragoman.schema.result import Result

SHOWN = ("entities.strict", "dates.value", "claims.attributed")


class Mistake(NamedTuple):
    """A gold item that was missed, or a predicted item that is spurious under a measure."""

    document: Document
    measure: str
    kind: str
    where: str
    text: str
    label: str


def page(folder: Path, benchmark: Benchmark, split: str) -> str:
    """HTML of a run's scores and mistakes.

    Args:
        folder: the run, with ``predictions.jsonl`` and ``system.toml``.
        benchmark: what it was run on.
        split: the split to score.

    Raises:
        DragomanError: for everything that is wrong with the run.

    """
    gold = scoring.from_benchmark(benchmark, split)
    predicted = read_file(folder / "predictions.jsonl", gold.target).checked().of(gold.annotations.documents)
    card = read_card(folder / "system.toml")
    result = scoring.score(predicted, gold, system=card.name)
    documents = {document.id: document for document in benchmark.split(split)}
    mistakes = [m for name in SHOWN for m in _mistakes(name, gold.annotations, predicted, documents)]
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    template = (resources.files("dragoman.report") / "templates" / "page.html").read_text("utf-8")
    return environment.from_string(template).render(
        card=card, result=result, rows=_rows(result), mistakes=mistakes, split=split
    )


def _rows(result: Result) -> list[list[str]]:
    """Measures that were taken, each with precision, recall, main score and interval as they are shown."""
    rows = []
    for name in result.counts:
        layer, _, measure = name.partition(".")
        score, leaf = result.scores[layer][measure], BY_NAME[name].score.headline
        interval = score["interval"]
        rows.append(
            [
                name if leaf == "f1" else f"{name}.{leaf}",
                *(_shown(score[part]) if part in score else "" for part in ("precision", "recall")),
                _shown(score[leaf]),
                "" if interval is None else f"{interval[0]:.3f}–{interval[1]:.3f}",
            ]
        )
    return rows


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _mistakes(
    name: str, gold: Annotations, predicted: Annotations, documents: dict[str, Document]
) -> Iterator[Mistake]:
    """Items of both sides that have no partner under a measure, document by document."""
    measure = BY_NAME[name]
    if not predicted.attempts(measure.layer):
        return
    match = measure.match(gold, predicted)
    scored = gold.has(measure.layer)
    sides = (("missed", gold, match.gold), ("spurious", predicted, match.predicted))
    for kind, side, paired in sides:
        items = getattr(side, measure.layer)
        alone = np.setdiff1d(np.arange(len(items)), paired)
        for item in alone[scored[items.doc[alone]]].tolist():
            document = documents[side.documents[int(items.doc[item])]]
            spans = _spans(side, measure.layer, item)
            text = " … ".join(document.text[start:end] for start, end in spans)
            where = ", ".join(f"{start}–{end}" for start, end in spans)
            yield Mistake(document, name, kind, where, text, _label(side, measure.layer, item))


def _spans(annotations: Annotations, layer: str, item: int) -> list[tuple[int, int]]:
    if layer == "claims":
        own = np.flatnonzero(annotations.claims.fragment_claim == item)
        starts, ends = annotations.claims.fragment_start[own], annotations.claims.fragment_end[own]
        return list(zip(starts.tolist(), ends.tolist(), strict=True))
    spans = getattr(annotations, layer)
    return [(int(spans.start[item]), int(spans.end[item]))]


def _label(annotations: Annotations, layer: str, item: int) -> str:
    columns: list[Coded] = []
    if layer == "entities":
        columns = [annotations.entities.type]
    elif layer == "dates":
        columns = [annotations.dates.type, annotations.dates.value, annotations.dates.mod]
    else:
        columns = [annotations.claims.act, annotations.claims.modality]
    return " ".join(column.value(item) or "" for column in columns).strip()
