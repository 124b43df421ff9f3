"""Two releases side by side: every change is found, none is made up, and the version is held to it."""

import json
import re
import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

import dragoman
from dragoman.cli.app import app
from dragoman.release import source_root
from dragoman.release.diff import difference
from dragoman.release.diff_text import lines
from dragoman.release.semver import given, suffices, wanted

ROOT = Path(__file__).resolve().parents[2]
NOW = dragoman.load().version
NEXT = wanted(NOW, "major")


@pytest.fixture(scope="module")
def release():
    return source_root.assemble(ROOT)


@pytest.fixture
def root(tmp_path):
    """A source root of its own, to be edited."""
    for name in ("corpus", "annotations"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("passes"))
    return tmp_path


def edit(root, document, change, version=None):
    """Change the gold of a document in place, and the version if one is given."""
    path = root / "annotations" / "gold" / f"{document}.json"
    gold = json.loads(path.read_text("utf-8"))
    change(gold)
    path.write_text(json.dumps(gold, ensure_ascii=False), encoding="utf-8")
    if version:
        table = root / "corpus" / "sources.toml"
        text = re.sub(r'(?m)^version = "[^"]*"', f'version = "{version}"', table.read_text("utf-8"))
        table.write_text(text, "utf-8")
    return source_root.assemble(root)


def told(found):
    return [(change.config, change.kind, change.id) for change in found.changes]


def test_a_release_does_not_differ_from_itself(release):
    found = difference(release, release)
    assert (found.changes, found.needs, found.given, found.allowed) == ([], "none", "none", True)


def test_a_changed_label_is_named_with_both_values_and_is_major(release, root):
    def change(gold):
        gold["entities"][2]["type"] = "LOC" if gold["entities"][2]["type"] != "LOC" else "PER"

    found = difference(release, edit(root, "003.article-1", change))
    label = next(d for d in release.rows["documents"]["test"] if d.id == "003.article-1").entities[2]
    (only,) = found.changes
    assert (only.config, only.kind, only.where, only.id) == ("entities", "changed", "003.article-1", label.id)
    assert only.what == label.text
    assert only.fields["type"][0] == label.type
    assert (found.needs, found.given, found.allowed) == ("major", "none", False)
    assert any(label.text in line for line in lines(found))


def test_a_label_taken_out_renumbers_the_rest_and_changes_nothing_else(release, root):
    taken = {}

    def change(gold):
        used = {c["mention"] for claim in gold["claims"] for c in claim["claimants"]}
        at = next(i for i, e in enumerate(gold["entities"]) if e["id"] not in used)
        taken.update(gold["entities"].pop(at))
        names = {e["id"]: f"e{i}" for i, e in enumerate(gold["entities"], 1)}
        for e in gold["entities"]:
            e["id"] = names[e["id"]]
        for claim in gold["claims"]:
            for claimant in claim["claimants"]:
                claimant["mention"] = names.get(claimant["mention"])

    found = difference(release, edit(root, "003.article-1", change, NEXT))
    gone = [change for change in found.changes if change.kind == "removed"]
    assert [(each.id, each.what) for each in gone] == [(taken["id"], taken["text"])]
    assert {change.kind for change in found.changes} <= {"removed", "renumbered"}
    assert {change.config for change in found.changes} == {"entities"}
    assert (found.needs, found.given, found.allowed) == ("major", "major", True)
    back = difference(edit(root, "003.article-1", lambda gold: None), release)
    assert [change.kind for change in back.changes].count("added") == 1
    assert not back.allowed  # back to a version below


def test_a_moved_boundary_is_a_change_and_not_two(release, root):
    def change(gold):
        date = gold["dates"][0]
        date["end"] -= 1
        date["text"] = date["text"][:-1]

    found = difference(release, edit(root, "003.article-1", change))
    assert [(c.config, c.kind, sorted(c.fields)) for c in found.changes] == [("dates", "changed", ["end", "text"])]


def test_new_documents_and_entities_alone_are_minor(release):
    rows = {config: {name: list(each) for name, each in splits.items()} for config, splits in release.rows.items()}
    rows["documents"]["dev"] = rows["documents"]["dev"][1:]
    rows["registry"]["full"] = rows["registry"]["full"][:-1]
    smaller = type(release)(release.name, "0.9.0", rows)
    found = difference(smaller, replace_version(release, "0.10.0"))
    assert [change.kind for change in found.changes] == ["added", "added"]
    assert (found.needs, found.given, found.allowed) == ("minor", "minor", True)
    gone = difference(release, replace_version(smaller, "1.1.0"))
    assert (gone.needs, gone.allowed) == ("major", False)


def replace_version(release, version):
    return type(release)(release.name, version, release.rows)


def test_a_document_in_another_split_and_a_field_of_a_row_are_changes(release):
    rows = {config: {name: list(each) for name, each in splits.items()} for config, splits in release.rows.items()}
    moved = rows["documents"]["test"].pop(0)
    rows["documents"]["dev"].append(moved)
    rows["registry"]["full"][0] = replace(rows["registry"]["full"][0], wikidata="Q1")
    found = difference(replace_version(release, "1.0.0"), type(release)(release.name, "1.0.1", rows))
    assert told(found) == [("documents", "changed", moved.id), ("registry", "changed", rows["registry"]["full"][0].id)]
    assert found.changes[0].fields == {"split": ["test", "dev"]}
    assert (found.needs, found.given, found.allowed) == ("major", "patch", False)


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("1.0.0", "1.0.0", "none"),
        ("1.9.9", "2.0.0", "major"),
        ("1.9.9", "1.10.0", "minor"),
        ("1.0.9", "1.0.10", "patch"),
        ("2.0.0", "1.9.9", "less"),
        ("1.9.9", "2.0.0.dev0", "major"),
        ("2.0.0.dev0", "2.0.0", "major"),
        ("2.0.0", "2.0.0.dev0", "less"),
        ("2.0.0.dev10", "2.0.0.dev9", "less"),
    ],
)
def test_which_part_of_the_version_grew(old, new, part):
    assert given(old, new) == part


def test_the_version_that_is_wanted_suffices():
    for old in ("0.1.0", "0.1.3", "1.0.0", "1.2.3", "2.0.0.dev0"):
        for needs in ("none", "patch", "minor", "major"):
            assert suffices(old, wanted(old, needs), needs)
            assert needs == "none" or not suffices(old, old, needs)


def test_a_version_under_development_leads_to_the_next_and_to_its_release():
    assert wanted("2.0.0.dev0", "patch") == "2.0.0.dev1"
    assert suffices("2.0.0.dev0", "2.0.0", "major")
    assert suffices("1.9.9", "2.0.0.dev0", "major")
    assert not suffices("1.9.9", "1.9.9.dev1", "none")


def test_the_command_names_the_label_and_what_it_does_to_the_runs(root):
    def change(gold):
        gold["dates"].pop(0)

    edit(root, "003.article-1", change)
    runs = ROOT / "eval" / "runs"
    outcome = CliRunner().invoke(app, ["diff", str(ROOT), str(root), "--runs", str(runs), "--json"])
    assert outcome.exit_code == 1  # the version is the same
    value = json.loads(outcome.stdout)
    assert [c["kind"] for c in value["difference"]["changes"]].count("removed") == 1
    by_run = {each["run"]: each for each in value["runs"]}
    before, after = by_run[f"arabic_rules/{NOW}"]["scores"]["dates.value"]
    stored = json.loads((runs / "arabic_rules" / NOW / "result.json").read_bytes())
    assert before == stored["scores"]["dates"]["value"]["f1"] != after
    before, after = by_run[f"korean_rules/{NOW}"]["scores"]["dates.value"]
    assert before < after  # a system that had no date there missed one less
    # As on the leaderboard: the annotators, who are not independent of the gold, take nobody's place.
    assert by_run[f"annotator_a/{NOW}"]["ranks"]["headline"] == [None, None]
    assert (
        by_run[f"annotator_a/{NOW}"]["scores"]["headline"][0] > by_run[f"korean_rules/{NOW}"]["scores"]["headline"][0]
    )
    assert by_run[f"korean_rules/{NOW}"]["ranks"]["headline"] == [1, 1]
    shown = CliRunner().invoke(app, ["diff", str(ROOT), str(root)])
    assert "- dates d1" in shown.stdout
    assert f"has to be {NEXT}" in shown.stdout


def test_the_same_rows_are_said_to_be_the_same():
    outcome = CliRunner().invoke(app, ["diff", str(ROOT)])
    assert outcome.exit_code == 0
    assert "The same rows." in outcome.stdout


def test_of_a_list_only_what_came_and_went_is_said(release, root):
    def change(gold):
        gold["entities"][0]["phenomena"] = sorted({*gold["entities"][0]["phenomena"], "far_anchor"})

    found = difference(release, edit(root, "003.article-1", change))
    assert [line.partition(": ")[2] for line in lines(found)] == ["", "phenomena +far_anchor"]


def test_claims_follow_entities_that_were_renumbered_and_name_those_that_are_others(release, root):
    def change(gold):
        claim = next(c for c in gold["claims"] if c["claimants"][0]["mention"])
        claimant = claim["claimants"][0]
        claimant["mention"] = next(e["id"] for e in gold["entities"] if e["id"] != claimant["mention"])

    found = difference(release, edit(root, "003.article-1", change))
    assert [(c.config, c.kind, list(c.fields)) for c in found.changes] == [("claims", "changed", ["claimants"])]


def test_a_hostile_label_does_nothing_to_the_terminal(root):
    def change(gold):
        gold["claims"][0]["gloss"] = "\x1b[31m\u202e\r\nnew line"

    edit(root, "003.article-1", change)
    shown = CliRunner().invoke(app, ["diff", str(ROOT), str(root)]).stdout
    assert "\\x1b[31m\\u202e new line" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def with_text(release, edit):
    """Change the text of the Arabic article, and keep its labels where their words are."""
    rows = {config: {name: list(each) for name, each in splits.items()} for config, splits in release.rows.items()}
    at = next(i for i, d in enumerate(rows["documents"]["test"]) if d.id == "003.article-1")
    document = rows["documents"]["test"][at]
    rows["documents"]["test"][at] = edit(document)
    return document, type(release)(release.name, release.version, rows)


def shifted(label, by):
    if hasattr(label, "content"):
        content, cue = ([shifted(each, by) for each in part] for part in (label.content, label.cue))
        return replace(label, content=content, cue=cue)
    return replace(label, start=label.start + by, end=label.end + by)


def test_labels_that_moved_with_their_text_are_no_changes_and_are_counted(release):
    def edit(document):
        layers = {
            layer: [shifted(each, 5) for each in getattr(document, layer)] for layer in ("entities", "dates", "claims")
        }
        layers["dates"][0] = replace(layers["dates"][0], value="2024-06-20")
        del layers["entities"][2]
        return replace(document, text="ABCD " + document.text, **layers)

    document, other = with_text(release, edit)
    found = difference(release, other)
    count = sum(len(getattr(document, layer)) for layer in ("entities", "dates", "claims"))
    assert [(c.config, c.kind, c.id) for c in found.changes if c.kind != "moved"] == [
        ("documents", "changed", document.id),
        ("entities", "removed", document.entities[2].id),
        ("dates", "changed", document.dates[0].id),
    ]
    assert [change.kind for change in found.changes].count("moved") == count - 2
    said = list(lines(found))
    assert (
        f"  = entities: {len(document.entities) - 1} moved, from entities e1 “{document.entities[0].text}”: start "
        in ("\n".join(said))
    )
    assert any("text “" in line and "→ “ABCD " in line for line in said)
    assert not any("end" in line for line in said if "= " in line)


def test_a_label_whose_words_are_gone_is_removed_and_no_other_is_taken_for_it(release):
    def edit(document):
        gone = document.dates[0]
        cut = gone.end - gone.start
        layers = {}
        for layer in ("entities", "dates", "claims"):
            kept = [each for each in getattr(document, layer) if each is not gone]
            spans = [(e.content[0].start if layer == "claims" else e.start, e) for e in kept]
            layers[layer] = [shifted(e, -cut) if start >= gone.end else e for start, e in spans]
        return replace(document, text=document.text[: gone.start] + document.text[gone.end :], **layers)

    document, other = with_text(release, edit)
    found = difference(release, other)
    assert [(c.id, c.what) for c in found.changes if c.kind == "removed"] == [("d1", document.dates[0].text)]
    assert "added" not in {change.kind for change in found.changes}


def test_long_texts_are_cut_down_to_where_they_differ_and_renumbering_is_one_line(release, root):
    def change(gold):
        gold["claims"][0]["gloss"] = "A" * 40 + gold["claims"][0]["gloss"]
        for i, date in enumerate(gold["dates"]):
            date["id"] = f"x{i}"
        names = {f"d{i + 1}": f"x{i}" for i in range(len(gold["dates"]))}
        for label in (*gold["dates"], *gold["claims"]):
            if label.get("ref"):
                label["ref"] = names.get(label["ref"], label["ref"])
            if label.get("dates"):
                label["dates"] = [names[each] for each in label["dates"]]

    found = difference(release, edit(root, "003.article-1", change))
    said = list(lines(found))
    (claim,) = (line for line in said if "claims c1" in line)
    assert ": gloss “" in claim
    assert "→ “AAAA" in claim
    count = len(next(d for d in release.rows["documents"]["test"] if d.id == "003.article-1").dates)
    assert count > 3
    assert next(line for line in said if "renumbered" in line).startswith(
        f"  = dates: {count} renumbered, from dates x0"
    )
    assert len(said) == 3  # the document, the dates, the claim


def test_spans_and_claimants_are_said_in_words(release, root):
    def change(gold):
        claim = next(c for c in gold["claims"] if c["claimants"][0]["mention"])
        claim["claimants"][0]["mention"] = next(
            e["id"] for e in gold["entities"] if e["id"] != claim["claimants"][0]["mention"]
        )
        fragment = claim["content"][0]
        fragment["start"] += 1
        fragment["text"] = fragment["text"][1:]

    (change_,) = difference(release, edit(root, "003.article-1", change)).changes
    said = list(lines(difference(release, edit(root, "003.article-1", lambda gold: None))))[1]
    start = change_.fields["content"][0][0]["start"]
    assert f"content {start}–" in said
    assert f"→ {start + 1}–" in said
    assert "claimants MENTION e" in said
    assert "{" not in said


def test_documents_that_came_or_went_are_said_with_what_they_hold(release):
    rows = {config: {name: list(each) for name, each in splits.items()} for config, splits in release.rows.items()}
    gone = rows["documents"]["test"].pop(5)
    (said,) = lines(difference(release, type(release)(release.name, NEXT, rows)))
    assert said.startswith(f"- documents {gone.id} (test: {len(gone.entities)} entities, ")
