"""The function behind ``dragoman.report``: what it takes for a run and for gold, and what it refuses."""

import json
import os
from pathlib import Path

import pytest

import dragoman
from dragoman.problems import DragomanError
from dragoman.reports.html import page
from dragoman.reports.report import report
from dragoman.reports.sources import from_benchmark, from_reference

RUN = Path(__file__).resolve().parents[2] / "eval" / "runs" / "korean_rules" / dragoman.load().version
LINE = {"id": "one", "text": "Ada met Bob.", "entities": [{"start": 0, "end": 3, "type": "PER"}]}


@pytest.fixture
def lines(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(LINE) + "\n")
    return path


def refused(*arguments, **options):
    with pytest.raises(DragomanError) as caught:
        report(*arguments, **options)
    return caught.value.problems[0]


def test_a_run_is_reported_on_the_bundled_benchmark_by_default(tmp_path, benchmark):
    out = tmp_path / "new" / "page.html"
    assert report(str(RUN), out=str(out)) == out
    assert out.read_text("utf-8") == page(RUN, from_benchmark(benchmark, "test"))


def test_a_benchmark_and_one_of_its_splits_can_be_named(tmp_path, benchmark):
    report(RUN, benchmark, out=tmp_path / "page.html", split="dev")
    assert (tmp_path / "page.html").read_text("utf-8") == page(RUN, from_benchmark(benchmark, "dev"))
    assert refused(RUN, benchmark, out=tmp_path / "none.html", split="nowhere").code == "E702"
    assert not (tmp_path / "none.html").exists()


def test_a_file_is_a_reference_and_a_folder_is_one_of_shards_or_a_benchmark(tmp_path, lines):
    report(lines, str(lines), out=tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text("utf-8") == page(lines, from_reference(lines))
    (tmp_path / "shards").mkdir()
    assert refused(lines, tmp_path / "shards", out=tmp_path / "none.html").code == "E852"
    lines.rename(tmp_path / "shards" / "gold.jsonl")
    report(tmp_path / "shards" / "gold.jsonl", tmp_path / "shards", out=tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == (tmp_path / "page.html").read_bytes()
    lines = tmp_path / "shards" / "gold.jsonl"
    assert refused(lines, tmp_path / "missing.jsonl", out=tmp_path / "none.html").code == "E101"


def test_a_reference_has_no_splits(tmp_path, lines):
    assert refused(lines, lines, out=tmp_path / "none.html", split="dev").code == "E702"


@pytest.mark.parametrize("name", ["predictions.jsonl", "system.toml"])
def test_a_pipe_in_a_run_is_not_waited_for(tmp_path, lines, name):
    run = tmp_path / "run"
    run.mkdir()
    (run / "predictions.jsonl").write_text(json.dumps(LINE) + "\n")
    (run / "system.toml").write_text('name = "x"\n')
    (run / name).unlink()
    os.mkfifo(run / name)
    problem = refused(run, lines, out=tmp_path / "none.html")
    assert (problem.code, problem.file) == ("E822", str(run / name))
