"""What benchmarks write, how they sum up, and that workloads with the same labels have the same labels."""

import json

import pytest
import run
import workload

SECONDS = {"dragoman": 2.0, "columns": 1.0, "json": 3.0, "nervaluate": 30.0, "seqeval": 40.0, "spacy": 50.0}


def a_run(name, _gold, _pred, _limit):
    """Stand in for a contestant in a process of its own; the second round takes everybody twice as long."""
    rounds = a_run.rounds[name] = a_run.rounds.get(name, 0) + 1
    seconds = SECONDS.get(name, 5.0) * (2 if rounds == 2 else 1)
    return {"seconds": seconds, "whole": seconds + 1, "megabytes": 100.0, "f1": 0.5}


@pytest.fixture
def stand_ins(monkeypatch, tmp_path):
    """No contestant runs, and what is committed is a copy."""
    for name in ("results.json", "results.md"):
        (tmp_path / name).write_bytes((run.HERE / name).read_bytes())
    (tmp_path / "speed.md").write_bytes(run.PAGE.read_bytes())
    a_run.rounds = {}
    monkeypatch.setattr(run, "HERE", tmp_path)
    monkeypatch.setattr(run, "PAGE", tmp_path / "speed.md")
    monkeypatch.setattr(run, "one_run", a_run)
    monkeypatch.setattr(run.workload, "write", lambda folder, shape, total: (folder / shape, folder / str(total)))
    return tmp_path


def ran(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["run.py", *arguments])
    return run.main()


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("arguments", [["--quick"], [], ["--only", "flat", "text"]], ids=["quick", "full", "some"])
def test_nothing_is_written_unless_it_is_asked_for(stand_ins, monkeypatch, capsys, arguments):
    before = contents(stand_ins)
    assert ran(monkeypatch, *arguments) == 0
    assert contents(stand_ins) == before
    assert ran(monkeypatch, *arguments, "--out", str(stand_ins / "elsewhere")) == 0
    assert contents(stand_ins) == before
    table = capsys.readouterr().out
    assert (stand_ins / "elsewhere" / "results.md").read_text(encoding="utf-8") in table


@pytest.mark.parametrize("other", [["--quick"], ["--only", "flat"]], ids=["quick", "some"])
def test_only_a_full_run_renews_what_is_committed(stand_ins, monkeypatch, other):
    before = contents(stand_ins)
    with pytest.raises(SystemExit):
        ran(monkeypatch, "--write", *other)
    assert contents(stand_ins) == before
    assert ran(monkeypatch, "--write") == 0
    rows = [
        line for line in (stand_ins / "results.md").read_text(encoding="utf-8").splitlines() if line.startswith("|")
    ]
    assert len(rows) == 2 + len(run.OTHERS)
    page, old = ((stand_ins / "speed.md").read_text(encoding="utf-8"), before["speed.md"].decode())
    assert "\n".join(rows) in page
    assert page.split(run.MARKS[0])[0] == old.split(run.MARKS[0])[0]
    assert page.split(run.MARKS[1])[1] == old.split(run.MARKS[1])[1]


def test_ratios_are_of_one_round_and_what_counts_is_the_median(stand_ins, monkeypatch):
    ran(monkeypatch, "--runs", "3", "--only", "flat", "--out", str(stand_ins / "elsewhere"))
    row = json.loads((stand_ins / "elsewhere" / "results.json").read_text(encoding="utf-8"))["workloads"]["flat"]
    assert a_run.rounds == dict.fromkeys([*SECONDS, "msgspec"], 3)
    assert row["seconds"]["dragoman"] == 2
    assert row["times"] == {"json": 1.5, "nervaluate": 15, "seqeval": 20, "spacy": 25, "msgspec": 2.5}
    assert row["times_whole_process"]["nervaluate"] == 15.5
    assert row["times_from_columns"]["nervaluate"] == 30


def test_who_takes_too_long_is_left_out_and_not_asked_again(stand_ins, monkeypatch):
    monkeypatch.setattr(run, "one_run", lambda name, *rest: None if name == "spacy" else a_run(name, *rest))
    ran(monkeypatch, "--runs", "2", "--limit", "60", "--only", "flat", "--out", str(stand_ins / "elsewhere"))
    row = json.loads((stand_ins / "elsewhere" / "results.json").read_text(encoding="utf-8"))["workloads"]["flat"]
    assert row["times_at_least"] == {"spacy": 20}  # the median of 2 and 4 seconds, and 60
    assert "spacy" not in row["times"]


def test_other_numbers_that_mean_the_same_stop_the_run(stand_ins, monkeypatch):
    other = {"nervaluate": 0.4}
    monkeypatch.setattr(run, "one_run", lambda name, *rest: a_run(name, *rest) | {"f1": other.get(name, 0.5)})
    ran(monkeypatch, "--only", "nested")  # where nervaluate's F1 is another
    with pytest.raises(SystemExit, match=r"flat: the F1 of nervaluate is 0\.4, that of dragoman 0\.5"):
        ran(monkeypatch, "--only", "flat")


def labels(path):
    """Entities of each document, by what others have beside."""
    lines = [json.loads(line) for line in path.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()]
    return [(line["id"], [(e["start"], e["end"], e["type"]) for e in line["entities"]]) for line in lines]


def test_workloads_of_flat_spans_differ_in_their_form_alone(tmp_path):
    import pyarrow.parquet as pq

    pairs = {shape: workload.write(tmp_path, shape, 400) for shape in ("flat", "order", "parquet")}
    flat, order, parquet = (list(map(labels, pairs[shape])) for shape in ("flat", "order", "parquet"))
    assert parquet == flat
    assert [pq.read_table(path).to_pylist() for path in pairs["parquet"]] == [
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] for path in pairs["flat"]
    ]
    assert order[0] == flat[0]
    assert order[1] != flat[1]
    assert sorted(order[1]) == flat[1]


def test_lines_with_texts_have_them_everywhere(tmp_path):
    for path in workload.write(tmp_path, "text", 400):
        for line in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            assert [e["text"] for e in line["entities"]] == [
                line["text"][e["start"] : e["end"]] for e in line["entities"]
            ]
            assert len({e["id"] for e in line["entities"]}) == len(line["entities"])


@pytest.mark.parametrize("shape", run.OTHERS)
def test_every_workload_is_made_the_same_each_time_and_can_be_scored(tmp_path, shape):
    from contestants import columns

    total = 200 if shape != "dates" else 40
    first, again = (workload.write(tmp_path / name, shape, total) for name in ("first", "again"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert 0.5 < columns(*map(str, first))[1] < 1
