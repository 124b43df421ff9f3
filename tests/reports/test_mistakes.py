"""The mistakes of a run as CSV and JSON."""

import csv
import json

import pytest
from test_filters import GOLD, PRED
from typer.testing import CliRunner

import dragoman
from dragoman.cli.app import app
from dragoman.problems import DragomanError


def test_each_mistake_is_a_row_in_both_forms(tmp_path):
    for name, lines in (("gold", GOLD), ("pred", PRED)):
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    for form in ("csv", "json"):
        dragoman.report(tmp_path / "pred", tmp_path / "gold", out=tmp_path / "p.html", mistakes=tmp_path / f"m.{form}")
    rows = json.loads((tmp_path / "m.json").read_text("utf-8"))
    told = [(row["document"], row["at"], row["kind"], row["words"], row["pred_words"]) for row in rows]
    assert sorted(told, key=str) == [
        ("one", "dates/g0", "missed", "Monday", None),
        ("one", "entities/g1", "wrong type", "Bern", "Bern"),
        ("two", "entities/g0", "missed", "기자", None),
        ("two", "entities/p1", "spurious", None, "가"),
    ]
    wrong = next(row for row in rows if row["kind"] == "wrong type")
    assert (wrong["type"], wrong["pred_type"], wrong["start"], wrong["end"]) == ("GPE", "ORG", 31, 35)
    with (tmp_path / "m.csv").open(newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert [row["at"] for row in table] == [row["at"] for row in rows]
    assert [row["pred_words"] for row in table] == [row["pred_words"] or "" for row in rows]


def test_another_ending_is_refused_before_anything_is_written(tmp_path):
    (tmp_path / "gold").write_text(json.dumps(GOLD[0]) + "\n")
    with pytest.raises(DragomanError) as caught:
        dragoman.report(tmp_path / "gold", tmp_path / "gold", out=tmp_path / "p.html", mistakes=tmp_path / "m.xls")
    assert caught.value.problems[0].code == "E209"
    assert not (tmp_path / "p.html").exists()


def test_no_cell_is_a_formula_and_the_command_writes_both(tmp_path):
    line = {"id": "one", "text": "=1+1 is two", "entities": [{"start": 0, "end": 4, "type": "=X"}]}
    for name, entities in (("gold", line["entities"]), ("a", []), ("b", line["entities"])):
        (tmp_path / name).write_text(json.dumps({**line, "entities": entities}) + "\n")
    names = [str(tmp_path / name) for name in ("a", "b", "gold", "p.html", "m.csv")]
    arguments = ["report", *names[:2], "--reference", names[2], "--out", names[3], "--mistakes", names[4], "--json"]
    done = CliRunner().invoke(app, arguments)
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"page": names[3], "mistakes": names[4]})
    assert "only the second right" in (tmp_path / "p.html").read_text("utf-8")
    row = (tmp_path / "m.csv").read_text("utf-8").splitlines()[1]
    assert "'=X" in row
    assert "'=1+1" in row
