"""Standard output, which may be closed, full or read by nobody any more."""

from __future__ import annotations

import codecs
import errno
import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dragoman.problems import Problem
from dragoman.redaction import Stream

_REFUSED = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)


def _escaped(cause: UnicodeError) -> tuple[str, int]:
    """Write what an encoding lacks as JSON does, so that JSON stays the same."""
    assert isinstance(cause, UnicodeEncodeError)
    return json.dumps(cause.object[cause.start : cause.end])[1:-1], cause.end


codecs.register_error("dragoman", _escaped)


@contextmanager
def standard_output() -> Iterator[None]:
    """Print inside of this: what cannot be printed ends the program with exit code 1 and says why, in one line.

    No secret that was registered is printed, by whatever prints; not in the traceback of what is raised either.

    When the reader of a pipe has gone, nothing is said: nobody is there. Where a stream is closed, what is
    printed to it is dropped.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 - as long as the process
        elif isinstance(stream := getattr(sys, name), io.TextIOWrapper):
            stream.reconfigure(errors="dragoman")  # a terminal that is not UTF-8
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Stream(sys.stdout), Stream(sys.stderr)
    try:
        with _one_line():
            yield
    except Exception:
        raise  # the interpreter prints what this is, and the streams stay for that
    except BaseException:
        sys.stdout, sys.stderr = before
        raise
    else:
        sys.stdout, sys.stderr = before


@contextmanager
def _one_line() -> Iterator[None]:
    try:
        try:
            yield
        finally:
            sys.stdout.flush()  # here, where it can be answered for, and not when the interpreter ends
    except OSError as cause:
        if not isinstance(cause, BrokenPipeError):
            if cause.errno not in _REFUSED:
                raise
            what = f"cannot write the output: {cause.strerror}."
            hint = "Free some space, or print to another place."
            sys.stderr.write(f"{Problem(code='E108', what=what, hint=hint)}\n")
        # What is left in the buffer would be written, and fail, once more when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(1)
