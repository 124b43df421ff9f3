"""Files that the Hub wants by LFS, as parquet: sent, compared by SHA-256, loaded back, and not sent twice."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("huggingface_hub", reason="install the extra `hub`")

from hub_server import Fault, Large

import dragoman
from dragoman.authoring.publishing.hub_repository import Repository
from dragoman.authoring.publishing.plan import Settings
from dragoman.authoring.publishing.upload import publish
from dragoman.files import sha256
from dragoman.problems import DragomanError
from dragoman.release import hub as hub_release

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
ROOT = Path(__file__).resolve().parents[2]
NAME = "user/dragoman"
TAG = f"v{dragoman.load().version}"


@pytest.fixture(params=[None, 1000], ids=["whole", "in parts"])
def large(hub, request):
    hub.large, hub.chunk = r"\.parquet$", request.param
    return hub


@pytest.fixture
def whole(hub):
    hub.large = r"\.parquet$"
    return hub


def go(hub, folder, **options):
    return publish(folder, Repository(NAME, hub.url), Settings(), pause=0.01, **options)


def held(hub):
    repo = hub.repos[NAME]
    return {path: data for path, data in repo.commits[repo.tags[TAG]].items() if path != ".gitattributes"}


def local(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def sent(hub):
    """Objects by the number of times that they were sent whole, or their first part was."""
    keys = [found[1] for line in hub.log if (found := re.fullmatch(r"PUT /lfs-store/([0-9a-f]{64})(?:/1)?", line))]
    return {key: keys.count(key) for key in keys}


def test_parquet_goes_by_lfs_and_comes_back(large, published_folder):
    outcome = go(large, published_folder)
    assert outcome["done"] == ["create", "commit", "tag"]
    assert outcome["verified"]
    there = held(large)
    assert there == local(published_folder)
    assert {path for path, data in there.items() if isinstance(data, Large)} == {
        path for path in there if path.endswith(".parquet")
    }
    assert sent(large) == {sha256(data): 1 for data in there.values() if isinstance(data, Large)}
    assert not any("xet" in line for line in large.log)


def test_a_second_time_and_in_another_repository_no_object_is_sent_again(whole, published_folder):
    go(whole, published_folder)
    writes = len(whole.writes)
    assert go(whole, published_folder)["done"] == ["nothing: it was published already"]
    assert len(whole.writes) == writes
    # The objects are known to the store.
    before = sent(whole)
    other = publish(published_folder, Repository("user/other", whole.url), Settings(), pause=0.01)
    assert other["verified"]
    assert sent(whole) == before


def test_load_dataset_by_revision_reads_them_plain_and_streamed(whole, whole_folder, tmp_path):
    pytest.importorskip("datasets", reason="install the extra `hub`")
    go(whole, whole_folder)
    code = f"""
from datasets import load_dataset
plain = load_dataset({NAME!r}, "claims", revision={TAG!r})
streamed = load_dataset({NAME!r}, "claims", revision={TAG!r}, streaming=True)
assert list(plain) == list(streamed) == ["dev", "test"]
for split in plain:
    assert list(plain[split]) == list(streamed[split]) != []
print(sum(map(len, plain.values())))
"""
    settings = {"HF_ENDPOINT": whole.url, "HF_HOME": str(tmp_path / "empty"), "HF_HUB_DISABLE_TELEMETRY": "1"}
    made = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | settings, capture_output=True, text=True, check=True
    )
    claims = dragoman.load().release.rows["claims"]
    assert int(made.stdout.split()[-1]) == sum(map(len, claims.values()))


PASSING = {
    "batch 500": Fault(r"POST .*objects/batch", status=500),
    "batch dropped": Fault(r"POST .*objects/batch", drop=True),
    "store 503": Fault(r"PUT /lfs-store/", status=503),
    "store dropped": Fault(r"PUT /lfs-store/", drop=True),
    "stored, answer lost": Fault(r"PUT /lfs-store/", drop=True, after=True),
    "not verified": Fault(r"POST .*lfs/verify", status=409),
    "batch of a proxy": Fault(r"POST .*objects/batch", status=200, body=b"<html>sign in</html>"),
    "commit made, answer lost": Fault(r"POST .*/commit/", drop=True, after=True),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_passing_failure_is_got_over(whole, published_folder, fault):
    whole.faults.append(Fault(**vars(fault)))
    assert go(whole, published_folder)["verified"]
    assert whole.faults[0].times == 0  # it did happen
    assert held(whole) == local(published_folder)
    assert len(whole.repos[NAME].commits) == 2


LASTING = {
    "E741": Fault(r"PUT /lfs-store/", status=403, times=99),
    "E746": Fault(r"PUT /lfs-store/", status=400, times=99),
}


@pytest.mark.parametrize(("code", "fault"), LASTING.items(), ids=LASTING)
def test_a_lasting_failure_has_a_number_and_is_completed_later(whole, published_folder, code, fault):
    whole.faults.append(Fault(**vars(fault)))
    with pytest.raises(DragomanError, match=rf"{code} {NAME}: the Hub answers {fault.status} to PUT /lfs-store/"):
        go(whole, published_folder, attempts=2)
    assert len(whole.repos[NAME].commits) == 1
    whole.faults.clear()
    assert go(whole, published_folder)["verified"]


def test_an_object_that_the_store_refuses_is_said(whole, published_folder):
    key = sha256((published_folder / "data/claims/test.parquet").read_bytes())
    whole.broken[key] = "the quota is used up"
    with pytest.raises(DragomanError, match=r"E744.*the quota is used up"):
        go(whole, published_folder, attempts=2)
    assert len(whole.repos[NAME].commits) == 1
    whole.broken.clear()
    assert go(whole, published_folder)["done"] == ["commit", "tag"]


@pytest.mark.parametrize("after", [False, True])
def test_killed_while_an_object_is_sent_it_is_completed(whole, published_folder, after):
    whole.faults.append(Fault(r"PUT /lfs-store/", hold=True, after=after))
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "scripts/publish.py"), str(published_folder), NAME],
        env=os.environ | {"HF_ENDPOINT": whole.url, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert whole.held.wait(60)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    whole.release.set()
    assert go(whole, published_folder)["verified"]
    assert held(whole) == local(published_folder)


def test_an_object_that_comes_back_changed_is_not_tagged(whole, published_folder):
    path = "data/claims/test.parquet"
    data = (published_folder / path).read_bytes()
    key = sha256(data)
    store, whole.store = whole.store, Spoilt(key)
    with pytest.raises(DragomanError, match=r"E748.*claims/test\.parquet"):
        go(whole, published_folder)
    assert whole.repos[NAME].tags == {}
    store.update(whole.store)
    whole.store = store
    assert go(whole, published_folder)["done"] == ["tag"]


class Spoilt(dict):
    """A store that gives one object back with another last byte."""

    def __init__(self, key):
        super().__init__()
        self.key = key

    def get(self, key, default=None):
        data = super().get(key, default)
        return data[:-1] + bytes([data[-1] ^ 1]) if key == self.key and data else data


def test_a_tag_that_holds_another_object_is_never_moved(whole, published_folder):
    go(whole, published_folder)
    repo = whole.repos[NAME]
    path = "data/claims/test.parquet"
    repo.tags[TAG] = repo.commit({**repo.commits[repo.main], path: Large(b"PAR1 another PAR1")})
    with pytest.raises(DragomanError, match=r"E745.*claims/test\.parquet"):
        go(whole, published_folder)
    assert isinstance(held(whole)[path], Large)


def test_the_hub_serves_the_scorer(whole, whole_folder, monkeypatch):
    go(whole, whole_folder)
    fetch = hub_release.fetch
    monkeypatch.setattr(hub_release, "fetch", lambda where: fetch(where, endpoint=whole.url))
    assert dragoman.load(f"{NAME}@{TAG}").fingerprint == dragoman.load().fingerprint
