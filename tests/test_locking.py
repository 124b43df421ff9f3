"""Locks: one writer at a time, who it is said, and nothing left of one that was killed."""

import os
import signal
import subprocess
import sys

import pytest

from dragoman.locking import LOCK, only_writer, open_locked, remove_unlocked
from dragoman.problems import DragomanError

HOLD = """
import pathlib, sys
from dragoman.locking import only_writer
with only_writer(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_folder_has_one_writer_and_says_which(tmp_path, holder):
    with pytest.raises(DragomanError, match=rf"E803.*process {holder.pid} on "), only_writer(tmp_path, "E803"):
        pass
    holder.communicate()
    with only_writer(tmp_path):
        assert (tmp_path / LOCK).read_text().startswith(f"process {os.getpid()} on ")
        with pytest.raises(DragomanError, match=f"E108.*process {os.getpid()}"), only_writer(tmp_path):
            pass
    assert list(tmp_path.iterdir()) == []


def test_the_lock_of_a_killed_process_is_none(tmp_path, holder):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert (tmp_path / LOCK).exists()
    with only_writer(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_failure_inside_ends_the_lock(tmp_path):
    with pytest.raises(KeyError), only_writer(tmp_path):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "no folder"])
def test_where_no_lock_can_be_there_is_a_number(tmp_path, kind):
    folder = tmp_path / "folder"
    if kind == "no folder":
        folder.write_bytes(b"")
    else:
        folder.mkdir()
        {"link": lambda path: path.symlink_to(tmp_path / "x"), "pipe": os.mkfifo, "folder": os.mkdir}[kind](
            folder / LOCK
        )
    with pytest.raises(DragomanError, match="E108"), only_writer(folder):
        pass
    assert not (tmp_path / "x").exists()


def test_a_file_that_is_held_is_not_removed(tmp_path):
    handle = open_locked(tmp_path / "a", wait=False)
    with pytest.raises(BlockingIOError):
        open_locked(tmp_path / "a", wait=False)
    remove_unlocked(tmp_path / "a")
    assert (tmp_path / "a").exists()
    os.close(handle)
    remove_unlocked(tmp_path / "a")
    assert not (tmp_path / "a").exists()
    remove_unlocked(tmp_path / "a")
