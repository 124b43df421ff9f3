"""Scoring of shards, here or on a cluster, for the command that scores."""

from __future__ import annotations

from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from dragoman.schema.result import Result


class Where(StrEnum):
    """Where a scoring is done."""

    local = "local"
    dask = "dask"


def pair(
    predictions: Path | None, reference: Path | None, where: Where, scheduler: str | None
) -> tuple[Path, Path] | None:
    """Both sides, if shards are to be scored; what does not go together is a wrong usage."""
    if scheduler is not None and where is not Where.dask:
        raise typer.BadParameter("a scheduler needs --engine dask")
    folders = any(path is not None and path.is_dir() for path in (predictions, reference))
    if where is Where.local and not folders:
        return None
    if predictions is None or reference is None:
        if predictions is not None and (predictions / "predictions.jsonl").is_file():
            raise typer.BadParameter(f"this is a run: give {predictions / 'predictions.jsonl'}")
        raise typer.BadParameter("a folder of shards, or an engine, needs PREDICTIONS and --reference")
    return predictions, reference


def score(predictions: Path, reference: Path, where: Where, scheduler: str | None, options: Any) -> Result:
    """Score shards; the options are those of :func:`dragoman.scoring.score`."""
    from dragoman.scoring import engines, score_shards

    engine: Any = nullcontext(engines.Here()) if where is Where.local else engines.dask(scheduler)
    with engine as at:
        return score_shards(predictions, reference, engine=at, **options)
