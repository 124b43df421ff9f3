"""A Dask cluster of processes on this machine, which starts and ends within bounds of time."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

_END = 10.0
"""Seconds that the workers of a local cluster have to end by themselves; Dask gives each five."""


@contextmanager
def local_cluster(workers: int, **options: Any) -> Iterator[Any]:
    """Start a cluster of processes on this machine, and end it; no worker is waited for forever.

    Dask asks a worker to end once it has heard that the worker has started, and waits for that without limit. Workers
    that have not ended in time are killed. A result stands even if the cluster cannot be closed.

    Args:
        workers: number of worker processes, each with one thread.
        options: further arguments of ``distributed.LocalCluster``.

    Yields:
        The ``distributed.LocalCluster``.

    """
    from distributed import LocalCluster  # noqa: PLC0415 - an extra

    running = LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        worker_class=_nanny_class(),
        **options,
    )
    nannies = list(running.workers.values())
    try:
        yield running
    finally:
        is_closed = threading.Event()
        threading.Thread(target=_kill_workers, args=(nannies, is_closed), daemon=True).start()
        try:
            with suppress(Exception):  # what is left ends with this process
                running.close(timeout=3 * _END)
        finally:
            is_closed.set()


def _nanny_class() -> Any:
    """Return a nanny class that waits for the start of one worker process at a time.

    If a worker dies just after its start, ``distributed.Nanny`` starts the next one while it still waits to hear from
    the first. Before 2026.8, the first wait may then consume the message of the second worker, so that the nanny never
    hears that it has started. In 2026.8, the end of the first wait declares the second worker started, so that to close
    it fails before its process exists.
    """
    from distributed import Nanny, Status  # noqa: PLC0415 - an extra

    class OneStartNanny(Nanny):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._one_start = asyncio.Lock()

        async def instantiate(self) -> Status:
            async with self._one_start:
                if self.status in (Status.closing, Status.closed):
                    return self.status
                return await super().instantiate()

    return OneStartNanny


def _kill_workers(nannies: Sequence[Any], is_closed: threading.Event) -> None:
    """Kill the worker processes that have not ended in time; a nanny that is closing starts no other."""
    while not is_closed.wait(_END):
        for nanny in nannies:
            if (pid := nanny.pid) is not None:
                with suppress(OSError):  # it has just ended
                    os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
