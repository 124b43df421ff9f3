"""Submitted runs are evaluated by what they are, and nothing in them is followed."""

import gzip
import json
import os
import sys
from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from submitted import CARD, submit, toml

from dragoman import files, json_text, scoring
from dragoman.leaderboard import examination, isolation, views
from dragoman.leaderboard.entries import folders
from dragoman.leaderboard.examination import examine, examine_all, picklable
from dragoman.leaderboard.ranking import Column, score_column
from dragoman.measures.naming import BY_NAME
from dragoman.schema.result_file import Result


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


def test_what_does_not_belong_is_named_and_refused(run, gold):
    (run / "model.py").write_text("raise SystemExit('run')")
    (run / "more").mkdir()
    entry = examine(run, gold)
    assert codes(entry) == ["E821", "E821"]
    assert (entry.state, entry.failed) == ("invalid", True)


def test_what_a_run_sets_aside_belongs_to_it(run, gold):
    (run / "run.json").write_text("{}")
    (run / "previous-1").mkdir()
    (run / "previous-1" / "system.toml").symlink_to("/etc/passwd")
    entry = examine(run, gold)
    assert (entry.state, entry.problems) == ("ranked", [])


def test_a_run_that_the_check_refuses_is_not_ranked(run, gold):
    for name in ("licence", "layers"):
        changed(run, **{name: "" if name == "licence" else ["dates"]})
        entry = examine(run, gold)
        assert entry.failed
        assert entry.state == "invalid"


def test_further_repeats_count_and_are_examined_like_the_first(run, gold):
    first = examine(run, gold).result["entities.strict.f1"]
    again = run / "repeat-2"
    again.mkdir()
    lines = (run / "predictions.jsonl").read_text("utf-8").splitlines()
    empty = [json.dumps({"id": json.loads(line)["id"], "entities": [], "dates": [], "claims": []}) for line in lines]
    (again / "predictions.jsonl").write_text("\n".join(empty) + "\n", encoding="utf-8")
    scoring.score(run, gold, intervals=False).save(run / "result.json")
    entry = examine(run, gold)
    assert (entry.state, entry.problems) == ("ranked", [])
    assert entry.result["entities.strict.f1"] == pytest.approx(first / 2)
    cell = score_column(Column("Entities", (BY_NAME["entities.strict"],), ranked=True), [entry], gold).cells[entry.id]
    assert (cell.score, cell.spread.low) == (pytest.approx(first / 2), 0)
    assert views.score(cell).spread == f"0.000–{first:.3f}"
    (again / "predictions.jsonl").write_text("no")
    entry = examine(run, gold)
    assert (entry.state, codes(entry)) == ("invalid", ["E201"])
    (again / "predictions.jsonl").unlink()
    assert codes(examine(run, gold)) == ["E820"]
    (again / "predictions.jsonl").symlink_to(run / "predictions.jsonl")
    assert codes(examine(run, gold)) == ["E822", "E820"]


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
    assert entry.state == "invalid"


def test_a_result_that_does_not_follow_is_not_ranked(run, gold):
    stored = files.read_json(run / "result.json", Result)
    stored.counts["dates.value"].rows[0][0] += 2
    (run / "result.json").write_bytes(json_text.pretty(stored))
    entry = examine(run, gold)
    assert codes(entry) == ["E826"]
    assert "dates.value" in entry.problems[0].what
    assert entry.state == "not reproduced"


@pytest.mark.parametrize("untrue", [0.999, None, "1", [1.0]])
def test_scores_that_do_not_follow_from_true_counts_are_said(run, gold, untrue):
    stored = files.read_json(run / "result.json", Result)
    stored.scores["dates"]["value"]["macro"]["f1"] = untrue
    (run / "result.json").write_bytes(json_text.pretty(stored))
    entry = examine(run, gold)
    assert codes(entry) == ["E826"]
    assert "dates.value.macro.f1" in entry.problems[0].what
    assert entry.state == "not reproduced"


def test_a_result_without_a_measure_is_not_ranked(run, gold):
    stored = files.read_json(run / "result.json", Result)
    del stored.counts["claims.attributed"]
    (run / "result.json").write_bytes(json_text.pretty(stored))
    assert examine(run, gold).state == "not reproduced"


@pytest.mark.parametrize(("part", "value"), [("version", "0.9.0"), ("fingerprint", "0" * 64), ("split", "dev")])
def test_a_result_on_other_data_is_not_ranked(run, gold, part, value):
    stored = files.read_json(run / "result.json", Result)
    setattr(stored.data, part, value)
    (run / "result.json").write_bytes(json_text.pretty(stored))
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


def rewritten(run, change):
    stored = json.loads((run / "result.json").read_text("utf-8"))
    change(stored)
    (run / "result.json").write_text(json.dumps(stored))
    return stored


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda stored: stored["slices"].update({"dates.value[language=xx]": {"f1": 1.0}}), "language=xx"),
        (lambda stored: stored["slices"].update({"junk": "<script>"}), "junk"),
        (lambda stored: stored["slices"]["dates.value[language=ar]"].update(f1=0.999), "[language=ar].f1"),
        (lambda stored: stored["slices"]["dates.value[language=ar]"].update(f1=True), "[language=ar].f1"),
        (lambda stored: stored["slices"]["dates.value[language=ar]"].update(interval="wide"), "[language=ar].interval"),
        (lambda stored: stored["slices"]["dates.value[language=ar]"].update(interval=[0.9, 0.1]), "interval"),
        (lambda stored: stored["slices"].pop("dates.value[language=ar]"), "dates.value[language=ar]"),
        (lambda stored: stored["scores"].update(best={"f1": 1.0}), "best"),
        (lambda stored: stored["scores"]["dates"]["value"].update(junk=[1]), "dates.value.junk"),
        (lambda stored: stored["coverage"].update(missing=7), "coverage.missing"),
        (lambda stored: stored["coverage"]["attempted"].update(junk=True), "coverage.attempted.junk"),
    ],
)
def test_whatever_of_a_result_does_not_follow_from_the_predictions_is_named(run, gold, change, name):
    rewritten(run, change)
    entry = examine(run, gold)
    assert codes(entry) == ["E826"]
    assert name in entry.problems[0].what
    assert entry.state == "not reproduced"


def of_before(stored):
    """Make a result one of 0.1.0, which did not say what its scores rest on."""
    del stored["quotes"], stored["map"]
    for counts in stored["counts"].values():
        del counts["revision"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (of_before, "does not state measure revisions"),
        (lambda stored: stored.update(quotes="first"), "scored with quotes 'first'; the board scores with in-order"),
        (lambda stored: stored.update(map="person=PER"), "scored with map 'person=PER'; the board scores with none"),
        (lambda stored: stored["counts"]["dates.value"].update(revision=9), "is by revision 9, not 1"),
    ],
)
def test_a_result_that_was_scored_in_another_way_than_the_board_scores_is_named(run, gold, change, said):
    rewritten(run, change)
    entry = examine(run, gold)
    assert codes(entry) == ["E826"]
    assert said in entry.problems[0].what
    assert entry.state == "not reproduced"


def test_intervals_of_a_result_may_be_what_they_are(run, gold):
    rewritten(run, lambda stored: stored["scores"]["dates"]["value"].update(interval=[0.1, 0.2], interval_by_page=None))
    assert examine(run, gold).problems == []


def test_of_many_differences_the_first_are_listed(run, gold):
    rewritten(run, lambda stored: stored["slices"].update({f"junk{number}": 1 for number in range(10_000)}))
    entry = examine(run, gold)
    assert codes(entry) == ["E826"] * 101
    assert "more than these 100" in entry.problems[-1].what


def test_predictions_are_lines_of_json_and_no_parquet(run, gold):
    pq.write_table(pa.table({"id": ["001.article-1"]}), run / "predictions.parquet")
    data = (run / "predictions.parquet").read_bytes()
    (run / "predictions.parquet").unlink()
    for parquet in (data, gzip.compress(data)):
        (run / "predictions.jsonl").write_bytes(parquet)
        entry = examine(run, gold)
        assert codes(entry) == ["E209"]
        assert (entry.state, entry.result) == ("invalid", None)


@pytest.mark.parametrize("name", ["system.toml", "predictions.jsonl", "result.json", "log.jsonl", "more"])
def test_no_pipe_is_waited_for(run, gold, name):
    (run / name).unlink(missing_ok=True)
    os.mkfifo(run / name)
    assert codes(examine(run, gold)) == ["E822"]


@pytest.mark.parametrize("name", ["read_card", "read_result", "read_bytes", "differences"])
def test_whatever_is_raised_is_a_problem_of_the_entry_and_the_rest_of_it_stays(run, gold, name, monkeypatch):
    def raised(*_):
        raise RuntimeError("column \x1b[31m twice.")

    monkeypatch.setattr(examination, name, raised)
    entry = examine(run, gold)
    assert codes(entry) == ["E830"]
    assert "RuntimeError: column" in entry.problems[0].what
    assert entry.state == "invalid"
    assert (entry.card is None) == (name == "read_card")


def test_a_run_that_kills_its_process_is_one_entry_with_a_problem(run, benchmark, gold, tmp_path, monkeypatch):
    other = submit(tmp_path, "other", benchmark, gold, keep=3)

    def outcomes(function, paths):
        assert [function(paths[1]).state] == ["ranked"]
        return [isolation.Failure("its process was killed by SIGABRT"), function(paths[1])]

    monkeypatch.setattr(isolation, "each", outcomes)
    killed, fine = examine_all([run, other], gold, lambda paths, _: paths)
    assert (codes(killed), killed.state, killed.folder) == (["E830"], "invalid", f"fine/{run.name}")
    assert "SIGABRT" in killed.problems[0].what
    assert (fine.problems, fine.state) == ([], "ranked")


def test_an_entry_is_the_same_from_a_process_of_its_own(run, gold):
    entry = examine(run, gold)
    assert examine_all([run], gold, lambda paths, _: paths) == [entry]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded on Linux alone")
def test_predictions_that_need_too_much_memory_are_a_problem_of_the_entry(run, gold):
    spans = b",".join([b'{"start":0,"end":0}'] * 450_000)  # each line is within its bound
    names = ("001.article-1", "001.headline-01", "001.headline-02", "001.headline-03")
    lines = [b'{"id":"%s","entities":[%s]}\n' % (name.encode(), spans) for name in names]
    (run / "predictions.jsonl").write_bytes(b"".join(lines))
    (outcome,) = isolation.each(partial(examine, gold=picklable(gold)), [run], memory=2**28)
    reasons = [outcome.reason] if isinstance(outcome, isolation.Failure) else [p.what for p in outcome.problems]
    assert any("exceeds the memory limit" in reason or "SIGABRT" in reason for reason in reasons), reasons
