"""Where the steps of a scoring are taken: here, or by the workers of a Dask cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from dragoman.problems import DragomanError, Problem, error
from dragoman.version import __version__

_WAIT = 30.0
"""Seconds to wait for a scheduler and its first worker."""


class Engine(Protocol):
    """Takes steps; what it gives back for a step can be an argument of others, wherever its value lies."""

    def submit(self, name: str, step: Callable[..., Any], *arguments: Any) -> Any:
        """Have a step taken; the name, usually a shard's, says what a failure is about."""

    def gather(self, handles: Sequence[Any]) -> list[Any]:
        """Bring the values of steps here.

        Raises:
            DragomanError: E850 for every one that could not be taken.

        """


class Here:
    """Takes every step at once, in this process."""

    def submit(self, _name: str, step: Callable[..., Any], *arguments: Any) -> Any:
        """Take a step."""
        return step(*arguments)

    def gather(self, handles: Sequence[Any]) -> list[Any]:
        """Give the values back."""
        return list(handles)


class Dask:
    """Has the steps taken by the workers of a cluster.

    A value stays on the worker that made it until it is wanted. When a worker is lost, what it held is made again by
    others; what fails more often than the scheduler allows, or raises, is named.

    Args:
        client: a ``distributed.Client``.

    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self._run = os.urandom(6).hex()
        self._names: dict[str, str] = {}

    def submit(self, name: str, step: Callable[..., Any], *arguments: Any) -> Any:
        """Have a step taken by a worker."""
        key = f"{step.__name__}-{self._run}-{len(self._names)}"
        self._names[key] = name
        return self.client.submit(step, *arguments, key=key, pure=False)

    def gather(self, handles: Sequence[Any]) -> list[Any]:
        """Bring the values of steps here."""
        handles = list(handles)
        try:
            values: list[Any] = self.client.gather(handles, errors="skip")  # waits for all, also when some fail
            failed = [future for future in handles if future.status != "finished"]
            if not failed:
                return values
        except (OSError, TimeoutError) as cause:  # errors of a connection are among these
            raise _lost(cause) from cause
        raise DragomanError(dict.fromkeys(self._problem(future) for future in failed))

    def _problem(self, future: Any) -> Problem:
        from distributed import KilledWorker  # noqa: PLC0415 - an extra

        if future.status == "cancelled":
            return _lost("the scheduler has forgotten a step").problems[0]
        cause = future.exception()
        name = self._names.get(getattr(cause, "task", future.key), self._names[future.key])
        if isinstance(cause, DragomanError):
            return cause.problems[0]
        what, hint = f"{type(cause).__name__}: {str(cause)[:300]}", "Score this shard alone with --engine local."
        if isinstance(cause, KilledWorker):
            what = "every worker that took it up was lost"
            hint = "It may need more memory than a worker has: split it, or give workers more."
        return Problem(code="E850", what=f"{what}.", hint=hint, file=name)


def _lost(cause: object) -> DragomanError:
    return error("E851", f"the scheduler is lost: {str(cause)[:300]}.", "Start it again; nothing was written.")


@contextmanager
def dask(scheduler: str | None = None) -> Iterator[Dask]:
    """Connect to a cluster, or start one of processes on this machine, a worker a core.

    The scheduler is trusted: what it and its workers send is unpickled, which is as much as running it.

    Args:
        scheduler: address of a running scheduler, such as ``tcp://10.0.0.1:8786``; its workers must see the shards
            under the same paths and have this version of the package.

    Raises:
        DragomanError: E851 when Dask is not installed, no scheduler or worker answers, or workers have another version.

    """
    try:
        from distributed import Client, LocalCluster  # noqa: PLC0415 - an extra
    except ImportError as cause:
        raise error("E851", "Dask is not installed.", "Install dragoman[dask].") from cause
    if scheduler is None:
        import logging  # noqa: PLC0415 - for this alone

        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        with (
            LocalCluster(
                n_workers=cores,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
            ) as cluster,
            Client(cluster) as client,
        ):
            yield Dask(client)
        return
    with _connected(Client, scheduler) as client:
        yield Dask(client)


def _connected(connect: Callable[..., Any], scheduler: str) -> Any:
    hint = "Start `dask scheduler` and `dask worker`, and give the address that the scheduler prints."
    try:
        client = connect(scheduler, timeout=_WAIT, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as cause:
        what = f"no scheduler answers at {scheduler[:200]!r}: {str(cause)[:200]}."
        raise error("E851", what, hint) from cause
    try:
        client.wait_for_workers(1, timeout=_WAIT)
        others = sorted({str(version) for version in client.run(_version).values()} - {__version__})
    except TimeoutError as cause:
        client.close()
        raise error("E851", "the scheduler has no workers.", hint) from cause
    except Exception as cause:  # whatever a worker raises that cannot import the package
        client.close()
        what = f"the workers cannot run Dragoman: {type(cause).__name__}: {str(cause)[:200]}."
        raise error("E851", what, f"Install dragoman=={__version__} on them.") from cause
    if others:
        client.close()
        what = f"workers have Dragoman {', '.join(others)[:200]}; this is {__version__}."
        raise error("E851", what, "Install the same version everywhere.")
    return client


def _version() -> str:
    return __version__
