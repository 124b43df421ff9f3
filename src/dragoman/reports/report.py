"""The function behind ``dragoman.report`` and the command of that name."""

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
    """Write one self-contained HTML page with the scores of a run and each of its errors, shown in the text.

    Args:
        run_or_pred: a run's folder, with ``predictions.jsonl`` and ``system.toml``, or predictions in any form that
            :func:`dragoman.score` takes.
        gold: a benchmark (the bundled one if None) or a reference, in any form that :func:`dragoman.score` takes;
            labels are shown in the texts that it holds.
        out: the page to write.
        split: split of the benchmark; ``test`` if None. A reference has no splits.
        quotes: which place a quote without ``occurrence`` means: ``in-order``, ``first``, ``all`` or ``strict``.
        ignore_unknown_fields: pass over fields that a submission does not have.
        other: a second run, in any of the forms of the first: the page shows what each found, and what only one has.
        mistakes: also write the mistakes of the first run to this file, as CSV or JSON by its ending.

    Returns:
        Where the page is.

    Raises:
        DragomanError: for everything that is wrong with the predictions or the gold; E702 unknown split, or one of a
            reference; E108 the page cannot be written; E209 the file of mistakes has another ending.

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
