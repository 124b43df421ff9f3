"""Benchmarks of anybody's own: what is made of pages, or of texts with labels."""

from __future__ import annotations

import gzip
import json
import os
import pty
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import own_benchmarks
import pyarrow as pa
import pytest
from own_benchmarks import JAPANESE, TITLE, author, dragoman_says, written
from pyarrow import parquet
from typer.testing import CliRunner

import dragoman
from dragoman.authoring.label_studio import config, region_reader
from dragoman.authoring.label_studio.regions import encode
from dragoman.authoring.starting import incoming, suggested_profile
from dragoman.authoring.starting.new_benchmark import Plan, make
from dragoman.cli.app import app
from dragoman.problems import DragomanError
from dragoman.release import scheme_file

SPLITS = {"a": "train", "b": "test", "c": None}
LABEL_STUDIO = {
    "data": {"text": "Nora sells S5"},
    "annotations": [
        {
            "result": [
                {"type": "labels", "value": {"start": 0, "end": 4, "text": "Nora", "labels": ["FIRM"]}},
                {"type": "labels", "value": {"start": 11, "end": 13, "text": "S5", "labels": ["PROD"]}},
            ]
        }
    ],
}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def persian(tmp_path):
    return own_benchmarks.persian(tmp_path)


@pytest.fixture
def japanese(tmp_path):
    return own_benchmarks.japanese(tmp_path)


def test_pages_are_cut_by_a_profile_that_is_suggested(persian):
    one, two = dragoman.load(persian).documents
    assert one.id == "one.article-1"
    assert (one.title, one.published) == ("نشست وزیران در اصفهان", "2024-03-05")
    assert one.text == "نشست وزیران در اصفهان\nشرکت نورا گوشی «نورا ۵» را در اصفهان معرفی کرد."
    assert (two.title, two.published) == ("بازار تازه برای نورا", "2024-03-07")
    kinds = [segment.kind for segment in dragoman.load(persian).segments if segment.page == "one"]
    assert kinds == ["boilerplate", "headline", "meta", "body", "boilerplate"]
    assert dragoman_says("author", "check", "--root", persian).returncode == 0


def test_the_labelling_page_has_the_labels_of_the_benchmark(persian):
    author("annotate", "config", "--root", persian)
    page = ET.parse(persian / "annotations" / "label_studio" / "fa.xml")
    assert [label.get("value") for label in page.iter("Label")] == ["PROD", "PLACE"]
    assert "direction:rtl" in page.findtext("Style")
    assert "PROD: a product, by name" in [header.get("value") for header in page.iter("Header")]
    assert {choices.get("name") for choices in page.iter("Choices")} == {"form", "phenomena", "seen"}


def test_what_is_labelled_comes_back_with_labels_of_its_own(persian):
    own = scheme_file.read(persian).label_sets
    text = dragoman.load(persian).documents[0].text
    label = {"id": "e1", "start": 0, "end": 4, "type": "PROD", "form": "NAM", "entity_ids": []}
    results = encode({"entities": [label], "dates": [], "claims": []}, text)
    assert region_reader.decode(results, text, own=own).draft["entities"][0]["type"] == "PROD"
    assert [aside.code for aside in region_reader.decode(results, text).aside][:1] == ["E724"]


def test_keys_of_many_types_are_distinct_and_types_beyond_have_none():
    types = {f"T{n}": f"type {n}" for n in range(60)}
    page = ET.fromstring(config.make("fa", own={"entities.type": types}))
    keys = [label.get("hotkey") for label in page.iter("Label")]
    given = [key for key in keys if key is not None]
    assert len(keys) == 60 + 4 + 3
    assert len(set(given)) == len(given) > 20


def test_gold_that_came_with_texts_is_gold_of_the_curated_texts(japanese):
    benchmark = dragoman.load(japanese)
    assert benchmark.splits == ("dev", "test")
    (first,), (second,) = benchmark.split("dev"), benchmark.split("test")
    assert (first.id, first.title, first.published, first.language) == ("001.article-1", TITLE, "2024-04-01", "ja")
    assert first.text == f"{TITLE}\n東京のハル社は「ソラ9」を発売した。\n社長は「売れる」と述べた。"
    assert [(e.start, e.text, e.type, e.entity_ids) for e in first.entities] == [
        (4, "東京", "CITY", []),
        (7, "ハル社", "FIRM", ["q99"]),
        (12, "ソラ9", "PROD", ["entity-2"]),
        (23, "社長", "HEAD", []),
    ]
    (claim,) = first.claims
    assert (claim.content[0].text, claim.cue[0].text, claim.act, claim.modality) == (
        "売れる",
        "述べた",
        "boast",
        "hope",
    )
    assert claim.claimants[0].mention == "e4"
    assert first.layers_annotated == ["entities", "claims"]
    assert (second.id, second.claims) == ("ja_2.article-1", [])
    names = {entry.id: (entry.type, entry.wikidata, [n.name for n in entry.names]) for entry in benchmark.registry}
    assert names == {"q99": ("FIRM", "Q99", ["ハル社"]), "entity-2": ("PROD", None, ["ソラ9"])}


def test_labels_that_were_only_seen_wait_for_a_line(japanese):
    scheme = scheme_file.read(japanese)
    types = scheme.label_sets["entities.type"]
    assert list(types) == ["PROD", "CITY", "FIRM", "HEAD"]
    assert types["PROD"] == "a product"
    assert types["FIRM"].startswith("FILL IN")
    assert "entities.form" not in scheme.label_sets
    assert "### PROD\n\na product" in (japanese / "annotations" / "GUIDELINES.md").read_text("utf-8")


def test_a_label_that_is_not_declared_is_refused_everywhere(japanese):
    gold = japanese / "annotations" / "gold" / "ja_2.article-1.json"
    gold.write_text(gold.read_text("utf-8").replace('"FIRM"', '"FIRMA"'), "utf-8")
    with pytest.raises(
        DragomanError, match=r"E501 .*entities\[1\]\.type: there is no label 'FIRMA'. Did you mean 'FIRM'"
    ):
        dragoman.load(japanese)
    done = dragoman_says("author", "check", "--root", japanese)
    assert done.returncode == 1
    assert "E501" in done.stderr


def test_a_release_with_labels_beyond_its_sets_is_damaged(japanese, tmp_path):
    release = tmp_path / "release"
    author("release", "--root", japanese, "--out", release)
    manifest = json.loads((release / "manifest.json").read_text("utf-8"))
    del manifest["label_sets"]["entities.type"]["FIRM"]
    (release / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(DragomanError, match="E701"):
        dragoman.load(release)


def test_a_release_without_texts_keeps_the_labels(japanese, tmp_path):
    author("release", "--root", japanese, "--standoff", tmp_path / "bare")
    pages = japanese / "corpus" / "pages"
    done = dragoman_says("rehydrate", tmp_path / "bare", "--pages", pages, "--out", tmp_path / "whole")
    assert done.returncode == 0, done.stderr
    whole, root = dragoman.load(tmp_path / "whole"), dragoman.load(japanese)
    assert whole.fingerprint == root.fingerprint
    assert whole.release.label_sets == root.release.label_sets


@pytest.mark.parametrize(
    "files",
    [
        {"a.conll": "Nora B-FIRM\nsells O\nS5 B-PROD\n"},
        {"test.txt": "Nora\tB-FIRM\nsells\tO\nS5\tB-PROD\n"},
        {"eng.testa": "-DOCSTART- -X- O O\n\nNora NNP B-NP B-FIRM\nsells VBZ B-VP O\nS5 NNP B-NP B-PROD\n"},
        {"a.txt": "Nora sells S5", "a.ann": "T1\tFIRM 0 4\tNora\nT2\tPROD 11 13\tS5\nR1\tmakes Arg1:T1 Arg2:T2\n"},
        {"export.json": json.dumps([LABEL_STUDIO])},
    ],
)
def test_labels_of_other_tools_are_gold_with_forms_unspecified(files, tmp_path):
    (tmp_path / "in").mkdir()
    for name, text in files.items():
        (tmp_path / "in" / name).write_text(text)
    given = tmp_path / "in" / next(iter(files)) if len(files) == 1 else tmp_path / "in"
    made = make(tmp_path / "new", Plan("other", ("en",)), incoming.read([given], None, ["en"]))
    assert made.labels == {"entities": 2}
    (document,) = dragoman.load(tmp_path / "new").split("test")
    assert [(e.text, e.type, e.form) for e in document.entities] == [
        ("Nora", "FIRM", "UNSPECIFIED"),
        ("S5", "PROD", "UNSPECIFIED"),
    ]


def test_splits_are_read_from_lines_that_are_compressed_and_from_rows(tmp_path):
    lines = [{"id": name, "language": "en", "text": "Nora.", "split": split} for name, split in SPLITS.items()]
    packed, rows = tmp_path / "given.jsonl.gz", tmp_path / "given.parquet"
    packed.write_bytes(gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode()))
    parquet.write_table(pa.Table.from_pylist(lines), rows)
    for path in (packed, rows):
        found = {each.name: each.split for each in incoming.read([path]).documents}
        assert found == {"a": "dev", "b": "test", "c": None}


def test_columns_may_be_named(tmp_path):
    path = tmp_path / "given.conll"
    path.write_text("B-X Nora B-FIRM\nO sells O\n")
    command = ("new", tmp_path / "new", "--from", path, "--languages", "en", "--name", "x", "--columns", "form=2,tag=3")
    assert author(*command)["labels"] == {"entities": 1}
    (document,) = dragoman.load(tmp_path / "new").documents
    assert [(e.text, e.type) for e in document.entities] == [("Nora", "FIRM")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"split": "sometimes"}, "E702 .*sometimes"),
        ({"text": None, "entities": []}, "E204 .*no text"),
        ({"language": None}, "E204.* in which language"),
        ({"entities": [{"start": 0, "end": 99, "type": "X"}]}, "E401"),
        ({"entities": [{"quote": "大阪", "type": "no label"}]}, "E706 .*cannot be a label"),
        ({"dates": [{"quote": "大阪", "type": "DATE", "value": "soon"}]}, "E502"),
        ({"dates": [{"quote": "大阪", "type": "FEAST", "value": "2024"}]}, "E501"),
        ({"claims": [{"content": [{"quote": "大阪"}], "polarity": "mixed"}]}, "E501"),
        ({"claims": [{"content": [{"quote": "大阪"}], "claimants": [{"role": "WITNESS"}]}]}, "E501"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(line, message, tmp_path):
    given = written(tmp_path, [JAPANESE[1] | line])
    with pytest.raises(DragomanError, match=message):
        make(tmp_path / "new", Plan("x"), incoming.read([given]))
    assert [path.name for path in tmp_path.iterdir()] == ["given.jsonl"]


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "mine").touch()
    with pytest.raises(DragomanError, match="E108"):
        make(tmp_path / "new", Plan("x"), incoming.read([written(tmp_path, JAPANESE)]))
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["mine"]


def test_a_page_of_a_language_that_the_benchmark_does_not_name(japanese):
    table = japanese / "corpus" / "benchmark.toml"
    table.write_text(table.read_text("utf-8").replace('["ja"]', '["th"]'), "utf-8")
    done = dragoman_says("author", "check", "--root", japanese)
    assert done.returncode == 1
    assert "page[0].language: no language of the benchmark is 'ja'" in done.stderr


def test_pages_of_two_languages_are_told_apart_by_their_names(tmp_path):
    (tmp_path / "he").mkdir()
    (tmp_path / "he" / "a.txt").write_text("כותרת\nגוף הכתבה.\n", "utf-8")
    (tmp_path / "a.th.txt").write_text("หัวข้อ\nเนื้อหา\n", "utf-8")
    read = incoming.read([tmp_path / "he", tmp_path / "a.th.txt"], None, ["he", "th"])
    make(tmp_path / "new", Plan("two", ("he", "th")), read)
    found = {document.id: (document.language, document.title) for document in dragoman.load(tmp_path / "new").documents}
    assert found == {"a.article-1": ("he", "כותרת"), "a_2.article-1": ("th", "หัวข้อ")}


def test_languages_may_be_parted_by_commas_or_given_again(tmp_path):
    (tmp_path / "pages" / "he").mkdir(parents=True)
    (tmp_path / "pages" / "he" / "a-b.txt").write_text("כותרת\nגוף הכתבה.\n", "utf-8")
    (tmp_path / "pages" / "a.vi.txt").write_text("Phở bò\nNinh xương.\n", "utf-8")
    given = ["author", "new", str(tmp_path / "new"), "--from", str(tmp_path / "pages"), "--name", "two"]
    given += ["--languages", "he,th", "--languages", "vi", "--layers", "entities", "--layers", "dates"]
    made = CliRunner().invoke(app, given)
    scheme = scheme_file.read(tmp_path / "new")
    assert (scheme.languages, scheme.layers) == (("he", "th", "vi"), ("entities", "dates"))
    assert {d.id: d.language for d in dragoman.load(tmp_path / "new").documents} == {
        "a.article-1": "vi",
        "a_b.article-1": "he",
    }
    assert "a-b is a_b" in made.stdout


def test_on_a_terminal_what_is_missing_is_asked_for(tmp_path):
    given = written(tmp_path, [{"id": "a", "text": "Nora sells."}])
    command = [sys.executable, "-m", "dragoman", "author", "new", str(tmp_path / "new"), "--from", str(given)]
    main, other = pty.openpty()
    with subprocess.Popen(command, stdin=other, stdout=subprocess.PIPE, stderr=other) as process:
        os.close(other)
        os.write(main, b"asked\nen\nPROD=a product; FIRM=a company\n")
        assert process.wait(timeout=120) == 0
    os.close(main)
    scheme = scheme_file.read(tmp_path / "new")
    assert (scheme.name, scheme.languages) == ("asked", ("en",))
    assert scheme.label_sets == {"entities.type": {"PROD": "a product", "FIRM": "a company"}}


def test_nobody_is_asked_where_there_is_no_terminal(tmp_path):
    done = dragoman_says("author", "new", tmp_path / "new")
    assert done.returncode == 2
    assert "--from" in done.stderr


def test_what_cannot_be_kept_is_counted(tmp_path):
    text = "Nora\nsells"
    line = {"id": "a", "language": "en", "text": text, "entities": [{"start": 0, "end": 10, "type": "FIRM"}]}
    made = make(tmp_path / "new", Plan("x"), incoming.read([written(tmp_path, [line])]))
    assert [problem.what for problem in made.problems] == ["lost: entities that run over the end of a line (1)."]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('layers = ["entities"]\n[acts]\nboast = "x"', "not among the layers"),
        ('[types]\nDATE = "x"', "is a label of the layer dates"),
        ('[types]\n"A,B" = "x"', "cannot be a label"),
        ('[types]\nA = ""', "no line"),
        ("[types]", "0 labels"),
        ('layers = ["words"]', "words"),
        ("colour = 1", "not a known key"),
        ('[polarity]\nmixed = "x"', "cannot be of one's own: a claim affirms or negates"),
        ('[roles]\nWITNESS = "x"', "cannot be of one's own: AUTHOR, MENTION and IMPLICIT"),
        ('[date_types]\nFEAST = "x"', "cannot be of one's own: the days and the interval"),
    ],
)
def test_a_table_of_labels_that_is_wrong(table, message, tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "benchmark.toml").write_text(f"schema_version = 1\n{table}\n", "utf-8")
    with pytest.raises(DragomanError, match=f"E706 .*{message}"):
        scheme_file.read(tmp_path)


def test_without_the_layer_a_type_may_be_called_as_its_labels_are(tmp_path):
    (tmp_path / "corpus").mkdir()
    table = 'schema_version = 1\nlayers = ["entities"]\n[types]\nDATE = "a date"\n'
    (tmp_path / "corpus" / "benchmark.toml").write_text(table, "utf-8")
    scheme = scheme_file.read(tmp_path)
    assert (scheme.layers, scheme.label_sets) == (("entities",), {"entities.type": {"DATE": "a date"}})


def test_a_page_that_no_suggestion_fits_gets_the_plainest_profile():
    # The line between the sentences is furniture by its words, and stands where none is expected.
    pages = ["Share\nHead\nShare\nA body.\n", "Share\nHead of another\nA body too.\n"]
    assert suggested_profile.suggest(pages, "en") == suggested_profile.TITLED
    assert suggested_profile.suggest(pages[1:], "en") != suggested_profile.TITLED


def test_the_default_benchmark_has_the_default_scheme():
    scheme = scheme_file.read(ROOT)
    assert scheme.label_sets == {}
    assert scheme.languages == ("ko-KP", "ar")


def pages_of(folder, language, dates):
    (folder / "pages").mkdir()
    for number, date in enumerate(dates):
        (folder / "pages" / f"p{number}.txt").write_text(f"Site\nHead {number}\n{date}\nBody {number}.\nEnd\n", "utf-8")
    made = make(folder / "new", Plan("x", (language,), ("entities",)), incoming.read([folder / "pages"]))
    return made, [(d.published, d.text) for d in dragoman.load(folder / "new").documents]


def test_years_of_the_thai_calendar_are_counted_as_elsewhere(tmp_path):
    _, documents = pages_of(tmp_path, "th", ["12/06/2567", "๑๕/๐๖/๒๕๖๗"])
    assert documents[0] == ("2024-06-12", "Head 0\nBody 0.")
    assert documents[1] == ("2024-06-15", "Head 1\nBody 1.")


def test_a_date_of_a_calendar_that_is_not_known_dates_no_page(tmp_path):
    _, documents = pages_of(tmp_path, "fa", ["1403/03/23", "1403/03/24"])
    assert [published for published, _ in documents] == [None, None]
    profile = tmp_path / "new" / "corpus" / "profiles" / "pages-fa.toml"
    assert "another calendar" in profile.read_text("utf-8")
    # Whoever writes the groups all the same is told.
    text = profile.read_text("utf-8").replace(
        'kind = "body"', 'kind = "meta"\nmatch = \'(?P<year>\\d{4})/\\d+/\\d+\'\n\n[[section.line]]\nkind = "body"'
    )
    profile.write_text(text, "utf-8")
    refused = dragoman_says("author", "curate", "--root", tmp_path / "new")
    assert refused.returncode == 1
    assert "E705" in refused.stderr
    assert "no page is of the year 1403" in refused.stderr
