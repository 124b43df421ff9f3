"""Of several annotations of a task the newest counts, which is said, or that of the annotator who is asked for."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from dragoman.authoring.adjudication import read_documents
from dragoman.authoring.label_studio import client, config, file_kinds, push_items, regions, sync
from dragoman.problems import DragomanError

ROOT = Path(__file__).parents[3]
DOCUMENTS = dict(list(read_documents(ROOT).items())[:3])
FIRST, SECOND, THIRD = DOCUMENTS
LABELLED = replace(file_kinds.DOCUMENTS, name="by two")


def labelled(document, type_):
    """Results of an annotation with one entity, the document's first four characters."""
    span = {"start": 0, "end": 4, "text": DOCUMENTS[document].text[:4]}
    entity = {"id": "e1", "type": type_, "form": "NAM", **span}
    return regions.encode({"entities": [entity], "dates": [], "claims": []}, DOCUMENTS[document].text)


def push(server):
    found = push_items.of_documents(DOCUMENTS)
    sync.push(server, LABELLED, found, config=config.make, progress=lambda work, _: iter(work))


def pull(server, out, **more):
    return sync.pull(server, LABELLED, DOCUMENTS, out, progress=lambda work, _: iter(work), **more)


def types(out):
    """Type of the one entity of each document that was written."""
    found = {name: LABELLED.path(out, name) for name in DOCUMENTS}
    return {
        name: [entity["type"] for entity in json.loads(path.read_bytes())["entities"]]
        for name, path in found.items()
        if path.is_file()
    }


def annotation(number, by, changed, document, type_, **more):
    when = f"2026-01-0{changed}T00:00:00.000000Z"
    return {"id": number, "completed_by": by, "updated_at": when, "result": labelled(document, type_), **more}


@pytest.fixture
def two(stub, speaker):
    """Give a server on which the first document has annotations of two, the second of one, and the third none."""
    push(speaker)
    (first,), (second,) = stub.tasks_of(FIRST), stub.tasks_of(SECOND)
    first["annotations"] = [
        annotation(11, 1, 3, FIRST, "PER"),
        annotation(12, 2, 2, FIRST, "ORG"),
        annotation(13, 2, 1, FIRST, "GPE"),
        annotation(14, 2, 4, FIRST, "LOC", was_cancelled=True),
    ]
    second["annotations"] = [annotation(15, {"id": 1}, 1, SECOND, "FAC")]
    return speaker


pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])


def test_the_newest_counts_and_is_named(stub, two, tmp_path):
    (task,) = stub.tasks_of(FIRST)
    outcome = pull(two, tmp_path)
    assert types(tmp_path) == {FIRST: ["PER"], SECOND: ["FAC"]}
    (said,) = outcome.problems
    assert (said.code, said.severity, said.file, said.path) == ("W720", "warning", FIRST, f"task {task['id']}")
    assert "annotation 11 of first@example.org, the newest, counts" in said.what
    assert "older ones by second@example.org do not" in said.what
    assert "--annotator" in said.hint
    assert [p.code for p in sync.status(two, LABELLED, DOCUMENTS, tmp_path).problems] == ["W720"]


def test_an_annotator_can_be_chosen(two, tmp_path):
    outcome = pull(two, tmp_path / "second", annotator="Second@example.org")
    assert types(tmp_path / "second") == {FIRST: ["ORG"]}
    assert outcome.done["not annotated"] == sorted([SECOND, THIRD])
    assert [p.code for p in outcome.problems] == ["W720"]  # of this one's two annotations
    outcome = pull(two, tmp_path / "first", annotator="first@example.org")
    assert types(tmp_path / "first") == {FIRST: ["PER"], SECOND: ["FAC"]}
    assert outcome.problems == []
    told = sync.status(two, LABELLED, DOCUMENTS, tmp_path / "first", annotator="first@example.org").done
    assert told == {"in step": sorted([FIRST, SECOND]), "not annotated": [THIRD]}


def test_a_document_submitted_without_a_label_is_annotated_and_empty_and_one_that_nobody_submitted_is_not(
    stub, speaker, tmp_path
):
    push(speaker)
    (first,), (second,) = stub.tasks_of(FIRST), stub.tasks_of(SECOND)
    assert first["annotations"] == []
    first["annotations"] = [annotation(11, 1, 1, FIRST, "PER") | {"result": []}]
    unreadable = [{"id": "x", "from_name": "label", "to_name": "text", "type": "labels", "value": {"labels": ["PER"]}}]
    second["annotations"] = [annotation(12, 1, 1, SECOND, "PER") | {"result": unreadable}]
    assert sync.status(speaker, LABELLED, DOCUMENTS, tmp_path).done["not annotated"] == [THIRD]
    outcome = pull(speaker, tmp_path)
    assert outcome.done == {"written": [FIRST], "unchanged": [SECOND], "not annotated": [THIRD]}
    written = json.loads(LABELLED.path(tmp_path, FIRST).read_bytes())
    assert (written["layers_annotated"], written["entities"]) == (["entities", "dates", "claims"], [])
    assert len(outcome.aside) == 1  # what cannot be read is no sign that there is nothing
    assert sync.status(speaker, LABELLED, DOCUMENTS, tmp_path).done["in step"] == [FIRST]


def test_an_annotator_whom_nobody_knows_is_refused(two, tmp_path):
    with pytest.raises(DragomanError) as caught:
        pull(two, tmp_path, annotator="third@example.org")
    assert [p.code for p in caught.value.problems] == ["E730"]
    assert not list(tmp_path.iterdir())


def test_where_the_server_names_nobody_a_number_stands_for_the_name(stub, two, tmp_path):
    stub.fault = lambda method, path, after: (403, "no") if path == "/api/users" else None
    (said,) = pull(two, tmp_path).problems
    assert "annotation 11 of user 1, the newest" in said.what


@pytest.mark.enable_socket
def test_two_users_of_a_real_server(label_studio, tmp_path):
    with client.Server(label_studio["url"], label_studio["token"]) as server:
        push(server)
        user = {"email": "second@example.org", "username": "second", "password": "a-long-one-for-a-test"}
        second = server.request("POST", "/api/users", user)["id"]
        (task,) = [
            task
            for project in server.projects()
            if project["title"].startswith("Dragoman by two")
            for task in server.tasks(project["id"])
            if task["data"]["document"] == FIRST
        ]
        for by, type_ in (({"completed_by": second}, "ORG"), ({}, "PER")):
            body = {"result": labelled(FIRST, type_)} | by
            server.request("POST", f"/api/tasks/{task['id']}/annotations", body)
        outcome = pull(server, tmp_path / "newest")
        assert types(tmp_path / "newest") == {FIRST: ["PER"]}
        (said,) = outcome.problems
        assert said.code == "W720"
        assert f"of {label_studio['user']}, the newest, counts; older ones by second@example.org do not" in said.what
        assert pull(server, tmp_path / "second", annotator="second@example.org").problems == []
        assert types(tmp_path / "second") == {FIRST: ["ORG"]}
