"""Work on untrusted data in separate processes with memory and time limits: a crash affects one item only.

Each item gets a fresh process, so that nothing that one submission does to the interpreter or to a native library can
affect another. Processes are forked from a server that has imported the modules (start method ``forkserver`` of
:mod:`multiprocessing`), which takes milliseconds; where that is not available they are spawned.
"""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Generic, TypeVar

from dragoman import tuning
from dragoman.problems import DragomanError

MAX_MEMORY = 2 * 2**30
"""Maximum data segment of a process in bytes, where the operating system can limit it (``RLIMIT_DATA``)."""
MAX_SECONDS = 60.0
"""Time limit for an item, in seconds of wall-clock time."""
MAX_PROCESSES = 4
"""Maximum number of concurrent processes, which also bounds their total memory."""
PRELOADED = ["dragoman.leaderboard.site"]
"""Modules that the fork server imports once; this one imports everything that is called here."""
MAX_REASON = 400
"""Maximum length of an exception's message, in characters."""
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Failure:
    """Why processing an item failed.

    Attributes:
        reason: what happened, a sentence without its full stop, such as ``it took more than 60 seconds``; may contain
            untrusted text.

    """

    reason: str


@dataclass
class _Job(Generic[R]):
    """A process that handles the item at an index."""

    index: int
    process: BaseProcess
    connection: Connection
    deadline: float
    seconds: float

    def outcome(self) -> R | Failure:
        """Receive the result of the process, after it sent something, died, or ran out of time."""
        try:
            if not self.connection.poll():
                self.process.kill()
                return Failure(f"it took more than {self.seconds:g} seconds")
            received: R | Failure = self.connection.recv()
        except (EOFError, OSError):
            self.process.join()
            return Failure(_death(self.process.exitcode or 0))
        return received

    def close(self) -> None:
        self.process.kill()
        self.process.join()
        self.process.close()
        self.connection.close()


def each(
    function: Callable[[T], R],
    items: Sequence[T],
    *,
    memory: int = MAX_MEMORY,
    seconds: float = MAX_SECONDS,
) -> Iterator[R | Failure]:
    """Call a function with each item, each in its own process.

    Args:
        function: a module-level function, or a partial of one; it, the items and the results are pickled.
        items: what to call it with.
        memory: maximum data segment of a process, in bytes.
        seconds: time limit for an item.

    Yields:
        The results in the order of the items; a :class:`Failure` for an item whose process raised, died or exceeded a
        limit.

    """
    context = _context()
    pending, running, outcomes = deque(enumerate(items)), list[_Job[R]](), dict[int, R | Failure]()
    try:
        for index in range(len(items)):
            while index not in outcomes:
                while pending and len(running) < min(MAX_PROCESSES, os.cpu_count() or 1):
                    running.append(_start(context, function, *pending.popleft(), memory, seconds))
                wait(
                    [job.connection for job in running],
                    max(0.0, min(job.deadline for job in running) - time.monotonic()),
                )
                now = time.monotonic()
                for job in [job for job in running if now >= job.deadline or job.connection.poll()]:
                    outcomes[job.index] = job.outcome()
                    job.close()
                    running.remove(job)
            yield outcomes.pop(index)
    finally:
        for job in running:
            job.close()


def start_server() -> None:
    """Start the fork server early, so that it imports its modules while this process does."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        multiprocessing.set_forkserver_preload(PRELOADED)
        forkserver.ensure_running()


def _context() -> BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    start_server()
    return multiprocessing.get_context("forkserver")


def _start(
    context: BaseContext, function: Callable[[T], R], index: int, item: T, memory: int, seconds: float
) -> _Job[R]:
    receiver, sender = context.Pipe(duplex=False)
    process: BaseProcess = context.Process(  # type: ignore[attr-defined]
        target=_work, args=(sender, function, item, memory, seconds), daemon=True
    )
    process.start()
    sender.close()  # this side's copy: the pipe then closes when the process ends
    return _Job(index, process, receiver, time.monotonic() + seconds, seconds)


def _work(sender: Connection, function: Callable[[T], R], item: T, memory: int, seconds: float) -> None:
    """Send the function's result for the item; runs in the child process."""
    # A library that aborts may print untrusted text, which must not reach the terminal.
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    _bound(memory, seconds)
    outcome: R | Failure
    try:
        outcome = function(item)
    except BaseException as cause:  # noqa: BLE001 - the data are untrusted: any exception is the item's result
        outcome = Failure(reason(cause))
    sender.send(outcome)


def reason(cause: BaseException) -> str:
    """Describe an exception as the reason of a :class:`Failure`."""
    if isinstance(cause, MemoryError):
        return "it exceeds the memory limit"
    said = str(cause) if isinstance(cause, DragomanError) else f"{type(cause).__name__}: {cause}"
    return said[:MAX_REASON].rstrip(".")


def _bound(memory: int, seconds: float) -> None:
    tuning.use_system_memory()  # Arrow's other memory pools reserve a gigabyte at once, which would count
    with contextlib.suppress(ImportError, ValueError, OSError):  # not available on every system, or limited already
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # The parent, which enforces the time limit, may be killed itself: a CPU limit ends the child then.
        most = math.ceil(seconds) * (os.cpu_count() or 1) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))


def _death(exitcode: int) -> str:
    if exitcode >= 0:
        return f"its process ended with exit code {exitcode}"
    with contextlib.suppress(ValueError):
        return f"its process was killed by {signal.Signals(-exitcode).name}"
    return f"its process was killed by signal {-exitcode}"
