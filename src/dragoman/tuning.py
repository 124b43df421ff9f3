"""Switches of the whole process, in one place. None changes a result.

``DRAGOMAN_TUNING=0`` turns off those that only make it quicker, which is all but :func:`use_system_memory`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_NEW_OBJECTS = 50_000
"""So many new objects are looked through for cycles, not 700: modules and results are many objects and no garbage."""


def is_on() -> bool:
    """Whether the process may be tuned."""
    return os.environ.get("DRAGOMAN_TUNING") != "0"


@contextmanager
def command_line() -> Iterator[None]:
    """Look for cyclic garbage less often, and not once more at the very end of the process."""
    if not is_on():
        yield
        return
    import atexit  # noqa: PLC0415 - as light as can be where it is off
    import gc  # noqa: PLC0415

    thresholds = gc.get_threshold()
    gc.set_threshold(_NEW_OBJECTS)
    atexit.register(gc.freeze)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


def reuse_memory_of_blocks() -> None:
    """Let the C library keep the memory of a block for the next one, as mallopt(3) allows.

    Half the time in the kernel goes into giving and taking it otherwise. Where there is no such function nothing is
    changed. Arrow's own allocator gives memory back, so that Arrow is told to use the C library's.
    """
    if not is_on():
        return
    import ctypes  # noqa: PLC0415 - for large files alone

    trim_threshold, mmap_threshold = -1, -3
    with suppress(AttributeError, OSError, TypeError):
        library = ctypes.CDLL(None)
        library.mallopt(trim_threshold, 2**28)
        library.mallopt(mmap_threshold, 2**26)
        use_system_memory()


def use_system_memory() -> None:
    """Have Arrow take its memory from the C library: it reserves nothing, and a limit counts what is used."""
    import pyarrow as pa  # noqa: PLC0415

    pa.set_memory_pool(pa.system_memory_pool())


def release_memory() -> None:
    """Give memory that Arrow holds for later back."""
    if is_on():
        import pyarrow as pa  # noqa: PLC0415

        pa.default_memory_pool().release_unused()
