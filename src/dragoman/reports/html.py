"""The HTML of a report: scores, breakdowns, confusion matrices, and the documents as data for the page's script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dragoman import scoring
from dragoman.measures.catalogue import HEADLINE
from dragoman.measures.naming import BY_NAME
from dragoman.reading.read import Reading
from dragoman.reports import overlay
from dragoman.reports.rendering import environment, inlined, script_json
from dragoman.reports.sources import predictions
from dragoman.schema.layers import LAYER_NAMES, TYPED
from dragoman.scoring.outcomes import confusion, outcomes

if TYPE_CHECKING:
    from dragoman.annotations import Annotations
    from dragoman.reports.sources import Source
    from dragoman.schema.result_file import Result
    from dragoman.text.quote_places import Policy

SCRIPTS = ("data", "text", "items", "inspect", "report")
"""Parts of the page's script, in order."""


def page(run: Any, source: Source) -> str:
    """HTML of a run's scores and errors.

    Args:
        run: its folder, with ``predictions.jsonl`` and ``system.toml``, or predictions in any form.
        source: gold labels and documents.

    Raises:
        DragomanError: as :func:`dragoman.reports.sources.predictions` and :func:`dragoman.scoring.score`.

    """
    return render(*predictions(run, source.gold), source)


def render(system: str, labels: Annotations | Reading, source: Source, *, quotes: Policy = "in-order") -> str:
    """HTML of the scores and errors of predictions.

    Args:
        system: name of the system.
        labels: its labels, as they were read or as columns.
        source: gold labels and documents.
        quotes: how quotes without ``occurrence`` were placed.

    """
    gold = source.gold
    result = scoring.score(labels, gold, system=system, quotes=quotes)
    pred = (labels.checked() if isinstance(labels, Reading) else labels).of(gold.annotations.documents)
    by_layer = {layer: each for layer in LAYER_NAMES if (each := outcomes(layer, gold.annotations, pred)) is not None}
    documents = overlay.documents(source, pred, by_layer)
    return (
        environment()
        .get_template("report/page.html")
        .render(
            name=system,
            result=result,
            on=" ".join(filter(None, (gold.data.name, gold.data.version)))
            + (f", split {gold.data.split}" if gold.data.split else ""),
            headline=[(name, _cell(result, name)) for name in HEADLINE],
            rows=[(name, _cell(result, name)) for name in result.counts],
            slices=_slices(result),
            matrices={
                layer: _matrix(confusion(by_layer[layer], gold.annotations, pred, layer))
                for layer in TYPED
                if layer in by_layer
            },
            layers=list(by_layer),
            kinds=sorted({item["kind"] for document in documents for item in document["items"]} - {"right"}),
            mistakes=sum(map(overlay.errors, documents)),
            data=Markup(script_json({"documents": documents})),  # noqa: S704 - no markup can begin in it
            **inlined("report/report.css", "theme.js", *(f"report/{part}.js" for part in SCRIPTS)),
        )
    )


def _cell(result: Result, name: str) -> dict[str, Any] | None:
    """Select what is shown of a measure: main score, interval, precision, recall; None where it was not computed."""
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
    """Group the slices of the first measure of each layer by their facet."""
    groups: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for key, score in result.slices.items():
        measure, _, facet = key.partition("[")
        if measure not in HEADLINE or facet.startswith("page="):
            continue
        name, _, value = facet.rstrip("]").partition("=")
        leaf = "f1" if score.get("f1") is not None or "f1" in score else "recall"
        groups.setdefault(f"{measure} by {name}", []).append((value, _shown(score, leaf)))
    return groups


def _matrix(counts: dict[tuple[str, str], int]) -> dict[str, Any]:
    """Rows are gold types, columns predicted ones; the empty type, for no label, comes last on both sides."""
    rows = [*sorted({g for g, _ in counts} - {""}), ""]
    columns = [*sorted({p for _, p in counts} - {""}), ""]
    return {
        "columns": columns,
        "rows": [(row, [counts.get((row, column), 0) for column in columns]) for row in rows],
        "max": max(counts.values(), default=1),
    }
