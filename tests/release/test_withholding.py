"""A public release has nothing of a withheld split's gold in any byte of any file; its bundle makes it whole again."""

import io
import json
import subprocess
import sys
from collections import Counter

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import regex
import submitted
from typer.testing import CliRunner

import dragoman
from dragoman import files, json_text, scoring
from dragoman.authoring import release_folder
from dragoman.cli.app import app
from dragoman.problems import DragomanError
from dragoman.release import parquet, private_bundle, source_root
from dragoman.release.ceilings import ceilings
from dragoman.release.content import Release, with_layers
from dragoman.robustness.measuring import robustness
from dragoman.schema.arrow_types import arrow_schema
from dragoman.schema.json_schema import schema_of
from dragoman.schema.release_rows import CONFIGS, UNSPLIT
from dragoman.scoring import content_hash

ROOT = private_bundle.Path(__file__).resolve().parents[2]
REMARKS = {"published_evidence": "a guess", "published_external_evidence": None}
SUBMIT = "https://task.example/scores"


@pytest.fixture(scope="module")
def whole():
    return source_root.assemble(ROOT)


@pytest.fixture(scope="module")
def made(whole, tmp_path_factory):
    """Folders of a public release and of its bundle."""
    folder = tmp_path_factory.mktemp("withheld")
    release_folder.write_withheld(whole, ROOT, "test", folder / "public", folder / "private", SUBMIT)
    return folder / "public", folder / "private"


@pytest.fixture(scope="module")
def published(made):
    """Every byte of the public release, by path: files as they are, and what is inside of those that are compressed."""
    contents = {}
    for path in sorted(each for each in made[0].rglob("*") if each.is_file()):
        name = path.relative_to(made[0]).as_posix()
        contents[name] = path.read_bytes()
        if path.suffix == ".parquet":
            table = pq.read_table(io.BytesIO(path.read_bytes()))
            contents[f"{name}, rows"] = json.dumps(table.to_pylist(), ensure_ascii=False).encode()
            contents[f"{name}, schema"] = str(table.schema).encode() + str(pq.read_metadata(path).to_dict()).encode()
    return contents


def strings(value):
    """All strings of a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings(each)


def secrets_of(whole, public):
    """Strings of the whole that annotators made, which public rows, texts and the names of label sets do not have."""
    test = msgspec.to_builtins(whole.rows["documents"]["test"])
    labels = [document[layer] for document in test for layer in ("entities", "dates", "claims")]
    made = {*strings(labels), *strings([d["published_evidence"] for d in test])}
    made |= set(strings([d["published_external_evidence"] for d in test]))
    made |= set(strings(msgspec.to_builtins(whole.rows["reading"]["test"])))
    made |= set(strings(msgspec.to_builtins(whole.rows["registry"][UNSPLIT])))
    made |= set(strings(msgspec.to_builtins(whole.rows["claim_links"][UNSPLIT])))
    shown = "\n".join(strings(msgspec.to_builtins({k: dict(v) for k, v in public.rows.items()})))
    shown += "".join(json.dumps(schema_of(record, config)) for config, record in CONFIGS.items())
    return {each for each in made if len(each) >= 4 and each not in shown}


def found(needle, data):
    """Whether a string stands in some bytes as a whole word, in the forms that it may have in JSON."""
    forms = {needle, json.dumps(needle)[1:-1], json.dumps(needle, ensure_ascii=False)[1:-1]}
    return any(
        form.encode() in data
        and regex.search(rf"(?<![\w-]){regex.escape(form)}(?![\w-])", data.decode("utf-8", "ignore"))
        for form in forms
    )


def test_no_byte_of_any_file_has_a_label_gloss_id_remark_or_english_line_of_test(whole, made, published):
    secret = secrets_of(whole, parquet.read(made[0]))
    assert {
        claim.gloss for document in whole.rows["documents"]["test"] for claim in document.claims
    } & secret  # what is sought is there to find
    assert {"vladimir-putin", "Q7747"} <= secret
    assert len(secret) > 300
    leaks = [(name, each) for name, data in published.items() for each in secret if found(each, data)]
    assert leaks == []


def test_the_search_finds_what_the_whole_release_has(whole, made, whole_folder):
    secret = secrets_of(whole, parquet.read(made[0]))
    card = (whole_folder / "CHANGES.md").read_bytes() + (whole_folder / "GUIDELINES.md").read_bytes()
    assert any(found(each, card) for each in secret)


def test_no_row_of_test_has_anything_that_was_annotated(made):
    rows = pq.read_table(made[0] / "data" / "documents" / "test.parquet").to_pylist()
    assert len(rows) == 31
    for row in rows:
        for name in ("layers_annotated", "entities", "dates", "claims"):
            assert row[name] == []
        assert row["published_evidence"] is None
        assert row["published_external_evidence"] is None
        assert row["text"]
    assert not [
        path for path in made[0].glob("data/*/test.parquet") if path.parent.name not in {"documents", "segments"}
    ]


def test_no_number_in_text_tells_of_test(whole, published):
    """Counts of test by layer, type, form, act and modality, and its ceilings, stand nowhere, with their sums."""
    told = set()
    for layer, fields in (("entities", ("type", "form")), ("dates", ("type",)), ("claims", ("act", "modality"))):
        rows = {split: list(part) for split, part in whole.rows[layer].items()}
        told |= {str(len(rows["test"])), str(sum(map(len, rows.values())))}
        for field in fields:
            told |= {str(count) for count in Counter(getattr(row, field) for row in rows["test"]).values()}
    told = {each for each in told if len(each) >= 3}  # small numbers stand anywhere
    assert str(len(whole.rows["entities"]["test"])) in told
    told |= {str(len(whole.rows["registry"][UNSPLIT]))}
    for name, data in published.items():
        if name.endswith((".md", ".json", "SHA256SUMS")) and not name.startswith(("croissant", "schemas")):
            text = regex.sub(
                r'"?(num_bytes|contentSize)"?: ?"?[0-9]+|[0-9a-f]{64}|canary:[0-9a-f-]+', "", data.decode()
            )
            assert not [each for each in told if regex.search(rf"(?<![\d.]){each}(?![\d.])", text)], name
    everything = b"".join(published.values())
    assert whole.fingerprint.encode() not in everything
    readme = published["README.md"].decode()
    assert not [each for each in ceilings(whole.rows["documents"]["test"]).values() if str(each.flat) in readme.split()]


def test_the_number_of_bytes_is_that_of_the_public_rows(made):
    """What the card says of sizes is of rows without labels."""
    public = parquet.read(made[0])
    front = published_front((made[0] / "README.md").read_text("utf-8"))
    documents = next(info for info in front["dataset_info"] if info["config_name"] == "documents")
    size = {split["name"]: split["num_bytes"] for split in documents["splits"]}
    assert size["test"] == sum(len(msgspec.json.encode(row)) + 1 for row in public.rows["documents"]["test"])


def published_front(text):
    lines = [line.partition(": ") for line in text.split("---\n")[1].splitlines()]
    return {
        name: json.loads(value) for name, _, value in lines if value[:1] in "[{" and name in {"dataset_info", "configs"}
    }


def test_whatever_the_labels_are_every_public_byte_is_the_same_but_one_keyed_hash(whole, made, tmp_path):
    """Another gold of test, with other labels, entities, names, links, glosses and remarks: what is public is a
    function of the texts and of dev, so that no number, hash, order or size of it says anything of the gold."""
    rows = whole.rows
    documents = [
        msgspec.structs.replace(
            d, entities=d.entities[:1], dates=[], claims=d.claims[1:], layers_annotated=["entities"], **REMARKS
        )
        for d in rows["documents"]["test"]
    ]
    mentions = {(i, e.text) for d in rows["documents"]["dev"] for e in d.entities for i in e.entity_ids}
    texts = "\n".join(d.text for d in documents)
    registry = [
        msgspec.structs.replace(
            row,
            names=[n for n in row.names if n.name not in texts or (row.id, n.name) in mentions],
            held=[each for each in row.held if each.document not in {d.id for d in documents}],
        )
        for row in rows["registry"][UNSPLIT]
        if row.in_dev
    ]
    other = {
        **rows,
        "documents": {**rows["documents"], "test": documents},
        "registry": {UNSPLIT: registry},
        "claim_links": {UNSPLIT: [each for each in rows["claim_links"][UNSPLIT] if each.claim.startswith("000")]},
        "reading": {**rows["reading"], "test": rows["reading"]["test"][:3]},
    }
    changed = Release(whole.name, whole.version, with_layers(other))
    assert changed.fingerprint != whole.fingerprint
    paths = tmp_path / "public", tmp_path / "private"
    private_bundle.write(private_bundle.read(made[1]), paths[1], paths[0])  # the same key
    release_folder.write_withheld(changed, ROOT, "test", *paths, SUBMIT)
    sites = [{p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()} for f in (made[0], paths[0])]
    assert sites[0].keys() == sites[1].keys()
    assert {path.name for path, data in sites[0].items() if data != sites[1][path]} == {"manifest.json", "SHA256SUMS"}
    (first, second) = (json.loads((folder / "manifest.json").read_bytes()) for folder in (made[0], paths[0]))
    assert first["withheld"].pop("sha256") != second["withheld"].pop("sha256")
    assert first == second


def test_no_public_hash_can_be_made_of_the_gold_without_the_key(whole, made, published):
    """Somebody who has guessed the whole gold right cannot see that in any hash that is public."""
    hashes = set(regex.findall(r"[0-9a-f]{64}", b"\n".join(published.values()).decode("utf-8", "ignore")))
    private = private_bundle.read(made[1])
    assert private.sha256 in hashes
    guessed = {whole.fingerprint, scoring.from_benchmark(dragoman.benchmark.Benchmark(whole), "test").data.fingerprint}
    gold = dragoman.benchmark.Benchmark(whole).gold("test")
    guessed.add(content_hash.fingerprint([content_hash.content(gold)], len(gold.documents)))
    for key in ("", "0" * 64, "f" * 64):
        guessed.add(msgspec.structs.replace(private, key=key).sha256)
    without = {name: value for name, value in msgspec.to_builtins(private).items() if name != "key"}
    held = [without, private.documents, *private.documents.values(), msgspec.to_builtins(private.registry)]
    held += [msgspec.to_builtins(row) for splits in whole.rows.values() for part in splits.values() for row in part]
    parts = [list(part) for splits in whole.rows.values() for part in splits.values()]
    guessed |= {files.sha256(json_text.canonical(each)) for each in held}
    guessed |= {files.sha256(json_text.lines(part)) for part in parts}
    assert len(guessed) > 500
    assert not guessed & hashes


def test_a_parquet_file_has_no_byte_that_does_not_follow_from_its_rows(made):
    """No leftovers in dictionaries, statistics, padding or metadata: the rows, written again, are the same file."""
    paths = sorted(made[0].glob("data/*/*.parquet"))
    assert len(paths) == 10
    for path in paths:
        sink = io.BytesIO()
        rows = pa.Table.from_pylist(pq.read_table(path).to_pylist(), arrow_schema(CONFIGS[path.parent.name]))
        pq.write_table(rows, sink, compression="zstd")
        assert sink.getvalue() == path.read_bytes(), path


def test_the_registry_has_what_dev_uses_and_no_office_of_test(whole, made):
    public = parquet.read(made[0])
    rows = {row.id: row for row in public.rows["registry"][UNSPLIT]}
    assert rows.keys() == {row.id for row in whole.rows["registry"][UNSPLIT] if row.in_dev}
    dev = {document.id for document in public.rows["documents"]["dev"]}
    assert {held.document for row in rows.values() for held in row.held} <= dev
    assert [held.document for held in rows["foreign-minister-of-russia"].held] == ["002.article-2"]
    ids = {each.claim.partition("#")[0] for each in public.rows["claim_links"][UNSPLIT]}
    assert ids == {"000.article-1"}


def test_a_cluster_that_dev_shares_with_test_alone_is_left_out(whole):
    dev, test = ([*whole.rows["documents"][split]] for split in ("dev", "test"))
    first = next(i for i, document in enumerate(dev) if document.claims and document.claims[0].cluster is None)
    dev[first] = msgspec.structs.replace(
        dev[first], claims=[msgspec.structs.replace(dev[first].claims[0], cluster="k2"), *dev[first].claims[1:]]
    )
    linked = Release(whole.name, whole.version, with_layers({**whole.rows, "documents": {"dev": dev, "test": test}}))
    public, private = private_bundle.part(linked, "test")
    clusters = {claim.cluster for document in public.rows["documents"]["dev"] for claim in document.claims}
    assert clusters == {None, "k1"}
    assert private_bundle.opened(private, public).fingerprint == linked.fingerprint


def test_the_bundle_opens_with_its_release_and_no_other(whole, made, tmp_path):
    public, private = parquet.read(made[0]), private_bundle.read(made[1])
    assert private_bundle.opened(private, public).fingerprint == whole.fingerprint
    release_folder.write_withheld(whole, ROOT, "test", tmp_path / "public", tmp_path / "private", SUBMIT)
    for release, bundle in (
        (whole, private),
        (parquet.read(tmp_path / "public"), private),  # the same rows with another key
        (public, private_bundle.read(tmp_path / "private")),
    ):
        with pytest.raises(DragomanError) as refused:
            private_bundle.opened(bundle, release)
        assert refused.value.problems[0].code == "E761"


def test_the_bundle_has_no_text_and_no_surface_of_a_label(whole, made):
    data = (made[1] / private_bundle.MARK).read_text("utf-8")
    held = msgspec.to_builtins(private_bundle.read(made[1]).documents)
    keys = Counter(key for document in held.values() for label in document.get("entities", []) for key in label)
    assert "text" not in keys
    assert not [document.id for document in whole.rows["documents"]["test"] if document.text in data]


def test_one_label_that_was_changed_is_noticed(made):
    public, private = parquet.read(made[0]), private_bundle.read(made[1])
    private.documents["001.article-1"]["entities"][0]["type"] = "DOC"
    with pytest.raises(DragomanError, match="E761"):
        private_bundle.opened(private, public)


def test_the_same_rows_give_the_same_files_and_the_owner_alone_reads_the_bundle(whole, made, tmp_path):
    paths = tmp_path / "public", tmp_path / "private"
    release_folder.write_withheld(whole, ROOT, "test", *paths, SUBMIT)
    before = [path.read_bytes() for folder in paths for path in sorted(folder.rglob("*")) if path.is_file()]
    release_folder.write_withheld(whole, ROOT, "test", *paths, SUBMIT)
    assert before == [path.read_bytes() for folder in paths for path in sorted(folder.rglob("*")) if path.is_file()]
    assert (paths[1].stat().st_mode & 0o777, (paths[1] / private_bundle.MARK).stat().st_mode & 0o777) == (0o700, 0o600)
    other = private_bundle.read(made[1])
    assert other.key != private_bundle.read(paths[1]).key


def test_no_bundle_is_written_whose_release_cannot_be(whole, tmp_path):
    paths = tmp_path / "public", tmp_path / "private"
    paths[0].mkdir()
    (paths[0] / "of-somebody").touch()
    with pytest.raises(DragomanError, match="E108"):
        release_folder.write_withheld(whole, ROOT, "test", *paths, SUBMIT)
    assert not paths[1].exists()


@pytest.mark.parametrize(("public", "private"), [("a", "a/b"), ("a/b", "a"), ("a", "a")])
def test_neither_lies_in_the_other(whole, tmp_path, public, private):
    with pytest.raises(DragomanError, match="E108"):
        release_folder.write_withheld(whole, ROOT, "test", tmp_path / public, tmp_path / private, "")
    assert not (tmp_path / public / "manifest.json").exists()


def test_score_on_test_says_that_gold_is_withheld_and_where_to_send_predictions(made, tmp_path):
    benchmark = dragoman.load(made[0])
    path = tmp_path / "predictions.jsonl"
    path.write_text('{"id": "001.article-1", "entities": []}\n')
    for split in ("test", None):
        with pytest.raises(DragomanError) as refused:
            dragoman.score(path, benchmark, split=split)
        assert refused.value.problems[0].code == "E760"
        assert SUBMIT in refused.value.problems[0].hint


def test_dev_scores_as_ever(made, benchmark, tmp_path):
    """Of every committed run: the same scores and counts on dev by the public release as by the whole one."""
    public, pred = dragoman.load(made[0]), tmp_path / "dev.jsonl"
    lines = [msgspec.json.encode(line) for line in benchmark.gold_lines("dev")]
    pred.write_bytes(b"\n".join(lines[:-3]) + b"\n")
    mine, theirs = (dragoman.score(pred, each, split="dev", intervals=False) for each in (public, benchmark))
    assert mine.scores == theirs.scores
    assert msgspec.to_builtins(mine.counts) == msgspec.to_builtins(theirs.counts)


def test_info_and_gold_say_that_it_is_withheld_and_not_that_nobody_annotated(made, tmp_path):
    benchmark = dragoman.load(made[0])
    said = benchmark.to_dict()
    layers = ("annotated", "entities", "dates", "claims")
    assert said["splits"]["test"] == {"documents": 31, **dict.fromkeys(layers)}
    assert said["splits"]["dev"]["annotated"] == 12
    assert said["withheld"] == {"split": "test", "submit": SUBMIT}
    assert list(said["ceilings"]) == ["dev"]
    assert "withheld" in benchmark.table().text().splitlines()[-1]
    assert f"The gold of test is withheld: send predictions to {SUBMIT}." in benchmark.text()
    assert "withheld" not in dragoman.load(ROOT).text()
    for form, documents, words in (("jsonl", 31, "texts without labels"), ("conll", 0, "left out")):
        given = benchmark.to(form, tmp_path / form, split="test")
        assert given.documents == documents
        assert [p.what for p in given.problems if p.code == "W905" and "withheld" in p.what] == [
            f"the gold of test is withheld: its 31 documents are {words}."
        ]
        assert not [p for p in given.problems if "annotated" in p.what and "values of" not in p.what]


def test_robustness_on_test_says_that_gold_is_withheld_before_anything_runs(made, tmp_path):
    with pytest.raises(DragomanError, match="E760"):
        robustness(lambda _: {}, tmp_path / "out", data=made[0])
    assert not (tmp_path / "out").exists()


def test_a_run_is_checked_as_far_as_it_can_be_without_gold(made, benchmark, gold, tmp_path):
    """Of what the keeper's board will say of a run, all but scores: card, files, version, labels, copies."""
    command = [sys.executable, "-m", "dragoman", "leaderboard", "--check", "--data", made[0]]
    run = submitted.submit(tmp_path, "good", benchmark, gold, keep=2)
    (run / "result.json").unlink()
    good = subprocess.run([*command, run], check=False, capture_output=True, text=True)
    said = "No problem found. It was not scored: the gold is withheld.\n"
    assert (good.returncode, good.stdout, good.stderr) == (0, said, "")
    bad = submitted.submit(tmp_path, "bad", benchmark, gold, keep=2, authors=None)
    (bad / "predictions.jsonl").write_bytes(b'{"id": "001.article-1", "dates": [{"start": 0}]}\n')
    found = subprocess.run([*command, bad, "--json"], check=False, capture_output=True, text=True)
    assert found.returncode == 1
    assert {"E825", "E406"} <= {problem["code"] for problem in json.loads(found.stdout)["problems"]}


def test_it_loads_validates_and_runs(made, tmp_path):
    assert dragoman.load(made[0]).splits == ("dev", "test")
    system = tmp_path / "system.py"
    system.write_text("def extract(document):\n    return {'entities': [], 'dates': [], 'claims': []}\n")
    out = tmp_path / "run"
    command = [sys.executable, "-m", "dragoman", "run", f"{system}:extract", "--data", made[0], "--out", out]
    done = subprocess.run([*command, "--split", "test"], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    words = " ".join(done.stdout.split())
    assert words.endswith(f"Next: dragoman validate --data {made[0]} --split test {out / 'predictions.jsonl'}")
    problems = dragoman.validate(out / "predictions.jsonl", made[0], split="test")
    assert problems == []
    checked = subprocess.run(
        [sys.executable, "-m", "dragoman", "verify", made[0]], check=False, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout


def test_datasets_reads_it(made, monkeypatch, tmp_path):
    datasets = pytest.importorskip("datasets", reason="install the extra `hub`")
    test = datasets.load_dataset(str(made[0]), split="test", cache_dir=str(tmp_path))
    assert (len(test), set(map(len, test["entities"]))) == (31, {0})
    assert datasets.load_dataset(str(made[0]), "claims", cache_dir=str(tmp_path)).keys() == {"dev"}


def test_gold_of_test_scores_one_with_the_bundle(made):
    whole = private_bundle.opened(private_bundle.read(made[1]), parquet.read(made[0]))
    opened = dragoman.benchmark.Benchmark(whole)
    result = dragoman.score(opened, scoring.from_benchmark(opened, "test"), intervals=False)
    assert result["headline"] == 1


@pytest.mark.parametrize(
    "options",
    [
        ["--withhold", "test", "--out", "a"],
        ["--private", "b", "--out", "a"],
        ["--withhold", "test", "--private", "b"],
        ["--withhold", "test", "--private", "b", "--out", "a", "--standoff", "c"],
    ],
)
def test_wrong_usage(options, tmp_path):
    command = [sys.executable, "-m", "dragoman", "author", "release", "--root", str(ROOT), *options]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_a_difference_with_the_whole_release_prints_withheld_labels_only_when_asked_to(made, whole, tmp_path):
    release_folder.write(whole, ROOT, tmp_path / "whole")
    for pair in ([made[0], tmp_path / "whole"], [tmp_path / "whole", made[0]]):
        refused = CliRunner().invoke(app, ["diff", *map(str, pair)])
        assert isinstance(refused.exception, DragomanError)
        assert refused.exception.problems[0].code == "E760"
        assert refused.stdout == ""
        shown = CliRunner().invoke(app, ["diff", *map(str, pair), "--show-withheld"])
        assert "entities e1" in shown.stdout
    same = CliRunner().invoke(app, ["diff", str(made[0]), str(made[0])])
    assert "The same rows." in same.stdout
