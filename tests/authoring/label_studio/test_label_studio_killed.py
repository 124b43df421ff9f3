"""A pull that is killed in the middle leaves no half file, and the next one ends as an unbroken one would."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from label_studio_stub import TOKEN

from dragoman.authoring.adjudication import read_documents
from dragoman.authoring.label_studio import client, config, file_kinds, push_items, sync

ROOT = Path(__file__).parents[3]
DOCUMENTS = read_documents(ROOT)
SCRIPT = ROOT / "scripts" / "annotate.py"
# Runs a script and kills itself at the n-th call of a function of `os`: with a file written and not yet in its place.
KILLED = """\
import os, runpy, signal, sys
name, left, sys.argv = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
real = getattr(os, name)
def deadly(*given, **named):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given, **named)
setattr(os, name, deadly)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def pull_command(root, *before, what=("gold",)):
    return [sys.executable, *before, SCRIPT, "pull", *what, "--root", root, "--json"]


def surroundings(url, token):
    return os.environ | {"DRAGOMAN_LABEL_STUDIO_URL": url, "DRAGOMAN_LABEL_STUDIO_TOKEN": token}


def benchmark(folder, names):
    """Copy the corpus and the gold of some documents."""
    shutil.copytree(ROOT / "corpus", folder / "corpus")
    (folder / "annotations" / "gold").mkdir(parents=True)
    for name in names:
        shutil.copy(ROOT / "annotations" / "gold" / f"{name}.json", folder / "annotations" / "gold")
    return folder


def annotated(folder):
    """All files below the annotations, hidden ones too."""
    return {p.relative_to(folder): p.read_bytes() for p in (folder / "annotations").rglob("*") if p.is_file()}


def push(server, kind, found):
    return sync.push(server, kind, found, config=config.make, progress=lambda work, _: iter(work))


def drop_an_entity(results):
    """Delete a region with its relations, and give another an offset that cannot be."""
    gone = next(r["id"] for r in results if r["type"] == "labels" and r["id"].startswith("e"))
    kept = [r for r in results if r.get("id") != gone and gone not in (r.get("from_id"), r.get("to_id"))]
    next(r for r in kept if r["type"] == "labels" and r["id"].startswith("e"))["value"]["start"] = 10**6
    return kept


@pytest.fixture
def edited(stub, speaker, tmp_path):
    """Give a benchmark of six documents whose labels were all changed on the server, and one pulled unbroken."""
    names = [path.stem for path in sorted((ROOT / "annotations" / "gold").glob("000.related-*.json"))][:6]
    root = benchmark(tmp_path / "root", names)
    push(speaker, file_kinds.GOLD, push_items.of_files(root, file_kinds.GOLD, DOCUMENTS))
    for task in stub.stored.values():
        task["annotations"][0]["result"] = drop_an_entity(task["annotations"][0]["result"])
    whole = shutil.copytree(root, tmp_path / "whole")
    done = subprocess.run(pull_command(whole), env=surroundings(stub.url, TOKEN), capture_output=True, check=False)
    assert done.returncode == 1, done.stderr  # what was set aside
    return root, annotated(root), annotated(whole), done.stdout


@pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
@pytest.mark.parametrize(
    ("function", "call", "written"),
    [("fsync", 1, 0), ("replace", 1, 0), ("fsync", 4, 3), ("replace", 6, 5), ("fsync", 7, 6), ("replace", 7, 6)],
)
def test_killed_while_it_writes(stub, edited, function, call, written):
    root, before, after, _ = edited
    given = pull_command(root, "-c", KILLED, function, str(call))
    done = subprocess.run(given, env=surroundings(stub.url, TOKEN), capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    left = annotated(root)
    whole = {path: data for path, data in left.items() if path.suffix == ".json"}
    assert sorted(path.suffix or path.name for path in left.keys() - whole.keys()) == [".lock", ".part"]
    assert sum(data != before[path] for path, data in whole.items()) == written
    assert all(data in (before[path], after[path]) for path, data in whole.items())
    assert_the_next_ends_like_an_unbroken_one(root, stub, after)


@pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
def test_killed_while_it_reads(stub, edited):
    root, before, after, said = edited
    process = []

    def kill(method, path, answered):
        if process and path == "/api/tasks" and answered:
            process.pop().send_signal(signal.SIGKILL)

    stub.fault = kill
    process.append(
        running := subprocess.Popen(
            pull_command(root), env=surroundings(stub.url, TOKEN), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    )
    running.communicate()
    assert running.returncode == -signal.SIGKILL
    assert annotated(root) == before
    assert assert_the_next_ends_like_an_unbroken_one(root, stub, after).replace(b"root", b"whole") == said


def assert_the_next_ends_like_an_unbroken_one(root, stub, after):
    done = subprocess.run(pull_command(root), env=surroundings(stub.url, TOKEN), capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    assert annotated(root) == after
    return done.stdout


@pytest.mark.enable_socket
def test_killed_while_it_writes_what_a_real_server_gave(label_studio, tmp_path):
    predictions = ROOT / "eval" / "runs" / "kiwi_names" / "1.0.0" / "predictions.jsonl"
    kind = file_kinds.of_predictions("killed")
    found, _ = push_items.of_predictions(predictions, "killed", DOCUMENTS)
    with client.Server(label_studio["url"], label_studio["token"]) as server:
        push(server, kind, found)
    root = benchmark(tmp_path / "root", ())
    expected = {kind.path(root, item.document.id): item.base for item in found}
    what, known = (
        ("predictions", predictions, "--name", "killed"),
        surroundings(label_studio["url"], label_studio["token"]),
    )
    done = subprocess.run(
        pull_command(root, "-c", KILLED, "fsync", "5", what=what), env=known, capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL
    came = {path: path.read_bytes() for path in (root / "predictions").rglob("*.json")}
    assert len(came) == 4
    assert came.items() <= expected.items()
    done = subprocess.run(pull_command(root, what=what), env=known, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {path: path.read_bytes() for path in (root / "predictions").rglob("*") if path.is_file()} == expected
