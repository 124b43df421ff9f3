"""Content of a report, before rendering: scores of one or two runs, and their labels overlaid on the texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dragoman import scoring
from dragoman.reading.read import Reading
from dragoman.reports import costs, overlay
from dragoman.reports.run_differences import RunDifferences, run_differences
from dragoman.schema.layers import LAYER_NAMES
from dragoman.scoring.outcomes import outcomes

if TYPE_CHECKING:
    from dragoman.annotations import Annotations
    from dragoman.reports.raw_answers import RawAnswer
    from dragoman.reports.sources import Source
    from dragoman.schema.system_card import SystemCard
    from dragoman.scoring.result import Result
    from dragoman.text.quote_places import Policy


@dataclass(frozen=True)
class Labels:
    """Input of a report on a run.

    Attributes:
        system: name of the system.
        read: its labels, as a reading or as columns.
        raw: entries of its log by document id.
        card: the system card, if there is one.

    """

    system: str
    read: Annotations | Reading
    raw: Mapping[str, RawAnswer] = field(default_factory=dict)
    card: SystemCard | None = None


@dataclass(frozen=True)
class Content:
    """Content of a report.

    Attributes:
        source: gold labels and documents.
        runs: one or two runs, with the outcomes of their labels.
        results: their scores.
        documents: the texts with all labels (:func:`dragoman.reports.overlay.documents`).
        costs: costs of the errors of the first run.
        differences: where the second run is better or worse; None for a single run.
        cards: system cards by name, of the systems that have one.

    """

    source: Source
    runs: Sequence[overlay.Run]
    results: Sequence[Result]
    documents: list[dict[str, Any]]
    costs: costs.Costs
    differences: RunDifferences | None = None
    cards: Sequence[tuple[str, SystemCard]] = ()

    @classmethod
    def of(cls, given: Sequence[Labels], source: Source, *, quotes: Policy = "in-order") -> Content:
        """Score one or two runs, and overlay their labels on the texts.

        Args:
            given: the labels of the runs.
            source: gold labels and documents.
            quotes: policy by which quotes without ``occurrence`` were resolved.

        """
        gold = source.gold
        runs, results = [], []
        for labels in given:
            results.append(scoring.score(labels.read, gold, system=labels.system, quotes=quotes))
            read = labels.read.checked() if isinstance(labels.read, Reading) else labels.read
            pred = read.of(gold.annotations.documents)
            by_layer = {
                name: each for name in LAYER_NAMES if (each := outcomes(name, gold.annotations, pred)) is not None
            }
            runs.append(overlay.Run(labels.system, pred, by_layer, labels.raw))
        documents = overlay.documents(source, runs)
        differences = None
        if len(runs) > 1:
            both = [layer for layer in LAYER_NAMES if all(layer in run.outcomes for run in runs)]
            differences = run_differences(documents, both, source.vocabulary)
        cards = [(labels.system, labels.card) for labels in given if labels.card is not None]
        cost = costs.costs(documents, source.vocabulary)
        return cls(source, runs, results, documents, cost, differences, cards)
