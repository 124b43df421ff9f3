"""The service with many at once, killed at any moment, on a full disk: what it accepted is scored, once.

``SERVICE_LOAD=500 SERVICE_KILLS=50`` makes more of it.
"""

import json
import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import withheld_release
from scoring_server import Server, until
from submitted import lines

from dragoman import json_text
from dragoman.leaderboard import closed as closing
from dragoman.leaderboard.submission_log import NAME, SubmissionLog
from dragoman.release import private_bundle
from dragoman.service.scoring_job import scores_of

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
ROOT = Path(__file__).resolve().parents[2]
LOAD = int(os.environ.get("SERVICE_LOAD", "24"))
KILLS = int(os.environ.get("SERVICE_KILLS", "4"))
MANY = ("--per-day", "100000", "--in-all", "100000")


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    for name in ("starlette", "uvicorn"):
        pytest.importorskip(name, reason="install the extra `service`")
    return withheld_release.write(tmp_path_factory.mktemp("withheld"))


@pytest.fixture
def private(released, tmp_path):
    """A bundle of its own, with an empty log."""
    folder = tmp_path / "keeper" / "private"
    private_bundle.write(private_bundle.read(released / "private"), folder, released / "public")
    return folder


@pytest.fixture(scope="module")
def body(benchmark):
    """Makes different submissions by a number, of so many bytes more as there is padding."""
    rows = lines(benchmark, 2)

    def made(number, padding=0):
        title = f"{number} {random.Random(number).randbytes(padding // 2).hex()}"
        lacking = {**rows[number % 31], "entities": rows[number % 31]["entities"][1:]}
        kept = [*rows[: number % 31], lacking, *rows[number % 31 + 1 :]]
        return json_text.lines([{**kept[0], "title": title}, *kept[1:]])

    return made


def rows_of(private):
    """What the database says, read by itself, and whether it is whole."""
    with sqlite3.connect(private / NAME) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return db.execute("SELECT id, team, sha256, state, tries, exact FROM submissions ORDER BY id").fetchall()


def test_many_at_once_are_all_scored_each_once_as_alone(private, body):
    """More clients than there are places: who finds none is told so (503), and comes again."""
    log = SubmissionLog(private / NAME)
    tokens = [log.add_team(f"team {number}") for number in range(8)]
    server = Server(private, *MANY)
    refused = Counter()

    def send(number):
        while True:
            status, answer = server.ask("POST", f"/submissions?system=s{number}", body(number), tokens[number % 8])
            if status not in {0, 503}:
                return status, answer["id"]
            refused[status] += 1
            time.sleep(0.1)

    try:
        with ThreadPoolExecutor(100) as pool:
            answers = list(pool.map(send, range(LOAD)))
        assert {status for status, _ in answers} == {202}
        assert len({number for _, number in answers}) == LOAD
        until(lambda: all(row[3] == "done" for row in rows_of(private)), server)
        rows = {row[0]: row for row in rows_of(private)}
        assert (len(rows), {row[4] for row in rows.values()}) == (LOAD, {1})
        gold = closing.withheld_gold(private)[0]
        for number in (0, LOAD - 1):
            assert json.loads(rows[answers[number][1]][5]) == scores_of(body(number), gold)
        board = server.ask("GET", "/board")[1]
        assert sum(row["submissions"] for row in board) == LOAD
        peak = int(
            next(
                line for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines() if "VmHWM" in line
            ).split()[1]
        )
        assert peak < 2**20  # kilobytes: it holds a few bodies at a time, and no scorer
    finally:
        written = server.end()
    assert not [token for token in tokens if token in written]


def test_killed_again_and_again_it_loses_nothing_and_scores_nothing_twice(private, body):
    """SIGKILL at moments drawn at random, while submissions come: the database is whole, and what a client was told
    was accepted is scored; what was under way when the service died may have been accepted or not."""
    log = SubmissionLog(private / NAME)
    token = log.add_team("stubborn")
    draw, accepted, number = random.Random(7), [], 0
    for _ in range(KILLS):
        server = Server(private, *MANY)
        timer = threading.Timer(draw.uniform(0.05, 3), server.process.send_signal, [signal.SIGKILL])
        timer.start()
        while server.process.poll() is None:
            status, answer = server.ask("POST", "/submissions", body(number), token)
            if status == 202:
                accepted.append(answer["id"])
                number += 1
        timer.join()
        server.process.wait()
        assert {row[0] for row in rows_of(private)} >= set(accepted)
    assert accepted
    server = Server(private, *MANY)
    try:
        until(lambda: not [row for row in rows_of(private) if row[3] in {"queued", "running"}], server)
    finally:
        server.end()
    rows = rows_of(private)
    assert len(rows) - len(accepted) in {
        0,
        1,
    }  # the last one sent, whose answer never came, and is sent again as the same
    assert [row[0] for row in rows if row[3] == "failed" and row[4] < 3] == []
    assert {row[3] for row in rows} <= {"done", "failed"}
    assert len({row[2] for row in rows}) == len(rows)
    scored = [row for row in rows if row[3] == "done"]
    gold = closing.withheld_gold(private)[0]
    assert json.loads(scored[0][5]) == scores_of(body(0), gold)


def test_on_a_full_disk_it_refuses_and_keeps_what_it_has(private, body):
    """The database may not grow beyond some megabytes: 507, never a broken answer; with room it goes on."""
    token = SubmissionLog(private / NAME).add_team("large")
    server = Server(private, *MANY, file_size=3 * 2**20)
    try:
        answers = [server.ask("POST", "/submissions", body(number, 2**19), token) for number in range(10)]
        assert server.ask("GET", "/")[0] == 200
    finally:
        server.end(signal.SIGKILL)
    statuses = [status for status, _ in answers]
    assert {answer["problems"][0]["code"] for status, answer in answers if status == 507} == {"E108"}
    assert set(statuses) == {202, 507}
    accepted = statuses.count(202)
    assert len(rows_of(private)) == accepted
    server = Server(private, *MANY)
    try:
        until(lambda: {row[3] for row in rows_of(private)} == {"done"}, server)
        assert server.ask("POST", "/submissions", body(99), token)[0] == 202
    finally:
        server.end()
