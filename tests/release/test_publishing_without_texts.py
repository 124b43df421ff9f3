"""A release without texts on a Hub on loopback: published, loaded back by its own hash, and rehydrated from there."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("huggingface_hub", reason="install the extra `hub`")

import huggingface_hub
from hub_server import Fault

import dragoman
from dragoman.authoring.publishing.hub_repository import Repository
from dragoman.authoring.publishing.plan import Settings
from dragoman.authoring.publishing.upload import publish
from dragoman.problems import DragomanError
from dragoman.release import hub as hub_release
from dragoman.release import standoff
from dragoman.release.content import fingerprint

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
ROOT = Path(__file__).resolve().parents[2]
NAME = "user/labels"
TAG = f"v{dragoman.load().version}"


def go(hub, folder, **options):
    return publish(folder, Repository(NAME, hub.url), Settings(), pause=0.01, **options)


@pytest.fixture
def copy(bare_folder, tmp_path):
    return Path(shutil.copytree(bare_folder, tmp_path / "copy"))


def test_it_is_published_and_its_own_hash_comes_back(hub, bare_folder):
    outcome = go(hub, bare_folder)
    assert outcome["done"] == ["create", "commit", "tag"]
    assert outcome["verified"]
    manifest, rows, _ = standoff.read(bare_folder)
    assert outcome["fingerprint_without_texts"] == fingerprint(rows) == manifest.fingerprint_without_texts
    assert outcome["fingerprint"] == dragoman.load().fingerprint != outcome["fingerprint_without_texts"]
    repo = hub.repos[NAME]
    held = {path: data for path, data in repo.commits[repo.tags[TAG]].items() if path != ".gitattributes"}
    assert held == {p.relative_to(bare_folder).as_posix(): p.read_bytes() for p in bare_folder.rglob("*.*")} | {
        "SHA256SUMS": (bare_folder / "SHA256SUMS").read_bytes()
    }
    before = len(hub.writes)
    assert go(hub, bare_folder)["done"] == ["nothing: it was published already"]
    assert len(hub.writes) == before


def test_the_script_publishes_it_and_the_command_rehydrates_it_from_there(hub, bare_folder, tmp_path):
    settings = {"HF_ENDPOINT": hub.url, "PYTHONPATH": str(ROOT / "src"), "HF_HOME": str(tmp_path / "other home")}
    made = subprocess.run(
        [sys.executable, str(ROOT / "scripts/publish.py"), str(bare_folder), NAME, "--json"],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(made.stdout)
    assert told["verified"]
    out = tmp_path / "out"
    where = f"{NAME}@{TAG}"
    command = ["-m", "dragoman", "rehydrate", where, "--pages", str(ROOT / "corpus/pages"), "--out", str(out), "--json"]
    made = subprocess.run(
        [sys.executable, *command], env=os.environ | settings, capture_output=True, text=True, check=True
    )
    assert json.loads(made.stdout)["fingerprint"] == told["fingerprint"] == dragoman.load(out).fingerprint


def test_the_hub_is_told_its_licence_and_canary_and_not_to_show_it(bare_folder, whole_folder):
    bare, whole = (huggingface_hub.DatasetCard.load(each / "README.md").data for each in (bare_folder, whole_folder))
    for key in ("license", "language", "task_categories", "canary"):
        assert bare.to_dict()[key] == whole.to_dict()[key]
    assert bare.to_dict()["viewer"] is False
    assert bare.canary in (bare_folder / "README.md").read_text("utf-8").partition("\n# ")[2]


def test_it_is_no_benchmark_on_the_hub_either(hub, bare_folder, monkeypatch):
    go(hub, bare_folder)
    fetch = hub_release.fetch
    monkeypatch.setattr(hub_release, "fetch", lambda where: fetch(where, endpoint=hub.url))
    with pytest.raises(DragomanError, match=r"E701.*dragoman rehydrate"):
        dragoman.load(f"{NAME}@{TAG}")


def test_releases_with_and_without_texts_do_not_share_a_repository(hub, bare_folder, published_folder):
    for first, second in ((bare_folder, published_folder), (published_folder, bare_folder)):
        go(hub, first)
        hub.repos[NAME].tags.clear()  # as if the other were the next version
        main = hub.repos[NAME].main
        with pytest.raises(DragomanError, match=r"E747.*repository of their own"):
            go(hub, second)
        assert hub.repos[NAME].main == main
        hub.repos.clear()


@pytest.mark.parametrize("name", ["README.md", "card.md", "rows/segments/dev.jsonl", "standoff.json", "SHA256SUMS"])
def test_a_damaged_folder_is_refused_before_the_hub_is_asked(hub, copy, name):
    data = (copy / name).read_bytes()
    (copy / name).write_bytes(data.replace(b"a", b"b", 1))
    with pytest.raises(DragomanError, match=r"E715|E202"):
        go(hub, copy)
    assert hub.log == []


def test_a_file_that_is_no_part_of_it_is_not_sent(hub, copy):
    shutil.copy(next((ROOT / "corpus/pages").iterdir()), copy / "rows" / "page.txt")
    with pytest.raises(DragomanError, match=r"E747.*page\.txt"):
        go(hub, copy)
    assert hub.log == []


def test_what_does_not_come_back_is_not_tagged(hub, bare_folder):
    hub.spoilt = "rows/documents/test.jsonl"
    with pytest.raises(DragomanError, match=r"E748.*documents/test\.jsonl"):
        go(hub, bare_folder)
    assert hub.repos[NAME].tags == {}
    hub.spoilt = None
    hub.faults.append(Fault(r"POST .*/tag/", drop=True, after=True))
    assert go(hub, bare_folder)["verified"]
