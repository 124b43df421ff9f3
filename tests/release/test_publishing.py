"""Publishing a release: against a Hub on loopback, with every failure that it may have; no real Hub is reached."""

import gzip
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("huggingface_hub", reason="install the extra `hub`")

from hub_server import TOKEN, Fault

import dragoman
from dragoman import benchmark as benchmarks
from dragoman import http_clients
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


def go(hub, folder, settings=None, **options):
    return publish(folder, Repository(NAME, hub.url), settings or Settings(), pause=0.01, **options)


def script(hub, folder, *arguments, **environment):
    return subprocess.Popen(
        [sys.executable, str(ROOT / "scripts/publish.py"), str(folder), NAME, *arguments],
        env=os.environ | {"HF_ENDPOINT": hub.url, "PYTHONPATH": str(ROOT / "src")} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def held(hub, name=NAME):
    """What the Hub holds under the tag, without its own file."""
    repo = hub.repos[name]
    return {path: data for path, data in repo.commits[repo.tags[TAG]].items() if path != ".gitattributes"}


def local(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def copy(published_folder, tmp_path):
    shutil.copytree(published_folder, tmp_path / "copy")
    return tmp_path / "copy"


def test_a_release_is_created_committed_once_tagged_and_loaded_back(hub, published_folder):
    outcome = go(hub, published_folder)
    assert outcome["done"] == ["create", "commit", "tag"]
    assert outcome["verified"]
    assert held(hub) == local(published_folder)
    assert len(hub.repos[NAME].commits) == 2  # the Hub's own, and ours
    assert outcome["commit"] == hub.repos[NAME].tags[TAG] == hub.repos[NAME].main


def test_a_second_time_does_nothing_and_says_so(hub, published_folder):
    first = go(hub, published_folder)
    before = len(hub.writes)
    second = go(hub, published_folder)
    assert second["done"] == ["nothing: it was published already"]
    assert second["commit"] == first["commit"]
    assert len(hub.writes) == before


def test_load_dataset_by_revision_in_a_fresh_process_gives_the_same_rows_streamed_or_not(hub, whole_folder, tmp_path):
    pytest.importorskip("datasets", reason="install the extra `hub`")
    go(hub, whole_folder)
    later = hub.repos[NAME]
    later.commit({**later.commits[later.main], "README.md": b"changed on main since\n"})
    code = f"""
import msgspec, dragoman
from datasets import ClassLabel, List, load_dataset
from dragoman.release.content import Release
from dragoman.schema.release_rows import CONFIGS

def plain(value, feature):
    if value is None:
        return None
    if isinstance(feature, ClassLabel):
        return feature.int2str(value)
    if isinstance(feature, List):
        return [plain(item, feature.feature) for item in value]
    return {{k: plain(v, feature[k]) for k, v in value.items()}} if isinstance(feature, dict) else value

for streaming in (False, True):
    rows = {{
        config: {{
            split: [msgspec.convert(plain(row, part.features), record) for row in part]
            for split, part in load_dataset({NAME!r}, config, revision={TAG!r}, streaming=streaming).items()
        }}
        for config, record in CONFIGS.items()
    }}
    print(Release("", "", rows).fingerprint)
print(dragoman.load({f"{NAME}@{TAG}"!r}).fingerprint)
"""
    home = tmp_path / "empty"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ
        | {
            "HF_ENDPOINT": hub.url,
            "HF_HOME": str(home),
            "PYTHONPATH": str(ROOT / "src"),
            "HF_HUB_DISABLE_TELEMETRY": "1",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split()[-3:] == [dragoman.load().fingerprint] * 3


def test_a_dry_run_shows_every_file_and_writes_nothing(hub, published_folder):
    outcome = go(hub, published_folder, Settings(private=True, gated="manual"), dry_run=True)
    assert hub.writes == []
    assert hub.repos == {}
    assert outcome["steps"].upload == {path: len(data) for path, data in local(published_folder).items()}
    text = "\n".join(outcome["plan"])
    assert re.search(r"create the repository, private\ngate it \(manual\)\ncommit \d+ files, [\d,]+ bytes:", text)
    assert text.endswith(f"tag {TAG} on that commit")
    go(hub, published_folder)
    assert go(hub, published_folder, dry_run=True)["plan"] == ["nothing to do: it is published"]


def test_private_and_gated_are_set_before_anything_is_sent(hub, published_folder):
    assert go(hub, published_folder, Settings(private=True, gated="auto"))["done"] == [
        "create",
        "settings",
        "commit",
        "tag",
    ]
    assert (hub.repos[NAME].private, hub.repos[NAME].gated) == (True, "auto")
    assert go(hub, published_folder)["done"] == ["nothing: it was published already"]  # left as they are
    assert go(hub, published_folder, Settings(private=False, gated=False))["done"] == ["settings"]
    assert (hub.repos[NAME].private, hub.repos[NAME].gated) == (False, False)


PASSING = {
    "connection dropped at first": Fault(r"GET .*/refs", drop=True),
    "connection dropped in the commit": Fault(r"POST .*/commit/", drop=True),
    "commit made, answer lost": Fault(r"POST .*/commit/", drop=True, after=True),
    "500 in the commit": Fault(r"POST .*/commit/", status=500),
    "500 although the commit is made": Fault(r"POST .*/commit/", status=500, after=True),
    "repository made, answer lost": Fault(r"POST /api/repos/create", drop=True, after=True),
    "repository made by another": Fault(
        r"POST /api/repos/create", status=409, after=True, body=b'{"url": "http://x/datasets/user/dragoman"}'
    ),
    "tag set, answer lost": Fault(r"POST .*/tag/", drop=True, after=True),
    "tag set by another": Fault(r"POST .*/tag/", status=409, after=True),
    "409 in the commit": Fault(r"POST .*/commit/", status=409),
    "429": Fault(r"POST .*/commit/", status=429, headers={"Retry-After": "0"}),
    "503 while the card is looked at": Fault(r"POST /api/validate-yaml", status=503, body=b"<html>busy</html>"),
    "a page of a proxy": Fault(r"GET .*/refs", status=200, body=b"<html>sign in</html>"),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_passing_failure_is_got_over_and_nothing_is_done_twice(hub, published_folder, fault):
    hub.faults.append(Fault(**vars(fault)))
    go(hub, published_folder)
    assert hub.faults[0].times == 0  # it did happen
    assert held(hub) == local(published_folder)
    assert len(hub.repos[NAME].commits) == 2


LASTING = {
    "E740": [Fault(r"GET .*/refs", drop=True, times=99), Fault(r"POST .*/commit/", drop=True, times=99)],
    "E741": [
        Fault(r"POST /api/repos/create", status=401, times=99),
        Fault(r"POST .*/commit/", status=403, times=99),
        Fault(r"GET .*/refs", status=401, headers={"X-Error-Message": "Invalid credentials in Authorization header"}),
    ],
    "E743": [
        Fault(r"POST .*/commit/", status=429, headers={"Retry-After": "3600"}),
        Fault(r"/refs", status=429, times=99),
    ],
    "E744": [Fault(r"POST .*/commit/", status=500, times=99), Fault(r"GET .*/refs", status=502, times=99)],
    "E746": [
        Fault(r"POST .*/commit/", status=409, times=99),
        Fault(r"POST .*/commit/", status=400),
        Fault(r"POST .*/tag/", status=409, times=99),
        Fault(r"POST .*/commit/", status=413),
    ],
}


@pytest.mark.parametrize(("code", "fault"), [(c, f) for c, fs in LASTING.items() for f in fs], ids=str)
def test_a_lasting_failure_has_a_number_and_is_completed_later(hub, published_folder, code, fault):
    hub.faults.append(Fault(**vars(fault)))
    with pytest.raises(DragomanError) as failed:
        go(hub, published_folder, attempts=3)
    (problem,) = failed.value.problems
    assert (problem.code, problem.file.split("@")[0]) == (code, NAME)
    assert problem.what
    assert problem.hint
    assert len(hub.writes) < 12  # bounded
    hub.faults.clear()
    assert go(hub, published_folder)["verified"]
    assert held(hub) == local(published_folder)
    assert len(hub.repos[NAME].commits) == 2


def test_a_hub_that_asks_to_wait_is_waited_for(monkeypatch):
    pauses = []
    monkeypatch.setattr("time.sleep", pauses.append)
    problem = dragoman.problems.Problem(code="E743", what="busy.")
    answers = [hub_release.HubError(problem, passing=True, retry_after=7), None]

    def ask():
        if answer := answers.pop(0):
            raise answer
        return "done"

    assert hub_release.patiently(ask, pause=0.5) == "done"
    assert pauses == [7]


@pytest.mark.parametrize(
    ("request_", "after"),
    [
        ("repos/create", True),
        ("preupload", False),
        ("/commit/", False),
        ("/commit/", True),
        ("/tag/", False),
        ("/tag/", True),
    ],
)
def test_killed_in_the_middle_it_is_completed(hub, published_folder, request_, after):
    hub.faults.append(Fault(f"POST .*{request_}", hold=True, after=after))
    process = script(hub, published_folder)
    assert hub.held.wait(60)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    hub.release.set()
    go(hub, published_folder)
    assert held(hub) == local(published_folder)
    assert len(hub.repos[NAME].commits) == 2


def other_version(folder, version, readme=b"other\n"):
    """Change a release folder's version and card, checksums and all."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    (folder / "README.md").write_bytes(readme)
    manifest["version"] = version
    manifest["checksums"]["README.md"] = sha256(readme)
    with_manifest(folder, manifest)


def with_manifest(folder, manifest):
    """Write a manifest and the list of checksums that goes with it."""
    data = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(data)
    sums = {**manifest["checksums"], "manifest.json": sha256(data)}
    lines = "".join(f"{checksum}  {name}\n" for name, checksum in sorted(sums.items()))
    (folder / "SHA256SUMS").write_text(lines, encoding="utf-8")


def test_a_tag_with_other_content_is_never_moved(hub, published_folder, copy):
    go(hub, published_folder)
    before, writes = held(hub), len(hub.writes)
    other_version(copy, TAG[1:])
    for dry_run in (True, False):
        with pytest.raises(DragomanError, match=r"E745.*README\.md.*Raise the version"):
            go(hub, copy, dry_run=dry_run)
    assert held(hub) == before
    assert len(hub.writes) == writes


def test_the_next_version_sends_what_changed_and_leaves_the_old_tag(hub, published_folder, copy):
    go(hub, published_folder)
    before = held(hub)
    other_version(copy, "99.0.0")
    (copy / "GUIDELINES.md").unlink()
    manifest = json.loads((copy / "manifest.json").read_bytes())
    del manifest["checksums"]["GUIDELINES.md"]
    with_manifest(copy, manifest)
    plan = go(hub, copy, dry_run=True)["steps"]
    assert set(plan.upload) == {"README.md", "SHA256SUMS", "manifest.json"}
    assert plan.delete == ["GUIDELINES.md"]
    assert go(hub, copy)["done"] == ["commit", "tag"]
    assert held(hub) == before
    repo = hub.repos[NAME]
    assert repo.commits[repo.tags["v99.0.0"]].keys() - {".gitattributes"} == local(copy).keys()
    other_version(copy, "98.0.0")
    with pytest.raises(DragomanError, match=r"E747.*later"):  # an older one does not come after it
        go(hub, copy)
    assert go(hub, published_folder)["done"] == ["nothing: it was published already"]


def test_a_repository_of_something_else_is_left_alone(hub, published_folder):
    go(hub, published_folder)
    repo = hub.repos[NAME]
    repo.tags.clear()
    for files in ({"train.csv": b"1\n"}, {"manifest.json": b"{}"}):
        main = repo.commit(files)
        with pytest.raises(DragomanError, match="E747"):
            go(hub, published_folder)
        assert repo.main == main


def test_what_somebody_commits_meanwhile_is_not_overwritten(hub, published_folder, monkeypatch):
    carry_out = Repository.carry_out

    def beaten(self, plan, payload):
        repo = hub.repos.get(NAME)
        if plan.first == "commit" and len(repo.commits) == 1:
            repo.commit({"train.csv": b"theirs\n"})
        carry_out(self, plan, payload)

    monkeypatch.setattr(Repository, "carry_out", beaten)
    with pytest.raises(DragomanError, match=r"E747.*train\.csv"):
        go(hub, published_folder)
    assert hub.repos[NAME].commits[hub.repos[NAME].main] == {"train.csv": b"theirs\n"}


def test_what_does_not_come_back_is_not_tagged(hub, published_folder):
    hub.spoilt = "data/claims/test.parquet"
    with pytest.raises(DragomanError, match=r"E748.*claims/test\.parquet"):
        go(hub, published_folder)
    assert hub.repos[NAME].tags == {}
    hub.spoilt = None
    assert go(hub, published_folder)["done"] == ["tag"]


@pytest.mark.parametrize("name", ["README.md", "data/claims/test.parquet", "GUIDELINES.md"])
def test_a_damaged_folder_is_refused_before_the_hub_is_asked(hub, copy, name):
    with (copy / name).open("ab") as out:
        out.write(b"x")
    with pytest.raises(DragomanError, match="E701"):
        go(hub, copy)
    assert hub.log == []


def test_a_file_that_is_no_part_of_the_release_is_not_sent(hub, copy):
    (copy / ".env").write_text("secret")
    with pytest.raises(DragomanError, match=r"E747.*\.env"):
        go(hub, copy)
    assert hub.log == []


def test_no_token_is_said_at_once(hub, published_folder, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(DragomanError, match=r"E741.*hf auth login"):
        go(hub, published_folder)
    assert hub.log == []
    assert go(hub, published_folder, dry_run=True)["steps"].create


def test_the_script_prints_numbers_and_never_the_token(hub, published_folder):
    echo = json.dumps({"error": f"Bearer {TOKEN} is not welcome"}).encode()
    hub.faults.append(Fault(r"POST .*/commit/", status=403, body=echo, headers={"X-Error-Message": f"no {TOKEN}"}))
    process = script(hub, published_folder)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert err.startswith("E741 user/dragoman: the Hub answers 403 to POST /api/datasets/user/dragoman/commit/main: ")
    assert "[secret]" in err
    assert TOKEN not in out + err
    assert "Traceback" not in err
    process = script(hub, published_folder, "--json")
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    assert json.loads(out)["done"] == ["commit", "tag"]


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429, 500])
def test_what_the_hub_says_is_harmless_in_a_terminal_and_holds_no_token(hub, monkeypatch, status):
    said = f"\x1b]0;owned\x07\u202e {'x' * 280} {TOKEN}, Bearer%20{TOKEN.upper()}"
    hub.faults.append(
        Fault("GET", status=status, body=json.dumps({"error": said}).encode(), headers={"X-HF-Warning": TOKEN}, times=9)
    )
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with pytest.raises(DragomanError) as caught:
        hub_release.patiently(
            lambda: hub_release.fetch(hub_release.Address("user/x"), endpoint=hub.url), attempts=2, pause=0.001
        )
    text = str(caught.value) + screen.getvalue().replace("\n", "")
    assert text.isprintable()
    assert TOKEN[:9] not in text


def test_a_warning_of_the_hub_is_made_harmless_on_a_terminal(monkeypatch):
    huggingface_hub = pytest.importorskip("huggingface_hub", reason="install the extra `hub`")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr(sys, "stderr", Terminal())
    logger = huggingface_hub.utils.logging.get_logger("huggingface_hub.utils._http")
    handler = huggingface_hub.utils.logging.get_logger().handlers[0]
    screen = io.StringIO()
    monkeypatch.setattr(handler, "stream", screen)
    with hub_release.quiet():
        logger.warning("%s %s", "\x1b[31m", TOKEN)
    assert screen.getvalue() == "\\x1b[31m [secret]\n"


def test_the_script_shows_a_dry_run_a_line_a_file(hub, published_folder):
    out, err = script(hub, published_folder, "--dry-run").communicate(timeout=120)
    assert err == ""
    assert {f"  + {path}  {len(data):,} bytes" for path, data in local(published_folder).items()} <= set(
        out.split("\n")
    )
    assert hub.writes == []


def test_the_hub_serves_the_scorer(hub, whole_folder, monkeypatch):
    go(hub, whole_folder)
    fetch = hub_release.fetch
    monkeypatch.setattr(hub_release, "fetch", lambda where: fetch(where, endpoint=hub.url))
    loaded = benchmarks.load(f"{NAME}@{TAG}")
    assert loaded.fingerprint == dragoman.load().fingerprint
    hub.shutdown()  # a second time it comes out of the cache
    assert benchmarks.load(Path(f"{NAME}@{TAG}")).version == loaded.version


def test_what_is_not_on_the_hub_has_a_number(hub, published_folder, monkeypatch):
    go(hub, published_folder)
    fetch = hub_release.fetch
    monkeypatch.setattr(hub_release, "fetch", lambda where: fetch(where, endpoint=hub.url))
    for where in ("user/nothing", f"{NAME}@v0.0.1"):
        with pytest.raises(DragomanError, match=rf"E742 {where}"):
            benchmarks.load(where)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Fault(r"GET /api/datasets/", status=200, body=b" " * 2000), "it has over 1,000 bytes"),
        (
            Fault(
                r"GET /api/datasets/", status=200, body=gzip.compress(bytes(2000)), headers={"Content-Encoding": "gzip"}
            ),
            "it has over 1,000 bytes",
        ),
        (Fault(r"GET /api/datasets/", hold=True), "there is none after"),
    ],
)
def test_what_the_hub_answers_is_bounded_in_size_and_time(hub, monkeypatch, fault, why):
    monkeypatch.setattr(hub_release, "MAX_ANSWER", 1000)
    monkeypatch.setattr(hub_release, "MAX_SECONDS", 0.3 if fault.hold else 30.0)
    monkeypatch.setattr(http_clients, "GRACE", 0.1)
    hub.faults.append(Fault(**vars(fault)))
    with pytest.raises(hub_release.HubError, match=rf"E744.*{why}"):
        hub_release.fetch(hub_release.Address("user/x", "v1.0.0"), endpoint=hub.url)
    hub.release.set()
    hub.faults.clear()


@pytest.mark.parametrize(
    "text", ["plain", "a/b/c", "../x", "/a/b", "a/b@", "a b/c", "a/..", "", "a/b@../x", "a/b@v1/../../x"]
)
def test_other_places_are_no_address(text):
    assert hub_release.address(text) is None
