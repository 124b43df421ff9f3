"""A Label Studio of one's own: started on the loopback without a click, and stopped.

The server lives in an environment of its own (``LABEL_STUDIO_VENV`` or ``.venv-label-studio``), made by ``make``.
User, password and token are made on the spot, kept in a file that only the owner can read, and handed over in the
environment: they are never in an argument, a log or this repository.
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
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dragoman.problems import DragomanError, error

USER = "annotator@example.org"
HOST = "127.0.0.1"
CREDENTIALS = "credentials.json"
PROCESS = "server.json"
LOG = "server.log"
START = 180.0
"""Seconds that a first start may take; it builds the data base."""
STOP = 20.0
"""Seconds that a server gets to end by itself."""

_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}


def environment(root: Path) -> Path:
    """Where the environment of the server is: ``LABEL_STUDIO_VENV``, or ``.venv-label-studio`` below the root."""
    return Path(os.environ.get("LABEL_STUDIO_VENV") or root / ".venv-label-studio")


def program(root: Path) -> Path:
    """Find the server's program.

    Raises:
        DragomanError: E729 if the environment is missing.

    """
    found = environment(root) / "bin" / "label-studio"
    if not found.is_file():
        raise error("E729", "there is no Label Studio.", "Run: make label-studio", file=str(environment(root)))
    return found


def serve(root: Path, data: Path, port: int = 0, told: Callable[[float], None] = lambda _: None) -> dict[str, Any]:
    """Start a server and wait until it answers; leave it alone if it runs already.

    Args:
        root: the project's root, where the environment is looked for.
        data: the server's folder: data base, log, credentials; made if missing, readable by the owner only.
        port: where it listens on 127.0.0.1; 0 for any free one.
        told: is told the seconds waited so far.

    Returns:
        ``url``, ``credentials`` (the file), ``log``, ``pid``, and ``already``: whether it ran before.

    Raises:
        DragomanError: E729 if there is no Label Studio, or if it ends or does not answer in time.

    """
    data = data.resolve()
    running = _running(data)
    if running is not None:
        return _outcome(data, running, already=True)
    executable = program(root)
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
    found: dict[str, Any] = {"pid": process.pid, "started": _started(process.pid), "url": url}
    _write_private(data / PROCESS, found)
    try:
        _wait(process, url, data / LOG, told)
    except BaseException:
        _end(process.pid)
        (data / PROCESS).unlink(missing_ok=True)
        raise
    return _outcome(data, found, already=False)


def stop(data: Path) -> dict[str, Any]:
    """End the server of a folder, if it runs and is ours; the folder stays.

    Args:
        data: the server's folder.

    Returns:
        ``stopped``: whether one was running.

    """
    data = data.resolve()
    running = _running(data)
    if running is not None:
        _end(running["pid"])
    (data / PROCESS).unlink(missing_ok=True)
    return {"stopped": running is not None}


def credentials(data: Path) -> dict[str, str]:
    """Read a server's ``user``, ``password`` and ``token``."""
    read: dict[str, str] = json.loads((data / CREDENTIALS).read_bytes())
    return read


def _variables(data: Path, secret: dict[str, str]) -> dict[str, str]:
    # Only what a program needs: whatever else is in the caller's environment is none of the server's business.
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {
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
    }


def _credentials(data: Path) -> dict[str, str]:
    if not (data / CREDENTIALS).exists():
        made = {"user": USER, "password": secrets.token_urlsafe(18), "token": secrets.token_hex(20)}
        _write_private(data / CREDENTIALS, made)
    return credentials(data)


def _write_private(path: Path, value: dict[str, Any]) -> None:
    """Write JSON that only the owner can read, whole or not at all."""
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


def _started(pid: int) -> str | None:
    """When a process started, in clock ticks since boot: with its id this names it for ever. None if it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def _running(data: Path) -> dict[str, Any] | None:
    """Read the folder's process file, if the very process that it names still runs."""
    try:
        found: dict[str, Any] = json.loads((data / PROCESS).read_bytes())
        same = _started(int(found["pid"])) == found["started"] is not None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if same else None


def _outcome(data: Path, found: dict[str, Any], *, already: bool) -> dict[str, Any]:
    places = {"credentials": str(data / CREDENTIALS), "log": str(data / LOG)}
    return {"url": found["url"], **places, "pid": found["pid"], "already": already}


def _wait(process: subprocess.Popen[bytes], url: str, log: Path, told: Callable[[float], None]) -> None:
    begin = time.monotonic()
    while (waited := time.monotonic() - begin) < START:
        told(waited)
        if process.poll() is not None:
            raise _failed(f"Label Studio ended with code {process.returncode}.", log)
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5):  # noqa: S310 - our own loopback address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
    raise _failed(f"Label Studio did not answer within {START:.0f} s.", log)


def _failed(what: str, log: Path) -> DragomanError:
    return error("E729", what, "Its log says why.", file=str(log))


def _end(pid: int) -> None:
    """End a process and those that it started: it leads a session of its own."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(pid, number)
        except ProcessLookupError:
            return
        begin = time.monotonic()
        while time.monotonic() - begin < STOP:
            if _started(pid) is None:
                if pid in _CHILDREN:
                    _CHILDREN.pop(pid).wait()
                return
            time.sleep(0.05)
    sys.stderr.write(f"process {pid} does not end\n")
