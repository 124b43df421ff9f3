"""A benchmark or a file is edited as a whole: checked, scored, undone, refused."""

import dataclasses
import json
import re
import shutil
import weakref
from pathlib import Path

import msgspec
import pytest
from own_benchmarks import done

import dragoman
from dragoman import checks
from dragoman.problems import DragomanError
from dragoman.robustness import corpus as corpora
from dragoman.robustness import perturbing
from dragoman.robustness.edit import Edit, parse
from dragoman.robustness.edits import catalogue, join_pages
from dragoman.robustness.perturbing import MARK, Manifest, Perturbed, perturb, read
from dragoman.robustness.readers import Read, counts
from dragoman.robustness.root_writer import contents
from dragoman.robustness.steps import Again, plan_of

TEXT = "김정은은 2024년 6월에 로씨야를 방문하였다"


@pytest.fixture(scope="module")
def bundled():
    return dragoman.load()


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_gold_of_an_edited_benchmark_passes_all_levels_and_scores_one(name, bundled, tmp_path):
    if catalogue()[name].needs:
        pytest.importorskip(catalogue()[name].needs)
    made = perturb(name, tmp_path / "edited", data=bundled)
    assert [str(f.problem) for f in checks.check(made.folder).findings.errors()] == []
    edited = dragoman.load(made.folder)
    assert {d.id for d in edited} == {d.id for d in bundled}
    assert made.manifest.documents  # every edit finds something in these pages
    result = dragoman.score(edited, edited, intervals=False)
    assert [result[each] for each in ("entities.strict.f1", "dates.value.f1", "claims.attributed.f1")] == [1, 1, 1]
    before, maps = {d.id: d for d in bundled}, made.maps()
    for document in edited:
        ways = maps[document.id]
        assert len(ways) == 1
        old = {entity.id: entity for entity in before[document.id].entities}
        for entity in document.entities:
            if entity.id in old:
                way = ways[0].move(old[entity.id].start, old[entity.id].end)
                assert way == (entity.start, entity.end)
        if document.id not in made.manifest.documents:
            assert (document.text, document.entities) == (before[document.id].text, before[document.id].entities)


def test_the_original_comes_back_to_the_byte(bundled, tmp_path):
    made = perturb(["north-to-south", "rename", "add-boilerplate"], tmp_path / "edited", data=bundled)
    assert dragoman.load(made.original).fingerprint == bundled.fingerprint
    assert dragoman.load(made.folder).fingerprint != bundled.fingerprint
    assert [len(ways) for ways in made.maps().values()] == [3] * len(bundled)
    assert read(made.folder).to_dict() == made.to_dict()


def test_english_lines_are_of_the_original_alone(bundled, tmp_path):
    assert bundled.reading
    made = perturb("levant-months", tmp_path / "edited", data=bundled)
    assert dragoman.load(made.folder).reading == {}
    assert dragoman.load(made.original).reading == {}


def test_the_same_seed_gives_the_same_files_and_another_does_not(bundled, tmp_path):
    written = []
    for number, seed in enumerate((1, 1, 2)):
        made = perturb("typing-noise", tmp_path / str(number), data=bundled, seed=seed, rate=0.05)
        files = sorted(path for path in made.folder.rglob("*") if path.is_file() and "original" not in path.parts)
        written.append({path.relative_to(made.folder).as_posix(): path.read_bytes() for path in files})
    assert written[0] == written[1]
    assert written[0] != written[2]


def test_names_of_the_registry_follow(bundled, tmp_path):
    registry = {entry.id: entry for entry in dragoman.load(perturb("north-to-south", tmp_path / "a").folder).registry}
    names = {each.name for each in registry["russia"].names if each.language == "ko"}
    assert "러시아" in names
    assert "로씨야" not in names
    renamed = dragoman.load(perturb("rename", tmp_path / "b").folder)
    known = {name.name for entry in bundled.registry if entry.id == "vladimir-putin" for name in entry.names}
    assert known
    assert "vladimir-putin" not in {entry.id for entry in renamed.registry}
    assert not known & {name.name for entry in renamed.registry for name in entry.names}
    assert {entry.wikidata for entry in renamed.registry if entry.id.startswith("renamed-")} == {None}
    # Of the registry nothing is left that is not still called so in the texts.
    left = {entry.id for entry in renamed.registry if not entry.id.startswith("renamed-")}
    assert left < {entry.id for entry in bundled.registry}
    assert len(left) < len(renamed.registry) / 4
    was, now = (
        {(row.document, entry.id) for entry in each.registry for row in entry.held} for each in (bundled, renamed)
    )
    assert len(was) == len(now)


def test_the_pages_move_with_their_dates(tmp_path):
    made = perturb("shift-dates:years=10", tmp_path / "edited")
    page = (made.folder / "corpus" / "pages" / "000.txt").read_text(encoding="utf-8")
    assert "October 19, 2035" in page
    assert "Date: 26/10/2030" in page
    assert "October 19, 2025" not in page


def test_an_edit_that_breaks_a_rule_writes_nothing_unless_it_lifts_the_level(bundled, tmp_path, monkeypatch):
    def change(draft):
        for date in draft.labels("dates"):
            date["value"] = "last summer"
            draft.changed["dates"] += 1

    fields = {"kind": "dates", "summary": "S.", "source": "a source", "expect": "direction", "change": change}
    for lifts in ({}, {5: "the values are words"}):
        edit = Edit(name="broken", lifts=lifts, **fields)
        monkeypatch.setattr(perturbing, "catalogue", lambda edit=edit: {"broken": edit})
        if not lifts:
            with pytest.raises(DragomanError, match=r"E752.*level 5"):
                perturb("broken", tmp_path / "edited", data=bundled)
            assert not (tmp_path / "edited").exists()
        else:
            lifted = perturb("broken", tmp_path / "edited", data=bundled).manifest.lifted
            assert lifted["5"]["why"] == "the values are words"
            assert lifted["5"]["findings"] > 0


def test_the_listing_says_what_readers_found_and_the_docs_have_the_same_table():
    page = (Path(__file__).parents[2] / "docs" / "robustness.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?:`([\w-]+)`|\*the (original)\*) \|((?: *[\d–]+ *\|){8})$", page, re.MULTILINE)
    table = {}
    for edit, original, cells in rows:
        numbers = [cell.strip() for cell in cells.strip("|").split("|")]
        for tag, part in (("ko", numbers[:4]), ("ar", numbers[4:])):
            if "–" not in part:
                table.setdefault(edit or original, {})[tag] = Read(*map(int, part))
    assert table == counts()
    assert set(table) - {"original"} <= set(catalogue())
    assert all(r.texts == r.natural + r.odd + r.broken for each in table.values() for r in each.values())
    listed = json.loads(done("perturb", "--list", "--json"))
    assert {edit["name"]: edit["read"] for edit in listed["edits"] if edit["read"]} == msgspec.to_builtins(
        {name: found for name, found in table.items() if name != "original"}
    )
    assert "read as natural: ko 5 of 7, ar 3 of 7" in done("perturb", "--list")


class _Row(dict):
    """A document that says whether anybody keeps it."""


@pytest.mark.parametrize("name", ["rename", "swap-names", "other-speaker", "join-pages"])
def test_an_edit_that_looks_at_all_documents_first_keeps_none_of_them(name, bundled):
    rows = [msgspec.to_builtins(document) for document in bundled]
    made, most = [], 0

    def anew():
        nonlocal most
        for row in rows:
            yield _Row(row)
            most = max(most, sum(each() is not None for each in made))

    def noted():
        for row in anew():
            made.append(weakref.ref(row))
            yield row

    applied = parse(name, catalogue())
    plan, expected = plan_of(Again(noted), applied), plan_of(rows, applied)
    if name == "other-speaker":
        assert plan == expected
    elif name == "join-pages":
        assert any(plan.other(row["id"]) for row in rows)
        assert [plan.other(row["id"]) for row in rows] == [expected.other(row["id"]) for row in rows]
    else:
        assert (plan.people, plan.ids) == (expected.people, expected.ids)
        assert {tag: words.to for tag, words in plan.words.items()} == {t: w.to for t, w in expected.words.items()}
    assert most <= 3


def test_pages_that_are_to_be_joined_and_do_not_fit_on_the_disk_are_said():
    pairs = join_pages.Pairs()
    with Path("/dev/full").open("r+b", buffering=0) as pairs._file, pytest.raises(DragomanError, match=r"E108.*TMPDIR"):
        pairs.keep({"id": "d", "text": TEXT})


def test_nothing_to_change_is_no_error(tmp_path):
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps({"id": "d", "text": TEXT, "language": "ko", "entities": []}), encoding="utf-8")
    made = perturb("levant-months", tmp_path / "edited", gold=gold)
    assert made.manifest.documents == []
    assert json.loads(made.gold.read_text(encoding="utf-8"))["text"] == TEXT


def _gold(path, **more):
    span = {"start": 15, "end": 18, "text": "로씨야", "type": "어디"}
    line = {"id": "d", "text": TEXT, "language": "ko", "entities": [span], **more}
    path.write_text(json.dumps(line, ensure_ascii=False) + "\n\n", encoding="utf-8")
    return path


def test_a_file_with_labels_of_its_own_is_edited_and_scores_one(tmp_path):
    gold = _gold(tmp_path / "gold.jsonl")
    made = perturb(["north-to-south", "decomposed"], tmp_path / "edited", gold=gold)
    row = json.loads(made.gold.read_text(encoding="utf-8"))
    assert row["entities"][0]["text"] == "\u1105\u1165\u1109\u1175\u110b\u1161"
    assert row["entities"][0]["type"] == "어디"
    assert made.manifest.text_form == "NFD"
    assert made.original.read_bytes() == gold.read_bytes()
    assert dragoman.score(made.gold, made.gold, intervals=False)["entities.strict.f1"] == 1


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"text": None}, "E751"),
        ({"entities": [{"quote": "로씨야", "type": "A"}]}, "E406"),
        ({"entities": [{"start": 15, "end": 99, "type": "A"}]}, "E401"),
        ({"entities": [{"start": 0, "end": 3, "text": "로씨야", "type": "A"}]}, "E403"),
        ({"entities": 5}, "E202"),
    ],
)
def test_a_file_that_cannot_be_edited_is_refused(more, code, tmp_path):
    with pytest.raises(DragomanError, match=code):
        perturb("north-to-south", tmp_path / "edited", gold=_gold(tmp_path / "gold.jsonl", **more))
    assert not (tmp_path / "edited").exists()


@pytest.mark.parametrize("name", ["label", "expect", "seed"])
def test_a_manifest_says_of_each_edit_what_is_needed(tmp_path, name):
    edits = [{"label": "rename", "expect": "invariance", "seed": 1}]
    held = {"schema_version": 1, "text_form": "as-is", "lifted": {}, "documents": [], "original": {}}
    (tmp_path / MARK).write_text(json.dumps({**held, "edits": edits}))
    assert "rename" in repr(read(tmp_path))
    del edits[0][name]
    (tmp_path / MARK).write_text(json.dumps({**held, "edits": edits}))
    with pytest.raises(DragomanError, match=f"E202.*{name}"):
        read(tmp_path)


@pytest.mark.parametrize(
    "steps", [[[[0, 0, 0, 0]]], [[[0, 1, 0]]], [[[5, 1, 0, 1], [0, 1, 5, 1]]], [[[0, 2**63, 0, 1]]], [7], None]
)
def test_a_damaged_map_and_a_missing_original_are_said(tmp_path, steps):
    manifest = Manifest(1, [], "as-is", {}, [], {})
    (tmp_path / "maps.jsonl").write_text(json.dumps({"document": "d", "steps": steps}))
    with pytest.raises(DragomanError, match=r"E20[12]"):
        Perturbed(tmp_path, manifest).maps()
    with pytest.raises(DragomanError, match="E101"):
        _ = Perturbed(tmp_path, manifest).original


def test_another_folder_is_not_written_over(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(DragomanError, match="E108"):
        perturb("north-to-south", tmp_path, gold=_gold(tmp_path / "gold.jsonl"))


def test_a_folder_is_written_again_by_another_edit(bundled, tmp_path):
    perturb("levant-months", tmp_path / "edited", gold=_gold(tmp_path / "gold.jsonl"))
    made = perturb("tatweel", tmp_path / "edited", data=bundled)
    assert made.gold == made.folder
    assert dragoman.load(made.original).fingerprint == bundled.fingerprint
    assert not (made.folder / "gold.jsonl").exists()


def test_a_release_is_edited_like_a_source_root(bundled, tmp_path):
    made = perturb("rename", tmp_path / "edited", data=bundled)
    again = perturb("north-to-south", tmp_path / "again", data=made.original)
    shutil.rmtree(made.folder)
    direct = perturb("north-to-south", tmp_path / "direct", data=bundled)
    assert dragoman.load(again.folder).fingerprint == dragoman.load(direct.folder).fingerprint


def test_lines_that_are_not_those_of_a_document_are_refused(bundled):
    corpus = corpora.Corpus.of(bundled)
    corpus.pages["004"] = corpus.pages["004"][:3]
    with pytest.raises(DragomanError, match="E751"):
        contents(corpus, "x", "1.0.0")


def changed(benchmark, config, change):
    """A benchmark some rows of which are others; the first rows of the split dev or of the registry are passed."""
    rows = {name: dict(splits) for name, splits in benchmark.release.rows.items()}
    split = next(iter(rows[config]))
    rows[config][split] = change(list(rows[config][split]))
    return dragoman.Benchmark(dataclasses.replace(benchmark.release, rows=rows))


def replaced(rows, **fields):
    return [msgspec.structs.replace(rows[0], **fields), *rows[1:]]


@pytest.mark.parametrize(
    ("config", "change"),
    [
        ("documents", lambda rows: [*rows, rows[0]]),
        ("registry", lambda rows: [*rows, rows[0]]),
        ("documents", lambda rows: replaced(rows, page="elsewhere")),
        ("documents", lambda rows: replaced(rows, id="a b")),
        ("segments", lambda rows: [msgspec.structs.replace(row, page="elsewhere") for row in rows]),
        ("segments", lambda rows: [msgspec.structs.replace(row, document=row.document and "x") for row in rows]),
    ],
    ids=["document-twice", "entity-twice", "other-page", "no-id-of-a-root", "line-of-another-page", "line-of-nothing"],
)
def test_rows_that_do_not_fit_each_other_are_refused(bundled, config, change):
    with pytest.raises(DragomanError, match="E751"):
        corpora.Corpus.of(changed(bundled, config, change))


def test_labels_that_are_not_in_their_text_are_refused(bundled):
    def beyond(rows):
        entities = [msgspec.structs.replace(each, end=10**6) for each in rows[0].entities[:1]]
        return replaced(rows, entities=entities)

    with pytest.raises(DragomanError, match="E401"):
        corpora.Corpus.of(changed(bundled, "documents", beyond))


def test_an_office_held_in_no_document_is_left_out(bundled):
    corpus = corpora.Corpus.of(bundled)
    _, office, holder = corpus.held[0]
    corpus.held = [("nowhere.article-1", office, holder)]
    assert json.loads(contents(corpus, "x", "1.0.0")["annotations/registry/offices.json"]) == []


@pytest.mark.parametrize("name", ["../../../evil", "a/b", "a\nb", "\u202ea"])
def test_no_id_of_a_release_is_a_path(bundled, name):
    corpus = corpora.Corpus.of(bundled)
    corpus.pages[name] = []
    with pytest.raises(DragomanError, match="E304"):
        contents(corpus, "x", "1.0.0")
