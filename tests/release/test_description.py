"""A release folder tells machines what it is: Croissant, checksums, schemas; and a changed byte anywhere is refused."""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

import dragoman
from dragoman.authoring import release_folder
from dragoman.authoring.card import readme
from dragoman.problems import DragomanError
from dragoman.release import parquet, source_root
from dragoman.release.croissant import croissant
from dragoman.schema.release_rows import CONFIGS

ROOT = Path(__file__).resolve().parents[2]
FILES = ["README.md", "GUIDELINES.md", "SHA256SUMS", "croissant.json", "manifest.json", "schemas/claims.json",
         "data/claims/test.parquet", "data/registry/full.parquet", "data/segments/dev.parquet"]  # fmt: skip


@pytest.fixture(scope="module")
def release():
    return source_root.assemble(ROOT)


@pytest.fixture(scope="module")
def folder(release, tmp_path_factory):
    out = tmp_path_factory.mktemp("release")
    release_folder.write(release, ROOT, out)
    return out


def decoded(value, prefix):
    """A record of mlcroissant as a row: bytes are text, and a field is called by its last name."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, dict):
        return {key.rpartition("/")[2]: decoded(inner, prefix) for key, inner in value.items()}
    return [decoded(inner, prefix) for inner in value] if isinstance(value, list) else value


@pytest.mark.filterwarnings("ignore")  # mlcroissant's own
def test_mlcroissant_loads_every_row(release, folder):
    mlcroissant = pytest.importorskip("mlcroissant")
    described = mlcroissant.Dataset(folder / "croissant.json")
    assert not described.metadata.ctx.issues.errors
    assert (described.metadata.name, str(described.metadata.version)) == (release.name, release.version)
    seen = 0
    for config, splits in release.rows.items():
        for split, rows in splits.items():
            name = f"{config}_{split}"
            if not rows:
                assert name not in {each.id for each in described.metadata.record_sets}
                continue
            given = [decoded(record, name) for record in described.records(name)]
            wanted = [msgspec.to_builtins(row) for row in rows]
            if config == "documents":
                wanted = [{k: v for k, v in row.items() if k not in {"entities", "dates", "claims"}} for row in wanted]
            assert given == wanted, name
            seen += len(rows)
    assert seen > 1000


def test_the_description_names_every_table_with_its_checksum(folder):
    described = json.loads((folder / "croissant.json").read_bytes())
    assert described["license"] == "cc-by-4.0"
    assert described["inLanguage"] == ["ko", "ar"]
    assert described["description"].startswith("Five scraped pages")
    files = {each["contentUrl"]: each["sha256"] for each in described["distribution"]}
    assert set(files) == {str(path.relative_to(folder)) for path in folder.rglob("*.parquet")}
    for path, checksum in files.items():
        assert hashlib.sha256((folder / path).read_bytes()).hexdigest() == checksum


def test_the_card_is_what_the_hub_reads(release, folder):
    """By huggingface_hub's own parser: what people wrote, what is generated, and the canary of the text."""
    hub = pytest.importorskip("huggingface_hub", reason="install the extra `hub`")
    card = hub.DatasetCard.load(folder / "README.md")
    read = card.data.to_dict()
    assert read["language"] == ["ko", "ar"]
    assert read["license"] == "cc-by-4.0"
    assert [each["config_name"] for each in read["configs"]] == list(CONFIGS)
    (mark,) = set(re.findall(r"dragoman:canary:[0-9a-f-]{36}", card.text))
    assert read["canary"] == mark
    # Unknown keys stay when somebody edits the card through the library.
    card.data.pretty_name = "Another"
    assert hub.DatasetCard(str(card)).data.to_dict()["canary"] == mark


def test_a_card_without_a_canary_gets_none(release):
    assert "\ncanary:" not in readme("---\nlicense: x\n---\nNo mark: dragoman:canary:none\n", release)


def test_a_card_without_yaml_or_text_is_described_all_the_same(release):
    for card in ("", "# Only a heading\n", "---\nlicense: x\n"):
        assert croissant(release, card, {})["name"] == release.name


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="there is no sha256sum: Debian package coreutils")
def test_sha256sum_finds_all_files_as_they_are(folder):
    made = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    assert made.stdout.count(": OK") == sum(path.is_file() for path in folder.rglob("*")) - 1


def test_the_schemas_are_those_of_the_rows(release, folder):
    jsonschema = pytest.importorskip("jsonschema")
    for config in CONFIGS:
        schema = json.loads((folder / "schemas" / f"{config}.json").read_bytes())
        checker = jsonschema.Draft202012Validator(schema)
        for rows in release.rows[config].values():
            for row in rows[:20]:
                checker.validate(json.loads(msgspec.json.encode(row)))
        assert not checker.is_valid({"id": 1})


@pytest.mark.parametrize("name", FILES)
def test_a_changed_byte_in_any_file_is_refused(folder, tmp_path, name):
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(bytes(data))
    with pytest.raises(DragomanError, match=r"E701|E20|E102"):
        parquet.read(copy)


def test_another_version_in_the_manifest_is_refused(release, folder, tmp_path):
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    text = (copy / "manifest.json").read_text("utf-8")
    (copy / "manifest.json").write_text(text.replace(f'"{release.version}"', '"99.0.0"'), encoding="utf-8")
    with pytest.raises(DragomanError, match="E701"):
        dragoman.load(copy)


def test_a_release_made_before_there_were_checksums_is_still_read(folder, release, tmp_path):
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    (copy / "SHA256SUMS").unlink()
    assert parquet.read(copy).fingerprint == release.fingerprint
