"""Deadlines for calls that have none: the time limits of HTTP clients start anew with every byte of a response's head.

The call runs in a thread. If it is late it is abandoned, not ended: its thread waits on as long as the server sends,
and ends with the process at the latest.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
GRACE = 1.0
"""Seconds that a call may be late, so that the time limits of the client itself come first: they say more."""


def within(seconds: float, call: Callable[[], T], late: Callable[[], Exception]) -> T:
    """Return the result of a call, or raise what it raises, unless that takes too long.

    Args:
        seconds: time limit; :data:`GRACE` is added to it.
        call: the call.
        late: makes the exception to raise if the call is late.

    Example:
        >>> within(1.0, lambda: 7, TimeoutError)
        7

    """
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(call())
        except BaseException as cause:  # noqa: BLE001 - raised in the thread that waits
            failed.append(cause)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(min(seconds + GRACE, threading.TIMEOUT_MAX))
    if failed:
        raise failed[0]
    if not done:
        raise late()
    return done[0]
