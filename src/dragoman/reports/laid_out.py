"""What a report shows, before it is a page: scores of one run or two, and their labels laid over the texts."""

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
    """What is reported of a run.

    Attributes:
        system: name of the system.
        read: its labels, as they were read or as columns.
        raw: what its log says, by the document's id.
        card: what the system says of itself, if it does.

    """

    system: str
    read: Annotations | Reading
    raw: Mapping[str, RawAnswer] = field(default_factory=dict)
    card: SystemCard | None = None


@dataclass(frozen=True)
class Content:
    """What a report shows.

    Attributes:
        source: gold labels and documents.
        runs: the labels of one run, or of two, with their outcomes.
        results: their scores.
        documents: the texts with all labels (:func:`dragoman.reports.overlay.documents`).
        costs: what the mistakes of the first run cost.
        differences: where the second run wins and loses; None where there is one alone.
        cards: what the systems say of themselves, by name; of those that do.

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
        """Score one run or two, and lay their labels over the texts.

        Args:
            given: the labels of the runs.
            source: gold labels and documents.
            quotes: how quotes without ``occurrence`` were placed.

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
