"""Documents that a library hands over one by one, as the modules for ``evaluate`` do: kept as JSON, scored together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dragoman.problems import DragomanError, Problem, error
from dragoman.reading import rows
from dragoman.scoring import api
from dragoman.text import counted

if TYPE_CHECKING:
    from dragoman.scoring.result import Result

SIDES = ("predictions", "references")


class AsJson:
    """What modules for ``evaluate`` share: documents of both sides travel through it as JSON, one string each.

    A module's class has this before ``evaluate.Metric`` among its bases, and says what a document looks like.

    Attributes:
        example: a document, for a hint.

    """

    example: str

    def add_batch(self, *, predictions: Any, references: Any) -> None:
        """Take documents of both sides: dictionaries, or a ``datasets.Dataset``."""
        pred, gold = pairs(predictions, references, self.example)
        super().add_batch(predictions=pred, references=gold)  # type: ignore[misc]

    def add(self, *, prediction: Any = None, reference: Any = None, **combined: Any) -> None:
        """Take one document of each side; ``evaluate.combine`` calls them by the plural."""
        pred, gold = combined.get("predictions", prediction), combined.get("references", reference)
        self.add_batch(predictions=[pred], references=[gold])


def pairs(predictions: Any, references: Any, example: str) -> tuple[list[str], list[str]]:
    """Write the documents of both sides as JSON, one string each.

    Args:
        predictions: documents of a system: dictionaries, records, or a ``datasets.Dataset``.
        references: as many documents with gold.
        example: what a document looks like, for a hint.

    Raises:
        DragomanError: E202 where they are of another shape, or not as many.

    """
    pred, gold = (_lines(value, name, example) for name, value in zip(SIDES, (predictions, references), strict=True))
    if len(pred) != len(gold):
        what = f"there are {counted(len(pred), 'prediction')} and {counted(len(gold), 'reference')}."
        hint = 'Give a document for each: {"id": "…"} alone where the system has nothing to say.'
        raise error("E202", what, hint)
    return pred, gold


def _lines(value: Any, name: str, example: str) -> list[str]:
    try:
        return rows.json_lines(value, name).decode().split("\n")[:-1]
    except DragomanError as cause:
        (problem,) = cause.problems
        hint = f"Give a list of documents, such as {example}."
        raise DragomanError(Problem(code=problem.code, what=problem.what, hint=hint)) from cause


def score_documents(
    predictions: Iterable[str], references: Iterable[str], measures: list[str] | None = None, **options: Any
) -> dict[str, float | None]:
    """Score documents that are held as JSON, one string each.

    Args:
        predictions: documents of a system.
        references: documents with gold.
        measures: names of measures or layers; all if None.
        options: as of :func:`dragoman.score`.

    Returns:
        Micro scores by name, as in ``entities.strict.f1``; None where undefined. Measures that could not be taken are
        left out.

    Raises:
        DragomanError: for everything that is wrong with the documents, by line: the first document is line 1.

    """
    pred, gold = ("".join(f"{line}\n" for line in side).encode() for side in (predictions, references))
    return dict(leaves(api.score(pred, gold, measures=measures, intervals=False, **options)))


def leaves(result: Result) -> Iterator[tuple[str, float | None]]:
    """Give the micro scores of a result, each with its name."""
    for name in result:
        scores = result[name]
        if scores is not None:
            yield from (
                (f"{name}.{leaf}", value) for leaf, value in scores.items() if leaf not in {"macro", "interval"}
            )
