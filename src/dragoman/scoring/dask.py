"""Driver for a Dask cluster: every shard is read once, by any worker, and partials are joined in a tree.

The shards of the two sides need not correspond. First the gold shards are read, then each shard of the predictions
against those gold shards that have its documents; then the documents of each gold shard are counted. A value remains on
the worker that computed it until it is needed; if a worker is lost, its values are recomputed.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import io
import os
import socket
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from dragoman.problems import DragomanError, Problem, error
from dragoman.reading.concat import stacked
from dragoman.reading.parsing import Parsed, parse_file
from dragoman.reading.read import Reading, read_parsed
from dragoman.reading.shards import Named, check_distinct
from dragoman.reading.source import total as summed
from dragoman.reading.target import Target
from dragoman.scoring.local_cluster import local_cluster
from dragoman.scoring.partials import Partial, count_reference, join
from dragoman.version import __version__

if TYPE_CHECKING:
    from dragoman.measures.measure import Measure

_WAIT = 30.0
"""Seconds to wait for a scheduler and its first worker, and for another one when all are lost."""
_MAX_GREETING = 1 << 20
"""Maximum length of a scheduler's first message, in bytes; a few hundred are usual."""
_ARITY = 4
"""Number of partials that are joined at a time, so that no worker holds all of them."""


def count_on_cluster(
    measures: Sequence[Measure], gold: Sequence[str], pred: Sequence[str], scheduler: str | None, rules: Target
) -> Partial:
    """Count shards against shards on a cluster.

    Args:
        measures: what to count.
        gold: paths of the gold shards, as seen by the workers.
        pred: paths of the prediction shards, likewise.
        scheduler: address of a running scheduler, such as ``tcp://10.0.0.1:8786``; a local cluster is started if None.
        rules: a target without documents, with the policies for quotes and unknown fields.

    Returns:
        The counts.

    Raises:
        DragomanError: with all errors of all shards; E850 and E851 for failures of the cluster.

    """
    with cluster(scheduler) as steps:
        return count_shards(steps, measures, gold, pred, rules)


def count_shards(
    steps: Steps, measures: Sequence[Measure], gold: Sequence[str], pred: Sequence[str], rules: Target
) -> Partial:
    """Count shards against shards; see :func:`count_on_cluster`."""
    gold_parsed = [steps.submit(path, parse, path) for path in gold]
    gold_read = [steps.submit(path, read_gold, shard, rules) for path, shard in zip(gold, gold_parsed, strict=True)]
    surveys = _surveys(steps, gold, gold_read)
    shard_of = check_distinct(gold, [survey.documents for survey in surveys])
    pred_parsed = [steps.submit(path, parse, path) for path in pred]
    names = steps.gather(
        [steps.submit(path, documents_of, shard) for path, shard in zip(pred, pred_parsed, strict=True)]
    )
    touched = [sorted({shard_of[name] for name in of if name in shard_of}) for of in names]
    targets = {
        at: steps.submit(gold[at], target_of, gold_read[at]) for at in sorted({at for of in touched for at in of})
    }
    pred_read = []
    for path, shard, of, shards in zip(pred, pred_parsed, names, touched, strict=True):
        # With an unknown document, the error message lists all known ones.
        known = None if of and all(name in shard_of for name in of) else tuple(sorted(shard_of))
        pred_read.append(steps.submit(path, read_predictions, shard, known, rules, *(targets[at] for at in shards)))
    given = _surveys(steps, pred, pred_read)
    check_distinct(pred, [survey.documents for survey in given])
    partials = [
        steps.submit(
            path,
            count_shard,
            tuple(measures),
            gold_read[at],
            *(read for read, shards in zip(pred_read, touched, strict=True) if at in shards),
        )
        for at, path in enumerate(gold)
    ]
    while len(partials) > 1:
        partials = [
            steps.submit("the reference", joined, *partials[at : at + _ARITY])
            if at + 1 < len(partials)
            else partials[at]
            for at in range(0, len(partials), _ARITY)
        ]
    total: Partial = steps.gather(partials)[0]
    total.coverage.quotes = {way: number for way, number in summed(each.quotes for each in given).items() if number}
    total.coverage.unknown_fields = summed(each.unknown for each in given)
    return total


class Survey(NamedTuple):
    """Summary of a shard for the driver: documents, problems, and counts of quotes and of ignored unknown fields."""

    documents: tuple[str, ...]
    problems: tuple[Problem, ...]
    quotes: dict[str, int]
    unknown: dict[str, int]


def _surveys(steps: Steps, paths: Sequence[str], read: list[Any]) -> list[Survey]:
    """Collect the summaries of all shards of a side; raise all of their errors at once."""
    surveys: list[Survey] = steps.gather(
        [steps.submit(path, survey, shard) for path, shard in zip(paths, read, strict=True)]
    )
    errors = [problem for each in surveys for problem in each.problems if problem.severity == "error"]
    if errors:
        raise DragomanError(errors)
    return surveys


def parse(path: str) -> Parsed:
    """Parse a shard; the only step that accesses the file, unless it has errors."""
    parsed = parse_file(path)
    if parsed.foreign is None:
        return parsed
    hint = "Convert the file first: dragoman convert FILE --out F.jsonl."
    problem = Problem(code="E851", what="a cluster reads submissions.", hint=hint, file=path)
    return Parsed(parsed.name, problems=(problem,))


def read_gold(parsed: Parsed, rules: Target) -> Reading:
    """Read a gold shard."""
    return read_parsed(parsed, rules)


def survey(reading: Reading) -> Survey:
    """Summarise a shard that was read."""
    labels = reading.annotations
    documents = () if labels is None else tuple(labels.documents[i] for i in np.flatnonzero(labels.given).tolist())
    return Survey(documents, tuple(reading.problems), dict(reading.tally), dict(reading.unknown))


def documents_of(parsed: Parsed) -> tuple[str, ...]:
    """Return the ids of documents in a shard, as far as it can be read; errors are reported later."""
    if parsed.table is not None:
        names = parsed.table.column("id").to_pylist() if "id" in parsed.table.column_names else []
        return tuple(name for name in names if name is not None)
    ids = []
    for line in io.BytesIO(parsed.data or b""):  # not a list: most lines may be empty
        try:
            ids.append(msgspec.json.decode(line, type=Named).id)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    return tuple(ids)


def target_of(gold: Reading) -> tuple[tuple[str, ...], dict[str, str]]:
    """Documents and known texts of a gold shard."""
    labels = gold.checked()
    texts = zip(labels.documents, labels.texts, strict=True)
    return labels.documents, {name: text for name, text in texts if text is not None}


def read_predictions(parsed: Parsed, known: tuple[str, ...] | None, rules: Target, *targets: Any) -> Reading:
    """Read a prediction shard against the gold shards that have its documents.

    Args:
        parsed: the shard.
        known: all known documents, for a shard with unknown ones; None for the documents of the targets.
        rules: policies for quotes and unknown fields.
        targets: results of :func:`target_of` for these gold shards.

    """
    texts = {name: text for _, of_shard in targets for name, text in of_shard.items()}
    documents = tuple(name for names, _ in targets for name in names) if known is None else known
    return read_parsed(parsed, replace(rules, documents=documents, texts=texts))


def count_shard(measures: tuple[Measure, ...], gold: Reading, *pred: Reading) -> Partial:
    """Count the documents of a gold shard."""
    labels = gold.checked()
    return count_reference(measures, labels, stacked(labels.documents, [part.checked() for part in pred]))


def joined(*partials: Partial) -> Partial:
    """Join partials."""
    return join(partials)


class Steps:
    """Submits steps to the workers of a cluster; the future of a step can be an argument of other steps.

    Errors name the shard whose step raised, or failed more often than the scheduler allows.

    Args:
        client: a ``distributed.Client``.

    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self._run = os.urandom(6).hex()
        self._names: dict[str, str] = {}

    def submit(self, name: str, step: Callable[..., Any], *arguments: Any) -> Any:
        """Submit a step; the name, usually a shard's, is used in errors."""
        key = f"{step.__name__}-{self._run}-{len(self._names)}"
        self._names[key] = name
        return self.client.submit(step, *arguments, key=key, pure=False)

    def gather(self, futures: Sequence[Any]) -> list[Any]:
        """Wait for steps and return their values.

        Raises:
            DragomanError: E850 for every step that failed; E851 if no worker is left and none comes back, for which
                Dask itself waits forever, or if the scheduler is lost.

        """
        futures = list(futures)
        try:
            values = self._values(futures)
            failed = [future for future in futures if future.status != "finished"]
            if not failed:
                return values
        except (OSError, TimeoutError) as cause:  # includes connection errors
            raise _scheduler_lost(cause) from cause
        raise DragomanError(dict.fromkeys(self._problem(future) for future in failed))

    def _values(self, futures: list[Any]) -> list[Any]:
        """Values of the steps that have finished, once all have finished or failed.

        The values are waited for together with the steps: a step whose worker is lost before its value was fetched is
        begun again.

        Raises:
            DragomanError: E851 if the cluster has had no worker for some time.

        """
        fetching: concurrent.futures.Future[list[Any]] = asyncio.run_coroutine_threadsafe(
            self.client.gather(futures, errors="skip", asynchronous=True), self.client.loop.asyncio_loop
        )
        are_lost = False
        try:
            while not concurrent.futures.wait([fetching], timeout=_WAIT).done:
                were_lost, are_lost = are_lost, not self.client.scheduler_info().get("workers")
                if were_lost and are_lost:
                    hint = "Start workers again; nothing was written."
                    raise error("E851", "the cluster has lost all its workers.", hint)
            return fetching.result()
        finally:
            fetching.cancel()

    def _problem(self, future: Any) -> Problem:
        from distributed import KilledWorker  # noqa: PLC0415 - an extra

        if future.status == "cancelled":
            return _scheduler_lost("the scheduler has forgotten a step").problems[0]
        cause = future.exception()
        name = self._names.get(getattr(cause, "task", future.key), self._names[future.key])
        if isinstance(cause, DragomanError):
            return cause.problems[0]
        what, hint = f"{type(cause).__name__}: {str(cause)[:300]}", "Score this shard by itself with --engine local."
        if isinstance(cause, KilledWorker):
            what = "every worker that took it up was lost"
            hint = "It may need more memory than a worker has: split it, or give workers more."
        return Problem(code="E850", what=f"{what}.", hint=hint, file=name)


def _scheduler_lost(cause: object) -> DragomanError:
    return error("E851", f"the scheduler is lost: {str(cause)[:300]}.", "Start it again; nothing was written.")


@contextmanager
def cluster(scheduler: str | None = None) -> Iterator[Steps]:
    """Connect to a cluster, or start a local one with one worker process per core.

    The scheduler is trusted: data from it and its workers are unpickled, which can execute code.

    Args:
        scheduler: address of a running scheduler, such as ``tcp://10.0.0.1:8786``; its workers must see the shards
            under the same paths and have this version of the package.

    Raises:
        DragomanError: E851 if Dask is not installed, no scheduler or worker answers, or workers have another version.

    """
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
    except ImportError as cause:
        raise error("E851", "Dask is not installed.", "Install dragoman[dask].") from cause
    if scheduler is None:
        import logging  # noqa: PLC0415 - only needed here

        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        with local_cluster(cores, silence_logs=logging.CRITICAL) as running, Client(running) as client:
            yield Steps(client)
        return
    with _connected(Client, scheduler) as client:
        yield Steps(client)


def _connected(connect: Callable[..., Any], scheduler: str) -> Any:
    hint = "Start `dask scheduler` and `dask worker`, and give the address that the scheduler prints."
    try:
        _check_greeting(scheduler)
        client = connect(scheduler, timeout=_WAIT, set_as_default=False)
    except Exception as cause:  # whatever the client raises on bytes that are no message of a scheduler
        what = f"no scheduler answers at {scheduler[:200]!r}: {str(cause)[:200]}."
        raise error("E851", what, hint) from cause
    try:
        client.wait_for_workers(1, timeout=_WAIT)
        others = sorted({str(version) for version in client.run(_version).values()} - {__version__})
    except TimeoutError as cause:
        client.close()
        raise error("E851", "the scheduler has no workers.", hint) from cause
    except Exception as cause:  # any exception of a worker that cannot import the package
        client.close()
        what = f"the workers cannot run Dragoman: {type(cause).__name__}: {str(cause)[:200]}."
        raise error("E851", what, f"Install dragoman=={__version__} on them.") from cause
    if others:
        client.close()
        what = f"workers have Dragoman {', '.join(others)[:200]}; this is {__version__}."
        raise error("E851", what, "Install the same version everywhere.")
    return client


def _check_greeting(scheduler: str) -> None:
    """Check the first eight bytes that a port sends.

    A scheduler sends first, beginning with the length of its message. The client of distributed waits forever for a
    server that expects a request, such as the dashboard, and interprets bytes of any other server as a length to
    allocate.

    Raises:
        OSError, ValueError: if nothing, or no scheduler, listens there.

    """
    from distributed.comm.addressing import parse_address, parse_host_port  # noqa: PLC0415 - an extra

    scheme, place = parse_address(scheduler, strict=False)
    if scheme != "tcp":
        return  # TLS and WebSocket handshakes fail by themselves
    host, port = parse_host_port(place, default_port=8786)
    with closing(socket.create_connection((host, port), timeout=min(_WAIT, 10.0))) as connection:
        greeting, end = b"", time.monotonic() + min(_WAIT, 10.0)
        try:
            while len(greeting) < struct.calcsize("Q") and (more := connection.recv(64)):
                greeting += more
                connection.settimeout(max(0.001, end - time.monotonic()))
        except TimeoutError:
            greeting = b""
    if len(greeting) < struct.calcsize("Q") or struct.unpack_from("Q", greeting)[0] > _MAX_GREETING:
        msg = "what listens there is no Dask scheduler (its dashboard has another port)"
        raise ValueError(msg)


def _version() -> str:
    return __version__
