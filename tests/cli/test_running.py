"""Progress of a run: on a terminal, on stderr, and nothing of a system's name does anything there."""

import json
import os
import pty
import subprocess
import sys
import threading

import pytest

from dragoman.cli.progress import so_far

COMMAND = [sys.executable, "-c", "from dragoman.cli import main; main()", "run"]
SYSTEM = """
from dragoman.systems.protocol import Reply

def predict(document):
    return Reply({"entities": []}, "raw", (1000, 10))
"""
CARD = 'name = "[/red]\\u001b]0;owned\\u0007[bold]"\n'


@pytest.fixture
def asked(tmp_path):
    (tmp_path / "system.py").write_text(SYSTEM, encoding="utf-8")
    (tmp_path / "system.toml").write_text(CARD, encoding="utf-8")
    system = f"{tmp_path / 'system.py'}:predict"
    return [*COMMAND, system, "--out", str(tmp_path / "run"), "--prices", "2", "30", "--json"]


def test_a_terminal_shows_rate_tokens_and_cost(asked):
    ours, theirs = pty.openpty()
    shown = []

    def read():
        try:
            while data := os.read(ours, 4096):
                shown.append(data)
        except OSError:  # the other end is closed
            pass

    reader = threading.Thread(target=read)
    reader.start()
    try:
        done = subprocess.run(
            asked,
            stderr=theirs,
            stdout=subprocess.PIPE,
            check=True,
            env=os.environ | {"COLUMNS": "200", "TERM": "xterm"},
        )
    finally:
        os.close(theirs)
        reader.join()
        os.close(ours)
    summary, screen = json.loads(done.stdout), b"".join(shown)
    count = summary["documents"]
    assert summary["tokens"] == [1000 * count, 10 * count]
    assert summary["cost"] == pytest.approx(count * (2000 + 300) / 1e6)
    assert b"a minute" in screen
    assert b" tokens, cost 0." in screen
    assert b"[/red]" in screen
    assert b"\x1b]0;" not in screen


def test_a_pipe_gets_no_progress(asked):
    done = subprocess.run(asked, capture_output=True, check=True)
    assert done.stderr == b""
    assert json.loads(done.stdout)["failed"] == []


def test_what_a_run_has_come_to():
    assert so_far([0, 0], (0.0, 0.0), 3, 90.0) == "2.0 a minute"
    assert so_far([1234567, 89], (1.0, 0.0), 1, 60.0) == "1.0 a minute, 1,234,567 + 89 tokens, cost 1.2346"
    assert so_far([0, 0], (0.0, 0.0), 0, 0.0) == ""


def test_what_a_system_prints_is_no_part_of_the_outcome(asked, tmp_path):
    said = SYSTEM.replace("    return", "    print('working on', document.id)\n    return")
    (tmp_path / "system.py").write_text("print('loading')\n" + said, encoding="utf-8")
    done = subprocess.run(asked, capture_output=True, check=True, text=True)
    assert json.loads(done.stdout)["failed"] == []
    assert done.stderr.startswith("loading\nworking on ")


def test_the_summary_says_where_and_shortens_long_lists(asked, tmp_path):
    (tmp_path / "system.py").write_text("def predict(_):\n    raise ValueError('no')\n", encoding="utf-8")
    done = subprocess.run(asked[:-1], capture_output=True, check=False, text=True)
    assert done.returncode == 1
    lines = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    assert lines["predictions"] == str(tmp_path / "run" / "predictions.jsonl")
    assert lines["left out"] == "none"
    count, _, listed = lines["failed"].partition(": ")
    assert int(count) > listed.count(",") + 1 == 10
    assert listed.endswith(" …")


@pytest.mark.parametrize(
    "wrong",
    [
        *(["--timeout", "inf"], ["--timeout", "nan"], ["--timeout", "1e300"], ["--timeout", "0"]),
        *(["--budget", "nan"], ["--budget", "inf"], ["--budget", "-1"], ["--temperature", "nan"]),
        *(["--prices", "nan", "1"], ["--prices", "1", "inf"], ["--prices", "-1", "1"]),
    ],
)
def test_a_number_that_is_none_is_wrong_usage_once(asked, tmp_path, wrong):
    done = subprocess.run([*asked, *wrong], capture_output=True, check=False, text=True)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()


def test_the_summary_names_what_the_card_lacks_for_a_submission(asked, tmp_path):
    done = subprocess.run(asked, capture_output=True, check=True, text=True)
    lacking = json.loads(done.stdout)["card_lacks"]
    run = tmp_path / "my_system" / "1.0.0"
    run.parent.mkdir()
    (tmp_path / "run").rename(run)
    done = subprocess.run(
        [*COMMAND[:-1], "leaderboard", "--check", str(run), "--json"], capture_output=True, check=False, text=True
    )
    problems = json.loads(done.stdout)["problems"]
    assert lacking == ["version", "authors", "licence", "parameters", "training_data"]
    assert not [problem for problem in problems if problem["code"] == "E825"]  # it says "unknown" there


def test_a_second_run_in_the_same_folder_is_refused_and_told_who_holds_it(asked, tmp_path):
    (tmp_path / "system.py").write_text(
        "import sys\ndef predict(_):\n    print('here', flush=True)\n    sys.stdin.read()\n    return {}\n"
    )
    with subprocess.Popen(asked, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as first:
        assert first.stderr.readline() == b"here\n"
        second = subprocess.run(asked, capture_output=True, check=False, text=True)
        assert second.returncode == 1
        (problem,) = json.loads(second.stdout)["problems"]
        assert problem["code"] == "E803"
        assert f"process {first.pid} on " in problem["what"]
        first.communicate()
    assert first.returncode == 0
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "log.jsonl",
        "predictions.jsonl",
        "run.json",
        "system.toml",
    ]


def test_a_run_that_was_killed_holds_its_folder_no_longer(asked, tmp_path):
    text = "import os\ndef predict(_):\n    os.kill(os.getpid(), 9)\n"
    (tmp_path / "system.py").write_text(text)
    assert subprocess.run(asked, check=False).returncode == -9
    assert (tmp_path / "run" / ".lock").exists()
    (tmp_path / "system.py").write_text(SYSTEM)
    assert subprocess.run(asked, check=False, stdout=subprocess.PIPE).returncode == 0
    assert not (tmp_path / "run" / ".lock").exists()


@pytest.mark.parametrize("name", ["system.toml", "log.jsonl", "predictions.jsonl", ".lock"])
def test_a_pipe_in_a_run_is_not_waited_for(asked, tmp_path, name):
    (tmp_path / "run").mkdir()
    os.mkfifo(tmp_path / "run" / name)
    done = subprocess.run(asked, capture_output=True, check=False, text=True, timeout=60)
    codes = [problem["code"] for problem in json.loads(done.stdout).get("problems", [])]
    assert codes == ["E108" if name == ".lock" else "E101"]
