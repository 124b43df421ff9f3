"""A server that repeats the token wherever it can, that never ends, and that answers with anything."""

import copy
import json
import os
import shutil
import ssl
import threading
from pathlib import Path

import pytest
import typer
from label_studio_stub import TOKEN

from dragoman.authoring.adjudication import read_documents
from dragoman.authoring.label_studio import client, comparison_answers, file_kinds, push_items, state, sync
from dragoman.cli import author_annotate
from dragoman.files import writing_into
from dragoman.problems import DragomanError

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
ROOT = Path(__file__).parents[3]
NAMES = ("000.related-09", "000.related-02")
DOCUMENTS = {name: document for name, document in read_documents(ROOT).items() if name in NAMES}
SMILE = "\U0001f600"
ECHO = f"\x1b[31m{TOKEN} Token%20{TOKEN.upper()}"


@pytest.fixture(scope="module")
def tasks():
    """Two documents with gold as a push makes them."""
    found = push_items.of_files(ROOT, file_kinds.GOLD, read_documents(ROOT))
    return [state.new_task(item, "gold") for item in found if item.document.id in NAMES]


def test_certificates_and_names_of_hosts_are_checked(speaker):
    context = speaker._client._transport._pool._ssl_context
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.fixture
def root(tmp_path, stub, tasks):
    """Two documents with gold, which the server has too."""
    folder = tmp_path / "root" / "annotations" / "gold"
    folder.mkdir(parents=True)
    for name in NAMES:
        shutil.copy(ROOT / "annotations" / "gold" / f"{name}.json", folder)
    stub.projects.append({"id": 1, "title": state.title("gold", "ko")})
    stub.stored |= {number: copy.deepcopy(task) | {"id": number, "project": 1} for number, task in enumerate(tasks, 1)}
    return tmp_path / "root"


def pull(speaker, root):
    return sync.pull(speaker, file_kinds.GOLD, DOCUMENTS, root, progress=lambda work, _: iter(work))


def said(outcome, capsys):
    """All that the command prints of a pull, in both of its forms."""
    for as_json in (True, False):
        with pytest.raises(typer.Exit):
            author_annotate._finish(outcome, as_json=as_json)
    return "".join(capsys.readouterr())


def held(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def results_of(task):
    return task["annotations"][0]["result"]


def in_a_gloss(task):
    claim = next(r for r in results_of(task) if r.get("from_name") == "gloss")
    claim["value"]["text"] = [f"He said {TOKEN}."]


def in_a_choice(task):
    next(r for r in results_of(task) if r.get("type") == "choices")["value"]["choices"] = [ECHO]


def in_a_region(task):
    next(r for r in results_of(task) if r.get("type") == "labels")["value"]["text"] = ECHO


def in_the_name_of_a_region(task):
    next(r for r in results_of(task) if r.get("type") == "labels")["id"] = TOKEN


def in_a_relation(task):
    results_of(task).append({"type": "relation", "from_id": TOKEN, "to_id": "x", "labels": [ECHO]})


def in_the_data(task):
    task["data"] |= {"kind": ECHO, "document": TOKEN}


def in_the_base(task):
    task["data"]["base"] = json.dumps({TOKEN: ECHO})
    task["data"]["sha256"] = sync.files.sha256(task["data"]["base"].encode())


@pytest.mark.parametrize(
    "change", [in_a_gloss, in_a_choice, in_a_region, in_the_name_of_a_region, in_a_relation, in_the_data, in_the_base]
)
def test_a_token_that_the_server_repeats_is_in_no_file_and_not_printed(stub, speaker, root, capsys, change):
    (task,) = stub.tasks_of(NAMES[0])
    change(task)
    before = held(root)
    outcome = pull(speaker, root)
    assert TOKEN.lower() not in said(outcome, capsys).lower()
    for path, data in held(root).items():
        assert TOKEN.lower().encode() not in data.lower(), path
    assert all(held(root)[path] == data for path, data in before.items() if NAMES[1] in path.name)


@pytest.mark.parametrize("status", [400, 401, 404, 503])
def test_a_token_in_an_error_is_not_shown(stub, speaker, root, status):
    stub.fault = lambda *_: (status, {"detail": ECHO, TOKEN: [ECHO]})
    with client.Server(stub.url, TOKEN, wait=0.001) as server, pytest.raises(DragomanError) as caught:
        pull(server, root)
    assert TOKEN.lower() not in str(caught.value).lower()
    assert str(caught.value).isprintable()


def test_a_reason_with_the_token_is_not_taken(stub, speaker):
    task = {"a": "e1", "b": None, "layer": "entities"}
    answers = [{"from_name": "reason", "value": {"text": [TOKEN]}}, {"from_name": "keep", "value": {"choices": ["a"]}}]
    answer = comparison_answers._Answer.__new__(comparison_answers._Answer)
    answer.pushed, answer.document = type("Pushed", (), task), DOCUMENTS[NAMES[0]]
    answer.answers, _ = comparison_answers._answers(answers)
    with pytest.raises(comparison_answers._IncompleteError, match="a secret"):
        answer.line()


HALF = SMILE.encode("utf-16-le")[:2].decode("utf-16-le", "surrogatepass")


@pytest.mark.parametrize("where", ["text", "note", "id", "choice"])
def test_half_an_emoji_is_set_aside_with_its_region(stub, speaker, root, capsys, where):
    (task,) = stub.tasks_of(NAMES[0])
    region = next(r for r in results_of(task) if r.get("type") == "labels")
    if where == "text":
        region["value"]["text"] = HALF
    elif where == "note":
        region["meta"] = {"text": [HALF]}
    elif where == "id":
        region["id"] = HALF
    else:
        next(r for r in results_of(task) if r.get("type") == "choices")["value"]["choices"] = [HALF]
    outcome = pull(speaker, root)
    assert {problem.code for problem in outcome.problems} & {"E723", "E728"}
    assert said(outcome, capsys).encode()
    assert b"\\ud83d" in outcome.aside_file.read_bytes()


@pytest.mark.parametrize(
    "changes",
    [
        {"annotations": 5},
        {"annotations": {"a": 1}},
        {"annotations": [None, 3, {"result": 7}]},
        {"annotations": [{"result": [[[]]], "updated_at": [1], "id": {}}]},
        {"annotations": [{"result": [{"id": {}, "value": []}, {"type": "relation", "labels": 5, "from_id": []}]}]},
        {"predictions": "x", "annotations": None},
        {"drafts": 1},
        {"data": []},
        {"data": {"text": HALF, "document": HALF, "kind": "gold", "base": HALF, "sha256": ""}},
    ],
)
def test_a_task_of_other_types_is_a_problem_of_its_own(stub, speaker, root, capsys, changes):
    (task,) = stub.tasks_of(NAMES[0])
    task |= changes
    before = held(root)[root / "annotations" / "gold" / f"{NAMES[1]}.json"]
    outcome = pull(speaker, root)
    said(outcome, capsys)
    assert NAMES[1] in str(outcome.done)
    assert held(root)[root / "annotations" / "gold" / f"{NAMES[1]}.json"] == before


def test_a_list_that_never_ends_is_given_up(stub, speaker, root):
    asked = len(stub.heard)
    stub.fault = lambda _, path, after: (
        (200, {"results": [{"id": 1, "title": "x"}], "next": "again"}) if after and path == "/api/projects" else None
    )
    with pytest.raises(DragomanError, match="E728"):
        pull(speaker, root)
    assert len(stub.heard) - asked < 5
    stub.fault = lambda _, path, after: (
        (200, {"tasks": list(stub.stored.values()), "total": 10**9}) if after and path == "/api/tasks" else None
    )
    with pytest.raises(DragomanError, match="E728"):
        pull(speaker, root)
    assert len(stub.heard) - asked < 10


def test_more_tasks_than_anybody_has_are_given_up(stub, speaker, root, monkeypatch):
    monkeypatch.setattr(client, "MAX_ITEMS", 100)
    numbers = iter(range(10**6))
    stub.fault = lambda _, path, after: (
        (200, {"tasks": [{"id": next(numbers)} for _ in range(50)], "total": 10**9})
        if after and path == "/api/tasks"
        else None
    )
    with pytest.raises(DragomanError, match=r"E728.*more than 100 tasks"):
        pull(speaker, root)


@pytest.mark.parametrize("answer", [b"[" * 100_000, b"[" * 500 + b"]" * 500, b'{"a": NaN}', b"9" * 5000, b"\xff"])
def test_an_answer_that_cannot_be_read_has_a_number(stub, speaker, root, answer):
    stub.fault = lambda *_: (200, answer)
    with pytest.raises(DragomanError, match="E728"):
        pull(speaker, root)


def test_an_answer_that_is_too_long_is_not_taken(stub, speaker, root, monkeypatch):
    monkeypatch.setattr(client, "MAX_ANSWER", 1000)
    stub.fault = lambda *_: (200, b"x" * 10**6)
    with pytest.raises(DragomanError, match=r"E728.*over 1,000 bytes"):
        pull(speaker, root)


def test_an_answer_that_trickles_ends_in_time(stub, root):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:
        ended = threading.Event()

        def trickle():
            connection, _ = listening.accept()
            with connection:
                connection.recv(10_000)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
                while not ended.wait(0.01):
                    try:
                        connection.sendall(b" ")
                    except OSError:
                        return

        threading.Thread(target=trickle, daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with client.Server(url, TOKEN, timeout=0.2) as server, pytest.raises(DragomanError, match="E720"):
            server._send("GET", "/api/projects")
        ended.set()


def test_one_pull_at_a_time_and_it_is_said_whose(speaker, root):
    with (
        writing_into(root / "annotations" / "gold"),
        pytest.raises(DragomanError, match=f"E108.*process {os.getpid()}"),
    ):
        pull(speaker, root)
    pull(speaker, root)
    assert not list(root.rglob(".*"))
