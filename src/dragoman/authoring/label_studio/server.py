"""A local Label Studio server: started on the loopback interface without interaction, and stopped.

The server runs in an environment of its own (``LABEL_STUDIO_VENV`` or ``.venv-label-studio``), created by ``make``.
User, password and token are generated, stored in a file that only the owner can read, and passed in environment
variables: never in an argument, a log or this repository.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from dragoman import files
from dragoman.problems import DragomanError, error

if TYPE_CHECKING:
    import psutil

USER = "annotator@example.org"
HOST = "127.0.0.1"
CREDENTIALS = "credentials.json"
PROCESS = "server.json"
LOG = "server.log"
SERVED = Path(__file__).parent / "served"
"""Folder that the server loads in addition: settings, and a script for its pages."""
START = 180.0
"""Timeout of a first start, in seconds; it creates the database."""
STOP = 20.0
"""Grace period for the server to terminate, in seconds."""
CLOCK_STEP = 2.0
"""Tolerance for the start time of a process, in seconds, since the system clock may be corrected."""

_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}
"""Servers that this process started, by process id: a parent has to wait for its children."""


def environment(root: Path) -> Path:
    """Return the server's environment: ``LABEL_STUDIO_VENV``, or ``.venv-label-studio`` below the root."""
    return Path(os.environ.get("LABEL_STUDIO_VENV") or root / ".venv-label-studio").absolute()


def program(root: Path) -> Path:
    """Return the path of the server's program, which may not be installed."""
    return environment(root) / "bin" / "label-studio"


def serve(root: Path, data: Path, port: int = 0, waiting: Callable[[float], None] = lambda _: None) -> dict[str, Any]:
    """Start a server and wait until it responds; do nothing if it is running already.

    Args:
        root: the source root, where the environment is searched.
        data: the server's folder: database, log, credentials; created if missing, readable by the owner only.
        port: port to listen on, on 127.0.0.1; 0 for any free one.
        waiting: called repeatedly with the seconds waited so far.

    Returns:
        ``url``, ``credentials`` (the file), ``log``, ``pid``, and ``already``: whether it was running already.

    Raises:
        DragomanError: E729 if Label Studio is not installed, exits, or does not respond in time.

    """
    data = files.resolved(data)
    running = _running(data)
    if running is not None:
        return _outcome(data, running[1], already=True)
    executable = program(root)
    if not executable.is_file():
        hint = "Run: make label-studio, or set LABEL_STUDIO_VENV to an environment that has it."
        raise error("E729", "there is no Label Studio.", hint, file=str(environment(root)))
    _, psutil = _libraries()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    data.chmod(0o700)
    secret = _credentials(data)
    port = port or _free_port()
    log = os.open(data / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        process = subprocess.Popen(  # noqa: S603 - the program of our own environment, no shell
            [str(executable), "start", "--no-browser", "--port", str(port), "--internal-host", HOST],
            env=_variables(data, secret),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=data,
            start_new_session=True,
        )
    finally:
        os.close(log)
    _CHILDREN[process.pid] = process
    url = f"http://{HOST}:{port}"
    handle = psutil.Process(process.pid)
    record = _Record(process.pid, handle.create_time(), url)
    _write_private(data / PROCESS, msgspec.structs.asdict(record))
    try:
        _wait(process, url, data / LOG, waiting)
    except BaseException:
        _end(handle)
        (data / PROCESS).unlink(missing_ok=True)
        raise
    return _outcome(data, record, already=False)


def stop(data: Path) -> dict[str, Any]:
    """Stop the server of a folder, if it is running and was started by :func:`serve`; the folder is kept.

    Args:
        data: the server's folder.

    Returns:
        ``stopped``: whether one was running.

    """
    data = files.resolved(data)
    running = _running(data)
    if running is not None:
        _end(running[0])
    (data / PROCESS).unlink(missing_ok=True)
    return {"stopped": running is not None}


class _Credentials(msgspec.Struct):
    """The file :data:`CREDENTIALS`."""

    user: str
    password: str
    token: str


class _Record(msgspec.Struct):
    """The file :data:`PROCESS`: the process of the server, when it started, and its URL."""

    pid: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    started: float
    url: str


def credentials(data: Path) -> dict[str, str]:
    """Read a server's ``user``, ``password`` and ``token``.

    Raises:
        DragomanError: as :func:`dragoman.files.read_json`.

    """
    return msgspec.structs.asdict(files.read_json(data / CREDENTIALS, _Credentials))


def _variables(data: Path, secret: dict[str, str]) -> dict[str, str]:
    # Only the variables that a program needs: the caller's environment may have secrets.
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return inherited | {
        "LABEL_STUDIO_BASE_DATA_DIR": str(data),
        "LABEL_STUDIO_USERNAME": secret["user"],
        "LABEL_STUDIO_PASSWORD": secret["password"],
        "LABEL_STUDIO_USER_TOKEN": secret["token"],
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "COLLECT_ANALYTICS": "False",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "LATEST_VERSION_CHECK": "False",
        "PYTHONPATH": str(SERVED),
        "DJANGO_SETTINGS_MODULE": "dragoman_label_studio",
    }


def _credentials(data: Path) -> dict[str, str]:
    if not (data / CREDENTIALS).exists():
        made = {"user": USER, "password": secrets.token_urlsafe(18), "token": secrets.token_hex(20)}
        _write_private(data / CREDENTIALS, made)
    return credentials(data)


def _write_private(path: Path, value: dict[str, Any]) -> None:
    """Write JSON that only the owner can read, atomically."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(value, file, indent=1)
    part.replace(path)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _libraries() -> tuple[Any, Any]:
    """Import httpx and psutil.

    Raises:
        DragomanError: E729 when one is not installed.

    """
    try:
        import httpx  # noqa: PLC0415 - an extra
        import psutil  # noqa: PLC0415
    except ImportError as cause:
        raise error("E729", f"{cause.name} is not installed.", 'Install the extra "dragoman[annotate]".') from cause
    return httpx, psutil


def _running(data: Path) -> tuple[psutil.Process, _Record] | None:
    """Return the process named in the folder's process file, if it is still running and its id was not reused."""
    try:
        record = msgspec.json.decode((data / PROCESS).read_bytes(), type=_Record)
    except (OSError, ValueError, RecursionError):
        return None
    _, psutil = _libraries()
    try:
        process = psutil.Process(record.pid)
        same = abs(process.create_time() - record.started) < CLOCK_STEP and _runs(process)
    except psutil.Error:
        return None
    return (process, record) if same else None


def _runs(process: psutil.Process) -> bool:
    """Tell whether a process is running; a zombie is not."""
    _, psutil = _libraries()
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _outcome(data: Path, record: _Record, *, already: bool) -> dict[str, Any]:
    files = {"credentials": str(data / CREDENTIALS), "log": str(data / LOG)}
    return {"url": record.url, **files, "pid": record.pid, "already": already}


def _wait(process: subprocess.Popen[bytes], url: str, log: Path, waiting: Callable[[float], None]) -> None:
    httpx, _ = _libraries()
    begin = time.monotonic()
    with httpx.Client(trust_env=False, timeout=5.0) as client:  # no proxy for the loopback interface
        while (waited := time.monotonic() - begin) < START:
            waiting(waited)
            if process.poll() is not None:
                raise _failure(f"Label Studio ended with code {process.returncode}.", log)
            with suppress(httpx.TransportError):
                if client.get(f"{url}/health").is_success:
                    return
            time.sleep(0.25)
    raise _failure(f"Label Studio did not answer within {START:.0f} s.", log)


def _failure(what: str, log: Path) -> DragomanError:
    return error("E729", what, "Its log says why.", file=str(log))


def _end(process: psutil.Process) -> None:
    """Terminate a process and its children; kill those that do not terminate in time."""
    _, psutil = _libraries()
    running = [process]
    with suppress(psutil.NoSuchProcess):  # it has already ended
        running += process.children(recursive=True)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for each in running:
            with suppress(psutil.NoSuchProcess):
                each.send_signal(number)
        begin = time.monotonic()
        while (running := [each for each in running if _runs(each)]) and time.monotonic() - begin < STOP:
            time.sleep(0.05)
        if not running:
            break
    else:
        sys.stderr.write(f"process {process.pid} does not end\n")
    child = _CHILDREN.pop(process.pid, None)
    if child is not None and not running:
        child.wait()
