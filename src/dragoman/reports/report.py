"""The function behind ``dragoman.report`` and the command of that name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dragoman import files
from dragoman.reports import sources
from dragoman.reports.html import render
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

    Returns:
        Where the page is.

    Raises:
        DragomanError: for everything that is wrong with the predictions or the gold; E702 unknown split, or one of a
            reference; E108 the page cannot be written.

    Example:
        >>> dragoman.report("eval/runs/korean_rules/1.0.0", out="korean_rules.html")
        >>> dragoman.report("pred.jsonl", "gold.jsonl", out="errors.html")

    """
    sources.check_run(run_or_pred)
    sides = Sides.of(run_or_pred, gold, split, quotes, ignore_unknown_fields=ignore_unknown_fields)
    source = sources.of_sides(sides)
    path = Path(out)
    files.write(path, render(*sources.read(sides, source.gold), source, quotes=quotes).encode())
    return path
