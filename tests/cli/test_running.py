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
    lines = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert lines["predictions"] == str(tmp_path / "run" / "predictions.jsonl")
    assert lines["left out"] == "none"
    count, _, listed = lines["failed"].partition(": ")
    assert int(count) > listed.count(",") + 1 == 10
    assert listed.endswith(" …")
