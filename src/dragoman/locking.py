"""One writer at a time: locks on files, and on folders with a note that names the holder.

The locks are those of the system (``flock``): they are released when the process that holds them ends, however it ends,
so that no stale lock is left behind.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dragoman.problems import error

LOCK = ".lock"
"""Lock file in a folder that is being written; its content names the writer."""
_MAX_NOTE = 500


def open_locked(path: Path, *, wait: bool) -> int:
    """Open a regular file for reading and writing, creating it if missing, and lock it; symbolic links are not
    followed.

    Args:
        path: the file.
        wait: whether to block until another holder releases the lock.

    Returns:
        The file descriptor; closing it releases the lock.

    Raises:
        BlockingIOError: another process holds the lock, and ``wait`` is false.
        OSError: the file cannot be opened.

    """
    while True:
        # O_NONBLOCK: opening a pipe must not block.
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
        try:
            _lock(handle, wait=wait)
            # The previous holder may have renamed or removed the file: then the path is another file, or none.
            if _is(handle, path):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _lock(handle: int, *, wait: bool) -> None:
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        raise OSError(errno.EINVAL, "not a regular file, but a folder, a pipe or a device")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        raise
    except OSError:  # a file system without locks: exclusion is impossible
        return


def _is(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except FileNotFoundError:
        return False


def remove_unlocked(path: Path) -> None:
    """Remove a file that no process has locked; do nothing if it is locked, missing, or may not be removed."""
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            _lock(handle, wait=False)
            if _is(handle, path):
                path.unlink()
        finally:
            os.close(handle)


@contextmanager
def only_writer(folder: Path, code: str = "E108") -> Iterator[None]:
    """Hold the exclusive write lock of a folder.

    Args:
        folder: created if missing.
        code: number of the problem that is raised if another process holds the lock.

    Raises:
        DragomanError: ``code``, naming the other process; E108 if the folder cannot be written.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = open_locked(folder / LOCK, wait=False)
    except BlockingIOError:
        what = f"somebody else is writing to this folder: {_note(folder / LOCK)}."
        raise error(code, what, "Wait until that has ended, or choose another folder.", file=str(folder)) from None
    except (OSError, ValueError) as cause:
        reason = getattr(cause, "strerror", None) or str(cause)
        hint = "Check its rights, or choose another place."
        raise error("E108", f"cannot write to the folder: {reason}.", hint, file=str(folder)) from cause
    try:
        os.ftruncate(handle, 0)
        now = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
        with contextlib.suppress(OSError):  # a full disk: the lock works without its note
            os.pwrite(handle, f"process {os.getpid()} on {os.uname().nodename}, since {now}".encode(), 0)
        yield
    finally:
        with contextlib.suppress(OSError):
            (folder / LOCK).unlink()
        os.close(handle)


def _note(path: Path) -> str:
    try:
        with path.open("rb") as note:
            return note.read(_MAX_NOTE).decode("utf-8", "replace") or "an unknown process"
    except OSError:
        return "an unknown process"
