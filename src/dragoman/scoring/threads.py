"""Work on parts in a few threads: numpy and Arrow release the interpreter's lock while they work on arrays."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")
Done = TypeVar("Done")

THREADS = 2
"""Number of parts in work at a time. More threads would wait for each other, since not all of the work is on arrays."""


def in_threads(work: Callable[[Part], Done], parts: Iterable[Part]) -> Iterator[Done]:
    """Yield the result for each part, in order.

    Args:
        work: called with each part, in threads; what it raises is raised here.
        parts: the parts; at most :data:`THREADS` are taken ahead of the results.

    """
    with ThreadPoolExecutor(THREADS) as pool:
        coming: deque[Future[Done]] = deque()
        for part in parts:
            coming.append(pool.submit(work, part))
            if len(coming) == THREADS:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
