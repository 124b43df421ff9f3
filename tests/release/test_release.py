"""A release: the same rows from source, from the package, from parquet and through `datasets`."""

import json
import shutil
from pathlib import Path

import made_up_review
import msgspec
import pytest

import dragoman
from dragoman import json_text
from dragoman.authoring import adjudication, agreement, release_folder
from dragoman.benchmark import Benchmark
from dragoman.files import sha256
from dragoman.problems import DragomanError
from dragoman.release import bundle, parquet, source_root
from dragoman.release.content import Release, with_layers
from dragoman.schema.labels import EntityType, values
from dragoman.schema.release_rows import CONFIGS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def assembled():
    return source_root.assemble(ROOT)


@pytest.fixture(scope="module")
def folder(assembled, tmp_path_factory):
    out = tmp_path_factory.mktemp("release")
    release_folder.write(assembled, ROOT, out)
    return out


def test_the_bundled_rows_are_those_of_corpus_and_gold(assembled):
    """Fails when the package's rows are older than the source: `make gold` renews them."""
    assert dragoman.load().fingerprint == assembled.fingerprint
    assert dragoman.load().version == assembled.version
    assert dragoman.load().reading == Benchmark(assembled).reading  # no part of the fingerprint


def test_parquet_gives_the_same_rows(assembled, folder):
    assert parquet.read(folder).fingerprint == assembled.fingerprint


def test_the_bundle_gives_the_same_rows(assembled, tmp_path):
    assert bundle.write(assembled, tmp_path)
    assert bundle.read(tmp_path).fingerprint == assembled.fingerprint
    assert not bundle.write(assembled, tmp_path)  # a second time changes no byte


def test_writing_again_changes_no_byte(assembled, folder):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    release_folder.write(assembled, ROOT, folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_every_span_slices(assembled):
    documents = {d.id: d for rows in assembled.rows["documents"].values() for d in rows}
    spans = [row for layer in ("entities", "dates") for rows in assembled.rows[layer].values() for row in rows]
    assert spans
    for row in spans:
        assert documents[row.document].text[row.start : row.end] == row.text
    for rows in assembled.rows["claims"].values():
        for row in rows:
            for fragment in [*row.content, *row.cue]:
                assert documents[row.document].text[fragment.start : fragment.end] == fragment.text


@pytest.mark.parametrize("config", list(CONFIGS))
def test_load_dataset_reads_every_configuration(folder, assembled, config, tmp_path):
    datasets = pytest.importorskip("datasets", reason="install the extra `hub`")
    loaded = datasets.load_dataset(str(folder), config, cache_dir=str(tmp_path))
    rows = {split: rows for split, rows in assembled.rows[config].items() if rows}
    assert {split: len(part) for split, part in loaded.items()} == {split: len(part) for split, part in rows.items()}
    first = next(iter(rows))
    got, expected = loaded[first][0], rows[first][0]
    for name in ("id", "text", "start", "document", "content", "names"):
        if name in got:
            assert got[name] == json.loads(json_text.canonical(getattr(expected, name)))


def test_a_configuration_without_rows_is_not_offered(assembled, tmp_path):
    datasets = pytest.importorskip("datasets", reason="install the extra `hub`")
    few = {
        config: {split: [] if config in {"claims", "claim_links"} else part[:1] for split, part in splits.items()}
        for config, splits in assembled.rows.items()
    }
    release_folder.write(Release(assembled.name, assembled.version, few), ROOT, tmp_path / "few")
    offered = datasets.get_dataset_config_names(str(tmp_path / "few"))
    assert set(offered) == set(CONFIGS) - {"claims", "claim_links"}
    for config in offered:
        assert datasets.load_dataset(str(tmp_path / "few"), config, cache_dir=str(tmp_path / "cache"))
    assert not any(parquet.read(tmp_path / "few").rows["claim_links"].values())


@pytest.mark.parametrize("config", list(CONFIGS))
def test_streaming_gives_the_rows_of_plain_loading(folder, assembled, config, tmp_path):
    datasets = pytest.importorskip("datasets", reason="install the extra `hub`")
    plain = datasets.load_dataset(str(folder), config, cache_dir=str(tmp_path))
    streamed = datasets.load_dataset(str(folder), config, streaming=True)
    assert list(streamed) == list(plain) == [split for split, rows in assembled.rows[config].items() if rows]
    for split, part in streamed.items():
        assert isinstance(part, datasets.IterableDataset)
        assert part.features == plain[split].features
        rows = list(part)
        assert rows == list(plain[split])
        assert len(rows) == len(assembled.rows[config][split])


def test_label_sets_are_class_labels_in_the_order_of_the_scheme(folder, tmp_path):
    datasets = pytest.importorskip("datasets", reason="install the extra `hub`")
    split = next(iter(datasets.load_dataset(str(folder), "entities", cache_dir=str(tmp_path)).values()))
    assert tuple(split.features["type"].names) == values(EntityType)


def test_the_default_configuration_is_documents(folder, assembled):
    datasets = pytest.importorskip("datasets", reason="install the extra `hub`")
    first = next(iter(datasets.load_dataset(str(folder), split="test", streaming=True)))
    assert first["id"] == assembled.rows["documents"]["test"][0].id


@pytest.mark.parametrize(
    "name", ["manifest.json", "README.md", "data/documents/test.parquet", "data/entities/dev.parquet"]
)
def test_a_changed_byte_is_noticed(folder, tmp_path, name):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    assert sha256(bytes(data)) != sha256((folder / name).read_bytes())
    with pytest.raises(DragomanError, match=r"E[27]0"):
        dragoman.load(copy)


def test_a_missing_file_is_named(folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "data/documents/test.parquet").unlink()
    with pytest.raises(DragomanError, match=r"E101.*documents/test\.parquet"):
        dragoman.load(copy)


def test_a_place_that_is_no_benchmark_is_refused(tmp_path):
    with pytest.raises(DragomanError, match="E701"):
        dragoman.load(tmp_path)


def test_gold_that_no_longer_slices_is_refused(tmp_path):
    for part in ("corpus/documents", "annotations/gold", "annotations/registry"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / "corpus/sources.toml", tmp_path / "corpus/sources.toml")
    path = next((tmp_path / "annotations/gold").glob("*.json"))
    value = json.loads(path.read_text(encoding="utf-8"))
    value["entities"][0]["start"] += 1
    path.write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(DragomanError, match="E707"):
        source_root.assemble(tmp_path)


@pytest.mark.parametrize(
    ("path", "change", "code"),
    [
        ("corpus/documents/south.json", lambda page: page["documents"][0].update(page="north"), "E202"),
        ("corpus/documents/south.json", lambda page: page["segments"][0].update(page="north"), "E202"),
        ("corpus/documents/south.json", lambda page: page["splits"].clear(), "E202"),
        ("corpus/documents/again.json", lambda page: None, "E302"),
        ("annotations/gold/again.json", lambda gold: None, "E302"),
    ],
)
def test_parts_of_a_source_root_that_do_not_fit_each_other_are_refused(path, change, code, tmp_path):
    shutil.copytree(made_up_review.BASE, tmp_path, dirs_exist_ok=True)
    (tmp_path / "corpus" / "benchmark.toml").write_text('schema_version = 1\nname = "small"\nversion = "1.0.0"\n')
    there = {path.parent: path for path in tmp_path.rglob("south*.json")}
    value = json.loads(there[(tmp_path / path).parent].read_bytes())
    change(value)
    (tmp_path / path).write_text(json.dumps(value))
    with pytest.raises(DragomanError, match=code):
        source_root.assemble(tmp_path)


@pytest.mark.parametrize(
    ("config", "fields", "code"),
    [
        ("documents", {"end": 10**6}, "E707"),
        ("documents", {"end": 0, "start": 0, "text": ""}, "E707"),
        ("segments", {"index": 2**63}, "E210"),
    ],
)
def test_rows_that_no_release_can_have_are_refused(assembled, config, fields, code, tmp_path):
    rows = {name: {split: list(part[:1]) for split, part in splits.items()} for name, splits in assembled.rows.items()}
    row = rows[config]["dev"][0]
    if config == "documents":
        fields = {"entities": [msgspec.structs.replace(row.entities[0], **fields)]}
    rows[config]["dev"] = [msgspec.structs.replace(row, **fields)]

    def written_and_read():
        parquet.write(Release("x", "1.0.0", with_layers(rows)), tmp_path / "r", {"README.md": b"---\n---\n"})
        return parquet.read(tmp_path / "r")

    with pytest.raises(DragomanError, match=code):
        written_and_read()


def test_the_numbers_in_the_card_are_those_of_the_data(assembled):
    """Fails when the card is older than the data: `make gold` renews it."""
    assert (ROOT / "DATASET_CARD.md").read_text(encoding="utf-8") == release_folder.current_card(ROOT, assembled)


def test_agreement_is_that_of_the_passes_and_the_gold(assembled, tmp_path):
    """Fails when agreement.json is older than passes or gold: `make gold` renews it."""
    shutil.copytree(ROOT / "annotations", tmp_path / "annotations")
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    assert adjudication.write_gold(tmp_path, adjudication.build_gold(tmp_path)) == []
    gold = {d.id: d for rows in assembled.rows["documents"].values() for d in rows}
    assert not agreement.write(tmp_path, gold)


def test_a_folder_that_holds_something_else_is_left_alone(assembled, tmp_path):
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(DragomanError, match="E108"):
        release_folder.write(assembled, ROOT, tmp_path)
    assert (tmp_path / "README.md").read_text() == "mine"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('name = "../../evil"', "E706"),
        ('name = "a\\u001b[31m"', "E706"),
        ("name = 1", "E706"),
        ('version = "1.0"', "E714"),
        ('version = "../1.0.0"', "E714"),
    ],
)
def test_a_name_or_version_that_is_none_is_refused(tmp_path, line, code):
    key = line.partition(" ")[0]
    table = {"name": 'name = "mine"', "version": 'version = "1.0.0"', key: line}
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "sources.toml").write_text("\n".join(["[dataset]", *table.values()]), encoding="utf-8")
    with pytest.raises(DragomanError, match=code):
        source_root.assemble(tmp_path)
