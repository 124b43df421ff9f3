"""Whatever one item does to its process is the outcome of that item, and of no other."""

import ctypes
import os
import signal
import sys
import time
from functools import partial

import pytest

from dragoman.leaderboard import isolation
from dragoman.leaderboard.isolation import Failure
from dragoman.problems import error


def work(item):
    """Do what an item says; items that start with ``fine`` come back."""
    if item == "abort":
        os.write(2, b"\x1b[31mterminate called\n")
        os.abort()
    if item == "fault":
        ctypes.string_at(0)
    if item == "exit":
        os._exit(3)
    if item == "system exit":
        sys.exit("stop")
    if item == "interrupt":
        raise KeyboardInterrupt
    if item == "problem":
        raise error("E101", "cannot read the file.")
    if item == "unpicklable":
        return lambda: None
    if item == "large":
        return b"x" * 2**22
    return item, os.getpid()


def pause(item, folder):
    """Sleep for ever, if the item is ``hang``; say in a file which process it was."""
    (folder / f"{item}.pid").write_text(str(os.getpid()))
    if item == "hang":
        time.sleep(3600)
    return item


def fill(size):
    """Hold ``size`` bytes that were written to."""
    return len(bytearray(b"x") * size)


def limits(_item):
    """Give the seconds of processor time and the bytes of data that the process may take."""
    import resource

    return resource.getrlimit(resource.RLIMIT_CPU)[0], resource.getrlimit(resource.RLIMIT_DATA)[0]


def test_a_process_ends_even_if_nobody_watches_the_clock():
    """A service that is killed leaves a process behind: the system ends it."""
    assert list(isolation.each(limits, ["x"], memory=2**30, seconds=2.5)) == [(3 * os.cpu_count() + 1, 2**30)]


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("abort", "its process was killed by SIGABRT"),
        ("fault", "its process was killed by SIGSEGV"),
        ("exit", "its process ended with exit code 3"),
        ("system exit", "SystemExit: stop"),
        ("interrupt", "KeyboardInterrupt: "),
        ("problem", "E101: cannot read the file"),
    ],
)
def test_whatever_ends_a_process_is_the_failure_of_its_item_alone(item, reason, capfd):
    before, failure, after = isolation.each(work, ["fine 1", item, "fine 2"])
    assert failure == Failure(reason)
    assert (before[0], after[0]) == ("fine 1", "fine 2")
    assert capfd.readouterr() == ("", "")


def test_an_outcome_that_cannot_be_sent_is_a_failure():
    assert isinstance(next(isolation.each(work, ["unpicklable"])), Failure)


def test_an_outcome_may_be_larger_than_a_pipe_holds():
    assert list(isolation.each(work, ["large", "large"])) == [b"x" * 2**22] * 2


def test_outcomes_come_in_order_and_each_from_a_process_of_its_own():
    items = [f"fine {number}" for number in range(12)]
    outcomes = list(isolation.each(work, items))
    assert [name for name, _ in outcomes] == items
    assert len({pid for _, pid in outcomes} | {os.getpid()}) == 13


def test_no_items_no_outcomes():
    assert list(isolation.each(work, [])) == []


def test_an_item_that_hangs_is_killed_at_its_time_and_holds_nothing_up(tmp_path):
    outcomes = list(isolation.each(partial(pause, folder=tmp_path), ["hang", "a", "b", "c", "d", "e"], seconds=8))
    assert outcomes == [Failure("it took more than 8 seconds"), "a", "b", "c", "d", "e"]
    assert not is_running(int((tmp_path / "hang.pid").read_text()))


def test_processes_end_when_nobody_waits_for_their_outcomes(tmp_path):
    outcomes = isolation.each(partial(pause, folder=tmp_path), ["a", "hang"])
    assert next(outcomes) == "a"
    path = tmp_path / "hang.pid"
    while not (path.exists() and path.read_text()):
        time.sleep(0.01)
    outcomes.close()
    assert not is_running(int(path.read_text()))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded on Linux alone")
def test_memory_over_the_bound_is_a_failure():
    small, large = isolation.each(fill, [2**20, 2**30], memory=2**29)
    assert small == 2**20
    assert large == Failure("it exceeds the memory limit")


def test_a_death_is_named_by_its_signal():
    assert isolation._death(-signal.SIGKILL) == "its process was killed by SIGKILL"
    assert isolation._death(-200) == "its process was killed by signal 200"


def test_this_process_is_not_bounded():
    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)
    list(isolation.each(fill, [1], memory=2**29))
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
