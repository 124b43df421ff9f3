"""A leaderboard's site as a static Space: against the Hub on loopback; no real Hub is reached."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("huggingface_hub", reason="install the extra `hub`")

from hub_server import Fault
from submitted import submit

from dragoman.authoring.publishing.hub_repository import Repository
from dragoman.authoring.publishing.plan import Settings
from dragoman.authoring.publishing.upload import publish
from dragoman.leaderboard.site import build
from dragoman.problems import DragomanError

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
NAME, KEY = "user/board", "spaces/user/board"


@pytest.fixture(scope="module")
def runs(tmp_path_factory, benchmark, gold):
    folder = tmp_path_factory.mktemp("runs")
    submit(folder, "one", benchmark, gold, keep=2)
    submit(folder, "two", benchmark, gold, keep=3)
    return folder


@pytest.fixture
def site(runs, tmp_path, benchmark):
    build(runs, tmp_path / "site", benchmark, lambda items, _: items, reports=False, dataset="user/dragoman")
    return tmp_path / "site"


def go(hub, folder, settings=None, **options):
    return publish(folder, Repository(NAME, hub.url), settings or Settings(), pause=0.01, **options)


def held(hub):
    repo = hub.repos[KEY]
    return {path: data for path, data in repo.commits[repo.main].items() if path != ".gitattributes"}


def local(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_site_is_created_committed_once_and_loaded_back_without_a_tag(hub, site):
    outcome = go(hub, site)
    assert outcome["done"] == ["create", "commit"]
    assert (outcome["verified"], outcome["tag"]) == (True, None)
    assert held(hub) == local(site)  # the Hub's own index.html and style.css are gone
    assert outcome["commit"] == hub.repos[KEY].main
    assert hub.repos[KEY].tags == {}
    assert go(hub, site)["done"] == ["nothing: it was published already"]


def test_a_board_that_was_made_anew_replaces_the_one_before(hub, site, runs, benchmark):
    go(hub, site)
    before = len(hub.repos[KEY].commits)
    for path in [*(site / "systems").glob("two-*.html")]:
        path.unlink()
    (site / "index.html").write_text("another")
    assert go(hub, site)["done"] == ["commit"]
    assert held(hub) == local(site)
    assert len(hub.repos[KEY].commits) == before + 1


def test_a_dry_run_says_what_would_be_done_and_changes_nothing(hub, site):
    plan = go(hub, site, dry_run=True)["plan"]
    assert plan[0] == "create the repository"
    assert any("+ index.html" in line for line in plan)
    assert not any("tag" in line for line in plan)
    assert hub.repos == {}


def test_the_command_knows_a_site_from_a_release(hub, site):
    run = subprocess.run(
        [sys.executable, "-m", "dragoman", "author", "publish", str(site), NAME, "--private"],
        env=os.environ | {"HF_ENDPOINT": hub.url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert hub.repos[KEY].private
    assert held(hub) == local(site)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(r"POST /api/repos/create", drop=True, after=True),
        Fault(r"POST .*/commit/", status=500, after=True),
        Fault(r"GET .*/refs", drop=True),
    ],
)
def test_a_passing_failure_is_got_over_and_nothing_is_done_twice(hub, site, fault):
    hub.faults.append(Fault(**vars(fault)))
    go(hub, site)
    assert hub.faults[0].times == 0
    assert held(hub) == local(site)
    assert len(hub.repos[KEY].commits) == 2


def test_what_is_no_part_of_a_site_is_not_sent(hub, site):
    for name in ("notes.txt", "systems/.env", "systems/Mine.html", "more/index.html"):
        path = site / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("secret")
        with pytest.raises(DragomanError) as caught:
            go(hub, site)
        assert caught.value.problems[0].code == "E747"
        path.unlink()
    (site / "index.html").unlink()
    with pytest.raises(DragomanError) as caught:
        go(hub, site)
    assert caught.value.problems[0].code == "E101"
    assert hub.writes == []


def test_a_space_of_something_else_is_left_alone_and_none_has_a_gate(hub, site):
    with pytest.raises(DragomanError) as caught:
        go(hub, site, Settings(gated="auto"))
    assert caught.value.problems[0].code == "E747"
    go(hub, site)
    repo = hub.repos[KEY]
    repo.commit({"app.py": b"print()", "README.md": b""})
    with pytest.raises(DragomanError) as caught:
        go(hub, site)
    assert "app.py" in caught.value.problems[0].what
    other = dict(local(site))
    other["leaderboard.json"] = other["leaderboard.json"].replace(b'"name": "dragoman"', b'"name": "another"')
    repo.commit(other)
    with pytest.raises(DragomanError) as caught:
        go(hub, site)
    assert "'another'" in caught.value.problems[0].what


def test_a_site_whose_bytes_come_back_changed_is_said_so(hub, site):
    hub.spoilt = "index.html"
    with pytest.raises(DragomanError) as caught:
        go(hub, site)
    assert caught.value.problems[0].code == "E748"


def test_the_site_that_goes_has_pages_alone(site):
    kinds = {Path(path).suffix for path in local(site)}
    assert kinds == {".html", ".json", ".csv", ".md"}
