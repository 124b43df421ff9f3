"""Runs on several versions of the data side by side: the board shows those on its own."""

from pathlib import Path

from dragoman.leaderboard.entries import folders, of_version

RUNS = Path(__file__).resolve().parents[2] / "eval" / "runs"


def test_of_a_system_with_a_run_on_this_version_no_other_is_on_the_board(tmp_path):
    runs = [tmp_path / name for name in ("one/1.0.0", "one/2.0.0.dev0", "two/1.0.0", "two/0.9.0", "three/2.0.0.dev0")]
    assert of_version(runs, "2.0.0.dev0") == [runs[1], runs[2], runs[3], runs[4]]
    assert of_version(runs, "1.0.0") == [runs[0], runs[2], runs[4]]
    assert of_version(runs, None) == runs


def test_the_committed_runs_are_on_the_board_once(benchmark):
    assert {path.name for path in folders(RUNS)} > {benchmark.version}
    assert {path.name for path in of_version(folders(RUNS), benchmark.version)} == {benchmark.version}
