"""The service on loopback: what it takes, what it says, and what it does not say."""

import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import withheld_release
from scoring_server import DEADLINE, Server, team
from submitted import lines

from dragoman import json_text
from dragoman.leaderboard.submission_log import NAME, SubmissionLog

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def private(tmp_path_factory):
    for name in ("starlette", "uvicorn"):
        pytest.importorskip(name, reason="install the extra `service`")
    return withheld_release.write(tmp_path_factory.mktemp("withheld")) / "private"


@pytest.fixture(scope="module")
def server(private):
    made = Server(private, "--per-day", "3")
    yield made
    made.end()


@pytest.fixture(scope="module")
def body(benchmark):
    return json_text.lines(lines(benchmark, 2))


def test_a_submission_is_queued_scored_and_answered_with_rounded_aggregates(server, private, body):
    token, other = team(private, "first"), team(private, "second")
    status, queued = server.ask("POST", "/submissions?system=mine", body, token)
    assert (status, queued["system"]) == (202, "mine")
    done = server.done(queued["id"], token)
    assert done["state"] == "done"
    assert set(done) == {"id", "system", "received", "state", "reason", "scores"}
    assert set(done["scores"]) == {"headline", "entities.strict", "dates.value", "claims.attributed"}
    exact = SubmissionLog(private / NAME).lines()[-1]["exact"]
    rules = server.ask("GET", "/")[1]
    for name, step in rules["rounded_to"].items():
        assert abs(done["scores"][name] - exact[name]) <= step / 2 + 1e-9
        assert abs(done["scores"][name] / step - round(done["scores"][name] / step)) < 1e-9
    assert server.ask("GET", f"/submissions/{queued['id']}", token=other)[0] == 404
    again = server.ask("POST", "/submissions", body, token)
    assert (again[0], again[1]["id"]) == (200, queued["id"])  # the same bytes are one submission
    board = {row["team"]: row for row in server.ask("GET", "/board")[1]}
    assert board["first"] == {"team": "first", "submissions": 1, "best": done["scores"]}


@pytest.mark.parametrize("token", [None, "", "x" * 43])
def test_without_a_token_nothing_is_taken(server, token, body):
    for method, path, sent in (("POST", "/submissions", body), ("GET", "/submissions", None)):
        status, answer = server.ask(method, path, sent, token)
        assert (status, answer["problems"][0]["code"]) == (401, "E841")


def test_hostile_bodies_are_refused_with_a_number_and_do_not_count(server, private):
    token = team(private, "hostile")
    bomb = __import__("gzip").compress(b"\0" * 2**27)
    for sent in (b"", b"\0\xff", b"{" * 100_000, b"PAR1" + b"\0" * 100, bomb, b'{"id": "nowhere"}\n', b"[" * 10**6):
        status, answer = server.ask("POST", "/submissions", sent, token)
        assert status in {413, 422}, (sent[:10], answer)
        assert answer["problems"][0]["code"][0] == "E"
    assert server.ask("GET", "/submissions", token=token)[1] == []


def test_limits_hold_with_many_at_once(server, private, benchmark):
    token = team(private, "many")
    bodies = [json_text.lines(lines(benchmark, keep)) for keep in range(2, 8)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda sent: server.ask("POST", "/submissions", sent, token)[0], bodies))
    assert sorted(answers) == [202, 202, 202, 429, 429, 429]
    assert len(server.ask("GET", "/submissions", token=token)[1]) == 3


def test_no_token_stands_in_what_the_service_wrote(server, private, body):
    token = team(private, "careless")
    server.ask("POST", f"/submissions?system={token}", body, token)
    server.ask("GET", f"/{token}", token=token)
    assert token not in server.written.read_text("utf-8")


def test_one_bundle_has_one_service(server, private):
    command = [sys.executable, "-m", "dragoman", "serve-scores", private, "--port", "0"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=DEADLINE)
    assert done.returncode == 1
    assert "E842" in done.stdout + done.stderr


def test_a_service_that_was_killed_goes_on_where_it_was(private, body, tmp_path):
    """Accepted, killed, started again: the submission is scored once, and counts once."""
    folder = tmp_path / "private"
    folder.mkdir()
    (folder / "private.json").write_bytes((private / "private.json").read_bytes())
    options = ("--data", str(private.parent / "public"))
    command = [sys.executable, "-m", "dragoman", "serve-scores", folder, *options, "--add-team", "a", "--json"]
    token = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["token"]
    first = Server(folder, *options)
    status, queued = first.ask("POST", "/submissions", body, token)
    assert status == 202
    first.end(signal.SIGKILL)
    second = Server(folder, *options)
    try:
        assert second.done(queued["id"], token)["state"] == "done"
        assert len(second.ask("GET", "/submissions", token=token)[1]) == 1
    finally:
        second.end()
