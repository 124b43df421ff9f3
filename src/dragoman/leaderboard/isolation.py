"""Work on untrusted data in processes of its own, bounded in memory and time: a crash is an outcome of one item.

Each item gets a fresh process, so that nothing that one submission does to the interpreter or to a library in C++
reaches another. Processes are forked from a server that has imported what they need (the start method ``forkserver`` of
:mod:`multiprocessing`), which takes milliseconds; where the system has no such server they are spawned.
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
"""Most bytes of data that a process may hold, where the system can bound it (``RLIMIT_DATA``)."""
MAX_SECONDS = 60.0
"""Longest time that an item may take, by the clock."""
MAX_PROCESSES = 4
"""Most processes at a time: together they are bounded in memory, too."""
PRELOADED = ["dragoman.leaderboard.site"]
"""Modules that the server of processes imports once; this one imports all that is called here."""
MAX_REASON = 400
"""Characters of an exception's message."""
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Failure:
    """Why there is no outcome for an item.

    Attributes:
        reason: what happened, a sentence without its full stop, such as ``it took more than 60 seconds``; holds text
            from outside.

    """

    reason: str


@dataclass
class _Job(Generic[R]):
    """A process that works on the item at an index."""

    index: int
    process: BaseProcess
    connection: Connection
    deadline: float
    seconds: float

    def outcome(self) -> R | Failure:
        """Receive what the process made of its item, after it sent something, died, or ran out of time."""
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
    """Call a function with each item, in a process of its own.

    Args:
        function: a function of a module, or a partial of one; it, the items and the outcomes are pickled.
        items: what to call it with.
        memory: most bytes of data that a process may hold.
        seconds: longest time for an item.

    Yields:
        The outcomes in the order of the items; a :class:`Failure` for an item whose process raised anything, died or
        went over a bound.

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
    """Start the server of processes before it is needed, so that it imports its modules while this process does."""
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
    sender.close()  # this side's copy: the end of the process is then the end of the pipe
    return _Job(index, process, receiver, time.monotonic() + seconds, seconds)


def _work(sender: Connection, function: Callable[[T], R], item: T, memory: int, seconds: float) -> None:
    """Send what the function makes of the item; the body of a process."""
    # What a library writes as it aborts may hold text from outside, and the terminal is not its place.
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    _bound(memory, seconds)
    outcome: R | Failure
    try:
        outcome = function(item)
    except BaseException as cause:  # noqa: BLE001 - the data are untrusted: whatever they cause is the item's outcome
        outcome = Failure(reason(cause))
    sender.send(outcome)


def reason(cause: BaseException) -> str:
    """Say what was raised, in words of a :class:`Failure`."""
    if isinstance(cause, MemoryError):
        return "it needs more memory than it may have"
    said = str(cause) if isinstance(cause, DragomanError) else f"{type(cause).__name__}: {cause}"
    return said[:MAX_REASON].rstrip(".")


def _bound(memory: int, seconds: float) -> None:
    tuning.use_system_memory()  # other pools of Arrow reserve a gigabyte at once, which would count
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on every system, or bounded already
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # Whoever watches the clock may be killed itself: nothing goes on for ever without it.
        most = math.ceil(seconds) * (os.cpu_count() or 1) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))


def _death(exitcode: int) -> str:
    if exitcode >= 0:
        return f"its process ended with exit code {exitcode}"
    with contextlib.suppress(ValueError):
        return f"its process was killed by {signal.Signals(-exitcode).name}"
    return f"its process was killed by signal {-exitcode}"
