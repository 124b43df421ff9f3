"""Runs on two releases: what cannot be scored is said of its run, and no other is touched."""

import os

import pytest
from submitted import submit

from dragoman.leaderboard import isolation
from dragoman.leaderboard.board_data import evaluate
from dragoman.leaderboard.version_effect import COLUMNS, effects


@pytest.fixture
def runs(tmp_path, benchmark, gold):
    submit(tmp_path, "fine", benchmark, gold, keep=2)
    submit(tmp_path, "odd", benchmark, gold, keep=2)
    return tmp_path


def test_the_same_release_moves_nothing(runs, benchmark):
    for effect in effects(runs, benchmark, benchmark):
        assert (effect.problems, effect.moved, effect.ranked) == ([], False, True)
        assert all(before == after is not None for before, after in effect.scores.values())


def test_places_are_those_of_the_board(tmp_path, benchmark, gold):
    for name in ("twin", "other"):
        submit(tmp_path, name, benchmark, gold, keep=2)
    submit(tmp_path, "best", benchmark, gold)
    submit(tmp_path, "last", benchmark, gold, keep=3)
    submit(tmp_path, "open", benchmark, gold, keep=4, resources=["web"])
    board = {entry.folder: entry.cells for entry in evaluate(tmp_path, gold, lambda items, _: items)[0].entries}
    found = {effect.run: effect.ranks for effect in effects(tmp_path, benchmark, benchmark)}
    assert [
        found[f"{name}/{benchmark.version}"]["dates.value"][0] for name in ("best", "twin", "other", "last", "open")
    ] == [
        1,
        2,
        2,
        4,
        1,
    ]
    # Nothing right in claims: no place there.
    assert found[f"last/{benchmark.version}"]["claims.attributed"] == [None, None]
    for run, ranks in found.items():
        for column, (before, after) in ranks.items():
            place = board[run][column].place
            assert before == after == (None if place is None else place.rank)


@pytest.mark.parametrize("name", ["predictions.jsonl", "system.toml"])
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/etc/passwd"), lambda path: path.mkdir()])
def test_what_is_no_file_is_not_opened(runs, benchmark, name, make):
    (path,) = runs.glob(f"odd/*/{name}")
    path.unlink()
    make(path)
    fine, odd = effects(runs, benchmark, benchmark)
    assert fine.problems == []
    assert any("E822" in problem or "E821" in problem for problem in odd.problems)
    assert odd.ranked == (name != "system.toml")
    assert (odd.scores["dates.value"] == [None, None]) == (name == "predictions.jsonl")


def test_a_run_that_kills_its_process_is_named(runs, benchmark, monkeypatch):
    each = isolation.each

    def outcomes(function, paths):
        yield isolation.Failure("its process was killed by SIGABRT")
        yield from each(function, paths[1:])

    monkeypatch.setattr(isolation, "each", outcomes)
    killed, fine = effects(runs, benchmark, benchmark)
    assert "E830" in killed.problems[0]
    assert "SIGABRT" in killed.problems[0]
    assert (killed.ranked, killed.moved, killed.scores) == (False, False, {key: [None, None] for key in COLUMNS})
    assert fine.problems == []
    assert fine.ranks["headline"] == [1, 1]
