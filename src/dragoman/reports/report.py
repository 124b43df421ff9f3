"""The function ``dragoman.report``, which the command of that name calls, too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dragoman import files
from dragoman.reading.labelled_file import LabelledFile
from dragoman.reports import mistakes as rows
from dragoman.reports import sources
from dragoman.reports.html import written
from dragoman.reports.laid_out import Content, Labels
from dragoman.reports.raw_answers import raw_answers
from dragoman.scoring.sides import Sides

if TYPE_CHECKING:
    from dragoman.text.quote_places import Policy


def report(
    run_or_pred: Any,
    gold: Any = None,
    *,
    out: Path | str,
    split: str | None = None,
    quotes: Policy = "in-order",
    ignore_unknown_fields: bool = False,
    other: Any = None,
    mistakes: Path | str | None = None,
) -> Path:
    """Write a self-contained HTML page with the scores of a run and all of its errors, shown in the text.

    Args:
        run_or_pred: a run's folder, with ``predictions.jsonl`` and ``system.toml``, or predictions in any form that
            :func:`dragoman.score` accepts.
        gold: a benchmark (the bundled one if None) or gold labels in any form that :func:`dragoman.score` accepts;
            labels are shown in the texts that it contains.
        out: path of the page.
        split: split of the benchmark; ``test`` if None. Not for gold labels without splits.
        quotes: which occurrence a quote without ``occurrence`` refers to: ``in-order``, ``first``, ``all`` or
            ``strict``.
        ignore_unknown_fields: ignore unknown fields instead of reporting E203.
        other: a second run, in any of these forms; the page then compares the two.
        mistakes: also write the errors of the first run to this file, as CSV or JSON by its extension.

    Returns:
        Path of the page.

    Raises:
        DragomanError: with all errors in the predictions or gold; E702 for an unknown split, or a split of gold without
            splits; E108 if the page cannot be written; E209 if ``mistakes`` has another extension.

    Example:
        >>> dragoman.report("eval/runs/korean_rules/1.0.0", out="korean_rules.html")
        >>> dragoman.report("pred.jsonl", "gold.jsonl", out="errors.html")
        >>> dragoman.report("run-a", other="run-b", out="both.html", mistakes="a.csv")

    """
    if mistakes is not None:
        rows.check_form(mistakes)
    given = [run_or_pred] if other is None else [run_or_pred, other]
    folders = [run.path if isinstance(run, LabelledFile) else run for run in given]
    for folder in folders:
        sources.check_run(folder)
    sides = [Sides.of(run, gold, split, quotes, ignore_unknown_fields=ignore_unknown_fields) for run in given]
    source = sources.of_sides(sides[0])
    read = [sources.read(side, source.gold) for side in sides]
    labels = [
        Labels(*each, raw_answers(folder), sources.card_of(folder)) for each, folder in zip(read, folders, strict=True)
    ]
    content = Content.of(labels, source, quotes=quotes)
    path = Path(out)
    files.write(path, written(content).encode())
    if mistakes is not None:
        rows.write(mistakes, content.documents)
    return path
