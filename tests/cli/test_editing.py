"""The commands that edit texts and say what it costs: what they print, and how they end."""

import json
import subprocess
import sys

import pytest


def dragoman(*arguments):
    command = [sys.executable, "-m", "dragoman", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def gold(tmp_path):
    text = "2024년 6월에 로씨야를 방문하였다"
    span = {"start": 10, "end": 13, "text": "로씨야", "type": "GPE"}
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"id": "d", "text": text, "language": "ko", "entities": [span]}), encoding="utf-8")
    return path


def test_edits_are_listed():
    listed = json.loads(dragoman("perturb", "--list", "--json").stdout)["edits"]
    assert {"name", "kind", "languages", "source", "expect", "options"} <= listed[0].keys()
    assert {edit["kind"] for edit in listed} == {"text", "dates", "names", "page", "claims"}
    shown = dragoman("perturb", "--list").stdout
    assert all(f"  {edit['name']} " in shown for edit in listed)


def test_an_edit_says_what_it_did(gold, tmp_path):
    done = dragoman("perturb", "north-to-south", "--gold", gold, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0
    (edit,) = json.loads(done.stdout)["edits"]
    assert (edit["name"], edit["edited"], edit["places"], edit["seed"]) == ("north-to-south", 1, 1, 1)
    shown = dragoman("perturb", "north-to-south", "--gold", gold, "--out", tmp_path / "out")
    assert "north-to-south: 1 of 1 document, 1 place" in shown.stdout


def test_an_edit_that_finds_nothing_says_so_and_is_done(gold, tmp_path):
    done = dragoman("perturb", "levant-months", "--gold", gold, "--out", tmp_path / "out")
    assert done.returncode == 0
    assert "levant-months found nothing to change; it is for ar." in done.stderr


@pytest.mark.parametrize("arguments", [[], ["rename"], ["rename", "--gold", "x", "--data", "y", "--out", "z"]])
def test_wrong_usage(arguments):
    assert dragoman("perturb", *arguments).returncode == 2


def test_no_such_edit(tmp_path):
    done = dragoman("perturb", "renam", "--out", tmp_path / "out")
    assert (done.returncode, done.stdout) == (1, "")
    assert "E750" in done.stderr
    assert "Did you mean rename?" in done.stderr


def test_a_system_is_measured(tmp_path):
    system = tmp_path / "mine.py"
    system.write_text(
        "def predict(document):\n"
        "    print('not the outcome')\n"
        "    at = document.text.find('يونيو')\n"
        "    found = [{'start': at - 9, 'end': at + 5, 'type': 'DATE', 'value': '2024-06-18/2024-06-19'}]\n"
        "    return {'dates': found if at >= 9 else []}\n",
        encoding="utf-8",
    )
    done = dragoman("robustness", f"{system}:predict", "--out", tmp_path / "out", "--edit", "levant-months", "--json")
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout)
    (cost,) = [each for each in measured["costs"] if each["measure"] == "dates.value"]
    assert (cost["documents"], cost["edited"]) == (2, 0)
    assert cost["original"] > 0
    assert measured["failures"] == {"levant-months": 1}
    shown = dragoman("robustness", f"{system}:predict", "--out", tmp_path / "out", "--edit", "levant-months")
    assert "1 label fails where they stood before" in shown.stdout
    assert shown.stdout.strip().endswith("robustness.html")


def test_runs_need_their_benchmarks(tmp_path):
    assert dragoman("robustness", "run", "--out", tmp_path, "--on", "edited").returncode == 2
    assert dragoman("robustness", "run", "--out", tmp_path, "--on", "a=b", "--edit", "rename").returncode == 2
    missing = dragoman("robustness", "run", "--out", tmp_path / "out", "--on", f"{tmp_path / 'a'}=b")
    assert missing.returncode == 1
    assert "E101" in missing.stderr
