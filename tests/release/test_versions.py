"""Gold never changes under a version: releases are refused or named, and the same source gives the same bytes."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import dragoman
from dragoman.authoring import changelog, release_folder
from dragoman.files import sha256
from dragoman.problems import DragomanError
from dragoman.release import bundle, parquet, source_root
from dragoman.release.rehydration import rehydrate
from dragoman.release.semver import is_development, numbers, wanted

ROOT = Path(__file__).resolve().parents[2]
RELEASED = {
    "1.0.0": "27bdc6021bf3e0db2a578fee36508d26df7e87f074893591098e957a52736d58",
    "2.0.0": "bca24e1749d2a6ac20e121db20532b1dd8800a7b8f14be94df791acb073b3f62",
}
"""Fingerprint of each version that was released. Never change a line; add one."""
SOURCE = source_root.assemble(ROOT).version
NOW = ".".join(map(str, numbers(SOURCE)))
"""The version of the source, or the one that it leads to."""
NEXT = wanted(NOW, "major")


@pytest.fixture
def since(tmp_path):
    for name in ("corpus", "annotations"):
        shutil.copytree(ROOT / name, tmp_path / "since" / name, ignore=shutil.ignore_patterns("passes"))
    shutil.copy(ROOT / "DATASET_CARD.md", tmp_path / "since")
    number(tmp_path / "since", NOW)
    return tmp_path / "since"


@pytest.fixture
def root(since, tmp_path):
    return shutil.copytree(since, tmp_path / "root")


def number(root, version):
    table = root / "corpus" / "sources.toml"
    text = re.sub(r'(?m)^version = "[^"]*"', f'version = "{version}"', table.read_text("utf-8"))
    table.write_text(text, "utf-8")


def edit(root, version=None, text="<b>`x`</b>\u202e"):
    path = root / "annotations" / "gold" / "003.article-1.json"
    gold = json.loads(path.read_text("utf-8"))
    gold["claims"][0]["gloss"] = text
    path.write_text(json.dumps(gold, ensure_ascii=False), encoding="utf-8")
    if version:
        number(root, version)


def run(*arguments, **environment):
    command = [sys.executable, str(ROOT / "scripts" / "release.py"), *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}, encoding="utf-8"
    )


def content(folder):
    return {path.relative_to(folder): sha256(path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


def test_rows_that_were_released_are_as_they_were():
    for version, fingerprint in RELEASED.items():
        assert dragoman.load(version=version).fingerprint == fingerprint
    source = source_root.assemble(ROOT)
    assert is_development(source.version) or source.fingerprint == RELEASED[source.version]


def test_all_that_was_released_travels_in_the_package_and_of_what_is_under_development_the_last():
    assert bundle.versions(bundle.packaged()) == [*RELEASED, *([SOURCE] if is_development(SOURCE) else [])]
    assert dragoman.load().version == SOURCE
    assert dragoman.load("1.0.0").fingerprint == dragoman.load(version="1.0.0").fingerprint
    assert dragoman.load(Path("1.0.0")).version == "1.0.0"  # as the command line gives it
    assert len(dragoman.load("1.0.0").release.rows["entities"]["dev"]) == 191
    for where, version in ((None, "9.9.9"), ("9.9.9", None), (ROOT, "1.0.0")):
        with pytest.raises(DragomanError, match="E701"):
            dragoman.load(where, version=version)


def test_rows_of_an_earlier_schema_are_looked_at_in_that_of_today_and_keep_their_own(tmp_path):
    """Downloaded with texts or without, it is the same release; today's columns are filled as far as can be."""
    old = dragoman.load(version="1.0.0")
    row = next(row for row in old.registry if row.id == "cuba")
    assert [(name.language, name.name) for name in row.names] == [("ar", "كوبا"), ("en", "Cuba"), ("ko", "꾸바")]
    assert (row.in_dev, row.held) == (True, [])
    assert old.reading == {}
    release_folder.write(old.release, ROOT, tmp_path / "whole")
    release_folder.write_standoff(old.release, ROOT, tmp_path / "bare")
    rehydrate(tmp_path / "bare", ROOT / "corpus" / "pages", tmp_path / "back")
    for folder in ("whole", "back"):
        assert parquet.read(tmp_path / folder).fingerprint == RELEASED["1.0.0"]
        assert not (tmp_path / folder / "data" / "reading").exists()


def test_columns_that_are_not_known_are_refused(tmp_path):
    release_folder.write(source_root.assemble(ROOT), ROOT, tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    (tmp_path / "out" / "manifest.json").write_text(json.dumps(manifest | {"schema_version": "99"}), "utf-8")
    with pytest.raises(DragomanError, match="row schema '99'"):
        parquet.read(tmp_path / "out")


def test_what_is_under_development_gives_way_to_what_it_leads_to(tmp_path):
    release = source_root.assemble(ROOT)
    for version in ("1.9.0", "2.0.0.dev0", "2.0.0.dev1", "2.0.0"):
        bundle.write(type(release)(release.name, version, release.rows), tmp_path)
    assert bundle.versions(tmp_path) == ["1.9.0", "2.0.0"]
    assert bundle.read(tmp_path).version == "2.0.0"


def test_the_same_source_gives_the_same_bytes_whatever_the_surroundings(tmp_path):
    places = {"PYTHONHASHSEED": "1", "TZ": "Asia/Pyongyang", "LC_ALL": "C"}, {"PYTHONHASHSEED": "2", "TZ": "UTC"}
    for i, environment in enumerate(places):
        made = run("--out", tmp_path / str(i), "--json", **environment)
        assert made.returncode == 0, made.stderr
    assert content(tmp_path / "0") == content(tmp_path / "1") != {}


def test_an_edit_under_the_same_version_is_refused_and_nothing_is_written(root, since, tmp_path):
    edit(root)
    refused = run("--root", root, "--since", since, "--out", tmp_path / "out")
    assert refused.returncode == 1
    assert "E714" in refused.stderr
    assert "claims c1" in refused.stderr
    assert repr(NEXT) in refused.stderr
    assert not (tmp_path / "out").exists()
    edit(root, wanted(NOW, "minor"))
    assert run("--root", root, "--since", since, "--out", tmp_path / "out").returncode == 1


def test_a_folder_of_a_release_does_not_get_other_rows_under_its_version(root, tmp_path):
    release_folder.write(source_root.assemble(root), root, tmp_path / "out")
    before = content(tmp_path / "out")
    edit(root)
    with pytest.raises(DragomanError, match="E714"):
        release_folder.write(source_root.assemble(root), root, tmp_path / "out")
    assert content(tmp_path / "out") == before


def test_with_a_version_that_says_so_the_change_log_names_the_label(root, since, tmp_path):
    edit(root, NEXT)
    log = tmp_path / "CHANGELOG.md"
    log.write_text("# Change log\n\n## Unreleased\n\n### Package\n- More.\n", encoding="utf-8")
    arguments = ("--root", root, "--since", since, "--out", tmp_path / "out", "--changes", log)
    made = run(*arguments)
    assert made.returncode == 0, made.stderr
    assert parquet.read(tmp_path / "out").version == NEXT
    text = log.read_text("utf-8")
    assert text.index(f"### Data {NEXT}") < text.index("### Package")
    assert "- 003.article-1\n  - changed claims c1" in text
    assert "→ “\\<b\\>\\`x\\`\\</b\\>\\\\u202e" in text
    assert run(*arguments).returncode == 0
    assert log.read_text("utf-8") == text  # generated anew in its place


def test_a_section_goes_below_the_heading_that_is_there_and_needs_a_place():
    release = source_root.assemble(ROOT)
    found = changelog.checked(release, release)
    log = changelog.with_section(f"## Unreleased\n\n### Data {SOURCE}\n- By hand.\n", found)
    assert log.index("No label changed") < log.index("By hand")
    assert log.count(f"### Data {SOURCE}") == 1
    for broken in ("# Nothing\n", f"<!-- generated: data {SOURCE} -->\nno end"):
        with pytest.raises(DragomanError, match="E706"):
            changelog.with_section(broken, found)


def test_a_version_that_goes_back_or_is_none_is_refused():
    release = source_root.assemble(ROOT)
    for version in ("0.9.0", "1.0", "v1.0.0"):
        with pytest.raises(DragomanError, match="E714"):
            changelog.checked(release, type(release)(release.name, version, release.rows))


class Killed(BaseException):
    """As when the process is killed: nothing after it is done."""


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("standoff", [False, True])
def test_a_folder_that_was_left_half_written_is_refused_and_healed_by_writing_again(
    root, tmp_path, monkeypatch, standoff, fresh
):
    from dragoman import files

    def write(release):
        (release_folder.write_standoff if standoff else release_folder.write)(release, root, out)

    def read():
        return rehydrate(out, ROOT / "corpus" / "pages", tmp_path / "back") if standoff else parquet.read(out)

    out, real = tmp_path / "out", files.write
    if not fresh:
        write(source_root.assemble(root))
    edit(root, NEXT)
    new = source_root.assemble(root)
    before, left = content(out), 0
    while True:
        left += 1
        done = 0

        def dying(path, data, allowed=left):
            nonlocal done
            done += not (path.is_file() and path.read_bytes() == data)
            if done > allowed:
                path.parent.mkdir(parents=True, exist_ok=True)
                (path.parent / ".write-half.part").write_bytes(data[:10])  # what a kill in the middle of a write leaves
                raise Killed
            return real(path, data)

        monkeypatch.setattr(files, "write", dying)
        try:
            write(new)
            break
        except Killed:
            monkeypatch.setattr(files, "write", real)
            if left > 1 or fresh:  # with the first file nothing of the old release is gone
                with pytest.raises(DragomanError):
                    read()
    monkeypatch.setattr(files, "write", real)
    assert left > 2
    assert content(out) != before
    assert Path(".unfinished") not in content(out)
    shutil.rmtree(tmp_path / "back", ignore_errors=True)
    assert read().fingerprint == new.fingerprint
