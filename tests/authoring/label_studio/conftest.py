"""A real Label Studio for the tests, started once through our own command's code, and a stub of one."""

from pathlib import Path

import pytest
import pytest_socket
from label_studio_stub import TOKEN, Stub

from dragoman.authoring.label_studio import client, server

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def label_studio(tmp_path_factory):
    """What `server.serve` says (``url``, ``log``, ``pid`` …) and its ``data`` folder, user, password and token."""
    if not (server.environment(ROOT) / "bin" / "label-studio").is_file():
        pytest.skip("there is no Label Studio: run make label-studio, or set LABEL_STUDIO_VENV")
    data = tmp_path_factory.mktemp("label-studio")
    pytest_socket.enable_socket()
    started = server.serve(ROOT, data)
    yield {**started, **server.credentials(data), "data": data}
    server.stop(data)


@pytest.fixture
def stub():
    with Stub().serving() as server:
        yield server


@pytest.fixture
def speaker(stub):
    with client.Server(stub.url, TOKEN, wait=0.01) as made:
        yield made
