"""A server is started, found again and stopped; its secrets are nowhere but in their file."""

import json
import os
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

import dragoman
from dragoman.authoring.label_studio import config, server
from dragoman.problems import DragomanError

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.enable_socket


def ask(started, path, body=None):
    request = urllib.request.Request(
        started["url"] + path,
        None if body is None else json.dumps(body).encode(),
        {"Authorization": f"Token {started['token']}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def test_the_token_opens_the_server(label_studio):
    assert ask(label_studio, "/api/current-user/whoami")["email"] == server.USER


def test_started_twice_it_says_that_it_runs(label_studio):
    again = server.serve(ROOT, label_studio["data"])
    assert again["already"]
    assert again["pid"] == label_studio["pid"]


@pytest.mark.parametrize("language", ["ar", "ko"])
def test_the_server_takes_the_configuration(label_studio, language):
    made = ask(label_studio, "/api/projects", {"title": f"config {language}", "label_config": config.make(language)})
    assert made["label_config"].strip() == config.make(language).strip()


def test_secrets_are_in_their_file_only(label_studio):
    data = label_studio["data"]
    secrets = [label_studio["password"], label_studio["token"]]
    assert stat.S_IMODE((data / server.CREDENTIALS).stat().st_mode) == 0o600
    argv = Path(f"/proc/{label_studio['pid']}/cmdline").read_text()
    log = (data / server.LOG).read_text()
    assert "label-studio" in argv
    assert log
    for secret in secrets:
        assert secret not in argv
        assert secret not in log
        found = subprocess.run(["git", "grep", "-qF", "-f", "-"], cwd=ROOT, input=secret, text=True, check=False)
        assert found.returncode == 1


def test_a_process_that_is_not_ours_is_left_alone(tmp_path):
    (tmp_path / server.PROCESS).write_text(json.dumps({"pid": os.getpid(), "started": "1", "url": "x"}))
    assert server.stop(tmp_path) == {"stopped": False}


@pytest.mark.parametrize("data", ["{", "[]", "{}", '{"user": "a", "password": "b"}', '{"user": 1}'])
def test_damaged_credentials_are_said(tmp_path, data):
    (tmp_path / server.CREDENTIALS).write_text(data)
    with pytest.raises(DragomanError, match=r"E20[12]"):
        server.credentials(tmp_path)


STAND_IN = """#!{python}
import http.server, subprocess, sys
print(subprocess.Popen(["sleep", "600"]).pid, flush=True)
class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Healthy).serve_forever()
"""


def stand_in(folder, monkeypatch, program):
    """Stand in a root whose Label Studio is another program; give the root, relative as a command line has it."""
    path = folder / ".venv-label-studio" / "bin" / "label-studio"
    path.parent.mkdir(parents=True)
    path.write_text(program)
    path.chmod(0o700)
    monkeypatch.delenv("LABEL_STUDIO_VENV", raising=False)
    monkeypatch.chdir(folder)
    return Path()


def test_a_server_ends_with_all_that_it_started(tmp_path, monkeypatch):
    root = stand_in(tmp_path, monkeypatch, STAND_IN.format(python=sys.executable))
    started = server.serve(root, tmp_path / "data")
    child = int(Path(started["log"]).read_text().split()[0])
    assert server.serve(root, tmp_path / "data") == {**started, "already": True}
    assert psutil.pid_exists(child)
    assert server.stop(tmp_path / "data") == {"stopped": True}
    assert not psutil.pid_exists(started["pid"])
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE
    assert server.stop(tmp_path / "data") == {"stopped": False}


def test_a_server_that_ends_at_once_is_a_failure(tmp_path, monkeypatch):
    root = stand_in(tmp_path, monkeypatch, "#!/bin/sh\nexit 3\n")
    with pytest.raises(DragomanError, match=r"E729.* ended with code 3"):
        server.serve(root, tmp_path / "data")
    assert not (tmp_path / "data" / server.PROCESS).exists()


@pytest.mark.parametrize("library", ["httpx", "psutil"])
def test_without_the_extra_it_says_so_and_starts_nothing(library, tmp_path, monkeypatch):
    root = stand_in(tmp_path, monkeypatch, "#!/bin/sh\n")
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(DragomanError, match=f"E729.* {library} is not installed"):
        server.serve(root, tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_without_an_environment_it_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.setenv("LABEL_STUDIO_VENV", str(tmp_path / "none"))
    with pytest.raises(DragomanError, match="make label-studio"):
        server.serve(ROOT, tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_an_export_is_scored_as_it_is(label_studio, tmp_path):
    """Tasks that the server stores, exported in both of its JSON forms, through the door for any predictions."""
    text = "Rana 😀 met Amin in Cairo."
    places = {"PER": (0, 4), "LOC": (19, 24)}
    labels = "".join(f'<Label value="{label}"/>' for label in places)
    view = f'<View><Labels name="ner" toName="body">{labels}</Labels><Text name="body" value="$body"/></View>'
    project = ask(label_studio, "/api/projects", {"title": "export", "label_config": view})["id"]
    regions = [
        {
            "from_name": "ner",
            "to_name": "body",
            "type": "labels",
            "value": {"start": start, "end": end, "text": text[start:end], "labels": [label]},
        }
        for label, (start, end) in places.items()
    ]
    task = {"data": {"body": text, "id": "d1"}, "annotations": [{"result": regions}]}
    ask(label_studio, f"/api/projects/{project}/import", [task])
    gold = [{"id": "d1", "text": text, "entities": [{"start": s, "end": e, "type": t} for t, (s, e) in places.items()]}]
    gold[0]["entities"].append({"start": 11, "end": 15, "type": "PER"})
    for form in ("JSON", "JSON_MIN"):
        path = tmp_path / f"{form}.json"
        path.write_text(json.dumps(ask(label_studio, f"/api/projects/{project}/export?exportType={form}")))
        result = dragoman.score(path, gold, measures=["entities.strict"], intervals=False)
        assert (result["entities.strict.precision"], result["entities.strict.recall"]) == (1.0, 2 / 3)
        assert result.coverage.read_as["pred"].startswith("label-studio")
