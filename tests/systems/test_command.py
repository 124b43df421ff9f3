"""A program as a system: answers, failures, time limits, and nothing left running."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from dragoman.problems import DragomanError
from dragoman.systems.loading import load
from dragoman.systems.protocol import Options
from dragoman.systems.run import run

ECHO = """
import json, os, sys, time
for count, line in enumerate(sys.stdin):
    document = json.loads(line)
    {body}
    word = document["text"].split()[0]
    print(json.dumps({{"entities": [{{"start": 0, "end": len(word), "text": word, "type": "ORG"}}]}}), flush=True)
"""


def quietly(items, _what):
    return items


@pytest.fixture
def program(tmp_path):
    def made(body="pass"):
        path = tmp_path / "program.py"
        path.write_text(ECHO.format(body=body), encoding="utf-8")
        return f"cmd:{sys.executable} {path}"

    return made


def entries(folder):
    return {e["id"]: e for e in map(json.loads, (folder / "log.jsonl").read_text(encoding="utf-8").splitlines())}


@pytest.mark.parametrize("jobs", [1, 4])
def test_a_program_answers_every_document_whatever_the_jobs(benchmark, program, tmp_path, jobs):
    summary = run(load(program()), benchmark, tmp_path / "run", quietly, jobs=jobs)
    assert summary["documents"] == len(benchmark.documents)
    lines = (tmp_path / "run" / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [d.id for d in benchmark.documents]


def test_a_program_is_told_no_label_and_can_leave_a_document_out(benchmark, program, tmp_path):
    body = """assert set(document) == {"id", "language", "kind", "published", "title", "text"}
    if document["language"] == "ar":
        print("null", flush=True)
        continue"""
    summary = run(load(program(body)), benchmark, tmp_path / "run", quietly)
    assert len(summary["left_out"]) == sum(d.language == "ar" for d in benchmark.documents)
    assert not summary["failed"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("sys.exit('out of breath') if count == 3 else None", "exit code 1): out of breath"),
        ("print('[1]', flush=True) if count == 3 else None\n    if count == 3: continue", "neither an object nor null"),
        ("print('{\"a\"', flush=True) if count == 3 else None\n    if count == 3: continue", "not JSON"),
        ("os.kill(os.getpid(), 9) if count == 3 else None", "exit code -9"),
    ],
)
def test_what_goes_wrong_stays_with_its_document_and_the_next_is_asked_anew(benchmark, program, tmp_path, body, why):
    text = body
    summary = run(load(program(text)), benchmark, tmp_path / "run", quietly)
    log = entries(tmp_path / "run")
    assert summary["failed"]
    # A program that is started anew counts from the beginning: every fourth document fails.
    assert summary["failed"] == [d.id for d in benchmark.documents][3::4]
    assert all(why in log[name]["problems"][0] for name in summary["failed"])


def test_a_late_answer_ends_the_program_and_all_that_it_started(benchmark, program, tmp_path):
    pids = tmp_path / "pids"
    body = (
        "import subprocess\n"
        f"    child = subprocess.Popen(['sleep', '600']); open({str(pids)!r}, 'a').write(str(child.pid) + ' ')\n"
        "    time.sleep(600) if document['kind'] == 'article' else None"
    )
    first = benchmark.documents[0]
    assert first.kind == "article"
    system = load(program(body), Options(timeout=1.0))
    with pytest.raises(Exception, match="no answer in 1 s"):
        system.predict(first)
    system.close()
    for pid in pids.read_text().split():
        assert not _lives(int(pid))


def _lives(pid):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return False
        except FileNotFoundError:
            return False
        time.sleep(0.01)
    return True


def test_noise_on_standard_error_does_not_block(benchmark, program, tmp_path):
    summary = run(load(program("sys.stderr.write('x' * 300_000)")), benchmark, tmp_path / "run", quietly)
    assert not summary["failed"]


def test_killed_at_any_moment_a_run_goes_on_and_ends_the_same(benchmark, program, tmp_path):
    command = [sys.executable, "-m", "dragoman", "run", program("time.sleep(0.02)"), "--out"]
    killed = 0
    for moment in (0.9, 1.1, 1.3):
        process = subprocess.Popen([*command, tmp_path / "a"], stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
    for name in "ab":
        subprocess.run([*command, tmp_path / name], check=True, stdout=subprocess.DEVNULL)
    assert killed
    assert (tmp_path / "a/predictions.jsonl").read_bytes() == (tmp_path / "b/predictions.jsonl").read_bytes()


@pytest.mark.parametrize("name", ["cmd:", "cmd:'open", "cmd:/no/such/program", "cmd:/tmp"])
def test_a_command_that_is_none_is_said(name):
    with pytest.raises(DragomanError, match="E801"):
        load(name)


def test_a_program_that_cannot_run_after_all_fails_on_each_document(benchmark, tmp_path):
    path = tmp_path / "program"
    path.write_text("#!/no/such/interpreter\n", encoding="utf-8")
    path.chmod(0o755)
    summary = run(load(f"cmd:{path}"), benchmark, tmp_path / "run", quietly)
    assert len(summary["failed"]) == len(benchmark.documents)
    assert "cannot be started" in summary["why"][0]


def test_a_line_too_many_is_not_taken_for_the_next_answer(benchmark, program, tmp_path):
    body = 'print(\'{"dates": []}\\n{"dates": []}\', flush=True) if count == 1 else None\n    if count == 1: continue'
    run(load(program(body)), benchmark, tmp_path / "run", quietly)
    log = [entry.get("answer") for entry in entries(tmp_path / "run").values()]
    assert log[1] == {"dates": []}
    assert log[2] is None
    assert [answer["entities"][0]["text"] for answer in log if answer and "entities" in answer] == [
        document.text.split()[0] for number, document in enumerate(benchmark.documents) if number % 3 == 0
    ]


@pytest.mark.parametrize("session", [False, True])
def test_a_grandchild_that_holds_the_output_is_neither_waited_for_nor_left(benchmark, program, tmp_path, session):
    body = (
        "import subprocess\n"
        f"    child = subprocess.Popen(['sleep', '600'], start_new_session={session})\n"
        f"    open({str(tmp_path / 'pid')!r}, 'w').write(str(child.pid))\n"
        "    os._exit(0)"
    )
    system = load(program(body), Options(timeout=1.0))
    with pytest.raises(Exception, match="no answer in 1 s"):
        system.predict(benchmark.documents[0])
    system.close()
    assert not _lives(int((tmp_path / "pid").read_text()))


def test_a_program_that_reads_nothing_is_not_waited_for(benchmark, tmp_path):
    large = msgspec.structs.replace(benchmark.documents[0], text="x" * 10**6)
    system = load("cmd:sleep 600", Options(timeout=0.5))
    with pytest.raises(Exception, match=r"no answer in 0\.5 s"):
        system.predict(large)
    system.close()


def test_long_lines_go_both_ways(benchmark, tmp_path):
    code = "import sys\nfor line in sys.stdin: print('{\"dates\": []' + ' ' * len(line) + '}', flush=True)"
    (tmp_path / "p.py").write_text(code)
    system = load(f"cmd:{sys.executable} {tmp_path / 'p.py'}")
    large = msgspec.structs.replace(benchmark.documents[0], text="x" * 10**6)
    assert [system.predict(large).labels for _ in range(3)] == [{"dates": []}] * 3
    system.close()


@pytest.mark.parametrize(
    "answer", ["[1]", '{"a"', "\\ud800", '{"dates": ' + "[" * 900 + "]" * 900 + "}", '{"dates": "\\\\ud800"}']
)
def test_an_answer_that_cannot_be_used_is_kept(benchmark, tmp_path, answer):
    (tmp_path / "p.py").write_text(f"import sys\nfor line in sys.stdin: print({answer!r}, flush=True)")
    summary = run(load(f"cmd:{sys.executable} {tmp_path / 'p.py'}"), benchmark, tmp_path / "run", quietly)
    assert len(summary["failed"]) == len(benchmark.documents)
    for entry in entries(tmp_path / "run").values():
        given = entry["raw"] or json.dumps(entry["answer"])
        assert given.replace("'", '"') == answer


def test_a_secret_among_the_arguments_or_in_what_the_program_says_is_not_written(benchmark, tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_API_KEY", "a-key-of-somebody")
    code = "import sys; sys.exit('x' * 990 + ' no such key: a-key-of-somebody')"
    name = f'cmd:{sys.executable} -c "{code}" --key a-key-of-somebody'
    summary = run(load(name), benchmark, tmp_path / "run", quietly)
    text = json.dumps(summary) + "".join(path.read_text() for path in (tmp_path / "run").iterdir())
    assert "a-key" not in text
    assert "key-of-somebody" not in text


@pytest.mark.parametrize("timeout", [float("inf"), float("nan"), 0.0, -1.0, 1e300])
def test_a_time_limit_that_is_none_is_said_once(timeout):
    with pytest.raises(DragomanError, match="E206"):
        load("cmd:cat", Options(timeout=timeout))
