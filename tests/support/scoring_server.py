"""The scoring service in a process of its own, on loopback, and a client for it."""

import http.client
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time

DEADLINE = 120


class Server:
    """A service in a process of its own, with its output."""

    def __init__(self, private, *options, file_size=resource.RLIM_INFINITY):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.private, self.written = private, private.parent / f"log-{time.monotonic_ns()}"
        command = [sys.executable, "-m", "dragoman", "serve-scores", private, "--port", str(self.port), *options]
        with self.written.open("wb") as log:
            # A limit on file sizes acts on the database like a full disk, and needs no rights to mount one.
            limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))  # noqa: E731
            self.process = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=limit)  # noqa: PLW1509
        until(lambda: self.ask("GET", "/")[0] == 200, self)

    def ask(self, method, path, body=None, token=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        try:
            connection.request(method, path, body, {} if token is None else {"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            body = answer.read()
            return answer.status, None if answer.status == 503 else json.loads(
                body
            )  # 503 has no JSON: the web server sends it
        except (ConnectionError, http.client.HTTPException):
            return 0, None
        finally:
            connection.close()

    def done(self, number, token):
        """Wait until a submission has an outcome, and return it."""
        path = f"/submissions/{number}"
        until(lambda: self.ask("GET", path, token=token)[1]["state"] in {"done", "failed"}, self)
        return self.ask("GET", path, token=token)[1]

    def end(self, how=signal.SIGTERM):
        os.kill(self.process.pid, how)
        self.process.wait(DEADLINE)
        return self.written.read_text("utf-8")


def until(true, server):
    end = time.monotonic() + DEADLINE
    while not true():
        assert server.process.poll() is None, server.written.read_text("utf-8")
        assert time.monotonic() < end, server.written.read_text("utf-8")
        time.sleep(0.05)


def team(private, name):
    """Add a team by the command, and return its token."""
    command = [sys.executable, "-m", "dragoman", "serve-scores", private, "--add-team", name, "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["token"]
