"""One file scored, against a benchmark or another file: it is parsed in the background while all else is imported."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import Future

    from dragoman.benchmark import Benchmark
    from dragoman.reading.parsing import Parsed
    from dragoman.reading.prefetch import Prefetch
    from dragoman.schema.result import Result

LARGE = 2**24
"""Bytes of two files together from which on they are scored block by block."""


def scored(
    predictions: Path | None,
    reference: Path | None,
    benchmark: Callable[[], Benchmark],
    split: str,
    options: Callable[[], dict[str, Any]],
) -> Result:
    """Score a file.

    Args:
        predictions: the file; the gold itself is scored if None.
        reference: a file with gold.
        benchmark: loads what has the gold, if there is no reference.
        split: split of the benchmark.
        options: the further arguments of :func:`dragoman.scoring.score`; asked for while files are parsed.

    """
    paths = [path for path in (reference, predictions) if path is not None]
    if len(paths) == 2 and _are_large(paths) and begin_alike(paths):
        with _ahead(paths) as (ours, theirs):
            chosen = options()
            from dragoman.scoring import score_in_step

            result = score_in_step(theirs, ours, **chosen)
        if result is not None:
            return result
    with _parsing(paths) as parsed:
        chosen = options()
        from dragoman import scoring
        from dragoman.reading.read import read_parsed

        # What was parsed is large: it is taken off the list so that it can go when it has been read.
        gold = (
            scoring.from_benchmark(benchmark(), split)
            if reference is None
            else scoring.from_parsed(parsed.pop(0).result())
        )
        answers = read_parsed(parsed.pop().result(), gold.target) if parsed else gold.annotations
        return scoring.score(answers, gold, **chosen)


def _are_large(paths: Sequence[Path]) -> bool:
    return all(path.is_file() for path in paths) and sum(path.stat().st_size for path in paths) >= LARGE


def begin_alike(paths: Sequence[Path]) -> bool:
    """Whether the files begin with documents that they share: else they have another order, which is known late."""
    from dragoman.reading.peek import ids

    ours, theirs = (set(ids(path)) for path in paths)
    return not ours.isdisjoint(theirs)


@contextmanager
def _ahead(paths: Sequence[Path]) -> Iterator[list[Prefetch]]:
    from dragoman.reading.prefetch import Prefetch

    _keep_memory()
    reading = [Prefetch(path) for path in paths]
    try:
        yield reading
    finally:
        for each in reading:
            each.close()


def _keep_memory() -> None:
    """Let the C library keep the memory of a block for the next one: half the time in the kernel went into giving it.

    As in mallopt(3); where there is no such function nothing is changed. Arrow's own allocator gives memory back.
    """
    import ctypes

    import pyarrow as pa

    trim_threshold, mmap_threshold = -1, -3
    with suppress(AttributeError, OSError, TypeError):
        library = ctypes.CDLL(None)
        library.mallopt(trim_threshold, 2**28)
        library.mallopt(mmap_threshold, 2**26)
        pa.set_memory_pool(pa.system_memory_pool())


@contextmanager
def _parsing(paths: Sequence[Path]) -> Iterator[list[Future[Parsed]]]:
    if not paths:
        yield []
        return
    from concurrent.futures import ThreadPoolExecutor

    from dragoman.reading.parsing import parse_file

    with ThreadPoolExecutor(len(paths)) as pool:
        yield [pool.submit(parse_file, path) for path in paths]
