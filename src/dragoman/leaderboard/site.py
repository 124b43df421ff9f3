"""The leaderboard's static site: pages with relative links, for local viewing or any web server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dragoman import files, json_text, scoring
from dragoman.leaderboard import isolation
from dragoman.leaderboard.about import space_card
from dragoman.leaderboard.board_data import as_csv, evaluate, message
from dragoman.leaderboard.board_pages import pages
from dragoman.leaderboard.closed import shown_columns
from dragoman.leaderboard.examination import Progress, not_examined, picklable, read_predictions
from dragoman.leaderboard.hub_results import check_repository
from dragoman.leaderboard.ranking import columns
from dragoman.leaderboard.robustness_view import of_entries, read_all
from dragoman.locking import LOCK, only_writer
from dragoman.problems import error
from dragoman.reading.read import read_bytes
from dragoman.release.atomic_folder import UNFINISHED, UNFINISHED_NOTE
from dragoman.reports.html import render
from dragoman.reports.sources import from_benchmark
from dragoman.systems.loading import read_card

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark
    from dragoman.leaderboard.closed import Closed
    from dragoman.leaderboard.entries import Entry
    from dragoman.reports.sources import Source
    from dragoman.schema.leaderboard_json import Board

MARK = "leaderboard.json"
_FOLDERS = ("systems", "reports", "robustness")


def build(
    runs: Path,
    out: Path,
    benchmark: Benchmark,
    progress: Progress,
    *,
    reports: bool = True,
    dataset: str | None = None,
    closed: Closed | None = None,
    robustness: Path | None = None,
) -> Board:
    """Evaluate and rank all runs and write the site.

    Args:
        runs: folder of ``system/data version``.
        out: folder of the site: new, empty, or a site that was built before.
        benchmark: what to score against, on its test split.
        progress: wraps the folders of runs to report progress.
        reports: whether each scored system gets its error report.
        dataset: repository of the data set on the Hub, ``owner/name``, if the pages are to link to it.
        closed: withheld gold to score against; the site then shows only aggregates, and no reports.
        robustness: folder of short results of ``dragoman robustness``, ``system.json`` for the run ``system/…``; if
            None ``robustness`` beside ``runs``, where there is such a folder. A closed board has none.

    Returns:
        The board as it was written to ``leaderboard.json``.

    Raises:
        DragomanError: E820 no runs, E829 the folder contains something else, another process is writing it, or
            ``dataset`` is not a valid name, E108 it cannot be written, E101 and E209 for robustness results that cannot
            be read.

    """
    _check_place(out, runs)
    if dataset is not None:
        check_repository(dataset)
    gold = scoring.from_benchmark(benchmark, "test") if closed is None else closed.gold
    edits = read_all(runs, robustness) if closed is None else {}
    board, entries = evaluate(runs, gold, progress, closed)
    shown = columns(gold) if closed is None else shown_columns(gold)
    with only_writer(out, "E829"):
        # Marks what a killed build leaves: not to be published, and safe to build over.
        files.write(out / UNFINISHED, UNFINISHED_NOTE)
        files.write(out / MARK, json_text.pretty(board))
        files.write(out / "leaderboard.csv", as_csv(board, shown))
        reported = dict(_reports(board, entries, out, benchmark, progress)) if reports and closed is None else {}
        files.write(out / MARK, json_text.pretty(board))  # again, with the problems of reports
        files.write(out / "README.md", space_card(board, dataset))
        current = []
        for name, text in pages(board, shown, reported, dataset, of_entries(board, edits)):
            files.write(out / name, text.encode())
            current.append(out / name)
        files.remove_others(out, "*.html", current)
        files.remove_others(out / "systems", "*.html", current)
        files.remove_others(out / "robustness", "*.html", current)
        files.remove_others(out / "reports", "*.html", [out / path for path in reported.values()])
        (out / UNFINISHED).unlink(missing_ok=True)
    return board


def _check_place(out: Path, runs: Path) -> None:
    hint = "Give a new folder, an empty one, or that of an existing site."
    links = [path for path in (out, *(out / name for name in _FOLDERS)) if path.is_symlink()]
    if links:
        raise error("E829", "the folder of the site is a symbolic link.", hint, file=str(links[0]))
    begun = (out / MARK).is_file() or (out / UNFINISHED).is_file()
    if out.exists() and (not out.is_dir() or (_has_content(out) and not begun)):
        raise error("E829", "the folder is not empty and has no leaderboard.json.", hint, file=str(out))
    if files.resolved(out).is_relative_to(files.resolved(runs)):
        raise error("E829", "the site would be inside the folder of runs.", hint, file=str(out))


def _has_content(out: Path) -> bool:
    """Whether a folder contains more than a build may leave that is killed before it marks the folder."""
    return any(path.name != LOCK and not files.is_part(path) for path in out.iterdir())


def _reports(
    board: Board, entries: dict[str, Entry], out: Path, benchmark: Benchmark, progress: Progress
) -> Iterator[tuple[str, str]]:
    """Write the error report of each scored entry; yield the entry's id and the page's name."""
    source = from_benchmark(benchmark, board.data.split or "test")
    source = replace(source, gold=picklable(source.gold))
    scored = {entries[entry.id].path: entry for entry in board.entries if entry.cells and entry.card}
    pages = isolation.each(partial(_page, source=source), list(scored))
    for path, made in zip(progress(list(scored), "reports"), pages, strict=True):
        entry = scored[path]
        if isinstance(made, isolation.Failure):
            problem = not_examined(path, f"no report can be made: {made.reason}")
            entry.problems.append(message(entries[entry.id], problem))
            continue
        name = f"reports/{entry.id}.html"
        files.write(out / name, made)
        yield entry.id, name


def _page(path: Path, source: Source) -> bytes:
    """Render the report of a run, from the same file under the same limits as its examination."""
    gold = source.gold
    reading = read_bytes(read_predictions(path / "predictions.jsonl"), gold.target, str(path))
    pred = reading.checked().of(gold.annotations.documents)
    card = read_card(path / "system.toml")
    return render(card.name, pred, source, card=card).encode()
