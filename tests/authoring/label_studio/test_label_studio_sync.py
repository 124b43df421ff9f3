"""Push and pull against a small server that answers as Label Studio does, and one that fails in every way."""

import errno
import json
import os
import shutil
import threading
from pathlib import Path

import pytest
from label_studio_stub import TOKEN

from dragoman.authoring.adjudication import read_documents
from dragoman.authoring.label_studio import client, config, file_kinds, push_items, sync
from dragoman.cli import show
from dragoman.problems import DragomanError

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
ROOT = Path(__file__).parents[3]
DOCUMENTS = dict(list(read_documents(ROOT).items())[:12])


@pytest.fixture
def root(tmp_path):
    """A benchmark of twelve documents with gold."""
    folder = tmp_path / "root" / "annotations" / "gold"
    folder.mkdir(parents=True)
    for name in DOCUMENTS:
        shutil.copy(ROOT / "annotations" / "gold" / f"{name}.json", folder)
    return tmp_path / "root"


def walk(work, _):
    return iter(work)


def push(speaker, root, **more):
    found = push_items.of_files(root, file_kinds.GOLD, DOCUMENTS)
    return sync.push(speaker, file_kinds.GOLD, found, config=config.make, progress=walk, **more)


def pull(speaker, out, **more):
    return sync.pull(speaker, file_kinds.GOLD, DOCUMENTS, out, progress=walk, **more)


def complete(stub):
    return sorted(t["data"]["document"] for t in stub.stored.values()) == sorted(DOCUMENTS)


def edit(stub, document):
    (task,) = stub.tasks_of(document)
    results = task["annotations"][0]["result"]
    gone = next(r["id"] for r in results if r["type"] == "labels" and r["id"].startswith("d"))
    task["annotations"][0]["result"] = [
        r for r in results if r.get("id") != gone and gone not in (r.get("from_id"), r.get("to_id"))
    ]
    return gone


def touch(path):
    data = path.read_bytes()
    assert b'"NAM"' in data
    path.write_bytes(data.replace(b'"NAM"', b'"NOM"', 1))


def test_twice_imports_once_and_comes_back_byte_for_byte(stub, speaker, root, tmp_path):
    assert len(push(speaker, root).done["imported"]) == len(DOCUMENTS)
    assert push(speaker, root).done == {"unchanged": list(DOCUMENTS)}
    assert complete(stub)
    outcome = pull(speaker, tmp_path / "out")
    assert outcome.changes == outcome.problems == outcome.aside == []
    for name in DOCUMENTS:
        path = file_kinds.GOLD.path(root, name)
        assert file_kinds.GOLD.path(tmp_path / "out", name).read_bytes() == path.read_bytes()


def test_changes_here_and_there_are_told_apart(stub, speaker, root):
    push(speaker, root)
    dated = [n for n in DOCUMENTS if json.loads(file_kinds.GOLD.path(root, n).read_bytes())["dates"]]
    there, both = dated[:2]
    here = next(n for n in DOCUMENTS if n not in (there, both))
    for name in (here, both):
        touch(file_kinds.GOLD.path(root, name))
    gone = edit(stub, there)
    edit(stub, both)
    before = {name: file_kinds.GOLD.path(root, name).read_bytes() for name in (here, both)}
    told = sync.status(speaker, file_kinds.GOLD, DOCUMENTS, root).done
    assert told["changed here"] == [here]
    assert told["changed on the server"] == [there]
    assert told["changed on both sides"] == [both]
    outcome = pull(speaker, root)
    assert outcome.done["written"] == [there]
    assert (there, "removed", gone) in [(c["document"], c["change"], c["label"]) for c in outcome.changes]
    assert [p.code for p in outcome.problems] == ["E725"]
    assert {name: file_kinds.GOLD.path(root, name).read_bytes() for name in (here, both)} == before
    pushed = push(speaker, root)
    assert pushed.done["replaced"][:1] == [here]
    assert [p.code for p in pushed.problems] == ["E725"]
    assert pull(speaker, root, force=True).done["written"] == [both]
    assert push(speaker, root, force=True).problems == []
    assert complete(stub)


def test_an_import_whose_answer_was_lost_is_not_made_twice(stub, speaker, root):
    lost = iter([True])
    stub.fault = lambda method, path, after: (
        (500, "boom") if after and path.endswith("/import") and next(lost, False) else None
    )
    push(speaker, root)
    assert complete(stub)


def test_interrupted_a_push_goes_on_where_it_was(stub, speaker, root):
    def stop(work, _):
        yield work[0]
        raise KeyboardInterrupt

    found = push_items.of_files(root, file_kinds.GOLD, DOCUMENTS)
    with pytest.raises(KeyboardInterrupt):
        sync.push(speaker, file_kinds.GOLD, found, config=config.make, progress=stop)
    assert 0 < len(stub.stored) < len(DOCUMENTS)
    outcome = push(speaker, root)
    assert len(outcome.done["unchanged"]) == sync.BATCH
    assert complete(stub)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((500, "no"), "E720"),
        ((429, "no"), "E720"),
        ((403, "no"), "E721"),
        ((404, "no"), "E727"),
        ((400, "no"), "E721"),
        ((200, b"<html>"), "E728"),
        ((200, {"results": 3}), "E728"),
    ],
)
def test_a_server_that_fails_is_told_by_number(stub, speaker, root, answer, code):
    stub.fault = lambda method, path, after: answer if after or answer[0] != 200 else None
    with pytest.raises(DragomanError) as caught:
        push(speaker, root)
    assert caught.value.problems[0].code == code
    assert TOKEN not in str(caught.value.problems[0])
    assert len(stub.heard) == (client.ATTEMPTS if code == "E720" else 1)


def test_a_server_that_is_slow_or_not_there_is_told_by_number(stub):
    over = threading.Event()
    stub.fault = lambda method, path, after: over.wait(5) and None
    try:
        with client.Server(stub.url, TOKEN, timeout=0.1, wait=0.01) as slow, pytest.raises(DragomanError) as caught:
            list(slow.projects())
    finally:
        over.set()
    assert caught.value.problems[0].code == "E720"
    with client.Server("http://127.0.0.1:9", TOKEN, wait=0.01) as absent, pytest.raises(DragomanError) as caught:
        list(absent.projects())
    assert caught.value.problems[0].code == "E720"


def test_a_full_disk_leaves_no_half_file(stub, speaker, root, tmp_path, monkeypatch):
    push(speaker, root)

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DragomanError) as caught:
        pull(speaker, tmp_path / "out")
    assert caught.value.problems[0].code == "E108"
    assert [p for p in (tmp_path / "out").rglob("*") if p.is_file()] == []
    monkeypatch.undo()
    assert len(pull(speaker, tmp_path / "out").done["written"]) == len(DOCUMENTS)


def test_a_strange_task_and_a_deleted_annotation_are_left_alone(stub, speaker, root):
    push(speaker, root)
    first, second, third = list(stub.stored.values())[:3]
    first["data"] = {"text": 3}
    second["annotations"] = []
    third["data"]["text"] += "!"
    outcome = pull(speaker, root)
    assert [p.code for p in outcome.problems] == ["E726"] * 3
    assert len(outcome.done["unchanged"]) == len(DOCUMENTS) - 3


@pytest.mark.parametrize(
    "environment",
    [{"LABEL_STUDIO_URL": "http://x"}, {"LABEL_STUDIO_API_KEY": "x"}, {"DRAGOMAN_LABEL_STUDIO_TOKEN": "x"}],
)
def test_half_of_the_credentials_is_refused(environment):
    with pytest.raises(DragomanError) as caught:
        client.credentials(environment)
    assert caught.value.problems[0].code == "E722"


def test_the_progress_bar_gives_all_its_work():
    assert list(show.progress([1, 2], "work")) == [1, 2]


def test_a_page_that_was_changed_on_the_server_takes_no_label_that_it_does_not_have(stub, speaker, root):
    push(speaker, root)
    before = len(stub.stored)
    stub.stored.pop(max(stub.stored))
    config = stub.projects[0]["label_config"]
    stub.projects[0]["label_config"] = config.replace('value="ORG"', 'value="BODY"').replace('value="GPE"', 'value="X"')
    with pytest.raises(DragomanError, match="E724") as caught:
        push(speaker, root)
    assert "valid labels" in str(caught.value)
    assert len(stub.stored) == before - 1
    stub.projects[0]["label_config"] = "<View>"
    with pytest.raises(DragomanError, match="E728"):
        push(speaker, root)


def test_a_server_that_repeats_the_token_does_not_show_it(stub):
    class Echo:
        is_success, status_code, content = False, 400, b"x"
        text = f"{'x' * 195} {TOKEN} \x1b[31m"

    with client.Server(stub.url, TOKEN) as server, pytest.raises(DragomanError) as caught:
        server._understood(Echo(), "GET /")
    assert TOKEN[:4] not in str(caught.value)
    assert str(caught.value).isprintable()


def test_status_names_drafts_and_marks_and_neither_changes_a_file(stub, speaker, root):
    push(speaker, root)
    first, second = list(stub.stored.values())[:2]
    first["drafts"] = [{"id": 1, "result": []}]
    region = next(r for r in second["annotations"][0]["result"] if r["type"] == "labels")
    mark = {"from_name": "seen", "to_name": "text", "type": "choices", "value": region["value"] | {"choices": ["seen"]}}
    second["annotations"][0]["result"].append(mark | {"id": region["id"]})
    outcome = sync.status(speaker, file_kinds.GOLD, DOCUMENTS, root)
    assert outcome.done["draft not submitted"] == [first["data"]["document"]]
    assert outcome.done["with labels marked as seen"] == [f"{second['data']['document']}: 1"]
    assert set(outcome.done) == {"draft not submitted", "with labels marked as seen", "in step"}
    assert len(outcome.done["in step"]) == len(DOCUMENTS)


def test_a_task_says_what_its_document_is_and_when_it_was_published(stub, speaker, root):
    push(speaker, root)
    (task,) = stub.tasks_of("000.article-1")
    document = DOCUMENTS["000.article-1"]
    assert task["data"]["headline"] == document.title
    assert document.published is not None
    assert task["data"]["published"] == f"published: {document.published} ({document.published_evidence})"
    assert task["data"]["published_external"] == "published_external: unknown"
