"""Process-wide performance switches, in one place. None of them changes a result.

``DRAGOMAN_TUNING=0`` turns off those that only affect speed, which are all but :func:`use_system_memory`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_NEW_OBJECTS = 50_000
"""Threshold of the garbage collector's first generation (Python's default is 700): imported modules and results are
many objects, and no garbage.
"""
_TIMEOUT = "OPENBLAS_THREAD_TIMEOUT"
"""Environment variable with the binary logarithm of the clock cycles for which such a thread waits actively."""


def is_on() -> bool:
    """Tell whether tuning is enabled."""
    return os.environ.get("DRAGOMAN_TUNING") != "0"


@contextmanager
def command_line() -> Iterator[None]:
    """Run the cyclic garbage collector less often, and not at interpreter exit; let idle threads of OpenBLAS sleep.

    Numpy starts these threads on import, and they would wait actively for work for some 2**26 clock cycles. Processes
    that are started meanwhile inherit that setting.
    """
    if not is_on():
        yield
        return
    import atexit  # noqa: PLC0415 - not imported when tuning is off
    import gc  # noqa: PLC0415

    thresholds, is_given = gc.get_threshold(), _TIMEOUT in os.environ
    gc.set_threshold(_NEW_OBJECTS)
    atexit.register(gc.freeze)
    os.environ.setdefault(_TIMEOUT, "4")  # the minimum; read when numpy is imported
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        if not is_given:
            os.environ.pop(_TIMEOUT, None)


def reuse_memory_of_blocks() -> None:
    """Let the C library keep the memory of a block for the next one, as mallopt(3) allows, whatever thread frees it.

    Otherwise half of the system time goes into returning and requesting it, and each thread keeps memory of its own.
    Where mallopt does not exist, nothing changes. Arrow's own allocator returns memory too, so Arrow is switched to the
    C library's.
    """
    if not is_on():
        return
    import ctypes  # noqa: PLC0415 - only for large files

    trim_threshold, mmap_threshold, arena_max = -1, -3, -8
    with suppress(AttributeError, OSError, TypeError):
        library = ctypes.CDLL(None)
        library.mallopt(trim_threshold, 2**28)
        library.mallopt(mmap_threshold, 2**26)
        library.mallopt(arena_max, 2)
        use_system_memory()


def use_system_memory() -> None:
    """Make Arrow allocate from the C library: it reserves nothing, so that a memory limit counts what is in use."""
    import pyarrow as pa  # noqa: PLC0415

    pa.set_memory_pool(pa.system_memory_pool())


def release_memory() -> None:
    """Return memory that Arrow holds in reserve."""
    if is_on():
        import pyarrow as pa  # noqa: PLC0415

        pa.default_memory_pool().release_unused()
