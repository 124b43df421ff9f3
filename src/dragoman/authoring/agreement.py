"""Inter-annotator agreement: pass against pass, and each pass against the gold that was derived from it.

Passes are compared by F1 of the benchmark's measures, which is symmetric, and by Krippendorff's alpha for the
attributes of labels that both have. Everything is computed a second time without labels whose words are quoted in the
guidelines, in the brief that they are based on, or in earlier versions (``annotations/quoted.txt``), since agreement on
a quoted span is no evidence. A pass is not independent of the gold, so its score is neither a rank nor a human upper
bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import structs

from dragoman import files, json_text, scoring
from dragoman.annotations import NULL, Annotations, Coded
from dragoman.authoring.adjudication import Place, read_documents, read_passes, reviewed_places
from dragoman.measures import claims, spans
from dragoman.measures.naming import select
from dragoman.measures.pair import Pair
from dragoman.reading.line_documents import as_submission
from dragoman.reading.read import read_lines
from dragoman.reading.target import Target
from dragoman.schema.layers import CONTIGUOUS, LAYER_NAMES
from dragoman.schema.pass_file import CONTROLS
from dragoman.schema.records import Document, Labels
from dragoman.schema.result_file import Data
from dragoman.statistics import bootstrap
from dragoman.statistics.alpha import alpha, coincidences

MEASURES = (
    "entities.strict",
    "entities.exact",
    "entities.linked",
    "dates.strict",
    "dates.value",
    "claims.content",
    "claims.attributed",
    "claims.cue",
)


def columns(labels_: dict[str, Labels], documents: dict[str, Document]) -> Annotations:
    """Return labels of a pass, or gold, as columns over all documents."""
    target = Target(documents=tuple(documents), texts={name: document.text for name, document in documents.items()})
    return read_lines([as_submission(labels_[name]) for name in documents if name in labels_], target)


def quoted(root: Path) -> str:
    """Return everything that the guidelines and the brief quote, as one text in which surfaces are searched."""
    sources = [root / "annotations" / name for name in ("GUIDELINES.md", "quoted.txt")]
    return "\n".join(files.read_text(path) for path in sources if path.exists())


def without_quoted(annotations: Annotations, text: str) -> Annotations:
    """Remove labels whose surface occurs in a text that the annotators had seen."""
    parts: dict[str, Any] = {}
    for layer in CONTIGUOUS:
        items = getattr(annotations, layer)
        new = [
            _surface(annotations, int(d), int(s), int(e)) not in text
            for d, s, e in zip(items.doc, items.start, items.end, strict=True)
        ]
        parts[layer] = items.take(np.flatnonzero(np.array(new, bool)))
    claims = annotations.claims
    new_claims = np.ones(len(claims), bool)
    for claim, start, end in zip(claims.fragment_claim, claims.fragment_start, claims.fragment_end, strict=True):
        surface = _surface(annotations, int(claims.doc[claim]), int(start), int(end))
        new_claims[claim] &= surface not in text
    return replace(annotations, **parts, claims=claims.keep(new_claims))


def _surface(annotations: Annotations, doc: int, start: int, end: int) -> str:
    return (annotations.texts[doc] or "")[start:end]


def agreement(first: Annotations, second: Annotations, documents: dict[str, Document]) -> dict[str, Any]:
    """Compare two sets of labels of the same documents.

    Returns:
        ``scores`` by measure with bootstrap intervals over documents, ``slices`` by label, language and kind, and
        ``alpha`` by attribute.

    """
    data = Data("agreement", None, "", None, list(documents))
    facets = {
        "language": tuple(document.language for document in documents.values()),
        "kind": tuple(document.kind for document in documents.values()),
    }
    gold = scoring.Gold(first, data, Target(documents=tuple(documents)), facets)
    result = scoring.score(second, gold, measures=select(list(MEASURES)))
    wanted = ("language=", "kind=", "type=")
    return {
        "scores": {name: _brief(result.scores_of(name)) for name in MEASURES},
        "slices": {
            name: _brief(score) for name, score in result.slices.items() if any(f"[{facet}" in name for facet in wanted)
        },
        "alpha": alphas(first, second),
    }


def _brief(score: dict[str, Any] | None) -> dict[str, Any] | None:
    """Select the main score and its interval."""
    if score is None:
        return None
    name = "f1" if "f1" in score else "accuracy"
    return {name: score[name], "interval": score["interval"]}


def alphas(first: Annotations, second: Annotations) -> dict[str, Any]:
    """Compute Krippendorff's alpha of each attribute over the items that both sides have."""
    pair = Pair(first, second)
    made: dict[str, Any] = {}
    for layer, names in (("entities", ("type", "form")), ("dates", ("type", "mod", "value"))):
        match = spans.exact(pair, layer)
        for name in names:
            sides = (getattr(getattr(first, layer), name), getattr(getattr(second, layer), name))
            made[f"{layer}.{name}"] = _alpha(*sides, match.gold, match.pred, match.gold_doc, len(first.documents))
    match = claims.content(pair)
    for name in ("polarity", "modality", "act"):
        sides = (getattr(first.claims, name), getattr(second.claims, name))
        made[f"claims.{name}"] = _alpha(*sides, match.gold, match.pred, match.gold_doc, len(first.documents))
    return made


def _alpha(first: Coded, second: Coded, at: Any, other: Any, doc: Any, documents: int) -> dict[str, Any]:
    """Compute alpha of one attribute with its interval; a missing value counts as a label of its own."""
    labels_ = tuple(dict.fromkeys((*first.labels, *second.labels)))
    a, b = (np.where(side.recode(labels_) == NULL, len(labels_), side.recode(labels_)) for side in (first, second))
    rows = coincidences(a[at], b[other], doc[at], documents, len(labels_) + 1)
    rows = rows[rows.any(axis=1)]
    if not len(rows):
        return {"alpha": None, "interval": None, "items": 0}
    value = float(alpha(rows.sum(axis=0))["alpha"])
    interval = bootstrap.interval(rows, alpha, "alpha")
    return {
        "alpha": None if np.isnan(value) else value,
        "interval": None if interval is None else list(interval),
        "items": len(at),
    }


def write(root: Path, gold: dict[str, Labels], out: Path | None = None) -> bool:
    """Write ``annotations/agreement.json`` below ``out`` (default: the root); return whether it changed.

    Raises:
        DragomanError: with all errors in the passes.

    """
    documents = read_documents(root)
    sides = {name: columns(labels_, documents) for name, labels_ in read_passes(root, documents).items()}
    truth, seen = columns(gold, documents), quoted(root)
    first, second = sides.values()
    report: dict[str, Any] = {
        "schema_version": "1",
        "passes": agreement(first, second, documents),
        "passes_without_quoted": agreement(without_quoted(first, seen), without_quoted(second, seen), documents),
        "with_gold_not_independent": {
            name: agreement(truth, side, documents)["scores"] for name, side in sides.items()
        },
    }
    report["controls_with_gold"] = {
        name: _control(root, name, gold, documents)
        for name in CONTROLS
        if (root / "annotations" / "passes" / name).is_dir()
    }
    return files.write((out or root) / "annotations" / "agreement.json", json_text.pretty(report))


def _control(root: Path, name: str, gold: dict[str, Labels], documents: dict[str, Document]) -> dict[str, Any]:
    """Compare a control pass with the gold, and again without the labels that were decided in a review.

    A rule that was decided on a test document leads back to the label on which it was decided, so that agreement there
    is not independent evidence.
    """
    (control,) = read_passes(root, documents, (name,)).values()
    labelled = {key: document for key, document in documents.items() if key in control}
    places = reviewed_places(root)
    truth, side = (columns({key: given[key] for key in labelled}, labelled) for given in (gold, control))
    truth_rest, side_rest = (
        columns({key: without_places(given[key], places.get(key, ())) for key in labelled}, labelled)
        for given in (gold, control)
    )
    return {
        "documents": len(labelled),
        **agreement(truth, side, labelled),
        "without_reviewed": {
            "labels_left_out": {
                layer: len(getattr(truth, layer)) - len(getattr(truth_rest, layer)) for layer in LAYER_NAMES
            },
            "scores": agreement(truth_rest, side_rest, labelled)["scores"],
        },
    }


def without_places(labels_: Labels, places: Sequence[Place]) -> Labels:
    """Remove labels that overlap one of some spans of their layer, and references to them.

    A claim whose parent or mention is removed is kept, without the reference.
    """
    lost = {place.layer: [p for p in places if p.layer == place.layer] for place in places}

    def stays(layer: str, spans_: Iterable[tuple[int, int]]) -> bool:
        return not any(
            start < place.end and place.start < end for start, end in spans_ for place in lost.get(layer, ())
        )

    entities = [e for e in labels_.entities if stays("entities", [(e.start, e.end)])]
    dates = [d for d in labels_.dates if stays("dates", [(d.start, d.end)])]
    claims = [c for c in labels_.claims if stays("claims", [(f.start, f.end) for f in c.content])]
    mentions, names = {e.id for e in entities}, {c.id for c in claims}
    return structs.replace(
        labels_,
        entities=entities,
        dates=dates,
        claims=[
            structs.replace(
                claim,
                parent=claim.parent if claim.parent in names else None,
                claimants=[
                    each if each.mention is None or each.mention in mentions else structs.replace(each, mention=None)
                    for each in claim.claimants
                ],
            )
            for claim in claims
        ],
    )
