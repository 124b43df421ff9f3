"""The log of submissions: limits that two at once do not pass, and nothing that was accepted is lost."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from dragoman import redaction
from dragoman.leaderboard.submission_log import MAX_ATTEMPTS, MAX_TRIES, NAME, Limits, SubmissionLog
from dragoman.problems import DragomanError

WIDE = Limits(100, 1000)


class Clock:
    """A time that a test moves."""

    def __init__(self):
        self.now = datetime(2030, 1, 1, 23, 0, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def log(tmp_path, clock):
    return SubmissionLog(tmp_path / NAME, clock)


def refused(call, *arguments):
    with pytest.raises(DragomanError) as caught:
        call(*arguments)
    return caught.value.problems[0].code


def test_limits_by_day_and_in_all(log, clock):
    limits = Limits(2, 3)
    assert [log.submit("a", "s", body, limits) for body in (b"1", b"2")] == [1, 2]
    assert refused(log.submit, "a", "s", b"3", limits) == "E840"
    assert log.submit("b", "s", b"3", limits) == 3  # another team has its own
    clock.now += timedelta(hours=1, seconds=1)
    assert log.submit("a", "s", b"3", limits) == 4
    assert refused(log.submit, "a", "s", b"4", limits) == "E840"
    clock.now += timedelta(days=1)
    assert refused(log.submit, "a", "s", b"4", limits) == "E840"


def test_the_same_bytes_of_a_team_count_once(log):
    limits = Limits(1, 1)
    assert log.submit("a", "s", b"1", limits) == log.submit("a", "other name", b"1", limits) == 1
    assert log.known("a", b"1") == 1
    assert log.known("b", b"1") is None


def test_of_two_at_once_one_is_within_the_limit(log):
    limits = Limits(1, 1)

    def submit(number):
        try:
            return log.submit("a", "s", b"%d" % number, limits)
        except DragomanError:
            return None

    with ThreadPoolExecutor(8) as pool:
        accepted = [each for each in pool.map(submit, range(16)) if each is not None]
    assert len(accepted) == 1
    assert len(log.lines()) == 1


def test_invalid_ones_are_bounded_too(log):
    limits = Limits(1, 10)
    for _ in range(MAX_ATTEMPTS):
        log.attempt("a", limits)
    assert refused(log.attempt, "a", limits) == "E840"


def test_a_submission_is_taken_once_and_in_order(log):
    for body in (b"1", b"2"):
        log.submit("a", "s", body, WIDE)
    assert [log.take(), log.take(), log.take()] == [(1, b"1"), (2, b"2"), None]


def test_what_was_cut_off_is_taken_up_again_and_not_for_ever(log):
    log.submit("a", "s", b"1", WIDE)
    for _ in range(MAX_TRIES):
        assert log.take() == (1, b"1")
        log.requeue()
    assert log.take() is None
    assert [each.state for each in log.of_team("a")] == ["failed"]


def test_one_that_is_no_better_shows_nothing_new(log):
    for number, score in enumerate((0.5, 0.3, 0.6), 1):
        log.submit("a", "s", b"%d" % number, WIDE)
        log.take()
        log.finish(number, {"headline": score + 0.001}, {"headline": score, "claims.attributed": None})
    assert [each.shown["headline"] for each in log.of_team("a")] == [0.5, 0.5, 0.6]
    assert [line["exact"]["headline"] for line in log.lines()] == [0.501, 0.301, 0.601]
    assert log.teams() == {"a": (3, {"headline": 0.6})}


def test_a_token_is_nowhere_kept_and_is_a_secret(log, tmp_path):
    token, old = log.add_team("a"), None
    assert log.team_of(token) == "a"
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert token.encode() not in files
    assert redaction.redact(f"x {token} y") == f"x {redaction.MASK} y"
    old, token = token, log.add_team("a")
    assert refused(log.team_of, old) == "E841"
    assert log.team_of(token) == "a"
    assert refused(log.team_of, "") == "E841"
    assert refused(log.add_team, "a\nb") == "E841"


def test_what_was_accepted_outlives_a_process_that_is_killed(tmp_path):
    """A process that says what it accepted is killed at any moment: all that it said is there."""
    code = (
        "import sys; from pathlib import Path\n"
        "from dragoman.leaderboard.submission_log import SubmissionLog, Limits\n"
        "log = SubmissionLog(Path(sys.argv[1]))\n"
        "for i in range(100000):\n"
        "    print(log.submit('a', 's', b'%d' % i, Limits(10**6, 10**6)), flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, tmp_path / NAME], stdout=subprocess.PIPE) as process:
        said = [int(process.stdout.readline()) for _ in range(25)]
        os.kill(process.pid, signal.SIGKILL)
        said += [int(line) for line in process.stdout.read().splitlines() if line]
    there = [line["id"] for line in SubmissionLog(tmp_path / NAME).lines()]
    assert there[: len(said)] == said
    with sqlite3.connect(tmp_path / NAME) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


def test_a_full_disk_is_a_numbered_error_and_loses_nothing(tmp_path):
    log = SubmissionLog(tmp_path / NAME)
    log.submit("a", "s", b"1", WIDE)
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from dragoman.leaderboard.submission_log import SubmissionLog, Limits\n"
        "from dragoman.problems import DragomanError\n"
        "log = SubmissionLog(Path(sys.argv[1]))\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2**18, 2**18))\n"
        "try:\n    log.submit('a', 's', b'x' * 2**20, Limits(9, 9))\n"
        "except DragomanError as cause:\n    print(cause.problems[0].code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path / NAME], check=True, capture_output=True, text=True)
    assert done.stdout == "E108\n"
    assert [line["id"] for line in log.lines()] == [1]
    assert log.submit("a", "s", b"x" * 2**20, WIDE) == 2
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_team_is_one_however_its_name_is_written(tmp_path):
    """By hand it is the authors of a card, in the service whatever it was added as: one count, one best."""
    log = SubmissionLog(tmp_path / NAME)
    log.add_team("Team One")
    token = log.add_team(" team  ONE")
    assert log.team_of(token) == "Team One"
    assert log.record("team one", "by hand", "a" * 64, {"x": 0.31}, {"x": 0.3}, Limits(2, 2)) == {"x": 0.3}
    number = log.submit(log.team_of(token), "served", b"{}", Limits(2, 2))
    log.take()
    log.finish(number, {"x": 0.32}, {"x": 0.3})
    assert log.lines()[-1]["shown"] == {}
    assert [each.shown for each in log.of_team("TEAM ONE")] == [{"x": 0.3}, {"x": 0.3}]
    assert log.teams() == {"Team One": (2, {"x": 0.3})}
    assert log.record("Team One", "third", "b" * 64, {"x": 0.9}, {"x": 0.9}, Limits(2, 2)) is None


def test_what_is_not_attempted_is_null_and_a_best_stays(tmp_path):
    log = SubmissionLog(tmp_path / NAME)
    for digest, x, y in (("a", 0.3, None), ("b", None, 0.1), ("c", 0.2, 0.2)):
        log.record("t", "s", digest, {"x": x, "y": y}, {"x": x, "y": y}, Limits(9, 9))
    assert [line["shown"] for line in log.lines()] == [{"x": 0.3, "y": None}, {"x": None, "y": 0.1}, {"y": 0.2}]
    told = [each.shown for each in log.of_team("t")]
    assert told == [{"x": 0.3, "y": None}, {"x": None, "y": 0.1}, {"x": 0.3, "y": 0.2}]


def test_who_only_asks_waits_for_no_writer(tmp_path):
    """While somebody writes, tokens, submissions and the board are looked up in what was there before."""
    log = SubmissionLog(tmp_path / NAME)
    token = log.add_team("one")
    writer = sqlite3.connect(tmp_path / NAME, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("DELETE FROM teams")
    assert (log.team_of(token), log.of_team("one"), log.teams(), log.lines()) == ("one", [], {}, [])
    assert log.known("one", b"{}") is None
    writer.execute("ROLLBACK")
    writer.close()
