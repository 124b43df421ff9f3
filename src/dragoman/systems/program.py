"""A program as a system: ``cmd:PROGRAM ARGUMENTS``, with one JSON line in and one JSON line out per document.

The program is started once and reads documents as long as its standard input is open. An input line is an object with
``id``, ``language``, ``kind``, ``published``, ``title`` and ``text``; the output line is an object with the layers that
the program predicts, or ``null`` for a document that it skips. A program that exits, answers anything else or takes too
long fails on that document alone: it is restarted for the next one.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from dragoman import json_text, utf8
from dragoman.problems import error
from dragoman.redaction import redact
from dragoman.schema.records import Document
from dragoman.schema.system_card import SystemCard
from dragoman.systems.protocol import Options, Reply, System, SystemFailure, seen
from dragoman.systems.provenance import of_command

MAX_STDERR = 4096
"""Bytes kept of the end of the program's standard error, for messages."""
MARK = "DRAGOMAN_PROGRAM"
"""Environment variable that identifies a program and all its descendants, whatever their session."""
_BLOCK = 2**16
_MAX_WAIT = 60.0
"""Maximum timeout of one poll, in seconds; a longer wait polls repeatedly."""


class CommandError(SystemFailure):
    """The program gave no valid answer."""


class Command:
    """A long-running program; each thread has a process of its own."""

    def __init__(self, arguments: Sequence[str], timeout: float) -> None:
        self._arguments, self._timeout = list(arguments), timeout
        self._own = threading.local()
        self._started: list[_Running] = []

    def __call__(self, document: Document) -> Reply:
        """Send one document and read the answer.

        Raises:
            CommandError: no answer in time, end of output, or an answer that is neither an object nor null.

        """
        running: _Running | None = getattr(self._own, "running", None)
        if running is None:
            running = self._own.running = _Running(self._arguments)
            self._started.append(running)
        try:
            return running.ask(json_text.canonical(seen(document)) + b"\n", self._timeout)
        except CommandError:
            running.end()
            self._own.running = None
            raise

    def close(self) -> None:
        """Kill all processes that were started."""
        for running in self._started:
            running.end()


class _Running:
    """One running process. Its pipes are non-blocking, so that no read or write exceeds the timeout."""

    def __init__(self, arguments: Sequence[str]) -> None:
        mark = secrets.token_hex(16)
        self._mark = f"{MARK}={mark}".encode()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the user's own program, no shell
                arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
                env=os.environ | {MARK: mark},
            )
        except OSError as cause:
            what = f"{arguments[0]} cannot be started: {cause.strerror}"
            raise CommandError(what) from cause
        self._stdin, self._stdout, self._stderr = (
            pipe.fileno() for pipe in (self._process.stdin, self._process.stdout, self._process.stderr) if pipe
        )
        for pipe in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(pipe, False)
        self._open = {self._stdout, self._stderr}
        self._output, self._errors = bytearray(), b""
        self._ended = False

    def ask(self, line: bytes, timeout: float) -> Reply:
        """Write a line and read one."""
        self._read(self._stdout)
        if self._output:  # else an answer would be attributed to the wrong document
            what = "the program had written more than one line about a document before"
            raise CommandError(what, Reply(None, _text(self._output)))
        self._exchange(line, time.monotonic() + timeout, timeout)
        end = self._output.find(b"\n") + 1
        if not end:
            raise CommandError(self._why(), Reply(None, _text(self._output)) if self._output else None)
        answer = bytes(self._output[:end])
        del self._output[:end]
        try:
            return Reply(msgspec.json.decode(answer, type=dict[str, Any] | None), _text(answer))
        except msgspec.ValidationError as cause:
            what = f"the answer is neither an object nor null: {cause}"
            raise CommandError(what, Reply(None, _text(answer))) from cause
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as cause:
            what = f"the answer is not JSON: {cause}"
            raise CommandError(what, Reply(None, _text(answer))) from cause

    def _exchange(self, line: bytes, deadline: float, timeout: float) -> None:
        """Write a line, and read until there is a line or the program has closed its standard output."""
        waiting = memoryview(line)
        while b"\n" not in self._output and self._stdout in self._open:
            left = deadline - time.monotonic()
            if left <= 0:
                raise CommandError(f"no answer in {timeout:g} s", Reply(None, _text(self._output) or None))
            if len(self._output) > utf8.MAX_LINE:
                what = f"the answer has over {utf8.MAX_LINE:,} bytes and no end"
                raise CommandError(what, Reply(None, _text(self._output[:_BLOCK])))
            poll = select.poll()
            for pipe in self._open:
                poll.register(pipe, select.POLLIN)
            if waiting:
                poll.register(self._stdin, select.POLLOUT)
            for pipe, _ in poll.poll(min(left, _MAX_WAIT) * 1000):
                if pipe != self._stdin:
                    self._read(pipe)
                    continue
                try:
                    waiting = waiting[os.write(self._stdin, waiting[:_BLOCK]) :]
                except BlockingIOError:
                    continue
                except OSError:  # it has closed its input: its output is still read
                    waiting = memoryview(b"")

    def _read(self, pipe: int) -> bool:
        """Read what is available in a pipe, at most a block; return whether there may be more."""
        try:
            data = os.read(pipe, _BLOCK)
        except BlockingIOError:
            return False
        if not data:
            self._open.discard(pipe)
        elif pipe == self._stdout:
            self._output += data
        else:
            self._errors = (self._errors + data)[-MAX_STDERR:]
        return bool(data)

    def _why(self) -> str:
        self._kill()
        code = self._process.wait()
        deadline = time.monotonic() + 1
        while self._read(self._stderr) and time.monotonic() < deadline:
            pass
        said = self._errors.decode("utf-8", "replace").strip()
        return f"the program ended without an answer (exit code {code})" + (f": {redact(said)[-1000:]}" if said else "")

    def _kill(self) -> None:
        """Kill the program and its descendants: its process group, and those that left it for another session."""
        if self._ended:
            return  # its process id may have been reused
        self._ended = True
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for process in _marked(self._mark):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def end(self) -> None:
        self._kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _marked(mark: bytes) -> Iterator[int]:
    """Yield ids of the processes with a variable in their environment, where the system has ``/proc``."""
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark in path.read_bytes().split(b"\0"):
                yield int(path.parent.name)


def _text(data: bytes | bytearray) -> str:
    return bytes(data).decode("utf-8", "backslashreplace").removesuffix("\n")


def load(rest: str, options: Options) -> System:
    """Create the system of ``cmd:REST``; REST is split as a POSIX shell would split it, and no shell is run.

    Raises:
        DragomanError: E801 if it names no program, or one that cannot be started.

    """
    try:
        arguments = shlex.split(rest)
    except ValueError as cause:
        raise error("E801", f"the command cannot be split: {cause}.", "Close the quotation marks.") from cause
    if not arguments:
        raise error("E801", "there is no command.", "Give it as cmd:'PROGRAM ARGUMENTS'.")
    if shutil.which(arguments[0]) is None:
        what = f"there is no program {arguments[0]!r} that can be started."
        raise error("E801", what, "Check its path and that it may be executed.")
    command = Command(arguments, options.timeout)
    card = options.card or SystemCard(name=redact(rest)[-120:])
    return System(command, card, close=command.close, code=of_command(arguments), given=seen)
