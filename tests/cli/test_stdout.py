"""Standard output that is full, closed, or read by nobody any more: one line at most, and never a traceback."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAIN = "from dragoman.cli import main; main()"
STEP = "import sys; from dragoman.cli.author import step; sys.exit(step('curate'))"


def run(program, *arguments, **options):
    return subprocess.run([sys.executable, "-c", program, *arguments], text=True, check=False, **options)


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "words",
    [(MAIN, "schema", "system"), (MAIN, "validate", "/nowhere", "--json"), (STEP, "--check", "--root", str(ROOT))],
)
def test_a_full_disk_is_one_line(words, unbuffered, monkeypatch):
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    with Path("/dev/full").open("w") as full:
        done = run(*words, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1
    assert done.stderr.startswith("E108: cannot write the output: No space left on device.")
    assert done.stderr.count("\n") == 1


def test_a_reader_that_has_gone_is_left_in_peace():
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        program.stdout.close()
        assert program.stderr.read() == ""
        assert program.wait() == 1


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_are_no_failure(closed):
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -c "{MAIN}" schema system {closed}', sys.executable],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_script_that_is_interrupted_says_nothing():
    program = (
        "import sys; from dragoman.authoring import curation; from dragoman.cli.author import step\n"
        "def interrupted(root):\n    raise KeyboardInterrupt\n"
        "curation.curate = interrupted; sys.exit(step('curate', []))"
    )
    done = run(program, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_an_interrupt_that_a_library_turns_into_another_error_ends_it_as_well():
    code = """
import os, signal, sys, time
from dragoman.cli import app, main

def broken():
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(10)
    except KeyboardInterrupt:
        raise ImportError("numpy failed to import") from None

app.main = broken
signal.signal(signal.SIGINT, signal.default_int_handler)  # it may be ignored in what runs the tests
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@cache
def in_utf_8(*words):
    surroundings = os.environ | {"LC_ALL": "C.UTF-8"}
    return subprocess.run([sys.executable, "-c", MAIN, *words], capture_output=True, check=False, env=surroundings)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "euc-kr"])
@pytest.mark.parametrize(
    "words", [["info"], ["info", "--json"], ["--help"], ["schema", "submission"], ["validate", "/\u00e9\u3164"]]
)
def test_a_terminal_that_is_not_utf_8_is_written_to(encoding, words):
    surroundings = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-c", MAIN, *words], capture_output=True, check=False, env=surroundings | {"LC_ALL": "C.UTF-8"}
    )
    plain = in_utf_8(*words)
    assert b"Traceback" not in done.stderr
    assert done.returncode == plain.returncode
    if words[-1] == "--json" or words[0] == "schema":
        assert json.loads(done.stdout.decode(encoding.replace("ascii", "utf-8"))) == json.loads(plain.stdout)
