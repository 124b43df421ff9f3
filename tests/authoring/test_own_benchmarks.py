"""Benchmarks of other languages, scripts and labels, all the way: from pages or texts to a board and the Hub."""

import json

import own_benchmarks
import pytest
import submitted
from hub_server import TOKEN, Hub
from own_benchmarks import author, done, dragoman_says

import dragoman
from dragoman.authoring.publishing.hub_repository import Repository
from dragoman.authoring.publishing.plan import Settings
from dragoman.authoring.publishing.upload import publish
from dragoman.files import sha256
from dragoman.release import hub
from dragoman.systems import prompt

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
PLACES = """
import re

def predict(document):
    found = re.finditer("اصفهان|شیراز", document.text)
    return {"entities": [{"start": m.start(), "end": m.end(), "type": "PLACE"} for m in found]}
"""
FIRST = """
def predict(document):
    made = []
    for words, type_ in (("اصفهان", "PLACE"), ("نورا", "PROD")):
        start = document.text.find(words)
        if start >= 0:
            made.append({"start": start, "end": start + len(words), "type": type_})
    return {"entities": made}
"""
FIRM = """
def predict(document):
    start = document.text.find("ハル社")
    return {"entities": [{"start": start, "end": start + 3, "type": "FIRM"}]}
"""
CITY_TOO = """
def predict(document):
    start = document.text.find("大阪")
    return {"entities": [{"quote": "ハル社", "type": "FIRM"}, {"start": start, "end": start + 2, "type": "CITY"}]}
"""
DAYS = """
def predict(document):
    start = document.text.find("7 मार्च 2024")
    return {"dates": [{"start": start, "end": start + 12, "type": "DATE", "value": "2024-03-07"}]}
"""
WRONG_DAY = DAYS.replace("2024-03-07", "2024-03-08")


def entity(name, line, quote, type_, **more):
    return {"id": name, "line": line, "quote": quote, "type": type_, "form": "NAM", "entity_ids": [], **more}


def f1(result, measure):
    layer, name = measure.split(".")
    return result["scores"][layer][name]["f1"]


PASSES = {
    "a": {
        "one": [
            entity("e1", 1, "اصفهان", "PLACE"),
            entity("e2", 2, "نورا ۵", "PROD"),
            entity("e3", 2, "اصفهان", "PLACE"),
        ],
        "two": [entity("e1", 2, "نورا ۵", "PROD"), entity("e2", 2, "شیراز", "PLACE")],
    },
    "b": {
        "one": [entity("e1", 2, "نورا", "PROD", occurrence=2), entity("e2", 2, "اصفهان", "PLACE")],
        "two": [entity("e1", 2, "نورا ۵", "PROD"), entity("e2", 2, "شیراز", "PLACE")],
    },
}
DECISIONS = [
    {"a": "e1", "b": None, "keep": "a", "reason": "a place in the title is one too"},
    {"a": "e2", "b": None, "keep": "a", "reason": "the number belongs to the product's name"},
    {"a": None, "b": "e1", "keep": "none", "reason": "the number belongs to the product's name"},
]


@pytest.fixture
def labelled(tmp_path):
    """The Persian benchmark as two annotators labelled it; page `two` may be looked at."""
    root = own_benchmarks.persian(tmp_path)
    table = root / "corpus" / "sources.toml"
    table.write_text(table.read_text("utf-8").replace("dev = []", 'dev = ["two"]'), "utf-8")
    author("curate", "--root", root)
    for name, documents in PASSES.items():
        folder = root / "annotations" / "passes" / name
        folder.mkdir(parents=True)
        texts = {"registry.json": "[]"} | {
            f"{page}.article-1.json": json.dumps({"document": f"{page}.article-1", "entities": labels})
            for page, labels in documents.items()
        }
        record = {"annotator": name, "date": "2024-05-01", "guidelines": "version 1"}
        record["files"] = {file: sha256(text.encode()) for file, text in texts.items()}
        for file, text in texts.items() | {("record.json", json.dumps(record))}:
            (folder / file).write_text(text, "utf-8")
    return root


def decided(root):
    lines = [{"document": "one.article-1", "layer": "entities", **decision} for decision in DECISIONS]
    path = root / "annotations" / "decisions.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    author("adjudicate", "--root", root)
    return root


def test_two_passes_and_decisions_make_gold_with_labels_of_its_own(labelled):
    listed = dragoman_says("author", "adjudicate", "--list", "--json", "--root", labelled)
    points = json.loads(listed.stdout)["undecided"]
    assert listed.returncode == 1
    assert [(p["document"], (p["a"] or {}).get("id"), (p["b"] or {}).get("id")) for p in points] == [
        ("one.article-1", "e1", None),
        ("one.article-1", "e2", None),
        ("one.article-1", None, "e1"),
    ]
    words = dragoman_says("author", "adjudicate", "--list", "--root", labelled).stdout.splitlines()
    assert words[:4] == [
        "undecided: 3",
        "1. one.article-1, entities 'اصفهان' (a e1, b -): presence",
        "  a: e1 'اصفهان'",
        "       type: PLACE",
    ]
    assert "  b: has no such label" in words
    (document,) = dragoman.load(decided(labelled)).split("test")
    assert [(e.text, e.type) for e in document.entities] == [
        ("اصفهان", "PLACE"),
        ("نورا ۵", "PROD"),
        ("اصفهان", "PLACE"),
    ]


def test_persian_from_pages_to_a_board(labelled, tmp_path):
    release, board, results = own_benchmarks.to_board(decided(labelled), tmp_path, {"places": PLACES, "first": FIRST})
    # Of three labels PLACES finds the two places; FIRST one of them, and takes the company's name for a product's.
    assert f1(results["places"], "entities.strict") == pytest.approx(0.8)
    assert f1(results["first"], "entities.strict") == pytest.approx(0.4)
    cells = {entry["folder"].partition("/")[0]: entry["cells"] for entry in board["entries"]}
    assert {entry["state"] for entry in board["entries"]} == {"ranked"}
    assert cells["places"]["entities.strict"]["score"] == pytest.approx(0.8)
    assert cells["first"]["entities.strict"]["score"] == pytest.approx(0.4)
    # A page that reads from right to left, with the labels of the benchmark and none of the default scheme.
    report = (tmp_path / "first.html").read_text("utf-8")
    assert '"direction":"rtl"' in report
    assert "a product, by name (PROD)" in report
    assert ">PER<" not in report
    # What the card of the root says in numbers was counted when the benchmark was new: the release counted again.
    own, given = ((path).read_text("utf-8") for path in (labelled / "DATASET_CARD.md", release / "README.md"))
    numbers = own.partition("<!-- generated: statistics -->")[2].partition("<!-- end")[0]
    assert "\n| PLACE | " in numbers
    assert numbers in given
    assert dragoman.load(release).splits == ("dev", "test")


def test_japanese_from_texts_to_a_board(tmp_path):
    root = own_benchmarks.japanese(tmp_path)
    release, board, results = own_benchmarks.to_board(root, tmp_path, {"firm": FIRM, "city": CITY_TOO})
    # One of the two entities of the document is found, or both.
    assert f1(results["firm"], "entities.strict") == pytest.approx(2 / 3)
    assert f1(results["city"], "entities.strict") == 1
    cells = {entry["folder"].partition("/")[0]: entry["cells"] for entry in board["entries"]}
    assert cells["firm"]["entities.strict"]["score"] == pytest.approx(2 / 3)
    assert cells["city"]["entities.strict"]["score"] == 1
    assert results["city"]["scores"]["claims"]["content"] is None  # not attempted, and none in the document
    assert results["city"]["headline"]["reason"] == "claims were not attempted"
    front = (tmp_path / "board" / "index.html").read_text("utf-8")
    assert "entities.strict, claims.attributed; a system that does not attempt both has none" in front
    assert not (tmp_path / "board" / "dates.html").exists()
    labels = '"class_label":{"names":{"0":"PROD","1":"CITY","2":"FIRM","3":"HEAD"}}'
    assert labels in (release / "README.md").read_text("utf-8")
    schema = json.loads((release / "schemas" / "entities.json").read_text("utf-8"))
    assert schema["$defs"]["EntityRow"]["properties"]["type"]["enum"] == ["CITY", "FIRM", "HEAD", "PROD"]
    assert "FIRM" in (tmp_path / "firm.html").read_text("utf-8")
    asked = prompt.make(dragoman.load(release), count=0).instructions("ja")
    assert "- PROD: a product" in asked
    assert "- boast: x" in asked
    assert "## dates" not in asked
    assert "products" not in asked


def test_hindi_with_dates_alone_from_texts_to_a_board(tmp_path):
    root = own_benchmarks.hindi(tmp_path)
    assert 'layers = ["dates"]' in (root / "corpus" / "benchmark.toml").read_text("utf-8")
    release, board, results = own_benchmarks.to_board(root, tmp_path, {"days": DAYS, "wrong": WRONG_DAY})
    # One of two dates, with its day and with another one.
    assert f1(results["days"], "dates.value") == pytest.approx(2 / 3)
    assert f1(results["wrong"], "dates.value") == 0
    assert f1(results["wrong"], "dates.strict") == pytest.approx(2 / 3)
    assert results["days"]["headline"]["score"] == pytest.approx(2 / 3)
    said = done("score", tmp_path / "runs" / "days" / "0.1.0", "--data", release)
    assert "the F1 of dates.value (din test has no gold for entities and claims)" in " ".join(said.split())
    assert "not attempted" not in said
    card = (release / "README.md").read_text("utf-8")
    assert "| dates | dev | test |\n| --- | ---: | ---: |\n| DATE | 1 | 1 |\n| DURATION | 0 | 1 |" in card
    assert "claims by act" not in card
    held = done("info", "--data", release)
    assert "dates" in held
    assert "claims" not in held
    pages = {path.name for path in (tmp_path / "board").glob("*.html")}
    assert pages >= {"index.html", "language-hi.html", "about.html"}
    assert not pages & {"entities.html", "claims.html", "dates.html"}
    front = (tmp_path / "board" / "index.html").read_text("utf-8")
    assert "Systems that find dates in news" in front
    assert all(absent not in front for absent in ("entities.strict", "claims.attributed", "only dates"))
    report = (tmp_path / "days.html").read_text("utf-8")
    assert "not attempted" not in report.partition("<script")[0]
    cells = {entry["folder"].partition("/")[0]: entry["cells"] for entry in board["entries"]}
    assert cells["days"]["dates.value"]["score"] == pytest.approx(2 / 3)
    assert cells["wrong"]["dates.value"]["score"] == 0
    asked = prompt.make(dragoman.load(release), count=0).instructions("hi")
    assert "DURATION" in asked
    assert "## entities" not in asked
    done("author", "annotate", "config", "--root", root)
    page = (root / "annotations" / "label_studio" / "hi.xml").read_text("utf-8")
    assert 'Label value="DURATION"' in page
    assert 'Label value="PER"' not in page
    assert 'Label value="CLAIM"' not in page


def test_a_closed_board_of_one_layer_has_one_column_and_no_tabs_of_others(tmp_path):
    root = own_benchmarks.hindi(tmp_path)
    public, private = tmp_path / "public", tmp_path / "private"
    author("release", "--root", root, "--out", public, "--withhold", "test", "--private", private)
    (tmp_path / "days.py").write_text(DAYS, "utf-8")
    run = tmp_path / "runs" / "days" / "0.1.0"
    said = done("run", "days.py:predict", "--data", public, "--split", "test", "--out", run, cwd=tmp_path)
    assert said.splitlines()[-1].startswith("Next: dragoman validate --data")
    (run / "system.toml").write_bytes(submitted.toml({**submitted.CARD, "layers": ["dates"], "languages": ["hi"]}))
    done("leaderboard", tmp_path / "runs", "--gold", private, "--out", tmp_path / "board")
    board = json.loads((tmp_path / "board" / "leaderboard.json").read_text("utf-8"))
    assert [column["name"] for column in board["columns"]] == ["dates.value"]
    (entry,) = board["entries"]
    assert entry["cells"]["dates.value"]["score"] == pytest.approx(2 / 3, abs=0.1), entry["problems"]
    pages = {path.name for path in (tmp_path / "board").glob("*.html")}
    assert pages == {"index.html", "about.html", "submit.html"}
    done("serve-scores", private, "--codabench", tmp_path / "bundle")
    competition = (tmp_path / "bundle" / "competition.yaml").read_text("utf-8")
    assert competition.count("key: dates_value") == 1
    assert competition.count("sorting:") == 1


@pytest.mark.parametrize("make", [own_benchmarks.persian, own_benchmarks.japanese, own_benchmarks.hindi])
def test_a_release_on_the_hub_loads_with_its_labels(make, tmp_path, monkeypatch):
    library = pytest.importorskip("huggingface_hub", reason="install the extra `hub`")
    root = make(tmp_path)
    author("release", "--root", root, "--out", tmp_path / "release")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with Hub() as server:
        repository = Repository("org/own", server.url)
        outcome = publish(tmp_path / "release", repository, Settings(), pause=0.01)
        assert outcome["verified"]
        folder = hub.fetch(hub.address("org/own@v0.1.0"), cache=tmp_path / "cache", endpoint=server.url)
        came, own = dragoman.load(folder), dragoman.load(root)
        assert came.fingerprint == own.fingerprint
        assert came.release.label_sets == own.release.label_sets
        assert came.release.layers == own.release.layers
        library.close_session()


def test_a_run_is_scored_against_the_release_on_the_hub(labelled, tmp_path, monkeypatch):
    library = pytest.importorskip("huggingface_hub", reason="install the extra `hub`")
    author("release", "--root", decided(labelled), "--out", tmp_path / "release")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    (tmp_path / "places.py").write_text(PLACES, "utf-8")
    with Hub() as server:
        publish(tmp_path / "release", Repository("org/kala", server.url), Settings(), pause=0.01)
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        given = ("--data", "org/kala@v0.1.0", "--split", "test")
        done("run", "places.py:predict", *given, "--out", tmp_path / "run", cwd=tmp_path)
        result = json.loads(done("score", tmp_path / "run", *given, "--json"))
        library.close_session()
    assert f1(result, "entities.strict") == pytest.approx(0.8)
