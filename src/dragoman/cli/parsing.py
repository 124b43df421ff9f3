"""Files parsed in the background, for the command that scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Future

    from dragoman.submission.parse import Parsed


@contextmanager
def parsing(paths: Sequence[Path]) -> Iterator[list[Future[Parsed]]]:
    """Parse files, all at the same time; what the caller does meanwhile costs next to nothing.

    Who takes an answer should take it off the list: what was parsed is large, and can go when it has been read.
    """
    if not paths:
        yield []
        return
    from concurrent.futures import ThreadPoolExecutor

    from dragoman.submission.parse import parse_file

    with ThreadPoolExecutor(len(paths)) as pool:
        yield [pool.submit(parse_file, path) for path in paths]
