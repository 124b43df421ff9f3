"""A real model served by llama.cpp, in the environment of `make harness`, not in that of the tests."""

import contextlib
import subprocess

import harness_environment

SERVE = harness_environment.ROOT / "scripts" / "serve_model.py"


def python():
    """Return the interpreter of the harness environment, or None if it is not installed."""
    return harness_environment.python("xllamacpp")


@contextlib.contextmanager
def serving(interpreter):
    """Serve the model; yield the URL of the endpoint."""
    # One thread: llama.cpp's threads wait for each other busily, which takes several times as long beside other tests.
    with subprocess.Popen(
        [interpreter, SERVE, "--threads", "1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
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
