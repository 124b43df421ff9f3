"""The function behind ``dragoman.report`` and the command of that name."""

from __future__ import annotations

from pathlib import Path

from dragoman import benchmark as benchmarks
from dragoman import files
from dragoman.benchmark import Benchmark
from dragoman.problems import error
from dragoman.reading.shards import holds_shards
from dragoman.reports import sources
from dragoman.reports.html import page


def report(
    run_or_pred: Path | str,
    gold: Benchmark | Path | str | None = None,
    *,
    out: Path | str,
    split: str | None = None,
) -> Path:
    """Write one self-contained HTML page with the scores of a run and each of its errors, shown in the text.

    Args:
        run_or_pred: a run's folder, with ``predictions.jsonl`` and ``system.toml``, or a file of predictions.
        gold: a benchmark (the bundled one if None), a folder that :func:`dragoman.load` takes, or a reference: a file
            in the form of a submission, with any labels.
        out: the page to write.
        split: split of the benchmark; ``test`` if None. A reference has no splits.

    Returns:
        Where the page is.

    Raises:
        DragomanError: for everything that is wrong with the predictions or the gold; E702 unknown split, or one of a
            reference; E108 the page cannot be written.

    Example:
        >>> dragoman.report("eval/runs/korean_rules/1.0.0", out="korean_rules.html")
        >>> dragoman.report("pred.jsonl", "gold.jsonl", out="errors.html")

    """
    source = _source(gold, split)
    path = Path(out)
    files.write(path, page(Path(run_or_pred), source).encode())
    return path


def _is_foreign(folder: Path) -> bool:
    """Whether a folder holds files of another tool, not a benchmark."""
    return not (folder / "corpus").is_dir() and not (folder / "manifest.json").is_file() and not holds_shards(folder)


def _source(gold: Benchmark | Path | str | None, split: str | None) -> sources.Source:
    if gold is None or (not isinstance(gold, Benchmark) and Path(gold).is_dir() and not _is_foreign(Path(gold))):
        gold = benchmarks.load(gold)
    if isinstance(gold, Benchmark):
        return sources.from_benchmark(gold, split or "test")
    if split is not None:
        raise error("E702", "a reference has no splits.", "Leave the split out.", file=str(gold))
    return sources.from_reference(Path(gold))
