"""A program as a system: ``cmd:PROGRAM ARGUMENTS``, one JSON line in for each document, one out.

The program is started once and reads documents as long as its standard input is open. A line in is an object with
``id``, ``language``, ``kind``, ``published`` and ``text``; the line out is an object with the layers that it attempts,
or ``null`` for a document that it leaves out. A program that ends, answers something else or takes too long fails on
that document alone: it is started anew for the next one.
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

from dragoman import files, utf8
from dragoman.problems import error
from dragoman.redaction import redact
from dragoman.schema.records import Document
from dragoman.schema.system_card import SystemCard
from dragoman.systems.protocol import Options, Reply, System, SystemFailure, seen
from dragoman.systems.provenance import of_command

MAX_STDERR = 4096
"""Bytes of the end of the program's standard error that a message may hold."""
MARK = "DRAGOMAN_PROGRAM"
"""Variable in the environment of a program by which all that it started is known, in whatever session that is."""
_BLOCK = 2**16
_MAX_WAIT = 60.0
"""Seconds of one wait; a longer one is made of several."""


class CommandError(SystemFailure):
    """The program did not answer as it should."""


class Command:
    """A program that is kept running; each thread has one of its own."""

    def __init__(self, arguments: Sequence[str], timeout: float) -> None:
        self._arguments, self._timeout = list(arguments), timeout
        self._own = threading.local()
        self._started: list[_Running] = []

    def __call__(self, document: Document) -> Reply:
        """Ask about one document.

        Raises:
            CommandError: no answer in time, no more output, or an answer that is no object and not null.

        """
        running: _Running | None = getattr(self._own, "running", None)
        if running is None:
            running = self._own.running = _Running(self._arguments)
            self._started.append(running)
        try:
            return running.ask(files.canonical_json(seen(document)) + b"\n", self._timeout)
        except CommandError:
            running.end()
            self._own.running = None
            raise

    def close(self) -> None:
        """End all programs that were started."""
        for running in self._started:
            running.end()


class _Running:
    """One running program. Its pipes are read and written without ever waiting for it longer than is allowed."""

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
        if self._output:  # one of its next answers would be taken for that about another document
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
        """Write a line, and read until there is one or the program has closed its standard output."""
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
                except OSError:  # it reads no more: whatever it has written is read still
                    waiting = memoryview(b"")

    def _read(self, pipe: int) -> bool:
        """Read what there is in a pipe, at most a block; say whether there may be more."""
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
        """Kill the program and what it started: its group, and what left that for a session of its own."""
        if self._ended:
            return  # its number may be that of another process by now
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
    """Find the processes with a variable in their environment, where the system shows that."""
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark in path.read_bytes().split(b"\0"):
                yield int(path.parent.name)


def _text(data: bytes | bytearray) -> str:
    return bytes(data).decode("utf-8", "backslashreplace").removesuffix("\n")


def load(rest: str, options: Options) -> System:
    """Make the system of ``cmd:REST``; REST is split as a POSIX shell would, and no shell runs.

    Raises:
        DragomanError: E801 when there is no program in it, or none that can be started.

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
