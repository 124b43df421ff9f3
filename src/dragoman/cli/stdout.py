"""Standard output, which may be closed, full, or a pipe without a reader."""

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
    """Escape characters that the encoding lacks as in JSON, so that JSON output keeps its meaning."""
    assert isinstance(cause, UnicodeEncodeError)
    return json.dumps(cause.object[cause.start : cause.end])[1:-1], cause.end


codecs.register_error("dragoman", _escaped)


@contextmanager
def standard_output() -> Iterator[None]:
    """Guard everything that is printed: if it cannot be written, exit with code 1 and a one-line reason.

    Registered secrets are redacted from everything that is printed, tracebacks included. If the reader of a pipe has
    gone, nothing is reported. Output to a closed stream is discarded.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 - open for the lifetime of the process
        elif isinstance(stream := getattr(sys, name), io.TextIOWrapper):
            stream.reconfigure(errors="dragoman")  # for terminals that are not UTF-8
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Stream(sys.stdout), Stream(sys.stderr)
    try:
        with _one_line():
            yield
    except Exception:
        raise  # the interpreter prints the traceback, which still has to pass the redacting streams
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
            sys.stdout.flush()  # here, where errors can be handled, and not at interpreter exit
    except OSError as cause:
        if not isinstance(cause, BrokenPipeError):
            if cause.errno not in _REFUSED:
                raise
            what = f"cannot write the output: {cause.strerror}."
            hint = "Free some space, or print to another place."
            sys.stderr.write(f"{Problem(code='E108', what=what, hint=hint)}\n")
        # The rest of the buffer would be written, and fail again, at interpreter exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(1)
