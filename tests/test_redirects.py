"""Redirects to another host: no client of ours follows them, with a key or without."""

import pytest
from chat_server import KEY, ChatServer
from hub_server import TOKEN as HUB_TOKEN
from hub_server import Fault, Hub
from label_studio_stub import TOKEN, Stub

from dragoman.authoring.label_studio import client
from dragoman.problems import DragomanError
from dragoman.release import hub
from dragoman.systems.loading import load
from dragoman.systems.protocol import Chat, Options
from dragoman.systems.run import How, run
from dragoman.systems.selection import Selection

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])


@pytest.fixture
def chats(benchmark, monkeypatch):
    """Two servers: two hosts, since a port is part of what a host is here."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    made = ChatServer(benchmark), ChatServer(benchmark)
    yield made
    for each in made:
        each.close()


def asked(server, benchmark, folder):
    system = load("chat:canned", Options(timeout=5.0, chat=Chat(server.url, examples=0)))
    return run(system, benchmark, folder, lambda items, _: items, how=How(selection=Selection(limit=3)))


@pytest.mark.parametrize(
    ("status", "where", "why"),
    [
        (307, "{other}/chat/completions", "another host"),
        (302, "{other}/chat/completions", "another host"),
        (308, "//localhost:{port}/v1/chat/completions", "another host"),
        (302, "/v1/elsewhere", "into a GET"),
    ],
)
def test_a_chat_model_is_not_asked_where_its_endpoint_redirects_to(benchmark, chats, tmp_path, status, where, why):
    first, other = chats
    where = where.format(other=other.url, port=first.http.server_address[1])
    first.answer = lambda *_: (status, "", {"Location": where})
    summary = asked(first, benchmark, tmp_path)
    assert "E770" in summary["why"][0]
    assert why in summary["why"][0]
    assert "--base-url" in summary["stopped"]
    assert len(first.requests) == 3  # once a document: nothing passes by itself
    assert other.requests == []


def test_a_redirect_on_the_same_host_is_followed_by_a_chat_client(benchmark, chats, tmp_path):
    server, _ = chats
    good = server.answer
    server.answer = lambda name, time: good(name, time) if time % 2 == 0 else (307, "", {"Location": "/v2/completions"})
    assert asked(server, benchmark, tmp_path)["failed"] == []
    assert {headers["authorization"] for headers in server.headers} == {f"Bearer {KEY}"}


@pytest.fixture
def stubs():
    made = Stub(), Stub()
    with made[0].serving(), made[1].serving():
        yield made


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_label_studio_is_not_followed_to_another_host(stubs, method):
    first, other = stubs
    first.fault = lambda *_: (307, f"{other.url}/api/projects")
    with (
        client.Server(first.url, TOKEN, wait=0.01) as speaker,
        pytest.raises(DragomanError, match=r"E770.*another host"),
    ):
        speaker.request(method, "/api/projects", {} if method == "POST" else None)
    assert (len(first.heard), other.heard) == (1, [])


def test_label_studio_is_followed_on_its_own_host_where_the_request_stays_what_it_is(stubs):
    server, _ = stubs
    server.fault = lambda _method, path, _after: None if path.endswith("/") else (301, f"{path}/")
    server.obey = lambda *_: {"results": [], "next": None}
    with client.Server(server.url, TOKEN, wait=0.01) as speaker:
        assert list(speaker.projects()) == []
        with pytest.raises(DragomanError, match=r"E770.*into a GET"):
            speaker.delete_task(1)
    assert {method for method, path in server.heard if path.startswith("/api/tasks")} == {"DELETE"}


@pytest.mark.parametrize("token", [HUB_TOKEN, None])
def test_the_hub_is_not_followed_to_another_host(monkeypatch, tmp_path, token):
    huggingface_hub = pytest.importorskip("huggingface_hub", reason="install the extra `hub`")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    with Hub() as first, Hub() as other:
        first.faults.append(Fault("GET /api/", 307, {"Location": f"{other.url}/api/datasets/user/labels"}, times=9))
        with pytest.raises(DragomanError, match=r"E770.*another host.*HF_ENDPOINT"):
            hub.fetch(hub.Address("user/labels"), cache=tmp_path / "cache", endpoint=first.url)
        assert other.log == []
        huggingface_hub.close_session()
