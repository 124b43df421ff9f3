"""What somebody labelled in Label Studio, as the server exports it, begins a benchmark."""

import json

import pytest

import dragoman
from dragoman.authoring.label_studio import client
from dragoman.authoring.starting import incoming
from dragoman.authoring.starting.new_benchmark import Plan, make

pytestmark = pytest.mark.enable_socket
CONFIG = """<View><Labels name="ner" toName="body"><Label value="Firma"/><Label value="Ort"/></Labels>
<Text name="body" value="$body"/></View>"""
BODY = "Nora 😀 verkauft in Köln.\nNora wächst."
REGIONS = [(0, 4, "Firma"), (19, 23, "Ort"), (25, 29, "Firma")]


@pytest.fixture(scope="module")
def project(label_studio):
    """A project of somebody else's, with an annotated task and one that nobody annotated."""
    with client.Server(label_studio["url"], label_studio["token"]) as server:
        made = server.create_project("Nachrichten", CONFIG, "")
        results = [
            {
                "id": f"r{at}",
                "from_name": "ner",
                "to_name": "body",
                "type": "labels",
                "value": {"start": start, "end": end, "text": BODY[start:end], "labels": [label]},
            }
            for at, (start, end, label) in enumerate(REGIONS)
        ]
        task = {"data": {"body": BODY, "id": "nora"}, "annotations": [{"result": results}]}
        server.import_tasks(made, [task, {"data": {"body": "Noch nichts.", "id": "leer"}}])
        yield server, made


@pytest.mark.parametrize("kind", ["JSON", "JSON_MIN"])
def test_an_export_of_the_server_is_a_benchmark(project, kind, tmp_path):
    server, number = project
    answer = server.request("GET", f"/api/projects/{number}/export", exportType=kind)
    # As the server names its files.
    path = tmp_path / f"project-{number}-at-2026-01-02-03-04-5a6b7c8d.json"
    path.write_text(json.dumps(answer), "utf-8")
    made = make(tmp_path / "new", Plan("nachrichten", ("de",)), incoming.read([path]))
    (document,) = dragoman.load(tmp_path / "new").split("test")
    assert document.text == BODY
    assert [(e.start, e.text, e.type) for e in document.entities] == [
        (0, "Nora", "Firma"),
        (19, "Köln", "Ort"),
        (25, "Nora", "Firma"),
    ]
    assert made.undescribed["entities.type"] == ["Firma", "Ort"]
