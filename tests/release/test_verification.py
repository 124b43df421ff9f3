"""`dragoman verify`: a byte that changed in any file of a release, of either kind, is found and the file named."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import dragoman
from dragoman.authoring.changelog import data_sections
from dragoman.cli.app import app
from dragoman.files import sha256
from dragoman.release.verification import KEPT

MANIFESTS = ("manifest.json", "standoff.json")


def verify(folder, *arguments):
    made = CliRunner().invoke(app, ["verify", str(folder), *arguments])
    assert made.exception is None or isinstance(made.exception, SystemExit), made.exception
    return made.exit_code, made.stdout, made.stderr


def problems(folder):
    code, out, _ = verify(folder, "--json")
    assert code == 1
    return [(each["code"], Path(each["file"]).relative_to(folder).as_posix()) for each in json.loads(out)["problems"]]


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[int(at * (len(data) - 1))] ^= 1
    path.write_bytes(bytes(data))


@pytest.fixture(params=["with texts", "without texts"])
def whole(request, whole_folder, bare_folder):
    return whole_folder if request.param == "with texts" else bare_folder


@pytest.fixture
def copy(whole, tmp_path):
    return Path(shutil.copytree(whole, tmp_path / "copy"))


def listed(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_release_as_it_was_made_is_found_so(whole):
    code, out, err = verify(whole)
    assert (code, err) == (0, "")
    assert f"fingerprint: {dragoman.load().fingerprint}" in out
    told = json.loads(verify(whole, "--json")[1])
    assert told["problems"] == []
    assert told["files"] == len(listed(whole))
    assert ("fingerprint_without_texts" in told) == (whole / "standoff.json").exists()


def test_the_kinds_of_file_are_all_there(whole_folder, bare_folder):
    assert {Path(path).name if "/" not in path else path.split("/")[0] for path in listed(whole_folder)} == {
        "README.md", "GUIDELINES.md", "CHANGES.md", "SHA256SUMS", "croissant.json", "manifest.json", "data", "schemas",
    }  # fmt: skip
    assert {Path(path).suffix for path in listed(whole_folder) if path.startswith("data/")} == {".parquet"}
    assert {path.split("/")[0] for path in listed(bare_folder)} == {
        "README.md", "card.md", "SHA256SUMS", "standoff.json", "rows",
    }  # fmt: skip


@pytest.mark.parametrize("at", [0, 0.37, 1])
def test_a_changed_byte_in_any_file_names_that_file_alone(whole, tmp_path, at):
    for name in listed(whole):
        copy = Path(shutil.copytree(whole, tmp_path / name.replace("/", "-")))
        flip(copy / name, at)
        assert [path for _, path in problems(copy)] == [name]


def test_many_changes_are_named_at_once(copy):
    names = [name for name in listed(copy) if name.endswith((".parquet", ".jsonl"))]
    for name in names[1:3]:
        flip(copy / name, 0.5)
    (copy / names[0]).unlink()
    (copy / "notes.txt").write_text("mine", encoding="utf-8")
    changed = "E715" if (copy / "standoff.json").exists() else "E701"
    assert sorted(problems(copy)) == sorted(
        [("E101", names[0]), (changed, names[1]), (changed, names[2]), ("E717", "notes.txt")]
    )
    code, out, err = verify(copy)
    assert (code, out) == (1, "")
    assert err.count("\n") == 4


def test_a_checksum_that_was_changed_is_told_from_a_file_that_was(copy):
    name = "README.md"
    wrong, right = "0" * 64, sha256((copy / name).read_bytes())
    for place in ("SHA256SUMS", next(each for each in MANIFESTS if (copy / each).exists())):
        text = (copy / place).read_text("utf-8")
        (copy / place).write_text(text.replace(right, wrong), encoding="utf-8")
        assert [path for _, path in problems(copy)] == [place]
        (copy / place).write_text(text, encoding="utf-8")


def test_rows_that_were_rewritten_with_all_checksums_are_found_by_the_fingerprint(bare_folder, tmp_path):
    copy = Path(shutil.copytree(bare_folder, tmp_path / "copy"))
    name = "rows/documents/test.jsonl"
    before = {path: sha256((copy / path).read_bytes()) for path in (name, "standoff.json")}
    text = (copy / name).read_text("utf-8")
    (copy / name).write_text(text.replace('"type":"PER"', '"type":"ORG"', 1), encoding="utf-8")
    for path, holders in ((name, ["standoff.json", "SHA256SUMS"]), ("standoff.json", ["SHA256SUMS"])):
        for holder in holders:
            held = (copy / holder).read_text("utf-8")
            assert before[path] in held
            held = held.replace(before[path], sha256((copy / path).read_bytes()))
            (copy / holder).write_text(held, encoding="utf-8")
    assert problems(copy) == [("E715", "standoff.json")]


def test_sums_that_are_gone_are_missed_and_what_the_hub_adds_is_not(copy):
    for name in KEPT:
        (copy / name).write_text("theirs", encoding="utf-8")
    assert verify(copy)[0] == 0
    (copy / "SHA256SUMS").unlink()
    assert problems(copy) == [("E101", "SHA256SUMS")]


@pytest.mark.parametrize("text", ["{}", "[]", "", "\ufeff{}", '{"checksums": {"../x": ""}}', "\0"])
def test_what_is_no_release_has_a_number(tmp_path, text):
    assert "E701" in verify(tmp_path)[2]
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    code, _, err = verify(tmp_path)
    assert code == 1
    assert err.startswith("E")


def test_a_path_that_leads_outside_is_refused(copy):
    mark = next(each for each in MANIFESTS if (copy / each).exists())
    manifest = json.loads((copy / mark).read_bytes())
    manifest["checksums"]["../copy/README.md"] = "0" * 64
    (copy / mark).write_text(json.dumps(manifest), encoding="utf-8")
    assert "E304" in verify(copy)[2]


def test_the_release_tells_what_changed_in_the_data_and_not_in_the_package(whole_folder):
    told = (whole_folder / "CHANGES.md").read_text("utf-8")
    assert f"### Data {dragoman.load().version}\n" in told
    assert "Package" not in told
    log = "# L\n\n## U\n\n### Package 1\n- x\n\n### Data 2\n- a\n\n\n### Data 1\n- b\n## Old\n- c\n"
    assert data_sections(log) == "### Data 2\n- a\n\n### Data 1\n- b"
    assert data_sections("# L\n") == ""
