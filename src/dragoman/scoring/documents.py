"""Documents that a library passes one by one, as modules for ``evaluate`` do: stored as JSON, and scored together."""

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
    """Mixin for modules for ``evaluate``, which store documents of both sides as JSON strings.

    A module's class has this base before ``evaluate.Metric``, and defines ``example``.

    Attributes:
        example: an example of a document, for hints.

    """

    example: str

    def add_batch(self, *, predictions: Any, references: Any) -> None:
        """Add documents of both sides: dictionaries, or a ``datasets.Dataset``."""
        pred, gold = pairs(predictions, references, self.example)
        super().add_batch(predictions=pred, references=gold)  # type: ignore[misc]

    def add(self, *, prediction: Any = None, reference: Any = None, **combined: Any) -> None:
        """Add one document of each side; ``evaluate.combine`` uses plural names."""
        pred, gold = combined.get("predictions", prediction), combined.get("references", reference)
        self.add_batch(predictions=[pred], references=[gold])


def pairs(predictions: Any, references: Any, example: str) -> tuple[list[str], list[str]]:
    """Write the documents of both sides as JSON, one string each.

    Args:
        predictions: documents of a system: dictionaries, records, or a ``datasets.Dataset``.
        references: the same number of documents with gold.
        example: an example of a document, for hints.

    Raises:
        DragomanError: E202 if they have another shape, or their numbers differ.

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
    """Score documents given as JSON strings.

    Args:
        predictions: documents of a system.
        references: documents with gold.
        measures: names of measures or layers; all if None.
        options: further arguments of :func:`dragoman.score`.

    Returns:
        Micro scores by name, as in ``entities.strict.f1``; None where undefined. Measures that could not be computed
        are left out.

    Raises:
        DragomanError: with all errors in the documents; the line is the number of the document, from 1.

    """
    pred, gold = ("".join(f"{line}\n" for line in side).encode() for side in (predictions, references))
    return dict(leaves(api.score(pred, gold, measures=measures, intervals=False, **options)))


def leaves(result: Result) -> Iterator[tuple[str, float | None]]:
    """Yield the micro scores of a result, each with its name."""
    for name in result:
        scores = result[name]
        if scores is not None:
            yield from (
                (f"{name}.{leaf}", value) for leaf, value in scores.items() if leaf not in {"macro", "interval"}
            )
