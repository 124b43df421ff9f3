"""Submitted runs are judged by what they are, and nothing in them is followed."""

import gzip
import os

import pytest
from submitted import CARD, submit, toml

from dragoman import files
from dragoman.leaderboard.entries import Entry, examine, folders
from dragoman.problems import DragomanError
from dragoman.schema.result import Result


@pytest.fixture
def run(tmp_path, benchmark, gold):
    return submit(tmp_path, "fine", benchmark, gold, keep=2)


def codes(entry):
    return [problem.code for problem in entry.problems]


def changed(run, **fields):
    (run / "system.toml").write_bytes(toml({**CARD, **fields}))


def test_a_run_as_it_should_be_is_ranked_without_a_problem(run, gold):
    entry = examine(run, gold)
    assert (entry.state, entry.problems, entry.failed) == ("ranked", [], False)
    assert entry.attempted == ("entities", "dates", "claims")
    assert entry.result.scores["entities"]["strict"]["f1"] < 1


@pytest.mark.parametrize("name", ["system.toml", "predictions.jsonl", "result.json"])
def test_what_is_missing_is_named(run, gold, name):
    (run / name).unlink()
    entry = examine(run, gold)
    assert codes(entry) == ["E820"]
    assert name in entry.problems[0].what
    assert entry.state == "invalid"


def test_what_does_not_belong_is_named_and_does_no_harm(run, gold):
    (run / "model.py").write_text("raise SystemExit('run')")
    (run / "more").mkdir()
    entry = examine(run, gold)
    assert codes(entry) == ["E821", "E821"]
    assert (entry.state, entry.failed) == ("ranked", True)


@pytest.mark.parametrize("name", ["predictions.jsonl", "result.json", "system.toml", "log.jsonl"])
def test_a_link_is_refused_and_not_followed(run, gold, tmp_path, name):
    secret = tmp_path / "secret"
    secret.write_text("secret = 'treasure'")
    (run / name).unlink(missing_ok=True)
    (run / name).symlink_to(secret)
    entry = examine(run, gold)
    assert codes(entry) == ["E822"]
    assert "treasure" not in str(entry.problems)
    assert entry.state == "invalid"


def test_a_run_or_a_system_that_is_a_link_is_refused(run, gold, tmp_path):
    inner, outer = tmp_path / "other" / run.name, tmp_path / "outer"
    inner.parent.mkdir()
    inner.symlink_to(run)
    outer.symlink_to(run.parent)
    assert codes(examine(inner, gold)) == ["E822"]
    assert codes(examine(outer / run.name, gold)) == ["E822"]
    assert outer in folders(tmp_path)


def test_a_pipe_is_not_opened(run, gold):
    (run / "log.jsonl").unlink(missing_ok=True)
    os.mkfifo(run / "log.jsonl")
    assert codes(examine(run, gold)) == ["E822"]


def test_a_large_file_is_not_read(run, gold):
    with (run / "result.json").open("r+b") as file:
        file.truncate(2**26 + 1)
    assert codes(examine(run, gold)) == ["E823"]


def test_a_small_file_that_unpacks_to_a_large_one_is_not_unpacked(run, gold):
    (run / "result.json").write_bytes(gzip.compress(b" " * (2**26 + 1)))
    assert codes(examine(run, gold)) == ["E106"]


def test_names_of_folders_are_plain(tmp_path, benchmark, gold):
    folder = submit(tmp_path, "Not Plain\u202e", benchmark, gold)
    assert codes(examine(folder, gold)) == ["E824"]


def test_fields_of_the_card_that_are_not_filled_in_are_listed(run, gold):
    changed(run, licence="", authors=[])
    entry = examine(run, gold)
    assert [(p.code, p.path) for p in entry.problems] == [("E825", "authors"), ("E825", "licence")]
    assert entry.state == "ranked"


def test_a_result_that_does_not_follow_is_not_ranked(run, gold):
    stored = files.read_json(run / "result.json", Result)
    stored.counts["dates.value"].rows[0][0] += 2
    (run / "result.json").write_bytes(files.pretty_json(stored))
    entry = examine(run, gold)
    assert codes(entry) == ["E826"]
    assert "dates.value" in entry.problems[0].what
    assert entry.state == "not reproduced"


@pytest.mark.parametrize("untrue", [0.999, None, "1", [1.0]])
def test_scores_that_do_not_follow_from_true_counts_are_told(run, gold, untrue):
    stored = files.read_json(run / "result.json", Result)
    stored.scores["dates"]["value"]["macro"]["f1"] = untrue
    (run / "result.json").write_bytes(files.pretty_json(stored))
    entry = examine(run, gold)
    assert codes(entry) == ["E826"]
    assert "dates.value.macro.f1" in entry.problems[0].what
    assert entry.state == "not reproduced"


def test_a_result_without_a_measure_is_not_ranked(run, gold):
    stored = files.read_json(run / "result.json", Result)
    del stored.counts["claims.attributed"]
    (run / "result.json").write_bytes(files.pretty_json(stored))
    assert examine(run, gold).state == "not reproduced"


@pytest.mark.parametrize(("part", "value"), [("version", "0.9.0"), ("fingerprint", "0" * 64), ("split", "dev")])
def test_a_result_on_other_data_is_not_ranked(run, gold, part, value):
    stored = files.read_json(run / "result.json", Result)
    setattr(stored.data, part, value)
    (run / "result.json").write_bytes(files.pretty_json(stored))
    entry = examine(run, gold)
    assert codes(entry) == ["E827"]
    assert (entry.state, entry.result) == ("other data", None)


def test_a_folder_of_another_version_than_its_result_is_not_ranked(tmp_path, benchmark, gold):
    assert examine(submit(tmp_path, "mixed", benchmark, gold, version="0.9.0"), gold).state == "other data"


def test_invalid_predictions_are_never_ranked_and_say_why(run, gold):
    (run / "predictions.jsonl").write_bytes(b'{"id": "nowhere", "entities": []}\n{"id"')
    entry = examine(run, gold)
    assert {"E301", "E201"} <= set(codes(entry))
    assert (entry.state, entry.result) == ("invalid", None)


def test_layers_are_those_of_predictions_and_card(tmp_path, benchmark, gold):
    folder = submit(tmp_path, "some", benchmark, gold, layers=("entities", "dates"))
    assert examine(folder, gold).attempted == ("entities", "dates")
    changed(folder, layers=["entities", "claims"])
    entry = examine(folder, gold)
    assert codes(entry) == ["E828", "E828"]
    assert entry.attempted == ("entities",)


def test_everything_that_is_wrong_is_said_at_once(run, gold):
    changed(run, licence="", layers=["entities"])
    (run / "notes.txt").write_text("")
    (run / "result.json").write_bytes(b"[]")
    assert {"E202", "E821", "E825", "E828"} <= set(codes(examine(run, gold)))


def test_ids_are_plain_and_do_not_collide(tmp_path):
    names = ["a/1", "A/1", "a-1", "a//1", "../a/1", "é/1", "\udcff/1", "x" * 500, "<script>/1", ""]
    ids = [Entry(name, tmp_path).id for name in names]
    assert len(set(ids)) == len(names)
    assert all(set(each) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") and len(each) < 60 for each in ids)


def test_no_runs_is_an_error(tmp_path):
    with pytest.raises(DragomanError) as caught:
        folders(tmp_path)
    assert caught.value.problems[0].code == "E820"
