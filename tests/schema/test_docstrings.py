"""Schemas, releases and scores are the same bytes under `python -OO`, which drops docstrings."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = """
import json
from dragoman.schema.json_schema import json_schema
print(json.dumps(json_schema()))
"""
RELEASE = """
import sys
from pathlib import Path
import dragoman
from dragoman import files, json_text
from dragoman.authoring import release_folder
from dragoman.release import source_root
root, out = map(Path, sys.argv[1:])
release_folder.write(source_root.assemble(root), root, out / "whole")
release_folder.write_standoff(source_root.assemble(root), root, out / "bare")
run = sorted((root / "eval" / "runs" / "kiwi_names").glob("*/predictions.jsonl"))[-1]
files.write(out / "score.json", json_text.pretty(dragoman.score(run, root, split="dev")))
"""


def run(option, program, *arguments):
    command = [sys.executable, *option, "-c", program, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("option", ["-O", "-OO"])
def test_schemas_keep_their_descriptions(option):
    plain = run([], SCHEMAS)
    assert "A span by offsets or by quote." in plain
    assert "\\n    " not in plain
    assert run([option], SCHEMAS) == plain


def test_a_release_and_scores_are_the_same_bytes(tmp_path):
    for option in ([], ["-OO"]):
        run(option, RELEASE, ROOT, tmp_path / "".join(option or ["plain"]))
    plain, bare = ({path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
                   for folder in (tmp_path / "plain", tmp_path / "-OO"))  # fmt: skip
    assert plain == bare
    assert {Path("whole/manifest.json"), Path("score.json")} <= plain.keys()


def test_where_the_source_is_gone_it_says_so(tmp_path):
    program = """
import sys, dragoman.schema.json_schema as target, dragoman.schema.labels as labels
labels.__spec__.loader.get_source = lambda name: None
print(target.json_schema("system"))
"""
    command = [sys.executable, "-OO", "-c", program]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "E101: python -OO has dropped the descriptions" in done.stderr
