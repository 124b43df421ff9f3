"""One self-contained page with the scores of a run and every mistake, laid over the texts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from markupsafe import Markup

from dragoman import scoring
from dragoman.annotations import LAYERS
from dragoman.measures.catalogue import BY_NAME, HEADLINE
from dragoman.reading.read import read_file
from dragoman.report import overlay
from dragoman.report.mistakes import confusion, judge
from dragoman.report.rendering import environment, inlined
from dragoman.systems.loading import read_card

if TYPE_CHECKING:
    from dragoman.report.inputs import Subject
    from dragoman.schema.result import Result

SCRIPTS = ("data", "text", "items", "inspect", "report")
"""Parts of the page's script, in order."""


def page(run: Path, subject: Subject) -> str:
    """HTML of a run's scores and mistakes.

    Args:
        run: its folder, with ``predictions.jsonl`` and ``system.toml``, or a file of predictions.
        subject: what it is scored against, and how that is shown.

    Raises:
        DragomanError: as :func:`dragoman.scoring.score`.

    """
    gold = subject.gold
    folder, file = (run, run / "predictions.jsonl") if run.is_dir() else (run.parent, run)
    predicted = read_file(file, gold.target).checked().of(gold.annotations.documents)
    card = folder / "system.toml"
    name = read_card(card).name if card.is_file() or run.is_dir() else file.name
    result = scoring.score(predicted, gold, system=name)
    judged = {layer: found for layer in LAYERS if (found := judge(layer, gold.annotations, predicted)) is not None}
    drawn = overlay.documents(subject, predicted, judged)
    return (
        environment()
        .get_template("report/page.html")
        .render(
            name=name,
            result=result,
            on=" ".join(filter(None, (gold.data.name, gold.data.version)))
            + (f", split {gold.data.split}" if gold.data.split else ""),
            headline=[(name, _cell(result, name)) for name in HEADLINE],
            rows=[(name, _cell(result, name)) for name in result.counts],
            slices=_slices(result),
            matrices={
                layer: _matrix(confusion(judged[layer], gold.annotations, predicted, layer))
                for layer in ("entities", "dates")
                if layer in judged
            },
            layers=list(judged),
            kinds=sorted({item["kind"] for document in drawn for item in document["items"]} - {"right"}),
            mistakes=sum(map(overlay.wrong, drawn)),
            data=_json({"documents": drawn}),
            **inlined("report/report.css", "theme.js", *(f"report/{part}.js" for part in SCRIPTS)),
        )
    )


def _json(value: Any) -> Markup:
    """JSON that is safe inside of a script element of type application/json: no markup can begin in it."""
    text = msgspec.json.encode(value).decode()
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def _cell(result: Result, name: str) -> dict[str, Any] | None:
    """Give what is shown of a measure: main score, interval, precision and recall; None where it was not taken."""
    layer, _, measure = name.partition(".")
    score = (result.scores.get(layer) or {}).get(measure)
    return None if not score else _shown(score, BY_NAME[name].score.headline)


def _shown(score: dict[str, Any], leaf: str) -> dict[str, Any]:
    return {
        "leaf": leaf,
        "score": score.get(leaf),
        "interval": score.get("interval"),
        "precision": score.get("precision"),
        "recall": score.get("recall"),
    }


def _slices(result: Result) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Group the slices of the first measure of each layer by what they are slices of."""
    groups: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for name, score in result.slices.items():
        measure, _, facet = name.partition("[")
        if measure not in HEADLINE or facet.startswith("page="):
            continue
        what, _, value = facet.rstrip("]").partition("=")
        leaf = "f1" if score.get("f1") is not None or "f1" in score else "recall"
        groups.setdefault(f"{measure} by {what}", []).append((value, _shown(score, leaf)))
    return groups


def _matrix(counts: dict[tuple[str, str], int]) -> dict[str, Any]:
    """Rows are gold types, columns predicted ones; the empty type, for no label, comes last on both sides."""
    rows = [*sorted({g for g, _ in counts} - {""}), ""]
    columns = [*sorted({p for _, p in counts} - {""}), ""]
    return {
        "columns": columns,
        "rows": [(row, [counts.get((row, column), 0) for column in columns]) for row in rows],
        "most": max(counts.values(), default=1),
    }
