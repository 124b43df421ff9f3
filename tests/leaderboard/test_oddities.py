"""Warnings of `--check`: nothing correct, a copy, a score above the annotators' control."""

import json

import pytest
from submitted import submit

from dragoman.cli import main
from dragoman.leaderboard.oddities import checked


def codes(entry):
    return [problem.code for problem in entry.problems]


@pytest.fixture
def runs(tmp_path, benchmark, gold):
    submit(tmp_path, "control", benchmark, gold, keep=2, independent=False, control=True)
    submit(tmp_path, "ours", benchmark, gold, keep=3)
    return tmp_path


def test_nothing_is_odd_about_a_usual_run(runs, gold):
    entry = checked(runs / "ours" / gold.data.version, gold)
    assert "W822" not in codes(entry)
    assert "W823" not in codes(entry)
    assert not entry.failed


def test_a_layer_without_a_right_answer(runs, gold):
    entry = checked(runs / "ours" / gold.data.version, gold)  # keeps no claim, and attempts them
    (problem,) = [problem for problem in entry.problems if problem.code == "W821"]
    assert "claims.attributed" in problem.what
    assert "entities" not in problem.what


def test_a_copy_in_another_form(runs, benchmark, gold):
    copy = submit(runs, "copy", benchmark, gold, keep=3)
    lines = (copy / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    shuffled = "".join(json.dumps(dict(reversed(json.loads(line).items()))) + "\r\n" for line in reversed(lines))
    (copy / "predictions.jsonl").write_bytes(shuffled.encode())
    entry = checked(copy, gold)
    assert "W822" in codes(entry)
    assert not entry.failed
    assert "ours/" in next(problem.what for problem in entry.problems if problem.code == "W822")


def test_two_empty_runs_are_no_copies_of_each_other(tmp_path, benchmark, gold):
    for name in ("one", "two"):
        folder = submit(tmp_path, name, benchmark, gold, keep=2, layers=())
        assert folder.is_dir()
    assert "W822" not in codes(checked(tmp_path / "one" / gold.data.version, gold))


def test_nearer_to_gold_than_the_control(runs, benchmark, gold):
    entry = checked(submit(runs, "near", benchmark, gold), gold)
    (problem,) = [problem for problem in entry.problems if problem.code == "W823"]
    assert "control/" in problem.what
    assert "entities.strict 1.000" in problem.what
    assert not entry.failed


def test_what_is_not_independent_may_be_near(runs, benchmark, gold):
    entry = checked(submit(runs, "pass", benchmark, gold, independent=False), gold)
    assert "W823" not in codes(entry)


def test_the_command_warns_and_ends_with_0(runs, benchmark, gold, capsys, monkeypatch):
    near = submit(runs, "near", benchmark, gold)
    monkeypatch.setattr("sys.argv", ["dragoman", "leaderboard", "--check", str(near)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    printed = capsys.readouterr()
    assert "W823" in printed.err
    assert printed.out == "Nothing is wrong; see the warnings.\n"
