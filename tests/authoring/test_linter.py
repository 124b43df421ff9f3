"""The linter: each rule finds what it is for, nothing of it fails, and a clean corpus has nothing to read."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dragoman.authoring import linter

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "check.py"
BASE = Path(__file__).resolve().parents[1] / "checks" / "invalid" / "base"
NORTH, SOUTH = "annotations/gold/north.article-1.json", "annotations/gold/south.article-1.json"
REGISTRY = "annotations/registry/entities.json"
E8 = '"id": "e8", "start": 53, "end": 56, "text": "벨로르", "type": "GPE", "form": "NAM", "entity_ids": ["belor"]'


def changed(root, file, old, new):
    shutil.copytree(BASE, root, dirs_exist_ok=True)
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new), encoding="utf-8")
    return linter.lint(root)


def run(*arguments):
    command = [sys.executable, str(SCRIPT), "--lint", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_clean_corpus_has_nothing_to_read():
    assert linter.lint(BASE) == {}


PAIR = '"NOM", "entity_ids": ["belor", "maruna"]'
MARUNA = '"text": "مارونا", "type": "GPE", "form": "NAM"'
SUPPORT = '"modality": "fact", "act": "support"'


@pytest.mark.parametrize(
    ("rule", "file", "old", "new"),
    [
        ("another_label", NORTH, E8, E8.replace("NAM", "ABR")),
        ("another_entity", NORTH, E8, E8.replace('["belor"]', '["maruna"]')),
        ("unlisted_surface", REGISTRY, '["친선의 해"]', '["친선년"]'),
        ("doubtful_name", REGISTRY, '["벨로르"]', '["벨로르", "벨로르의"]'),
        ("idle_noun", NORTH, PAIR, '"NOM", "entity_ids": []'),
        ("odd_adjective", SOUTH, MARUNA, MARUNA.replace("NAM", "ADJ")),
        ("vague_anchor", NORTH, '"value": "2020-05-03"', '"value": "PRESENT_REF"'),
        ("thin_gloss", SOUTH, '"gloss": "the proposal of Belor"', '"gloss": "proposal"'),
        ("far_claimant", NORTH, '"mention": "e6"', '"mention": "e1"'),
        ("uneven_cluster", SOUTH, SUPPORT, SUPPORT.replace("fact", "future")),
    ],
)
def test_a_rule_finds_what_it_is_for(rule, file, old, new, tmp_path):
    (place,) = changed(tmp_path, file, old, new)[rule]
    # A cluster is told of with its first member, a name of the registry without a document.
    document = {"doubtful_name": "registry", "uneven_cluster": "north.article-1"}.get(rule)
    assert place == f"gold {document or ('south' if file == SOUTH else 'north') + '.article-1'}"


def test_an_unmarked_name_and_date(tmp_path):
    line = f'  {{{E8}, "phenomena": ["fused_edge"]}},\n'
    groups = changed(tmp_path, NORTH, line, "")
    assert groups["unmarked_name"] == {"gold north.article-1": ["'벨로르' at 53 (belor)"]}
    gold = json.loads((BASE / SOUTH).read_text(encoding="utf-8"))
    (tmp_path / SOUTH).write_text(json.dumps(gold | {"dates": []}), encoding="utf-8")
    found = linter.lint(tmp_path)["unmarked_date"]["gold south.article-1"]
    assert len(found) == 2
    assert found[0].startswith("'3 مايو' at 76")
    assert found[1].startswith("'اليوم' at 101")


def test_a_name_inside_a_longer_one_and_claims_with_the_same_words(tmp_path):
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    gold = json.loads((BASE / NORTH).read_text(encoding="utf-8"))
    gold["entities"] = [e for e in gold["entities"] if e["id"] != "e12"]
    whole = {"start": 0, "end": 15, "text": "마루나 벨로르의 제의를 환영"}
    gold["claims"] += [gold["claims"][0] | {"id": "c5", "cluster": None, "content": [whole], "act": "assert"}]
    gold["claims"] += [gold["claims"][1] | {"id": "c6"}]
    (tmp_path / NORTH).write_text(json.dumps(gold), encoding="utf-8")
    groups = linter.lint(tmp_path)
    assert groups["unmarked_name"] == {"gold north.article-1": ["'벨로르' at 85 (belor), inside '벨로르외무성'"]}
    assert list(groups["whole_headline"]) == ["gold north.article-1"]
    assert "#c2 (None)" in groups["twin_claims"]["gold north.article-1"][0]


def test_nothing_of_it_fails_and_it_can_be_read(tmp_path):
    changed(tmp_path, REGISTRY, '["친선의 해"]', '["친선년"]')
    plain = run("--root", tmp_path)
    assert (plain.returncode, plain.stderr) == (0, "")
    assert f"{linter.RULES['unlisted_surface']} (1)\n  gold north.article-1\n    e15 '친선의 해'" in plain.stdout
    assert plain.stdout.endswith("warnings: 1\n")
    outcome = json.loads(run("--root", tmp_path, "--json").stdout)
    assert outcome["counts"] == {"unlisted_surface": 1}
    assert list(outcome["warnings"]) == ["unlisted_surface"]


def test_what_cannot_be_read_is_left_to_the_checks(tmp_path):
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    (tmp_path / NORTH).write_text("{")
    assert linter.lint(tmp_path) == {}


def test_our_own_corpus_can_be_linted():
    groups = linter.lint(ROOT)
    assert set(groups) <= set(linter.RULES)
