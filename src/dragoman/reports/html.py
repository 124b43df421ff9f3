"""The HTML of a report: scores, costs of errors, breakdowns, and the documents as data for the page's script."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dragoman.measures.catalogue import HEADLINE, headline_of
from dragoman.measures.naming import BY_NAME
from dragoman.reports import overlay, words
from dragoman.reports.costs import MAX_ROWS
from dragoman.reports.laid_out import Content, Labels
from dragoman.reports.raw_answers import raw_answers
from dragoman.reports.rendering import environment, inlined, script_json
from dragoman.reports.sources import card_of, predictions
from dragoman.schema.layers import LAYER_NAMES, TYPED
from dragoman.scoring import result_table
from dragoman.scoring.outcomes import RIGHT, confusion

if TYPE_CHECKING:
    from dragoman.annotations import Annotations
    from dragoman.reading.read import Reading
    from dragoman.reports.sources import Source
    from dragoman.schema.result_file import Result
    from dragoman.schema.system_card import SystemCard
    from dragoman.text.quote_places import Policy

SCRIPTS = ("data", "text", "items", "inspect", "filters", "marks", "report", "walk")
"""Parts of the page's script, in order."""


def page(run: Any, source: Source, other: Any = None) -> str:
    """HTML of a run's scores and errors.

    Args:
        run: its folder, with ``predictions.jsonl`` and ``system.toml``, or predictions in any form.
        source: gold labels and documents.
        other: a second run, to be compared with the first.

    Raises:
        DragomanError: as :func:`dragoman.reports.sources.predictions` and :func:`dragoman.scoring.score`.

    """
    given = [run] if other is None else [run, other]
    labels = [Labels(*predictions(each, source.gold), raw_answers(each), card_of(each)) for each in given]
    return written(Content.of(labels, source))


def render(
    system: str,
    labels: Annotations | Reading,
    source: Source,
    *,
    quotes: Policy = "in-order",
    card: SystemCard | None = None,
) -> str:
    """HTML of the scores and errors of predictions.

    Args:
        system: name of the system.
        labels: its labels, as a reading or as columns.
        source: gold labels and documents.
        quotes: policy by which quotes without ``occurrence`` were resolved.
        card: the system card, if there is one.

    """
    return written(Content.of([Labels(system, labels, card=card)], source, quotes=quotes))


def written(content: Content) -> str:
    """Render the page of a report."""
    gold, (first, *_), (result, *others) = content.source.gold, content.runs, content.results
    vocabulary = content.source.vocabulary
    layers = [layer for layer in LAYER_NAMES if any(layer in run.outcomes for run in content.runs)]
    found = Counter(kind for document in content.documents for item in document["items"] for kind in _kinds(item))
    return (
        environment()
        .get_template("report/page.html")
        .render(
            names=[run.name for run in content.runs],
            result=result,
            on=" ".join(filter(None, (gold.data.name, gold.data.version)))
            + (f", split {gold.data.split}" if gold.data.split else ""),
            said=list(filter(None, (result_table.headline(result), result_table.summary(result)))),
            notes=_notes(content),
            headline=[(name, _in_short(name), _cell(result, name)) for name in _main(content)],
            mean=result_table.headline_in_words(result),
            rows=[(name, _cell(result, name)) for name in result.counts],
            results=content.results,
            cards=content.cards,
            both=[(name, [_cell(each, name) for each in content.results]) for name in _main(content)],
            others=others,
            between=_between(content, layers) if others else [],
            costs=content.costs,
            differences=content.differences,
            apart=_apart(content, layers) if others else [],
            score_name="headline" if result.scores.get("headline") is not None else "mean F1 of its layers",
            max_rows=MAX_ROWS,
            slices=_slices(result, vocabulary),
            matrices={
                layer: _matrix(confusion(first.outcomes[layer], gold.annotations, first.pred, layer), vocabulary)
                for layer in TYPED
                if layer in first.outcomes
            },
            layers=layers,
            better=list(overlay.BETTER),
            kinds=[(kind, found[kind]) for kind in sorted(found.keys() - {RIGHT})],
            mistakes=sum(map(overlay.errors, content.documents)),
            labels=sum(overlay.is_listed(item) for document in content.documents for item in document["items"]),
            data=Markup(script_json(_data(content))),  # noqa: S704 - no markup can begin in it
            **inlined("report/report.css", "theme.js", *(f"report/{part}.js" for part in SCRIPTS)),
        )
    )


def _main(content: Content) -> tuple[str, ...]:
    """Return the main measures of the layers that the gold has."""
    return headline_of(content.results[0].coverage.annotated) or HEADLINE


def _in_short(name: str) -> str:
    """Say what a measure asks of a label: the beginning of its definition.

    >>> _in_short("entities.strict")
    'Same span and same type'

    """
    return re.split("[:;.](?: |$)", BY_NAME[name].definition)[0]


def _kinds(item: dict[str, Any]) -> set[str]:
    """Return the outcomes of a listed item in all runs, for the filters."""
    return {item["kind"], item.get("second_kind", item["kind"])} if overlay.is_listed(item) else set()


def _data(content: Content) -> dict[str, Any]:
    """Collect the data for the page's script."""
    result, vocabulary = content.results[0], content.source.vocabulary
    tags = sorted({document["language"] for document in content.documents} - {None})
    return {
        "documents": content.documents,
        "runs": [run.name[:200] for run in content.runs],
        "signatures": [each.signature for each in content.results],
        "data": [result.data.name, result.data.version, result.data.split],
        "types": vocabulary.types,
        "own": vocabulary.own,
        "families": {label: family for family, of in words.FAMILIES.items() for label in of},
        "phenomena": vocabulary.phenomena,
        "languages": {tag: words.of_language(tag) for tag in tags},
        "between": overlay.BETWEEN,
        "better": overlay.BETTER,
    }


def _notes(content: Content) -> list[str]:
    """Return notes on coverage and hints on the form of the labels; for two runs with their names."""
    several = len(content.runs) > 1
    return [
        f"{run.name[:80]}: {said}" if several else said
        for run, result in zip(content.runs, content.results, strict=True)
        for said in (*result_table.coverage_notes(result.coverage), *(hint.text for hint in result.hints))
    ]


def _apart(content: Content, layers: list[str]) -> list[tuple[str, list[str]]]:
    """Return the layers that a run does not attempt and the other does, by run."""
    apart = [(run.name, [layer for layer in layers if layer not in run.outcomes]) for run in content.runs]
    return [(name, left) for name, left in apart if left]


def _between(content: Content, layers: list[str]) -> list[tuple[str, list[tuple[str, int]]]]:
    """Count the joint outcomes of two runs, by layer."""
    counts = Counter(
        (item["between"], item["layer"])
        for document in content.documents
        for item in document["items"]
        if overlay.is_listed(item)
    )
    return [(what, [(layer, counts[what, layer]) for layer in layers]) for what in overlay.BETWEEN]


def _cell(result: Result, name: str) -> dict[str, Any] | None:
    """Return what is shown of a measure: main score, interval, precision, recall; None if it was not computed."""
    score = result.scores_of(name)
    if not score:
        return None
    counts = result.counts[name]
    totals = dict(zip(counts.columns, map(sum, zip(*counts.rows, strict=True)), strict=True)) if counts.rows else {}
    return {
        **_shown(score, BY_NAME[name].score.headline),
        "gold": totals.get("gold", totals.get("matched")),
        "documents": (score.get("macro") or {}).get("documents"),
    }


def _shown(score: dict[str, Any], leaf: str) -> dict[str, Any]:
    return {
        "leaf": leaf,
        "score": score.get(leaf),
        "interval": score.get("interval"),
        "precision": score.get("precision"),
        "recall": score.get("recall"),
    }


def _slices(result: Result, vocabulary: words.Vocabulary) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Group the slices of the first measure of each layer by their facet."""
    groups: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for key, score in result.slices.items():
        measure, _, facet = key.partition("[")
        if measure not in HEADLINE or facet.startswith("page="):
            continue
        name, _, value = facet.rstrip("]").partition("=")
        leaf = "f1" if score.get("f1") is not None or "f1" in score else "recall"
        groups.setdefault(f"{measure} by {name}", []).append((vocabulary.of_slice(name, value), _shown(score, leaf)))
    return groups


def _matrix(counts: dict[tuple[str, str], int], vocabulary: words.Vocabulary) -> dict[str, Any]:
    """Lay out a confusion matrix: rows are gold types, columns predicted ones; the empty type (no label) is last."""
    rows = [*sorted({g for g, _ in counts} - {""}), ""]
    columns = [*sorted({p for _, p in counts} - {""}), ""]
    return {
        "columns": columns,
        "rows": [(row, vocabulary.of_type(row), [counts.get((row, column), 0) for column in columns]) for row in rows],
        "max": max(counts.values(), default=1),
    }
