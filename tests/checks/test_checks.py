"""The checks: a valid corpus passes, every known defect fails where it should and nowhere else, and so does ours."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from dragoman import checks, files, json_text
from dragoman.checks import findings
from dragoman.problems import CATALOGUE, DragomanError

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "check.py"
INVALID = Path(__file__).parent / "invalid"
FIXTURES = sorted(INVALID.glob("level-*/*.toml"))
NORTH = "annotations/gold/north.article-1.json"


def lay_out(target, fixture=None):
    """Copy the valid corpus, and corrupt it as a fixture says."""
    shutil.copytree(INVALID / "base", target, dirs_exist_ok=True)
    for change in fixture["change"] if fixture else ():
        path = target / change["file"]
        if change.get("remove"):
            path.unlink()
        elif "content" in change:
            path.write_text(change["content"], encoding="utf-8")
        else:
            text = path.read_text(encoding="utf-8")
            assert text.count(change["old"]) == 1, change["old"]
            path.write_text(text.replace(change["old"], change["new"]), encoding="utf-8")
    if fixture and not fixture.get("keep_record"):
        for record in target.glob("annotations/passes/*/record.json"):
            hashes = {p.name: files.sha256(p.read_bytes()) for p in record.parent.iterdir() if p != record}
            record.write_bytes(json_text.pretty({"files": hashes}))
    return target


def corrupted(target, file, old, new):
    return lay_out(target, {"change": [{"file": file, "old": old, "new": new}]})


def run(*arguments):
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def told(found):
    return [f"level {f.level}: {f.problem}" for f in found.listed]


def test_the_valid_corpus_passes_all_levels(tmp_path):
    material, found = checks.check(lay_out(tmp_path))
    assert told(found) == []
    assert (len(material.documents), len(material.gold), len(material.passes)) == (3, 3, 2)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_a_defect_fails_at_its_level_and_nowhere_else(path, tmp_path):
    fixture = tomllib.loads(path.read_text(encoding="utf-8"))
    level = int(path.parent.name.removeprefix("level-"))
    _, found = checks.check(lay_out(tmp_path, fixture))
    assert {f.level for f in found.listed} == {level}, told(found)
    assert {f.problem.code for f in found.errors(level)} == set(fixture["codes"]), told(found)
    assert all(f.problem.file and f.problem.what for f in found.listed)
    assert all(not Path(f.problem.file).is_absolute() for f in found.listed)
    if level > 1:
        assert told(checks.check(tmp_path, level - 1).findings) == []


def test_every_level_has_at_least_three_defects():
    counts = {n: sum(p.parent.name == f"level-{n}" for p in FIXTURES) for n in checks.LEVELS}
    assert min(counts.values()) >= 3, counts


def test_quality_of_a_raw_pass_is_a_warning(tmp_path):
    passed = "annotations/passes/a/north.article-1.json"
    _, found = checks.check(corrupted(tmp_path, passed, '"quote": "카를로"', '"quote": "카를로동지"'))
    assert [(f.level, f.problem.code) for f in found.listed] == [(4, "W907")]
    assert not found.errors()
    assert run("--root", tmp_path).returncode == 0


def test_a_broken_file_is_not_judged_further(tmp_path):
    # Without its gold the registry would not be used, nor the cluster have two members; nothing of that is said.
    lay_out(tmp_path)
    (tmp_path / NORTH).write_text("{")
    _, found = checks.check(tmp_path)
    assert [(f.level, f.problem.code) for f in found.listed] == [(1, "E201")]


def test_foreign_files_never_raise(tmp_path):
    lay_out(tmp_path)
    broken = ("[" * 100_000, "[]", "null", "3", '{"document": NaN}', '"\\ud800"', "", "\0", "1" * 5000)
    targets = (NORTH, "annotations/registry/entities.json", "corpus/documents/south.json", "corpus/sources.toml")
    for file in (*targets, "annotations/passes/a/record.json", "annotations/passes/a/registry.json"):
        good = (tmp_path / file).read_bytes()
        for content in broken:
            (tmp_path / file).write_text(content, encoding="utf-8")
            _, found = checks.check(tmp_path)
            if (file, content) != ("annotations/passes/a/registry.json", "[]"):
                assert found.errors(), (file, content)
            assert all(f.problem.code in CATALOGUE for f in found.listed)
        (tmp_path / file).write_bytes(good)


def test_a_root_without_a_corpus_is_refused(tmp_path):
    with pytest.raises(DragomanError) as caught:
        checks.check(tmp_path)
    assert [p.code for p in caught.value.problems] == ["E701"]
    assert run("--root", tmp_path, "--lint").returncode == 1


def test_a_corpus_without_labels_is_a_corpus(tmp_path):
    lay_out(tmp_path)
    shutil.rmtree(tmp_path / "annotations")
    material, found = checks.check(tmp_path)
    assert told(found) == []
    assert material.gold == {}


def test_a_folder_beside_the_two_passes_needs_no_record(tmp_path):
    lay_out(tmp_path)
    shutil.copytree(tmp_path / "annotations/passes/a", tmp_path / "annotations/passes/trial")
    for name in ("record.json", "registry.json"):
        (tmp_path / "annotations/passes/trial" / name).unlink()
    material, found = checks.check(tmp_path)
    assert told(found) == []
    assert [one.name for one in material.passes] == ["a", "b", "trial"]


def test_a_day_that_is_missing_is_named(tmp_path):
    corrupted(tmp_path, NORTH, '"latest": "2020-04-30"', '"latest": null')
    (found,) = checks.check(tmp_path)[1].listed
    said = found.problem
    assert (said.code, said.path) == ("E505", "dates[d2].latest")
    assert said.what == "`latest` is missing, and 2020-04-30 follows from 2020-04."
    assert said.hint == 'Write "latest": "2020-04-30".'


def test_the_command_says_what_is_wrong_and_where(tmp_path):
    corrupted(tmp_path, NORTH, '"latest": "2020-04-30"', '"latest": "2020-04-28"')
    plain = run("--root", tmp_path)
    assert plain.returncode == 1
    assert "level 5: E505 annotations/gold/north.article-1.json, dates[d2].latest: " in plain.stderr
    assert "Write 2020-04-30." in plain.stderr
    assert "level 4, language: passed" in plain.stdout
    assert "level 5, time: 1 failure" in plain.stdout
    outcome = json.loads(run("--root", tmp_path, "--json").stdout)
    assert outcome["levels"]["5"] == {"error": 1, "warning": 0}
    assert outcome["problems"][0]["path"] == "dates[d2].latest"
    assert set(outcome["problems"][0]) >= {"level", "code", "title", "file", "what", "hint"}
    assert run("--root", tmp_path, "--level", 4).returncode == 0
    assert run("--level", 7).returncode == 2


def test_levels_are_named_and_numbered_alike():
    assert set(checks.NAMES) == set(checks.LEVELS) == {1, 2, 3, 4, 5, 6}
    assert set(checks.LEVELS) > findings.QUALITY


def test_our_own_corpus_and_annotations_pass():
    material, found = checks.check(ROOT)
    complete = {path.stem for path in material.gold} >= set(material.documents)
    # Gold and its registry count once there is gold of every document; corpus and raw passes always.
    ours = ("corpus/", "annotations/passes/") if not complete else ("",)
    said = [f.problem for f in found.listed if f.problem.file.startswith(ours)]
    # Raw passes are never corrected. The controls cut the cue out of the content that its chain of reports passes on.
    assert {(problem.code, problem.file) for problem in said} == {
        ("W907", "annotations/passes/control/003.article-1.json"),
        ("W907", "annotations/passes/control_2/003.article-1.json"),
        ("W907", "annotations/passes/control_3/003.article-1.json"),
    }
    assert (len(material.documents), len(material.passes)) == (43, 6)
    assert {one.name for one in material.passes if one.record} == {"a", "b", "control", "control_2", "control_3"}
