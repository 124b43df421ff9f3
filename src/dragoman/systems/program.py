"""A program as a system: ``cmd:PROGRAM ARGUMENTS``, one JSON line in for each document, one out.

The program is started once and reads documents as long as its standard input is open. A line in is an object with
``id``, ``language``, ``kind``, ``published`` and ``text``; the line out is an object with the layers that it attempts,
or ``null`` for a document that it leaves out. A program that ends, answers something else or takes too long fails on
that document alone: it is started anew for the next one.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import threading
from collections.abc import Sequence
from typing import Any

import msgspec

from dragoman import files
from dragoman.problems import error
from dragoman.schema.records import Document
from dragoman.schema.system_card import SystemCard
from dragoman.systems.protocol import Options, System, seen

MAX_SAID = 4096
"""Bytes of the program's standard error that are kept for a message."""


class CommandError(Exception):
    """The program did not answer as it should."""


class Command:
    """A program that is kept running; each thread has one of its own."""

    def __init__(self, arguments: Sequence[str], timeout: float) -> None:
        self._arguments, self._timeout = list(arguments), timeout
        self._own = threading.local()
        self._started: list[_Running] = []

    def __call__(self, document: Document) -> dict[str, Any] | None:
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
    """One running program."""

    def __init__(self, arguments: Sequence[str]) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the user's own program, no shell
                arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as cause:
            what = f"{arguments[0]} cannot be started: {cause.strerror}"
            raise CommandError(what) from cause
        self._said = b""
        # A program that talks much on standard error must not block on a full pipe.
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self._process.stderr is not None
        while said := self._process.stderr.read1(MAX_SAID):  # type: ignore[attr-defined]
            self._said = (self._said + said)[-MAX_SAID:]

    def ask(self, line: bytes, timeout: float) -> dict[str, Any] | None:
        """Write a line and read one; the program is killed when it takes too long."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if self._has_more():  # one of its next answers would be taken for that about another document
            what = "the program had written more than one line about a document before"
            raise CommandError(what)
        late = threading.Event()

        def kill() -> None:
            late.set()
            self._kill()

        timer = threading.Timer(timeout, kill)
        timer.start()
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
            answer = self._process.stdout.readline(files.MAX_LINE)
        except OSError:
            answer = b""
        finally:
            timer.cancel()
        if late.is_set():
            what = f"no answer in {timeout:g} s"
            raise CommandError(what)
        if not answer.endswith(b"\n"):
            raise CommandError(self._why())
        try:
            return msgspec.json.decode(answer, type=dict[str, Any] | None)
        except msgspec.ValidationError as cause:
            what = f"the answer is neither an object nor null: {cause}"
            raise CommandError(what) from cause
        except msgspec.DecodeError as cause:
            what = f"the answer is not JSON: {cause}"
            raise CommandError(what) from cause

    def _has_more(self) -> bool:
        """Say whether there is output that nobody asked for."""
        out: Any = self._process.stdout
        os.set_blocking(out.fileno(), False)
        try:
            return bool(out.peek(1))
        finally:
            os.set_blocking(out.fileno(), True)

    def _why(self) -> str:
        self._kill()
        code = self._process.wait()
        self._listener.join(1)
        said = self._said.decode("utf-8", "replace").strip()
        return f"the program ended without an answer (exit code {code})" + (f": {said[-1000:]}" if said else "")

    def _kill(self) -> None:
        # The whole group: what the program started must not live on.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        self._kill()
        self._process.wait()
        self._listener.join(1)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


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
    return System(command, options.card or SystemCard(name=rest[-120:]), close=command.close)
